# tests/front/echoes.py - what a web server must hand over unchanged, seen by echo.py
import hashlib
import os

from raw import echoed, exchange

# Targets that S3 keys and signatures are made of; they must arrive as they were sent.
TARGETS = [
    "/", "/?", "/a", "/a?", "/a?x", "/a?x=1&y=%2F", "/a?a=b?c=d", "/a?x=%00",
    "/a%2Fb", "/a%2fb", "/a//b", "//a", "///", "/a/./b", "/./a", "/a/../b", "/a/..", "/a/%2e%2e/b",
    "/a+b", "/a%2Bb", "/a%20b", "/~a", "/%7Ea", "/a;b=c", "/a=b", "/a:b", "/a@b", "/a,b", "/a$b",
    "/a&b", "/a!b", "/a*b", "/a'b", "/a(b)", "/a[b]", "/a{b}", "/a|b", "/a^b", "/a`b", "/a\"b",
    "/a<b>", "/a\\b", "/a%5Cb", "/a%3Fb", "/a%23b", "/a%0Ab", "/a%0D%0Ab", "/a%01b", "/a%7Fb",
    "/a%00b", "/a%E2%82%AC", "/e%CC%81", "/%C3%A9", "/a%C3%28", "/a%FF", "/\u20ac",
    "/" + "x" * 1024, "/" + "%E2%82%AC" * 341, "/a?" + "y" * 7000,
    "/env-abc/s3/b/k?list-type=2&prefix=%2F..&delimiter=/", "/bucket/?versions", "/dashboard",
]
# Apache answers 400 by itself to these: above the root, and a percent sign that begins nothing.
APACHE_REFUSES = ["/../a", "/..", "/%2e%2e/a", "/a%zz", "/a%"]

HEADERS = [
    ("HTTP_AUTHORIZATION", "AWS4-HMAC-SHA256 Credential=x"),
    ("HTTP_X_AMZ_META_NAME", "caf\u00e9"),
    ("HTTP_CONTENT_MD5", "abc=="),
    ("CONTENT_TYPE", "text/plain; x=1"),
    ("HTTP_IF_NONE_MATCH", "*"),
    ("HTTP_X_AMZ_COPY_SOURCE", "/b/k%2Fx?versionId=1"),
]


def request(i, method, target, *headers):
    lines = [f"{method} {target} HTTP/1.1", "Connection: close", *headers]
    if not headers or not headers[0].startswith("Host:"):
        lines.insert(1, "Host: a")
    return exchange(i.port, "\r\n".join(lines).encode() + b"\r\n\r\n")


def targets(i, say):
    wrong = []
    apache = i.given["MF_WEB"] == "apache"
    for target in TARGETS + APACHE_REFUSES:
        seen = echoed(i.port, "GET", target, ["Host: b_x.s3.env-abc.example"])
        if apache and target in APACHE_REFUSES:
            if seen != 400:
                wrong.append(f"{target!r}: Apache has learnt something: {seen}")
        elif isinstance(seen, int):
            wrong.append(f"{target[:60]!r}: status {seen}")
        elif (got := seen["params"]["REQUEST_URI"].encode("latin-1").decode()) != target:
            wrong.append(f"{target[:60]!r} came as {got[:60]!r}")
    say(f"{len(TARGETS)} targets")
    return wrong


def parameters(i, say):
    wrong = []

    def expect(what, got, wanted):
        if got != wanted:
            wrong.append(f"{what}: {got!r} instead of {wanted!r}")

    lines = [f"{name.removeprefix('HTTP_').replace('_', '-')}: {value}" for name, value in HEADERS]
    seen = echoed(i.port, "GET", "/x", lines)["params"]
    for name, value in HEADERS:
        expect(name, seen.get(name, "").encode("latin-1").decode(), value)
    first = int(i.settings["MF_WEB_PORTS"].partition("-")[0])
    for port in (i.port, first, first + 1):
        # The port of the address the client wrote is not the one it came to.
        seen = echoed(port, "GET", "/x", ["Host: bucket.example:1234"])["params"]
        expect("SERVER_PORT", seen.get("SERVER_PORT"), str(port))
        expect("HTTP_HOST", seen.get("HTTP_HOST"), "bucket.example:1234")
        expect("HTTPS", seen.get("HTTPS", "off"), "off")
    tls = int(i.settings["MF_TLS_PORT"])
    seen = echoed(tls, "GET", "/x", authority=i.authority)["params"]
    expect("HTTPS", seen.get("HTTPS"), "on")
    expect("SERVER_PORT", seen.get("SERVER_PORT"), str(tls))
    for method in "GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS":
        seen = echoed(i.port, method, "/x", ["Content-Length: 3"], b"abc")
        expect(f"the body of {method}", seen["length"], 3)
    expect("14 KB of header", len(echoed(i.port, "GET", "/x", ["X-A: " + "y" * 14000])["params"]
                                  .get("HTTP_X_A", "")), 14000)
    status, headers, _ = request(i, "HEAD", "/x")
    expect("HEAD", (status, int(headers.get("content-length", 0)) > 100), (200, True))
    status, headers, _ = request(i, "HEAD", "/empty")
    expect("the length of nothing", (status, int(headers.get("content-length", -1))), (200, 0))
    return wrong


def chunked(body, size):
    out = b""
    for at in range(0, len(body), size):
        piece = body[at:at + size]
        out += b"%x\r\n%s\r\n" % (len(piece), piece)
    return out


def uploads(i, say):
    """A body without a length, after 100 Continue, with a trailer: what SDKs send over HTTPS."""
    wrong = []
    for port, authority in ((i.port, None), (int(i.settings["MF_TLS_PORT"]), i.authority)):
        for size in (0, 5, 100_000, 9_000_000):
            data = os.urandom(size)
            inner = chunked(data, 65536) + b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
            seen = echoed(port, "PUT", "/k", [
                "Transfer-Encoding: chunked", "Expect: 100-continue", "Trailer: x-outer",
                "Content-Encoding: aws-chunked", "X-Amz-Trailer: x-amz-checksum-crc32",
                f"X-Amz-Decoded-Content-Length: {size}"],
                authority=authority,
                pieces=[chunked(inner, 8192), b"0\r\nx-outer: 1\r\n\r\n"])
            wanted = (len(inner), hashlib.sha256(inner).hexdigest(), str(len(inner)))
            got = (seen if isinstance(seen, int) else
                   (seen["length"], seen["sha256"], seen["params"].get("CONTENT_LENGTH")))
            if got != wanted:
                wrong.append(f"port {port}, {size} bytes: {got} instead of {wanted}")
    return wrong


def files(i, say):
    """X-Sendfile from the store and from nowhere else; ranges are the pool's."""
    wrong = []
    path = f"{i.store}/front-test"
    i.as_owner("sh", "-c", f"printf 0123456789 > {path}")

    for headers in ((), ("Range: bytes=2-5",), ("Range: bytes=0-1,3-4",)):
        status, _, body = request(i, "GET", f"/sendfile?{path}", *headers)
        if (status, body) != (200, b"0123456789"):
            wrong.append(f"{headers}: {status} {body[:40]!r}")
    if i.given["MF_WEB"] == "lighttpd":
        status, _, body = request(i, "GET", f"/pieces?{path}", "Range: bytes=0-1")
        if (status, body) != (206, b"234501"):
            wrong.append(f"X-Sendfile2: {status} {body[:40]!r}")
    if (status := request(i, "GET", "/sendfile?/etc/passwd")[0]) not in (403, 404):
        wrong.append(f"/etc/passwd: {status}")
    status, _, body = request(i, "GET", "/missing")
    if (status, body) != (404, b""):
        wrong.append(f"an empty 404 came as {status} {body[:40]!r}")
    status, headers, _ = request(i, "GET", "/dashboard/", f"Host: localhost:{i.port}")
    if status != 200 or "text/html" not in headers.get("content-type", ""):
        wrong.append(f"/dashboard/: {status} {headers}")
    if isinstance(echoed(i.port, "GET", "/dashboard/", ["Host: bucket.s3.example"]), int):
        wrong.append("a bucket's key \"dashboard/\" does not reach the pool")
    return wrong
