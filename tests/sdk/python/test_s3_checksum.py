# tests/sdk/python/test_s3_checksum.py - checksums: every algorithm, stored, returned, verified
import base64
import hashlib
import os
import zlib

import pytest

from conftest import make_client

ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "MD5", "SHA1", "SHA256", "SHA512"]

# Of "123456789": the check values of the CRC catalogue, and the digests.
KNOWN = {
    "CRC32": (0xcbf43926).to_bytes(4, "big"), "CRC32C": (0xe3069283).to_bytes(4, "big"),
    "CRC64NVME": (0xae8b14860a799888).to_bytes(8, "big"),
    "MD5": hashlib.md5(b"123456789").digest(), "SHA1": hashlib.sha1(b"123456789").digest(),
    "SHA256": hashlib.sha256(b"123456789").digest(),
    "SHA512": hashlib.sha512(b"123456789").digest(),
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_given_by_the_client(s3, bucket, refused, algorithm):
    right = base64.b64encode(KNOWN[algorithm]).decode()
    wrong = base64.b64encode(bytes(len(KNOWN[algorithm]))).decode()
    name = "Checksum" + algorithm
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", **{name: right})
    assert put[name] == right and put["ChecksumType"] == "FULL_OBJECT"
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head[name] == right
    assert name not in s3.head_object(Bucket=bucket, Key="k")
    with refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", **{name: wrong})
    with refused("InvalidRequest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", **{name: "AA=="})
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    assert listed["ChecksumAlgorithm"] == [algorithm]


@pytest.mark.parametrize("size", [0, 1, 100000, 3000000])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256", "SHA512"])
def test_worked_out_by_the_sdk(environment, bucket, algorithm, scheme, size):
    """As a header over HTTP, as a trailer over HTTPS; the SDK verifies it on GET."""
    s3 = make_client(environment, "path", scheme)
    data = os.urandom(size)
    put = s3.put_object(Bucket=bucket, Key="k", Body=data, ChecksumAlgorithm=algorithm)
    digest = {"CRC32": lambda: zlib.crc32(data).to_bytes(4, "big"),
              "SHA1": lambda: hashlib.sha1(data).digest(),
              "SHA256": lambda: hashlib.sha256(data).digest(),
              "SHA512": lambda: hashlib.sha512(data).digest()}[algorithm]()
    assert put["Checksum" + algorithm] == base64.b64encode(digest).decode()
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == data


def test_without_one_s3_makes_crc64nvme(environment, bucket):
    s3 = make_client(environment, request_checksum_calculation="when_required")
    s3.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head["ChecksumCRC64NVME"] == base64.b64encode(KNOWN["CRC64NVME"]).decode()


def test_a_range_has_no_checksum_of_the_whole(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    got = s3.get_object(Bucket=bucket, Key="k", Range="bytes=1-2", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"23" and "ChecksumCRC32" not in got


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_copy_makes_another(s3, bucket, algorithm):
    s3.put_object(Bucket=bucket, Key="from", Body=b"123456789")
    answer = s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/from",
                            ChecksumAlgorithm=algorithm)
    want = base64.b64encode(KNOWN[algorithm]).decode()
    assert answer["CopyObjectResult"]["Checksum" + algorithm] == want
    head = s3.head_object(Bucket=bucket, Key="to", ChecksumMode="ENABLED")
    assert head["Checksum" + algorithm] == want




@pytest.mark.parametrize("algorithm", ["MD5", "SHA512"])
def test_in_parts(s3, bucket, refused, algorithm):
    """What is no CRC cannot be told of the whole from its parts: the checksum of checksums."""
    make = {"MD5": hashlib.md5, "SHA512": hashlib.sha512}[algorithm]
    name = "Checksum" + algorithm
    with refused("InvalidRequest", 400):
        s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm,
                                   ChecksumType="FULL_OBJECT")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm=algorithm)
    assert upload["ChecksumType"] == "COMPOSITE"
    which = {"Bucket": bucket, "Key": "k", "UploadId": upload["UploadId"]}
    bodies, parts = [b"x" * (5 << 20), b"y"], []
    for number, body in enumerate(bodies, 1):
        value = base64.b64encode(make(body).digest()).decode()
        put = s3.upload_part(PartNumber=number, Body=body, **which, **{name: value})
        parts.append({"PartNumber": number, "ETag": put["ETag"], name: value})
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **which)
    whole = make(b"".join(make(body).digest() for body in bodies)).digest()
    assert done[name] == base64.b64encode(whole).decode() + "-2"
