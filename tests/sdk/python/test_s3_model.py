# tests/sdk/python/test_s3_model.py - S3's model, member by member: what is known, what is argued
"""Whatever a newer botocore knows and we do not fails here until it is built, refused or argued."""
import glob
import os

import botocore.session
import pytest

from plans import ROOT
from test_neighbour import every_operation, operations

MODEL = botocore.session.get_session().get_service_model("s3")
BUILT = {name for name, built in every_operation("aws.s3") if built}

# Requests that say these are answered as if they did not, and why that is no lie.
UNHEARD = {
    "x-amz-bucket-object-lock-token": "S3 hands it out by support; locks need none here",
    "x-amz-confirm-remove-self-bucket-access": "the root of an account always can change policies",
    "x-amz-mfa": "says something only where MFA delete is on, which is refused",
    "x-amz-object-annotation-directive": "there are no annotations to copy",
    "x-amz-request-payer": "request payment is kept and charges nobody",
    "DataRedundancy": "inside Bucket, which is refused",
    "InvocationRole": "of the first form of notifications; refused as malformed",
}
# Answers never have these, because what they tell cannot be.
UNSAID = {
    "x-amz-archive-status": "INTELLIGENT_TIERING archives nothing here",
    "x-amz-bucket-location-name": "of directory buckets", "x-amz-bucket-location-type": "likewise",
    "x-amz-missing-meta": "of metadata that came by SOAP",
    "x-amz-object-size": "of directory buckets, which objects are appended to",
    "x-amz-replication-status": "nothing is replicated", "x-amz-request-charged": "see the payer",
    "x-amz-restore-output-path": "of queries of archives, which are refused",
}
# What begins so is refused, and so is a document with one of these.
REFUSED = ("ChecksumXXHASH", "EventHold", "DefaultEventHold")
REFUSED_WHOLE = ("SelectParameters", "OutputLocation")


def sources():
    files = glob.glob(os.path.join(ROOT, "fcgi", "**", "*.[ch]"), recursive=True)
    return "".join(open(file, encoding="utf-8").read() for file in files).lower()


@pytest.fixture(scope="module")
def known():
    text = sources()
    return lambda name: f'"{name.lower()}"' in text


def members(shape, seen=()):
    """(kind, wire name) of everything in a shape, however deep."""
    if shape.type_name == "list":
        yield from members(shape.member, seen)
    if shape.type_name != "structure" or shape.name in seen:
        return
    for name, member in shape.members.items():
        how = member.serialization
        if how.get("location") != "uri":
            payload = shape.serialization.get("payload") == name
            yield ("element" if how.get("location") is None else how["location"],
                   None if payload else how.get("name", name))
        if name not in REFUSED_WHOLE:
            yield from members(member, (*seen, shape.name))


def names(shape):
    found = set(members(shape)) if shape is not None else set()
    return {name for _, name in found if name and not name.startswith(REFUSED)}


def test_every_operation():
    ours = {name for name, _ in every_operation("aws.s3")}
    assert ours == set(MODEL.operation_names)


@pytest.mark.parametrize("name,method,target,_", operations("aws.s3"),
                         ids=[o[0] for o in operations("aws.s3")])
def test_request_line(name, method, target, _):
    """Method and path as the model has them, and at least its query."""
    http = MODEL.operation_model(name).http
    path, _, query = http["requestUri"].partition("?")
    assert method == http["method"] and target.partition("?")[0] == path
    assert set(query.split("&")) - {""} <= set(target.partition("?")[2].split("&"))


@pytest.mark.parametrize("name", sorted(BUILT))
def test_members(name, known):
    operation = MODEL.operation_model(name)
    heard = {n for n in names(operation.input_shape) if not known(n)}
    assert heard <= set(UNHEARD), "asked for, and neither built, refused nor argued"
    said = {n for n in names(operation.output_shape) if not known(n)}
    if name != "GetBucketReplication":  # answers that there is none
        assert said <= set(UNSAID) | set(UNHEARD), "never said"


def test_arguments_are_still_true(known):
    assert [n for n in (*UNHEARD, *UNSAID) if known(n)] == []
