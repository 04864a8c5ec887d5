# tests/sdk/python/test_s3_tags.py - tags of objects and of buckets
import secrets

import pytest


def tag_set(**tags):
    return {"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]}


def tags_of(s3, bucket, key, **more):
    answer = s3.get_object_tagging(Bucket=bucket, Key=key, **more)["TagSet"]
    return [(t["Key"], t["Value"]) for t in answer]


def test_objects(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="b=2&a=1&c&d=%2B+%C3%BC")
    assert tags_of(s3, bucket, "k") == [("a", "1"), ("b", "2"), ("c", ""), ("d", "+ \u00fc")]
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 4
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tag_set(z="9"))
    assert tags_of(s3, bucket, "k") == [("z", "9")]
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 1
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert tags_of(s3, bucket, "k") == []
    assert "TagCount" not in s3.head_object(Bucket=bucket, Key="k")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tag_set(z="9"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert tags_of(s3, bucket, "k") == []
    for call in (s3.get_object_tagging, s3.delete_object_tagging):
        with refused("NoSuchKey", 404):
            call(Bucket=bucket, Key="none")


@pytest.mark.parametrize("tagging,code", [
    (tag_set(**{f"k{i}": "v" for i in range(11)}), "BadRequest"),
    (tag_set(**{"k" * 129: "v"}), "InvalidTag"),
    (tag_set(k="v" * 257), "InvalidTag"),
    (tag_set(**{"a,b": "v"}), "InvalidTag"),
    (tag_set(**{"aws:k": "v"}), "InvalidTag"),
    ({"TagSet": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}, "InvalidTag"),
], ids=["many", "long key", "long value", "characters", "aws", "twice"])
def test_what_no_tags_are(s3, bucket, refused, tagging, code):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused(code, 400):
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tagging)


@pytest.mark.parametrize("header", ["a=1&a=2", "a=1,b=2", "a=%ff"])
def test_what_no_header_is(s3, bucket, refused, header):
    with refused("InvalidArgument", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging=header)


def test_limits_are_met(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tag_set(
        **{f"{i}" + "\u00fc" * 127: "v" * 256 for i in range(10)}))
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 10


def test_versions(s3, bucket, refused):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="v=1")["VersionId"]
    new = s3.put_object(Bucket=bucket, Key="k", Body=b"y")["VersionId"]
    told = s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tag_set(v="2"))
    assert told["VersionId"] == new
    assert tags_of(s3, bucket, "k", VersionId=old) == [("v", "1")]
    told = s3.delete_object_tagging(Bucket=bucket, Key="k", VersionId=old)
    assert told["VersionId"] == old and tags_of(s3, bucket, "k") == [("v", "2")]
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    for more in ({}, {"VersionId": marker}):
        with refused("MethodNotAllowed", 405):
            s3.get_object_tagging(Bucket=bucket, Key="k", **more)
        with refused("MethodNotAllowed", 405):
            s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tag_set(v="3"), **more)


def test_copies(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1")
    source = f"{bucket}/k"
    s3.copy_object(Bucket=bucket, Key="same", CopySource=source, Tagging="b=2")
    assert tags_of(s3, bucket, "same") == [("a", "1")]
    s3.copy_object(Bucket=bucket, Key="new", CopySource=source, Tagging="b=2",
                   TaggingDirective="REPLACE")
    assert tags_of(s3, bucket, "new") == [("b", "2")]
    s3.copy_object(Bucket=bucket, Key="none", CopySource=source, TaggingDirective="REPLACE")
    assert tags_of(s3, bucket, "none") == []


def test_uploads(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", Tagging="a=1")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert tags_of(s3, bucket, "k") == [("a", "1")]


def test_buckets(s3, bucket, refused):
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tag_set(a="1", b=""))
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tag_set(a="1", b="")["TagSet"]
    with refused("InvalidTag", 400):
        s3.put_bucket_tagging(Bucket=bucket, Tagging=tag_set(**{"aws:a": "1"}))
    with refused("BadRequest", 400):
        s3.put_bucket_tagging(Bucket=bucket, Tagging=tag_set(**{f"k{i}": "" for i in range(51)}))
    s3.delete_bucket_tagging(Bucket=bucket)
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=bucket)


def test_new_bucket(s3, refused):
    name = "t-" + secrets.token_hex(6)
    tags = tag_set(a="1")["TagSet"]
    made = s3.create_bucket(Bucket=name, CreateBucketConfiguration={"Tags": tags})
    assert made["BucketArn"] == f"arn:aws:s3:::{name}"
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags
    with refused("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"Tags": tags})
    s3.create_bucket(Bucket=name)
    s3.delete_bucket(Bucket=name)
