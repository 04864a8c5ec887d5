# tests/sdk/python/test_concurrent.py - many clients at once: whole objects only, nothing lost
"""Also run against a pool built with ThreadSanitizer."""
import random
import threading

import botocore.exceptions
import pytest

from conftest import make_client

pytestmark = pytest.mark.concurrent
THREADS, ROUNDS = 8, 30
SIZES = (10, 1000, 70000, 300000)


def together(work):
    """work(number) in every thread; the first error of any is raised."""
    errors = []

    def run(number):
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def body(number, size):
    return (b"%08d" % number) * (size // 8)


def test_every_read_is_of_one_write(environment, bucket):
    def work(number):
        s3 = make_client(environment)
        chance = random.Random(number)
        for step in range(ROUNDS):
            key = f"k{chance.randrange(3)}"
            data = body(number * ROUNDS + step, chance.choice(SIZES))
            s3.put_object(Bucket=bucket, Key=key, Body=data)
            try:
                got = s3.get_object(Bucket=bucket, Key=f"k{chance.randrange(3)}")
                read = got["Body"].read()
                assert read == read[:8] * (len(read) // 8) and len(read) == got["ContentLength"]
                if chance.random() < 0.2:
                    s3.delete_object(Bucket=bucket, Key=key)
            except s3.exceptions.NoSuchKey:
                pass

    together(work)


def test_only_one_writes_first(environment, s3, bucket):
    won = []

    def work(number):
        mine = make_client(environment)
        for step in range(ROUNDS):
            try:
                mine.put_object(Bucket=bucket, Key=f"k{step}", Body=b"%d" % number, IfNoneMatch="*")
                won.append((step, number))
            except botocore.exceptions.ClientError as error:
                assert error.response["Error"]["Code"] in (
                    "PreconditionFailed", "ConditionalRequestConflict"), error

    together(work)
    assert sorted(step for step, _ in won) == list(range(ROUNDS))
    for step, number in won:
        assert s3.get_object(Bucket=bucket, Key=f"k{step}")["Body"].read() == b"%d" % number


def test_environments_come_change_and_go(api):
    """Each thread its own, all at once; what one process changes every other knows at once."""
    def work(number):
        for _ in range(3):
            environment = api.create("aws_s3", ports=True)
            s3 = make_client(environment)
            s3.create_bucket(Bucket="bucket")
            s3.put_object(Bucket="bucket", Key="k", Body=body(number, 100000))
            environment.post("stop")
            with pytest.raises(botocore.exceptions.ClientError):
                make_client(environment, retries={"max_attempts": 0}).list_buckets()
            environment.post("start")
            assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == body(number, 100000)
            environment.post("reset")
            assert s3.list_buckets()["Buckets"] == []
            environment.destroy()

    together(work)
