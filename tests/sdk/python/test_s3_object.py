# tests/sdk/python/test_s3_object.py - objects: bodies, ranges, metadata, copies, deletes
import hashlib
import os
import tempfile
from datetime import datetime, timedelta, timezone

import botocore.exceptions
import pytest

import journey
from conftest import make_client


def test_sizes_and_streams(s3, bucket):
    journey.small_and_large(s3, bucket)


def test_metadata(s3, bucket):
    journey.metadata(s3, bucket)


def test_nasty_keys(s3, bucket):
    journey.keys_survive(s3, bucket)


def test_not_there(s3, bucket, refused):
    with refused("NoSuchKey", 404) as r:
        s3.get_object(Bucket=bucket, Key="a key")
    assert r.response["Error"]["Key"] == "a key"
    with refused("404", 404):
        s3.head_object(Bucket=bucket, Key="a key")
    assert s3.delete_object(Bucket=bucket, Key="a key")["ResponseMetadata"]["HTTPStatusCode"] == 204


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_upload_from_a_file(environment, bucket, scheme):
    """boto3 sends it with Expect, chunked and with a trailing checksum over HTTPS."""
    s3 = make_client(environment, "path", scheme)
    data = os.urandom(1 << 20) * 20
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        s3.put_object(Bucket=bucket, Key="file", Body=file)
    head = s3.head_object(Bucket=bucket, Key="file", ChecksumMode="ENABLED")
    assert head["ContentLength"] == len(data)
    assert "ContentEncoding" not in head
    assert head["ETag"] == '"%s"' % hashlib.md5(data).hexdigest()
    assert head["ChecksumType"] == "FULL_OBJECT"
    got = s3.get_object(Bucket=bucket, Key="file")["Body"]
    assert hashlib.md5(got.read()).digest() == hashlib.md5(data).digest()


def test_overwrite(s3, bucket):
    for data in (b"one", os.urandom(100000), b"three", b""):
        s3.put_object(Bucket=bucket, Key="k", Body=data, Metadata={"n": str(len(data))})
        got = s3.get_object(Bucket=bucket, Key="k")
        assert got["Body"].read() == data and got["Metadata"] == {"n": str(len(data))}


RANGES = [  # of 10 bytes; None: the whole object, as if no range were asked
    ("bytes=0-0", "0-0"), ("bytes=2-5", "2-5"), ("bytes=5-", "5-9"), ("bytes=-3", "7-9"),
    ("bytes=-20", "0-9"), ("bytes=8-100", "8-9"), ("bytes=5-2", None), ("octets=1-2", None),
    ("bytes=1-2,4-5", None), ("bytes=x-y", None), ("bytes=-", None),
]


@pytest.mark.parametrize("size", [10, 200000])
@pytest.mark.parametrize("asked,want", RANGES)
def test_ranges(s3, bucket, size, asked, want):
    data = os.urandom(size // 10) * 10 if size > 10 else b"0123456789"
    s3.put_object(Bucket=bucket, Key="r", Body=data)
    if size > 10 and want and asked not in ("bytes=0-0", "bytes=2-5"):
        first, last = {"bytes=5-": (5, size - 1), "bytes=-3": (size - 3, size - 1),
                       "bytes=-20": (size - 20, size - 1), "bytes=8-100": (8, 100)}[asked]
        want = f"{first}-{last}"
    for call in (s3.get_object, s3.head_object):
        got = call(Bucket=bucket, Key="r", Range=asked)
        status = got["ResponseMetadata"]["HTTPStatusCode"]
        if want is None:
            assert status == 200 and got["ContentLength"] == size
            continue
        first, last = (int(number) for number in want.split("-"))
        assert status == 206
        assert got["ContentRange"] == f"bytes {want}/{size}"
        assert got["ContentLength"] == last - first + 1
        if call == s3.get_object:
            assert got["Body"].read() == data[first:last + 1]


@pytest.mark.parametrize("size", [0, 10, 200000])
def test_range_past_the_end(s3, bucket, refused, size):
    s3.put_object(Bucket=bucket, Key="r", Body=b"x" * size)
    with refused("InvalidRange", 416) as r:
        s3.get_object(Bucket=bucket, Key="r", Range=f"bytes={size}-")
    assert r.response["Error"]["ActualObjectSize"] == str(size)
    assert r.response["Error"]["RangeRequested"] == f"bytes={size}-"


@pytest.mark.parametrize("asked,status", [
    ("bytes=-1", 200), ("bytes=-0", 416), ("bytes=0-0", 416), ("bytes=00-01", 416),
    ("bytes=0 -1", 200), ("bytes=,", 200), ("bytes=0-0,1-2", 200)])
def test_ranges_of_nothing(s3, bucket, asked, status):
    s3.put_object(Bucket=bucket, Key="r", Body=b"")
    for call in (s3.get_object, s3.head_object):
        try:
            got = call(Bucket=bucket, Key="r", Range=asked)
        except botocore.exceptions.ClientError as error:
            got = error.response
        assert got["ResponseMetadata"]["HTTPStatusCode"] == status
        assert "content-range" not in got["ResponseMetadata"]["HTTPHeaders"] or status == 416


def test_metadata_limit(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"a": "x" * 2047})
    with refused("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"a": "x" * 2048})


def test_default_content_type(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="k")["ContentType"] == "binary/octet-stream"


def test_answer_headers_on_request(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentType="text/plain")
    got = s3.get_object(
        Bucket=bucket, Key="k", ResponseContentType="text/other", ResponseCacheControl="no-cache",
        ResponseContentDisposition='attachment; filename="f"', ResponseContentLanguage="fr",
        ResponseContentEncoding="br", ResponseExpires=datetime(2030, 1, 1, tzinfo=timezone.utc))
    assert got["ContentType"] == "text/other" and got["CacheControl"] == "no-cache"
    assert got["ContentDisposition"] == 'attachment; filename="f"'
    assert got["ContentLanguage"] == "fr" and got["ContentEncoding"] == "br"
    assert got["ResponseMetadata"]["HTTPHeaders"]["expires"] == "Tue, 01 Jan 2030 00:00:00 GMT"


def test_key_length(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"")
    s3.put_object(Bucket=bucket, Key="é" * 512, Body=b"")
    with refused("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")
    with refused("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key="é" * 513, Body=b"")


def test_copy_replace(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=b"x" * 100000, ContentType="text/a",
                  Metadata={"a": "1"})
    s3.copy_object(Bucket=bucket, Key="to", CopySource=f"/{bucket}/from", ContentType="text/b",
                   Metadata={"b": "2"}, MetadataDirective="REPLACE")
    head = s3.head_object(Bucket=bucket, Key="to")
    assert head["ContentType"] == "text/b" and head["Metadata"] == {"b": "2"}
    s3.delete_object(Bucket=bucket, Key="from")
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"x" * 100000


def test_copy_to_itself(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata={"a": "1"})
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k")
    s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k", Metadata={"b": "2"},
                   MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"b": "2"}


def test_copy_of_nothing(s3, bucket, refused):
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/nothing")
    with refused("NoSuchBucket", 404):
        s3.copy_object(Bucket=bucket, Key="k", CopySource="no-such-bucket-here/nothing")


def test_copy_source_conditions(s3, bucket, refused):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    source = {"Bucket": bucket, "CopySource": f"{bucket}/k", "Key": "to"}
    s3.copy_object(**source, CopySourceIfMatch=etag)
    with refused("PreconditionFailed", 412):
        s3.copy_object(**source, CopySourceIfMatch='"other"')
    with refused("PreconditionFailed", 412):
        s3.copy_object(**source, CopySourceIfNoneMatch=etag)
    with refused("PreconditionFailed", 412):
        s3.copy_object(**source, CopySourceIfUnmodifiedSince=datetime.now() - timedelta(days=1))


def test_delete_many(s3, bucket, refused):
    keys = [f"k{number:04}" for number in range(1000)]
    for key in keys[:30]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    s3.put_object(Bucket=bucket, Key="stays", Body=b"")
    objects = [{"Key": key} for key in keys]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert sorted(item["Key"] for item in answer["Deleted"]) == keys
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [item["Key"] for item in listed] == ["stays"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects[:3], "Quiet": True})
    assert "Deleted" not in quiet
    with refused("MalformedXML", 400):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": objects + [{"Key": "one too many"}]})
