# tests/sdk/python/test_s3_rename.py - RenameObject, which here any bucket has
from datetime import datetime, timedelta, timezone

import pytest

LONG_AGO = datetime.now(timezone.utc) - timedelta(days=1)
LARGE = bytes(range(256)) * 4096


def read(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def keys(s3, bucket):
    return [o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.mark.parametrize("body", [b"small", LARGE], ids=["row", "store"])
def test_all_goes_along(s3, bucket, body):
    s3.put_object(Bucket=bucket, Key="a b/é", Body=body, Metadata={"m": "1"}, Tagging="t=2",
                  ContentType="text/plain", StorageClass="STANDARD_IA", ChecksumAlgorithm="SHA256")
    before = s3.head_object(Bucket=bucket, Key="a b/é", ChecksumMode="ENABLED")
    s3.rename_object(Bucket=bucket, Key="new/name", RenameSource="/a%20b/%C3%A9")
    after = s3.head_object(Bucket=bucket, Key="new/name", ChecksumMode="ENABLED")
    del before["ResponseMetadata"], after["ResponseMetadata"]
    assert after == before and after["ChecksumSHA256"]
    assert s3.get_object_tagging(Bucket=bucket, Key="new/name")["TagSet"] == [
        {"Key": "t", "Value": "2"}]
    assert keys(s3, bucket) == ["new/name"]
    assert read(s3, bucket, "new/name") == body


def test_parts(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    body = [b"x" * (5 << 20), b"y"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(
        Bucket=bucket, Key="a", UploadId=upload, PartNumber=n, Body=part)["ETag"]}
        for n, part in enumerate(body, 1)]
    s3.complete_multipart_upload(Bucket=bucket, Key="a", UploadId=upload,
                                 MultipartUpload={"Parts": parts})
    s3.rename_object(Bucket=bucket, Key="b", RenameSource="a")
    assert s3.head_object(Bucket=bucket, Key="b", PartNumber=2)["PartsCount"] == 2
    assert read(s3, bucket, "b") == b"".join(body)


def test_over_what_is_there(s3, bucket, refused):
    etags = {k: s3.put_object(Bucket=bucket, Key=k, Body=k.encode())["ETag"] for k in "abc"}
    with refused("PreconditionFailed", 412) as r:
        s3.rename_object(Bucket=bucket, Key="b", RenameSource="a", DestinationIfNoneMatch="*")
    assert r.response["Error"]["Condition"] == "If-None-Match"
    for broken in ({"DestinationIfMatch": etags["c"]}, {"DestinationIfUnmodifiedSince": LONG_AGO},
                   {"SourceIfMatch": etags["c"]}, {"SourceIfNoneMatch": etags["a"]},
                   {"SourceIfNoneMatch": "*"}, {"SourceIfUnmodifiedSince": LONG_AGO},
                   {"SourceIfModifiedSince": datetime.now(timezone.utc)}):
        with refused("PreconditionFailed", 412):
            s3.rename_object(Bucket=bucket, Key="b", RenameSource="a", **broken)
    for broken in ({"DestinationIfMatch": etags["c"]}, {"DestinationIfModifiedSince": LONG_AGO}):
        with refused("PreconditionFailed", 412):
            s3.rename_object(Bucket=bucket, Key="none", RenameSource="a", **broken)
    assert keys(s3, bucket) == ["a", "b", "c"]
    s3.rename_object(Bucket=bucket, Key="b", RenameSource="a", DestinationIfMatch=etags["b"],
                     SourceIfMatch=etags["a"], SourceIfModifiedSince=LONG_AGO)
    s3.rename_object(Bucket=bucket, Key="c", RenameSource="b", DestinationIfModifiedSince=LONG_AGO)
    assert keys(s3, bucket) == ["c"] and read(s3, bucket, "c") == b"a"


def test_token(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"first")
    for _ in range(2):
        s3.rename_object(Bucket=bucket, Key="b", RenameSource="a", ClientToken="token",
                         SourceIfModifiedSince=LONG_AGO)
    with refused("IdempotencyParameterMismatch", 400):
        s3.rename_object(Bucket=bucket, Key="c", RenameSource="b", ClientToken="token")
    with refused("NoSuchKey", 404):
        s3.rename_object(Bucket=bucket, Key="b", RenameSource="a")
    assert keys(s3, bucket) == ["b"]


def test_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="a", Body=b"a")["VersionId"]
    other = s3.put_object(Bucket=bucket, Key="b", Body=b"b")["VersionId"]
    answer = s3.rename_object(Bucket=bucket, Key="b", RenameSource="a")
    made = answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-version-id"]
    listed = s3.list_object_versions(Bucket=bucket)
    assert [(v["Key"], v["VersionId"], v["IsLatest"]) for v in listed["Versions"]] == [
        ("a", first, False), ("b", made, True), ("b", other, False)]
    assert [(v["Key"], v["IsLatest"]) for v in listed["DeleteMarkers"]] == [("a", True)]
    assert read(s3, bucket, "b") == b"a"
    assert s3.get_object(Bucket=bucket, Key="a", VersionId=first)["Body"].read() == b"a"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=bucket, Key="n", Body=b"null")
    s3.rename_object(Bucket=bucket, Key="b", RenameSource="n")
    listed = s3.list_object_versions(Bucket=bucket)
    assert [(v["Key"], v["VersionId"]) for v in listed["Versions"] if v["IsLatest"]] == [
        ("b", "null")]
    assert [v["VersionId"] for v in listed["DeleteMarkers"] if v["Key"] == "n"] == ["null"]
    assert read(s3, bucket, "b") == b"null"
