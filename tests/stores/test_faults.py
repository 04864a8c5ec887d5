# tests/stores/test_faults.py - a store that is away, slow, lies or breaks off; what is left behind
"""Runs beside an installation whose store can be told to fail (with-store.sh).

Whatever the store does: the client hears 503 or a broken answer, never a wrong one; what was
acknowledged stays whole; the collector removes the rest; and nobody has to start anything again.
"""
import hashlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import threading
import time

import botocore.exceptions
import installation
import pytest
import jobs
from conftest import make_client
from database import ask
from seeding import follow, later, look, ok, run_seed

SMALL, PLAIN, LARGE = 1000, 200_000, 25 << 20
NOT_INLINE = "(select home, body from blob.version where body is not null union " \
    "select home, body from blob.part where body is not null)"


@pytest.fixture(scope="module")
def once(environment):
    """A client that tries once."""
    return make_client(environment, retries={"total_max_attempts": 1}, read_timeout=60)


@pytest.fixture(scope="module")
def kept(once):
    """Objects that are there all the time: bucket, and digests by key."""
    bucket = "kept-" + secrets.token_hex(4)
    once.create_bucket(Bucket=bucket)
    digests = {}
    for key, size in (("small", SMALL), ("plain", PLAIN), ("large", LARGE)):
        body = os.urandom(size)
        once.put_object(Bucket=bucket, Key=key, Body=body)
        digests[key] = hashlib.sha256(body).hexdigest()
    return bucket, digests


@pytest.fixture(autouse=True)
def nothing_acknowledged_is_lost(store, once, kept):
    yield
    store.tell()
    bucket, digests = kept
    for key, digest in digests.items():
        body = works_again(once, bucket, key)
        assert hashlib.sha256(body).hexdigest() == digest
    store.wait_until_asked()
    store.settle()
    collect()
    assert store.uploads() == 0
    assert store.objects() == int(ask(f"select count(*) from {NOT_INLINE} b"))


def collect():
    """Until nothing is left: what was let go of meanwhile, too."""
    command = [word.replace("mf-admin", "mf-collect") for word in
               os.environ["TEST_ADMIN"].split()]
    subprocess.run([*command, "--now"], check=True, capture_output=True)
    assert ask("select count(*) from blob.coming") == "0"
    assert ask("select count(*) from blob.loose") == "0"


def works_again(s3, bucket, key="plain"):
    """By itself, and soon: each process looks for itself."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except botocore.exceptions.ClientError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    answer = error.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 503, answer
    assert answer["Error"]["Code"] in ("ServiceUnavailable", "SlowDown"), answer
    assert answer["ResponseMetadata"]["RequestId"]


def absent(s3, bucket, key):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.head_object(Bucket=bucket, Key=key)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


FAULTS = {
    "away": {"down": True},
    "busy": {"status": 503},
    "too many requests": {"status": 429},
    "broken": {"status": 500},
    "forbidden": {"status": 403},
    "slow": {"slow": 2},
    "lying": {"lie": True},
}


# In one request, and in parts.
PUTS = [(fault, size) for fault in FAULTS for size in (PLAIN, LARGE)
        if (fault, size) != ("slow", LARGE)]


@pytest.mark.parametrize("fault,size", PUTS)
def test_put(store, once, kept, fault, size):
    bucket, _ = kept
    store.tell(**FAULTS[fault])
    refused(once.put_object, Bucket=bucket, Key="new", Body=os.urandom(size))
    refused(once.put_object, Bucket=bucket, Key="plain", Body=os.urandom(size))
    assert store.happened() > 0
    absent(once, bucket, "new")
    # What is in the database is not touched by it.
    assert len(once.get_object(Bucket=bucket, Key="small")["Body"].read()) == SMALL


@pytest.mark.parametrize("fault", ["away", "busy", "broken", "forbidden", "slow"])
def test_get(store, once, kept, fault):
    store.tell(**FAULTS[fault])
    refused(once.get_object, Bucket=kept[0], Key="plain")
    refused(once.get_object, Bucket=kept[0], Key="large", Range="bytes=1000000-1000100")
    assert store.happened() > 0


def test_a_part_fails(store, once, kept):
    """The last one, which is small: three tries have to fit into MF_STORE_TIMEOUT."""
    bucket, _ = kept
    body = os.urandom((20 << 20) + SMALL)
    store.tell(part=3, status=500)
    refused(once.put_object, Bucket=bucket, Key="new", Body=body)
    assert store.happened() == 3  # tried three times
    absent(once, bucket, "new")
    store.tell(part=3)
    refused(once.put_object, Bucket=bucket, Key="new", Body=body)
    store.tell(part=3, status=503, times=2)
    once.put_object(Bucket=bucket, Key="new", Body=body)
    store.tell(part=2, times=1)
    once.put_object(Bucket=bucket, Key="newer", Body=body)
    for key in ("new", "newer"):
        assert once.get_object(Bucket=bucket, Key=key)["Body"].read() == body


def read_broken(s3, bucket, key):
    with pytest.raises((botocore.exceptions.BotoCoreError, http.client.HTTPException, OSError)):
        s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def test_bytes_change_on_their_way(store, once, kept):
    """The answer breaks off: nobody takes it for whole."""
    store.tell(corrupt=True, method="GET")
    read_broken(once, kept[0], "plain")
    read_broken(once, kept[0], "large")


def test_bodies_are_cut(store, once, kept):
    bucket, digests = kept
    store.tell(cut=100_000, method="GET")
    read_broken(once, bucket, "large")
    assert store.happened() == 4
    # It goes on where it was.
    store.tell(cut=100_000, method="GET", times=2)
    body = once.get_object(Bucket=bucket, Key="large")["Body"].read()
    assert hashlib.sha256(body).hexdigest() == digests["large"]


def test_a_condition_that_does_not_hold(store, once, kept):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        once.put_object(Bucket=kept[0], Key="plain", Body=os.urandom(LARGE), IfNoneMatch="*")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_the_client_leaves(store, environment, kept):
    """In the middle of its body, which is larger than a part."""
    impatient = make_client(environment, retries={"total_max_attempts": 1}, read_timeout=1)
    store.tell(part=2, slow=1.5)
    before = puts()
    with pytest.raises(botocore.exceptions.BotoCoreError):
        impatient.put_object(Bucket=kept[0], Key="left", Body=os.urandom(LARGE))
    # What the pool does for nobody is over before others look at what is left.
    deadline = time.monotonic() + 30
    while puts() == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def puts():
    """How many the pool has done, for whoever."""
    text = installation.http("GET", installation.URL + "/metrics").body.decode()
    return sum(map(int, re.findall(r'^mf_requests_total{op="aws.s3.PutObject",.*} (\d+)$', text,
                                   re.M)))


def workers():
    with open(os.path.join(os.environ["TEST_DIR"], "var/run/pool.pid"), encoding="utf-8") as f:
        pool = f.read().strip()
    found = subprocess.run(["pgrep", "-P", pool], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def test_workers_are_killed(store, once, kept):
    """While parts are on their way."""
    bucket, _ = kept
    victims, outcome = workers(), []
    store.tell(part=2, slow=1.5)  # tried twice: time enough for us

    def put():
        try:
            once.put_object(Bucket=bucket, Key="killed", Body=os.urandom(LARGE))
            outcome.append("done")
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            outcome.append(error)

    sender = threading.Thread(target=put)
    sender.start()
    deadline = time.monotonic() + 30
    while store.happened() == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    sender.join()
    assert outcome != ["done"]
    assert store.uploads() == 1
    works_again(once, bucket)
    absent(once, bucket, "killed")


def test_made_up_records(store, once, kept, environment):
    """Their files wait for a store that is away, and the body of one who died goes."""
    wish = {"count": 2500, "seed": 5, "s3_bucket": kept[0]}
    store.tell(down=True)
    operation = later(environment, "medical_patients", "aws_s3", **wish)
    deadline = time.monotonic() + 30
    while ask("select count(*) from core.seeding where due_at is not null and reason is not null"
              ) == "0":
        assert time.monotonic() < deadline and look(environment, operation)["done"] == 0
        time.sleep(0.05)
    assert store.happened() > 0
    store.tell()
    assert follow(environment, operation)[1]["status"] == "succeeded"
    with jobs.resting("seed"):
        operation = later(environment, "medical_patients", "aws_s3", **wish)
        before = store.objects()
        assert run_seed(MF_SEED_FAULT="half", MF_SEED_THREADS="1") == -signal.SIGKILL
        assert store.objects() == before + 2 and look(environment, operation)["done"] == 1000
    assert follow(environment, operation)[1]["status"] == "succeeded"
    records = []
    for number in (1, 2, 3):
        got = once.get_object(Bucket=kept[0], Key=f"medical_patients-000{number}.json")
        records += json.loads(got["Body"].read())
    assert records == ok(environment, "medical_patients", count=2500, seed=5)["records"]


def test_everything_of_an_environment_goes(store, api):
    """An upload under way and its own bucket included."""
    before = store.objects()
    made = api.create("aws_s3", name="short-lived")
    s3 = make_client(made, "path")
    s3.create_bucket(Bucket="bucket")
    for size in (PLAIN, PLAIN, LARGE):
        s3.put_object(Bucket="bucket", Key=secrets.token_hex(4), Body=os.urandom(size))
    store.tell(part=2, status=500)
    with pytest.raises(botocore.exceptions.ClientError):
        s3.put_object(Bucket="bucket", Key="half", Body=os.urandom(LARGE))
    store.tell()
    assert store.objects() == before + 3 and store.uploads() > 0
    assert store.has_bucket(made.id)
    made.destroy()
    collect()
    assert store.objects() == before and store.uploads() == 0
    assert not store.has_bucket(made.id)


def test_many_at_once_while_it_comes_and_goes(store, once, kept, environment):
    bucket, _ = kept
    acknowledged, stop = {}, threading.Event()

    def put(number):
        s3 = make_client(environment, retries={"total_max_attempts": 1})
        i = 0
        while not stop.is_set():
            body = os.urandom(PLAIN)
            key = f"many-{number}-{i}"
            i += 1
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=body)
                acknowledged[key] = body
            except botocore.exceptions.ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503

    threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for fault in ({"status": 503}, {}, {"down": True}, {}, {"lie": True}, {}):
        store.tell(**fault)
        done, deadline = len(acknowledged), time.monotonic() + 30
        while store.happened() < 5 if fault else len(acknowledged) < done + 5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    for key, body in acknowledged.items():
        assert works_again(once, bucket, key) == body
