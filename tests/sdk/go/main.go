// tests/sdk/go/main.go - what users of aws-sdk-go-v2 do with S3 and SQS, with default settings
//
// Address, region, keys and authority come from the shell; BUCKET is a name nobody has.  Run by
// tests/sdk/python/test_client_sdks.py.  Prints each part's name when it passed, then "done".
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

var (
	ctx    = context.Background()
	bucket = aws.String(os.Getenv("BUCKET"))
	client *s3.Client
	queues *sqs.Client
)

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}

func assert(holds bool, what ...any) {
	if !holds {
		log.Panic(what...)
	}
}

// refused - err is the API's, with this code and status.
func refused(err error, code string, status int) {
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	assert(errors.As(err, &api) && errors.As(err, &response), "not refused: ", err)
	assert(api.ErrorCode() == code && response.HTTPStatusCode() == status, err)
}

func random(size int) []byte {
	data := make([]byte, size)
	_, err := rand.Read(data)
	check(err)
	return data
}

func put(key string, data []byte) *s3.PutObjectOutput {
	made, err := client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: bucket, Key: &key, Body: bytes.NewReader(data)})
	check(err)
	return made
}

func main() {
	cfg, err := config.LoadDefaultConfig(ctx)
	check(err)
	client = s3.NewFromConfig(cfg)
	queues = sqs.NewFromConfig(cfg)
	for _, part := range []struct {
		name string
		run  func()
	}{
		{"buckets", buckets}, {"objects", objects}, {"keys", keys}, {"pages", pages},
		{"conditions", conditions}, {"versions", versions}, {"presigned", presigned},
		{"uploader", uploader}, {"transfer manager", transfers}, {"folders", folders},
		{"retries", retries}, {"queue", queue}, {"clean", clean},
	} {
		part.run()
		fmt.Println(part.name)
	}
	fmt.Println("done")
}
