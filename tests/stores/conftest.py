# tests/stores/conftest.py - the fixtures of tests/sdk/python, and the store's faults
import importlib.util
import json
import os
import sys

import pytest

SDK = os.path.join(os.path.dirname(__file__), "..", "sdk", "python")
sys.path.insert(0, SDK)
found = importlib.util.spec_from_file_location("sdk_conftest", os.path.join(SDK, "conftest.py"))
sdk_conftest = importlib.util.module_from_spec(found)
found.loader.exec_module(sdk_conftest)
globals().update({name: value for name, value in vars(sdk_conftest).items()
                  if not name.startswith("__")})

import installation  # noqa: E402

URL = os.environ.get("TEST_STORE_URL", "")


class Store:
    def tell(self, **fault):
        answer = installation.http("POST", URL + "/_faults", json.dumps(fault).encode())
        assert answer.status == 200

    def happened(self):
        return installation.http("GET", URL + "/_faults").json["happened"]

    def state(self):
        return installation.http("GET", URL + "/_state").json


@pytest.fixture
def store():
    """What can be told to fail; afterwards it works again."""
    told = Store()
    yield told
    told.tell()
