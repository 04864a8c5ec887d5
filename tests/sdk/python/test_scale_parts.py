# tests/sdk/python/test_scale_parts.py - an object of very many parts
import concurrent.futures
import os
import threading
import time

import pytest

import scale
import workers
from conftest import make_client

pytestmark = pytest.mark.scale
PARTS = min(10000, scale.KEYS // 100)
PART = 5 << 20
GROWTH = 64 << 20


@pytest.fixture(scope="module")
def home(api):
    made = scale.Home(api, "parts")
    made.s3.create_bucket(Bucket="parts")
    yield made
    made.environment.destroy()


def copy_parts(home, upload):
    """All of them copies of one object, by eight at once, the last ones first."""
    clients = threading.local()

    def one(number):
        if not hasattr(clients, "s3"):
            clients.s3 = make_client(home.environment, "path")
        got = clients.s3.upload_part_copy(
            Bucket="parts", Key="k", UploadId=upload, PartNumber=number,
            CopySource={"Bucket": "parts", "Key": "source"})
        return {"PartNumber": number, "ETag": got["CopyPartResult"]["ETag"]}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(PARTS, 0, -1)))[::-1]


def check_listed(s3, upload):
    found = [p["PartNumber"] for page in s3.get_paginator("list_parts").paginate(
        Bucket="parts", Key="k", UploadId=upload) for p in page["Parts"]]
    assert found == list(range(1, PARTS + 1))


def check_read(s3, body, total):
    """Ranges across borders, single parts, the ends."""
    thrice = body * 3
    for at in (0, PART - 3, PARTS // 2 * PART + 17, total - 2 * PART + 5):
        some = s3.get_object(Bucket="parts", Key="k", Range=f"bytes={at}-{at + PART + 9}")
        want = thrice[at % PART:][:min(PART + 10, total - at)]
        assert some["Body"].read() == want
    for number in (1, PARTS // 2, PARTS):
        part = s3.get_object(Bucket="parts", Key="k", PartNumber=number)
        assert part["Body"].read() == body and part["PartsCount"] == PARTS
    got = s3.get_object(Bucket="parts", Key="k", Range=f"bytes=0-{40 * PART - 1}")["Body"]
    for _ in range(40):
        assert got.read(PART) == body
    whole = s3.get_object(Bucket="parts", Key="k")  # by a client that soon hangs up
    assert whole["ContentLength"] == total and whole["Body"].read(PART) == body
    whole["Body"].close()


def test_an_object_of_many_parts(home):
    s3, body, memory = home.s3, os.urandom(PART), workers.Memory()
    s3.put_object(Bucket="parts", Key="source", Body=body)
    upload = s3.create_multipart_upload(Bucket="parts", Key="k")["UploadId"]
    began = time.monotonic()
    parts = copy_parts(home, upload)
    copied = time.monotonic() - began
    check_listed(s3, upload)
    s3.complete_multipart_upload(Bucket="parts", Key="k", UploadId=upload,
                                 MultipartUpload={"Parts": parts})
    total = PARTS * PART
    head = s3.head_object(Bucket="parts", Key="k")
    assert head["ContentLength"] == total and head["ETag"].endswith(f'-{PARTS}"')
    check_read(s3, body, total)
    attributes = s3.get_object_attributes(Bucket="parts", Key="k", ObjectAttributes=["ObjectParts"])
    assert attributes["ObjectParts"]["TotalPartsCount"] == PARTS
    print(f"{PARTS} parts, {total / (1 << 30):.1f} GiB, copied in {copied:.1f} s; "
          f"a worker grew by {memory.grown() / (1 << 20):.1f} MiB at most")
    assert memory.grown() < GROWTH
    scale.ask("vacuum blob.part")  # as autovacuum does after a while
    for what, span in (("a range of 1 KiB", (total // 2, total // 2 + 1024, None)),
                       ("a part", (0, 0, PARTS // 2))):
        cost = home.cost("blob_pieces", upload, *span)
        print(f"{what}: {cost}")
        assert cost.rows == 1 and cost.pages < PARTS // 40 + 30
    s3.delete_object(Bucket="parts", Key="k")
