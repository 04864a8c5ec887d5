# tests/sdk/python/test_s3_events.py - what buckets tell queues, as boto3 sees both
import json
import secrets
import threading
from datetime import datetime, timezone

import pytest
import requests

from conftest import make_client


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_s3", "aws_sqs", name="events", ports=True)
    yield made
    made.destroy()


@pytest.fixture
def s3(home):
    return make_client(home)


@pytest.fixture
def sqs(home):
    return make_client(home, service="sqs")


def make_queue(sqs):
    url = sqs.create_queue(QueueName="q-" + secrets.token_hex(4))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, arn["Attributes"]["QueueArn"]


def told(sqs, url, n):
    """The next n messages, in their order."""
    out = []
    while len(out) < n:
        got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20,
                                  MaxNumberOfMessages=min(10, n - len(out)))
        assert got.get("Messages"), f"{len(out)} of {n}: {out}"
        for message in got["Messages"]:
            out.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return out


def tell(s3, sqs, bucket, events, rules=()):
    """Rules for the bucket; its queue, from which the test event was taken."""
    url, arn = make_queue(sqs)
    rule = {"Id": "rule", "QueueArn": arn, "Events": events}
    if rules:
        rule["Filter"] = {"Key": {"FilterRules": [{"Name": n, "Value": v} for n, v in rules]}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [rule]})
    test = told(sqs, url, 1)[0]
    assert test["Event"] == "s3:TestEvent" and test["Service"] == "Amazon S3"
    assert test["Bucket"] == bucket and test["RequestId"] and test["HostId"] and test["Time"]
    return url


def test_created_and_removed(home, s3, sqs, bucket):
    url = tell(s3, sqs, bucket, ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"])
    etag = s3.put_object(Bucket=bucket, Key="a b/é+", Body=b"hello")["ETag"]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "a b/é+"})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"part")
    s3.complete_multipart_upload(
        Bucket=bucket, Key="parts", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    form = s3.generate_presigned_post(bucket, "form")
    assert requests.post(form["url"], data=form["fields"], files={"file": b"f"},
                         timeout=30).status_code == 204
    s3.put_object_tagging(Bucket=bucket, Key="copy",
                          Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object(Bucket=bucket, Key="copy")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "form"}, {"Key": "none"},
                                                         {"Key": "parts"}]})
    records = [m["Records"][0] for m in told(sqs, url, 9)]
    assert [(r["eventName"], r["s3"]["object"]["key"]) for r in records] == [
        ("ObjectCreated:Put", "a+b/%C3%A9%2B"), ("ObjectCreated:Copy", "copy"),
        ("ObjectCreated:CompleteMultipartUpload", "parts"), ("ObjectCreated:Post", "form"),
        ("ObjectTagging:Put", "copy"), ("ObjectRemoved:Delete", "copy"),
        ("ObjectRemoved:Delete", "form"), ("ObjectRemoved:Delete", "none"),
        ("ObjectRemoved:Delete", "parts")]
    first = records[0]
    assert first["eventVersion"] == "2.1" and first["eventSource"] == "aws:s3"
    assert first["awsRegion"] == "us-east-1"
    assert first["userIdentity"]["principalId"] and first["requestParameters"]["sourceIPAddress"]
    assert set(first["responseElements"]) == {"x-amz-request-id", "x-amz-id-2"}
    assert first["s3"]["configurationId"] == "rule" and first["s3"]["s3SchemaVersion"] == "1.0"
    assert first["s3"]["bucket"]["name"] == bucket
    assert first["s3"]["bucket"]["arn"] == f"arn:aws:s3:::{bucket}"
    assert first["s3"]["object"]["size"] == 5
    assert first["s3"]["object"]["eTag"] == etag.strip('"')
    order = [r["s3"]["object"]["sequencer"] for r in records if "sequencer" in r["s3"]["object"]]
    assert len(order) == 8 and order == sorted(order)


def test_versions_and_filters(s3, sqs, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    url = tell(s3, sqs, bucket, ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"],
               [("prefix", "in/"), ("suffix", ".txt")])
    s3.put_object(Bucket=bucket, Key="out/a.txt")
    s3.put_object(Bucket=bucket, Key="in/a.jpg")
    put = s3.put_object(Bucket=bucket, Key="in/a.txt")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="in/a.txt")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="in/a.txt", VersionId=put)
    records = [m["Records"][0] for m in told(sqs, url, 3)]
    assert [(r["eventName"], r["s3"]["object"]["versionId"]) for r in records] == [
        ("ObjectCreated:Put", put), ("ObjectRemoved:DeleteMarkerCreated", marker),
        ("ObjectRemoved:Delete", put)]


def test_configuration_taken_back(s3, sqs, bucket):
    url = tell(s3, sqs, bucket, ["s3:ObjectCreated:*"])
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    s3.put_object(Bucket=bucket, Key="silent")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    rule = {"QueueArn": arn["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [rule]})
    s3.put_object(Bucket=bucket, Key="heard")
    got = told(sqs, url, 2)
    assert got[0]["Event"] == "s3:TestEvent"
    assert got[1]["Records"][0]["s3"]["object"]["key"] == "heard"


def test_destinations(s3, sqs, bucket, refused):
    absent = "arn:aws:sqs:us-east-1:111122223333:absent"
    kinds = [("QueueConfigurations", "QueueArn", absent),
             ("TopicConfigurations", "TopicArn", absent.replace("sqs", "sns")),
             ("LambdaFunctionConfigurations", "LambdaFunctionArn",
              "arn:aws:lambda:us-east-1:111122223333:function:absent")]
    for kind, member, arn in kinds:
        rules = {kind: [{member: arn, "Events": ["s3:ObjectCreated:*"]}]}
        with refused("InvalidArgument", 400) as r:
            s3.put_bucket_notification_configuration(Bucket=bucket,
                                                     NotificationConfiguration=rules)
        assert r.response["Error"]["Message"] == (
            "Unable to validate the following destination configurations")
        assert r.response["Error"]["ArgumentName1"].split(",")[0] == arn
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=rules, SkipDestinationValidation=True)
    s3.put_object(Bucket=bucket, Key="a")  # whoever is told, or not, this works
    arn = make_queue(sqs)[1].replace("us-east-1", "eu-west-1")
    far = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    with refused("InvalidArgument", 400):
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=far)


@pytest.mark.concurrent
def test_each_change_told_once(home, s3, sqs, bucket):
    url = tell(s3, sqs, bucket, ["s3:ObjectCreated:*"])

    def put(who):
        client = make_client(home)
        for i in range(10):
            client.put_object(Bucket=bucket, Key=f"{who}/{i}")

    threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    keys = [m["Records"][0]["s3"]["object"]["key"] for m in told(sqs, url, 40)]
    assert sorted(keys) == sorted(f"{w}/{i}" for w in range(4) for i in range(10))
    for who in range(4):
        mine = [k for k in keys if k.startswith(f"{who}/")]
        assert mine == [f"{who}/{i}" for i in range(10)]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_made_up_records(home, s3, sqs, bucket):
    """Files that MockFactory itself puts are told like any other."""
    url = tell(s3, sqs, bucket, ["s3:ObjectCreated:Put"], [("prefix", "seed/")])
    home.api.ok("POST", f"/api/v1/data/{home.id}/generate", {
        "template": "it_servers", "count": 3, "seed_into": "aws_s3", "s3_bucket": bucket,
        "key_prefix": "seed/"})
    record = told(sqs, url, 1)[0]["Records"][0]
    key = s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]
    head = s3.head_object(Bucket=bucket, Key=key)
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["userIdentity"]["principalId"] == "s3.amazonaws.com"
    assert record["s3"]["object"]["key"] == key and record["s3"]["object"]["sequencer"]
    assert record["s3"]["object"]["size"] == head["ContentLength"]
    assert record["s3"]["object"]["eTag"] == head["ETag"].strip('"')


def test_retention(s3, sqs):
    bucket = "events-" + secrets.token_hex(4)
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    url = tell(s3, sqs, bucket, ["s3:ObjectRetention:Put"])
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["VersionId"]
    s3.put_object_retention(Bucket=bucket, Key="k", Retention={
        "Mode": "GOVERNANCE", "RetainUntilDate": datetime(2099, 1, 1, tzinfo=timezone.utc)})
    record = told(sqs, url, 1)[0]["Records"][0]
    assert record["eventName"] == "ObjectRetention:Put"
    assert record["s3"]["object"]["versionId"] == version


def test_acl_only_when_it_changes(s3, sqs):
    bucket = "events-" + secrets.token_hex(4)
    s3.create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter")
    url = tell(s3, sqs, bucket, ["s3:ObjectAcl:Put", "s3:ObjectTagging:Put"])
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    read = {"GrantRead": f'id="{s3.list_buckets()["Owner"]["ID"]}"'}
    for acl in ({"ACL": "private"}, read, read, {"ACL": "private"}):
        s3.put_object_acl(Bucket=bucket, Key="k", **acl)
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": []})
    assert [r["Records"][0]["eventName"] for r in told(sqs, url, 3)] == [
        "ObjectAcl:Put", "ObjectAcl:Put", "ObjectTagging:Put"]
