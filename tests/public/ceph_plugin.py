# tests/public/ceph_plugin.py - a pytest plugin: what ceph/s3-tests takes for granted of its service
"""The suite is of a time, and of a service, where three things are otherwise than on AWS today:

Buckets are made as before April 2023: with lists (ObjectWriter) and without public access blocked.
Whoever makes one on AWS for such tests says so; here it is said for the suite.

Grants to groups come first in a list; check_grants() sorts by names and falls over when the first
has none.  The order of grants means nothing.

Days of a lifecycle are intervals to sleep through.  They are real days here
(ceph_conf.py), and sleeping moves the environment's clock, which stands right again after the case.
"""
import os
import time

import boto3
import pytest

import installation
import jobs

DAY = 86400
# What a bucket that blocks public access is not made with.
PUBLIC = ("public-read", "public-read-write", "authenticated-read")
really_sleep = time.sleep
moved = False


class Place:
    """The environment under test, as far as jobs.py asks."""

    def __init__(self):
        self.api = installation.Api()
        with open(os.environ["PUBLIC_ENVIRONMENT"], encoding="utf-8") as file:
            self.id = file.read()
        self.path = f"/api/v1/environments/{self.id}"


def sleep(seconds):
    global moved
    if seconds < DAY:
        really_sleep(seconds)
        return
    moved = True
    jobs.days_pass(Place(), round(seconds / DAY))


@pytest.fixture(autouse=True)
def clock():
    global moved
    yield
    if moved:
        place = Place()
        place.api.ok("PUT", place.path + "/clock", {"offset": 0})
        moved = False


def with_lists(params, context, **_):
    params.setdefault("ObjectOwnership", "ObjectWriter")
    context["made"] = {"Bucket": params.get("Bucket")}
    if params.get("ACL") in PUBLIC:
        context["made"]["ACL"] = params.pop("ACL")


def nothing_blocked(client):
    def after(http_response, context, **_):
        made = context["made"]
        if http_response.status_code == 200:
            client.delete_public_access_block(Bucket=made["Bucket"])
            if "ACL" in made:
                client.put_bucket_acl(**made)
    return after


def groups_first(parsed, **_):
    if "Grants" in parsed:
        parsed["Grants"].sort(key=lambda grant: grant["Grantee"]["Type"] != "Group")


def taught(make):
    def wrapped(*args, **kwargs):
        made = make(*args, **kwargs)
        client = made.meta.client if hasattr(made.meta, "client") else made
        if client.meta.service_model.service_name == "s3":
            events = client.meta.events
            events.register("before-parameter-build.s3.CreateBucket", with_lists)
            events.register("after-call.s3.CreateBucket", nothing_blocked(client))
            for kind in ("Bucket", "Object"):
                events.register(f"after-call.s3.Get{kind}Acl", groups_first)
        return made
    return wrapped


def pytest_configure():
    time.sleep = sleep
    boto3.client = taught(boto3.client)
    boto3.resource = taught(boto3.resource)
