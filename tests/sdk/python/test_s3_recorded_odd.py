# tests/sdk/python/test_s3_recorded_odd.py - what AWS was recorded to answer to odd requests
"""Source: the recorded answers of S3 in localstack's tests/aws (*.snapshot.json, 2023 to 2026)."""
import secrets

import pytest

import raw
from test_s3_post import multipart, policy, post
from test_s3_recorded import error


def test_a_preflight_for_a_get(environment, s3, bucket):
    """A GET that names headers is judged like the OPTIONS before it."""
    s3.put_object(Bucket=bucket, Key="k")
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["http://a.test"],
         "AllowedHeaders": ["x-amz-date"]}]})
    for header, said in ((None, True), ("x-amz-date", True), ("x-amz-request-payer", False)):
        asks = {"Access-Control-Request-Headers": header} if header else {}
        answer = raw.send(environment, "GET", f"/{bucket}/k", b"",
                          {"Origin": "http://a.test", **asks})
        assert answer.status == 200
        assert ("access-control-allow-origin" in answer.headers) == said


def test_a_checksum_that_the_upload_knows_nothing_of(s3, bucket):
    ids = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**ids)["UploadId"]
    part = s3.upload_part(UploadId=upload, PartNumber=1, Body=b"x", **ids)["ETag"]
    made = s3.complete_multipart_upload(
        UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]},
        ChecksumCRC32C="AAAAAA==-1", **ids)
    assert made["ChecksumType"] == "FULL_OBJECT" and "ChecksumCRC64NVME" in made


def test_keys_of_another_size(s3, bucket, refused):
    """Whoever reads has the wrong key; whoever writes has none."""
    ids = {"Bucket": bucket, "Key": "k", "SSECustomerAlgorithm": "AES256"}
    s3.put_object(SSECustomerKey=b"k" * 32, **ids)
    with refused("AccessDenied", 403) as call:
        s3.get_object(SSECustomerKey=b"k" * 10, **ids)
    assert error(call)["Message"].endswith("must provide the correct secret key.")
    with refused("403", 403):
        s3.head_object(SSECustomerKey=b"k" * 10, **ids)
    with refused("InvalidArgument", 400):
        s3.put_object(SSECustomerKey=b"k" * 10, **ids)


def test_a_policy_that_nobody_signed(environment, bucket):
    document = policy([{"bucket": bucket}, {"x-amz-algorithm": "AWS4-HMAC-SHA256"}])
    answer = post(environment, bucket, multipart([("key", "k"), ("policy", document)]))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert b"<Message>Access Denied</Message>" in answer.body


@pytest.mark.parametrize("form", ["port", "path", "host"])
def test_a_copy_from_an_address(environment, s3, bucket, form):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    for base in (environment.endpoint(form), "https://s3.amazonaws.com"):
        answer = raw.send(environment, "PUT", f"/{bucket}/copy", b"", {
            "x-amz-copy-source": f"{base}/{bucket}/a%20b"}, form)
        assert answer.status == 200, answer
        assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"x"
        s3.delete_object(Bucket=bucket, Key="copy")


def test_acceleration_of_names_with_dots(s3, bucket, refused):
    name = "t." + secrets.token_hex(6)
    s3.create_bucket(Bucket=name)
    for asked in (name, bucket):
        with refused("InvalidRequest" if asked == name else "MalformedXML", 400):
            s3.put_bucket_accelerate_configuration(
                Bucket=asked, AccelerateConfiguration={"Status": "random"})
    s3.delete_bucket(Bucket=name)


def test_the_first_region_as_it_is_written(environment, bucket):
    answer = raw.send(environment, "GET", f"/{bucket}?location", b"")
    assert answer.body.endswith(
        b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>')


def test_lists_tell_the_region(s3):
    """As it is, also where processes remember a bucket of that name elsewhere."""
    name = "t-" + secrets.token_hex(6)
    for asked, told in ((None, "us-east-1"), ("EU", "eu-west-1"), (None, "us-east-1"),
                        ("eu-west-2", "eu-west-2")):
        where = {"CreateBucketConfiguration": {"LocationConstraint": asked}} if asked else {}
        s3.create_bucket(Bucket=name, **where)
        for _ in range(10):
            for call in (s3.list_objects, s3.list_objects_v2):
                headers = call(Bucket=name)["ResponseMetadata"]["HTTPHeaders"]
                assert headers["x-amz-bucket-region"] == told
        s3.delete_bucket(Bucket=name)


def test_overrides_that_no_header_can_say(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k")
    s3.get_object(Bucket=bucket, Key="k", ResponseCacheControl="caf\u00e9")
    with refused("InvalidArgument", 400) as call:
        s3.get_object(Bucket=bucket, Key="k", ResponseCacheControl="a \u2014 b")
    assert error(call) == {
        "Code": "InvalidArgument", "ArgumentName": "response-cache-control",
        "ArgumentValue": "a \u2014 b",
        "Message": "Header value cannot be represented using ISO-8859-1."}
