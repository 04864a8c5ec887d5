# tests/sdk/python/test_neighbour.py - no operation reaches another's environment, whatever it is
"""Generated from the operation tables: a new operation is in here the day it is in its table."""
import base64
import hashlib
import os
import re
import subprocess

import pytest

import installation
import raw
from conftest import make_client
from documents import DOCUMENTS


def operation_lines():
    if not os.environ.get("TEST_PROGRAMS"):
        return []
    return subprocess.run([installation.PROGRAMS + "/mockfactory.fcgi", "--operations"],
                          capture_output=True, text=True, check=True).stdout.splitlines()


def every_operation(service):
    """(name, built) of every operation of a service, whatever its protocol."""
    lines = [line.split("\t") for line in operation_lines()]
    return [(name, state == "built") for whose, name, _, state, *_ in lines if whose == service]


def operations(service):
    """(name, method, target, built) of every operation of a service that has an HTTP shape."""
    found = []
    for line in operation_lines():
        whose, name, shape, state, _, access, *_ = line.split("\t")
        if whose == service and shape != "-" and access == "signed":
            method, target = shape.split(" ", 1)
            found.append((name, method, target, state == "built"))
    return found


S3 = operations("aws.s3")
API = operations("mockfactory.api")


def names(list_of):
    return [name for name, *_ in list_of]


@pytest.fixture(scope="module")
def ours(environment):
    """A bucket with an object in our environment, which must be as it was at the end."""
    s3 = make_client(environment)
    s3.create_bucket(Bucket="t-ours")
    s3.put_object(Bucket="t-ours", Key="key", Body=b"ours", Metadata={"a": "1"})
    before = s3.head_object(Bucket="t-ours", Key="key")
    yield "t-ours"
    after = s3.head_object(Bucket="t-ours", Key="key")
    assert [before[n] for n in ("ETag", "LastModified", "Metadata", "ContentLength")] == \
        [after[n] for n in ("ETag", "LastModified", "Metadata", "ContentLength")]
    assert s3.list_objects_v2(Bucket="t-ours")["KeyCount"] == 1
    s3.delete_object(Bucket="t-ours", Key="key")
    s3.delete_bucket(Bucket="t-ours")


def s3_request(name, target, bucket):
    """Path, body and headers that make the operation do something where it is allowed."""
    path = target.replace("{Bucket}", bucket).replace("{Key+}", "key")
    body, headers = b"", {}
    if name.endswith("Configuration"):
        path = path.replace("&id", "") + "&id=one"
    if name in DOCUMENTS:
        body = DOCUMENTS[name].encode()
        headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
    elif name in ("CopyObject", "UploadPartCopy"):
        headers["x-amz-copy-source"] = f"/{bucket}/other"
    elif name == "GetObjectAttributes":
        headers["x-amz-object-attributes"] = "ETag"
    elif name == "PutObject":
        body = b"theirs"
    return path, body, headers


@pytest.mark.parametrize("name,method,target,built", S3, ids=names(S3))
@pytest.mark.parametrize("form", ["port", "path"])
def test_s3_with_anothers_keys(environment, neighbour, ours, form, name, method, target, built):
    """Our address, signed with the neighbour's keys: as if there were no such key."""
    path, body, headers = s3_request(name, target, ours)
    url = environment.endpoint(form) + path
    head = raw.signed(neighbour, method, url, body, headers)
    head["Content-Length"] = str(len(body))
    answer = raw.exchange(url, raw.request_bytes(method, url, head, body))
    assert answer.status == 403, answer
    assert answer.code == (None if method == "HEAD" else "InvalidAccessKeyId"), answer


@pytest.mark.parametrize("name,method,target,built", S3, ids=names(S3))
def test_s3_with_anothers_names(neighbour, ours, name, method, target, built):
    """The neighbour's own address and keys, our bucket's name: not there."""
    path, body, headers = s3_request(name, target, ours)
    answer = raw.send(neighbour, method, path, body, headers)
    if not built:
        assert (answer.status, answer.code) == (501, "NotImplemented"), answer
    elif "{Bucket}" not in target:
        assert answer.status == 200 and ours.encode() not in answer.body, answer
    elif name == "CreateBucket":
        assert answer.status == 200, answer
        make_client(neighbour).delete_bucket(Bucket=ours)
    else:
        assert answer.status == 404, answer
        assert answer.code == (None if method == "HEAD" else "NoSuchBucket"), answer


def test_s3_copy_from_anothers_bucket(neighbour, ours, refused):
    theirs = make_client(neighbour)
    theirs.create_bucket(Bucket="t-theirs")
    with refused("NoSuchBucket", 404):
        theirs.copy_object(Bucket="t-theirs", Key="k", CopySource=f"{ours}/key")
    theirs.delete_bucket(Bucket="t-theirs")


@pytest.fixture(scope="module")
def stranger():
    """Another account of the installation."""
    admin = os.environ["TEST_ADMIN"].split()
    account = subprocess.run([*admin, "account", "create", "--name", "stranger"], check=True,
                             capture_output=True, text=True).stdout.strip()
    key = subprocess.run([*admin, "key", "create", "--account", account, "--name", "k"], check=True,
                         capture_output=True, text=True).stdout.strip()
    return installation.Api(key)


@pytest.mark.parametrize("name,method,target,built", API, ids=names(API))
def test_api_with_anothers_ids(api, environment, stranger, name, method, target, built):
    """The stranger's key on our ids: not there, and nothing of ours in what is there."""
    key = api.ok("GET", "/api/v1/keys")["keys"][0]["id"]
    before = environment.get()
    path = re.sub(r"/environments/\{[^}]*\}", "/environments/" + environment.id, target)
    path = re.sub(r"/operations/\{[^}]*\}", "/operations/op-create-" + environment.id, path)
    path = re.sub(r"/keys/\{[^}]*\}", "/keys/" + key, path)
    path = re.sub(r"\{[^}]*\}", "aws_s3", path)
    if not path.startswith("/api/"):
        path = "/api/v1" + path
    body = {"freeze": True} if path.endswith("/clock") else {}
    if path.startswith("/api/v1/keys/"):
        body = {"name": "theirs"}
    body = body if method in ("POST", "PUT", "PATCH") else None
    answer = stranger.call(method, path, body)
    if environment.id in path or key in path:
        assert answer.status == 404, (answer.status, answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == 404
    else:
        assert environment.id.encode() not in answer.body and key.encode() not in answer.body
    assert environment.get() == before
