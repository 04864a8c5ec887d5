# tests/sdk/python/test_operator.py - accounts as whoever runs the installation handles them
import concurrent.futures

import botocore.exceptions
import pytest

import conftest
import installation
from test_accounts import AUTH, Visitor, admin, sign_up


def test_strangers_are_counted():
    """Lists that anybody may read cost statements, too: an address has so many a minute."""
    visitor = Visitor()
    statuses = set()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            statuses |= {answer.status for answer in pool.map(
                lambda _: visitor.call("GET", "/api/v1/tiers"), range(200))}
            if 429 in statuses:
                break
    assert statuses == {200, 429}
    assert Visitor().call("GET", "/api/v1/tiers").status == 200


def test_an_owner_sees_who_guesses():
    visitor, other = sign_up(), Visitor()
    other.refused(401, "wrong-credentials", "POST", AUTH + "/login",
                  {"email": visitor.email, "password": "guess guess"})
    event, = visitor.ok("GET", "/api/v1/audit?operation=LogIn")["events"]
    assert (event["outcome"], event["status"], event["address"]) == ("refused", 401, other.address)


def test_an_account_locked_out_and_let_in_again():
    """Its key and its environments' keys open nothing; its data is there afterwards."""
    account = admin("account", "create", "--name", "tenant")
    owner = Visitor(admin("key", "create", "--account", account, "--name", "k"))
    environment = owner.ok("POST", "/api/v1/environments", {"services": ["aws_s3"]})
    s3 = conftest.make_client(installation.Environment(None, environment))
    s3.create_bucket(Bucket="kept")
    assert admin("account", "disable", "--account", account) == "1 stopped"
    owner.refused(401, "unauthorized", "GET", "/api/v1/account")
    with pytest.raises(botocore.exceptions.ClientError):
        s3.list_buckets()
    admin("account", "enable", "--account", account)
    with pytest.raises(botocore.exceptions.ClientError):
        s3.list_buckets()
    owner.ok("POST", f"/api/v1/environments/{environment['id']}/start")
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["kept"]
    noted = owner.ok("GET", "/api/v1/audit?actor=mf-admin")["events"]
    assert [e["operation"] for e in noted] == ["EnableAccount", "DisableAccount", "CreateKey",
                                               "CreateAccount"]
    assert {e["address"] for e in noted} == {"local"}


def test_quotas_of_one_account():
    account = admin("account", "create", "--name", "narrow", "--tier", "professional")
    owner = Visitor(admin("key", "create", "--account", account, "--name", "k"))
    admin("account", "quota", "--account", account, "--environments", "0", "--storage", "5")
    quota = owner.ok("GET", "/api/v1/account")["quota"]
    assert (quota["environments"], quota["storage_bytes"]) == (0, 5)
    wish = ("POST", "/api/v1/environments", {"services": ["aws_s3"]})
    owner.refused(403, "quota-environments", *wish)
    admin("account", "quota", "--account", account, "--environments", "tier", "--storage", "tier")
    owner.ok(*wish)
