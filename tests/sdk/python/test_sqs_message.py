# tests/sdk/python/test_sqs_message.py - messages, through boto3 in both protocols
import hashlib
import threading
import time

import pytest

import installation
import sqs_clients
from sqs_clients import clock, home, queue, sqs  # fixtures
from sqs_clients import name_of, send, take


def parked():
    """How many requests wait in this installation."""
    text = installation.http("GET", installation.URL + "/metrics").body.decode()
    return sum(int(line.split()[-1]) for line in text.splitlines()
               if line.startswith("mf_parked{"))


class Waiting(threading.Thread):
    """A long poll in a thread of its own, begun when this returns."""

    def __init__(self, sqs, url, seconds=20, **more):
        super().__init__()
        self.sqs, self.url, self.seconds, self.more = sqs, url, seconds, more
        self.messages = self.error = None
        before = parked()
        self.start()
        while parked() <= before and self.is_alive():
            time.sleep(0.01)

    def run(self):
        self.began = time.monotonic()
        try:
            self.messages = take(self.sqs, self.url, WaitTimeSeconds=self.seconds, **self.more)
        except self.sqs.exceptions.ClientError as error:
            self.error = error.response["Error"]["Code"]
        self.took = time.monotonic() - self.began

    def end(self):
        self.join(30)
        return self.messages


@pytest.mark.every_front
def test_journey(sqs, queue):
    """Everything a first programme does."""
    assert sqs.get_queue_url(QueueName=name_of(queue))["QueueUrl"] == queue
    assert queue in sqs.list_queues(QueueNamePrefix="t-")["QueueUrls"]
    body = "hello <&> \u00e9\n\t\r end"
    sent = send(sqs, queue, body, MessageAttributes={
        "a": {"DataType": "String", "StringValue": "1"}})
    assert sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest()
    [message] = take(sqs, queue, MessageAttributeNames=["All"], AttributeNames=["All"])
    assert message["Body"] == body and message["MessageId"] == sent["MessageId"]
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["MessageAttributes"] == {"a": {"DataType": "String", "StringValue": "1"}}
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert message["Attributes"]["SenderId"] == "111122223333"
    assert take(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        send(sqs, queue)


@pytest.mark.every_front
def test_long_poll_is_woken(sqs, queue):
    waiting = Waiting(sqs, queue)
    send(sqs, queue, "wake up")
    assert [m["Body"] for m in waiting.end()] == ["wake up"]
    assert waiting.took < 10


def test_long_poll_of_the_queue_ends(sqs, queue):
    sqs.set_queue_attributes(QueueUrl=queue,
                             Attributes={"ReceiveMessageWaitTimeSeconds": "1"})
    began = time.monotonic()
    assert take(sqs, queue) == []
    assert 0.9 < time.monotonic() - began < 15
    sqs.set_queue_attributes(QueueUrl=queue,
                             Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
    began = time.monotonic()
    assert take(sqs, queue, WaitTimeSeconds=0) == []
    assert time.monotonic() - began < 15


def test_long_poll_of_a_queue_that_goes(sqs, queue):
    waiting = Waiting(sqs, queue)
    sqs.delete_queue(QueueUrl=queue)
    assert waiting.end() is None
    assert waiting.error == "AWS.SimpleQueueService.NonExistentQueue" and waiting.took < 10


def test_long_poll_and_visibility(sqs, queue):
    send(sqs, queue)
    [message] = take(sqs, queue)
    waiting = Waiting(sqs, queue)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"],
                                  VisibilityTimeout=0)
    assert len(waiting.end()) == 1 and waiting.took < 10


def test_long_poll_and_the_clock(sqs, queue, clock):
    """Moving the clock makes a delayed message visible; nobody sends anything then."""
    send(sqs, queue, DelaySeconds=600)
    waiting = Waiting(sqs, queue)
    clock(601)
    assert len(waiting.end()) == 1 and waiting.took < 15


def test_two_waiters_one_message(sqs, queue):
    both = [Waiting(sqs, queue) for _ in range(2)]
    for body in ("one", "two"):
        waiting = [w for w in both if w.is_alive()]
        send(sqs, queue, body)
        while waiting and all(w.is_alive() for w in waiting):
            time.sleep(0.01)
    # The first message ended one wait, whichever it was, and nothing but the second the other.
    assert sorted(m["Body"] for w in both for m in w.end()) == ["one", "two"]
    assert all(len(w.end()) == 1 for w in both)


def test_visibility(sqs, queue, clock):
    send(sqs, queue)
    [first] = take(sqs, queue)
    clock(29)
    assert take(sqs, queue) == []
    clock(1)
    [second] = take(sqs, queue, AttributeNames=["ApproximateReceiveCount"])
    assert second["Attributes"] == {"ApproximateReceiveCount": "2"}
    assert second["MessageId"] == first["MessageId"]
    # The first receiver came too late: its handle deletes nothing.
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"],
                                  VisibilityTimeout=100)
    clock(99)
    assert take(sqs, queue) == []
    clock(1)
    # Visible again, but nobody else has it: the handle still works.
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"],
                                  VisibilityTimeout=100)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"])
    assert take(sqs, queue) == []
    with pytest.raises(sqs.exceptions.ClientError, match="does not exist or is not available"):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"],
                                      VisibilityTimeout=1)
    send(sqs, queue)
    assert len(take(sqs, queue, VisibilityTimeout=0)) == 1
    assert len(take(sqs, queue)) == 1


def test_delay_and_counts(sqs, queue, clock):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
             "ApproximateNumberOfMessagesNotVisible"]

    def counts():
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return [int(found[n]) for n in names]

    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "10"})
    send(sqs, queue, "now", DelaySeconds=0)
    send(sqs, queue, "ten")
    send(sqs, queue, "twenty", DelaySeconds=20)
    assert counts() == [1, 2, 0]
    assert [m["Body"] for m in take(sqs, queue)] == ["now"]
    assert counts() == [0, 2, 1]
    clock(10)
    assert [m["Body"] for m in take(sqs, queue)] == ["ten"]
    clock(10)
    assert [m["Body"] for m in take(sqs, queue)] == ["twenty"]
    assert counts() == [0, 0, 3]
    # The queue's default of four days.
    clock(4 * 86400)
    assert counts() == [0, 0, 0] and take(sqs, queue) == []


def test_batches(sqs, queue):
    entries = [{"Id": f"e{i}", "MessageBody": f"body {i}"} for i in range(9)]
    entries.append({"Id": "bad", "MessageBody": "x", "DelaySeconds": 901})
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [e["Id"] for e in sent["Successful"]] == [f"e{i}" for i in range(9)]
    [failed] = sent["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == (
        "bad", "InvalidParameterValue", True)
    got = take(sqs, queue)
    assert [m["Body"] for m in got] == [f"body {i}" for i in range(9)]
    assert {m["MessageId"] for m in got} == {e["MessageId"] for e in sent["Successful"]}
    changed = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[
        {"Id": "0", "ReceiptHandle": got[0]["ReceiptHandle"], "VisibilityTimeout": 0},
        {"Id": "1", "ReceiptHandle": "nonsense", "VisibilityTimeout": 0},
        {"Id": "2", "ReceiptHandle": got[2]["ReceiptHandle"], "VisibilityTimeout": 43201}])
    assert [e["Id"] for e in changed["Successful"]] == ["0"]
    assert [(e["Id"], e["Code"]) for e in changed["Failed"]] == [
        ("1", "ReceiptHandleIsInvalid"), ("2", "InvalidParameterValue")]
    [again] = take(sqs, queue)
    assert again["MessageId"] == got[0]["MessageId"]
    handles = [again["ReceiptHandle"]] + [m["ReceiptHandle"] for m in got[1:]]
    gone = sqs.delete_message_batch(QueueUrl=queue, Entries=[
        {"Id": str(i), "ReceiptHandle": h} for i, h in enumerate(handles)])
    assert len(gone["Successful"]) == 9 and "Failed" not in gone
    count = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert count["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_batches_refused(sqs, queue, refused):
    code = "AWS.SimpleQueueService."

    def entries(*ids):
        return [{"Id": i, "MessageBody": "x"} for i in ids]

    with refused(code + "EmptyBatchRequest", 400):
        sqs.send_message_batch(QueueUrl=queue, Entries=[])
    with refused(code + "TooManyEntriesInBatchRequest", 400):
        sqs.send_message_batch(QueueUrl=queue, Entries=entries(*map(str, range(11))))
    with refused(code + "BatchEntryIdsNotDistinct", 400):
        sqs.send_message_batch(QueueUrl=queue, Entries=entries("a", "a"))
    for bad in ("", "a:b", "x" * 81):
        with refused(code + "InvalidBatchEntryId", 400):
            sqs.send_message_batch(QueueUrl=queue, Entries=entries(bad))
    with refused(code + "BatchRequestTooLong", 400) as r:
        sqs.send_message_batch(QueueUrl=queue, Entries=[
            {"Id": "1", "MessageBody": "a" * 1048576}, {"Id": "2", "MessageBody": "a"}])
    assert r.response["Error"]["Message"] == (
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.")
    assert take(sqs, queue) == []


def test_sizes(sqs, queue, refused):
    body = "\u00e9" * 524288
    send(sqs, queue, body)
    [message] = take(sqs, queue)
    assert message["Body"] == body
    with refused("InvalidParameterValue", 400) as r:
        send(sqs, queue, "a" * 1048577)
    assert r.response["Error"]["Message"] == ("One or more parameters are invalid. Reason: Message "
                                              "must be shorter than 1048576 bytes.")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MaximumMessageSize": "1024"})
    with refused("InvalidParameterValue", 400):
        send(sqs, queue, "a" * 1020, MessageAttributes={
            "k": {"DataType": "String", "StringValue": "v"}})
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=[
        {"Id": "1", "MessageBody": "a" * 1025}, {"Id": "2", "MessageBody": "a" * 1024}])
    assert [e["Id"] for e in sent["Successful"]] == ["2"]
    assert sent["Failed"] == [{
        "Id": "1", "SenderFault": True, "Code": "InvalidParameterValue",
        "Message": "One or more parameters cannot be validated. Reason: Message must be shorter "
                   "than 1024 bytes."}]


def test_message_attributes(sqs, queue, refused):
    """The digests are those the real service answered to the same attributes."""
    trace = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"
    sent = send(sqs, queue, "test", MessageAttributes={
        "attr1": {"DataType": "Binary", "BinaryValue": trace}})
    assert sent["MD5OfMessageAttributes"] == "8cbe4db156db8a94db8b801b7addb984"
    [message] = take(sqs, queue, MessageAttributeNames=["All"])
    assert message["MessageAttributes"]["attr1"]["BinaryValue"] == trace
    send(sqs, queue, "msg", MessageAttributes={
        n: {"DataType": "String", "StringValue": v}
        for n, v in (("Help.Me", "Me"), ("Hello", "There"), ("General", "Kenobi"))})
    for names, found in ((["Help.*"], ["Help.Me"]), (["Hello", "x"], ["Hello"]), (["x"], []),
                         ([".*"], ["General", "Hello", "Help.Me"]), ([], [])):
        [message] = take(sqs, queue, MessageAttributeNames=names, VisibilityTimeout=0)
        assert sorted(message.get("MessageAttributes", {})) == found
        assert ("MD5OfMessageAttributes" in message) == (found != [])
    [message] = take(sqs, queue, MessageAttributeNames=["All"])
    assert message["MD5OfMessageAttributes"] == "4c360f3fdafd970e05fae2f149d997f5"
    bad = [("a", "String", ""), ("a..", "String", "x"), ("aws.x", "String", "x"),
           ("a b", "String", "x"), ("a", "Number", "12x"), ("a", "List", "x"),
           ("a", "String", "\x01")]
    for name, kind, value in bad:
        with refused("InvalidParameterValue", 400):
            send(sqs, queue, MessageAttributes={name: {"DataType": kind, "StringValue": value}})
    with refused("InvalidParameterValue", 400):
        send(sqs, queue, MessageAttributes={
            str(i): {"DataType": "String", "StringValue": "x"} for i in range(11)})
    send(sqs, queue, MessageAttributes={"n": {"DataType": "Number.int", "StringValue": "-1.5e3"}})
    assert take(sqs, queue)[0]["Body"] == "x"


def test_trace_header(sqs, queue):
    trace = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
    send(sqs, queue, MessageSystemAttributes={
        "AWSTraceHeader": {"DataType": "String", "StringValue": trace}})
    [message] = take(sqs, queue, AttributeNames=["AWSTraceHeader", "SentTimestamp"])
    assert sorted(message["Attributes"]) == ["AWSTraceHeader", "SentTimestamp"]
    assert message["Attributes"]["AWSTraceHeader"] == trace


def test_bad_arguments(sqs, queue, refused):
    cases = [({"MaxNumberOfMessages": 11}, "Value 11 for parameter MaxNumberOfMessages is invalid. "
              "Reason: Must be between 1 and 10, if provided."),
             ({"WaitTimeSeconds": 21}, "Value 21 for parameter WaitTimeSeconds is invalid. Reason: "
              "Must be >= 0 and <= 20, if provided."),
             ({"WaitTimeSeconds": -1}, "Value -1 for parameter WaitTimeSeconds is invalid. Reason: "
              "Must be >= 0 and <= 20, if provided.")]
    for more, message in cases:
        with refused("InvalidParameterValue", 400) as r:
            sqs.receive_message(QueueUrl=queue, **more)
        assert r.response["Error"]["Message"] == message
    with refused("MissingParameter", 400) as r:
        send(sqs, queue, "")
    assert r.response["Error"]["Message"] == "The request must contain the parameter MessageBody."
    for body in ("\0", "\x01", "a\ufffe", "\x1f"):
        with refused("InvalidMessageContents", 400):
            send(sqs, queue, body)
    with refused("ReceiptHandleIsInvalid", 404) as r:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle="made-up")
    assert r.response["Error"]["Message"] == \
        'The input receipt handle "made-up" is not a valid receipt handle.'
    with refused("AWS.SimpleQueueService.NonExistentQueue", 400):
        sqs.delete_message(QueueUrl=queue + "-none", ReceiptHandle="made-up")
    for group in ("group 123", "a" * 129):
        with refused("InvalidParameterValue", 400):
            send(sqs, queue, MessageGroupId=group)
    send(sqs, queue, MessageGroupId="test")
    [message] = take(sqs, queue, AttributeNames=["All"])
    assert message["Attributes"]["MessageGroupId"] == "test"
    other = sqs.create_queue(QueueName=name_of(queue) + "-other")["QueueUrl"]
    with refused("ReceiptHandleIsInvalid", 404) as r:
        sqs.delete_message(QueueUrl=other, ReceiptHandle=message["ReceiptHandle"])
    assert r.response["Error"]["Message"] == \
        f'The receipt handle "{message["ReceiptHandle"]}" is not valid for this queue.'
    sqs.delete_queue(QueueUrl=other)
    with refused("AWS.SimpleQueueService.NonExistentQueue", 400):
        sqs.get_queue_url(QueueName="no-such-queue")


@pytest.mark.concurrent
def test_no_message_twice(home, sqs, queue):
    for i in range(10):
        sqs.send_message_batch(QueueUrl=queue, Entries=[
            {"Id": str(k), "MessageBody": f"{i}.{k}"} for k in range(10)])
    seen, lock = [], threading.Lock()

    def work():
        client = sqs_clients.client(home)
        while messages := take(client, queue, MaxNumberOfMessages=3):
            with lock:
                seen.extend(m["Body"] for m in messages)
            for m in messages:
                client.delete_message(QueueUrl=queue, ReceiptHandle=m["ReceiptHandle"])

    workers = [threading.Thread(target=work) for _ in range(4)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert sorted(seen) == sorted(f"{i}.{k}" for i in range(10) for k in range(10))
