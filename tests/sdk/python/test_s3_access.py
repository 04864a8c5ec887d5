# tests/sdk/python/test_s3_access.py - ACLs, ownership, public access blocks; accounts and nobody
import secrets
import urllib.error
import urllib.request

import botocore
import botocore.config
import boto3
import pytest

import installation
from conftest import make_client

ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
NOTHING_SHUT = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False}


@pytest.fixture(scope="module")
def world(api):
    """An environment with two accounts, which nobody else uses."""
    made = api.create("aws_s3", ports=True, accounts=[
        {"account_id": "111111111111", "display_name": "owner", "email": "owner@example.com"},
        {"account_id": "222222222222", "display_name": "other", "email": "other@example.com"}])
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def accounts(world):
    return world.made["credentials"]["aws"]["accounts"]


@pytest.fixture(scope="module")
def owner(world, accounts):
    return make_client(world, keys=accounts[0])


@pytest.fixture(scope="module")
def other(world, accounts):
    return make_client(world, keys=accounts[1])


@pytest.fixture(scope="module")
def nobody(world):
    return boto3.client("s3", endpoint_url=world.endpoint("port"), region_name="us-east-1",
                        config=botocore.config.Config(signature_version=botocore.UNSIGNED))


def new_bucket(owner, ownership=None, shut=True, **more):
    name = "a-" + secrets.token_hex(6)
    if ownership:
        more["ObjectOwnership"] = ownership
    owner.create_bucket(Bucket=name, **more)
    if not shut:
        owner.delete_public_access_block(Bucket=name)
    return name


@pytest.fixture
def shared(owner):
    """A bucket where lists count, and nothing is shut."""
    return new_bucket(owner, "ObjectWriter", shut=False)


def grants(answer):
    return sorted((g["Grantee"].get("URI") or g["Grantee"]["ID"], g["Permission"])
                  for g in answer["Grants"])


def me(client):
    return client.list_buckets()["Owner"]["ID"]


def test_defaults_of_a_new_bucket(owner, refused):
    name = new_bucket(owner)
    assert owner.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == \
        {key: True for key in NOTHING_SHUT}
    assert owner.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"] == \
        {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert grants(owner.get_bucket_acl(Bucket=name)) == [(me(owner), "FULL_CONTROL")]
    with refused("NoSuchBucketPolicy", 404):
        owner.get_bucket_policy(Bucket=name)
    with refused("NoSuchBucketPolicy", 404):
        owner.get_bucket_policy_status(Bucket=name)
    with refused("AccessControlListNotSupported", 400):
        owner.put_bucket_acl(Bucket=name, ACL="private")
    with refused("AccessControlListNotSupported", 400):
        owner.put_object(Bucket=name, Key="k", ACL="public-read")
    owner.put_object(Bucket=name, Key="k", ACL="bucket-owner-full-control")
    owner.put_object_acl(Bucket=name, Key="k", ACL="bucket-owner-full-control")
    assert grants(owner.get_object_acl(Bucket=name, Key="k")) == [(me(owner), "FULL_CONTROL")]
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        owner.create_bucket(Bucket=name + "x", ACL="public-read")
    with refused("AccessDenied", 403):
        owner.create_bucket(Bucket=name + "x", ACL="public-read", ObjectOwnership="ObjectWriter")
    with refused("InvalidArgument", 400):
        owner.create_bucket(Bucket=name + "x", ObjectOwnership="Somebody")


PRIVATE = [("get_object", {"Key": "k"}), ("head_object", {"Key": "k"}), ("list_objects_v2", {}),
           ("put_object", {"Key": "n"}), ("delete_object", {"Key": "k"}), ("head_bucket", {}),
           ("get_bucket_acl", {}), ("get_object_acl", {"Key": "k"}), ("delete_bucket", {}),
           ("get_bucket_location", {}), ("list_object_versions", {}),
           ("list_multipart_uploads", {}), ("create_multipart_upload", {"Key": "n"}),
           ("get_bucket_policy", {}), ("get_public_access_block", {}),
           ("delete_public_access_block", {}), ("delete_bucket_ownership_controls", {}),
           ("put_object_acl", {"Key": "k", "ACL": "private"})]


@pytest.mark.parametrize("call,more", PRIVATE, ids=[call for call, _ in PRIVATE])
def test_a_private_bucket(owner, other, nobody, call, more):
    name = new_bucket(owner, "ObjectWriter", shut=False)
    owner.put_object(Bucket=name, Key="k", Body=b"x")
    for client in (other, nobody):
        with pytest.raises(botocore.exceptions.ClientError) as e:
            getattr(client, call)(Bucket=name, **more)
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        assert e.value.response["Error"]["Code"] in ("AccessDenied", "403")
    assert owner.get_object(Bucket=name, Key="k")["Body"].read() == b"x"


def test_nobody_learns_of_environments(world, nobody, refused):
    """An address nobody has says what one says where there is no such bucket."""
    taken = world.endpoint("path")
    free = taken.replace(world.id, "env-zzzzzzzzzz")
    assert free != taken
    answers = []
    for url in (taken, free):
        found = []
        for method, path in (("GET", "/no-such-bucket"), ("GET", "/no-such-bucket/key"),
                             ("GET", "/no-such-bucket?session"), ("GET", "/"), ("DELETE", "/"),
                             ("OPTIONS", "/no-such-bucket/key")):
            request = urllib.request.Request(url + path, method=method, headers={
                "Origin": "http://x", "Access-Control-Request-Method": "GET"})
            with pytest.raises(urllib.error.HTTPError) as e:
                urllib.request.urlopen(request)
            body = e.value.read().decode()
            found.append((e.value.code, body.split("<RequestId>")[0], sorted(e.value.headers)))
        answers.append(found)
    assert answers[0] == answers[1]
    assert [status for status, *_ in answers[0]] == [404, 404, 404, 403, 403, 403]
    with refused("AccessDenied", 403):
        nobody.list_buckets()
    with refused("AccessDenied", 403):
        nobody.create_bucket(Bucket="t-" + secrets.token_hex(6))


def test_public_read_of_an_object(owner, other, nobody, shared, refused):
    owner.put_object(Bucket=shared, Key="open", Body=b"x", ACL="public-read")
    owner.put_object(Bucket=shared, Key="shut", Body=b"x")
    for client in (other, nobody):
        assert client.get_object(Bucket=shared, Key="open")["Body"].read() == b"x"
        assert client.head_object(Bucket=shared, Key="open")["ContentLength"] == 1
        if client is nobody:  # what floci-io/floci 1098 measured
            with refused("InvalidRequest", 400) as r:
                client.get_object(Bucket=shared, Key="open", ResponseCacheControl="no-cache")
            assert r.response["Error"]["Message"] == "Request specific response headers cannot " \
                "be used for anonymous GET requests."
        with refused("AccessDenied", 403):
            client.get_object(Bucket=shared, Key="shut")
        with refused("AccessDenied", 403):
            client.get_object(Bucket=shared, Key="missing")
        with refused("AccessDenied", 403):
            client.get_object_acl(Bucket=shared, Key="open")
    assert grants(owner.get_object_acl(Bucket=shared, Key="open")) == \
        sorted([(me(owner), "FULL_CONTROL"), (ALL, "READ")])
    owner.put_object_acl(Bucket=shared, Key="open", ACL="authenticated-read")
    other.get_object(Bucket=shared, Key="open")
    with refused("AccessDenied", 403):
        nobody.get_object(Bucket=shared, Key="open")


def test_public_bucket(owner, other, nobody, shared, refused):
    owner.put_bucket_acl(Bucket=shared, ACL="public-read")
    assert nobody.list_objects_v2(Bucket=shared)["KeyCount"] == 0
    nobody.head_bucket(Bucket=shared)
    with refused("NoSuchKey", 404):
        nobody.get_object(Bucket=shared, Key="missing")
    with refused("AccessDenied", 403):
        nobody.put_object(Bucket=shared, Key="k", Body=b"x")
    owner.put_bucket_acl(Bucket=shared, ACL="public-read-write")
    nobody.put_object(Bucket=shared, Key="k", Body=b"x")
    other.put_object(Bucket=shared, Key="o", Body=b"x")
    # Whoever wrote it owns it; not even the bucket's owner reads it.
    with refused("AccessDenied", 403):
        owner.get_object(Bucket=shared, Key="o")
    with refused("AccessDenied", 403):
        owner.get_object(Bucket=shared, Key="k")
    assert other.get_object(Bucket=shared, Key="o")["Body"].read() == b"x"
    other.put_object_acl(Bucket=shared, Key="o", ACL="bucket-owner-full-control")
    assert owner.get_object(Bucket=shared, Key="o")["Body"].read() == b"x"
    found = {o["Key"]: o["Owner"]["ID"] for o in owner.list_objects(Bucket=shared)["Contents"]}
    assert found == {"o": me(other), "k": "65a011a29cdf8ec533ec3d1ccaae921c"}
    owner.put_bucket_ownership_controls(Bucket=new_bucket(owner), OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        owner.put_bucket_ownership_controls(Bucket=shared, OwnershipControls={
            "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    owner.put_bucket_acl(Bucket=shared, ACL="private")
    owner.put_bucket_ownership_controls(Bucket=shared, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    assert owner.get_object(Bucket=shared, Key="k")["Body"].read() == b"x"
    with refused("AccessDenied", 403):
        other.get_object(Bucket=shared, Key="o")


def test_preferred_ownership(owner, other, refused):
    name = new_bucket(owner, "BucketOwnerPreferred", shut=False)
    owner.put_bucket_acl(Bucket=name, GrantWrite=f'id="{me(other)}"')
    other.put_object(Bucket=name, Key="theirs", Body=b"x")
    other.put_object(Bucket=name, Key="ours", Body=b"x", ACL="bucket-owner-full-control")
    assert owner.get_object(Bucket=name, Key="ours")["Body"].read() == b"x"
    assert owner.get_object_acl(Bucket=name, Key="ours")["Owner"]["ID"] == me(owner)
    with refused("AccessDenied", 403):
        owner.get_object(Bucket=name, Key="theirs")
    with refused("AccessDenied", 403):
        other.get_object(Bucket=name, Key="ours")


@pytest.mark.parametrize("permission,allowed", [
    ("READ", {"list_objects_v2"}), ("WRITE", {"put_object"}), ("READ_ACP", {"get_bucket_acl"}),
    ("WRITE_ACP", {"put_bucket_acl"}),
    ("FULL_CONTROL", {"list_objects_v2", "put_object", "get_bucket_acl", "put_bucket_acl"})])
def test_grants_of_a_bucket(owner, other, shared, permission, allowed):
    acl = owner.get_bucket_acl(Bucket=shared)
    policy = {"Owner": acl["Owner"], "Grants": acl["Grants"] + [
        {"Grantee": {"Type": "CanonicalUser", "ID": me(other)}, "Permission": permission}]}
    owner.put_bucket_acl(Bucket=shared, AccessControlPolicy=policy)
    calls = {"list_objects_v2": {}, "put_object": {"Key": "k"}, "get_bucket_acl": {},
             "put_bucket_acl": {"AccessControlPolicy": policy}}
    for call, more in calls.items():
        if call in allowed:
            getattr(other, call)(Bucket=shared, **more)
            continue
        with pytest.raises(botocore.exceptions.ClientError) as e:
            getattr(other, call)(Bucket=shared, **more)
        assert e.value.response["Error"]["Code"] == "AccessDenied", call


def test_grants_that_are_none(owner, shared, refused):
    who = owner.get_bucket_acl(Bucket=shared)["Owner"]

    def policy(grantee, permission="READ", by=who):
        return {"Owner": by, "Grants": [{"Grantee": grantee, "Permission": permission}]}

    for code, more in [
            ("InvalidArgument", {"ACL": "fake"}),
            ("InvalidArgument", {"GrantRead": 'id="wrong"'}),
            ("InvalidArgument", {"GrantRead": 'uri="http://acs.amazonaws.com/groups/s3/Fake"'}),
            ("InvalidArgument", {"GrantRead": 'who="1"'}),
            ("InvalidRequest", {"ACL": "private", "GrantRead": f'id="{who["ID"]}"'}),
            ("InvalidArgument", {"AccessControlPolicy": policy(
                {"Type": "CanonicalUser", "ID": "wrong"})}),
            ("MalformedACLError", {"AccessControlPolicy": policy(
                {"Type": "Group", "URI": ALL}, "EVERYTHING")}),
            ("MalformedACLError", {"AccessControlPolicy": policy({"Type": "Bad", "URI": ALL})}),
            ("MalformedACLError", {"AccessControlPolicy": {}}),
            ("UnexpectedContent", {"ACL": "private", "AccessControlPolicy": policy(
                {"Type": "Group", "URI": ALL})}),
            ("MissingSecurityHeader", {})]:
        with refused(code, 400):
            owner.put_bucket_acl(Bucket=shared, **more)
    # S3's model: no more since October 2025, whoever it is.
    known = {"Type": "AmazonCustomerByEmail", "EmailAddress": "other@example.com"}
    for more in ({"GrantRead": 'emailAddress="other@example.com"'},
                 {"AccessControlPolicy": policy(known)}):
        with refused("MethodNotAllowed", 405):
            owner.put_bucket_acl(Bucket=shared, **more)
    with refused("MethodNotAllowed", 405):
        owner.put_bucket_logging(Bucket=shared, BucketLoggingStatus={"LoggingEnabled": {
            "TargetBucket": shared, "TargetPrefix": "", "TargetGrants": [
                {"Grantee": known, "Permission": "READ"}]}})
    assert grants(owner.get_bucket_acl(Bucket=shared)) == [(who["ID"], "FULL_CONTROL")]


def test_lists_of_copies_and_uploads(owner, nobody, shared, refused):
    owner.put_object(Bucket=shared, Key="k", Body=b"x", ACL="public-read")
    owner.copy_object(Bucket=shared, Key="copy", CopySource=f"{shared}/k")
    with refused("AccessDenied", 403):
        nobody.get_object(Bucket=shared, Key="copy")
    owner.copy_object(Bucket=shared, Key="copy", CopySource=f"{shared}/k", ACL="public-read")
    assert nobody.get_object(Bucket=shared, Key="copy")["Body"].read() == b"x"
    upload = owner.create_multipart_upload(Bucket=shared, Key="parts",
                                           ACL="public-read")["UploadId"]
    part = owner.upload_part(Bucket=shared, Key="parts", UploadId=upload, PartNumber=1, Body=b"p")
    owner.complete_multipart_upload(
        Bucket=shared, Key="parts", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert nobody.get_object(Bucket=shared, Key="parts")["Body"].read() == b"p"
    owner.put_object(Bucket=shared, Key="copy", Body=b"again")
    with refused("AccessDenied", 403):
        nobody.get_object(Bucket=shared, Key="copy")


def test_public_access_block(owner, other, nobody, shared, refused):
    owner.put_bucket_acl(Bucket=shared, ACL="public-read")
    owner.put_object(Bucket=shared, Key="k", Body=b"x", ACL="public-read")

    def shut(**what):
        owner.put_public_access_block(Bucket=shared,
                                      PublicAccessBlockConfiguration={**NOTHING_SHUT, **what})
        found = owner.get_public_access_block(Bucket=shared)
        assert found["PublicAccessBlockConfiguration"] == {**NOTHING_SHUT, **what}

    shut(BlockPublicAcls=True)
    nobody.get_object(Bucket=shared, Key="k")
    for acl in ("public-read", "public-read-write", "authenticated-read"):
        with refused("AccessDenied", 403):
            owner.put_object(Bucket=shared, Key="n", ACL=acl)
        with refused("AccessDenied", 403):
            owner.put_object_acl(Bucket=shared, Key="k", ACL=acl)
        with refused("AccessDenied", 403):
            owner.put_bucket_acl(Bucket=shared, ACL=acl)
    shut(IgnorePublicAcls=True)
    for client in (nobody, other):
        with refused("AccessDenied", 403):
            client.get_object(Bucket=shared, Key="k")
        with refused("AccessDenied", 403):
            client.list_objects_v2(Bucket=shared)
    owner.delete_public_access_block(Bucket=shared)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        owner.get_public_access_block(Bucket=shared)
    nobody.get_object(Bucket=shared, Key="k")


def test_ownership_controls(owner, refused):
    name = new_bucket(owner)
    for rules in ([], [{"ObjectOwnership": "Random"}], [{"ObjectOwnership": "ObjectWriter"}] * 2):
        with refused("MalformedXML", 400):
            owner.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": rules})
    for rule in ("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"):
        owner.put_bucket_ownership_controls(
            Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": rule}]})
        found = owner.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
        assert found == {"Rules": [{"ObjectOwnership": rule}]}
    owner.delete_bucket_ownership_controls(Bucket=name)
    owner.delete_bucket_ownership_controls(Bucket=name)
    with refused("OwnershipControlsNotFoundError", 404):
        owner.get_bucket_ownership_controls(Bucket=name)


def test_expected_owner(owner, other, accounts, refused):
    name = new_bucket(owner)
    owner.list_objects_v2(Bucket=name, ExpectedBucketOwner=accounts[0]["account_id"])
    with refused("AccessDenied", 403):
        owner.list_objects_v2(Bucket=name, ExpectedBucketOwner=accounts[1]["account_id"])
    with refused("AccessDenied", 403):
        other.list_objects_v2(Bucket=name, ExpectedBucketOwner=accounts[0]["account_id"])


def test_another_bucket_of_that_name(owner, other, nobody, shared, refused):
    """Nothing is remembered of a bucket that went."""
    owner.put_bucket_acl(Bucket=shared, ACL="public-read-write")
    nobody.list_objects_v2(Bucket=shared)
    owner.delete_bucket(Bucket=shared)
    with refused("NoSuchBucket", 404):
        nobody.list_objects_v2(Bucket=shared)
    other.create_bucket(Bucket=shared)
    for client in (nobody, owner):
        with refused("AccessDenied", 403):
            client.list_objects_v2(Bucket=shared)
    other.put_object(Bucket=shared, Key="k", Body=b"x")
    other.delete_object(Bucket=shared, Key="k")
    other.delete_bucket(Bucket=shared)
    owner.create_bucket(Bucket=shared)
    owner.put_object(Bucket=shared, Key="k", Body=b"x")
    with refused("AccessDenied", 403):
        other.get_object(Bucket=shared, Key="k")


def test_a_public_bucket_is_public_in_its_environment_only(neighbour, owner, shared, refused):
    """The neighbour's keys open nothing here; nor is it there under their address."""
    owner.put_bucket_acl(Bucket=shared, ACL="public-read-write")
    with refused("NoSuchBucket", 404):
        make_client(neighbour).put_object(Bucket=shared, Key="k", Body=b"x")
    with refused("InvalidAccessKeyId", 403):
        boto3.client("s3", endpoint_url=owner.meta.endpoint_url, region_name="us-east-1",
                     aws_access_key_id=neighbour.aws["access_key_id"],
                     aws_secret_access_key=neighbour.aws["secret_access_key"]
                     ).put_object(Bucket=shared, Key="k", Body=b"x")
    assert installation.URL  # the same installation
