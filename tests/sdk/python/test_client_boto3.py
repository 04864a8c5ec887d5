# tests/sdk/python/test_client_boto3.py - boto3 of today and of 2022, over HTTPS
import os
import sys

import pytest

from conftest import missing
from shell import cloud, shell  # noqa: F401 (fixtures)

pytestmark = pytest.mark.clients

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boto3_program.py")


@pytest.mark.parametrize("python,version", [(sys.executable, "1.4"), ("/usr/bin/python3", "1.26.")],
                         ids=["now", "2022"])
def test_boto3(shell, python, version):
    if version == "1.26." and not os.path.isdir("/usr/lib/python3/dist-packages/boto3"):
        missing("python3-boto3")
    said = shell.run(python, PROGRAM, shell.address, shell.bucket("boto3"))
    assert said.startswith(version), said
