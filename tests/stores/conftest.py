# tests/stores/conftest.py - the fixtures of tests/sdk/python, and the store's faults
import importlib.util
import json
import os
import sys
import time

import boto3
import pytest

SDK = os.path.join(os.path.dirname(__file__), "..", "sdk", "python")
sys.path.insert(0, SDK)
found = importlib.util.spec_from_file_location("sdk_conftest", os.path.join(SDK, "conftest.py"))
sdk_conftest = importlib.util.module_from_spec(found)
found.loader.exec_module(sdk_conftest)
globals().update({name: value for name, value in vars(sdk_conftest).items()
                  if not name.startswith("__")})

import database  # noqa: E402
import installation  # noqa: E402

KIND = os.environ.get("TEST_STORE_KIND", "")
BEHIND = json.loads(os.environ.get("TEST_STORE_BEHIND") or "{}")
URL = os.environ.get("TEST_STORE_URL", "")
LEFT_ALONE = 1.1


def s3_behind():
    """The store itself, past the proxy."""
    return boto3.client("s3", endpoint_url=BEHIND["endpoint"], region_name="us-east-1",
                        aws_access_key_id=BEHIND["key"], aws_secret_access_key=BEHIND["secret"])


class Store:
    def tell(self, **fault):
        answer = installation.http("POST", URL + "/_faults", json.dumps(fault).encode())
        assert answer.status == 200

    def happened(self):
        return installation.http("GET", URL + "/_faults").json["happened"]

    def settle(self):
        """Until all requests are over, those too whose senders gave them up."""
        deadline = time.monotonic() + 60
        while installation.http("GET", URL + "/_faults").json["under_way"] > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def wait_until_asked(self):
        """A process that got no answer five times leaves the store alone for a second, and says so
        (shared/client/http.h): a fault told meanwhile may find nobody who runs into it."""
        with open(os.path.join(os.environ["TEST_DIR"], "var/log/pool.log"), encoding="utf-8") as f:
            said = [line for line in f if "event=store " in line]
        left_alone = sum("does not answer" in line for line in said)
        if left_alone > sum("answers again" in line for line in said):
            time.sleep(LEFT_ALONE)

    def objects(self):
        """How many bodies there are."""
        if KIND == "oci":
            return sum(len(names) for names in self.state()["buckets"].values())
        return sum(page.get("KeyCount", 0) for page in
                   s3_behind().get_paginator("list_objects_v2").paginate(Bucket=BEHIND["bucket"]))

    def uploads(self):
        if KIND == "oci":
            return len(self.state()["uploads"])
        return len(s3_behind().list_multipart_uploads(Bucket=BEHIND["bucket"]).get("Uploads", []))

    def has_bucket(self, environment):
        """Whether anything speaks of the environment; only oci has buckets of theirs."""
        if KIND == "oci":
            return f"mockfactory-{environment}-s3" in self.state()["buckets"]
        number = database.ask("select id from core.environment where public_id = "
                              f"'{environment}'")
        return s3_behind().list_objects_v2(
            Bucket=BEHIND["bucket"], Prefix=f"of-one/{number}/")["KeyCount"] > 0

    def state(self):
        return installation.http("GET", URL + "/_state").json


@pytest.fixture
def store():
    """What can be told to fail; afterwards it works again."""
    told = Store()
    yield told
    told.tell()
