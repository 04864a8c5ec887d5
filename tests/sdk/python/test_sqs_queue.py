# tests/sdk/python/test_sqs_queue.py - queues themselves, through boto3 in both protocols
import secrets

import sqs_clients
from sqs_clients import clock, home, queue, sqs  # fixtures
from sqs_clients import name_of, send, take
from test_sqs_protocol import call


def test_queue_attributes(sqs, queue, refused):
    given = {"VisibilityTimeout": "69", "DelaySeconds": "420", "MaximumMessageSize": "2048",
             "MessageRetentionPeriod": "604800", "ReceiveMessageWaitTimeSeconds": "10",
             "SqsManagedSseEnabled": "false", "Policy": '{"Version": "2012-10-17"}'}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=given)
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert {n: found[n] for n in given} == given
    assert sorted(set(found) - set(given)) == [
        "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible", "CreatedTimestamp", "LastModifiedTimestamp",
        "QueueArn"]
    assert found["QueueArn"] == "arn:aws:sqs:us-east-1:111122223333:" + name_of(queue)
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
    for name, value in (("VisibilityTimeout", "43201"), ("DelaySeconds", "-1"),
                        ("MaximumMessageSize", "1023"), ("MessageRetentionPeriod", "x"),
                        ("ReceiveMessageWaitTimeSeconds", "21"), ("Policy", "{"),
                        ("KmsDataKeyReusePeriodSeconds", "59")):
        with refused("InvalidAttributeValue", 400):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: value})
    for name in ("FifoQueue", "Nonsense", "QueueArn", "ContentBasedDeduplication"):
        with refused("InvalidAttributeName", 400) as r:
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: "true"})
        assert r.response["Error"]["Message"] == f"Unknown Attribute {name}."
    with refused("InvalidAttributeName", 400):
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Nonsense"])
    with refused("AWS.SimpleQueueService.UnsupportedOperation", 400):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": "x"})


def test_create_again(sqs, queue, refused):
    name = name_of(queue)
    assert sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "0"})["QueueUrl"] == queue
    with refused("QueueAlreadyExists", 400) as r:
        sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "1"})
    assert r.response["Error"]["Message"] == ("A queue already exists with the same name and a "
                                              "different value for attribute DelaySeconds")
    for bad in ("a b", "x" * 81, "a.b", "\u00e9", "x.fifo"):
        with refused("InvalidParameterValue", 400):
            sqs.create_queue(QueueName=bad)
    with refused("AWS.SimpleQueueService.UnsupportedOperation", 400):
        sqs.create_queue(QueueName="x.fifo", Attributes={"FifoQueue": "true"})


def test_create_what_was_deleted(sqs, queue, clock, refused):
    sqs.delete_queue(QueueUrl=queue)
    clock(59)
    with refused("AWS.SimpleQueueService.QueueDeletedRecently", 400) as r:
        sqs.create_queue(QueueName=name_of(queue))
    assert r.response["Error"]["Message"] == (
        "You must wait 60 seconds after deleting a queue before you can create another with the "
        "same name.")
    clock(1)
    assert sqs.create_queue(QueueName=name_of(queue))["QueueUrl"] == queue


def test_encryption(sqs, queue, refused):
    """With a key or with SQS's own, one at a time."""
    names = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"]

    def now(**attributes):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=attributes)
        return sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]

    assert now(DelaySeconds="0") == {"SqsManagedSseEnabled": "true"}
    assert now(KmsMasterKeyId="testKeyId") == {
        "KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "300",
        "SqsManagedSseEnabled": "false"}
    assert now(KmsDataKeyReusePeriodSeconds="6000")["KmsDataKeyReusePeriodSeconds"] == "6000"
    with refused("InvalidAttributeName", 400) as r:
        now(KmsMasterKeyId="testKeyId", SqsManagedSseEnabled="true")
    assert r.response["Error"]["Message"] == (
        "You can use one type of server-side encryption (SSE) at one time. You can either enable "
        "KMS SSE or SQS SSE.")
    with refused("QueueAlreadyExists", 400) as r:
        sqs.create_queue(QueueName=name_of(queue), Attributes={"KmsMasterKeyId": "another"})
    assert r.response["Error"]["Message"].endswith("attribute KmsMasterKeyId")
    assert now(KmsMasterKeyId="", KmsDataKeyReusePeriodSeconds="300") == {
        "SqsManagedSseEnabled": "false"}
    assert now(SqsManagedSseEnabled="true") == {"SqsManagedSseEnabled": "true"}
    made = sqs.create_queue(QueueName=name_of(queue) + "-key",
                            Attributes={"KmsMasterKeyId": "alias/aws/sqs"})["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=made, AttributeNames=["All"])["Attributes"]
    assert (found["KmsMasterKeyId"], found["SqsManagedSseEnabled"]) == ("alias/aws/sqs", "false")
    sqs.delete_queue(QueueUrl=made)


def test_urls_however_kept(home, sqs, queue):
    """The last two parts of a queue's URL are what counts; JSON takes a mere name, too."""
    ours = "111122223333/" + name_of(queue)
    for url in ("https://queue.amazonaws.com/", "https://eu-west-1.queue.amazonaws.com/",
                "https://sqs.us-east-1.amazonaws.com/", "http://elsewhere/queue/us-east-1/"):
        for end in ("", "/"):
            answer = call(home, "GetQueueAttributes", {
                "QueueUrl": url + ours + end, "AttributeNames": ["QueueArn"]})
            assert name_of(queue).encode() in answer.body, answer
    assert call(home, "PurgeQueue", {"QueueUrl": name_of(queue)}).status == 200


def test_list_in_pages(sqs, refused):
    prefix = "p" + secrets.token_hex(4)
    urls = [sqs.create_queue(QueueName=f"{prefix}-{i}")["QueueUrl"] for i in range(5)]
    assert sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"] == urls
    pages = list(sqs.get_paginator("list_queues").paginate(
        QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2}))
    assert [len(p["QueueUrls"]) for p in pages] == [2, 2, 1]
    assert [u for p in pages for u in p["QueueUrls"]] == urls
    for most in (0, 1001):
        with refused("InvalidParameterValue", 400) as r:
            sqs.list_queues(MaxResults=most)
        assert r.response["Error"]["Message"] == (
            "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer "
            "between 1 and 1000.")
    for url in urls:
        sqs.delete_queue(QueueUrl=url)
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=prefix)


def test_purge(sqs, queue, clock, refused):
    for _ in range(3):
        send(sqs, queue)
    [message] = take(sqs, queue, MaxNumberOfMessages=1)
    sqs.purge_queue(QueueUrl=queue)
    assert take(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    send(sqs, queue, "after")
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", 403):
        sqs.purge_queue(QueueUrl=queue)
    assert [m["Body"] for m in take(sqs, queue)] == ["after"]
    clock(60)
    sqs.purge_queue(QueueUrl=queue)
    assert take(sqs, queue) == []


def test_tags(sqs, queue, refused):
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=queue)
    sqs.tag_queue(QueueUrl=queue, Tags={"tag1": "value1", "tag2": "value2", "tag3": ""})
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {
        "tag1": "value1", "tag2": "value2", "tag3": ""}
    sqs.untag_queue(QueueUrl=queue, TagKeys=["tag1", "tag3"])
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"tag2": "value2"}
    with refused("InvalidParameterValue", 400):
        sqs.tag_queue(QueueUrl=queue, Tags={f"t{i}": "x" for i in range(50)})
    other = sqs.create_queue(QueueName=name_of(queue) + "-tags", tags={"a": "1"})["QueueUrl"]
    assert sqs.list_queue_tags(QueueUrl=other)["Tags"] == {"a": "1"}
    sqs.delete_queue(QueueUrl=other)


def test_accounts_and_regions(home, sqs, queue, refused):
    """Each account of an environment has its own queues, in each region others."""
    code = "AWS.SimpleQueueService.NonExistentQueue"
    theirs = sqs_clients.client(home, account=1)
    with refused(code, 400):
        theirs.get_queue_url(QueueName=name_of(queue))
    with refused(code, 400):
        theirs.send_message(QueueUrl=queue, MessageBody="x")
    mine = theirs.create_queue(QueueName=name_of(queue))["QueueUrl"]
    assert mine != queue and "/444455556666/" in mine
    theirs.send_message(QueueUrl=mine, MessageBody="theirs")
    assert take(sqs, queue) == []
    theirs.delete_queue(QueueUrl=mine)
    for protocol in ("json", "query"):
        far = sqs_clients.client(home, protocol, region_name=f"eu-{protocol}-1")
        with refused(code, 400):
            far.get_queue_url(QueueName=name_of(queue))
        there = far.create_queue(QueueName=name_of(queue))["QueueUrl"]
        assert f"/queue/eu-{protocol}-1/111122223333/" in there
        assert far.list_queues()["QueueUrls"] == [there]
        send(far, there, "far")
        assert take(sqs, queue) == []
        with refused(code, 400):
            take(sqs, there)
        assert [m["Body"] for m in take(far, there)] == ["far"]
        far.delete_queue(QueueUrl=there)
