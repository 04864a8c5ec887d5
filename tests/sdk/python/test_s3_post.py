# tests/sdk/python/test_s3_post.py - objects that come in a browser's form
import base64
import hashlib
import hmac
import json
import time
import urllib.parse

import pytest

import raw
from conftest import make_client

BOUNDARY = "----WebKitFormBoundaryx"


def multipart(fields, content=b"body", filename="a.txt", after=b"", kind="text/html"):
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() +
             (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
             for name, value in fields]
    if content is not None:
        parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="'
                     f'{filename}"\r\nContent-Type: {kind}\r\n\r\n'.encode() + content + b"\r\n")
    return b"".join(parts) + after + f"--{BOUNDARY}--\r\n".encode()


def post(environment, bucket, body, form="port", headers=None):
    url = environment.endpoint(form) + "/" + bucket
    head = {"Host": urllib.parse.urlsplit(url).netloc, "Content-Length": str(len(body)),
            "Content-Type": "multipart/form-data; boundary=" + BOUNDARY, **(headers or {})}
    return raw.exchange(url, raw.request_bytes("POST", url, head, body))


def policy(conditions, expires=600, **more):
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + expires))
    text = json.dumps({"expiration": when, "conditions": conditions, **more})
    return base64.b64encode(text.encode()).decode()


def sigv2(environment, document):
    """The fields that sign a policy the old way."""
    aws = environment.aws
    mac = hmac.new(aws["secret_access_key"].encode(), document.encode(), hashlib.sha1).digest()
    return [("AWSAccessKeyId", aws["access_key_id"]), ("policy", document),
            ("signature", base64.b64encode(mac).decode())]


def signed(s3, bucket, key, fields=None, conditions=None, expires=600):
    made = s3.generate_presigned_post(bucket, key, Fields=fields, Conditions=conditions,
                                      ExpiresIn=expires)
    return list(made["fields"].items())


@pytest.mark.every_front
@pytest.mark.parametrize("form", ["port", "path", "host"])
@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_signed_by_boto3(environment, s3, bucket, form, version):
    acl = "bucket-owner-full-control"
    meta = {"x-amz-meta-a_b": "1", "acl": acl, "Cache-Control": "no-store"}
    signer = make_client(environment, signature_version=version)
    fields = signed(signer, bucket, "up/${filename}", meta, [
        {"x-amz-meta-a_b": "1"}, {"acl": acl}, ["starts-with", "$Cache-Control", ""],
        ["content-length-range", 1, 10]])
    answer = post(environment, bucket, multipart(fields, filename="C:\\\\dir\\\\name.txt"), form)
    assert (answer.status, answer.body) == (204, b""), answer
    found = s3.get_object(Bucket=bucket, Key="up/name.txt")
    assert found["Body"].read() == b"body"
    assert found["Metadata"] == {"a_b": "1"}
    assert (found["ContentType"], found["CacheControl"]) == ("text/html", "no-store")
    assert answer.headers["etag"] == found["ETag"]
    assert answer.headers["location"].endswith("/" + bucket + "/up%2Fname.txt")


def test_large_and_awkward(environment, s3, bucket):
    body = (b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\r\n-\n") * 20000
    answer = post(environment, bucket, multipart(signed(s3, bucket, "k"), body))
    assert answer.status == 204, answer
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body


def test_sigv2(environment, s3, bucket):
    document = policy([{"bucket": bucket}, ["starts-with", "$key", "foo"],
                       ["eq", "$Content-Type", "text/plain"]])
    fields = [("key", "foo\\$.txt"), ("Content-Type", "text/plain"), ("x-ignore-me", "1")]
    fields += sigv2(environment, document)
    assert post(environment, bucket, multipart(fields)).status == 204
    assert s3.head_object(Bucket=bucket, Key="foo\\$.txt")["ContentType"] == "text/plain"


def test_what_is_answered(environment, s3, bucket):
    def answer(name, value):
        return post(environment, bucket, multipart(signed(
            s3, bucket, "k", {name: value}, [{name: value}])))

    made = answer("success_action_status", "201")
    assert made.status == 201
    assert b"<PostResponse><Location>" in made.body
    assert f"<Bucket>{bucket}</Bucket><Key>k</Key><ETag>&quot;".encode() in made.body
    assert answer("success_action_status", "200").status == 200
    assert answer("success_action_status", "404").status == 204
    made = answer("success_action_redirect", "http://a.test/x?y=z")
    etag = hashlib.md5(b"body").hexdigest()
    assert (made.status, made.headers["location"]) == (
        303, f"http://a.test/x?y=z&bucket={bucket}&key=k&etag=%22{etag}%22")
    assert answer("success_action_redirect", "nowhere").status == 204


REFUSED = [
    ([], {}, 403, "AccessDenied", b"Extra input fields: x-amz-meta-a"),
    ([["eq", "$x-amz-meta-a", "2"]], {}, 403, "AccessDenied",
     b'Policy Condition failed: [&quot;eq&quot;, &quot;$x-amz-meta-a&quot;, &quot;2&quot;]'),
    ([["starts-with", "$x-amz-meta-a", "2"]], {}, 403, "AccessDenied", b"Condition failed"),
    ([["starts-with", "$x-amz-meta-a", ""], ["content-length-range", 0, 3]], {}, 400,
     "EntityTooLarge", b"<MaxSizeAllowed>3</MaxSizeAllowed>"),
    ([["starts-with", "$x-amz-meta-a", ""], ["content-length-range", 5, 9]], {}, 400,
     "EntityTooSmall", b"<MinSizeAllowed>5</MinSizeAllowed>"),
    ([["starts-with", "$x-amz-meta-a", ""], ["content-length-range", 5]], {}, 400,
     "InvalidPolicyDocument", b""),
    ([["starts-with", "$x-amz-meta-a", ""], ["content-length-range", "x", 5]], {}, 403,
     "AccessDenied", b"Policy Condition failed: [&quot;content-length-range&quot;, &quot;x&quot;, "
     b"&quot;5&quot;]"),
    ([["starts-with", "$x-amz-meta-a", ""], ["content-length-range", -1, 0]], {}, 400,
     "InvalidPolicyDocument", b""),
    ([["eq", "x-amz-meta-a", "b"]], {}, 403, "AccessDenied",
     b"Policy Condition failed: [&quot;eq&quot;, &quot;x-amz-meta-a&quot;, &quot;b&quot;]"),
    ([["like", "$x-amz-meta-a", ""]], {}, 400, "InvalidPolicyDocument", b""),
    ([{}], {}, 400, "InvalidPolicyDocument", b"Invalid Simple-Condition"),
    ([["starts-with", "$x-amz-meta-a", ""]], {"expires": -10}, 403, "AccessDenied",
     b"Policy expired."),
]


@pytest.mark.parametrize("conditions,more,status,code,words", REFUSED)
def test_refused_by_policy(environment, s3, bucket, conditions, more, status, code, words):
    document = policy([{"bucket": bucket}, {"key": "k"}, *conditions], **more)
    fields = [("key", "k"), ("x-amz-meta-a", "1"), *sigv2(environment, document)]
    answer = post(environment, bucket, multipart(fields))
    assert (answer.status, answer.code) == (status, code), answer.body
    assert words in answer.body
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_refused_forms(environment, s3, bucket):
    fields = signed(make_client(environment, signature_version="s3v4"), bucket, "k")

    def refused(fields, **how):
        answer = post(environment, bucket, multipart(fields, **how))
        return answer.status, answer.code

    without = [[f for f in fields if f[0] != name] for name in (
        "key", "policy", "x-amz-signature")]
    assert [refused(f) for f in without] == [(400, "InvalidArgument")] * 3
    assert refused(fields, content=None) == (400, "InvalidArgument")
    assert refused([("key", "k"), ("a", "x" * 21000)]) == (400, "MaxPostPreDataLengthExceeded")
    changed = dict(fields, **{"x-amz-signature": "0" * 64})
    assert refused(list(changed.items())) == (403, "SignatureDoesNotMatch")
    assert refused(list(dict(fields, policy="e30=").items())) == (403, "SignatureDoesNotMatch")
    other = fields[:]
    credential = dict(fields)["x-amz-credential"].split("/", 1)[1]
    other = list(dict(fields, **{"x-amz-credential": "AKIDNOBODY/" + credential}).items())
    assert refused(other) == (403, "InvalidAccessKeyId")
    assert refused([("key", "k")]) == (403, "AccessDenied")
    body = multipart(fields)
    assert post(environment, bucket, body[:-20]).code == "IncompleteBody"
    assert post(environment, bucket, b"--" + BOUNDARY.encode() + b"junk").code == \
        "MalformedPOSTRequest"
    assert post(environment, bucket + "/key", body).status in (405, 403)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_where_it_goes_counts(environment, s3, bucket):
    """What the form says of the bucket, and dates that are none."""
    fields = [("key", "k"), ("bucket", "other-bucket")]
    document = policy([{"bucket": "other-bucket"}, {"key": "k"}])
    answer = post(environment, bucket, multipart(fields + sigv2(environment, document)))
    assert (answer.status, answer.code) == (403, "AccessDenied")
    text = json.dumps({"expiration": "2100-01-01 00:00:00Z", "conditions": [
        {"bucket": bucket}, {"key": "k"}]})
    document = base64.b64encode(text.encode()).decode()
    answer = post(environment, bucket, multipart([("key", "k")] + sigv2(environment, document)))
    assert (answer.status, answer.code) == (400, "InvalidPolicyDocument")


@pytest.mark.parametrize("name,allowed,other", [
    ("acl", "private", "bucket-owner-full-control"), ("Content-Type", "image/png", "text/html"),
    ("x-amz-meta-a", "1", "2"), ("x-amz-storage-class", "STANDARD", "GLACIER")])
def test_a_field_that_comes_twice_is_allowed_twice(environment, s3, bucket, name, allowed, other):
    """Whichever of them counts: a policy that names one value lets no other in beside it."""
    document = policy([{"bucket": bucket}, {"key": "k"}, {name: allowed}])
    for values in ((other, allowed), (allowed, other)):
        fields = [("key", "k"), *((name, value) for value in values)]
        answer = post(environment, bucket, multipart(fields + sigv2(environment, document)))
        assert (answer.status, answer.code) == (403, "AccessDenied"), answer
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_policies_know_forms(environment, s3, bucket, version):
    """What a bucket's policy says of how requests are signed holds for forms, too."""
    signer = make_client(environment, signature_version=version)
    form = multipart(signed(signer, bucket, "k"))
    name = "AWS" if version == "s3" else "AWS4-HMAC-SHA256"
    for condition in ({"StringNotEquals": {"s3:authType": "REST-HEADER"}},
                      {"StringEquals": {"s3:authType": "POST"}},
                      {"StringEquals": {"s3:signatureversion": name}}):
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": {
            "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/*", "Condition": condition}}))
        answer = post(environment, bucket, form)
        assert (answer.status, answer.code) == (403, "AccessDenied"), condition
    s3.delete_bucket_policy(Bucket=bucket)
    assert post(environment, bucket, form).status == 204


def test_no_such_bucket(environment, s3, bucket):
    none = bucket + "-none"
    answer = post(environment, none, multipart(signed(s3, none, "k")))
    assert (answer.status, answer.code) == (404, "NoSuchBucket")


def test_fields_after_the_file_are_ignored(environment, s3, bucket):
    after = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="submit"\r\n\r\nGo\r\n'.encode()
    assert post(environment, bucket,
                multipart(signed(s3, bucket, "k"), after=after)).status == 204
