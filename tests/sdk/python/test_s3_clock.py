# tests/sdk/python/test_s3_clock.py - what S3 says of times that others are still to see
from datetime import datetime, timezone

import pytest

from conftest import make_client

pytestmark = pytest.mark.every_front
NEW_YEAR = datetime(2061, 1, 1, tzinfo=timezone.utc)
SIZES = {"none": 0, "database": 1000, "file": 300_000}


@pytest.fixture(scope="module")
def s3(api):
    """Of an environment whose clock stands at the beginning of 2061."""
    made = api.create("aws_s3", name="a clock")
    api.ok("PUT", made.path + "/clock", {"freeze": NEW_YEAR.strftime("%Y-%m-%dT%H:%M:%SZ")})
    yield make_client(made)
    made.destroy()


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_last_modified(s3, size):
    s3.create_bucket(Bucket=f"b-{size}")
    at = {"Bucket": f"b-{size}", "Key": "k"}
    s3.put_object(Body=b"x" * size, **at)
    assert s3.head_object(**at)["LastModified"] == NEW_YEAR
    whole = s3.get_object(**at)
    assert whole["LastModified"] == NEW_YEAR and whole["Body"].read() == b"x" * size
    assert s3.list_objects_v2(Bucket=at["Bucket"])["Contents"][0]["LastModified"] == NEW_YEAR
    if size > 0:
        assert s3.get_object(Range="bytes=1-7", **at)["LastModified"] == NEW_YEAR
