# tests/public/moto_plugin.py - a pytest plugin: what moto's tests ask of services not built here
"""Their fixture account_id asks STS who they are; here the environment has said so."""
import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    if fixturedef.argname != "account_id":
        return None
    account = os.environ["PUBLIC_ACCOUNT"]
    fixturedef.cached_result = (account, fixturedef.cache_key(request), None)
    return account
