# tests/sdk/python/sqs_clients.py - clients of SQS in both of its protocols, fixtures, shorthands
"""boto3 speaks AWS JSON to SQS since November 2023, AWS Query before.  It still has the code: with
the model of Debian's botocore of 2022 it speaks Query again, so one test serves both."""
import atexit
import functools
import json
import os
import secrets
import shutil
import tempfile

import boto3
import botocore.session
import pytest

from conftest import missing

OLD_MODEL = "/usr/lib/python3/dist-packages/botocore/data/sqs/2012-11-05/service-2.json"


@functools.lru_cache(maxsize=None)
def old_models():
    """A folder with that model and no other, until the tests end."""
    folder = tempfile.mkdtemp(prefix="mf-sqs-model.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.makedirs(folder + "/sqs/2012-11-05")
    shutil.copy(OLD_MODEL, folder + "/sqs/2012-11-05/")
    return folder


def query_session():
    if not os.path.exists(OLD_MODEL):
        missing("python3-boto3")
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.insert(0, old_models())
    with open(OLD_MODEL, encoding="utf-8") as model:
        assert json.load(model)["metadata"]["protocol"] == "query"
    return boto3.Session(botocore_session=session)


def client(environment, protocol="json", account=0, form="port", scheme="http", **more):
    aws = environment.aws
    if account > 0:
        aws = environment.aws["accounts"][account]
    session = query_session() if protocol == "query" else boto3.Session()
    return session.client(
        "sqs", endpoint_url=environment.endpoint(form, scheme, "sqs"),
        aws_access_key_id=aws["access_key_id"], aws_secret_access_key=aws["secret_access_key"],
        **{"region_name": "us-east-1", **more})


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_sqs", name="sqs tests", ports=True,
                      accounts=[{"account_id": "111122223333"}, {"account_id": "444455556666"}])
    yield made
    made.destroy()


@pytest.fixture(scope="module", params=["json", "query"])
def sqs(request, home):
    return client(home, request.param)


@pytest.fixture
def queue(sqs):
    url = sqs.create_queue(QueueName="t-" + secrets.token_hex(6))["QueueUrl"]
    yield url
    try:
        sqs.delete_queue(QueueUrl=url)
    except sqs.exceptions.QueueDoesNotExist:
        pass


@pytest.fixture
def clock(home):
    """Stop the environment's time, and move it."""
    home.api.ok("PUT", home.path + "/clock", {"freeze": True})
    yield lambda seconds: home.api.ok("PUT", home.path + "/clock", {"advance": seconds})
    home.api.ok("PUT", home.path + "/clock", {"freeze": False})


def name_of(url):
    return url.rsplit("/", 1)[1]


def take(sqs, url, **more):
    return sqs.receive_message(QueueUrl=url, **{"MaxNumberOfMessages": 10, **more}).get(
        "Messages", [])


def send(sqs, url, body="x", **more):
    return sqs.send_message(QueueUrl=url, MessageBody=body, **more)
