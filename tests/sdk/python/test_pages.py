# tests/sdk/python/test_pages.py - what web servers say along with pages: the dashboard's, tenants'
import os
import re
import urllib.parse

import pytest

import installation
from installation import http

pytestmark = pytest.mark.every_front

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PAGES = TREE + "/httpd-conf/htdocs/dashboard"
TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
         "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@pytest.mark.parametrize("name", sorted(os.listdir(PAGES)) + [""])
def test_every_file(name):
    answer = http("GET", f"{installation.URL}/dashboard/{name}")
    with open(f"{PAGES}/{name or 'index.html'}", "rb") as file:
        assert (answer.status, answer.body) == (200, file.read())
    assert answer.headers["content-type"] == TYPES[(name or "index.html").rsplit(".", 1)[1]]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-cache"
    policy = dict(part.strip().partition(" ")[::2]
                  for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["trusted-types"] == "'none'" and "unsafe" not in str(policy)


def test_files_ask_nobody_else():
    """No address of another host, no inline script or style, nothing that reads text as markup."""
    for name in os.listdir(PAGES):
        with open(f"{PAGES}/{name}", encoding="utf-8") as file:
            text = file.read().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|"
                             r"new Function|<style|<script>|\bon[a-z]+=\"|\bstyle=", text), name


def test_ways_there():
    for path in ("/", "/dashboard"):
        answer = http("GET", installation.URL + path)
        assert answer.status == 302, path
        assert urllib.parse.urljoin(installation.URL, answer.headers["location"]) == \
            installation.URL + "/dashboard/"
    assert http("GET", installation.URL + "/dashboard/none").status == 404
    assert http("GET", installation.URL + "/dashboard/../api/v1/services").status in (200, 400, 404)


def test_a_bucket_of_that_name(environment, s3):
    """On an environment's own address all paths are its own."""
    s3.create_bucket(Bucket="dashboard")
    s3.put_object(Bucket="dashboard", Key="index.html", Body=b"ours")
    assert s3.get_object(Bucket="dashboard", Key="index.html")["Body"].read() == b"ours"
    assert "dashboard" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.delete_object(Bucket="dashboard", Key="index.html")
    s3.delete_bucket(Bucket="dashboard")


def test_a_tenants_page_is_sandboxed(each_s3, bucket):
    """In the path form it shares an origin with us: browsers are to run nothing of it there."""
    client, form = each_s3
    client.put_object(Bucket=bucket, Key="page.html", ContentType="text/html",
                      Body=b"<script>1</script>" * 10000)
    for key, status in (("page.html", 200), ("none.html", 404)):
        url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key})
        host = urllib.parse.urlsplit(url).netloc
        answer = http("GET", url, headers={"Host": host})
        assert answer.status == status
        said = (answer.headers.get("content-security-policy"),
                answer.headers.get("x-content-type-options"))
        assert said == (("sandbox", "nosniff") if form == "path" else (None, None))


def test_our_own_answers_are_no_pages(api):
    answer = api.call("GET", "/api/v1/account")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
