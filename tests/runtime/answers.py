# tests/runtime/answers.py - requests and answers as they cross FastCGI
import hashlib
import struct

import fastcgi
from server import Server, until


def body_of(s, body, method="POST", **more):
    lines = s.client.request(method, "/test/echo", body, **more).text.split("\n")
    return dict(line.split(" ", 1) for line in lines[3:7])


def bodies_of_every_size(_):
    with Server() as s:
        for size in (0, 1, 8191, 8192, 8193, 65527, 65528, 65529, 200_000, 5_000_000):
            body = bytes(i * 7 % 251 for i in range(min(size, 65536))) * (size // 65536 + 1)
            body = body[:size]
            echo = body_of(s, body)
            assert echo["read"] == str(size) and echo["short"] == "0", echo
            assert echo["sha256"] == hashlib.sha256(body).hexdigest(), size


def bodies_that_end_early(_):
    with Server() as s:
        assert body_of(s, b"x" * 100, announce=200)["short"] == "1"
        assert body_of(s, b"x" * 100, announce=60)["read"] == "60"
        assert body_of(s, b"x" * 100, announce="")["read"] == "100"
        pending = s.client.start("POST", "/test/echo", b"x" * 100, announce=200, cut=True)
        pending.sock.shutdown(1)
        try:
            pending.wait()
        except fastcgi.Broken:
            pass
        assert s.client.get("/test/empty").status == 200


def what_the_request_says(_):
    with Server() as s:
        target = "/test/echo?a=%2F%2f&b=c+d&&x=%C3%A4"
        answer = s.client.post(target, headers=[("X-Amz-Meta-A-b", "v w"), ("X-Empty", "")],
                               REQUEST_SCHEME="https", HTTP_HOST="h.example:99", SERVER_PORT="99")
        lines = answer.text.split("\n")
        assert lines[0] == "POST " + target and lines[1:3] == ["https", "h.example:99:99"], lines
        assert "x-amz-meta-a-b: v w" in lines and "x-empty: " in lines
        assert s.client.get("/test/echo?a=%zz").status == 400
        assert s.client.get("http://other/test/echo").status in (400, 404)
        assert s.client.post("/test/echo", CONTENT_LENGTH="12x").status == 400
        assert s.client.post("/test/echo", CONTENT_LENGTH="-5").status == 400


def answers_have_the_right_length(_):
    with Server() as s:
        head = s.client.request("HEAD", "/healthz")
        assert head.status == 200 and head.body == b"" and head.headers["content-length"] == "3"
        for size in (0, 1, 65528, 65529, 1_000_000, 30_000_000):
            answer = s.client.get(f"/test/bytes?n={size}")
            assert len(answer.body) == size == int(answer.headers["content-length"])
        answer = s.client.request("HEAD", "/test/bytes?n=5000000000")
        assert answer.headers["content-length"] == "5000000000" and answer.body == b""


def a_body_nobody_reads(_):
    with Server() as s:
        for size in (10, 100_000, 20_000_000):
            assert s.client.post("/test/deaf", b"x" * size).status == 400
        # Each process says once a second how many it has.
        assert until(lambda: s.metric("mf_sessions") <= 2)


def memory_ends_at_the_ceiling(_):
    with Server(MF_TASK_MEMORY="2m", MF_PROCESSES=1) as s:
        for _ in range(20):
            assert s.client.get("/test/greedy").status == 413
        assert s.metric("mf_restarts_total") == 0


def broken_peers(_):
    """Whatever comes in, nothing but that connection ends."""
    begin = fastcgi.record(fastcgi.BEGIN, struct.pack(">HB5x", 1, 0))
    end = fastcgi.record(fastcgi.PARAMS)
    pair = fastcgi.params([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/test/empty")])
    with Server(MF_PROCESSES=1, MF_THREADS=2) as s:
        for garbage in (b"", b"\x01", b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100, begin, begin * 2,
                        begin + fastcgi.record(fastcgi.PARAMS, b"\xff" * 9) + end,
                        begin + fastcgi.record(fastcgi.PARAMS, b"\x05\x05ab") + end,
                        begin + fastcgi.record(fastcgi.PARAMS, pair),
                        begin + fastcgi.record(fastcgi.STDIN, b"x"),
                        begin + fastcgi.record(fastcgi.ABORT),
                        begin + fastcgi.records(fastcgi.PARAMS, b"\x01\x00a" * 400_000),
                        fastcgi.record(fastcgi.BEGIN, b"\x00"),
                        fastcgi.record(fastcgi.BEGIN, struct.pack(">HB5x", 2, 0))):
            sock = s.client.connect()
            try:
                sock.sendall(garbage)
                sock.shutdown(1)
                sock.settimeout(60)
                while sock.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass
            sock.close()
            assert s.client.get("/test/empty").status == 200
        assert s.metric("mf_restarts_total") == 0


def records_beside_the_request(_):
    with Server() as s:
        sock = s.client.connect()
        sock.sendall(struct.pack(">BBHHBx", 1, 9, 0, 0, 0))      # GET_VALUES
        assert sock.recv(64)[1] == 10
        sock.sendall(struct.pack(">BBHHBx", 1, 77, 0, 3, 5) + b"abc" + b"\0" * 5)
        assert sock.recv(64)[1] == 11                            # UNKNOWN_TYPE
        sock.sendall(fastcgi.record(fastcgi.BEGIN, struct.pack(">HB5x", 1, 1), 7))
        sock.sendall(fastcgi.record(fastcgi.BEGIN, struct.pack(">HB5x", 1, 1), 8))
        answer = sock.recv(64)
        assert answer[1] == fastcgi.END and answer[3] == 8 and answer[12] == 1, answer
        pairs = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/test/empty"), ("LONG", "x" * 70000)]
        content = fastcgi.params(pairs)
        for i in range(0, len(content), 1000):
            sock.sendall(fastcgi.record(fastcgi.PARAMS, content[i:i + 1000], 7))
        sock.sendall(fastcgi.record(fastcgi.PARAMS, b"", 7) + fastcgi.record(fastcgi.STDIN, b"", 7))
        answer = fastcgi.Pending(sock).wait()
        assert answer.status == 200


def health_and_metrics(_):
    with Server() as s:
        assert s.client.get("/healthz").text == "ok\n"
        assert s.client.post("/healthz").status == 404
        assert s.client.get("/metrics", REMOTE_ADDR="192.0.2.1").status == 403
        assert s.client.get("/metrics", headers=[("X-Forwarded-For", "192.0.2.1")]).status == 403
        # A request is counted when its answer has gone.
        for line in ('mf_requests_total{op="own.health.Check",status="2xx"} 1\n',
                     'mf_request_seconds_count{op="own.health.Check"} 1\n'):
            assert until(lambda line=line: line in s.client.get("/metrics").text), line
        assert until(lambda: s.metric("mf_resident_bytes") > 1_000_000)
        assert until(lambda: s.metric("mf_processes") == 2)
    with Server(MF_METRICS_PUBLIC=1) as s:
        assert s.client.get("/metrics", REMOTE_ADDR="192.0.2.1").status == 200
    with Server(MF_DB="host=/nowhere", MF_TEST=0, wait=False) as s:
        def sick():
            try:
                return s.client.get("/healthz").status == 503
            except OSError:
                return False
        assert until(sick)
        assert s.client.get("/test/empty").status != 200


ALL = [bodies_of_every_size, bodies_that_end_early, what_the_request_says,
       answers_have_the_right_length, a_body_nobody_reads, memory_ends_at_the_ceiling, broken_peers,
       records_beside_the_request, health_and_metrics]
