# tests/sdk/python/test_sqs_protocol.py - SQS on the wire: both protocols, and who may
import hashlib
import json
import os
import subprocess
import urllib.parse
import xml.etree.ElementTree

import botocore.auth
import botocore.awsrequest
import pytest

import raw
import sqs_clients
from conftest import missing
from test_neighbour import every_operation

HERE = os.path.dirname(os.path.abspath(__file__))
NS = "{http://queue.amazonaws.com/doc/2012-11-05/}"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_sqs", name="sqs protocol tests", ports=True)
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def url(home):
    return sqs_clients.client(home).create_queue(QueueName="wire")["QueueUrl"]


def signed(environment, method, url, body, headers):
    """As clients sign for services other than S3: the body's digest is in no header."""
    request = botocore.awsrequest.AWSRequest(method, url, data=body, headers=headers)
    botocore.auth.SigV4Auth(raw.credentials(environment), "sqs", "us-east-1").add_auth(request)
    return {**dict(request.headers.items()), "Host": urllib.parse.urlsplit(url).netloc,
            "Content-Length": str(len(body))}


def send(environment, method, url, body, headers, sent=None, keys=None):
    head = signed(keys or environment, method, url, body, headers)
    return raw.exchange(url, raw.request_bytes(method, url, head, body if sent is None else sent))


def call(environment, operation, arguments, target="AmazonSQS.", **more):
    body = arguments if isinstance(arguments, bytes) else json.dumps(arguments).encode()
    return send(environment, "POST", environment.endpoint("port", service="sqs") + "/", body,
                {"X-Amz-Target": target + operation, "Content-Type": "application/x-amz-json-1.0"},
                **more)


def form(environment, where, **arguments):
    return send(environment, "POST", where, urllib.parse.urlencode(arguments).encode(), FORM)


def test_json_answers(home, url):
    answer = call(home, "SendMessage", {"QueueUrl": url, "MessageBody": "a"})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-requestid"]
    assert json.loads(answer.body)["MD5OfMessageBody"] == hashlib.md5(b"a").hexdigest()
    answer = call(home, "SendMessage", {"QueueUrl": url + "-none", "MessageBody": "a"})
    assert answer.status == 400
    assert answer.headers["x-amzn-query-error"] == \
        "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert json.loads(answer.body) == {"__type": "com.amazonaws.sqs#QueueDoesNotExist",
                                       "message": "The specified queue does not exist."}


@pytest.mark.parametrize("body", [
    b"", b"[]", b"null", b"{", b'{"QueueUrl": 1}', b'{"QueueUrl": null}', b'{"a": "\xff"}',
    b'{"QueueUrl": "x", "Entries": {}}', b'{"QueueUrl": "x", "Entries": [1]}',
    b'{"QueueUrl": "x", "Entries": [{"Id": 1}]}',
    b'{"QueueUrl": "x", "Entries": [{"Id": "a", "MessageBody": "\\ud800"}]}',
    b'{"QueueUrl": "x", "Entries": [{"Id": "a", "MessageBody": "b", "MessageAttributes": []}]}',
    b'{"QueueUrl": "x", "Entries": [{"Id": "a", "MessageBody": "b", "DelaySeconds": "1"}]}',
    b'{"QueueUrl": "x", "Entries": [{"Id": "a", "MessageBody": "b", '
    b'"MessageAttributes": {"a": 1}}]}',
    b'[' * 40 + b']' * 40])
def test_json_that_cannot_be_read(home, body):
    answer = call(home, "SendMessageBatch", body)
    assert answer.status == 400
    assert json.loads(answer.body)["__type"].split("#")[1] in (
        "SerializationException", "QueueDoesNotExist")


def test_query_answers(home, url):
    answer = form(home, url, Action="SendMessage", MessageBody="a <&>", Version="2012-11-05")
    assert answer.status == 200 and answer.headers["content-type"] == "text/xml"
    root = xml.etree.ElementTree.fromstring(answer.body)
    assert root.tag == NS + "SendMessageResponse"
    assert root.find(f"{NS}SendMessageResult/{NS}MD5OfMessageBody").text == \
        hashlib.md5(b"a <&>").hexdigest()
    assert root.find(f"{NS}ResponseMetadata/{NS}RequestId").text == \
        answer.headers["x-amzn-requestid"]
    got = send(home, "GET", url + "?" + urllib.parse.urlencode(
        {"Action": "ReceiveMessage", "AttributeName.1": "SenderId", "MaxNumberOfMessages": "10"}),
        b"", {})
    root = xml.etree.ElementTree.fromstring(got.body)
    assert "a <&>" in [b.text for b in root.iter(NS + "Body")]
    assert root.find(f".//{NS}Attribute/{NS}Name").text == "SenderId"
    answer = form(home, url + "-none", Action="SendMessage", MessageBody="a")
    assert answer.status == 400
    error = xml.etree.ElementTree.fromstring(answer.body).find(NS + "Error")
    assert [e.text for e in error] == [
        "Sender", "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist for this wsdl version.", None]


@pytest.mark.parametrize("arguments,code", [
    ({"Action": "Nonsense"}, "InvalidAction"),
    ({"Action": "ListDeadLetterSourceQueues"}, "NotImplemented"),
    ({"Action": "DeleteQueue", "QueueUrl": ""}, "AWS.SimpleQueueService.NonExistentQueue"),
    ({"Action": "SendMessageBatch", "SendMessageBatchRequestEntry.1": "x"}, "MalformedInput"),
    ({"Action": "SendMessageBatch", "SendMessageBatchRequestEntry": "x"}, "MalformedInput"),
    ({"Action": "SendMessageBatch", "SendMessageBatchRequestEntry": ""},
     "AWS.SimpleQueueService.EmptyBatchRequest"),
    ({"Action": "SendMessage", "MessageBody": "x", "DelaySeconds": "1x"},
     "InvalidParameterValue"),
    ({"Action": "SendMessage", "MessageBody.1": "x"}, "MalformedInput"),
    ({"Action": "SendMessage", "MessageBody": "x", ".".join("abcdefghijkl"): "x", ".": "y"},
     None)])
def test_query_that_cannot_be_done(home, url, arguments, code):
    where = url if arguments.get("QueueUrl") is None else home.endpoint("port", service="sqs")
    answer = form(home, where + ("" if where == url else "/"), **arguments)
    assert (answer.status, answer.code) == ({None: 200, "NotImplemented": 501}.get(code, 400), code)


def test_numbers_of_a_form_count(home, url):
    """Entries come in the order of their numbers, whatever their order in the form."""
    entries = {f"SendMessageBatchRequestEntry.{i}.{n}": v for i in (10, 2, 1)
               for n, v in (("Id", f"id{i}"), ("MessageBody", str(i)))}
    answer = form(home, url, Action="SendMessageBatch", **entries)
    root = xml.etree.ElementTree.fromstring(answer.body)
    assert [e.text for e in root.iter(NS + "Id")] == ["id1", "id2", "id10"]


def test_who_may(home, url):
    """Signatures: none, a wrong one, a body that is not the one signed, unknown operations."""
    where = home.endpoint("port", service="sqs") + "/"
    body = json.dumps({"QueueUrl": url, "MessageBody": "a"}).encode()
    changed = json.dumps({"QueueUrl": url, "MessageBody": "b"}).encode()
    answer = call(home, "SendMessage", body, sent=changed)
    assert (answer.status, json.loads(answer.body)["__type"]) == (
        403, "com.amazon.coral.service#InvalidSignatureException")
    assert answer.headers["x-amzn-query-error"] == "SignatureDoesNotMatch;Sender"
    head = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Length": str(len(body)),
            "Host": urllib.parse.urlsplit(where).netloc}
    path = home.endpoint("path", service="sqs") + "/"
    answer = raw.exchange(path, raw.request_bytes("POST", path, head, body))
    assert (answer.status, answer.headers["x-amzn-query-error"]) == (
        403, "AccessDenied;Sender")
    signed_form = signed(home, "POST", url, b"Action=DeleteQueue", FORM)
    answer = raw.exchange(url, raw.request_bytes("POST", url, signed_form, b"Action=PurgeQueues"))
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    answer = call(home, "Nonsense", {})
    assert (answer.status, json.loads(answer.body)["__type"]) == (
        400, "com.amazon.coral.service#UnknownOperationException")
    assert call(home, "SendMessage", {}, target="Other.").status == 400


SQS = every_operation("aws.sqs")


@pytest.fixture(scope="module")
def stranger(api):
    made = api.create("aws_sqs", name="sqs stranger", ports=True)
    yield made
    made.destroy()


def arguments_of(url):
    entry = {"Id": "a", "MessageBody": "theirs", "ReceiptHandle": "x", "VisibilityTimeout": 0}
    return {**entry, "QueueUrl": url, "QueueName": "wire", "Attributes": {"DelaySeconds": "1"},
            "Entries": [entry], "Tags": {"a": "b"}, "TagKeys": ["a"]}


@pytest.mark.parametrize("name,built", SQS, ids=[n for n, _ in SQS])
def test_anothers_keys(home, stranger, url, name, built):
    """Our address, signed with the neighbour's keys: as if there were no such key."""
    answer = call(home, name, arguments_of(url), keys=stranger)
    assert (answer.status, answer.headers["x-amzn-query-error"]) == (
        403, "InvalidClientTokenId;Sender")


@pytest.mark.parametrize("name,built", SQS, ids=[n for n, _ in SQS])
def test_anothers_names(home, stranger, url, name, built):
    """The neighbour's own address and keys, our queue's names and URL: not there."""
    own = url.replace(home.endpoint("port", service="sqs"),
                      stranger.endpoint("port", service="sqs"))
    for there in (url, own.replace(home.aws["account_id"], stranger.aws["account_id"])):
        answer = call(stranger, name, arguments_of(there))
        if not built:
            assert answer.status == 501, answer
        elif name in ("ListQueues", "CreateQueue"):
            assert answer.status == 200 and url.encode() not in answer.body, answer
        elif "Handle" in name or "DeleteMessage" == name or "ChangeMessageVisibility" == name:
            assert answer.headers["x-amzn-query-error"] in (
                "ReceiptHandleIsInvalid;Sender", "AWS.SimpleQueueService.NonExistentQueue;Sender")
        else:
            assert answer.headers["x-amzn-query-error"] == \
                "AWS.SimpleQueueService.NonExistentQueue;Sender", answer
    if name == "CreateQueue":
        call(stranger, "DeleteQueue", {"QueueUrl": "wire"})


@pytest.mark.every_front
@pytest.mark.parametrize("way", ["port", "path", "host"])
def test_addresses(home, way):
    """However a client came, the URL it is told leads back to the queue."""
    for protocol in ("json", "query"):
        sqs = sqs_clients.client(home, protocol, form=way)
        url = sqs.create_queue(QueueName=f"address-{way}-{protocol}")["QueueUrl"]
        assert url.startswith(home.endpoint(way, service="sqs") + "/")
        sqs.send_message(QueueUrl=url, MessageBody="x")
        sqs.delete_queue(QueueUrl=url)


def test_debian_boto3(home):
    """boto3 of December 2022 as it is, with its own Query."""
    if not os.path.isdir("/usr/lib/python3/dist-packages/boto3"):
        missing("python3-boto3")
    env = {"PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true",
           "AWS_ACCESS_KEY_ID": home.aws["access_key_id"],
           "AWS_SECRET_ACCESS_KEY": home.aws["secret_access_key"]}
    done = subprocess.run(
        ["/usr/bin/python3", os.path.join(HERE, "debian_sqs.py"),
         home.endpoint("port", service="sqs")],
        env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("done")
