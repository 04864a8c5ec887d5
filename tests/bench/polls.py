#!/usr/bin/env python3
# tests/bench/polls.py - many long polls of SQS held, and what short requests lose by it
#
#   tests/bench/polls.py PORT N < REQUESTS
# holds N connections to a port of this machine, each with one request under way: one of those given
# (JSON, a list of texts), sent again as soon as it is answered.  An answer other than 200 ends it.
# bench.py measures beside it.  Signatures of version 4 hold for minutes, so one serves many.
import hashlib
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
import s3  # noqa: E402 pylint: disable=wrong-import-position

POLLS, QUEUES, WAIT_S = 2000, 20, 20


# The holding process.

class Poll:
    def __init__(self, port, request):
        self.request, self.got = request, b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.send()

    def send(self):
        self.socket.sendall(self.request)

    def readable(self):
        part = self.socket.recv(65536)
        self.got += part
        head, whole, body = self.got.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        if not part or (whole and (not head.startswith(b"HTTP/1.1 200") or not length)):
            sys.exit(f"a poll was answered {self.got[:300]!r}")
        if whole and len(body) >= int(length.group(1)):
            self.got = b""
            self.send()


def hold(port, n, requests):
    ready = selectors.EpollSelector()
    for i in range(n):
        poll = Poll(port, requests[i % len(requests)].encode())
        ready.register(poll.socket, selectors.EVENT_READ, poll)
    while True:
        for key, _ in ready.select():
            key.data.readable()


# For bench.py.

class Queues:
    """Queues of an environment, and requests to poll them."""

    def __init__(self, i):
        status, e = i.api("POST", "/environments", {"services": ["aws_sqs"], "name": "polls"})
        if status != 201:
            raise RuntimeError(f"create environment: {status} {e}")
        self.i, self.aws = i, e["credentials"]["aws"]
        self.url = urllib.parse.urlsplit(e["endpoints"]["aws_sqs"])
        self.urls = [self.call("CreateQueue", {"QueueName": f"q{n}"})["QueueUrl"]
                     for n in range(QUEUES)]

    def head(self, operation, body):
        path = self.url.path or "/"
        headers = {"Content-Type": "application/x-amz-json-1.0",
                   "X-Amz-Target": f"AmazonSQS.{operation}"}
        return path, s3.sign("POST", self.url.netloc, path, [], headers,
                             hashlib.sha256(body).hexdigest(), self.aws["access_key_id"],
                             self.aws["secret_access_key"], service="sqs")

    def call(self, operation, arguments):
        body = json.dumps(arguments).encode()
        path, headers = self.head(operation, body)
        request = urllib.request.Request(f"http://{self.url.netloc}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def poll(self, queue):
        body = json.dumps({"QueueUrl": queue, "WaitTimeSeconds": WAIT_S})
        path, headers = self.head("ReceiveMessage", body.encode())
        lines = [f"POST {path} HTTP/1.1", f"Host: {self.url.netloc}",
                 *(f"{name}: {value}" for name, value in headers.items()),
                 f"Content-Length: {len(body)}", "", body]
        return "\r\n".join(lines)

    def parked(self):
        with urllib.request.urlopen(f"{self.i.url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return sum(float(n) for n in re.findall(r"^mf_parked(?:{[^}]*})? (\S+)$", text, re.M))


class Held:
    """with Held(queues): so many polls wait all the time."""

    def __init__(self, queues):
        self.queues = queues

    def __enter__(self):
        port = self.queues.url.port
        self.process = subprocess.Popen([sys.executable, __file__, str(port), str(POLLS)],
                                        stdin=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps([self.queues.poll(url) for url in self.queues.urls]))
        self.process.stdin.close()
        end = time.monotonic() + 60
        while self.queues.parked() < POLLS:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"only {self.queues.parked()} polls wait")
            time.sleep(0.2)

    def __exit__(self, *exception):
        ended = self.process.poll()
        self.process.kill()
        self.process.wait()
        if ended is not None and exception[0] is None:
            raise RuntimeError("the polls ended by themselves")
        end = time.monotonic() + 60
        while self.queues.parked() > 0 and time.monotonic() < end:
            time.sleep(0.2)


def share(i, seconds, cpu_time):
    before, began = cpu_time(i), time.monotonic()
    time.sleep(seconds)
    used = sum(t - before.get(p, 0) for p, t in cpu_time(i).items())
    return used / 1e9 / (time.monotonic() - began) / os.cpu_count()


def measure(i, cases, rounds, seconds, cpu_time):
    """name -> requests per second without and with polls held, in turns; and what share of the
    processors the polls alone take, which what else runs on the machine does not disturb."""
    queues, runs, busy = Queues(i), {name: ([], []) for name in cases}, 0
    for run in cases.values():
        run(1)
    for turn in range(rounds):
        for name, run in cases.items():
            runs[name][0].append(run(seconds))
        with Held(queues):
            if turn == 0:  # one whole turn of the polls
                busy = share(i, WAIT_S, cpu_time)
            for name, run in cases.items():
                runs[name][1].append(run(seconds))
            if queues.parked() < POLLS * 0.9:
                raise RuntimeError(f"only {queues.parked()} polls wait")
    rate = lambda many: sum(r["requests"] for r in many) / sum(r["seconds"] for r in many)
    return {"share": busy,
            "cases": {name: {"alone": rate(alone), "beside": rate(beside)}
                      for name, (alone, beside) in runs.items()}}


if __name__ == "__main__":
    hold(int(sys.argv[1]), int(sys.argv[2]), json.load(sys.stdin))
