# tests/sdk/python/debian_sqs.py - a queue's life with the system's boto3, outside the venv
"""Run by test_sqs_protocol.py with /usr/bin/python3: Debian 12's boto3 of 2022 speaks Query."""
import os
import sys

import boto3

assert boto3.__version__.startswith("1.2"), boto3.__version__
sqs = boto3.client("sqs", endpoint_url=sys.argv[1], region_name="us-east-1",
                   aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
                   aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"])
assert sqs.meta.service_model.metadata["protocol"] == "query"
url = sqs.create_queue(QueueName="debian", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
try:
    sent = sqs.send_message_batch(QueueUrl=url, Entries=[
        {"Id": str(i), "MessageBody": f"body {i}", "MessageAttributes": {
            "n": {"DataType": "Number", "StringValue": str(i)},
            "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}} for i in range(10)])
    assert len(sent["Successful"]) == 10
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5,
                              AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"]
    assert [m["Body"] for m in got] == [f"body {i}" for i in range(10)]
    assert got[3]["MessageAttributes"]["n"]["StringValue"] == "3"
    assert got[3]["MessageAttributes"]["b"]["BinaryValue"] == b"\x00\xff"
    gone = sqs.delete_message_batch(QueueUrl=url, Entries=[
        {"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in got])
    assert len(gone["Successful"]) == 10
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "0", counts
    assert counts["VisibilityTimeout"] == "60"
finally:
    sqs.delete_queue(QueueUrl=url)
try:
    sqs.send_message(QueueUrl=url, MessageBody="x")
    raise AssertionError("the queue is still there")
except sqs.exceptions.QueueDoesNotExist as error:
    assert error.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
print("done with boto3", boto3.__version__)
