# tests/sdk/python/test_s3_chunks.py - uploads whose chunks are signed, as the Java SDK sends them
import base64
import hashlib
import hmac
import zlib

import botocore.exceptions
import pytest

import raw

EMPTY = hashlib.sha256(b"").hexdigest()
PLAIN = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
CHUNK = 65536


class Chunks:
    """A body in signed chunks; each signature signs the one before."""

    def __init__(self, environment, head):
        self.stamp = head["X-Amz-Date"]
        self.scope = f"{self.stamp[:8]}/us-east-1/s3/aws4_request"
        self.last = head["Authorization"].rpartition("=")[2]
        key = b"AWS4" + environment.aws["secret_access_key"].encode()
        for part in self.scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        self.key = key

    def sign(self, kind, *lines):
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", self.stamp, self.scope, self.last, *lines])
        self.last = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return self.last

    def chunk(self, data):
        mac = self.sign("PAYLOAD", EMPTY, hashlib.sha256(data).hexdigest())
        end = b"\r\n" if data else b""
        return f"{len(data):x};chunk-signature={mac}\r\n".encode() + data + end

    def trailer(self, name, value):
        mac = self.sign("TRAILER", hashlib.sha256(f"{name}:{value}\n".encode()).hexdigest())
        return f"{name}:{value}\r\nx-amz-trailer-signature:{mac}\r\n\r\n".encode()


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def upload(environment, bucket, data, trailer, form="port", spoil=None, outer=False):
    url = environment.endpoint(form) + f"/{bucket}/k"
    head = {"X-Amz-Content-SHA256": PLAIN + ("-TRAILER" if trailer else ""),
            "Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": str(len(data))}
    if trailer:
        head["X-Amz-Trailer"] = "x-amz-checksum-crc32"
    head = raw.signed(environment, "PUT", url, b"", head)
    chunks = Chunks(environment, head)
    pieces = [chunks.chunk(data[i:i + CHUNK]) for i in range(0, len(data), CHUNK)]
    pieces.append(chunks.chunk(b""))
    pieces.append(chunks.trailer("x-amz-checksum-crc32", crc32(data)) if trailer else b"\r\n")
    body = b"".join(pieces)
    if spoil is not None:
        body = body[:spoil] + (b"b" if body[spoil:spoil + 1] == b"a" else b"a") + body[spoil + 1:]
    if outer:
        head["Transfer-Encoding"] = "chunked"
        body = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n"
                        for part in (body[i:i + 10000] for i in range(0, len(body), 10000)))
        body += b"0\r\n\r\n"
    else:
        head["Content-Length"] = str(len(body))
    return raw.exchange(url, raw.request_bytes("PUT", url, head, body))


@pytest.mark.every_front
@pytest.mark.parametrize("outer", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("trailer", [False, True], ids=["plain", "trailer"])
@pytest.mark.parametrize("size", [0, 5, CHUNK, 200001])
def test_signed_chunks(environment, s3, bucket, size, trailer, outer):
    data = bytes(i * 7 % 251 for i in range(size))
    answer = upload(environment, bucket, data, trailer, outer=outer)
    assert answer.status == 200, answer
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == data
    assert "ContentEncoding" not in got
    if trailer:
        assert got["ChecksumCRC32"] == crc32(data)


# In the first signature, the first chunk, the second signature, the last chunk, the trailer's.
@pytest.mark.parametrize("spoil", [25, 1000, CHUNK + 120, CHUNK + 500, -300, -130, -10])
def test_one_byte_off(environment, s3, bucket, spoil):
    answer = upload(environment, bucket, b"x" * (CHUNK + 1000), True, spoil=spoil)
    assert answer.status in (400, 403), answer
    assert answer.code in ("SignatureDoesNotMatch", "MalformedTrailerError", "IncompleteBody")
    with pytest.raises(botocore.exceptions.ClientError):
        s3.head_object(Bucket=bucket, Key="k")
