# tests/sdk/python/test_data_buckets.py - made-up records on their way into buckets, by mf-seed
import concurrent.futures
import datetime
import json
import secrets
import signal

import pytest

import installation
import jobs
from conftest import empty, make_client
from database import ask
from drivers import eventually
from seeding import LATER, SEED, call, follow, later, look, ok, run_seed
from test_accounts import sign_up
from test_api import problem
from test_s3_events import tell, told

RECORDS, KEYS = 2500, [f"support_tickets-{n:04}.json" for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def home(api):
    made = api.create("aws_s3", "aws_sqs", name="seeded buckets", ports=True)
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def s3(home):
    return make_client(home)


@pytest.fixture
def by_hand():
    with jobs.resting("seed"):
        yield


def wanted(made, bucket, **more):
    """The operation by which three files are on their way."""
    return later(made, "support_tickets", "aws_s3", count=RECORDS, s3_bucket=bucket, **SEED,
                 **more)


def killed_at(step):
    assert run_seed(MF_SEED_FAULT=step, MF_SEED_THREADS="1") == -signal.SIGKILL


def go_on(made, operation):
    assert run_seed() == 0
    return look(made, operation)


def versions(s3, bucket):
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Versions", [])]


def keys_told(sqs, url, n):
    return [message["Records"][0]["s3"]["object"]["key"] for message in told(sqs, url, n)]


def test_a_hundred_thousand(home, s3):
    answer = call(home, "medical_patients", "aws_s3", LATER, count=100000, seed=1,
                  s3_bucket="many")
    assert answer.status == 202 and answer.headers["preference-applied"] == "respond-async"
    operation = answer.json["operation"]
    assert answer.headers["location"] == f"/api/v1/operations/{operation}"
    assert answer.json["bucket"] == "many" and answer.json["bucket_created"] is True
    assert "bytes" not in answer.json and len(answer.json["objects"]) == 100
    seen, last = follow(home, operation)
    assert last["status"] == "succeeded" and last["done"] == last["count"] == 100000
    assert seen == sorted(seen) and seen[-1] == 100
    assert any(0 < percent < 100 for percent in seen), seen
    listed = [item["Key"] for item in s3.list_objects_v2(Bucket="many")["Contents"]]
    assert listed == answer.json["objects"]
    body = s3.get_object(Bucket="many", Key=listed[4])["Body"].read()
    assert json.loads(body)[711] == ok(home, "medical_patients", count=5000,
                                       seed=1)["records"][4711]
    body = s3.get_object(Bucket="many", Key=listed[-1])["Body"].read()
    assert json.loads(body)[-1]["patient_id"] == "PAT-100000"
    # Nobody else can look at it.
    problem(installation.Api("").call("GET", f"/api/v1/operations/{operation}"), 401,
            "unauthorized")
    sign_up().refused(404, "operation-not-found", "GET", f"/api/v1/operations/{operation}")


@pytest.mark.parametrize("step,done", [("claimed", 0), ("opened", 0), ("half", 1000),
                                       ("completed", 2000), ("committed", 2500)])
def test_killed_anywhere(home, s3, by_hand, step, done):
    """Each file is there once, told once, and as any object of its bucket."""
    bucket = f"k-{step}"
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}})
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "soon", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 5}}]})
    sqs = make_client(home, service="sqs")
    url = tell(s3, sqs, bucket, ["s3:ObjectCreated:*"])
    operation = wanted(home, bucket)
    killed_at(step)
    seen = look(home, operation)
    assert seen["done"] == done and seen["percent"] == done // 25
    assert seen["status"] == ("succeeded" if done == RECORDS else "running")
    assert versions(s3, bucket) == KEYS[:done // 1000 + (done == RECORDS)]
    assert go_on(home, operation)["status"] == "succeeded"
    assert versions(s3, bucket) == KEYS
    records = []
    for key in KEYS:
        got = s3.get_object(Bucket=bucket, Key=key)
        assert got["ObjectLockMode"] == "GOVERNANCE" and 'rule-id="soon"' in got["Expiration"]
        records += json.loads(got["Body"].read())
    assert records == ok(home, "support_tickets", count=RECORDS, **SEED)["records"]
    s3.put_object(Bucket=bucket, Key="a")  # who hears of it looks for the others at once
    assert sorted(keys_told(sqs, url, 4)) == ["a", *KEYS]
    s3.put_object(Bucket=bucket, Key="b")
    assert keys_told(sqs, url, 1) == ["b"]


def test_bucket_deleted_meanwhile(home, s3, by_hand):
    operation = wanted(home, "deleted")
    killed_at("half")
    empty(s3, "deleted")
    s3.delete_bucket(Bucket="deleted")
    seen = go_on(home, operation)
    assert seen["status"] == "failed" and "bucket was deleted" in seen["reason"]
    assert seen["done"] == 1000
    assert "deleted" not in [item["Name"] for item in s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize("what", ["stop", "reset", "destroy"])
def test_environment_goes_meanwhile(api, by_hand, what):
    made = api.create("aws_s3")
    operation = wanted(made, "gone")
    killed_at("half")
    if what == "destroy":
        made.destroy()
    else:
        made.post(what)
    seen = go_on(made, operation)
    assert seen["status"] == "failed" and "stopped, reset or destroyed" in seen["reason"]
    if what == "reset":
        assert make_client(made, "path").list_buckets()["Buckets"] == []
    if what != "destroy":
        made.destroy()


def test_environment_comes_back(api, by_hand):
    """Stopped and started, and its clock moved: nothing of that is missed, and it goes on."""
    made = api.create("aws_s3")
    operation = wanted(made, "back")
    killed_at("half")
    made.post("stop")
    made.post("start")
    api.ok("PUT", made.path + "/clock", {"advance": 2 * 86400})
    assert go_on(made, operation)["status"] == "succeeded"
    listed = make_client(made, "path").list_objects_v2(Bucket="back")["Contents"]
    times = [item["LastModified"] for item in listed]
    assert [item["Key"] for item in listed] == KEYS
    assert times[2] >= times[1] > times[0] + datetime.timedelta(days=1)
    made.destroy()


def waiting(made, bucket):
    """A request that waits for its answer; it has asked already."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    answer = pool.submit(call, made, "support_tickets", "aws_s3", count=RECORDS,
                         s3_bucket=bucket)
    eventually(lambda: ask("select count(*) from core.seeding g join core.environment e"
                           f" on e.id = environment_id where public_id = '{made.id}'") == "1")
    return answer


def test_why_it_failed(api, by_hand):
    """The request that waits hears it."""
    made = api.create("aws_s3")
    answer = waiting(made, "bucket")
    make_client(made, "path").delete_bucket(Bucket="bucket")
    assert run_seed() == 0
    said = problem(answer.result(), 409, "wrong-state")
    assert "bucket was deleted" in said["detail"]
    made.destroy()


def test_full_meanwhile(by_hand):
    """What was known when it was asked for is not what counts."""
    visitor = sign_up()
    made = installation.Environment(visitor, visitor.ok("POST", "/api/v1/environments", {
        "services": ["aws_s3"]}))
    answer = waiting(made, "bucket")
    ask("update core.account set storage = 1000000 where id = (select account_id from core.login"
        f" where email = '{visitor.email}')")
    assert run_seed() == 0
    problem(answer.result(), 403, "quota-storage")
    s3 = make_client(made, "path")
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="bucket")["Contents"]] == KEYS[:1]
    visitor.ok("DELETE", made.path)


def test_asked_twice(home, s3):
    """With an Idempotency-Key it is done once."""
    bucket, key = "t-" + secrets.token_hex(6), {"Idempotency-Key": secrets.token_hex(8)}
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    said = [call(home, "it_servers", "aws_s3", key, s3_bucket=bucket) for _ in range(2)]
    assert [answer.status for answer in said] == [201, 201] and said[0].json == said[1].json
    assert versions(s3, bucket) == ["it_servers-0001.json"]


def test_too_many_wait(home, by_hand):
    answers = [call(home, "it_servers", "aws_s3", LATER, count=1, s3_bucket=f"wait-{n}")
               for n in range(11)]
    assert [answer.status for answer in answers] == [202] * 10 + [409]
    problem(answers[-1], 409, "wrong-state")
    assert run_seed() == 0
    for answer in answers[:10]:
        assert look(home, answer.json["operation"])["status"] == "succeeded"
    names = [item["Name"] for item in make_client(home).list_buckets()["Buckets"]]
    assert "wait-9" in names and "wait-10" not in names
