# tests/sdk/python/test_s3_journey.py - the same journey through every form of address
import secrets
import ssl

import pytest

import installation
import journey

pytestmark = pytest.mark.every_front


def test_journey(each_s3):
    context = ssl.create_default_context(cafile=installation.CA) if installation.CA else None
    journey.journey(each_s3, "journey-" + secrets.token_hex(4), context)
