# tests/sdk/python/journey.py - what every client does with S3, through every address
"""Plain asserts and boto3 only: it also runs under the boto3 of 2022, without pytest."""
import hashlib
import io
import os
import urllib.error
import urllib.request

# Keys that a web server, a gateway or a careless parser would change.
NASTY_KEYS = [
    "plain", "a b", "a+b", "a%2Fb", "a%20b", "a//b", "/leading", "trailing/", "a/./b", "a/../b",
    "../up", "..", "ünïcode-é", "unicode-e\u0301", "漢字/日本", "\U0001f600", "q?x=1&y=2#z",
    "semi;colon,comma", "quotes'\"`", "star*paren()", "tilde~^|\\", "percent%", "%zz", "=eq&amp;<>",
    "tab\there", "line\nbreak", "@:!$", "x" * 1000, " ", ".", "a=b", "caf\u00e9+%C3%A9",
]


def body_of(answer):
    return answer["Body"].read()


def small_and_large(s3, bucket):
    """In the database, at its limit, past it, and 20 MiB as a stream from a file."""
    for size in (0, 1, 65536, 65537, 300000):
        data = os.urandom(size)
        put = s3.put_object(Bucket=bucket, Key="size", Body=data)
        assert put["ETag"] == '"%s"' % hashlib.md5(data).hexdigest()
        got = s3.get_object(Bucket=bucket, Key="size")
        assert got["ContentLength"] == size
        assert body_of(got) == data
    data = os.urandom(1 << 20) * 20
    s3.put_object(Bucket=bucket, Key="size", Body=io.BytesIO(data))
    got = s3.get_object(Bucket=bucket, Key="size")
    assert hashlib.sha256(body_of(got)).digest() == hashlib.sha256(data).digest()
    part = s3.get_object(Bucket=bucket, Key="size", Range="bytes=1048570-1048585")
    assert part["ContentRange"] == "bytes 1048570-1048585/20971520"
    assert body_of(part) == data[1048570:1048586]
    s3.delete_object(Bucket=bucket, Key="size")


def metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="m", Body=b"x", ContentType="text/x-test",
                  CacheControl="max-age=5", ContentDisposition="inline", ContentLanguage="de",
                  ContentEncoding="identity", Metadata={"one": "1", "two-words": "a b"})
    head = s3.head_object(Bucket=bucket, Key="m")
    assert head["ContentType"] == "text/x-test" and head["CacheControl"] == "max-age=5"
    assert head["ContentDisposition"] == "inline" and head["ContentLanguage"] == "de"
    assert head["ContentEncoding"] == "identity"
    assert head["Metadata"] == {"one": "1", "two-words": "a b"}
    s3.copy_object(Bucket=bucket, Key="m2", CopySource={"Bucket": bucket, "Key": "m"})
    assert s3.head_object(Bucket=bucket, Key="m2")["Metadata"] == head["Metadata"]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "m"}, {"Key": "m2"}]})


def keys_survive(s3, bucket, keys=None):
    """Each key comes back from GET, list and copy as the very same characters."""
    keys = keys or NASTY_KEYS
    for number, key in enumerate(keys):
        s3.put_object(Bucket=bucket, Key=key, Body=b"%d" % number)
    for number, key in enumerate(keys):
        assert body_of(s3.get_object(Bucket=bucket, Key=key)) == b"%d" % number, key
    listed = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(keys, key=lambda key: key.encode()), listed
    listed = [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]]
    assert listed == sorted(keys, key=lambda key: key.encode()), listed
    for number, key in enumerate(keys):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
        assert body_of(s3.get_object(Bucket=bucket, Key="copy")) == b"%d" % number, key
    s3.delete_object(Bucket=bucket, Key="copy")
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def lists(s3, bucket):
    for key in ("a", "b/1", "b/2", "c/1", "d"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [item["Key"] for item in answer["Contents"]] == ["a", "d"]
    assert [item["Prefix"] for item in answer["CommonPrefixes"]] == ["b/", "c/"]
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 2})
    assert [i["Key"] for page in pages for i in page["Contents"]] == ["a", "b/1", "b/2", "c/1", "d"]
    answer = s3.delete_objects(Bucket=bucket, Delete={
        "Objects": [{"Key": key} for key in ("a", "b/1", "b/2", "c/1", "d", "never was")]})
    assert len(answer["Deleted"]) == 6 and "Errors" not in answer


def fetch(url, method="GET", data=None, context=None, kind=""):
    # urllib makes up a Content-Type, which version 2 of the signature covers.
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": kind})
    handlers = [urllib.request.ProxyHandler({})]
    if context:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    with urllib.request.build_opener(*handlers).open(request, timeout=60) as answer:
        return answer.read()


def presigned(s3, bucket, context=None):
    for key in ("p", "a b+c/ü%2F"):
        names = {"Bucket": bucket, "Key": key}
        fetch(s3.generate_presigned_url("put_object", names), "PUT", b"presigned", context)
        url = s3.generate_presigned_url("get_object", names)
        assert fetch(url, context=context) == b"presigned"
        s3.delete_object(**names)


def journey(s3, bucket, context=None, keys=None):
    s3.create_bucket(Bucket=bucket)
    s3.head_bucket(Bucket=bucket)
    assert bucket in [item["Name"] for item in s3.list_buckets()["Buckets"]]
    small_and_large(s3, bucket)
    metadata(s3, bucket)
    keys_survive(s3, bucket, keys)
    lists(s3, bucket)
    presigned(s3, bucket, context)
    s3.delete_bucket(Bucket=bucket)
    assert bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]
