// docs/examples/go/s3/main.go - a bucket and an object, with aws-sdk-go-v2 as it is
//
// Address, region and keys come from the shell: eval the environment's exports first.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const bucket = "go-example"

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, s3.NewFromConfig(cfg)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, client *s3.Client) error {
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	if err != nil {
		return err
	}
	_, err = client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:      aws.String(bucket),
		Key:         aws.String("greeting.txt"),
		Body:        strings.NewReader("Hello from MockFactory"),
		ContentType: aws.String("text/plain"),
	})
	if err != nil {
		return err
	}

	pages := s3.NewListObjectsV2Paginator(client,
		&s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Contents {
			fmt.Println(aws.ToString(item.Key), aws.ToInt64(item.Size), "bytes")
		}
	}

	object, err := client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("greeting.txt"),
	})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	text, err := io.ReadAll(object.Body)
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return nil
}
