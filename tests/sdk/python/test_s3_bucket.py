# tests/sdk/python/test_s3_bucket.py - buckets: names, owners, what keeps one from going
import secrets

import boto3
import botocore.config
import botocore.handlers
import pytest

from conftest import make_client


def test_create_again_in_us_east_1_is_fine(s3, bucket):
    assert s3.create_bucket(Bucket=bucket)["Location"] == "/" + bucket


def test_create_again_elsewhere_is_not(environment, refused):
    s3 = make_client(environment, keys={**environment.aws, "region": "eu-west-1"})
    name = "t-" + secrets.token_hex(6)
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    with refused("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "eu-west-1"
    s3.delete_bucket(Bucket=name)


def test_two_environments_have_the_same_name(s3, neighbour, bucket):
    theirs = make_client(neighbour)
    theirs.create_bucket(Bucket=bucket)
    theirs.put_object(Bucket=bucket, Key="theirs", Body=b"theirs")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    theirs.delete_object(Bucket=bucket, Key="theirs")
    theirs.delete_bucket(Bucket=bucket)
    s3.head_bucket(Bucket=bucket)


def test_delete_wants_it_empty(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)
    with refused("NoSuchBucket", 404):
        s3.delete_bucket(Bucket=bucket)


def test_no_such_bucket(s3, refused):
    gone = "t-" + secrets.token_hex(6)
    with refused("404", 404):
        s3.head_bucket(Bucket=gone)
    for call in (
            lambda: s3.list_objects(Bucket=gone),
            lambda: s3.list_objects_v2(Bucket=gone),
            lambda: s3.list_object_versions(Bucket=gone),
            lambda: s3.get_object(Bucket=gone, Key="k"),
            lambda: s3.put_object(Bucket=gone, Key="k", Body=b"x"),
            lambda: s3.put_object(Bucket=gone, Key="k", Body=b"x" * 100000),
            lambda: s3.delete_object(Bucket=gone, Key="k"),
            lambda: s3.delete_objects(Bucket=gone, Delete={"Objects": [{"Key": "k"}]})):
        with refused("NoSuchBucket", 404) as r:
            call()
        assert r.response["Error"]["BucketName"] == gone


# docs.aws.amazon.com, "Bucket naming rules"
WRONG_NAMES = [
    "ab", "a" * 64, "UPPER", "under_score", "-begin", "end-", ".begin", "end.", "two..dots",
    "192.168.5.4", "xn--punycode", "sthree-x", "name-s3alias", "name--ol-s3", "with space",
    "ümlaut", "tab\t", "a/b",
]


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_wrong_names(environment, refused, name):
    s3 = make_client(environment, s3={"addressing_style": "path"})
    # The client's own check would not let it through.
    s3.meta.events.unregister("before-parameter-build.s3", botocore.handlers.validate_bucket_name)
    with refused("InvalidBucketName", 400):
        if name == "a/b":
            name = "a%2Fb"
        s3.create_bucket(Bucket=name)


@pytest.mark.parametrize("name", ["abc", "a" * 63, "1.2.3", "a.b-c.d", "0-0", "my.bucket.name"])
def test_right_names(environment, name):
    s3 = make_client(environment, s3={"addressing_style": "path"})
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    s3.delete_object(Bucket=name, Key="k")
    s3.delete_bucket(Bucket=name)


def test_list_buckets(s3, bucket):
    answer = s3.list_buckets()
    assert answer["Owner"]["ID"]
    names = [item["Name"] for item in answer["Buckets"]]
    assert names == sorted(names) and bucket in names
    assert s3.list_buckets(Prefix=bucket)["Buckets"][0]["Name"] == bucket
    page = s3.list_buckets(MaxBuckets=1)
    assert len(page["Buckets"]) == 1


def test_location(s3, bucket):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
