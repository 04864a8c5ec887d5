# tests/sdk/python/nonsense.py - requests that make no sense, the same ones for the same seed
"""Pieces to make odd requests of, and what must be true of any answer to one."""
import base64
import datetime
import json
import re
import urllib.parse
import xml.etree.ElementTree

import installation
import raw

TEXTS = [
    "", " ", "0", "-1", "1", "null", "true", "a" * 300, "a" * 5000, "../..", "/", "//", "%", "%00",
    "%zz", "*", "?", "\\", "'", '"', "<", "&amp;", "{}", "[]", "a,b", "a=b&c=d", "=", ";", "é",
    "\u202e", "\ufffe", "\x01", "\x7f", "😀", "2147483648", "-2147483649", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "1e308", "NaN", "0x10", "1.5", "00000000001",
    "9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "2026-02-30T00:00:00Z",
    "292278994-08-17T07:12:55Z", "1969-12-31T23:59:59.999Z", "2026-11-23",
    "Mon, 23 Nov 2026 00:00:00 GMT", "Mon, 99 Foo 2026", "bytes=0-0", "bytes=-1", "bytes=5-2",
    "bytes=0-9223372036854775807", "bytes=0-1,3-4", "arn:aws:s3:::",
    "arn:aws:sqs:us-east-1:000000000000:q", "arn:aws:kms:us-east-1:111122223333:key/a", "STANDARD",
    "GLACIER", "REPLACE", "COPY", "Enabled", "aws:kms", "AES256", "COMPLIANCE", "ON", "CRC32",
    "SHA256", "COMPOSITE", "FULL_OBJECT", "public-read", "id=x",
    'uri="http://acs.amazonaws.com/groups/global/AllUsers"', "AAAAAA==",
    "AAAAAAAAAAAAAAAAAAAAAA==", "us-east-1", "eu-west-1", "url", "PUT", "GET", "http://x", "/b/k",
    "/t-0/key", "t-0/key?versionId=null", "t-0%2Fkey", "10.0.0.0/99", "::/129", "${filename}",
    "${aws:x}",
]
# What may not stand in a header or a URL as it is.
BYTES = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xef\xbf\xbf"]

ARGUMENTS = (
    "acl policy tagging cors lifecycle versions versioning uploads uploadId partNumber"
    " versionId list-type prefix delimiter max-keys continuation-token start-after marker"
    " encoding-type key-marker version-id-marker upload-id-marker part-number-marker max-parts"
    " max-uploads max-buckets fetch-owner bucket-region response-content-type response-expires"
    " response-cache-control id x-id attributes retention legal-hold object-lock delete website"
    " logging location select restore X-Amz-Expires X-Amz-Algorithm X-Amz-Security-Token").split()
HEADERS = (
    "x-amz-acl x-amz-grant-read x-amz-grant-full-control x-amz-tagging x-amz-tagging-directive"
    " x-amz-metadata-directive x-amz-copy-source x-amz-copy-source-range"
    " x-amz-copy-source-if-match x-amz-copy-source-if-modified-since x-amz-storage-class"
    " x-amz-website-redirect-location x-amz-server-side-encryption"
    " x-amz-server-side-encryption-aws-kms-key-id x-amz-server-side-encryption-context"
    " x-amz-server-side-encryption-bucket-key-enabled"
    " x-amz-server-side-encryption-customer-algorithm x-amz-server-side-encryption-customer-key"
    " x-amz-server-side-encryption-customer-key-md5 x-amz-object-lock-mode"
    " x-amz-object-lock-retain-until-date x-amz-object-lock-legal-hold"
    " x-amz-bypass-governance-retention x-amz-checksum-algorithm x-amz-checksum-type"
    " x-amz-checksum-mode x-amz-checksum-crc32 x-amz-checksum-sha256 x-amz-checksum-crc64nvme"
    " x-amz-sdk-checksum-algorithm x-amz-trailer x-amz-decoded-content-length"
    " x-amz-object-attributes x-amz-max-parts x-amz-part-number-marker"
    " x-amz-expected-bucket-owner x-amz-mp-object-size x-amz-bucket-object-lock-enabled"
    " x-amz-object-ownership x-amz-meta-a x-amz-meta- x-amz-request-payer x-amz-mfa x-amz-date"
    " x-amz-security-token x-amz-transition-default-minimum-object-size x-amz-target content-md5"
    " content-type content-encoding content-language content-disposition cache-control expires"
    " range if-match if-none-match if-modified-since if-unmodified-since origin"
    " access-control-request-method access-control-request-headers accept accept-encoding cookie"
    " referer user-agent x-forwarded-for x-http-method-override prefer idempotency-key").split()
# Another one of these is mostly another operation, or none.
SUBRESOURCES = (
    "acl policy tagging cors lifecycle versions versioning uploads attributes retention legal-hold"
    " object-lock delete website logging location select restore").split()
METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"]
KEYS = ["key", "k/../k", "a+b", "%00", "%ff%fe", "%C3%A9", "a" * 1024, "a" * 1025, "?", "//", ".",
        "..", "%2F", "a%0d%0ab", "%ef%bf%bf", "%01", "soap", "null", "%zz"]


def text(random):
    return random.choice(TEXTS)


def quoted(value):
    """As it goes into a URL, now and then as it is."""
    return urllib.parse.quote(value, safe="%/=&?;*!'()")


def query(random, given):
    """The arguments of the operation, and some that do not belong there."""
    pairs = [pair for pair in given.split("&") if pair]
    for _ in range(random.choice([0, 0, 1, 1, 2, 5])):
        name = random.choice(ARGUMENTS)
        if name in SUBRESOURCES and random.random() < 0.9:
            continue
        pairs.append(name if random.random() < 0.2 else f"{name}={quoted(text(random))}")
    if pairs and random.random() < 0.2:
        pairs.append(random.choice(pairs))
    if pairs and random.random() < 0.2:
        at = random.randrange(len(pairs))
        pairs[at] = pairs[at].split("=")[0] + "=" + quoted(text(random))
    if random.random() < 0.05:
        random.shuffle(pairs)
    return "&".join(pairs)


def header(random):
    """One odd header, as bytes that a web server takes."""
    value = text(random).encode()
    if random.random() < 0.1:
        value += random.choice(BYTES)
    value = re.sub(rb"[\x00-\x08\x0a-\x1f\x7f]", b"", value)
    return random.choice(HEADERS).encode() + b": " + value + b"\r\n"


def spoil(random, body):
    """Any bytes, with some of them changed."""
    body = bytearray(body)
    for _ in range(random.choice([1, 1, 2, 8])):
        at = random.randrange(len(body) + 1)
        what = random.randrange(4)
        if what == 0:
            body[at:at] = text(random).encode(errors="replace")
        elif what == 1:
            body[at:at] = random.choice(BYTES + [b"\0", b"\r\n\r\n", b"]]>", b"<!--", b"\\u0000"])
        elif what == 2:
            del body[at:at + random.randrange(1, 40)]
        else:
            body[at:at + 1] = bytes([random.randrange(256)])
    return bytes(body)


def spoil_xml(random, document):
    """A document that is still well-formed, mostly, with other texts and elements in it."""
    spots = [m.span(1) for m in re.finditer(r">([^<>]*)</", document)]
    elements = [m.span() for m in re.finditer(r"<(\w[\w-]*)>[^<>]*</\1>", document)]
    what = random.randrange(6)
    if what <= 1 and spots:
        start, end = random.choice(spots)
        odd = re.sub("[\x00-\x08\x0b-\x1f\ufffe]", "", text(random))
        return document[:start] + xml_text(odd) + document[end:]
    if what == 2 and elements:
        start, end = random.choice(elements)
        again = document[start:end] * random.choice([1, 2, 100])
        return document[:end] + again + document[end:]
    if what == 3 and elements:
        start, end = random.choice(elements)
        return document[:start] + document[end:]
    if what == 4 and spots:
        start, end = random.choice(spots)
        depth = random.choice([1, 20, 40])
        inside = "<a>" * depth + document[start:end] + "</a>" * depth
        return document[:start] + inside + document[end:]
    root = re.match(r"<(\w+)", document).group(1)
    return document.replace(root, random.choice(["Delete", "Tagging", "x"]))


def xml_text(value):
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


ODD_JSON = [None, True, False, 0, -1, 1.5, 1e308, 2 ** 63, -2 ** 63, 2 ** 70, "", [], {}, [[]],
            {"": ""}, [None], {"a": {"a": {"a": None}}}, ["x"] * 20]


def spoil_json(random, tree):
    """The same tree with another value, member or element somewhere."""
    tree = json.loads(json.dumps(tree))
    at, up, name = tree, None, None
    while isinstance(at, (dict, list)) and at and random.random() < 0.8:
        up, name = at, random.choice(list(at) if isinstance(at, dict) else range(len(at)))
        at = up[name]
    odd = random.choice(ODD_JSON) if random.random() < 0.5 else text(random)
    if up is None:
        tree = {**tree, text(random): odd} if isinstance(tree, dict) else odd
    elif random.random() < 0.2:
        del up[name]
    else:
        up[name] = odd
    return tree


def deep(random, opening, closing):
    n = random.choice([31, 33, 1000, 100000])
    return opening * n + closing * n


def chunked(random, body):
    """A body in chunks with a trailer, spoilt now and then, and its headers."""
    at = random.randrange(len(body) + 1)
    pieces = [piece for piece in (body[:at], body[at:]) if piece]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    framed += b"0\r\nx-amz-checksum-crc32:" + text(random)[:100].encode() + b"\r\n\r\n"
    length = random.choice([str(len(body)), str(len(body)), text(random)[:30]]).encode()
    if random.random() < 0.4:
        framed = spoil(random, framed)
    kind = random.choice([b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"] * 3 + [
        b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"])
    return [b"x-amz-content-sha256: " + kind + b"\r\n", b"x-amz-trailer: x-amz-checksum-crc32\r\n",
            b"x-amz-decoded-content-length: " + re.sub(rb"[^ -~]", b"", length) + b"\r\n",
            b"Content-Encoding: aws-chunked\r\n"], framed


FIELDS = ["acl", "tagging", "Content-Type", "success_action_status", "success_action_redirect",
          "redirect", "x-amz-meta-a", "x-amz-storage-class", "x-amz-checksum-crc32", "x-ignore-a",
          "x-amz-server-side-encryption", "Expires", "bucket", "", "x-amz-security-token"]


def form(random, key, bucket):
    """A browser's form with a policy that holds, mostly, and its header."""
    now = datetime.datetime.now(datetime.timezone.utc)
    policy = {"expiration": (now + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
              "conditions": [{"bucket": bucket}, ["starts-with", "$key", ""],
                             ["content-length-range", 0, 1000]]}
    for name in FIELDS + ["x-amz-credential", "x-amz-date", "x-amz-algorithm"]:
        policy["conditions"].append(["starts-with", "$" + name, ""])
    if random.random() < 0.4:
        policy = spoil_json(random, policy)
    fields = {"key": random.choice(["key", "${filename}", text(random)]),
              "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
              "x-amz-credential": f"{key}/{now.strftime('%Y%m%d')}/us-east-1/s3/aws4_request",
              "policy": base64.b64encode(json.dumps(policy).encode()).decode(),
              "x-amz-signature": "0" * 64}
    for _ in range(random.choice([0, 1, 3])):
        fields[random.choice(FIELDS + ["key", "policy"])] = text(random)
    parts = [f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
             for name, value in fields.items()]
    parts.append('--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhi\r\n'
                 "--B--\r\n")
    body = "".join(parts).encode(errors="replace")
    return b"Content-Type: multipart/form-data; boundary=B\r\n", body


class Sender:
    """Sends to an environment that takes any signature."""

    def __init__(self, environment, service):
        self.url = environment.endpoint("port", service=service)
        self.key, self.service = environment.aws["access_key_id"], service

    def send(self, method, target, headers, body):
        """headers are bytes, line by line; returns the request as sent, and the answer."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{self.key}/{now[:8]}/us-east-1/{self.service}/aws4_request"
        mine = [f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, "
                f"Signature={'0' * 64}\r\n".encode()]
        said = b"".join(headers).lower()
        if b"x-amz-date:" not in said:
            mine.append(f"x-amz-date: {now}\r\n".encode())
        if b"x-amz-content-sha256:" not in said:
            mine.append(b"x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n")
        return exchange(self.url, method, target, mine + headers, body)


def exchange(url, method, target, headers, body):
    head = (f"{method} {target} HTTP/1.1\r\nHost: {urllib.parse.urlsplit(url).netloc}\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n")
    data = head.encode() + b"".join(headers) + b"\r\n" + body
    return data, raw.exchange(url, data)


def to_api(method, target, headers, body):
    mine = [f"Authorization: Bearer {installation.API_KEY}\r\n".encode()]
    return exchange(installation.URL, method, target, mine + headers, body)


def by_web_server(answer):
    """Refused before we saw it (docs/STATUS.md)."""
    return answer.status in (400, 411, 413, 414, 417, 431, 501) and (
        not answer.body or b"<!doctype html" in answer.body[:300].lower())


def wrong_xml(answer):
    try:
        return xml.etree.ElementTree.fromstring(answer.body), None
    except xml.etree.ElementTree.ParseError as error:
        return None, f"no XML: {error}"


def wrong_with(method, answer, request_id):
    """What is wrong with an answer of AWS, whatever it is; None: nothing."""
    if answer.status == 0:
        return "no answer"
    if answer.status >= 500 and answer.status != 501:
        return f"status {answer.status}"
    if by_web_server(answer):
        return None
    if request_id not in answer.headers:
        return "no request id"
    if (method == "HEAD" or answer.status in (204, 304)) and answer.body:
        return "a body"
    return None
