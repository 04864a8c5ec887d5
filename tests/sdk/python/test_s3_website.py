# tests/sdk/python/test_s3_website.py - buckets as websites
import json
import urllib.parse

import pytest

import installation
import raw

INDEX = {"IndexDocument": {"Suffix": "index.html"}}


@pytest.fixture
def site(s3, bucket):
    """A bucket whose objects anybody may read, and list."""
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
         "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}]}))
    for key in ("index.html", "a/index.html", "page.html"):
        s3.put_object(Bucket=bucket, Key=key, Body=f"this is {key}", ContentType="text/html")
    return bucket


def configure(s3, bucket, **config):
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=config)


def host_of(environment, bucket, form="host"):
    label = "." if form == "host" else "--"
    return f"{bucket}.s3-website{label}{environment.id}.{installation.DOMAIN}"


def get(environment, bucket, path="/", form="host", method="GET", **headers):
    """A request as a browser sends it, to the website's own host."""
    base = environment.endpoint("host")
    port = urllib.parse.urlsplit(base).port
    host = host_of(environment, bucket, form) + (f":{port}" if port else "")
    head = {"Host": host, **{n.replace("_", "-"): v for n, v in headers.items()}}
    if method == "POST":
        head["Content-Length"] = "0"
    url = "http://" + host + path
    return raw.exchange(base, raw.request_bytes(method, url, head, b"", target=path))


def seen(answer):
    return answer.status, answer.body.decode()


@pytest.mark.every_front
def test_pages(environment, s3, site):
    configure(s3, site, **INDEX)
    for form in ("host", "twin"):
        assert seen(get(environment, site, "/", form)) == (200, "this is index.html")
        assert seen(get(environment, site, "/page.html", form)) == (200, "this is page.html")
        assert seen(get(environment, site, "/a/", form)) == (200, "this is a/index.html")
    answer = get(environment, site)
    assert answer.headers["content-type"] == "text/html"
    assert "x-amz-request-id" in answer.headers and "etag" in answer.headers
    answer = get(environment, site, "/a")
    assert (answer.status, urllib.parse.urlsplit(answer.headers["location"]).path) == (302, "/a/")
    answer = get(environment, site, "/page.html", method="HEAD")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "17", b"")
    etag = get(environment, site).headers["etag"]
    assert get(environment, site, If_None_Match=etag).status == 304
    assert seen(get(environment, site, Range="bytes=0-3")) == (206, "this")


def test_errors(environment, s3, site):
    none = site + "-none"
    answer = get(environment, none)
    assert answer.status == 404 and b"<li>Code: NoSuchBucket</li>" in answer.body
    assert f"<li>BucketName: {none}</li>".encode() in answer.body
    answer = get(environment, site)
    assert answer.status == 404 and b"<li>Code: NoSuchWebsiteConfiguration</li>" in answer.body
    configure(s3, site, **INDEX)
    answer = get(environment, site, "/no%3Cne")
    assert answer.status == 404 and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<h1>404 Not Found</h1>" in answer.body and b"<li>Key: no&lt;ne</li>" in answer.body
    assert get(environment, site, method="POST").status == 405
    configure(s3, site, **INDEX, ErrorDocument={"Key": "oops.html"})
    page = get(environment, site, "/none").body.decode()
    first, second = page.split(
        "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n")
    assert "<li>Code: NoSuchKey</li>" in first and "<li>Key: none</li>" in first
    assert second == ("<ul>\n<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not "
                      "exist.</li>\n<li>Key: oops.html</li>\n</ul>\n<hr/>\n</body>\n</html>\n")
    s3.put_object(Bucket=site, Key="oops.html", Body=b"oops", WebsiteRedirectLocation="/page.html")
    answer = get(environment, site, "/none")
    assert answer.status == 301 and answer.headers["location"].endswith("/page.html")
    s3.put_object(Bucket=site, Key="oops.html", Body=b"oops", ContentType="text/x-oops")
    answer = get(environment, site, "/none")
    assert seen(answer) == (404, "oops")
    assert answer.headers["content-type"] == "text/x-oops"
    assert answer.headers["x-amz-error-code"] == "NoSuchKey"
    s3.put_object(Bucket=site, Key="oops.html", Body=b"oops", SSECustomerAlgorithm="AES256",
                  SSECustomerKey=b"k" * 32)  # which no browser has
    answer = get(environment, site, "/none")
    assert answer.status == 404 and b"<li>Code: NoSuchKey</li>" in answer.body
    assert get(environment, site, "/oops.html").status == 400


def test_private_bucket(environment, s3, bucket):
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"secret")
    configure(s3, bucket, **INDEX)
    for path in ("/", "/index.html", "/none"):
        answer = get(environment, bucket, path)
        assert answer.status == 403 and b"<li>Code: AccessDenied</li>" in answer.body
        assert b"secret" not in answer.body


def test_redirects(environment, s3, site):
    def to(path, **headers):
        answer = get(environment, site, path, **headers)
        return answer.status, answer.headers.get("location")

    host = host_of(environment, site)
    configure(s3, site, RedirectAllRequestsTo={"HostName": "b.test", "Protocol": "https"})
    assert to("/x%20y") == (301, "https://b.test/x%20y")
    configure(s3, site, **INDEX, RoutingRules=[
        {"Condition": {"KeyPrefixEquals": "docs/"},
         "Redirect": {"ReplaceKeyPrefixWith": "documents/"}},
        {"Condition": {"KeyPrefixEquals": "old"},
         "Redirect": {"ReplaceKeyWith": "new.html", "HttpRedirectCode": "307",
                      "HostName": "b.test"}},
        {"Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "img/"},
         "Redirect": {"HostName": "c.test", "ReplaceKeyPrefixWith": "report-404/"}}])
    status, location = to("/docs/a.html")
    parts = urllib.parse.urlsplit(location)
    assert (status, parts.hostname, parts.path) == (301, host, "/documents/a.html")
    assert to("/older") == (307, "http://b.test/new.html")
    assert to("/img/a.png") == (301, "http://c.test/report-404/a.png")
    assert to("/none")[0] == 404
    s3.put_object(Bucket=site, Key="moved", WebsiteRedirectLocation="http://d.test/here")
    assert to("/moved") == (301, "http://d.test/here")
    s3.put_object(Bucket=site, Key="moved", WebsiteRedirectLocation="/page.html")
    assert urllib.parse.urlsplit(to("/moved")[1]).path == "/page.html"


@pytest.mark.parametrize("to", ["ftp://d.test/", "here", "/" + "x" * 2048])
def test_places_nobody_is_led_to(s3, bucket, refused, to):
    s3.put_object(Bucket=bucket, Key="from")
    for call, more in ((s3.put_object, {}), (s3.create_multipart_upload, {}),
                       (s3.copy_object, {"CopySource": f"{bucket}/from"})):
        with refused("InvalidRedirectLocation", 400):
            call(Bucket=bucket, Key="k", WebsiteRedirectLocation=to, **more)


def test_path_form(environment, s3, site):
    configure(s3, site, **INDEX)
    url = environment.endpoint("path").replace("/s3", "/s3-website") + "/" + site
    head = {"Host": urllib.parse.urlsplit(url).netloc}
    for path, body in (("", b"this is index.html"), ("/a/", b"this is a/index.html")):
        answer = raw.exchange(url, raw.request_bytes("GET", url + path, head, b""))
        assert (answer.status, answer.body) == (200, body)
    answer = raw.exchange(url, raw.request_bytes("GET", url + "/a", head, b""))
    assert answer.headers["location"] == urllib.parse.urlsplit(url).path + "/a/"
