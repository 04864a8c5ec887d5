# tests/sdk/python/test_s3_cors.py - browsers of other origins
import urllib.parse

import pytest

import raw

RULES = [
    {"AllowedMethods": ["GET"], "AllowedOrigins": ["*suffix"]},
    {"AllowedMethods": ["GET"], "AllowedOrigins": ["start*end"]},
    {"AllowedMethods": ["PUT", "POST"], "AllowedOrigins": ["http://a.test"],
     "AllowedHeaders": ["x-amz-*", "Content-Type"], "ExposeHeaders": ["ETag", "x-amz-id-2"],
     "MaxAgeSeconds": 600},
    {"AllowedMethods": ["DELETE"], "AllowedOrigins": ["*"]},
]


@pytest.fixture
def ruled(s3, bucket):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    return bucket


def options(environment, path, **headers):
    url = environment.endpoint("port") + "/" + path
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers["Host"] = urllib.parse.urlsplit(url).netloc
    return raw.exchange(url, raw.request_bytes("OPTIONS", url, headers, b""))


def allowed(answer):
    return answer.status, answer.headers.get("access-control-allow-origin")


@pytest.mark.every_front
def test_preflight(environment, ruled):
    answer = options(environment, ruled + "/key", Origin="http://a.test",
                     Access_Control_Request_Method="PUT",
                     Access_Control_Request_Headers="Content-Type, X-Amz-Date")
    assert allowed(answer) == (200, "http://a.test")
    found = {name: answer.headers.get("access-control-" + name) for name in (
        "allow-methods", "allow-headers", "expose-headers", "max-age", "allow-credentials")}
    assert found == {"allow-methods": "PUT, POST", "allow-headers": "content-type, x-amz-date",
                     "expose-headers": "ETag, x-amz-id-2", "max-age": "600",
                     "allow-credentials": "true"}
    assert answer.headers["vary"].replace(" ", "") == \
        "Origin,Access-Control-Request-Headers,Access-Control-Request-Method"  # Apache has none
    assert answer.body == b""


@pytest.mark.parametrize("origin,method,status,said", [
    ("foo.suffix", "GET", 200, "foo.suffix"),
    ("foo.suffix.not", "GET", 403, None),
    ("startend", "GET", 200, "startend"),
    ("start1end", "GET", 200, "start1end"),
    ("0startend", "GET", 403, None),
    ("http://a.test", "GET", 403, None),
    ("anyone", "DELETE", 200, "*"),
])
def test_matching(environment, ruled, origin, method, status, said):
    answer = options(environment, ruled, Origin=origin, Access_Control_Request_Method=method)
    assert allowed(answer) == (status, said)
    assert answer.code == (None if status == 200 else "AccessForbidden")


def test_refused_preflights(environment, bucket):
    answer = options(environment, bucket)
    assert (answer.status, answer.code) == (400, "BadRequest")
    answer = options(environment, bucket + "/k", Origin="a")
    assert (answer.status, answer.code) == (403, "AccessForbidden")
    assert b"<Method>OPTIONS</Method><ResourceType>BUCKET</ResourceType>" in answer.body
    answer = options(environment, bucket + "/k", Origin="a", Access_Control_Request_Method="GET")
    assert (answer.status, answer.code) == (403, "AccessForbidden")
    assert b"CORSResponse: CORS is not enabled for this bucket." in answer.body
    assert b"<Method>GET</Method><ResourceType>BUCKET</ResourceType>" in answer.body
    answer = options(environment, "no-such-bucket/k", Origin="a",
                     Access_Control_Request_Method="GET")
    assert b"CORSResponse: Bucket not found" in answer.body


def test_headers_must_be_allowed(environment, ruled):
    answer = options(environment, ruled, Origin="http://a.test",
                     Access_Control_Request_Method="PUT",
                     Access_Control_Request_Headers="authorization")
    assert allowed(answer) == (403, None)


@pytest.mark.every_front
def test_answers_carry_headers(environment, ruled):
    """On what succeeds and on what fails, when the rule is of the request's own method."""
    for method, path, origin, status, said in (
            ("GET", "", "a.suffix", 200, "a.suffix"), ("GET", "", "other", 200, None),
            ("GET", "/none", "a.suffix", 404, "a.suffix"),
            ("PUT", "/key", "http://a.test", 200, "http://a.test"),
            ("DELETE", "/key", "who", 204, "*")):
        answer = raw.send(environment, method, f"/{ruled}{path}", b"", {"Origin": origin})
        assert allowed(answer) == (status, said), (method, path, origin)
        assert ("vary" in answer.headers) == (said is not None)
