# tests/public/ceph_plugin.py - a pytest plugin: what ceph/s3-tests takes for granted of its service
"""The suite is of a time, and of a service, where some things are otherwise than on AWS today:

Buckets are made as before April 2023: with lists (ObjectWriter) and without public access blocked.
Whoever makes one on AWS for such tests says so; here it is said for the suite.

Owners and grantees have display names, which S3 has not given since November 2025. They are filled
in from the suite's own configuration.

Grants to groups come first in a list; check_grants() sorts by names and falls over when the first
has none.  The order of grants means nothing.

The suite cleans up with BypassGovernanceRetention, which S3 refuses where there are no locks. It
is left out there.

Lifecycle rules move small objects from their first day on.  S3 does that for the archives' classes,
when it is told not to mind sizes; it is told so here.  (Named in the configuration, classes also
multiply hundreds of other cases, which want to read what is archived.)

Days of a lifecycle are intervals to sleep through.  They are real days here (ceph_conf.py), and
sleeping moves the environment's clock, which stands right again after the case.

Before and after each case the suite makes a dozen clients to empty buckets, which takes longer than
most cases: those of its package are kept.  The cases have their own.
"""
import configparser
import functools
import os
import sys
import time

import boto3
import botocore.exceptions
import pytest

import installation
import jobs

DAY = 86400
CLASSES = ["STANDARD", "GLACIER", "DEEP_ARCHIVE"]
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


def without_bypass(client):
    def before(params, **_):
        try:
            client.get_object_lock_configuration(Bucket=params["Bucket"])
        except botocore.exceptions.ClientError:
            params.pop("BypassGovernanceRetention", None)
    return before


def nothing_blocked(client):
    def after(http_response, context, **_):
        made = context["made"]
        if http_response.status_code == 200:
            client.delete_public_access_block(Bucket=made["Bucket"])
            if "ACL" in made:
                client.put_bucket_acl(**made)
    return after


def any_size(params, **_):
    params.setdefault("TransitionDefaultMinimumObjectSize", "varies_by_storage_class")


@functools.cache
def display_names():
    conf = configparser.RawConfigParser()
    conf.read(os.environ["S3TEST_CONF"])
    return {conf[section]["user_id"]: conf[section]["display_name"]
            for section in conf.sections() if "user_id" in conf[section]}


def with_names(parsed, **_):
    """Wherever somebody is told: an Owner, a Grantee."""
    found = [parsed]
    while found:
        one = found.pop()
        if isinstance(one, list):
            found += one
        elif isinstance(one, dict):
            found += one.values()
            if one.get("ID") in display_names():
                one.setdefault("DisplayName", display_names()[one["ID"]])


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
            events.register("before-parameter-build.s3.DeleteObjects", without_bypass(client))
            events.register("after-call.s3", with_names)
            events.register("before-parameter-build.s3.PutBucketLifecycleConfiguration", any_size)
            for kind in ("Bucket", "Object"):
                events.register(f"after-call.s3.Get{kind}Acl", groups_first)
        return made
    return wrapped


def pytest_configure():
    time.sleep = sleep
    boto3.client = taught(boto3.client)
    boto3.resource = taught(boto3.resource)


def without_iam():
    raise NotImplementedError("roles are not made")


def pytest_collection_finish():
    package = sys.modules["s3tests.functional"]
    for name in ("get_client", "get_alt_client", "get_tenant_client"):
        setattr(package, name, functools.cache(getattr(package, name)))
    package.get_iam_client = without_iam
    sys.modules["s3tests.functional.test_s3"].configured_storage_classes = lambda: CLASSES
