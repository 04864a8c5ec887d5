// tests/sdk/go/objects.go - buckets, objects, keys, listings, conditions, versions, URLs
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func buckets() {
	_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket})
	var absent *types.NotFound
	assert(errors.As(err, &absent), err)
	_, err = client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
	var none *types.NoSuchBucket
	assert(errors.As(err, &none), err)
	// Outside us-east-1 a bucket that is made twice is refused.
	make := &s3.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: &types.
		CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraintEuWest1}}
	europe := func(o *s3.Options) { o.Region = "eu-west-1" }
	_, err = client.CreateBucket(ctx, make, europe)
	check(err)
	_, err = client.CreateBucket(ctx, make, europe)
	var owned *types.BucketAlreadyOwnedByYou
	assert(errors.As(err, &owned), err)
	_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}, europe)
	check(err)
	_, err = client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
	check(err)
	check(s3.NewBucketExistsWaiter(client).Wait(ctx, &s3.HeadBucketInput{Bucket: bucket},
		time.Minute))
}

func get(key string) []byte {
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key})
	check(err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	check(err)
	return data
}

func objects() {
	for _, size := range []int{0, 1, 65536, 65537, 300000} {
		data := random(size)
		made := put("object", data)
		// The SDK's choice, as a trailer over TLS; S3 says what it kept.
		assert(made.ChecksumCRC32 != nil && made.ChecksumType == types.ChecksumTypeFullObject)
		assert(bytes.Equal(get("object"), data), "size ", size)
	}
	body := bytes.NewReader(random(100000))
	for _, algorithm := range []types.ChecksumAlgorithm{"CRC32C", "SHA1", "SHA256", "CRC64NVME"} {
		_, err := body.Seek(0, io.SeekStart)
		check(err)
		_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket,
			Key: aws.String("summed"), Body: body, ChecksumAlgorithm: algorithm,
			Metadata: map[string]string{"colour": "blue"}, ContentType: aws.String("text/x")})
		check(err)
		assert(len(get("summed")) == 100000) // read to its end, so verified
		head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket,
			Key: aws.String("summed"), ChecksumMode: types.ChecksumModeEnabled})
		check(err)
		assert(*head.ContentType == "text/x" && head.Metadata["colour"] == "blue")
	}
	part, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket,
		Key: aws.String("object"), Range: aws.String("bytes=-10")})
	check(err)
	assert(*part.ContentRange == "bytes 299990-299999/300000", *part.ContentRange)
	check(part.Body.Close())
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("none")})
	var absent *types.NoSuchKey
	assert(errors.As(err, &absent), err)
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket,
		Key: aws.String("object"), Range: aws.String("bytes=300000-")})
	refused(err, "InvalidRange", 416)
}

func keys() {
	names := []string{"a b", "a+b", "a%2Fb", "a//b", "/leading", "a/./b", "a/../b", "..", "%zz",
		"ünï/漢字", "q?x=1&y#z", "quote'\"()*!~", "tab\there", "trailing/", "<&>"}
	for _, name := range names {
		put("k/"+name, []byte(name))
		assert(string(get("k/"+name)) == name, name)
		_, err := client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket,
			Key: aws.String("copy"), CopySource: aws.String(*bucket + "/" + escape("k/"+name))})
		check(err)
		assert(string(get("copy")) == name, name)
	}
	listed, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket,
		Prefix: aws.String("k/")})
	check(err)
	sort.Strings(names)
	gone := []types.ObjectIdentifier{}
	for i, item := range listed.Contents {
		assert(*item.Key == "k/"+names[i], *item.Key, names[i])
		gone = append(gone, types.ObjectIdentifier{Key: item.Key})
	}
	deleted, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket,
		Delete: &types.Delete{Objects: gone}})
	check(err)
	assert(len(deleted.Deleted) == len(names) && len(deleted.Errors) == 0)
}

// escape - every byte of a key that is not plain.
func escape(key string) string {
	out := ""
	for i := 0; i < len(key); i++ {
		out += fmt.Sprintf("%%%02X", key[i])
	}
	return out
}

func pages() {
	for i := 0; i < 25; i++ {
		put(fmt.Sprintf("page/%d/%02d", i%5, i), nil)
	}
	found, folders := 0, 0
	walk := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket,
		Prefix: aws.String("page/"), MaxKeys: aws.Int32(10)})
	for walk.HasMorePages() {
		page, err := walk.NextPage(ctx)
		check(err)
		found += len(page.Contents)
	}
	walk = s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket,
		Prefix: aws.String("page/"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(2)})
	for walk.HasMorePages() {
		page, err := walk.NextPage(ctx)
		check(err)
		folders += len(page.CommonPrefixes)
	}
	assert(found == 25 && folders == 5, found, folders)
}

func conditions() {
	made := put("condition", []byte("one"))
	_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket,
		Key: aws.String("condition"), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")})
	refused(err, "PreconditionFailed", 412)
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket,
		Key: aws.String("condition"), Body: strings.NewReader("two"), IfMatch: made.ETag})
	check(err)
	now, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket,
		Key: aws.String("condition")})
	check(err)
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket,
		Key: aws.String("condition"), IfNoneMatch: now.ETag})
	var same *smithyhttp.ResponseError
	assert(errors.As(err, &same) && same.HTTPStatusCode() == 304, err)
}

func versions() {
	_, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: bucket,
		VersioningConfiguration: &types.VersioningConfiguration{
			Status: types.BucketVersioningStatusEnabled}})
	check(err)
	first := put("version", []byte("first"))
	put("version", []byte("second"))
	gone, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket,
		Key: aws.String("version")})
	check(err)
	assert(*gone.DeleteMarker)
	check(s3.NewObjectNotExistsWaiter(client).Wait(ctx, &s3.HeadObjectInput{Bucket: bucket,
		Key: aws.String("version")}, time.Minute))
	_, err = client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket,
		Key: aws.String("version"), CopySource: aws.String(
			*bucket + "/version?versionId=" + *first.VersionId)})
	check(err)
	assert(string(get("version")) == "first")
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket,
		Key: aws.String("version"), VersionId: gone.VersionId})
	refused(err, "MethodNotAllowed", 405)
	_, err = client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: bucket,
		VersioningConfiguration: &types.VersioningConfiguration{
			Status: types.BucketVersioningStatusSuspended}})
	check(err)
}

func send(method, url string, header http.Header, body io.Reader) (int, string) {
	request, err := http.NewRequest(method, url, body)
	check(err)
	for name, values := range header {
		request.Header[name] = values
	}
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	check(err)
	return answer.StatusCode, string(said)
}

func presigned() {
	signer := s3.NewPresignClient(client)
	key := aws.String("signed/a b+ü")
	to, err := signer.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key,
		ContentType: aws.String("text/y")})
	check(err)
	status, said := send(to.Method, to.URL, to.SignedHeader, strings.NewReader("signed"))
	assert(status == 200, said)
	from, err := signer.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
	check(err)
	status, said = send(from.Method, from.URL, from.SignedHeader, nil)
	assert(status == 200 && said == "signed", said)
	other := strings.Replace(from.URL, "X-Amz-Expires=900", "X-Amz-Expires=901", 1)
	status, said = send("GET", other, from.SignedHeader, nil)
	assert(status == 403 && strings.Contains(said, "SignatureDoesNotMatch"), said)
	form, err := signer.PresignPostObject(ctx, &s3.PutObjectInput{Bucket: bucket,
		Key: aws.String("posted")})
	check(err)
	status, said = post(form.URL, form.Values, "from a form")
	assert(status == 204, said)
	assert(string(get("posted")) == "from a form")
}

func clean() {
	walk := s3.NewListObjectVersionsPaginator(client,
		&s3.ListObjectVersionsInput{Bucket: bucket})
	for walk.HasMorePages() {
		page, err := walk.NextPage(ctx)
		check(err)
		gone := []types.ObjectIdentifier{}
		for _, item := range page.Versions {
			gone = append(gone, types.ObjectIdentifier{Key: item.Key, VersionId: item.VersionId})
		}
		for _, item := range page.DeleteMarkers {
			gone = append(gone, types.ObjectIdentifier{Key: item.Key, VersionId: item.VersionId})
		}
		_, err = client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket,
			Delete: &types.Delete{Objects: gone, Quiet: aws.Bool(true)}})
		check(err)
	}
	uploads, err := client.ListMultipartUploads(ctx,
		&s3.ListMultipartUploadsInput{Bucket: bucket})
	check(err)
	assert(len(uploads.Uploads) == 0, "uploads are left")
	_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	check(err)
	_ = os.Stdout.Sync()
}
