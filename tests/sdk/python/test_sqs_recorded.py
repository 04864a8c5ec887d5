# tests/sdk/python/test_sqs_recorded.py - small things that AWS itself was recorded to answer
"""Sources: the recorded answers of SQS in localstack's tests/aws (*.snapshot.json, 2024 and 2025)
and, for the wire of the JSON protocol, in yavosh/pail's test/diff (2026)."""
import json
import urllib.parse
import xml.etree.ElementTree

import pytest

import raw
from sqs_clients import client, clock, home, queue, sqs  # fixtures
from sqs_clients import send, take
from test_sqs_protocol import NS, call, form, send as exchange

CORAL = "com.amazon.coral.service#"
MODEL = "com.amazonaws.sqs#"


@pytest.fixture(scope="module")
def url(home):
    return client(home).create_queue(QueueName="recorded")["QueueUrl"]


def told(answer):
    """Status, code in the header, name in the body."""
    return (answer.status, answer.headers["x-amzn-query-error"].removesuffix(";Sender"),
            json.loads(answer.body)["__type"])


REFUSED = {
    "GetQueueUrl {}": (400, "InvalidParameterValue", CORAL + "InvalidParameterValueException"),
    "GetQueueUrl []": (400, "MalformedInput", CORAL + "SerializationException"),
    'GetQueueUrl "x"': (400, "MalformedInput", CORAL + "SerializationException"),
    "Bogus {}": (400, "InvalidAction", CORAL + "UnknownOperationException"),
    'SendMessage {"MessageBody": "x"}': (
        400, "AWS.SimpleQueueService.NonExistentQueue", MODEL + "QueueDoesNotExist"),
    "DeleteMessage {Q}": (
        400, "MissingParameter", CORAL + "MissingRequiredParameterException"),
    'ChangeMessageVisibility {Q, "ReceiptHandle": "garbage"}': (
        400, "MissingParameter", CORAL + "MissingRequiredParameterException"),
    'DeleteMessage {Q, "ReceiptHandle": "garbage"}': (
        404, "ReceiptHandleIsInvalid", MODEL + "ReceiptHandleIsInvalid"),
    'SendMessage {Q, "MessageBody": "\\u0000"}': (
        400, "InvalidMessageContents", MODEL + "InvalidMessageContents"),
    'SendMessage {Q, "MessageBody": ""}': (
        400, "MissingParameter", CORAL + "MissingRequiredParameterException"),
    'SendMessage {Q, "MessageBody": "x", "MessageDeduplicationId": "d"}': (
        400, "InvalidParameterValue", CORAL + "InvalidParameterValueException"),
    'SendMessage {Q, "MessageBody": "x", "MessageAttributes": '
    '{"a": {"DataType": "String", "StringListValues": ["v"]}}}': (
        400, "AWS.SimpleQueueService.UnsupportedOperation", MODEL + "UnsupportedOperation"),
    'SendMessage {Q, "MessageBody": "x", "MessageAttributes": '
    '{"a": {"DataType": "Binary", "BinaryListValues": ["AQID"]}}}': (
        400, "AWS.SimpleQueueService.UnsupportedOperation", MODEL + "UnsupportedOperation"),
    'SetQueueAttributes {Q, "Attributes": {"FifoQueue": "false"}}': (
        400, "InvalidAttributeName", MODEL + "InvalidAttributeName"),
    'SetQueueAttributes {Q, "Attributes": {"VisibilityTimeout": "99999"}}': (
        400, "InvalidAttributeValue", MODEL + "InvalidAttributeValue"),
}


@pytest.mark.parametrize("asked", REFUSED)
def test_names_of_errors(home, url, asked):
    operation, _, body = asked.partition(" ")
    body = body.replace("{Q", '{"QueueUrl": ' + json.dumps(url))
    assert told(call(home, operation, body.encode())) == REFUSED[asked]


def test_without_a_signature(home):
    where = home.endpoint("path", service="sqs") + "/"
    head = {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Length": "2",
            "Content-Type": "application/x-amz-json-1.0",
            "Host": urllib.parse.urlsplit(where).netloc}
    assert told(raw.exchange(where, raw.request_bytes("POST", where, head, b"{}"))) == (
        403, "AccessDenied", CORAL + "AccessDeniedException")
    head["Authorization"] = "AWS4-HMAC-SHA256 Credential=bogus"
    assert told(raw.exchange(where, raw.request_bytes("POST", where, head, b"{}"))) == (
        400, "IncompleteSignature", CORAL + "IncompleteSignatureException")


def test_operations_that_answer_nothing(home, url):
    """No document in the JSON protocol, no result in the other; what is merely empty is {}."""
    answer = call(home, "TagQueue", {"QueueUrl": url, "Tags": {"a": "b"}})
    assert (answer.status, answer.body, answer.headers["content-type"]) == (
        200, b"", "application/x-amz-json-1.0")
    assert call(home, "UntagQueue", {"QueueUrl": url, "TagKeys": ["a"]}).body == b""
    assert call(home, "ListQueueTags", {"QueueUrl": url}).body == b"{}"
    root = xml.etree.ElementTree.fromstring(form(home, url, **{
        "Action": "TagQueue", "Tag.1.Key": "a", "Tag.1.Value": "b"}).body)
    assert [part.tag for part in root] == [NS + "ResponseMetadata"]
    root = xml.etree.ElementTree.fromstring(form(home, url, Action="ReceiveMessage").body)
    assert [part.tag for part in root] == [NS + "ReceiveMessageResult", NS + "ResponseMetadata"]


def test_a_nul_spoils_only_its_entry(sqs, queue):
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=[
        {"Id": "ok", "MessageBody": "x\\u0000"}, {"Id": "bad", "MessageBody": "\0"}])
    assert [(one["Id"], one["Code"]) for one in sent["Failed"]] == [
        ("bad", "InvalidMessageContents")]
    assert [m["Body"] for m in take(sqs, queue)] == ["x\\u0000"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_action(home, url, method):
    answer = exchange(home, method, url, b"", {"Accept": "application/json"})
    assert (answer.status, answer.body.strip()) == (404, b"<UnknownOperationException/>")


@pytest.mark.parametrize("action", ["CreateQueue", "ListQueues"])
def test_not_at_the_url_of_a_queue(home, url, action):
    answer = form(home, url, Action=action, QueueName="another")
    assert (answer.status, answer.code) == (400, "InvalidAction")
    assert f"<Message>The action {action} is not valid for this endpoint.</Message>" in \
        answer.body.decode()
    assert form(home, url, Action="GetQueueUrl", QueueName="recorded").status == 200


def test_names_of_attributes(sqs, queue, refused):
    """Any language has letters; signs are none."""
    some = {"attr.1\u00f8\u00df\u00e4": {"DataType": "String", "StringValue": "x"}}
    send(sqs, queue, MessageAttributes=some)
    for wanted in ("*", "attr.*"):
        [message] = take(sqs, queue, VisibilityTimeout=0, MessageAttributeNames=[wanted])
        assert message["MessageAttributes"] == some
    for bad in ("a!b", "a\u00a7b", 'a"b', "a(b", "a?b"):
        with refused("InvalidParameterValue", 400):
            send(sqs, queue, MessageAttributes={bad: {"DataType": "String", "StringValue": "x"}})


def test_two_names_for_system_attributes(home, queue):
    """Of both, JSON reads the newer and Query the older."""
    json_client = client(home)
    send(json_client, queue)
    asked = {"VisibilityTimeout": 0, "AttributeNames": ["SenderId"]}
    [message] = take(json_client, queue, MessageSystemAttributeNames=["SentTimestamp"], **asked)
    assert list(message["Attributes"]) == ["SentTimestamp"]
    answer = form(home, queue, **{"Action": "ReceiveMessage", "AttributeName.1": "SenderId",
                                  "MessageSystemAttributeName.1": "SentTimestamp"})
    root = xml.etree.ElementTree.fromstring(answer.body)
    assert [name.text for name in root.iter(NS + "Name")] == ["SenderId"]


def test_a_list_of_one_without_a_number(home, queue):
    """Source: what works on AWS by softwaremill/elasticmq#448."""
    send(client(home), queue, MessageAttributes={
        "a": {"DataType": "String", "StringValue": "x"}})
    answer = form(home, queue, Action="ReceiveMessage", AttributeName="SenderId",
                  MessageAttributeName="a")
    root = xml.etree.ElementTree.fromstring(answer.body)
    assert [name.text for name in root.iter(NS + "Name")] == ["SenderId", "a"]


def test_a_trace_in_the_request(sqs, queue):
    trace = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"

    def add(request, **_):
        request.headers["X-Amzn-Trace-Id"] = trace

    sqs.meta.events.register("before-send.sqs.SendMessage", add)
    try:
        send(sqs, queue)
    finally:
        sqs.meta.events.unregister("before-send.sqs.SendMessage", add)
    [message] = take(sqs, queue, AttributeNames=["AWSTraceHeader"])
    assert message["Attributes"] == {"AWSTraceHeader": trace}


def test_half_a_day_in_all(sqs, queue, clock, refused):
    """Counted from when it was received, not from when more time is asked for."""
    send(sqs, queue)
    [message] = take(sqs, queue, VisibilityTimeout=3600)

    def hide(seconds):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"],
                                      VisibilityTimeout=seconds)

    hide(43200)
    clock(3600)
    with refused("InvalidParameterValue", 400) as r:
        hide(39601)
    assert r.response["Error"]["Message"] == (
        "Value 39601 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout "
        "for the message is beyond the limit [43200 seconds]")
    hide(39600)
    clock(39600)
    hide(0)
