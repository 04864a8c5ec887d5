# tests/sdk/python/conftest.py - fixtures: environments, clients, buckets
import os
import secrets
import socket
import ssl
import subprocess
import time

import boto3
import botocore.config
import botocore.exceptions
import pytest

import contract
import installation

os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
    os.environ.pop(name, None)

# Every name under localhost is this machine; a stock Debian does not resolve it for Python.
real_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host, *args, **kwargs):
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return real_getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = getaddrinfo

# How a client may reach S3: (form, scheme).  vhost is the host form with the bucket in the host.
FORMS = [("port", "http")] + [
    (form, scheme) for form in ("path", "host", "twin", "vhost") for scheme in ("http", "https")]

def hold_against_document(method, url, body, answer):
    for base in (installation.URL, installation.URL_TLS):
        if base:
            contract.check(base, method, url, body, answer)


installation.watchers.append(hold_against_document)

counts = {"passed": 0, "failed": 0, "skipped": 0}


def pytest_runtest_logreport(report):
    if report.skipped:
        counts["skipped"] += 1
    elif report.failed:
        counts["failed"] += 1
    elif report.when == "call":
        counts["passed"] += 1


def pytest_collectreport(report):
    if report.failed:
        counts["failed"] += 1


def pytest_sessionfinish():
    if os.environ.get("TEST_COUNTS"):
        with open(os.environ["TEST_COUNTS"], "a", encoding="utf-8") as out:
            print(counts["passed"], counts["failed"], counts["skipped"], file=out)


def make_client(environment, form="port", scheme="http", keys=None, service="s3", **config):
    """A client with the settings a stranger would use, and nothing else."""
    aws = keys or environment.aws
    if form == "vhost":
        config.setdefault("s3", {})["addressing_style"] = "virtual"
    return boto3.client(
        service,
        endpoint_url=environment.endpoint("host" if form == "vhost" else form, scheme, service),
        region_name=aws.get("region", "us-east-1"),
        aws_access_key_id=aws["access_key_id"],
        aws_secret_access_key=aws["secret_access_key"],
        verify=installation.CA if scheme == "https" else None,
        config=botocore.config.Config(**config) if config else None)


@pytest.fixture(scope="session")
def api():
    return installation.Api()


def certify(environment):
    """A certificate for the host form; the web server takes it up in a moment."""
    command = os.environ.get("TEST_CERTIFICATE")
    if not command:
        return
    subprocess.run([*command.split(), environment.id], check=True)
    host = f"bucket.s3.{environment.id}.{installation.DOMAIN}"
    address = ("127.0.0.1", int(installation.URL_TLS.rsplit(":", 1)[1]))
    context = ssl.create_default_context(cafile=installation.CA)
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(address) as plain:
                with context.wrap_socket(plain, server_hostname=host):
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def environment(api):
    made = api.create("aws_s3", name="sdk tests", ports=True)
    certify(made)
    yield made
    made.destroy()


@pytest.fixture(scope="session")
def neighbour(api):
    made = api.create("aws_s3", name="neighbour", ports=True)
    yield made
    made.destroy()


@pytest.fixture(scope="session")
def s3(environment):
    return make_client(environment)


@pytest.fixture(scope="session", params=FORMS, ids=lambda p: f"{installation.FRONT}-{p[1]}-{p[0]}")
def each_s3(request, environment):
    """A client in every form of address, and the form."""
    form, scheme = request.param
    if scheme == "https" and not installation.URL_TLS:
        pytest.skip("this installation has no TLS")
    return make_client(environment, form, scheme), form


def empty(s3, bucket):
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])


@pytest.fixture
def bucket(s3):
    name = "t-" + secrets.token_hex(6)
    s3.create_bucket(Bucket=name)
    yield name
    try:
        empty(s3, name)
        s3.delete_bucket(Bucket=name)
    except s3.exceptions.NoSuchBucket:
        pass


def missing(what):
    """A tool the test needs is not here: a failure where everything ought to be."""
    if os.environ.get("CI") == "true":
        pytest.fail(what + " is not installed")
    pytest.skip(what + " is not installed")


class Refused:
    """with refused("NoSuchKey", 404) as r: ... - the call is refused in exactly these words."""

    def __init__(self, code, status):
        self.code, self.status, self.response = code, status, None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is not None, f"not refused; expected {self.code}"
        if not isinstance(error, botocore.exceptions.ClientError):
            return False
        self.response = error.response
        found = (error.response["Error"]["Code"],
                 error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert found == (self.code, self.status), error
        return True


@pytest.fixture(scope="session")
def refused():
    return Refused
