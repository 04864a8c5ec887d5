# tests/sdk/python/test_sqs_hosts.py - two web nodes: what is sent on one wakes polls on the other
import json
import os
import secrets
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import pytest

import installation
import jobs
import raw
from sqs_clients import client

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "..", "runtime"))
import fastcgi  # noqa: E402 pylint: disable=wrong-import-position

pytestmark = pytest.mark.clients
ROUNDS = 5


class Node:
    """Another pool on the installation's database, as another web host would run it."""

    def __init__(self, directory):
        self.socket = f"{jobs.STATE}/run/node.sock"
        self.log = open(f"{directory}/node.log", "wb")
        self.process = subprocess.Popen(
            [f"{jobs.STATE}/program/bin/mockfactory.fcgi"], stdin=subprocess.DEVNULL,
            stderr=self.log, cwd=jobs.STATE, preexec_fn=jobs.become,
            env={**jobs.settings(), "MF_SOCKET": self.socket, "MF_SOCKET_MODE": "666",
                 "MF_PROCESSES": "2"})
        self.client = fastcgi.Client(self.socket)

    def answers(self):
        try:
            return self.client.get("/healthz").status == 200
        except (OSError, fastcgi.Broken):
            return False

    def parked(self):
        text = self.client.get("/metrics").text
        return sum(float(line.split()[1]) for line in text.splitlines()
                   if line.startswith("mf_parked"))

    def start(self, environment, operation, arguments):
        """An operation of SQS, asked of this node."""
        url = environment.endpoint("path", service="sqs") + "/"
        body = json.dumps(arguments).encode()
        request = botocore.awsrequest.AWSRequest("POST", url, data=body, headers={
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{operation}"})
        botocore.auth.SigV4Auth(raw.credentials(environment), "sqs", "us-east-1").add_auth(request)
        parts = urllib.parse.urlsplit(url)
        headers = [(name, value) for name, value in request.headers.items()
                   if name != "Content-Type"]
        return self.client.start("POST", parts.path, body, headers=headers,
                                 extra=[("CONTENT_TYPE", request.headers["Content-Type"])],
                                 HTTP_HOST=parts.netloc, SERVER_PORT=str(parts.port))

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()
        if os.path.exists(self.socket):
            os.unlink(self.socket)


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    it = Node(tmp_path_factory.mktemp("node"))
    try:
        until(it.answers)
        yield it
    finally:
        it.stop()


@pytest.fixture(scope="module")
def environment(api):
    made = api.create("aws_sqs", ports=True)
    yield made
    made.destroy()


@pytest.fixture
def queue(environment):
    sqs = client(environment)
    url = sqs.create_queue(QueueName="hosts-" + secrets.token_hex(4))["QueueUrl"]
    yield sqs, url
    sqs.delete_queue(QueueUrl=url)


def test_sent_here_heard_there(environment, node, queue):
    """A poll on the second node; the message goes to the first."""
    sqs, url = queue
    times = []
    for number in range(ROUNDS):
        poll = node.start(environment, "ReceiveMessage", {"QueueUrl": url, "WaitTimeSeconds": 20})
        until(lambda: node.parked() == 1)
        began = time.monotonic()
        sqs.send_message(QueueUrl=url, MessageBody=f"far {number}")
        answer = poll.wait()
        times.append(time.monotonic() - began)
        assert answer.status == 200, answer.text
        message, = json.loads(answer.text)["Messages"]
        assert message["Body"] == f"far {number}"
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    # A waiter that nobody wakes looks by itself after ten seconds.
    assert statistics.median(times) < 5, times


def test_sent_there_heard_here(environment, node, queue):
    sqs, url = queue
    times = []

    def poll(number):
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        times.append(time.monotonic())
        assert [message["Body"] for message in found] == [f"back {number}"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])

    took = []
    for number in range(ROUNDS):
        before = parked_here()
        waiting = threading.Thread(target=poll, args=(number,))
        waiting.start()
        until(lambda: parked_here() > before)
        began = time.monotonic()
        answer = node.start(environment, "SendMessage", {
            "QueueUrl": url, "MessageBody": f"back {number}"}).wait()
        assert answer.status == 200, answer.text
        waiting.join()
        assert len(times) == number + 1
        took.append(times[-1] - began)
    assert statistics.median(took) < 5, took


def parked_here():
    text = installation.http("GET", f"{installation.URL}/metrics").body.decode()
    return sum(float(line.split()[1]) for line in text.splitlines()
               if line.startswith("mf_parked"))
