// docs/examples/go/sqs/main.go - a queue and a message, with aws-sdk-go-v2 as it is
//
// Address, region and keys come from the shell: eval the environment's exports first.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, sqs.NewFromConfig(cfg)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, client *sqs.Client) error {
	queue, err := client.CreateQueue(ctx,
		&sqs.CreateQueueInput{QueueName: aws.String("go-example")})
	if err != nil {
		return err
	}
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    queue.QueueUrl,
		MessageBody: aws.String("Hello from MockFactory"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"Language": {DataType: aws.String("String"), StringValue: aws.String("Go")},
		},
	})
	if err != nil {
		return err
	}

	// A long poll: the answer comes with the first message, at the latest after ten seconds.
	received, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: queue.QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		return err
	}
	for _, message := range received.Messages {
		language := message.MessageAttributes["Language"]
		fmt.Println(aws.ToString(message.Body), "in", aws.ToString(language.StringValue))
		_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{
			QueueUrl: queue.QueueUrl, ReceiptHandle: message.ReceiptHandle,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
