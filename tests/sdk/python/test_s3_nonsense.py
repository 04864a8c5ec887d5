# tests/sdk/python/test_s3_nonsense.py - no 5xx, no lost connection, whatever anybody sends
"""Odd requests of every operation in the tables of S3, SQS and our own API (nonsense.py): the same
ones for the same NONSENSE_SEED; NONSENSE_SECONDS says how long each of the three goes on."""
import base64
import collections
import hashlib
import itertools
import json
import os
import random
import re
import time

import pytest

import installation
import nonsense
from documents import DOCUMENTS
from test_neighbour import every_operation, operations, s3_request

SECONDS = float(os.environ.get("NONSENSE_SECONDS", "4"))
# Without a time of its own a run ends as soon, however fast the machine is.
MOST = None if "NONSENSE_SECONDS" in os.environ else 600
SEED = int(os.environ.get("NONSENSE_SEED", "1"))
MOST_FINDINGS = 20

COMPLETE = ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"0\"</ETag></Part>"
            "</CompleteMultipartUpload>")
MORE_DOCUMENTS = {
    "CompleteMultipartUpload": COMPLETE,
    "CreateBucket": "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                    "</CreateBucketConfiguration>",
    "PutBucketAcl": "<AccessControlPolicy><Owner><ID>a</ID></Owner><AccessControlList/>"
                    "</AccessControlPolicy>",
    "PutObjectAcl": "<AccessControlPolicy><Owner><ID>a</ID></Owner><AccessControlList/>"
                    "</AccessControlPolicy>",
    "PutBucketOwnershipControls": "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter"
                                  "</ObjectOwnership></Rule></OwnershipControls>",
    "PutPublicAccessBlock": "<PublicAccessBlockConfiguration><BlockPublicAcls>true"
                            "</BlockPublicAcls></PublicAccessBlockConfiguration>",
    "RestoreObject": "<RestoreRequest><Days>1</Days><GlacierJobParameters><Tier>Bulk</Tier>"
                     "</GlacierJobParameters></RestoreRequest>",
}
POLICY = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"],
                         "Resource": "arn:aws:s3:::b/*",
                         "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}}]}


class Findings:
    def __init__(self):
        self.list, self.statuses = [], collections.Counter()

    def look(self, what, request, answer, wrong):
        self.statuses[answer.status] += 1
        if wrong:
            self.list.append(f"{what}: {wrong}\n  {request[:1500]!r}\n  {answer}")
        assert len(self.list) < MOST_FINDINGS, "\n".join(self.list)

    def check(self):
        print(f"{sum(self.statuses.values())} requests:", dict(self.statuses.most_common()))
        assert not self.list, "\n".join(self.list)


def turns():
    """0, 1, 2 ... until it is enough."""
    end = time.monotonic() + SECONDS
    return itertools.takewhile(lambda n: time.monotonic() < end and n != MOST, itertools.count())


def restarts():
    text = installation.http("GET", installation.URL + "/metrics").body.decode()
    return re.search(r"^mf_restarts_total (\d+)$", text, re.M).group(1)


@pytest.fixture
def findings():
    """Nothing died of it, either."""
    before = restarts()
    found = Findings()
    yield found
    assert restarts() == before, "a process died"
    found.check()


@pytest.fixture(scope="module")
def place(api):
    made = api.create("aws_s3", "aws_sqs", name="nonsense", ports=True, auth="lenient")
    yield made
    made.destroy()


def wrong_s3(method, answer):
    wrong = nonsense.wrong_with(method, answer, "x-amz-request-id")
    if wrong or nonsense.by_web_server(answer) or method == "HEAD" or not answer.body:
        return wrong
    if answer.status >= 300 and answer.status != 304:
        tree, wrong = nonsense.wrong_xml(answer)
        if wrong:
            return wrong
        if tree.tag != "Error" or not tree.findtext("Code"):
            return "no error document"
        if tree.findtext("RequestId") != answer.headers["x-amz-request-id"]:
            return "another request id in the document"
        if answer.status == 501 and tree.findtext("Code") != "NotImplemented":
            return "501 without NotImplemented"
    elif answer.body.startswith(b"<?xml"):
        return nonsense.wrong_xml(answer)[1]
    return None


def s3_body(r, name, body):
    if name == "PutBucketPolicy":
        tree = POLICY
        for _ in range(r.choice([0, 1, 1, 3])):
            tree = nonsense.spoil_json(r, tree)
        body = json.dumps(tree).encode()
    elif name in DOCUMENTS or name in MORE_DOCUMENTS:
        document = DOCUMENTS.get(name) or MORE_DOCUMENTS[name]
        for _ in range(r.choice([0, 1, 1, 2])):
            document = nonsense.spoil_xml(r, document)
        body = document.encode(errors="replace")
    if r.random() < 0.1:
        body = nonsense.deep(r, b"<a>", b"</a>")
    elif r.random() < 0.2:
        body = nonsense.spoil(r, body)
    return body


def s3_nonsense(r, bucket, upload, ops):
    name, method, target, _ = r.choice(ops + [op for op in ops if op[3]] * 3)
    path, body, headers = s3_request(name, target, bucket)
    body = s3_body(r, name, body)
    path, _, query = path.partition("?")
    query = query.replace("uploadId", f"uploadId={upload}").replace("partNumber", "partNumber=1")
    if r.random() < 0.15:
        path = path.replace("/key", "/" + r.choice(nonsense.KEYS))
    if r.random() < 0.05:
        path = path.replace(bucket, r.choice(["", ".", "A", "a" * 64, "a..b", "%00", "x-%ff"]))
    if r.random() < 0.03:
        method = r.choice(nonsense.METHODS)
    query = nonsense.query(r, query) if r.random() < 0.6 else query
    headers = [f"{key}: {value}\r\n".encode() for key, value in headers.items()
               if key != "Content-MD5"]
    headers += [nonsense.header(r) for _ in range(r.choice([0, 0, 1, 1, 2, 4]))]
    if name in ("PutObject", "UploadPart") and r.random() < 0.4:
        more, body = nonsense.chunked(r, body)
        headers += more
    elif r.random() < 0.9:
        digest = base64.b64encode(hashlib.md5(body).digest())
        headers.append(b"Content-MD5: " + digest + b"\r\n")
    return name, method, path + ("?" + query if query else ""), headers, body


def s3_prepare(sender, r, n):
    """A bucket as no request before has left it, with something in it."""
    bucket = f"t-{n}"
    versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    lock = [b"x-amz-bucket-object-lock-enabled: true\r\n"] if n % 4 == 3 else []
    lists = [b"x-amz-object-ownership: ObjectWriter\r\n"] if n % 2 else []
    sender.send("PUT", f"/{bucket}", lock + lists, b"")
    if n % 3:
        sender.send("PUT", f"/{bucket}?versioning", [], versioning.encode())
    kept = [b"x-amz-tagging: a=b\r\n", b"x-amz-meta-a: b\r\n"]
    sender.send("PUT", f"/{bucket}/key", kept, b"ours")
    _, answer = sender.send("POST", f"/{bucket}/key?uploads", [], b"")
    upload = re.search(rb"<UploadId>([^<]*)<", answer.body)
    assert upload, answer
    return bucket, upload.group(1).decode()


def test_s3(place, findings):
    sender, r, ops = nonsense.Sender(place, "s3"), random.Random(SEED), operations("aws.s3")
    bucket = upload = ""
    for n in turns():
        if n % 40 == 0:
            bucket, upload = s3_prepare(sender, r, n // 40)
        if r.random() < 0.05:
            name, method, target = "a form", "POST", "/" + bucket
            header, body = nonsense.form(r, sender.key, bucket)
            headers = [header]
            body = nonsense.spoil(r, body) if r.random() < 0.3 else body
        else:
            name, method, target, headers, body = s3_nonsense(r, bucket, upload, ops)
        request, answer = sender.send(method, target, headers, body)
        findings.look(name, request, answer, wrong_s3(method, answer))


SQS = {
    "CreateQueue": {"QueueName": "q", "Attributes": {"VisibilityTimeout": "30", "Policy": "{}"},
                    "tags": {"a": "b"}},
    "SendMessage": {"MessageBody": "hello", "DelaySeconds": 0, "MessageAttributes": {
        "a": {"DataType": "String", "StringValue": "x"},
        "b": {"DataType": "Binary", "BinaryValue": "AAE="}}},
    "SendMessageBatch": {"Entries": [{"Id": "1", "MessageBody": "a"},
                                     {"Id": "2", "MessageBody": "b"}]},
    "ReceiveMessage": {"MaxNumberOfMessages": 10, "VisibilityTimeout": 0,
                       "AttributeNames": ["All"], "MessageAttributeNames": ["All"]},
    "DeleteMessage": {"ReceiptHandle": "AAAA"},
    "DeleteMessageBatch": {"Entries": [{"Id": "1", "ReceiptHandle": "AAAA"}]},
    "ChangeMessageVisibility": {"ReceiptHandle": "AAAA", "VisibilityTimeout": 1},
    "ChangeMessageVisibilityBatch": {"Entries": [{"Id": "1", "ReceiptHandle": "AAAA",
                                                  "VisibilityTimeout": 1}]},
    "GetQueueAttributes": {"AttributeNames": ["All"]},
    "SetQueueAttributes": {"Attributes": {"DelaySeconds": "0"}},
    "GetQueueUrl": {"QueueName": "q"}, "ListQueues": {"QueueNamePrefix": "q", "MaxResults": 2},
    "TagQueue": {"Tags": {"a": "b"}}, "UntagQueue": {"TagKeys": ["a"]},
}
OF_NO_QUEUE = ("CreateQueue", "GetQueueUrl", "ListQueues")


def as_form(tree, name=""):
    """Names with dots, as the Query protocol has them, by the names of the JSON one."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from as_form(value, f"{name}.{key}" if name else key)
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield from as_form(value, f"{name.removesuffix('s')}.{i + 1}")
    else:
        yield f"{nonsense.quoted(name)}={nonsense.quoted(str(tree))}"


def wrong_sqs(is_json, answer):
    wrong = nonsense.wrong_with("POST", answer, "x-amzn-requestid")
    if wrong or nonsense.by_web_server(answer):
        return wrong
    if is_json:
        try:
            tree = json.loads(answer.body or b"{}")
        except ValueError as error:
            return f"no JSON: {error}"
        if answer.status >= 300 and not tree.get("__type"):
            return "an error without its type"
        return None
    tree, wrong = nonsense.wrong_xml(answer)
    if wrong or answer.status < 300 or tree.tag == "UnknownOperationException":
        return wrong
    return None if tree.find("{*}Error/{*}Code") is not None else "an error without its code"


def sqs_nonsense(r, url, names):
    name = r.choice(names)
    tree = dict(SQS.get(name, {}))
    if name not in OF_NO_QUEUE:
        tree["QueueUrl"] = url
    for _ in range(r.choice([0, 1, 1, 1, 3])):
        tree = nonsense.spoil_json(r, tree)
    is_json = r.random() < 0.6
    if is_json:
        body = json.dumps(tree).encode()
        headers = [b"Content-Type: application/x-amz-json-1.0\r\n",
                   f"X-Amz-Target: AmazonSQS.{name}\r\n".encode()]
    else:
        body = "&".join([f"Action={name}", "Version=2012-11-05", *as_form(tree)]).encode()
        headers = [b"Content-Type: application/x-www-form-urlencoded\r\n"]
    if r.random() < 0.1:
        body = nonsense.spoil(r, body)
    elif r.random() < 0.03:
        body = nonsense.deep(r, b"[", b"]")
    headers += [line for line in (nonsense.header(r) for _ in range(r.choice([0, 0, 1, 2])))
                if not line.startswith((b"content-type", b"x-amz-target"))]
    return name, is_json, headers, body


def test_sqs(place, findings):
    sender, r = nonsense.Sender(place, "sqs"), random.Random(SEED)
    names = [name for name, _ in every_operation("aws.sqs")]
    url = sender.url + "/000000000000/q"
    for n in turns():
        if n % 40 == 0:
            _, answer = sender.send("POST", "/", [
                b"Content-Type: application/x-amz-json-1.0\r\n",
                b"X-Amz-Target: AmazonSQS.CreateQueue\r\n"],
                json.dumps({"QueueName": f"q{n // 40}"}).encode())
            url = json.loads(answer.body)["QueueUrl"]
        name, is_json, headers, body = sqs_nonsense(r, url, names)
        request, answer = sender.send("POST", "/", headers, body)
        findings.look(name, request, answer, wrong_sqs(is_json, answer))


API = {
    "CreateKey": {"name": "k", "scopes": ["keys:read"], "expires_at": "2100-01-01T00:00:00Z"},
    "UpdateKey": {"name": "k"},
    "SignUp": {"email": "a@b.example", "password": "p" * 12, "name": "n"},
    "LogIn": {"email": "a@b.example", "password": "p" * 12},
    "Quote": {"services": ["aws_s3", {"service": "redis"}], "provider": "aws"},
    "UpdateEnvironment": {"name": "n", "auto_shutdown_hours": 4},
    "ResetEnvironment": {"service": "aws_sqs"}, "SetClock": {"offset": "PT1H"},
    "ChangeClock": {"advance": 1, "freeze": False},
    "GenerateData": {"template": "it_servers", "count": 2, "seed": 1, "seed_into": "aws_s3"},
}
# What would cost an environment or a key of its own, or end those in use.
NOT_THESE = ("CreateEnvironment", "LogOut", "RevokeOtherSessions", "RevokeKey", "CreateKey")


def api_nonsense(r, place, ops):
    name, method, target, _ = r.choice(ops)
    path = re.sub(r"\{[^}]*\}", lambda _: place.id if r.random() < 0.9 else
                  nonsense.quoted(nonsense.text(r)[:300]), target)
    path = path if path.startswith("/api/") else "/api/v1" + path
    tree = API.get(name, {})
    for _ in range(r.choice([0, 1, 1, 3])):
        tree = nonsense.spoil_json(r, tree)
    body = json.dumps(tree).encode() if method not in ("GET", "DELETE") else b""
    if r.random() < 0.1:
        body = nonsense.spoil(r, body)
    arguments = [f"{nonsense.quoted(r.choice(['limit', 'cursor', 'from', 'status', 'x']))}="
                 f"{nonsense.quoted(nonsense.text(r))}" for _ in range(r.choice([0, 0, 1, 3]))]
    headers = [line for line in (nonsense.header(r) for _ in range(r.choice([0, 1, 2])))]
    return name, method, path + ("?" + "&".join(arguments) if arguments else ""), headers, body


def wrong_api(method, answer):
    if nonsense.by_web_server(answer) or answer.status == 0:
        return None if answer.status else "no answer"
    if answer.status >= 500:
        return f"status {answer.status}"
    if "x-request-id" not in answer.headers:
        return "no request id"
    if answer.status < 400 or method == "HEAD":
        return None
    problem = json.loads(answer.body)
    return None if problem["status"] == answer.status else "another status in the problem"


def test_api(place, findings):
    r = random.Random(SEED)
    ops = [op for op in operations("mockfactory.api") if op[0] not in NOT_THESE and
           not (op[0].startswith("Destroy") or op[0].startswith("Stop"))]
    for _ in turns():
        name, method, target, headers, body = api_nonsense(r, place, ops)
        request, answer = nonsense.to_api(method, target, headers, body)
        findings.look(name, request, answer, wrong_api(method, answer))
