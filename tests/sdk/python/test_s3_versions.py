# tests/sdk/python/test_s3_versions.py - versions of objects
import hashlib

import pytest

NOBODYS = "0" * 32


def versioning(s3, bucket, status):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


@pytest.fixture
def versioned(s3, bucket):
    versioning(s3, bucket, "Enabled")
    return bucket


def put(s3, bucket, key, body):
    return s3.put_object(Bucket=bucket, Key=key, Body=body).get("VersionId")


def read(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read().decode()


def listed(s3, bucket, **more):
    """Versions and markers in the order of the listing, as (key, id, latest, is a marker)."""
    answer = s3.list_object_versions(Bucket=bucket, **more)
    entries = [(v["Key"], v["VersionId"], v["IsLatest"], False) for v in answer.get("Versions", [])]
    entries += [(v["Key"], v["VersionId"], v["IsLatest"], True)
                for v in answer.get("DeleteMarkers", [])]
    return entries


def test_state(s3, bucket, refused):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for status in ("Suspended", "Enabled", "Suspended"):
        versioning(s3, bucket, status)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status
    for status in ("enabled", "Disabled"):
        with refused("MalformedXML", 400):
            versioning(s3, bucket, status)
    with refused("IllegalVersioningConfigurationException", 400):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={})
    with refused("NotImplemented", 501):
        s3.put_bucket_versioning(Bucket=bucket, MFA="arn 123456", VersioningConfiguration={
            "Status": "Enabled", "MFADelete": "Enabled"})
    with refused("NoSuchBucket", 404):
        s3.get_bucket_versioning(Bucket=bucket + "x")


def test_old_versions_stay(s3, versioned):
    ids = [put(s3, versioned, "k", f"text {i}") for i in range(3)]
    assert len(set(ids)) == 3 and all(len(i) == 32 for i in ids)
    assert read(s3, versioned, "k") == "text 2"
    for i, version in enumerate(ids):
        answer = s3.get_object(Bucket=versioned, Key="k", VersionId=version)
        assert (answer["Body"].read(), answer["VersionId"]) == (b"text %d" % i, version)
        head = s3.head_object(Bucket=versioned, Key="k", VersionId=version)
        assert head["VersionId"] == version
    assert listed(s3, versioned) == [("k", v, v == ids[2], False) for v in reversed(ids)]
    assert s3.list_objects_v2(Bucket=versioned)["KeyCount"] == 1


def test_delete_marker(s3, versioned, refused):
    version = put(s3, versioned, "k", "text")
    gone = s3.delete_object(Bucket=versioned, Key="k")
    assert gone["DeleteMarker"] is True
    with refused("NoSuchKey", 404) as r:
        s3.get_object(Bucket=versioned, Key="k")
    headers = r.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-delete-marker"] == "true"
    assert headers["x-amz-version-id"] == gone["VersionId"]
    with refused("MethodNotAllowed", 405) as r:
        s3.get_object(Bucket=versioned, Key="k", VersionId=gone["VersionId"])
    headers = r.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-delete-marker"] == "true" and headers["allow"] == "DELETE"
    assert r.response["Error"]["ResourceType"] == "DeleteMarker"
    with refused("405", 405):
        s3.head_object(Bucket=versioned, Key="k", VersionId=gone["VersionId"])
    assert read(s3, versioned, "k", VersionId=version) == "text"
    assert s3.list_objects_v2(Bucket=versioned)["KeyCount"] == 0
    assert listed(s3, versioned) == [("k", version, False, False),
                                     ("k", gone["VersionId"], True, True)]
    again = s3.delete_object(Bucket=versioned, Key="k", VersionId=gone["VersionId"])
    assert again["DeleteMarker"] is True and again["VersionId"] == gone["VersionId"]
    assert read(s3, versioned, "k") == "text"


def test_ids(s3, versioned, bucket, refused):
    version = put(s3, versioned, "k", "text")
    for call in (s3.get_object, s3.delete_object):
        with refused("InvalidArgument", 400):
            call(Bucket=versioned, Key="k", VersionId="HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")
    with refused("NoSuchVersion", 404) as r:
        s3.get_object(Bucket=versioned, Key="k", VersionId=NOBODYS)
    assert r.response["Error"]["VersionId"] == NOBODYS
    with refused("NoSuchVersion", 404):
        s3.get_object(Bucket=versioned, Key="other", VersionId=version)
    with refused("NoSuchVersion", 404):
        s3.get_object(Bucket=versioned, Key="k", VersionId="null")
    assert s3.delete_object(Bucket=versioned, Key="k", VersionId=NOBODYS)["VersionId"] == NOBODYS


def test_null_version(s3, bucket):
    assert put(s3, bucket, "k", "before") is None
    assert "VersionId" not in s3.get_object(Bucket=bucket, Key="k", VersionId="null")
    versioning(s3, bucket, "Enabled")
    assert s3.head_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    version = put(s3, bucket, "k", "with")
    assert read(s3, bucket, "k", VersionId="null") == "before"
    assert listed(s3, bucket) == [("k", version, True, False), ("k", "null", False, False)]
    versioning(s3, bucket, "Suspended")
    assert put(s3, bucket, "k", "suspended") is None
    assert listed(s3, bucket) == [("k", "null", True, False), ("k", version, False, False)]
    assert s3.head_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    assert s3.delete_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    assert listed(s3, bucket) == [("k", version, False, False), ("k", "null", True, True)]
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    assert read(s3, bucket, "k") == "with"


def test_pages(s3, versioned):
    for key in ("a", "dir/x", "dir/y", "z"):
        for _ in range(3):
            put(s3, versioned, key, key)
    s3.delete_object(Bucket=versioned, Key="z")
    whole = listed(s3, versioned)
    assert len(whole) == 13
    for size in (1, 2, 5):
        seen = []
        for page in s3.get_paginator("list_object_versions").paginate(
                Bucket=versioned, PaginationConfig={"PageSize": size}):
            seen += [(v["Key"], v["VersionId"]) for v in page.get("Versions", [])]
        assert seen == [e[:2] for e in whole if not e[3]]
    answer = s3.list_object_versions(Bucket=versioned, Delimiter="/", MaxKeys=4)
    assert [p["Prefix"] for p in answer["CommonPrefixes"]] == ["dir/"]
    assert [v["Key"] for v in answer["Versions"]] == ["a"] * 3
    assert answer["NextKeyMarker"] == "dir/" and "NextVersionIdMarker" not in answer
    answer = s3.list_object_versions(Bucket=versioned, Delimiter="/", KeyMarker="dir/")
    assert [v["Key"] for v in answer["Versions"]] == ["z"] * 3 and not answer["IsTruncated"]
    answer = s3.list_object_versions(Bucket=versioned, Prefix="dir/", Delimiter="/", MaxKeys=2)
    assert answer["NextKeyMarker"] == "dir/x"
    assert answer["NextVersionIdMarker"] == answer["Versions"][1]["VersionId"]


def test_markers(s3, versioned, refused):
    ids = [put(s3, versioned, "k", str(i)) for i in range(3)]
    put(s3, versioned, "l", "x")
    marked = {"KeyMarker": "k", "VersionIdMarker": ids[1]}
    assert [e[1] for e in listed(s3, versioned, **marked)][0] == ids[0]
    s3.delete_object(Bucket=versioned, Key="k", VersionId=ids[1])
    assert [e[1] for e in listed(s3, versioned, **marked)][0] == ids[0]
    assert [e[0] for e in listed(s3, versioned, KeyMarker="k")] == ["l"]
    with refused("InvalidArgument", 400):
        listed(s3, versioned, VersionIdMarker=ids[0])
    with refused("InvalidArgument", 400):
        listed(s3, versioned, KeyMarker="k", VersionIdMarker="x")


def test_delete_objects(s3, versioned):
    first, second = (put(s3, versioned, "k", t) for t in "ab")
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": [
        {"Key": "k"}, {"Key": "k", "VersionId": first}, {"Key": "other"},
        {"Key": "k", "VersionId": "nonsense"}]})
    marker, removed, other = answer["Deleted"]
    assert marker["DeleteMarker"] is True and marker["Key"] == "k"
    assert removed == {"Key": "k", "VersionId": first}
    assert other["DeleteMarker"] is True
    assert [e["Code"] for e in answer["Errors"]] == ["NoSuchVersion"]
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": [
        {"Key": "k", "VersionId": marker["DeleteMarkerVersionId"]}]})
    assert answer["Deleted"] == [{"Key": "k", "DeleteMarker": True,
                                  "VersionId": marker["DeleteMarkerVersionId"],
                                  "DeleteMarkerVersionId": marker["DeleteMarkerVersionId"]}]
    assert s3.head_object(Bucket=versioned, Key="k")["VersionId"] == second


def test_copy(s3, versioned, refused):
    old = put(s3, versioned, "k", "old")
    new = put(s3, versioned, "k", "new")
    answer = s3.copy_object(Bucket=versioned, Key="k", CopySource={
        "Bucket": versioned, "Key": "k", "VersionId": old})
    assert answer["CopySourceVersionId"] == old and answer["VersionId"] not in (old, new)
    assert read(s3, versioned, "k") == "old"
    assert len(listed(s3, versioned)) == 3
    marker = s3.delete_object(Bucket=versioned, Key="k")["VersionId"]
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=versioned, Key="x", CopySource={
            "Bucket": versioned, "Key": "k", "VersionId": marker})
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=versioned, Key="x", CopySource=f"{versioned}/k")
    with refused("NoSuchVersion", 404):
        s3.copy_object(Bucket=versioned, Key="x", CopySource={
            "Bucket": versioned, "Key": "k", "VersionId": NOBODYS})


def test_parts(s3, versioned, refused):
    """Of an upload: its version, its attributes, and its copy, which is one piece."""
    body = b"x" * (5 << 20) + b"y"
    upload = s3.create_multipart_upload(Bucket=versioned, Key="k", ChecksumAlgorithm="SHA256")
    parts = []
    for number, data in ((1, body[:-1]), (2, body[-1:])):
        part = s3.upload_part(Bucket=versioned, Key="k", UploadId=upload["UploadId"],
                              PartNumber=number, Body=data, ChecksumAlgorithm="SHA256")
        parts.append({"PartNumber": number, "ETag": part["ETag"],
                      "ChecksumSHA256": part["ChecksumSHA256"]})
    done = s3.complete_multipart_upload(Bucket=versioned, Key="k", UploadId=upload["UploadId"],
                                        MultipartUpload={"Parts": parts})
    assert len(done["VersionId"]) == 32
    wanted = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    told = s3.get_object_attributes(Bucket=versioned, Key="k", ObjectAttributes=wanted)
    assert told["ETag"] == done["ETag"].strip('"') and told["VersionId"] == done["VersionId"]
    assert told["ObjectSize"] == len(body) and told["StorageClass"] == "STANDARD"
    assert told["Checksum"] == {"ChecksumSHA256": done["ChecksumSHA256"].split("-")[0],
                                "ChecksumType": "COMPOSITE"}
    assert told["ObjectParts"]["TotalPartsCount"] == 2
    assert [p["Size"] for p in told["ObjectParts"]["Parts"]] == [5 << 20, 1]
    told = s3.get_object_attributes(Bucket=versioned, Key="k", ObjectAttributes=["ObjectParts"],
                                    MaxParts=1, PartNumberMarker=1)["ObjectParts"]
    assert [p["ChecksumSHA256"] for p in told["Parts"]] == [parts[1]["ChecksumSHA256"]]
    with refused("InvalidArgument", 400):
        s3.get_object_attributes(Bucket=versioned, Key="k", ObjectAttributes=["Colour"])
    copied = s3.copy_object(Bucket=versioned, Key="c", CopySource=f"{versioned}/k")
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert copied["CopyObjectResult"]["ChecksumType"] == "FULL_OBJECT"
    assert s3.get_object(Bucket=versioned, Key="c")["Body"].read() == body
    told = s3.get_object_attributes(Bucket=versioned, Key="c", ObjectAttributes=wanted)
    assert "ObjectParts" not in told


def test_conditions(s3, versioned, refused):
    etag = s3.put_object(Bucket=versioned, Key="k", Body=b"a", IfNoneMatch="*")["ETag"]
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket=versioned, Key="k", Body=b"b", IfNoneMatch="*")
    s3.put_object(Bucket=versioned, Key="k", Body=b"b", IfMatch=etag[1:])
    with refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=versioned, Key="k", IfMatch=etag)
    s3.delete_object(Bucket=versioned, Key="k", IfMatch="*")
    with refused("NoSuchKey", 404):
        s3.put_object(Bucket=versioned, Key="k", Body=b"b", IfMatch=etag[1:])
    s3.put_object(Bucket=versioned, Key="k", Body=b"c", IfNoneMatch="*")
    assert len(listed(s3, versioned)) == 4


def test_completion_after_another_write(s3, bucket, refused):
    """A condition that holds for what came after the upload began is a conflict."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"a")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"a")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    with refused("ConditionalRequestConflict", 409):
        s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, IfMatch=etag,
                                     MultipartUpload=parts)
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload=parts)


def test_bucket_with_a_past(s3, versioned, refused):
    put(s3, versioned, "k", "x")
    s3.delete_object(Bucket=versioned, Key="k")
    with refused("BucketNotEmpty", 409) as r:
        s3.delete_bucket(Bucket=versioned)
    assert "all versions" in r.response["Error"]["Message"]
