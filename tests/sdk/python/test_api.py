# tests/sdk/python/test_api.py - the control API: environments, keys, prices, errors
import json
import re
import secrets
import subprocess
from datetime import datetime, timedelta

import botocore.auth
import pytest

import installation
from conftest import make_client


def problem(answer, status, code):
    """The answer is this problem, in the shape of RFC 9457."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json
    assert said["code"] == code and said["status"] == status
    assert said["type"] == "urn:mockfactory:problem:" + code and said["title"]
    assert said["instance"] == answer.headers["x-request-id"]
    return said


def fields(said):
    return [error["field"] for error in said["errors"]]


@pytest.fixture
def fresh(api):
    made = api.create("aws_s3", ports=True)
    yield made
    made.destroy()


def test_create(api):
    asked = {"services": ["aws_s3"], "name": "a name", "auto_shutdown_hours": 2}
    answer = api.call("POST", "/api/v1/environments", asked)
    made = answer.json
    assert answer.status == 201
    assert answer.headers["location"].endswith("/api/v1/environments/" + made["id"])
    assert re.fullmatch("env-[a-z0-9]{10}", made["id"])
    assert made["status"] == "running" and made["name"] == "a name"
    assert made["services"] == ["aws_s3"] and made["auto_shutdown_hours"] == 2
    assert made["hourly_rate"] == 0.05
    datetime.fromisoformat(made["created_at"].replace("Z", "+00:00"))
    assert set(made["endpoints"]) == {"aws", "aws_s3"}
    assert not any(url.endswith("/") for url in made["endpoints"].values())
    aws = made["credentials"]["aws"]
    assert re.fullmatch("[0-9]{12}", aws["account_id"]) and aws["region"] == "us-east-1"
    assert re.fullmatch("AKIA[A-Z2-7]{16}", aws["access_key_id"])
    assert len(aws["secret_access_key"]) == 40
    got = api.ok("GET", "/api/v1/environments/" + made["id"])
    assert got == made
    assert api.call("DELETE", "/api/v1/environments/" + made["id"]).status == 204


def test_chosen_accounts(api):
    accounts = [{"account_id": "123456789012", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                 "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                 "display_name": "main", "email": "main@example.com"},
                {"account_id": "210987654321", "access_key_id": "AKIAI44QH8DHBEXAMPLE",
                 "secret_access_key": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"}]
    # Two environments may have the same keys: they are told apart by their addresses.
    made = [api.create("aws_s3", ports=True, accounts=accounts) for _ in range(2)]
    try:
        for number, environment in enumerate(made):
            assert environment.aws["access_key_id"] == "AKIAIOSFODNN7EXAMPLE"
            for account in accounts:
                s3 = make_client(environment, keys=account)
                bucket = f"b{number}-{account['account_id']}"
                s3.create_bucket(Bucket=bucket)
        names = [item["Name"] for item in make_client(made[0]).list_buckets()["Buckets"]]
        assert names == ["b0-123456789012"]
    finally:
        for environment in made:
            environment.destroy()


def test_lenient(api, refused):
    """Any signature under a known key id."""
    environment = api.create("aws_s3", ports=True, auth="lenient")
    try:
        keys = {**environment.aws, "secret_access_key": "anything"}
        make_client(environment, keys=keys).create_bucket(Bucket="bucket")
        keys["access_key_id"] = "AKIAUNKNOWN"
        with refused("InvalidAccessKeyId", 403):
            make_client(environment, keys=keys).list_buckets()
    finally:
        environment.destroy()


def test_list_with_cursor(api):
    made = [api.create("aws_s3") for _ in range(5)]
    try:
        found, cursor = [], None
        while True:
            page = api.ok("GET", "/api/v1/environments?limit=2" +
                          (f"&cursor={cursor}" if cursor else ""))
            assert len(page["environments"]) <= 2
            found += [item["id"] for item in page["environments"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(found) == len(set(found))
        ours = [item.id for item in reversed(made)]
        assert [item for item in found if item in ours] == ours  # newest first
    finally:
        for environment in made:
            environment.destroy()
    answer = api.call("GET", "/api/v1/environments?limit=0&cursor=x&status=y")
    assert sorted(fields(problem(answer, 422, "invalid-request"))) == ["cursor", "limit", "status"]


def test_stop_and_start(fresh, refused):
    s3 = make_client(fresh, retries={"max_attempts": 0})
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"kept" * 50000)
    assert fresh.post("stop")["status"] == "stopped"
    with pytest.raises(Exception) as error:
        s3.list_buckets()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 503)
    assert error.value.response["Error"]["Code"]
    with pytest.raises(Exception):
        s3.put_object(Bucket="bucket", Key="k2", Body=b"x")
    assert fresh.post("start")["status"] == "running"
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"kept" * 50000
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 1


@pytest.mark.parametrize("body", [None, {}, {"service": "aws_s3"}])
def test_reset(fresh, body):
    s3 = make_client(fresh)
    for size in (10, 100000):
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="k", Body=b"x" * size)
        fresh.post("reset", body)
        assert s3.list_buckets()["Buckets"] == []


def test_reset_of_another_service(fresh):
    answer = fresh.api.call("POST", fresh.path + "/reset", {"service": "aws_sqs"})
    assert fields(problem(answer, 422, "invalid-request")) == ["service"]


def test_destroy(api, refused):
    environment = api.create("aws_s3", ports=True)
    s3 = make_client(environment)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x" * 100000)
    for _ in range(2):  # a script may run twice
        assert api.call("DELETE", environment.path).status == 204
    with refused("InvalidAccessKeyId", 403):
        s3.list_buckets()
    problem(api.call("GET", environment.path), 404, "environment-destroyed")
    problem(api.call("POST", environment.path + "/start"), 404, "environment-destroyed")
    listed = api.ok("GET", "/api/v1/environments?limit=100")["environments"]
    assert environment.id not in [item["id"] for item in listed]


def test_clock(fresh):
    path = fresh.path + "/clock"
    assert fresh.api.ok("GET", path)["frozen"] is False
    said = fresh.api.ok("PUT", path, {"freeze": "2030-01-31T12:00:00Z"})
    assert said["frozen"] is True and said["now"].startswith("2030-01-31T12:00:00")
    s3 = make_client(fresh)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    assert s3.head_object(Bucket="bucket", Key="k")["LastModified"].isoformat() == \
        "2030-01-31T12:00:00+00:00"
    said = fresh.api.ok("POST", path, {"advance": 3600})
    assert said["now"].startswith("2030-01-31T13:00:00")
    said = fresh.api.ok("PUT", path, {"offset": 0, "freeze": False})
    assert said["frozen"] is False and abs(float(said["offset"])) < 1
    for wrong in ({}, {"now": "yesterday"}, {"advance": -5}, {"offset": 1, "advance": 1},
                  {"other": 1}, {"offset": "99999y"}):
        problem(fresh.api.call("PUT", path, wrong), 422, "invalid-request")


def test_presigned_urls_follow_the_clock(fresh, monkeypatch):
    s3 = make_client(fresh, signature_version="s3v4")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")

    def presign():
        return s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "k"}, 3600)

    def status(url):
        return installation.http("GET", url).status

    # Signed some seconds ago: a signature knows the second only.
    real = botocore.auth.get_current_datetime
    monkeypatch.setattr(botocore.auth, "get_current_datetime",
                        lambda *a, **k: real(*a, **k) - timedelta(seconds=9))
    old = presign()
    monkeypatch.undo()
    assert status(old) == 200
    fresh.api.ok("POST", fresh.path + "/clock", {"advance": 3500})
    assert status(old) == 200
    fresh.api.ok("POST", fresh.path + "/clock", {"advance": 200})
    assert status(old) == 403
    assert status(presign()) == 200


def test_env_exports(fresh, tmp_path):
    """What a shell evaluates is what the SDKs want."""
    text = fresh.api.call("GET", fresh.path + "/env").body.decode()
    shown = subprocess.run(
        ["sh", "-c", 'eval "$1"; echo "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID '
         '$AWS_SECRET_ACCESS_KEY $AWS_REGION"', "sh", text],
        capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"}).stdout.split()
    aws = fresh.aws
    assert shown == [fresh.made["endpoints"]["aws"], aws["access_key_id"],
                     aws["secret_access_key"], "us-east-1"]


def test_keys(api):
    made = api.ok("POST", "/api/v1/keys", {"name": "ci"})
    assert re.fullmatch("mf_live_[A-Za-z0-9]{12}_[A-Za-z0-9]{38}", made["key"])
    other = installation.Api(made["key"])
    listed = other.ok("GET", "/api/v1/keys?limit=100")["keys"]
    mine = [key for key in listed if key["id"] == made["id"]][0]
    assert "key" not in mine and mine["name"] == "ci" and made["key"].startswith(mine["prefix"])
    assert api.call("DELETE", "/api/v1/keys/" + made["id"]).status == 204
    problem(other.call("GET", "/api/v1/keys"), 401, "unauthorized")
    problem(api.call("DELETE", "/api/v1/keys/key-aaaaaaaaaa"), 404, "key-not-found")


def test_expired_key(api):
    answer = api.call("POST", "/api/v1/keys", {"expires_at": "2020-01-01T00:00:00Z"})
    assert fields(problem(answer, 422, "invalid-request")) == ["expires_at"]


@pytest.mark.parametrize("value", [
    None, "Bearer", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer mf_live_" + "a" * 12 + "_" + "b" * 38,
    "Bearer " + "x" * 4000])
def test_unauthorized(value):
    headers = {"Authorization": value} if value else {}
    answer = installation.http("GET", installation.URL + "/api/v1/environments", None, headers)
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_key_off_by_one(api):
    key = api.key[:-1] + ("a" if api.key[-1] != "a" else "b")
    problem(installation.Api(key).call("GET", "/api/v1/keys"), 401, "unauthorized")


def test_prices(api):
    services = {s["id"]: s for s in api.ok("GET", "/api/v1/services")["services"]}
    assert services["aws_s3"]["hourly_rate"] == 0.05 and services["aws_s3"]["available"]
    assert services["redis"]["hourly_rate"] == 0.10 and services["redis"]["kind"] == "real"
    packages = {p["title"]: p["hourly_rate"] for p in api.ok("GET", "/api/v1/packages")["packages"]}
    assert packages["AWS Starter"] == 0.33 and packages["Everything"] == 1.00


@pytest.mark.parametrize("asked,rate", [
    (["redis", "mysql", "aws_s3", "aws_sqs"], 0.33), (["redis", "mysql", "aws_s3"], 0.30),
    (["aws_s3", "azure_blob", "gcp_storage", "cloudflare_r2", "supabase_postgres",
      "neon_postgres"], 0.85), (["aws_s3"], 0.05),
    (["aws_dynamodb", "aws_lambda", "aws_rds", "aws_elasticache", "aws_ecr"], 0.50)])
def test_quote(api, asked, rate):
    assert api.ok("POST", "/api/v1/quote", {"services": asked})["hourly_rate"] == rate


WRONG = [
    ({}, ["services"]), ({"services": []}, ["services"]), ({"services": "aws_s3"}, ["services"]),
    ({"services": ["nothing"]}, ["services[0]"]), ({"services": [1]}, ["services[0]"]),
    ({"services": ["aws_s3", "aws_s3"]}, ["services[1]"]),
    ({"services": ["aws_s3"], "package": "no such"}, ["package"]),
    ({"services": ["aws_s3"], "auto_shutdown_hours": 49}, ["auto_shutdown_hours"]),
    ({"services": ["aws_s3"], "auto_shutdown_hours": "4"}, ["auto_shutdown_hours"]),
    ({"services": ["aws_s3"], "name": "x" * 101}, ["name"]),
    ({"services": ["aws_s3"], "auth": "none"}, ["auth"]),
    ({"services": ["aws_s3"], "unknown": 1}, ["unknown"]),
    ({"services": ["aws_s3"], "accounts": [{"account_id": "12"}]}, ["accounts[0].account_id"]),
]


@pytest.mark.parametrize("body,wrong", WRONG, ids=lambda p: json.dumps(p)[:60])
def test_wrong_fields(api, body, wrong):
    said = problem(api.call("POST", "/api/v1/environments", body), 422, "invalid-request")
    assert fields(said) == wrong and all(error["detail"] for error in said["errors"])


def test_service_not_here_yet(api):
    answer = api.call("POST", "/api/v1/environments", {"services": ["mongodb"]})
    problem(answer, 422, "service-not-available")


MALFORMED = {
    "empty text": b'""', "cut": b'{"services": ["aws_s3"]', "list": b"[]", "two": b"{}{}",
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000, "bad utf-8": b'{"name": "\xff"}',
    "NUL": b'{"name": "a\\u0000"}', "twice": b'{"name": "a", "name": "b"}',
    "comment": b"{/* */}", "trailing comma": b'{"services": ["aws_s3"],}', "NaN": b'{"a": NaN}',
    "single quotes": b"{'a': 1}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_json(api, body):
    problem(api.call("POST", "/api/v1/environments", body), 400, "malformed-json")


def test_huge_json(api):
    body = b'{"services": ["' + b"a" * 100_000_000 + b'"]}'
    problem(api.call("POST", "/api/v1/environments", body), 413, "too-large")


def test_not_json(api):
    answer = api.call("POST", "/api/v1/environments", b"a=1", Content_Type="text/csv")
    problem(answer, 415, "unsupported-media-type")


def test_addresses_that_mean_nothing(api):
    problem(api.call("GET", "/api/v1/nothing"), 404, "not-found")
    problem(api.call("GET", "/nothing"), 404, "not-found")
    problem(api.call("GET", "/api/v1/environments/" + "x" * 3000), 404, "environment-not-found")
    problem(api.call("GET", "/api/v1/environments/env-aaaaaaaaaa"), 404, "environment-not-found")
    problem(api.call("GET", "/api/v1/environments/%ff"), 404, "not-found")
    answer = api.call("PATCH", "/api/v1/environments")
    problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["allow"]
    problem(api.call("GET", "/api/v1/environments?limit=%zz"), 400, "malformed-target")


def test_unknown_environment_in_an_address():
    answer = installation.http("GET", f"{installation.URL}/env-aaaaaaaaaa/s3/")
    assert answer.status == 403 and b"<Code>" in answer.body


def test_health():
    assert installation.http("GET", installation.URL + "/healthz").status == 200


def test_request_ids_differ(api):
    ids = {api.call("GET", "/api/v1/services").headers["x-request-id"] for _ in range(10)}
    assert len(ids) == 10


def test_names_are_text(api):
    name = "Ünïcode 漢字 " + secrets.token_hex(3)
    environment = api.create("aws_s3", name=name)
    assert environment.get()["name"] == name
    environment.destroy()
