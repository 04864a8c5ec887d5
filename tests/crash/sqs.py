# tests/crash/sqs.py - senders and receivers of one queue, and what must be left in it
import collections
import json
import random
import threading
import time

import s3

VISIBLE = 6  # seconds a received message is hidden for


class Client(s3.Client):
    service = "sqs"

    def __init__(self, e, timeout=40):
        aws = e["credentials"]["aws"]
        super().__init__(e["endpoints"]["aws_sqs"], aws["access_key_id"], aws["secret_access_key"],
                         timeout)

    def call(self, operation, **what):
        """What it answers; None: no clear answer came."""
        body = json.dumps(what).encode()
        headers = {"X-Amz-Target": f"AmazonSQS.{operation}",
                   "Content-Type": "application/x-amz-json-1.0"}
        try:
            a = self.request("POST", "/", headers=headers, body=body)
        except s3.NoAnswer:
            return None
        if a.status in (500, 502, 503, 504):
            return None
        if a.status != 200:
            raise ValueError(f"{operation}: {a}")
        return json.loads(a.body or b"{}")


class Queue:
    """One queue, what is known about its messages (by body), and those who use it."""

    def __init__(self, e, seed, stop):
        self.e, self.seed, self.stop, self.lock = e, seed, stop, threading.Lock()
        self.url = Client(e).call("CreateQueue", QueueName="storm")["QueueUrl"]
        self.began, self.sent = {}, {}  # when it was first sent; its id, once acknowledged
        self.deleted, self.unsure = {}, set()
        self.wrong, self.failed, self.received, self.longest = [], 0, 0, 0.0

    def start(self, wait=1):
        self.threads = [threading.Thread(target=self.guarded, args=(work, n, wait), daemon=True)
                        for n, work in enumerate([self.send, self.send, self.receive,
                                                  self.receive, self.receive])]
        for t in self.threads:
            t.start()
        return self

    def join(self):
        for t in self.threads:
            t.join(120)
            if t.is_alive():
                self.wrong.append("a client of the queue hangs")

    def guarded(self, work, n, wait):
        client, rng = Client(self.e), random.Random(f"{self.seed}/sqs/{n}")
        try:
            while not self.stop.is_set():
                work(client, rng, n, wait)
        except Exception as e:  # a mistake of the harness must not look like success
            self.wrong.append(f"{type(e).__name__}: {e}")
        client.close()

    def doubtful(self):
        self.failed += 1
        time.sleep(0.05)

    def send(self, client, rng, n, _wait):
        bodies = [f"{n}/{rng.getrandbits(64):x}" for _ in range(rng.choice([1, 1, 1, 10]))]
        with self.lock:
            self.began.update(dict.fromkeys(bodies, time.monotonic()))
        if len(bodies) == 1:
            a = client.call("SendMessage", QueueUrl=self.url, MessageBody=bodies[0])
            ids = None if a is None else [a["MessageId"]]
        else:
            a = client.call("SendMessageBatch", QueueUrl=self.url, Entries=[
                {"Id": str(i), "MessageBody": b} for i, b in enumerate(bodies)])
            ids = None if a is None else [m["MessageId"] for m in sorted(
                a["Successful"], key=lambda m: int(m["Id"]))]
        if ids is None:
            self.doubtful()
            return
        with self.lock:
            self.sent.update(zip(bodies, ids))
        time.sleep(0.02)

    def receive(self, client, rng, _n, wait):
        asked = time.monotonic()
        a = client.call("ReceiveMessage", QueueUrl=self.url, MaxNumberOfMessages=10,
                        VisibilityTimeout=VISIBLE, WaitTimeSeconds=wait)
        if a is None:
            self.doubtful()
            return
        for m in a.get("Messages", []):
            self.look(m, asked)
            if rng.random() < 0.7:
                self.delete(client, m, asked)

    def look(self, m, asked):
        with self.lock:
            self.received += 1
            self.longest = max(self.longest, time.monotonic() - max(
                asked, self.began.get(m["Body"], 0)))
            if m["Body"] not in self.began:
                self.wrong.append(f"message {m['Body']} was never sent")
            if self.deleted.get(m["Body"], asked) < asked:
                self.wrong.append(f"message {m['Body']} came after it was deleted")

    def delete(self, client, m, asked):
        a = client.call("DeleteMessage", QueueUrl=self.url, ReceiptHandle=m["ReceiptHandle"])
        with self.lock:
            # Once it is visible again, somebody else may have it, and this handle is old.
            if a is not None and time.monotonic() - asked < VISIBLE - 1:
                self.deleted[m["Body"]] = time.monotonic()
            else:
                self.unsure.add(m["Body"])
        if a is None:
            self.doubtful()

    def drain(self):
        """How often each message is in the queue; every one becomes visible within VISIBLE."""
        client, found, end = Client(self.e), collections.Counter(), time.monotonic() + VISIBLE + 2
        while time.monotonic() < end:
            a = client.call("ReceiveMessage", QueueUrl=self.url, MaxNumberOfMessages=10,
                            VisibilityTimeout=3600, WaitTimeSeconds=1)
            if a is None:
                raise ValueError("the queue cannot be read when all is well again")
            found.update((m["Body"], m["MessageId"]) for m in a.get("Messages", []))
            if a.get("Messages"):
                end = max(end, time.monotonic() + 2)
        client.close()
        return found

    def findings(self):
        """Sentences about what is wrong, after all threads have ended."""
        found = self.drain()
        bodies = collections.Counter(body for body, _ in found.elements())
        wrong = [f"{body} is there {n} times" for body, n in bodies.items() if n > 1]
        wrong += [f"{body} is there with another id" for body, name in found
                  if self.sent.get(body, name) != name]
        wrong += [f"{body} was deleted and is there" for body in bodies if body in self.deleted]
        wrong += [f"{body} was acknowledged and is lost" for body in self.sent
                  if body not in bodies and body not in self.deleted and body not in self.unsure]
        if not self.enough():
            wrong.append("too few messages for a test")
        return self.wrong + wrong

    def enough(self):
        return len(self.sent) >= 20 and len(self.deleted) >= 5

    def __str__(self):
        return (f"{len(self.sent)} messages acknowledged, {self.received} received, "
                f"{len(self.deleted)} deleted, {self.failed} requests in doubt")
