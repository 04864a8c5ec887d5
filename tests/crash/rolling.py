# tests/crash/rolling.py - a rolling restart under load fails no request
import contextlib
import http.client
import os
import signal
import threading
import time

import chaos
import installation as inst
import model
import sqs

MIB = 1 << 20
SLOW = 16 * MIB  # what slow clients send and read, in pieces of a MiB


def wait_for_others(installation, before):
    """Until every worker there was has gone and others serve."""
    end = time.monotonic() + 60
    while set(installation.workers()) & before or not installation.healthy():
        if time.monotonic() > end:
            return [f"workers {before} still run a minute after a restart was asked for"]
        time.sleep(0.05)
    return []


class Slow(threading.Thread):
    """One who sends, or reads a range of, an object for as long as the restarts go on."""

    def __init__(self, e, number, stop):
        super().__init__(daemon=True)
        self.e, self.path, self.stop = e, f"/rolling/slow{number}", stop
        self.wrong, self.put, self.got, self.pause = [], 0, 0, 0.1
        self.body = os.urandom(SLOW)

    def run(self):
        try:
            while not self.stop.is_set():
                self.one(self.send)
                self.one(self.read)
        except (OSError, http.client.HTTPException) as error:
            self.wrong.append(f"{self.path}: {type(error).__name__} {error}")

    def one(self, what):
        """On a connection of its own, as a web server may close those that rest."""
        client = chaos.client_of(self.e)
        connection = http.client.HTTPConnection(*client.address, timeout=60)
        try:
            what(client, connection)
        finally:
            connection.close()

    def pieces(self):
        for at in range(0, SLOW, MIB):
            if not self.stop.is_set():
                time.sleep(self.pause)
            yield self.body[at:at + MIB]

    def send(self, client, connection):
        target, headers = client.headers_for("PUT", self.path, hashed=False)
        connection.request("PUT", target, self.pieces(), {
            "Host": client.host, "Content-Length": str(SLOW), **headers})
        status = connection.getresponse().status
        if status != 200:
            self.wrong.append(f"PUT {self.path}: {status}")
        self.put += 1

    def read(self, client, connection):
        """A range: those go through the pool, whole files do not."""
        target, headers = client.headers_for("GET", self.path, headers={
            "Range": f"bytes=1-{SLOW - 1}"})
        connection.request("GET", target, headers={"Host": client.host, **headers})
        answer, got = connection.getresponse(), b""
        while piece := answer.read(MIB):
            got += piece
            if not self.stop.is_set():
                time.sleep(self.pause)
        if answer.status != 206 or model.digest(got) != model.digest(self.body[1:]):
            self.wrong.append(f"GET {self.path}: {answer.status}, {len(got)} bytes")
        self.got += 1


class Poll(threading.Thread):
    """One who waits for messages of a queue that gets none; each poll is answered, none is cut."""

    def __init__(self, e, stop):
        super().__init__(daemon=True)
        self.client, self.stop, self.wrong, self.polls = sqs.Client(e), stop, [], 0

    def run(self):
        url = self.client.call("CreateQueue", QueueName="silent")["QueueUrl"]
        while not self.stop.is_set():
            if self.client.call("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=4) is None:
                self.wrong.append("a long poll failed")
            self.polls += 1


def restarts(installation):
    wrong = []
    for pid in ("pool", "pool", "keeper"):
        time.sleep(1)
        before = set(installation.workers())
        installation.kill(installation.pid("pool") if pid == "pool"
                          else installation.keeper("pool"), signal.SIGHUP)
        wrong += wait_for_others(installation, before)
    time.sleep(1)
    return wrong


def run(installation, seed, say):
    stop = threading.Event()
    e = installation.environment(name="rolling", services=["aws_s3", "aws_sqs"])
    setup = chaos.client_of(e)
    setup.request("PUT", "/rolling")
    setup.close()
    workers = chaos.start_workers(e, "rolling", seed, stop)
    queue = sqs.Queue(e, seed, stop).start(wait=20)
    slow = [Slow(e, n, stop) for n in range(3)]
    polls = [Poll(e, stop) for _ in range(8)]
    for s in slow + polls:
        s.start()
    wrong = restarts(installation)
    with contextlib.suppress(TimeoutError):
        inst.wait_until(chaos.PATIENCE, lambda: min(chaos.done_by(workers).values()) > 0 and
                        queue.enough(), "enough for a test")
    chaos.stop_workers(workers, stop)
    queue.join()
    for s in slow + polls:
        s.join(120)
    wrong += [w for each in workers + slow + polls for w in each.wrong]
    doubts = sum(w.doubts for w in workers) + queue.failed
    done = chaos.done_by(workers)
    say(f"three restarts; acknowledged {done}; {sum(s.put for s in slow)} slow uploads and "
        f"{sum(s.got for s in slow)} slow ranges; {sum(p.polls for p in polls)} silent polls; "
        f"{queue}, received at most {queue.longest:.1f} s after they were sent")
    if doubts:
        wrong.append(f"{doubts} requests failed during rolling restarts")
    if min(done.values()) == 0 or not all(s.put and s.got for s in slow):
        wrong.append("too little happened for a test")
    return wrong + queue.findings() + chaos.verify_keys(
        e, "rolling", workers, [s.path.split("/")[2] for s in slow])
