# tests/sdk/python/test_s3_multipart.py - objects that come in parts
import base64
import hashlib
import io
import os
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from boto3.s3.transfer import TransferConfig

from conftest import make_client

MIB = 1 << 20
PART = 5 * MIB


def noise(n):
    return os.urandom(MIB) * (n // MIB) + os.urandom(n % MIB)


def begin(s3, bucket, key="k", **more):
    more.setdefault("ChecksumAlgorithm", "CRC32")
    return s3.create_multipart_upload(Bucket=bucket, Key=key, **more)["UploadId"]


def send(s3, bucket, upload, number, data, key="k", **more):
    """One part; what CompleteMultipartUpload wants to hear of it."""
    got = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=data,
                         **more)
    said = {name: value for name, value in got.items() if name.startswith("Checksum")}
    return {"PartNumber": number, "ETag": got["ETag"], **said}


def complete(s3, bucket, upload, parts, key="k", **more):
    return s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload,
                                        MultipartUpload={"Parts": parts}, **more)


def read(s3, bucket, key="k", **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


@pytest.mark.every_front
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_upload_file(environment, bucket, tmp_path, scheme):
    """boto3's own transfers, as they come: 8 MiB parts, ten at a time, ranges back."""
    s3 = make_client(environment, "path", scheme)
    data = noise(20 * MIB + 7)
    (tmp_path / "out").write_bytes(data)
    s3.upload_file(str(tmp_path / "out"), bucket, "file", ExtraArgs={"Metadata": {"a": "b"}})
    head = s3.head_object(Bucket=bucket, Key="file", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"') and head["ContentLength"] == len(data)
    assert head["ChecksumType"] == "COMPOSITE" and head["ChecksumCRC32"].endswith("-3")
    assert head["Metadata"] == {"a": "b"}
    s3.download_file(bucket, "file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data
    assert read(s3, bucket, "file") == data
    assert read(s3, bucket, "file", Range=f"bytes={8 * MIB - 5}-{16 * MIB + 4}") == \
        data[8 * MIB - 5:16 * MIB + 5]


def test_small_last_part(s3, bucket):
    """Files and a row's bytes in one answer."""
    upload = begin(s3, bucket)
    data = [noise(PART), noise(PART + 1), b"the end"]
    parts = [send(s3, bucket, upload, n + 1, d) for n, d in enumerate(data)]
    complete(s3, bucket, upload, parts)
    assert read(s3, bucket) == b"".join(data)
    assert read(s3, bucket, Range="bytes=-8") == data[1][-1:] + b"the end"
    for n, d in enumerate(data):
        got = s3.get_object(Bucket=bucket, Key="k", PartNumber=n + 1, ChecksumMode="ENABLED")
        assert got["Body"].read() == d and got["PartsCount"] == 3
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        head = s3.head_object(Bucket=bucket, Key="k", PartNumber=n + 1)
        assert head["ContentLength"] == len(d) and head["PartsCount"] == 3


def test_out_of_order_sent_again_left_out(s3, bucket):
    upload = begin(s3, bucket)
    a, b = noise(PART), noise(PART)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda x: send(s3, bucket, upload, *x),
                             [(9, b"old"), (4, a), (1, b), (30, b"unused")]))
    sent[0] = send(s3, bucket, upload, 9, b"new")
    got = complete(s3, bucket, upload, [sent[1], sent[0]])
    digests = hashlib.md5(a).digest() + hashlib.md5(b"new").digest()
    assert got["ETag"] == '"%s-2"' % hashlib.md5(digests).hexdigest()
    assert got["Location"].endswith(f"{bucket}/k")
    assert read(s3, bucket) == a + b"new"
    again = complete(s3, bucket, upload, [sent[1], sent[0]])
    assert again["ETag"] == got["ETag"]


def test_going_on(s3, bucket):
    """A client that has died asks what arrived, and sends the rest."""
    upload = begin(s3, bucket)
    data = noise(PART)
    send(s3, bucket, upload, 1, data)
    there = s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)["Parts"]
    assert [(p["PartNumber"], p["Size"]) for p in there] == [(1, PART)]
    parts = [{"PartNumber": p["PartNumber"], "ETag": p["ETag"],
              "ChecksumCRC32": p["ChecksumCRC32"]} for p in there]
    complete(s3, bucket, upload, parts + [send(s3, bucket, upload, 2, b"rest")])
    assert read(s3, bucket) == data + b"rest"


def test_abort(s3, bucket, refused):
    upload = begin(s3, bucket)
    part = send(s3, bucket, upload, 1, b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    for call in (lambda: send(s3, bucket, upload, 1, b"x"),
                 lambda: complete(s3, bucket, upload, [part]),
                 lambda: s3.list_parts(Bucket=bucket, Key="k", UploadId=upload),
                 lambda: s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)):
        with refused("NoSuchUpload", 404):
            call()
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_wrong_lists(s3, bucket, refused):
    upload = begin(s3, bucket)
    one, two = (send(s3, bucket, upload, n, b"small") for n in (1, 2))
    with refused("EntityTooSmall", 400) as r:
        complete(s3, bucket, upload, [one, two])
    assert r.response["Error"]["MinSizeAllowed"] == "5242880"
    with refused("InvalidPartOrder", 400):
        complete(s3, bucket, upload, [two, one])
    with refused("InvalidPart", 400):
        complete(s3, bucket, upload, [{**one, "PartNumber": 3}])
    with refused("InvalidPart", 400):
        complete(s3, bucket, upload, [{**one, "ETag": hashlib.md5(b"y").hexdigest()}])
    with refused("InvalidPart", 400):
        complete(s3, bucket, upload, [{**one, "ChecksumCRC32": "AAAAAA=="}])
    with refused("InvalidRequest", 400):
        complete(s3, bucket, upload, [{"PartNumber": 1, "ETag": one["ETag"]}])
    with refused("InvalidRequest", 400):
        complete(s3, bucket, upload, [one], MpuObjectSize=6)
    with refused("NoSuchUpload", 404):
        complete(s3, bucket, upload, [one], key="other")
    complete(s3, bucket, upload, [one], MpuObjectSize=5)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_composite_and_full(s3, bucket, algorithm):
    field = f"Checksum{algorithm}"
    data = [noise(PART), b"end"]
    upload = begin(s3, bucket, ChecksumAlgorithm=algorithm)
    parts = [send(s3, bucket, upload, n + 1, d, ChecksumAlgorithm=algorithm)
             for n, d in enumerate(data)]
    got = complete(s3, bucket, upload, parts)
    assert got["ChecksumType"] == "COMPOSITE" and got[field].endswith("-2")
    if algorithm.startswith("SHA"):
        digest = getattr(hashlib, algorithm.lower())
        whole = digest(b"".join(digest(d).digest() for d in data)).digest()
        assert got[field] == base64.b64encode(whole).decode() + "-2"
        return
    # The whole's own checksum, as PutObject computes it.
    upload = begin(s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT")
    parts = [send(s3, bucket, upload, n + 1, d, ChecksumAlgorithm=algorithm)
             for n, d in enumerate(data)]
    put = s3.put_object(Bucket=bucket, Key="whole", Body=b"".join(data),
                        ChecksumAlgorithm=algorithm)
    got = complete(s3, bucket, upload, parts, ChecksumType="FULL_OBJECT", **{field: put[field]})
    assert got[field] == put[field] and got["ChecksumType"] == "FULL_OBJECT"
    crc = zlib.crc32(b"".join(data)).to_bytes(4, "big")
    assert got[field] == base64.b64encode(crc).decode()


def test_nothing_chosen(s3, bucket, refused):
    """The whole gets its CRC64NVME; naming checksums of parts is refused."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = send(s3, bucket, upload, 1, b"123456789")
    with refused("InvalidPart", 400):
        complete(s3, bucket, upload, [part])
    got = complete(s3, bucket, upload, [{"PartNumber": 1, "ETag": part["ETag"]}])
    assert got["ChecksumType"] == "FULL_OBJECT"
    assert base64.b64decode(got["ChecksumCRC64NVME"]).hex() == "ae8b14860a799888"


def test_checksum_refusals(s3, bucket, refused):
    for more in ({"ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT"},
                 {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"}):
        with refused("InvalidRequest", 400):
            begin(s3, bucket, **more)
    upload = begin(s3, bucket, ChecksumAlgorithm="SHA256")
    with refused("InvalidRequest", 400) as r:
        send(s3, bucket, upload, 1, b"x", ChecksumAlgorithm="CRC32")
    assert r.response["Error"]["Message"].endswith(
        "expected checksum Type: sha256, actual checksum Type: crc32")
    with refused("BadDigest", 400):
        send(s3, bucket, upload, 1, b"x", ChecksumSHA256=base64.b64encode(bytes(32)).decode())


@pytest.mark.parametrize("kind", ["composite", "Full_Object"])  # in letters of any kind
def test_checksums_of_parts(s3, bucket, refused, kind):
    upload = begin(s3, bucket, ChecksumAlgorithm="crc32", ChecksumType=kind)
    with refused("InvalidRequest", 400):
        send(s3, bucket, upload, 1, b"x", ChecksumCRC32="")
    part = send(s3, bucket, upload, 1, b"x", ChecksumAlgorithm="CRC32")
    bare = {name: part[name] for name in ("PartNumber", "ETag")}
    other = base64.b64encode(hashlib.sha1(b"x").digest()).decode()
    for named, code in (({**bare, "ChecksumSHA1": other}, "BadDigest"),
                        ({**bare, "ChecksumCRC32": "no base64!"}, "InvalidArgument"),
                        ({**part, "ChecksumSHA1": other}, "InvalidArgument"),
                        ({**bare, "ChecksumCRC32": "AAAAAA=="}, "InvalidPart")):
        with refused(code, 400):
            complete(s3, bucket, upload, [named])
    assert complete(s3, bucket, upload, [part])["ChecksumType"] == kind.upper()


def test_conditions(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"there")
    upload = begin(s3, bucket)
    part = send(s3, bucket, upload, 1, b"x")
    with refused("PreconditionFailed", 412):
        complete(s3, bucket, upload, [part], IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        complete(s3, bucket, upload, [part], IfMatch='"abc"')
    complete(s3, bucket, upload, [part], IfMatch='"%s"' % hashlib.md5(b"there").hexdigest())
    assert read(s3, bucket) == b"x"


def test_copy(s3, bucket):
    data = noise(PART) + b"end"
    s3.upload_fileobj(io.BytesIO(data), bucket, "from",
                      Config=TransferConfig(multipart_threshold=PART, multipart_chunksize=PART))
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from"})
    s3.delete_object(Bucket=bucket, Key="from")
    assert read(s3, bucket, "to") == data
    s3.copy({"Bucket": bucket, "Key": "to"}, bucket, "by parts",
            Config=TransferConfig(multipart_threshold=PART, multipart_chunksize=PART))
    assert read(s3, bucket, "by parts") == data


def test_list_uploads(s3, bucket):
    made = [(key, begin(s3, bucket, key)) for key in ("b", "a/1", "a/2", "b", "ü +&")]
    want = sorted(made, key=lambda u: (u[0].encode(), made.index(u)))
    got, more = [], {}
    while True:
        page = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=2, **more)
        got += [(u["Key"], u["UploadId"]) for u in page["Uploads"]]
        if not page["IsTruncated"]:
            break
        more = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
    assert got == want
    page = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["a/"]
    assert len(page["Uploads"]) == 3
    page = s3.list_multipart_uploads(Bucket=bucket, Prefix="a/")
    assert [u["Key"] for u in page["Uploads"]] == ["a/1", "a/2"]


def test_uploads_go_with_their_bucket(s3, bucket, refused):
    upload = begin(s3, bucket)
    send(s3, bucket, upload, 1, b"x")
    s3.delete_bucket(Bucket=bucket)
    with refused("NoSuchBucket", 404):
        s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)
    s3.create_bucket(Bucket=bucket)
    with refused("NoSuchUpload", 404):
        s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)
