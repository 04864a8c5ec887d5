# tests/sdk/python/test_s3_restore.py - archived objects are restored by the environment's clock
import json

import pytest

import jobs
from conftest import make_client


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_s3", "aws_sqs", name="restore", ports=True)
    yield made
    made.destroy()


@pytest.fixture
def s3(home):
    return make_client(home)


def later(home, seconds):
    home.api.ok("PUT", home.path + "/clock", {"advance": seconds})
    assert jobs.cron("mf-collect") == 0


def told(sqs, url):
    got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert len(got) == 1
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
    return json.loads(got[0]["Body"])


def wish(days, tier):
    return {"Days": days, "GlacierJobParameters": {"Tier": tier}}


def test_a_copy_comes_and_goes(home, s3, bucket, refused):
    sqs = make_client(home, service="sqs")
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": arn["QueueArn"], "Events": ["s3:ObjectRestore:*"]}]})
    assert told(sqs, url)["Event"] == "s3:TestEvent"
    s3.put_object(Bucket=bucket, Key="k", Body=b"cold", StorageClass="GLACIER")
    with refused("InvalidObjectState", 403) as r:
        s3.get_object(Bucket=bucket, Key="k")
    assert r.response["Error"]["StorageClass"] == "GLACIER"
    answer = s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=wish(2, "Standard"))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert s3.head_object(Bucket=bucket, Key="k")["Restore"] == 'ongoing-request="true"'
    assert told(sqs, url)["Records"][0]["eventName"] == "ObjectRestore:Post"
    with refused("RestoreAlreadyInProgress", 409):
        s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=wish(2, "Standard"))
    later(home, 3 * 3600 + 1)
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"cold" and got["StorageClass"] == "GLACIER"
    assert got["Restore"].startswith('ongoing-request="false", expiry-date="')
    record = told(sqs, url)["Records"][0]
    assert record["eventName"] == "ObjectRestore:Completed"
    assert record["glacierEventData"]["restoreEventData"]["lifecycleRestoreStorageClass"] == \
        "GLACIER"
    listed = s3.list_objects_v2(Bucket=bucket, OptionalObjectAttributes=["RestoreStatus"])
    status = listed["Contents"][0]["RestoreStatus"]
    assert not status["IsRestoreInProgress"] and status["RestoreExpiryDate"].hour == 0
    assert s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=wish(3, "Standard"))[
        "ResponseMetadata"]["HTTPStatusCode"] == 200
    later(home, 5 * 86400)
    with refused("InvalidObjectState", 403):
        s3.get_object(Bucket=bucket, Key="k")
    assert told(sqs, url)["Records"][0]["eventName"] == "ObjectRestore:Delete"


def test_of_a_version(home, s3, bucket, refused):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="k", Body=b"1", StorageClass="DEEP_ARCHIVE")["VersionId"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"2")
    with refused("InvalidObjectState", 403):
        s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 1})
    s3.restore_object(Bucket=bucket, Key="k", VersionId=old, RestoreRequest=wish(1, "Bulk"))
    later(home, 48 * 3600 + 1)
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=old)["Body"].read() == b"1"
    s3.copy_object(Bucket=bucket, Key="k2", CopySource={"Bucket": bucket, "Key": "k",
                                                        "VersionId": old})
    s3.delete_object(Bucket=bucket, Key="k", VersionId=old)


def test_rules_tell(home, s3, bucket):
    sqs = make_client(home, service="sqs")
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": arn["QueueArn"],
                                 "Events": ["s3:LifecycleExpiration:Delete"]}]})
    assert told(sqs, url)["Event"] == "s3:TestEvent"
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    jobs.days_pass(home, 3)
    record = told(sqs, url)["Records"][0]
    assert record["eventName"] == "LifecycleExpiration:Delete"
    assert record["s3"]["object"]["key"] == "k"
    assert record["userIdentity"]["principalId"] == "s3.amazonaws.com"
