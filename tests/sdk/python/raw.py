# tests/sdk/python/raw.py - requests no client library would send
"""Signed by botocore's signer, sent over a socket byte by byte."""
import datetime
import hashlib
import hmac
import re
import socket
import ssl
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

import installation


def credentials(environment):
    aws = environment.aws
    return botocore.credentials.Credentials(aws["access_key_id"], aws["secret_access_key"])


class Signer(botocore.auth.S3SigV4Auth):
    """S3's signer with the payload hash the test gave, not one it works out."""

    def __init__(self, given, *args):
        super().__init__(*args)
        self.given = given

    def payload(self, request):
        return self.given or super().payload(request)


def signed(environment, method, url, body=b"", headers=None, service="s3", region="us-east-1"):
    """The headers of a request, Authorization included."""
    request = botocore.awsrequest.AWSRequest(method, url, data=body, headers=headers or {})
    given = request.headers.get("X-Amz-Content-SHA256")
    Signer(given, credentials(environment), service, region).add_auth(request)
    out = dict(request.headers.items())
    out["Host"] = urllib.parse.urlsplit(url).netloc
    return out


def presigned(environment, method, path, more, form="port"):
    """A presigned URL of S3 with the arguments in `more`, whatever they are."""
    url = urllib.parse.urlsplit(environment.endpoint(form) + path)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = [now[:8], "us-east-1", "s3", "aws4_request"]
    arguments = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": now, "X-Amz-Expires": "60",
        "X-Amz-Credential": "/".join([environment.aws["access_key_id"]] + scope),
        "X-Amz-SignedHeaders": "host", **more}
    names = arguments["X-Amz-SignedHeaders"]
    quoted = [[urllib.parse.quote(text, safe="", errors="surrogateescape") for text in pair]
              for pair in arguments.items()]
    query = "&".join("=".join(pair) for pair in sorted(quoted))
    lines = [f"{name}:{url.netloc if name == 'host' else ''}\n" for name in names.split(";")]
    request = "\n".join([method, url.path, query, "".join(lines), names, "UNSIGNED-PAYLOAD"])
    key = ("AWS4" + environment.aws["secret_access_key"]).encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope),
                      hashlib.sha256(request.encode()).hexdigest()])
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"{url.geturl()}?{query}&X-Amz-Signature={signature}"


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head, _, self.body = self.body.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1]) if len(lines[0].split(" ")) > 1 else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    @property
    def code(self):
        found = re.search(rb"<Code>([^<]*)</Code>", self.body)
        return found.group(1).decode() if found else None

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


def exchange(url, data, shut=False):
    """Send these bytes, read the answer to its end.  shut: close our side after the last byte."""
    parts = urllib.parse.urlsplit(url)
    stream = socket.create_connection((parts.hostname, parts.port), timeout=60)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=installation.CA)
        stream = context.wrap_socket(stream, server_hostname=parts.hostname)
    answer = b""
    with stream:
        try:
            stream.sendall(data)
            if shut:
                stream.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all was sent: the answer may be there all the same
        while True:
            try:
                piece = stream.recv(65536)
            except OSError:
                break
            if not piece:
                break
            answer += piece
    return Answer(answer)


def request_bytes(method, url, headers, body=b"", target=None):
    parts = urllib.parse.urlsplit(url)
    target = target or parts.path + ("?" + parts.query if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def send(environment, method, path, body=b"", headers=None, form="port", **more):
    """A signed request to S3; path is as it goes over the wire."""
    url = environment.endpoint(form) + path
    head = signed(environment, method, url, body, headers, **more)
    head.setdefault("Content-Length", str(len(body)))
    return exchange(url, request_bytes(method, url, head, body))
