# tests/sdk/python/test_s3_policy.py - bucket policies: kept, refused, enforced
import json
import secrets

import botocore
import botocore.config
import boto3
import pytest

from conftest import make_client

ACCOUNTS = ("111111111111", "222222222222", "333333333333")


@pytest.fixture(scope="module")
def world(api):
    made = api.create("aws_s3", ports=True, accounts=[{"account_id": a} for a in ACCOUNTS])
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def clients(world):
    """The owner, two others, and nobody."""
    unsigned = botocore.config.Config(signature_version=botocore.UNSIGNED)
    return [make_client(world, keys=a) for a in world.made["credentials"]["aws"]["accounts"]] + [
        boto3.client("s3", endpoint_url=world.endpoint("port"), region_name="us-east-1",
                     config=unsigned)]


@pytest.fixture
def name(clients):
    """A bucket of the owner's that policies may open, with three objects."""
    made = "p-" + secrets.token_hex(6)
    clients[0].create_bucket(Bucket=made)
    clients[0].delete_public_access_block(Bucket=made)
    for key in ("open/a", "shut/a", "k"):
        clients[0].put_object(Bucket=made, Key=key, Body=key.encode())
    return made


def statement(bucket, action, principal="*", effect="Allow", key="*", condition=None, **more):
    made = {"Effect": effect, "Principal": principal, "Action": action,
            "Resource": f"arn:aws:s3:::{bucket}/{key}" if key is not None
            else f"arn:aws:s3:::{bucket}"}
    if condition:
        made["Condition"] = condition
    return {**made, **more}


def put(client, bucket, *statements):
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": list(statements)}))


def denied(call, **more):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**more)
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403, e.value
    assert e.value.response["Error"]["Code"] in ("AccessDenied", "403")
    return e.value.response["Error"]["Message"]


def test_kept(clients, name, refused):
    owner = clients[0]
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(name, "s3:GetObject")]})
    owner.put_bucket_policy(Bucket=name, Policy=text)
    assert owner.get_bucket_policy(Bucket=name)["Policy"] == text
    assert owner.get_bucket_policy_status(Bucket=name)["PolicyStatus"] == {"IsPublic": True}
    put(owner, name, statement(name, "s3:GetObject", {"AWS": ACCOUNTS[1]}))
    assert owner.get_bucket_policy_status(Bucket=name)["PolicyStatus"] == {"IsPublic": False}
    owner.delete_bucket_policy(Bucket=name)
    owner.delete_bucket_policy(Bucket=name)
    with refused("NoSuchBucketPolicy", 404):
        owner.get_bucket_policy(Bucket=name)


@pytest.mark.parametrize("text,message", [
    ("", "Policies must be valid JSON and the first byte must be '{'"),
    ("no", "Policies must be valid JSON and the first byte must be '{'"),
    ("{true}", "This policy contains invalid Json"),
    ("{}", "Missing required field Statement"),
    ({"Action": "s3:Fly"}, "Policy has invalid action"),
    ({"Action": "sqs:SendMessage"}, "Policy has invalid action"),
    ({"Resource": "*"}, "Policy has invalid resource"),
    ({"Resource": "arn:aws:s3:::another/*"}, "Policy has invalid resource"),
    ({"Resource": "arn:aws:s3:::BUCKET"}, "Action does not apply to any resource(s) in statement"),
    ({"Action": "s3:ListBucket"}, "Action does not apply to any resource(s) in statement"),
    ({"Principal": "me"}, "Invalid principal in policy"),
    ({"Effect": "Perhaps"}, "Invalid effect: Perhaps"),
    ({"Condition": {"StringEquals": {"s3:color": "red"}}}, "Policy has an invalid condition key"),
    ({"Condition": {"StringEquals": {"s3:prefix": "a"}}},
     "Conditions do not apply to combination of actions and resources in statement"),
    ({"Sid": "x" * 21000}, "Policy exceeds the maximum allowed document size."),
], ids=str)
def test_malformed(clients, name, refused, text, message):
    if isinstance(text, dict):
        text = json.dumps({"Version": "2012-10-17", "Statement": [
            {**statement(name, "s3:GetObject"), **text}]}).replace("BUCKET", name)
    with refused("MalformedPolicy", 400) as r:
        clients[0].put_bucket_policy(Bucket=name, Policy=text)
    assert r.response["Error"]["Message"] == message


def test_everybody_reads(clients, name):
    owner, _, _, nobody = clients
    put(owner, name, statement(name, "s3:GetObject", key="open/*"))
    for client in clients:
        assert client.get_object(Bucket=name, Key="open/a")["Body"].read() == b"open/a"
    for client in clients[1:]:
        denied(client.get_object, Bucket=name, Key="shut/a")
        denied(client.head_object, Bucket=name, Key="shut/a")
        denied(client.list_objects_v2, Bucket=name)
        denied(client.put_object, Bucket=name, Key="open/b")
        # Who may not list hears nothing of what is not there.
        denied(client.get_object, Bucket=name, Key="open/none")
    put(owner, name, statement(name, "s3:GetObject"), statement(name, "s3:ListBucket", key=None))
    with pytest.raises(nobody.exceptions.NoSuchKey):
        nobody.get_object(Bucket=name, Key="none")
    owner.delete_bucket_policy(Bucket=name)
    denied(nobody.get_object, Bucket=name, Key="open/a")


def test_one_account(clients, name):
    owner, other, third, nobody = clients
    put(owner, name, statement(name, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                               {"AWS": f"arn:aws:iam::{ACCOUNTS[1]}:root"}))
    assert other.get_object(Bucket=name, Key="k")["Body"].read() == b"k"
    other.put_object(Bucket=name, Key="theirs", Body=b"x")
    # Lists are disabled: what they put is the owner's.
    assert owner.get_object(Bucket=name, Key="theirs")["Body"].read() == b"x"
    other.delete_object(Bucket=name, Key="theirs")
    for client in (third, nobody):
        denied(client.get_object, Bucket=name, Key="k")
        denied(client.put_object, Bucket=name, Key="theirs")
        denied(client.delete_object, Bucket=name, Key="k")
    denied(other.delete_bucket, Bucket=name)


def test_the_owner_denied(clients, name, refused):
    owner = clients[0]
    put(owner, name, statement(name, "s3:*", effect="Deny"),
        statement(name, "s3:*", effect="Deny", key=None))
    message = denied(owner.get_object, Bucket=name, Key="k")
    assert message == (f"User: arn:aws:iam::{ACCOUNTS[0]}:root is not authorized to perform: "
                       f's3:GetObject on resource: "arn:aws:s3:::{name}/k" with an explicit deny '
                       "in a resource-based policy")
    denied(owner.delete_bucket, Bucket=name)
    assert denied(clients[1].get_object, Bucket=name, Key="k") == "Access Denied"
    # Never out of one's own house.
    owner.get_bucket_policy(Bucket=name)
    owner.delete_bucket_policy(Bucket=name)
    owner.get_object(Bucket=name, Key="k")


def test_policies_are_for_the_owner(clients, name, refused):
    owner, other, *_ = clients
    put(owner, name, statement(name, "s3:*", {"AWS": ACCOUNTS[1]}, key=None))
    for call in (other.get_bucket_policy, other.delete_bucket_policy):
        with refused("MethodNotAllowed", 405):
            call(Bucket=name)
    with refused("MethodNotAllowed", 405):
        put(other, name, statement(name, "s3:GetObject"))
    assert other.get_bucket_location(Bucket=name)
    assert other.get_bucket_policy_status(Bucket=name)["PolicyStatus"] == {"IsPublic": False}


def test_conditions_on_listings(clients, name):
    owner, other, *_ = clients
    put(owner, name, statement(name, "s3:ListBucket", {"AWS": ACCOUNTS[1]}, key=None, condition={
        "StringLike": {"s3:prefix": ["open/*"]}, "NumericLessThanEquals": {"s3:max-keys": "10"}}))
    assert other.list_objects_v2(Bucket=name, Prefix="open/", MaxKeys=10)["KeyCount"] == 1
    denied(other.list_objects_v2, Bucket=name, Prefix="open/", MaxKeys=11)
    denied(other.list_objects_v2, Bucket=name, Prefix="open/")
    denied(other.list_objects_v2, Bucket=name, MaxKeys=10)


def header(client, operation, **headers):
    """The same call with more headers."""
    def add(params, **kwargs):
        params["headers"].update({n.replace("_", "-"): v for n, v in headers.items()})

    client.meta.events.register(f"before-call.s3.{operation}", add)
    return lambda: client.meta.events.unregister(f"before-call.s3.{operation}", add)


def test_conditions_on_requests(clients, name):
    owner, other, *_ = clients
    put(owner, name,
        statement(name, "s3:GetObject", condition={
            "StringLike": {"aws:Referer": "http://example.com/*"},
            "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
            "Bool": {"aws:SecureTransport": "false"}}),
        statement(name, "s3:PutObject", {"AWS": ACCOUNTS[1]}),
        statement(name, "s3:PutObject", effect="Deny", condition={
            "StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}),
        statement(name, "s3:PutObject", effect="Deny", condition={
            "StringEquals": {"s3:x-amz-storage-class": "STANDARD_IA"}}))
    denied(other.get_object, Bucket=name, Key="k")
    undo = header(other, "GetObject", referer="http://example.com/page")
    other.get_object(Bucket=name, Key="k")
    undo()
    denied(other.put_object, Bucket=name, Key="n")
    denied(owner.put_object, Bucket=name, Key="n")
    other.put_object(Bucket=name, Key="n", ServerSideEncryption="AES256")
    denied(other.put_object, Bucket=name, Key="n", ServerSideEncryption="AES256",
           StorageClass="STANDARD_IA")


def test_conditions_on_tags(clients, name):
    owner, other, *_ = clients
    owner.put_object_tagging(Bucket=name, Key="k", Tagging={
        "TagSet": [{"Key": "security", "Value": "public"}]})
    put(owner, name,
        statement(name, ["s3:GetObject", "s3:GetObjectTagging"], {"AWS": ACCOUNTS[1]},
                  condition={"StringEquals": {"s3:ExistingObjectTag/security": "public"}}),
        statement(name, ["s3:PutObject", "s3:PutObjectTagging"], {"AWS": ACCOUNTS[1]},
                  condition={"StringEquals": {"s3:RequestObjectTag/security": "public"}}))
    other.get_object(Bucket=name, Key="k")
    denied(other.get_object, Bucket=name, Key="open/a")
    other.put_object(Bucket=name, Key="n", Tagging="security=public")
    denied(other.put_object, Bucket=name, Key="n", Tagging="security=none")
    denied(other.put_object, Bucket=name, Key="n")


def test_versions(clients, name):
    owner, other, *_ = clients
    owner.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    version = owner.put_object(Bucket=name, Key="k", Body=b"2")["VersionId"]
    put(owner, name, statement(name, "s3:GetObject", {"AWS": ACCOUNTS[1]}))
    other.get_object(Bucket=name, Key="k")
    denied(other.get_object, Bucket=name, Key="k", VersionId=version)
    put(owner, name, statement(name, ["s3:GetObjectVersion", "s3:DeleteObject"],
                               {"AWS": ACCOUNTS[1]}))
    other.get_object(Bucket=name, Key="k", VersionId=version)
    denied(other.get_object, Bucket=name, Key="k")
    denied(other.delete_object, Bucket=name, Key="k", VersionId=version)
    assert other.delete_object(Bucket=name, Key="k")["DeleteMarker"]


def test_copies_and_deletes(clients, name):
    owner, other, *_ = clients
    theirs = "p-" + secrets.token_hex(6)
    other.create_bucket(Bucket=theirs)
    denied(other.copy_object, Bucket=theirs, Key="c", CopySource=f"{name}/open/a")
    put(owner, name, statement(name, "s3:GetObject", {"AWS": ACCOUNTS[1]}, key="open/*"),
        statement(name, "s3:DeleteObject", {"AWS": ACCOUNTS[1]}, key="open/*"))
    other.copy_object(Bucket=theirs, Key="c", CopySource=f"{name}/open/a")
    denied(other.copy_object, Bucket=theirs, Key="c", CopySource=f"{name}/shut/a")
    owner.put_object_tagging(Bucket=name, Key="open/a", Tagging={
        "TagSet": [{"Key": "a", "Value": "1"}]})
    denied(other.copy_object, Bucket=theirs, Key="c", CopySource=f"{name}/open/a")
    other.copy_object(Bucket=theirs, Key="c", CopySource=f"{name}/open/a",
                      TaggingDirective="REPLACE")
    put(owner, name, statement(name, ["s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject"],
                               {"AWS": ACCOUNTS[1]}, key="open/*"))
    other.copy_object(Bucket=theirs, Key="c", CopySource=f"{name}/open/a")
    assert other.get_object_tagging(Bucket=theirs, Key="c")["TagSet"]
    upload = other.create_multipart_upload(Bucket=theirs, Key="m")["UploadId"]
    where = {"Bucket": theirs, "Key": "m", "UploadId": upload, "PartNumber": 1}
    other.upload_part_copy(CopySource=f"{name}/open/a", **where)
    denied(other.upload_part_copy, CopySource=f"{name}/shut/a", **where)
    found = other.delete_objects(Bucket=name, Delete={
        "Objects": [{"Key": "open/a"}, {"Key": "shut/a"}]})
    assert [d["Key"] for d in found["Deleted"]] == ["open/a"]
    assert [(e["Key"], e["Code"]) for e in found["Errors"]] == [("shut/a", "AccessDenied")]
    owner.head_object(Bucket=name, Key="shut/a")


def test_uploads_of_another(clients, name):
    owner, other, third, _ = clients
    put(owner, name, statement(name, "s3:PutObject", {"AWS": list(ACCOUNTS[1:])}))
    upload = other.create_multipart_upload(Bucket=name, Key="m")["UploadId"]
    where = {"Bucket": name, "Key": "m", "UploadId": upload}
    part = other.upload_part(PartNumber=1, Body=b"x", **where)
    denied(third.list_parts, **where)
    denied(third.abort_multipart_upload, **where)
    assert len(other.list_parts(**where)["Parts"]) == 1
    other.complete_multipart_upload(
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, **where)
    assert owner.get_object(Bucket=name, Key="m")["Body"].read() == b"x"
    again = other.create_multipart_upload(Bucket=name, Key="m")["UploadId"]
    other.abort_multipart_upload(Bucket=name, Key="m", UploadId=again)


def test_blocked(clients, name, refused):
    owner, other, _, nobody = clients
    put(owner, name, statement(name, "s3:GetObject"),
        statement(name, "s3:GetObject", {"AWS": ACCOUNTS[1]}))
    nobody.get_object(Bucket=name, Key="k")
    shut = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True}
    owner.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=shut)
    for client in (nobody, other):
        denied(client.get_object, Bucket=name, Key="k")
    owner.get_object(Bucket=name, Key="k")
    put(owner, name, statement(name, "s3:GetObject", {"AWS": ACCOUNTS[1]}))
    other.get_object(Bucket=name, Key="k")
    owner.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={
        **shut, "RestrictPublicBuckets": False, "BlockPublicPolicy": True})
    with refused("AccessDenied", 403) as r:
        put(owner, name, statement(name, "s3:GetObject"))
    message = r.response["Error"]["Message"]
    assert "because public policies are prevented by the BlockPublicPolicy setting" in message
    put(owner, name, statement(name, "s3:GetObject", {"AWS": ACCOUNTS[1]}, Sid="again"))
