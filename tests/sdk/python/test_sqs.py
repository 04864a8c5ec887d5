# tests/sdk/python/test_sqs.py - queues and messages, through boto3 of today and of 2022
"""The same journeys in both protocols: AWS JSON, which boto3 speaks since November 2023, and AWS
Query, which boto3 of 2022 speaks (Debian's, in a process of its own) and raw forms here."""
import hashlib
import json
import os
import secrets
import threading
import time

import pytest

import raw
from conftest import make_client


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_sqs", name="sqs tests", ports=True,
                      accounts=[{"account_id": "111122223333"}, {"account_id": "444455556666"}])
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def sqs(home):
    return make_client(home, service="sqs")


@pytest.fixture
def queue(sqs):
    url = sqs.create_queue(QueueName="t-" + secrets.token_hex(6))["QueueUrl"]
    yield url
    try:
        sqs.delete_queue(QueueUrl=url)
    except sqs.exceptions.QueueDoesNotExist:
        pass


def name_of(url):
    return url.rsplit("/", 1)[1]


def take(sqs, url, **more):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **more).get("Messages", [])


def test_journey(sqs, queue):
    """Everything a first programme does."""
    assert sqs.get_queue_url(QueueName=name_of(queue))["QueueUrl"] == queue
    assert queue in sqs.list_queues(QueueNamePrefix="t-")["QueueUrls"]
    sent = sqs.send_message(QueueUrl=queue, MessageBody="hello <&> \u00e9",
                            MessageAttributes={"a": {"DataType": "String", "StringValue": "1"}})
    assert sent["MD5OfMessageBody"] == hashlib.md5("hello <&> \u00e9".encode()).hexdigest()
    [message] = take(sqs, queue, MessageAttributeNames=["All"], AttributeNames=["All"])
    assert message["Body"] == "hello <&> \u00e9" and message["MessageId"] == sent["MessageId"]
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["MessageAttributes"] == {"a": {"DataType": "String", "StringValue": "1"}}
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert message["Attributes"]["SenderId"] == "111122223333"
    assert take(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "0"
    assert counts["QueueArn"] == "arn:aws:sqs:us-east-1:111122223333:" + name_of(queue)
    sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
