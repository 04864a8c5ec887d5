# tests/sdk/python/test_s3_list.py - lists: order, prefixes, delimiters, cursors, all three kinds
import pytest

KEYS = ["a", "a/b", "a/b/c", "a0", "b/", "b/1", "b/2", "b0", "c%", "d e", "ä", "z\u20ac"]


@pytest.fixture(scope="module")
def full(s3):
    name = "t-list-module"
    s3.create_bucket(Bucket=name)
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    yield name
    for key in KEYS:
        s3.delete_object(Bucket=name, Key=key)
    s3.delete_bucket(Bucket=name)


def names(answer):
    return ([item["Key"] for item in answer.get("Contents", [])],
            [item["Prefix"] for item in answer.get("CommonPrefixes", [])])


def test_order_is_of_bytes(s3, full):
    assert names(s3.list_objects_v2(Bucket=full))[0] == sorted(KEYS, key=str.encode)


def test_entry(s3, full):
    answer = s3.list_objects_v2(Bucket=full, Prefix="a/b/c", FetchOwner=True)
    item = answer["Contents"][0]
    head = s3.head_object(Bucket=full, Key="a/b/c")
    assert item["Size"] == 5 and item["ETag"] == head["ETag"]
    assert item["StorageClass"] == "STANDARD" and item["Owner"]["ID"]
    assert item["LastModified"].replace(microsecond=0) == head["LastModified"]
    assert answer["KeyCount"] == 1 and answer["MaxKeys"] == 1000 and not answer["IsTruncated"]
    assert answer["Name"] == full and answer["Prefix"] == "a/b/c"
    assert "Owner" not in s3.list_objects_v2(Bucket=full)["Contents"][0]
    assert s3.list_objects(Bucket=full)["Contents"][0]["Owner"]["ID"]


@pytest.mark.parametrize("prefix,delimiter,keys,prefixes", [
    ("", "/", ["a", "a0", "b0", "c%", "d e", "ä", "z\u20ac"], ["a/", "b/"]),
    ("b", "/", ["b0"], ["b/"]),
    ("b/", "/", ["b/", "b/1", "b/2"], []),
    ("a/", "/", ["a/b"], ["a/b/"]),
    ("", "a", ["b/", "b/1", "b/2", "b0", "c%", "d e", "ä", "z\u20ac"], ["a"]),
    ("nothing", "/", [], []),
    ("", "0", ["a", "a/b", "a/b/c", "b/", "b/1", "b/2", "c%", "d e", "z\u20ac", "ä"],
     ["a0", "b0"]),
])
@pytest.mark.parametrize("call", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_delimiter(s3, full, call, prefix, delimiter, keys, prefixes):
    answer = getattr(s3, call)(Bucket=full, Prefix=prefix, Delimiter=delimiter)
    found = [item["Key"] for item in answer.get("Versions", answer.get("Contents", []))]
    assert found == sorted(keys, key=str.encode)
    assert [item["Prefix"] for item in answer.get("CommonPrefixes", [])] == prefixes


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("delimiter", [None, "/"])
@pytest.mark.parametrize("call", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_pages(s3, full, call, size, delimiter):
    """Page by page, nothing twice and nothing left out, keys and prefixes counted alike."""
    more = {"Delimiter": delimiter} if delimiter else {}
    keys, prefixes = [], []
    pages = s3.get_paginator(call).paginate(
        Bucket=full, PaginationConfig={"PageSize": size}, **more)
    for page in pages:
        found = page.get("Versions", page.get("Contents", []))
        assert len(found) + len(page.get("CommonPrefixes", [])) <= size
        keys += [item["Key"] for item in found]
        prefixes += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    want = [key for key in KEYS if not delimiter or "/" not in key]
    assert keys == sorted(want, key=str.encode)
    assert prefixes == (["a/", "b/"] if delimiter else [])


def test_start_after(s3, full):
    assert names(s3.list_objects_v2(Bucket=full, StartAfter="b0"))[0][0] == "c%"
    assert names(s3.list_objects_v2(Bucket=full, StartAfter="b"))[0][0] == "b/"
    assert names(s3.list_objects(Bucket=full, Marker="b0"))[0][0] == "c%"


def test_zero_keys(s3, full):
    answer = s3.list_objects_v2(Bucket=full, MaxKeys=0)
    assert names(answer) == ([], []) and not answer["IsTruncated"]


def test_wrong_arguments(s3, full, refused):
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=full, MaxKeys=-1)
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=full, ContinuationToken="made up")
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=full, EncodingType="base64")


def test_versions_of_an_unversioned_bucket(s3, full):
    answer = s3.list_object_versions(Bucket=full, Prefix="a/")
    assert [item["Key"] for item in answer["Versions"]] == ["a/b", "a/b/c"]
    assert all(item["VersionId"] == "null" and item["IsLatest"] for item in answer["Versions"])
    assert "DeleteMarkers" not in answer
    got = s3.get_object(Bucket=full, Key="a/b", VersionId="null")
    assert got["Body"].read() == b"a/b"
