# tests/sdk/python/test_s3_bad_input.py - wrong input is refused, and nothing stays behind
import base64
import hashlib

import pytest

import installation
import raw


def nothing_there(s3, bucket):
    return "Contents" not in s3.list_objects_v2(Bucket=bucket)


def delete_many(environment, bucket, body, **headers):
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    return raw.send(environment, "POST", f"/{bucket}?delete", body,
                    {"Content-MD5": digest, **headers})


ENTITIES = b'<!DOCTYPE Delete [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = b'<!DOCTYPE Delete [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
NS = b'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
MALFORMED = {
    "empty": b"", "text": b"hello", "cut": b"<Delete><Object><Key>k</Key></Object>",
    "crossed": b"<Delete><Object></Delete></Object>", "other root": b"<Other/>",
    "no objects": b"<Delete></Delete>", "no key": b"<Delete><Object></Object></Delete>",
    "entities": ENTITIES + b"<Delete><Object><Key>&b;</Key></Object></Delete>",
    "file": FILE + b"<Delete><Object><Key>&a;</Key></Object></Delete>",
    "deep": b"<Delete>" + b"<a>" * 20000 + b"</a>" * 20000 + b"</Delete>",
    "two roots": b"<Delete/><Delete/>", "bad utf-8": b"<Delete><Object><Key>\xff</Key></Object>"
    b"</Delete>", "NUL": b"<Delete><Object><Key>a\0b</Key></Object></Delete>",
    "json": b'{"Objects": []}', "attributes": b"<Delete a=1><Object/></Delete>",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_xml(environment, s3, bucket, body):
    s3.put_object(Bucket=bucket, Key="k", Body=b"stays")
    answer = delete_many(environment, bucket, body)
    want = ("MissingRequestBodyError", "MalformedXML") if body == b"" else ("MalformedXML",)
    assert answer.status == 400 and answer.code in want, answer
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"stays"


def test_malformed_location(environment):
    for body in (b"<CreateBucketConfiguration>", b"garbage", MALFORMED["entities"]):
        answer = raw.send(environment, "PUT", "/t-never-made", body)
        assert (answer.status, answer.code) == (400, "MalformedXML"), answer
    assert raw.send(environment, "HEAD", "/t-never-made").status == 404


def test_huge_xml(environment, bucket):
    body = b"<Delete>" + b"<Object><Key>k</Key></Object>" * 3600000 + b"</Delete>"
    assert len(body) > 100_000_000
    answer = delete_many(environment, bucket, body)
    assert answer.status in (400, 413) and answer.code in (
        "MalformedXML", "MaxMessageLengthExceeded", "EntityTooLarge"), answer


def test_delete_many_wants_a_digest(environment, bucket):
    body = b"<Delete " + NS + b"><Object><Key>k</Key></Object></Delete>"
    assert delete_many(environment, bucket, body).status == 200
    answer = raw.send(environment, "POST", f"/{bucket}?delete", body)
    assert (answer.status, answer.code) == (400, "InvalidRequest"), answer


@pytest.mark.parametrize("size", [10, 200000])
def test_content_md5(environment, s3, bucket, size):
    body = b"x" * size
    for value, code in ((base64.b64encode(hashlib.md5(b"y").digest()).decode(), "BadDigest"),
                        ("no base64", "InvalidDigest"), ("AAAA", "InvalidDigest")):
        answer = raw.send(environment, "PUT", f"/{bucket}/k", body, {"Content-MD5": value})
        assert (answer.status, answer.code) == (400, code), answer
    assert nothing_there(s3, bucket)


@pytest.mark.parametrize("size", [10, 200000])
def test_literal_sha256(environment, s3, bucket, size):
    """What the signature promised is not what came."""
    other = hashlib.sha256(b"other").hexdigest()
    answer = raw.send(environment, "PUT", f"/{bucket}/k", b"x" * size,
                      {"X-Amz-Content-SHA256": other})
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch"), answer
    assert nothing_there(s3, bucket)


def test_bad_content_sha256_header(environment, bucket):
    answer = raw.send(environment, "PUT", f"/{bucket}/k", b"x", {"X-Amz-Content-SHA256": "abc"})
    assert (answer.status, answer.code) == (400, "InvalidArgument"), answer


@pytest.mark.parametrize("sent", [0, 5, 100000])
def test_body_ends_early(environment, s3, bucket, sent):
    """The client says 200,000 bytes and goes away."""
    url = environment.endpoint("port") + f"/{bucket}/k"
    head = raw.signed(environment, "PUT", url, b"x" * 200000)
    head["Content-Length"] = "200000"
    answer = raw.exchange(url, raw.request_bytes("PUT", url, head, b"x" * sent), shut=True)
    assert answer.status in (0, 400, 408), answer
    assert nothing_there(s3, bucket)


CHUNKED = {"X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
           "Content-Encoding": "aws-chunked", "X-Amz-Trailer": "x-amz-checksum-crc32"}
FRAMES = {  # of ten bytes "0123456789", CRC32 poTHxg==
    "cut": (b"a\r\n01234", "IncompleteBody"),
    "no end": (b"a\r\n0123456789\r\n", "IncompleteBody"),
    "no trailer": (b"a\r\n0123456789\r\n0\r\n", "IncompleteBody"),
    "bad size": (b"zz\r\n0123456789\r\n0\r\n\r\n", None),
    "other length": (b"9\r\n012345678\r\n0\r\nx-amz-checksum-crc32:poTHxg==\r\n\r\n", None),
    "other checksum": (b"a\r\n0123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
                       "BadDigest"),
    "odd checksum": (b"a\r\n0123456789\r\n0\r\nx-amz-checksum-crc32:A\r\n\r\n", "InvalidRequest"),
    "small chunk": (b"5\r\n01234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:poTHxg==\r\n\r\n",
                    "InvalidChunkSizeError"),
    "huge size": (b"ffffffffffffffff\r\n0123456789\r\n0\r\n\r\n", None),
}


def send_framed(environment, bucket, frame, **headers):
    url = environment.endpoint("port") + f"/{bucket}/k"
    head = raw.signed(environment, "PUT", url, b"", {
        **CHUNKED, "X-Amz-Decoded-Content-Length": "10", **headers})
    head["Content-Length"] = str(len(frame))
    return raw.exchange(url, raw.request_bytes("PUT", url, head, frame))


def test_frames_that_are_right(environment, s3, bucket):
    end = b"0\r\nx-amz-checksum-crc32:poTHxg==\r\n\r\n"
    assert send_framed(environment, bucket, b"a\r\n0123456789\r\n" + end).status == 200
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"0123456789" and got["ChecksumCRC32"] == "poTHxg=="
    assert "ContentEncoding" not in got


@pytest.mark.parametrize("name", FRAMES)
def test_frames_that_are_wrong(environment, s3, bucket, name):
    frame, code = FRAMES[name]
    answer = send_framed(environment, bucket, frame)
    assert answer.status == (403 if name == "small chunk" else 400) and answer.code, answer
    assert code is None or answer.code == code, answer
    assert nothing_there(s3, bucket)


@pytest.mark.parametrize("method,path", [
    (method, "/{}/" + key) for method in ("GET", "PUT") for key in (
        "a%00b", "a%", "a%4", "a%zz", "%ff%fe", "%c0%af", "%ed%a0%80")] + [
    ("GET", "/{}?prefix=%00"), ("GET", "/{}?prefix=%zz"), ("GET", "/{}?prefix=%ff")])
def test_what_is_no_text(environment, s3, bucket, method, path):
    answer = raw.send(environment, method, path.format(bucket), b"")
    assert answer.status in (400, 403), answer
    assert nothing_there(s3, bucket)


def test_unknown_operations(environment, s3, bucket, refused):
    """In the vendor's model but not built here: NotImplemented, in S3's words."""
    for call in (lambda: s3.get_object_torrent(Bucket=bucket, Key="k"),
                 lambda: s3.get_bucket_metadata_configuration(Bucket=bucket),
                 lambda: s3.select_object_content(
                     Bucket=bucket, Key="k", Expression="x", ExpressionType="SQL",
                     InputSerialization={}, OutputSerialization={})):
        with refused("NotImplemented", 501):
            call()


def test_methods_nobody_has(environment, bucket):
    for method, path in (("PATCH", f"/{bucket}/k"), ("POST", "/"), ("PUT", "/"), ("DELETE", "/")):
        answer = raw.send(environment, method, path)
        assert (answer.status, answer.code) == (405, "MethodNotAllowed"), (method, path, answer)


def test_text_that_is_none(environment, bucket):
    """Bytes that are not UTF-8, where the database wants text."""
    wrong = "\udcff"
    for method, path, more, headers in (
            ("GET", "/", {"prefix": wrong}, {}), ("GET", f"/{bucket}", {"prefix": wrong}, {}),
            ("PUT", f"/{bucket}/k", {}, {"If-Match": "\xff"}),
            ("DELETE", f"/{bucket}/k", {}, {"If-Match": "\xff"})):
        url = raw.presigned(environment, method, path, more)
        answer = installation.http(method, url, None, headers)
        assert answer.status == 400 and b"<Code>InvalidArgument</Code>" in answer.body, answer.body


@pytest.mark.parametrize("method,target,status,code", [
    ("DELETE", "/{0}?acl", 405, "MethodNotAllowed"),
    ("DELETE", "/{0}?versioning", 405, "MethodNotAllowed"),
    ("DELETE", "/{0}/k?acl", 405, "MethodNotAllowed"),
    ("DELETE", "/{0}/k?retention=1", 405, "MethodNotAllowed"),
    ("PUT", "/{0}/k?torrent", 405, "MethodNotAllowed"),
    ("PUT", "/{0}?location", 405, "MethodNotAllowed"),
    ("DELETE", "/{0}/k?policy", 400, "InvalidRequest"),
    ("GET", "/{0}?legal-hold", 400, "InvalidRequest"),
])
def test_part_without_that_method(environment, s3, bucket, method, target, status, code):
    """What a request names of a bucket or an object is all that it is about."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"kept")
    answer = raw.send(environment, method, target.format(bucket), b"", {})
    assert (answer.status, answer.code) == (status, code), answer
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


def test_other_arguments_are_nothing(environment, s3, bucket):
    assert raw.send(environment, "PUT", f"/{bucket}/k?x-id=PutObject&foo", b"x", {}).status == 200
    assert raw.send(environment, "DELETE", f"/{bucket}/k?foo=acl", b"", {}).status == 204
