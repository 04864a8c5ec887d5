// tests/sdk/go/transfers.go - both transfer managers, streams without a length, a form, a queue
package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	moving "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	queuetypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// stream - a reader that tells nobody how much is in it.
func stream(data []byte) io.Reader {
	from, to := io.Pipe()
	go func() {
		_, err := to.Write(data)
		to.CloseWithError(err)
	}()
	return from
}

// uploader - feature/s3/manager: parts from 5 MiB on, five at a time.
func uploader() {
	data := random(18<<20 + 1)
	for _, key := range []string{"up/whole", "up/parts"} {
		if key == "up/whole" {
			data = data[:1<<20]
		} else {
			data = random(18<<20 + 1)
		}
		made, err := manager.NewUploader(client).Upload(ctx, &s3.PutObjectInput{
			Bucket: bucket, Key: &key, Body: stream(data)})
		check(err)
		assert((made.UploadID != "") == (key == "up/parts"), made.UploadID)
		into := manager.NewWriteAtBuffer(nil)
		size, err := manager.NewDownloader(client).Download(ctx, into, &s3.GetObjectInput{
			Bucket: bucket, Key: &key})
		check(err)
		assert(size == int64(len(data)) && bytes.Equal(into.Bytes(), data), "changed: ", key)
	}
	head, err := client.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{Bucket: bucket,
		Key: aws.String("up/parts"), ObjectAttributes: []types.ObjectAttributes{
			types.ObjectAttributesChecksum, types.ObjectAttributesObjectParts}})
	check(err)
	assert(*head.ObjectParts.TotalPartsCount == 4 && head.Checksum != nil)
}

// transfers - feature/s3/transfermanager: parts of 8 MiB from 16 MiB on, downloads by part.
func transfers() {
	moves := transfermanager.New(client)
	data := random(20<<20 + 3)
	for _, algorithm := range []string{"", "SHA256", "CRC64NVME"} {
		key := "moved" + algorithm
		input := &transfermanager.UploadObjectInput{Bucket: bucket, Key: &key,
			Body: bytes.NewReader(data)}
		input.ChecksumAlgorithm = moving.ChecksumAlgorithm(algorithm)
		made, err := moves.UploadObject(ctx, input)
		check(err)
		assert(made.UploadID != nil && *made.UploadID != "", "in one piece")
		got, err := moves.GetObject(ctx, &transfermanager.GetObjectInput{Bucket: bucket,
			Key: &key})
		check(err)
		back, err := io.ReadAll(got.Body)
		check(err)
		assert(bytes.Equal(back, data), "changed: ", key)
	}
	_, err := moves.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: bucket,
		Key: aws.String("streamed"), Body: stream(data)})
	check(err)
	into := manager.NewWriteAtBuffer(nil)
	_, err = moves.DownloadObject(ctx, &transfermanager.DownloadObjectInput{Bucket: bucket,
		Key: aws.String("streamed"), WriterAt: into})
	check(err)
	assert(bytes.Equal(into.Bytes(), data), "changed: streamed")
}

func folders() {
	from, err := os.MkdirTemp("", "from")
	check(err)
	defer os.RemoveAll(from)
	for i := 0; i < 30; i++ {
		folder := filepath.Join(from, fmt.Sprint("d ", i%3))
		check(os.MkdirAll(folder, 0o755))
		check(os.WriteFile(filepath.Join(folder, fmt.Sprint("ü+", i)), []byte(folder), 0o644))
	}
	moves := transfermanager.New(client)
	up, err := moves.UploadDirectory(ctx, &transfermanager.UploadDirectoryInput{Bucket: bucket,
		Source: &from, Recursive: aws.Bool(true), KeyPrefix: aws.String("folder")})
	check(err)
	to, err := os.MkdirTemp("", "to")
	check(err)
	defer os.RemoveAll(to)
	down, err := moves.DownloadDirectory(ctx, &transfermanager.DownloadDirectoryInput{
		Bucket: bucket, Destination: &to, KeyPrefix: aws.String("folder")})
	check(err)
	assert(up.ObjectsUploaded == 30 && down.ObjectsDownloaded == 30,
		up.ObjectsUploaded, " ", down.ObjectsDownloaded)
}

func post(url string, fields map[string]string, text string) (int, string) {
	body := &bytes.Buffer{}
	form := multipart.NewWriter(body)
	for name, value := range fields {
		check(form.WriteField(name, value))
	}
	file, err := form.CreateFormFile("file", "name")
	check(err)
	_, err = io.WriteString(file, text)
	check(err)
	check(form.Close())
	return send("POST", url, http.Header{"Content-Type": {form.FormDataContentType()}}, body)
}

// cutter - the first answers never arrive.
type cutter struct{ left atomic.Int32 }

func (c *cutter) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err == nil && c.left.Add(-1) >= 0 {
		answer.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return answer, err
}

// retries - what was carried out and whose answer got lost is said again, and holds once.
func retries() {
	lossy := &cutter{}
	again := s3.New(client.Options(), func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: lossy}
	})
	lossy.left.Store(2)
	_, err := again.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket,
		Key: aws.String("retried"), Body: bytes.NewReader([]byte("again"))})
	check(err)
	assert(string(get("retried")) == "again")
	begun, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: bucket, Key: aws.String("retried")})
	check(err)
	part, err := client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket,
		Key: aws.String("retried"), UploadId: begun.UploadId, PartNumber: aws.Int32(1),
		Body: strings.NewReader("in a part")})
	check(err)
	lossy.left.Store(1)
	// A completion that comes twice is answered twice alike.
	_, err = again.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket,
		Key: aws.String("retried"), UploadId: begun.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{
			{ETag: part.ETag, PartNumber: aws.Int32(1)}}}})
	check(err)
	assert(string(get("retried")) == "in a part")
}

func queue() {
	made, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: bucket})
	check(err)
	url := made.QueueUrl
	batch := &sqs.SendMessageBatchInput{QueueUrl: url}
	for i := 0; i < 10; i++ {
		batch.Entries = append(batch.Entries, queuetypes.SendMessageBatchRequestEntry{
			Id: aws.String(fmt.Sprint(i)), MessageBody: aws.String(fmt.Sprint("body ", i)),
			MessageAttributes: map[string]queuetypes.MessageAttributeValue{
				"b": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}}}})
	}
	sent, err := queues.SendMessageBatch(ctx, batch)
	check(err)
	assert(len(sent.Successful) == 10)
	taken := 0
	for taken < 10 {
		got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url,
			MaxNumberOfMessages: 10, WaitTimeSeconds: 5, MessageAttributeNames: []string{"All"}})
		check(err) // the SDK compares MD5s of bodies
		gone := &sqs.DeleteMessageBatchInput{QueueUrl: url}
		for i, m := range got.Messages {
			assert(bytes.Equal(m.MessageAttributes["b"].BinaryValue, []byte{0, 255}))
			gone.Entries = append(gone.Entries, queuetypes.DeleteMessageBatchRequestEntry{
				Id: aws.String(fmt.Sprint(i)), ReceiptHandle: m.ReceiptHandle})
		}
		_, err = queues.DeleteMessageBatch(ctx, gone)
		check(err)
		taken += len(got.Messages)
	}
	// A poll that waits is woken by what comes.
	go func() {
		_, err := queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url,
			MessageBody: aws.String("late")})
		check(err)
	}()
	got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url,
		WaitTimeSeconds: 20})
	check(err)
	assert(len(got.Messages) == 1 && *got.Messages[0].Body == "late")
	_, err = queues.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: url})
	check(err)
	_, err = queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url,
		MessageBody: aws.String("x")})
	refused(err, "AWS.SimpleQueueService.NonExistentQueue", 400)
}
