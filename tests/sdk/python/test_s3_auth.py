# tests/sdk/python/test_s3_auth.py - who may, and who may not
import datetime
import re
import time
import urllib.parse

import botocore
import pytest

import installation
import raw
from conftest import make_client


def other_keys(environment, **changed):
    return {**environment.aws, **changed}


def flip(text, at=0):
    """text with one character changed for another of its kind."""
    return text[:at] + ("b" if text[at] == "a" else "a") + text[at + 1:]


def test_wrong_secret(environment, bucket, refused):
    secret = environment.aws["secret_access_key"]
    s3 = make_client(environment, keys=other_keys(environment, secret_access_key=flip(secret)))
    for call in (lambda: s3.list_buckets(), lambda: s3.get_object(Bucket=bucket, Key="k"),
                 lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 100000)):
        with refused("SignatureDoesNotMatch", 403) as r:
            call()
        assert r.response["Error"]["AWSAccessKeyId"] == environment.aws["access_key_id"]
        assert r.response["Error"]["StringToSign"].startswith("AWS4-HMAC-SHA256\n")


def test_unknown_key(environment, refused):
    key = flip(environment.aws["access_key_id"], 8)
    s3 = make_client(environment, keys=other_keys(environment, access_key_id=key))
    with refused("InvalidAccessKeyId", 403) as r:
        s3.list_buckets()
    assert r.response["Error"]["AWSAccessKeyId"] == key


def test_every_byte_of_the_signature_counts(environment, bucket):
    url = environment.endpoint("port") + f"/{bucket}"
    head = raw.signed(environment, "GET", url)
    assert raw.exchange(url, raw.request_bytes("GET", url, head)).status == 200
    start = head["Authorization"].index("Signature=") + len("Signature=")
    for at in range(start, len(head["Authorization"])):
        bad = {**head, "Authorization": flip(head["Authorization"], at)}
        answer = raw.exchange(url, raw.request_bytes("GET", url, bad))
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch"), (at, answer)


@pytest.mark.parametrize("what", ["query", "path", "header", "method"])
def test_what_was_signed_is_what_counts(environment, bucket, what):
    url = environment.endpoint("port") + f"/{bucket}?list-type=2"
    head = raw.signed(environment, "GET", url, headers={"x-amz-meta-a": "1"})
    method, sent = "GET", url
    if what == "query":
        sent = url + "&prefix=a"
    elif what == "path":
        sent = url.replace(bucket, bucket + "/k")
    elif what == "header":
        head["x-amz-meta-a"] = "2"
    else:
        method = "HEAD"
    answer = raw.exchange(sent, raw.request_bytes(method, sent, head))
    assert answer.status == 403 and answer.code in ("SignatureDoesNotMatch", None), answer


@pytest.mark.parametrize("minutes,allowed", [(-16, False), (-14, True), (14, True), (16, False)])
def test_skewed_clock(environment, bucket, monkeypatch, minutes, allowed):
    real = botocore.auth.get_current_datetime
    monkeypatch.setattr(botocore.auth, "get_current_datetime",
                        lambda *a, **k: real(*a, **k) + datetime.timedelta(minutes=minutes))
    answer = raw.send(environment, "GET", f"/{bucket}")
    if allowed:
        assert answer.status == 200, answer
    else:
        assert (answer.status, answer.code) == (403, "RequestTimeTooSkewed"), answer


def test_signed_by_date(environment, bucket):
    """Where a Date is asked for, botocore writes it as mail does, and no x-amz-date."""
    client = make_client(environment)
    client.meta.events.register("before-call.s3.PutObject",
                                lambda params, **_: params["headers"].update({"Date": "today"}))
    client.put_object(Bucket=bucket, Key="k", Body=b"x")


def test_anonymous(environment, bucket):
    for path in ("/", f"/{bucket}", f"/{bucket}/k"):
        answer = installation.http("GET", environment.endpoint("port") + path)
        assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body
    answer = installation.http("PUT", environment.endpoint("port") + f"/{bucket}/k", b"x")
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body


@pytest.mark.parametrize("value", [
    "", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=x", "AWS4-HMAC-SHA256 ,,,===",
    "AWS AKIA:sig", "Bearer x", "AWS4-HMAC-SHA256 Credential=a/b/c/s3/e, SignedHeaders=host, "
    "Signature=0", "\xff\xfe", "x" * 5000])
def test_malformed_authorization(environment, bucket, value):
    url = environment.endpoint("port") + f"/{bucket}"
    head = raw.signed(environment, "GET", url)
    head["Authorization"] = value
    data = raw.request_bytes("GET", url, head)
    answer = raw.exchange(url, data)
    assert answer.status in (400, 403) and answer.code, answer


@pytest.mark.parametrize("value", ["Basic U1Q6", "Bearer x", "AWS4-HMAC-SHA25 Credential=x"])
def test_other_authorization(environment, bucket, value):
    url = environment.endpoint("port") + f"/{bucket}"
    head = {**raw.signed(environment, "GET", url), "Authorization": value}
    answer = raw.exchange(url, raw.request_bytes("GET", url, head))
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert b"<Message>Unsupported Authorization Type</Message><ArgumentName>Authorization" \
        b"</ArgumentName><ArgumentValue>" + value.encode() + b"</ArgumentValue>" in answer.body
    head["Authorization"] = "AWS AKIA:signature"
    answer = raw.exchange(url, raw.request_bytes("GET", url, head))
    assert (answer.status, answer.code) == (400, "InvalidRequest")


@pytest.fixture(scope="module", params=["s3v4", "s3"])
def signer(request, environment):
    """Presigns with version 4, and with version 2: what boto3 and the CLI do unless told."""
    return make_client(environment, signature_version=request.param)


def presign(signer, bucket, key="k", operation="get_object"):
    url = signer.generate_presigned_url(operation, {"Bucket": bucket, "Key": key})
    version_4 = signer.meta.config.signature_version == "s3v4"
    assert version_4 == ("X-Amz-Signature=" in url)
    return url


def test_presigned_expires(s3, signer, bucket, monkeypatch):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert installation.http("GET", presign(signer, bucket)).body == b"x"
    # The same URL as it would have been made a day ago.
    real, real_time = botocore.auth.get_current_datetime, time.time
    day = datetime.timedelta(days=1)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *a, **k: real(*a, **k) - day)
    monkeypatch.setattr(time, "time", lambda: real_time() - day.total_seconds())
    old = presign(signer, bucket)
    monkeypatch.undo()
    answer = installation.http("GET", old)
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body
    assert b"Request has expired" in answer.body


@pytest.mark.parametrize("change", ["signature", "key", "extra", "expires", "owner", "method"])
def test_presigned_changed(s3, signer, bucket, change):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    url, method, code = presign(signer, bucket), "GET", b"SignatureDoesNotMatch"
    if change == "signature":
        at = url.index("Signature=") + 15
        url = url[:at] + ("b" if url[at] == "a" else "a") + url[at + 1:]
    elif change == "key":
        url = url.replace(f"/{bucket}/k", f"/{bucket}/l")
    elif change == "extra":
        url += "&versionId=null"
    elif change == "expires":
        url = re.sub("Expires=([0-9]*)", r"Expires=\g<1>0", url)
        code = b"SignatureDoesNotMatch" if "X-Amz" not in url else b""
    elif change == "owner":
        url, code = re.sub("AKIA[A-Z0-9]{4}", "AKIAAAAA", url), b"InvalidAccessKeyId"
    else:
        method = "PUT"
    answer = installation.http(method, url, b"y" if method == "PUT" else None, {"Content-Type": ""})
    assert answer.status in (400, 403), answer.body
    assert code in answer.body
    assert installation.http("GET", presign(signer, bucket)).body == b"x"


def test_presigned_without_a_part(signer, bucket):
    url = presign(signer, bucket)
    for part in url.split("?")[1].split("&"):
        answer = installation.http("GET", url.replace(part, ""))
        assert answer.status in (400, 403) and b"<Code>" in answer.body, (part, answer.body)


def test_presigned_put(signer, bucket):
    url = presign(signer, bucket, "a b+c/\u00fc%2F", "put_object")
    assert installation.http("PUT", url, b"data", {"Content-Type": ""}).status == 200
    assert installation.http("GET", presign(signer, bucket, "a b+c/\u00fc%2F")).body == b"data"
    assert installation.http("GET", url).status == 403


def test_presigned_is_for_one_key(s3, signer, bucket):
    for key in ("k", "k/", "k//"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    url = presign(signer, bucket, "k/")
    assert installation.http("GET", url).status == 200
    for wrong in ("k?", "k//?"):
        assert installation.http("GET", url.replace("k/?", wrong)).status == 403


def test_wrong_scope(environment, bucket):
    """A signature for another service or with another date does not pass."""
    url = environment.endpoint("port") + f"/{bucket}"
    head = raw.signed(environment, "GET", url, service="sqs")
    answer = raw.exchange(environment.endpoint("path") + "/", raw.request_bytes(
        "GET", environment.endpoint("path") + f"/{bucket}", head))
    assert answer.status in (400, 403), answer


def test_keys_of_one_form_pass_in_another(environment):
    """The prefix of the path form is part of what was signed."""
    url = environment.endpoint("path") + "/"
    head = raw.signed(environment, "GET", url)
    assert raw.exchange(url, raw.request_bytes("GET", url, head)).status == 200
    wrong = environment.endpoint("port") + "/"
    head["Host"] = urllib.parse.urlsplit(wrong).netloc
    assert raw.exchange(wrong, raw.request_bytes("GET", wrong, head)).status == 403


def test_a_url_says_no_checksum(environment, s3, bucket):
    """The SDK for JavaScript signs the CRC32 of nothing; S3 does not hold what comes to it."""
    url = raw.presigned(environment, "PUT", f"/{bucket}/k", {
        "x-amz-checksum-crc32": "AAAAAA==", "x-amz-sdk-checksum-algorithm": "CRC32"})
    assert installation.http("PUT", url, b"123456789").status == 200
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert "ChecksumCRC32" not in head and head["ChecksumCRC64NVME"] == "rosUhgp5mIg="


@pytest.mark.parametrize("more", [
    {"x-amz-meta-a\r\nX-Injected: 1\r\nb": "v"},
    {"X-Amz-SignedHeaders": "host;x-amz-meta-a\r\nx-injected"},
], ids=["argument", "signed header"])
def test_metadata_is_no_line_of_an_answer(environment, s3, bucket, more):
    """Only in a URL can the name of metadata hold the end of a line."""
    answer = installation.http("PUT", raw.presigned(environment, "PUT", f"/{bucket}/k", more), b"x")
    assert answer.status == 400 and b"InvalidArgument" in answer.body, answer.body
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_an_address_nobody_has(environment, neighbour):
    """It answers strangers as an address that is taken does."""
    taken = environment.endpoint("path")
    free = taken.replace(environment.id, "env-" + 10 * "0")
    strangers = [{}, {"Authorization": "AWS4-HMAC-SHA256 x"}, {"X-Amz-Target": "A_20200101.B"},
                 raw.signed(neighbour, "GET", taken + "/b"),
                 raw.signed(neighbour, "GET", taken + "/b", service="dynamodb")]
    for address in ((taken, free), [a.rpartition("/")[0] + "/aws" for a in (taken, free)]):
        for head in strangers:
            answers = [installation.http("GET", a + "/b", None, head) for a in address]
            assert answers[0].status >= 400 and answers[0].status == answers[1].status
            bodies = [re.sub(rb"<(RequestId|HostId)>[^<]*", b"", a.body) for a in answers]
            assert bodies[0] == bodies[1]
