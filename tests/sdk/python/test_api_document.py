# tests/sdk/python/test_api_document.py - the API's OpenAPI document, and requests made from it
"""Schemathesis makes requests of every operation of the document: right, wrong and odd ones, and
sequences of them.  TEST_EXAMPLES says how many for each operation at most, TEST_SEED which."""
import os
import subprocess
import sys

import pytest

import installation

PATH = "/api/v1/openapi.json"
# What only the handler can know (a service by that name, a time to come) is refused with 422, so
# that positive_data_acceptance is not among them; nor is ignored_auth, since so many wrong keys
# from one address are answered 429.
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_headers_conformance", "response_schema_conformance", "negative_data_rejection",
          "missing_required_header", "unsupported_method"]


def test_served():
    """To everyone, and again only when it is another."""
    answer = installation.http("GET", installation.URL + PATH)
    assert answer.status == 200 and answer.json["openapi"].startswith("3.1")
    etag = answer.headers["etag"]
    assert etag.startswith('"')
    again = installation.http("GET", installation.URL + PATH, None, {"If-None-Match": etag})
    assert again.status == 304 and not again.body
    head = installation.http("HEAD", installation.URL + PATH)
    assert head.status == 200 and head.headers["etag"] == etag


def test_every_operation(api):
    """Each operation is in it, once, with what a reader needs."""
    lines = subprocess.run([installation.PROGRAMS + "/mockfactory.fcgi", "--operations"],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    ours = sorted(line.split("\t")[1] for line in lines if line.startswith("mockfactory.api\t"))
    paths = api.ok("GET", PATH)["paths"]
    said = [operation for path in paths.values() for operation in path.values()]
    assert sorted(operation["operationId"] for operation in said) == ours
    assert all(operation["summary"] and operation["tags"] for operation in said)
    assert all(problem["description"] for operation in said
               for problem in operation["responses"].values())


def configuration(environment, key):
    """What there is, for those that want one; nothing ends the environment or the key in use."""
    return f"""
[[operations]]
include-path-regex = "/environments/[{{]id[}}]|/data/"
exclude-method = "DELETE"
parameters = {{ "path.id" = "{environment.id}" }}

[[operations]]
include-path-regex = "/operations/"
parameters = {{ "path.id" = "op-create-{environment.id}" }}

[[operations]]
include-path-regex = "/keys/"
parameters = {{ "path.id" = "{key}" }}

# It answers 503 while nobody is the provider: test_sso.py has one.
[[operations]]
include-path = "/api/v1/auth/sso/login"
enabled = false
"""


@pytest.fixture
def stranger():
    """An account of its own: what is done to it harms no other test."""
    admin = os.environ["TEST_ADMIN"].split()
    account = subprocess.run([*admin, "account", "create", "--name", "odd"], check=True,
                             capture_output=True, text=True).stdout.strip()
    key = subprocess.run([*admin, "key", "create", "--account", account, "--name", "k"], check=True,
                         capture_output=True, text=True).stdout.strip()
    return installation.Api(key)


def run(api, where):
    program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    return subprocess.run(
        [program, "--config-file", str(where / "schemathesis.toml"), "run", installation.URL + PATH,
         "-H", f"Authorization: Bearer {api.key}", "--checks", ",".join(CHECKS),
         "--max-examples", os.environ.get("TEST_EXAMPLES", "3"), "--generation-database", "none",
         "--seed", os.environ.get("TEST_SEED", "1"),
         # A slow machine is no finding.
         "--request-timeout", "60", "--suppress-health-check", "too_slow",
         # Without the provider, which is another test's, these can say nothing but 503.
         "--exclude-operation-id", "BeginSingleSignOn",
         "--exclude-operation-id", "EndSingleSignOn", "--warnings", "off", "--continue-on-failure"],
        cwd=where, capture_output=True, text=True, timeout=1200, check=False)


def test_requests_made_from_it(stranger, tmp_path):
    environment = stranger.create("aws_s3", name="odd")
    key = stranger.ok("POST", "/api/v1/keys", {"name": "to be revoked"})["id"]
    (tmp_path / "schemathesis.toml").write_text(configuration(environment, key))
    said = run(stranger, tmp_path)
    assert said.returncode == 0, said.stdout[-20000:] + said.stderr
    listed = stranger.ok("GET", "/api/v1/environments?limit=100")["environments"]
    for made in listed:
        stranger.ok("DELETE", "/api/v1/environments/" + made["id"])
