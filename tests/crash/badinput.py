# tests/crash/badinput.py - what no SDK would send: the right error, nothing left, memory bounded
import base64
import datetime
import hashlib
import os
import socket
import threading
import time

import chaos
import intact
import s3

LARGE = 100 << 20
# What one worker may grow by while hundred-megabyte documents come in (MF_TASK_MEMORY is 32 MB).
GROWTH = 96 << 20


def resident(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return next(int(line.split()[1]) << 10 for line in f if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


class Watch(threading.Thread):
    """The most memory any of the processes had."""

    def __init__(self, pids):
        super().__init__(daemon=True)
        self.before = {p: resident(p) for p in pids}
        self.most = dict(self.before)
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            for pid in self.most:
                self.most[pid] = max(self.most[pid], resident(pid))

    def growth(self):
        self.over.set()
        self.join()
        return max(self.most[p] - self.before[p] for p in self.most)


def exchange(address, data, shut=False, timeout=30):
    """Send bytes as they are; (status, everything received), 0 when the connection just ended."""
    with socket.create_connection(address, timeout=timeout) as c:
        try:
            for part in [data] if isinstance(data, bytes) else data:
                c.sendall(part)
            if shut:
                c.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before it had all: the answer is there
        got = b""
        try:
            while b"\r\n\r\n" not in got or not complete(got):
                part = c.recv(65536)
                if not part:
                    break
                got += part
        except OSError:
            pass
    return (int(got.split()[1]) if got.startswith(b"HTTP/1.") else 0), got


def complete(got):
    head, _, body = got.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return body.endswith(b"0\r\n\r\n")


def raw(client, method, path, query=(), headers=(), body=b"", length=None, extra=b""):
    """A signed request as bytes, with a Content-Length of our choice (None: that of body)."""
    target, signed = client.headers_for(method, path, query, headers, body)
    lines = [f"{method} {target} HTTP/1.1", f"Host: {client.host}", "Connection: close",
             f"Content-Length: {len(body) if length is None else length}",
             *(f"{k}: {v}" for k, v in signed.items())]
    return "\r\n".join(lines).encode() + b"\r\n" + extra + b"\r\n" + body


def streaming(client, path, body, decoded):
    """An aws-chunked upload with these bytes as its body."""
    payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    path = client.prefix + path
    headers = s3.sign("PUT", client.host, path, [], {
        "Content-Encoding": "aws-chunked", "x-amz-decoded-content-length": str(decoded),
        "x-amz-trailer": "x-amz-checksum-crc32"}, payload, client.access_key, client.secret)
    lines = [f"PUT {path} HTTP/1.1", f"Host: {client.host}", "Connection: close",
             f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def expect(wrong, what, answer, statuses, *codes):
    status, got = answer
    if status not in statuses or (codes and not any(c.encode() in got for c in codes)):
        wrong.append(f"{what}: {status} {got[-300:]!r}, expected {statuses} {codes}")


def bodies(client, wrong):
    """Uploads that are not what they say."""
    at = client.address
    expect(wrong, "body ends early, half closed",
           exchange(at, raw(client, "PUT", "/bad/early", body=b"x" * 500, length=1000), shut=True),
           {0, 400})
    big = raw(client, "PUT", "/bad/early-big", body=b"x" * 300000, length=10 << 20)
    expect(wrong, "large body ends early", exchange(at, big, shut=True), {0, 400})
    for what, body, decoded in (
            ("chunk ends early", b"400\r\n" + b"x" * 100, 1024),
            ("no last chunk", b"400\r\n" + b"x" * 1024 + b"\r\n", 1024),
            ("chunk size absurd", b"ffffffffffffffff\r\nxx\r\n0\r\n\r\n", 2),
            ("chunk size no number", b"zz\r\nxx\r\n0\r\n\r\n", 2),
            ("less than announced", b"2\r\nxx\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", 3),
            ("another checksum", b"2\r\nxx\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", 2),
            ("large and cut", b"200000\r\n" + b"x" * 500000, 0x200000)):
        expect(wrong, f"aws-chunked, {what}", exchange(at, streaming(client, "/bad/chunk", body,
               decoded)), {400}, "<Code>")
    expect(wrong, "another body than the signed one", exchange(at, raw(
        client, "PUT", "/bad/hash", body=b"signed").replace(b"\r\n\r\nsigned", b"\r\n\r\nforged")),
        {400}, "XAmzContentSHA256Mismatch")
    expect(wrong, "another Content-MD5", exchange(at, raw(
        client, "PUT", "/bad/md5", headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="},
        body=b"x" * 70000)), {400}, "BadDigest")


def heads(client, wrong):
    """Heads of requests a server must refuse, or stand."""
    at, get = client.address, raw(client, "GET", "/bad/none")
    line = get.split(b"\r\n", 1)
    expect(wrong, "300 kB of headers", exchange(at, raw(
        client, "GET", "/bad/none", extra=b"x-long: " + b"a" * 300000 + b"\r\n")), {400, 413, 431})
    expect(wrong, "5,000 headers", exchange(at, raw(client, "GET", "/bad/none", extra=b"".join(
        b"x-n%d: 1\r\n" % i for i in range(5000)))), {400, 413, 431})
    expect(wrong, "a line without a colon", exchange(at, raw(
        client, "GET", "/bad/none", extra=b"nonsense\r\n")), {400})
    expect(wrong, "two lengths", exchange(at, raw(
        client, "PUT", "/bad/two", body=b"xy", extra=b"Content-Length: 1\r\n")), {400})
    expect(wrong, "a negative length", exchange(at, raw(client, "PUT", "/bad/neg", length=-5)),
           {400})
    expect(wrong, "a length past all bounds", exchange(at, raw(
        client, "PUT", "/bad/long", length=1 << 62)), {400, 413})
    expect(wrong, "no HTTP at all", exchange(at, b"\x16\x03\x01\x02\x00" * 50 + b"\r\n\r\n"),
           {0, 400})
    expect(wrong, "a method nobody knows", exchange(at, get.replace(b"GET ", b"BREW ", 1)),
           {400, 403, 405, 501})
    expect(wrong, "a target of 20,000 bytes", exchange(
        at, f"GET {client.prefix}/bad/{'a' * 20000} HTTP/1.1\r\n".encode() + line[1]),
        {400, 403, 414})
    for what, key in (("NUL", "%00"), ("half an escape", "%4"), ("bytes of no text", "%ff%fe")):
        target = f"GET {client.prefix}/bad/a{key} HTTP/1.1\r\n".encode()
        expect(wrong, f"a key with {what}", exchange(at, target + line[1]), {400, 403}, "<Code>",
               "Bad Request")


def signatures(client, wrong):
    good = raw(client, "GET", "/bad/none")
    expect(wrong, "a good signature", exchange(client.address, good), {404}, "NoSuchKey")
    at = good.index(b"Signature=") + 20
    other = b"0" if good[at:at + 1] != b"0" else b"1"
    expect(wrong, "a signature off by one digit",
           exchange(client.address, good[:at] + other + good[at + 1:]), {403},
           "SignatureDoesNotMatch")
    for minutes in (-16, 16):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        path = client.prefix + "/bad/none"
        headers = s3.sign("GET", client.host, path, [], {}, hashlib.sha256(b"").hexdigest(),
                          client.access_key, client.secret, now)
        lines = [f"GET {path} HTTP/1.1", f"Host: {client.host}",
                 *(f"{k}: {v}" for k, v in headers.items())]
        expect(wrong, f"a clock {minutes} minutes off", exchange(
            client.address, "\r\n".join(lines).encode() + b"\r\n\r\n"), {403},
            "RequestTimeTooSkewed")


def documents(client, wrong):
    """XML that is malformed, deep, or has entities."""
    laughs = (b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
              b"<Delete><Object><Key>&b;</Key></Object></Delete>")
    for what, body in (("no XML", b"<Delete><Object>"), ("entities", laughs),
                       ("a million levels", b"<a>" * 300000),
                       ("an outside entity", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">'
                        b"]><Delete><Object><Key>&x;</Key></Object></Delete>")):
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        expect(wrong, f"XML: {what}", exchange(client.address, raw(
            client, "POST", "/bad", [("delete", "")], {"Content-MD5": md5}, body)), {400},
            "MalformedXML")


def in_parts(head, piece, n):
    yield head
    for _ in range(n):
        yield piece


def large(i, client, wrong):
    """Hundred megabytes of XML and of JSON: refused, and no worker holds them."""
    piece = b"<Object><Key>%s</Key></Object>\n" % (b"a" * 50) * 1000
    n = LARGE // len(piece)
    target, headers = client.headers_for("POST", "/bad", [("delete", "")],
                                         {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, hashed=False)
    head = "\r\n".join([f"POST {target} HTTP/1.1", f"Host: {client.host}", "Connection: close",
                        f"Content-Length: {n * len(piece)}",
                        *(f"{k}: {v}" for k, v in headers.items())]).encode() + b"\r\n\r\n"
    expect(wrong, "100 MB of XML", exchange(client.address, in_parts(head, piece, n), timeout=60),
           {400, 413}, "<Code>")
    for key, statuses in ((i.key, {400, 413}), ("nobody", {401, 413})):
        head = (f"POST /api/v1/environments HTTP/1.1\r\nHost: {client.host}\r\n"
                f"Connection: close\r\nAuthorization: Bearer {key}\r\n"
                f"Content-Type: application/json\r\n"
                f"Content-Length: {n * len(piece)}\r\n\r\n").encode()
        expect(wrong, f"100 MB of JSON by {key[:6]}", exchange(client.address, in_parts(
            head, piece, n), timeout=60), statuses)


def puts_beside(client, n):
    """They would get no answer where something waits for the slow ones."""
    return ["a put beside slow ones failed" for i in range(n)
            if client.request("PUT", f"/bad/quick{i}", body=b"q").status != 200]


def slow(client, wrong):
    """Many slow uploads at once hold up nobody else, and arrive."""
    answers, begun, done = [], threading.Semaphore(0), threading.Event()

    def one(n):
        body = os.urandom(40)
        data = raw(client, "PUT", f"/bad/slow{n}", body=body)
        head, tail = data[:-20], data[-20:]

        def pieces():
            for at in range(0, len(head), len(head) // 4 + 1):
                yield head[at:at + len(head) // 4 + 1]
                time.sleep(0.3)
            begun.release()
            done.wait(60)
            yield tail
        answers.append(exchange(client.address, pieces(), timeout=60)[0])

    threads = [threading.Thread(target=one, args=(n,)) for n in range(100)]
    for t in threads:
        t.start()
    quick = s3.Client(f"http://{client.host}{client.prefix}", client.access_key, client.secret)
    wrong += puts_beside(quick, 10)  # heads that come slowly
    for _ in threads:
        begun.acquire(timeout=60)
    wrong += puts_beside(quick, 10)  # bodies that wait until these are done
    done.set()
    for t in threads:
        t.join(60)
    if answers.count(200) != 100:
        wrong.append(f"slow uploads: {answers.count(200)} of 100 arrived: {set(answers)}")


def run(i, say):
    wrong = []
    client = chaos.client_of(i.environment(name="bad input"))
    client.request("PUT", "/bad")
    client.close()
    before = i.workers()
    watch = Watch(before)
    watch.start()
    for case in (bodies, heads, signatures, documents):
        case(client, wrong)
    left = client.list_keys("bad")
    if left:
        wrong.append(f"refused requests left {sorted(left)}")
    client.close()
    slow(client, wrong)
    large(i, client, wrong)
    growth = watch.growth()
    say(f"no worker grew by more than {growth >> 20} MB")
    if growth > GROWTH:
        wrong.append(f"a worker grew by {growth >> 20} MB")
    if i.workers() != before:
        wrong.append("a worker died of bad input")
    intact.collect(i)
    return wrong + intact.findings(i)
