# tests/sdk/python/transfers.py - what boto3's users do beyond single requests
"""Plain asserts and boto3 only, as journey.py: it also runs under the boto3 of 2022.  Buckets it
makes are gone afterwards."""
import datetime
import io
import os
import threading

import boto3.s3.transfer
import botocore.exceptions

import journey

LARGE = (20 << 20) + 7  # in parts from 8 MiB on


class Stream:
    """A file that can only be read, and is as long as it is."""

    def __init__(self, data):
        self.file = io.BytesIO(data)

    def read(self, size=-1):
        return self.file.read(size)


def refused(code, status, call, kind=botocore.exceptions.ClientError, **arguments):
    try:
        call(**arguments)
    except kind as error:
        found = (error.response["Error"]["Code"],
                 error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert found == (code, status), error
        return
    raise AssertionError("not refused: " + code)


def errors(s3, bucket):
    """The codes are the SDK's own exceptions, where it has them."""
    known = s3.exceptions
    refused("NoSuchBucket", 404, s3.list_objects_v2, known.NoSuchBucket, Bucket=bucket)
    refused("404", 404, s3.head_bucket, Bucket=bucket)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    refused("BucketAlreadyOwnedByYou", 409, s3.create_bucket, known.BucketAlreadyOwnedByYou,
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-west-1"
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)
    refused("NoSuchKey", 404, s3.get_object, known.NoSuchKey, Bucket=bucket, Key="none")
    refused("404", 404, s3.head_object, Bucket=bucket, Key="none")
    refused("NoSuchUpload", 404, s3.abort_multipart_upload, known.NoSuchUpload, Bucket=bucket,
            Key="none", UploadId="none")
    refused("NoSuchLifecycleConfiguration", 404, s3.get_bucket_lifecycle_configuration,
            Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    refused("BucketNotEmpty", 409, s3.delete_bucket, Bucket=bucket)
    refused("InvalidRange", 416, s3.get_object, Bucket=bucket, Key="k", Range="bytes=1-")
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket=bucket, MaxKeys=-1)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="k")


def sums(s3, bucket):
    """Over TLS as trailers; boto3 of 2022 signs even that the body comes in chunks."""
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        data = os.urandom(100000)
        put = s3.put_object(Bucket=bucket, Key="sum", Body=data, ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=bucket, Key="sum", ChecksumMode="ENABLED")
        assert got["Body"].read() == data
        assert got["Checksum" + algorithm] == put["Checksum" + algorithm]


def managed(s3, bucket, folder):
    """upload_file, download_file, copy and their streams, in parts with several threads."""
    data, seen, lock = os.urandom(LARGE), [], threading.Lock()

    def count(size):
        with lock:
            seen.append(size)

    path = os.path.join(folder, "large")
    with open(path, "wb") as out:
        out.write(data)
    s3.upload_file(path, bucket, "file", Callback=count,
                   ExtraArgs={"Metadata": {"a": "1"}, "ContentType": "text/x"})
    assert sum(seen) == LARGE
    s3.upload_fileobj(Stream(data), bucket, "stream")
    # Copied in parts, it has what is said here; the boto3 of 2022 takes nothing along.
    s3.copy({"Bucket": bucket, "Key": "file"}, bucket, "copy",
            ExtraArgs={"Metadata": {"a": "1"}, "MetadataDirective": "REPLACE"})
    for key in ("file", "stream", "copy"):
        head = s3.head_object(Bucket=bucket, Key=key)
        assert head["ETag"].endswith('-3"') and head["ContentLength"] == LARGE, (key, head)
        s3.download_file(bucket, key, path)
        with open(path, "rb") as back:
            assert back.read() == data, key
        into = io.BytesIO()
        s3.download_fileobj(bucket, key, into)
        assert into.getvalue() == data, key
    assert s3.head_object(Bucket=bucket, Key="copy")["Metadata"] == {"a": "1"}
    half = LARGE // 2
    part = s3.get_object(Bucket=bucket, Key="copy", Range=f"bytes={half - 5}-{half + 4}")
    assert part["Body"].read() == data[half - 5:half + 5]
    assert s3.head_object(Bucket=bucket, Key="file", PartNumber=3)["PartsCount"] == 3
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def pages(s3, bucket, keys=1100):
    """More keys than one answer holds, in every way of asking."""
    names = [f"page/{number % 11:02}/{number:04}" for number in range(keys)]
    some = iter(names)
    lock = threading.Lock()

    def fill():
        while True:
            with lock:
                name = next(some, None)
            if name is None:
                return
            s3.put_object(Bucket=bucket, Key=name, Body=b"")

    threads = [threading.Thread(target=fill) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names.sort()
    first = s3.list_objects_v2(Bucket=bucket, Prefix="page/")
    assert first["IsTruncated"] and first["KeyCount"] == 1000
    for operation in ("list_objects", "list_objects_v2", "list_object_versions"):
        kind = "Versions" if operation == "list_object_versions" else "Contents"
        walk = s3.get_paginator(operation).paginate(Bucket=bucket, Prefix="page/")
        assert [item["Key"] for page in walk for item in page[kind]] == names, operation
    walk = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="page/", Delimiter="/", PaginationConfig={"PageSize": 3})
    folders = list(walk.search("CommonPrefixes[].Prefix"))
    assert folders == [f"page/{number:02}/" for number in range(11)]
    after = s3.list_objects_v2(Bucket=bucket, Prefix="page/", StartAfter=names[-3])
    assert [item["Key"] for item in after["Contents"]] == names[-2:]
    for at in range(0, keys, 1000):
        gone = s3.delete_objects(Bucket=bucket, Delete={
            "Objects": [{"Key": name} for name in names[at:at + 1000]], "Quiet": True})
        assert "Errors" not in gone


def conditions(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="c", Body=b"x")["ETag"]
    at = {"Bucket": bucket, "Key": "c"}
    old = datetime.datetime(2020, 1, 1)
    assert s3.get_object(IfMatch=tag, IfUnmodifiedSince=old, **at)["Body"].read() == b"x"
    refused("304", 304, s3.get_object, IfNoneMatch=tag, **at)
    refused("PreconditionFailed", 412, s3.get_object, IfMatch='"0"', **at)
    refused("PreconditionFailed", 412, s3.get_object, IfUnmodifiedSince=old, **at)
    refused("PreconditionFailed", 412, s3.copy_object, Bucket=bucket, Key="d", CopySource=at,
            CopySourceIfNoneMatch=tag)


def forms(s3, bucket, context=None):
    """A browser's form, as generate_presigned_post has it."""
    made = s3.generate_presigned_post(
        bucket, "form/${filename}", Fields={"acl": "bucket-owner-full-control"},
        Conditions=[{"acl": "bucket-owner-full-control"}, ["content-length-range", 1, 10]])
    end = "==end=="
    lines = [f'--{end}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
             for name, value in made["fields"].items()]
    lines.append(f'--{end}\r\nContent-Disposition: form-data; name="file"; filename="a b"\r\n\r\n'
                 f'content\r\n--{end}--\r\n')
    journey.fetch(made["url"], "POST", "".join(lines).encode(), context,
                  "multipart/form-data; boundary=" + end)
    assert s3.get_object(Bucket=bucket, Key="form/a b")["Body"].read() == b"content"


def resources(resource, bucket):
    """The object-oriented half of boto3: versions, collections, filters."""
    bucket = resource.Bucket(bucket)
    assert bucket.creation_date.tzinfo is not None
    bucket.Versioning().enable()
    for text in (b"1", b"22"):
        bucket.put_object(Key="r/v", Body=text)
    bucket.Object("r/v").delete()
    assert [item.key for item in bucket.objects.filter(Prefix="r/")] == []
    new, old, marker = bucket.object_versions.filter(Prefix="r/v")  # markers come last
    assert marker.is_latest and marker.size is None and (new.size, old.size) == (2, 1)
    assert old.get()["Body"].read() == b"1"
    marker.delete()
    assert bucket.Object("r/v").get()["Body"].read() == b"22"
    bucket.Object("r/w").copy_from(CopySource={
        "Bucket": bucket.name, "Key": "r/v", "VersionId": old.id})
    assert bucket.Object("r/w").content_length == 1
    bucket.Versioning().suspend()
    bucket.Tagging().put(Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert bucket.Tagging().tag_set == [{"Key": "a", "Value": "b"}]
    bucket.object_versions.delete()
    bucket.delete()
    bucket.wait_until_not_exists()


def everything(s3, resource, bucket, folder, context=None):
    errors(s3, bucket)
    sums(s3, bucket)
    managed(s3, bucket, folder)
    pages(s3, bucket)
    conditions(s3, bucket)
    forms(s3, bucket, context)
    resources(resource, bucket)
