# tests/sdk/python/test_s3_encryption.py - server-side encryption, recorded and real
import base64
import hashlib
import os

import pytest

import raw

MiB = 1 << 20
KEY = hashlib.sha256(b"a key").digest()
OTHER = hashlib.sha256(b"another key").digest()


def customer(key=KEY, prefix=""):
    return {prefix + "SSECustomerAlgorithm": "AES256", prefix + "SSECustomerKey": key}


SOURCE = customer(prefix="CopySource")


def md5(key=KEY):
    return base64.b64encode(hashlib.md5(key).digest()).decode()


def body_of(answer):
    return answer["Body"].read()


def test_default_is_sse_s3(s3, bucket):
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"


def test_kms_is_recorded(s3, bucket, refused):
    made = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms",
                         SSEKMSKeyId="1234abcd-12ab-34cd-56ef-1234567890ab", BucketKeyEnabled=True)
    arn = made["SSEKMSKeyId"]
    assert arn.startswith("arn:aws:kms:us-east-1:")
    assert arn.endswith(":key/1234abcd-12ab-34cd-56ef-1234567890ab")
    assert made["ETag"] != f'"{hashlib.md5(b"x").hexdigest()}"'
    for answer in (made, s3.get_object(Bucket=bucket, Key="k"), s3.head_object(
            Bucket=bucket, Key="k")):
        assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"], answer["BucketKeyEnabled"]) \
            == ("aws:kms", arn, True)
    # A copy is encrypted as its own request says, not as its source was.
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    assert s3.head_object(Bucket=bucket, Key="copy")["ServerSideEncryption"] == "AES256"
    default = s3.put_object(Bucket=bucket, Key="d", ServerSideEncryption="aws:kms")["SSEKMSKeyId"]
    assert ":key/" in default
    with refused("InvalidArgument", 400):
        s3.put_object(Bucket=bucket, Key="n", SSEKMSKeyId=arn)
    with refused("InvalidArgument", 400):
        s3.put_object(Bucket=bucket, Key="n", ServerSideEncryption="rot13")


@pytest.mark.every_front
@pytest.mark.parametrize("size", [0, 1, 100, 70000, 3 * MiB + 5])
def test_customer_key(s3, bucket, refused, size):
    body = os.urandom(size)
    made = s3.put_object(Bucket=bucket, Key="k", Body=body, **customer())
    assert made["SSECustomerAlgorithm"] == "AES256" and made["SSECustomerKeyMD5"] == md5()
    assert "ServerSideEncryption" not in made
    assert made["ETag"] != f'"{hashlib.md5(body).hexdigest()}"'
    answer = s3.get_object(Bucket=bucket, Key="k", **customer())
    assert body_of(answer) == body and answer["SSECustomerKeyMD5"] == md5()
    head = s3.head_object(Bucket=bucket, Key="k", **customer())
    assert (head["ContentLength"], head["ETag"]) == (size, made["ETag"])
    assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Size"] == size
    for method in (s3.get_object, s3.head_object):
        none, wrong = ("InvalidRequest", "AccessDenied") if method == s3.get_object else (
            "400", "403")
        with refused(none, 400):
            method(Bucket=bucket, Key="k")
        with refused(wrong, 403):
            method(Bucket=bucket, Key="k", **customer(OTHER))


def test_customer_key_ranges(s3, bucket):
    body = os.urandom(300001)
    s3.put_object(Bucket=bucket, Key="k", Body=body, **customer())
    for first, last in ((0, 0), (15, 16), (17, 131090), (131072, 300000), (299999, 300000)):
        answer = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={first}-{last}", **customer())
        assert body_of(answer) == body[first:last + 1], (first, last)


def test_key_on_what_is_not_encrypted(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused("InvalidRequest", 400):
        s3.get_object(Bucket=bucket, Key="k", **customer())


HEADERS = ["x-amz-server-side-encryption-customer-" + n for n in ("algorithm", "key", "key-MD5")]
GOOD = ["AES256", base64.b64encode(KEY).decode(), md5()]


@pytest.mark.parametrize("values,code,words", [
    ([None, GOOD[1], GOOD[2]], "InvalidArgument", b"a valid encryption algorithm"),
    (["AES128", GOOD[1], GOOD[2]], "InvalidEncryptionAlgorithmError", b""),
    (["AES256", None, GOOD[2]], "InvalidArgument", b"an appropriate secret key"),
    (["AES256", "c2hvcnQ=", GOOD[2]], "InvalidArgument", b"secret key was invalid"),
    (["AES256", "%%%", GOOD[2]], "InvalidArgument", b"secret key was invalid"),
    (["AES256", GOOD[1], None], "InvalidArgument", b"client calculated MD5"),
    (["AES256", GOOD[1], md5(OTHER)], "InvalidArgument", b"calculated MD5 hash"),
])
def test_bad_keys(environment, s3, bucket, values, code, words):
    headers = {n: v for n, v in zip(HEADERS, values) if v is not None}
    answer = raw.send(environment, "PUT", f"/{bucket}/k", b"x", headers)
    assert (answer.status, answer.code) == (400, code), answer
    assert words in answer.body
    assert b"<ArgumentName>x-amz-server-side-encryption</ArgumentName>" in answer.body
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_reads_say_nothing_of_it(environment, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    answer = raw.send(environment, "GET", f"/{bucket}/k", b"",
                      {"x-amz-server-side-encryption": "AES256"})
    assert (answer.status, answer.code) == (400, "InvalidArgument")


def test_both_kinds(environment, bucket):
    headers = dict(zip(HEADERS, GOOD), **{"x-amz-server-side-encryption": "AES256"})
    answer = raw.send(environment, "PUT", f"/{bucket}/k", b"x", headers)
    assert (answer.status, answer.code) == (400, "InvalidArgument")


@pytest.mark.parametrize("size", [1000, 200000])
def test_copies(s3, bucket, refused, size):
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="plain", Body=body)
    s3.put_object(Bucket=bucket, Key="sealed", Body=body, Metadata={"a": "1"}, **customer())

    def copy(source, target, **how):
        return s3.copy_object(Bucket=bucket, Key=target, CopySource=f"{bucket}/{source}", **how)

    with refused("InvalidRequest", 400):
        copy("sealed", "x")
    with refused("AccessDenied", 403):
        copy("sealed", "x", **customer(OTHER, "CopySource"))
    copy("sealed", "other", **SOURCE, **customer(OTHER))
    answer = s3.get_object(Bucket=bucket, Key="other", **customer(OTHER))
    assert body_of(answer) == body and answer["Metadata"] == {"a": "1"}
    copy("sealed", "opened", **SOURCE)
    assert body_of(s3.get_object(Bucket=bucket, Key="opened")) == body
    copy("plain", "closed", **customer())
    assert body_of(s3.get_object(Bucket=bucket, Key="closed", **customer())) == body
    copy("sealed", "sealed", **SOURCE, **customer(OTHER))
    assert body_of(s3.get_object(Bucket=bucket, Key="sealed", **customer(OTHER))) == body


def test_parts(s3, bucket, refused):
    first, second = os.urandom(5 * MiB), os.urandom(1000)
    source = os.urandom(6 * MiB)
    s3.put_object(Bucket=bucket, Key="source", Body=source, **customer(OTHER))
    upload = {"Bucket": bucket, "Key": "k", "UploadId": s3.create_multipart_upload(
        Bucket=bucket, Key="k", **customer())["UploadId"]}
    with refused("InvalidRequest", 400):
        s3.upload_part(PartNumber=1, Body=first, **upload)
    with refused("InvalidRequest", 400):
        s3.upload_part(PartNumber=1, Body=first, **upload, **customer(OTHER))
    parts = [s3.upload_part(PartNumber=1, Body=first, **upload, **customer()),
             s3.upload_part_copy(PartNumber=2, CopySource=f"{bucket}/source", **upload,
                                 **customer(), **customer(OTHER, "CopySource"))["CopyPartResult"],
             s3.upload_part(PartNumber=3, Body=second, **upload, **customer())]
    named = {"Parts": [{"PartNumber": i + 1, "ETag": p["ETag"]} for i, p in enumerate(parts)]}
    with refused("InvalidRequest", 400):
        s3.complete_multipart_upload(**upload, MultipartUpload=named, **customer(OTHER))
    s3.complete_multipart_upload(**upload, MultipartUpload=named, **customer())
    whole = first + source + second
    assert body_of(s3.get_object(Bucket=bucket, Key="k", **customer())) == whole
    at = 5 * MiB - 3
    answer = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={at}-{at + 9}", **customer())
    assert body_of(answer) == whole[at:at + 10]
    answer = s3.get_object(Bucket=bucket, Key="k", PartNumber=3, **customer())
    assert body_of(answer) == second
    with refused("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="k", **customer(OTHER))
    plain = {"Bucket": bucket, "Key": "p", "UploadId": s3.create_multipart_upload(
        Bucket=bucket, Key="p")["UploadId"]}
    with refused("InvalidRequest", 400):
        s3.upload_part(PartNumber=1, Body=second, **plain, **customer())
    s3.abort_multipart_upload(**plain)


def test_kms_upload(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ServerSideEncryption="aws:kms")
    assert upload["ServerSideEncryption"] == "aws:kms"
    ids = {"Bucket": bucket, "Key": "k", "UploadId": upload["UploadId"]}
    s3.put_object(Bucket=bucket, Key="source", Body=b"x")
    copied = s3.upload_part_copy(PartNumber=1, CopySource=f"{bucket}/source", **ids)
    assert copied["ServerSideEncryption"] == "aws:kms"
    sent = s3.upload_part(PartNumber=1, Body=b"x", **ids)
    assert (sent["ServerSideEncryption"], sent["SSEKMSKeyId"]) == ("aws:kms", upload["SSEKMSKeyId"])
    etag = sent["ETag"]
    made = s3.complete_multipart_upload(**ids, MultipartUpload={"Parts": [
        {"PartNumber": 1, "ETag": etag}]})
    assert made["ServerSideEncryption"] == "aws:kms"
    assert s3.head_object(Bucket=bucket, Key="k")["SSEKMSKeyId"] == upload["SSEKMSKeyId"]


def default(s3, bucket, rule):
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_the_buckets_default(s3, bucket):
    arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    default(s3, bucket, {"ApplyServerSideEncryptionByDefault": {
        "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}, "BucketKeyEnabled": True})
    made = s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert (made["ServerSideEncryption"], made["SSEKMSKeyId"], made["BucketKeyEnabled"]) == (
        "aws:kms", arn, True)
    assert s3.head_object(Bucket=bucket, Key="k")["SSEKMSKeyId"] == arn
    assert s3.put_object(Bucket=bucket, Key="a", ServerSideEncryption="AES256")[
        "ServerSideEncryption"] == "AES256"
    s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/a")
    assert s3.head_object(Bucket=bucket, Key="c")["ServerSideEncryption"] == "aws:kms"
    assert s3.create_multipart_upload(Bucket=bucket, Key="u")["SSEKMSKeyId"] == arn
    assert "ServerSideEncryption" not in s3.put_object(Bucket=bucket, Key="s", **customer())
    s3.delete_bucket_encryption(Bucket=bucket)
    assert s3.put_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="c")["ServerSideEncryption"] == "aws:kms"
    # A bucket of the same name does not inherit it.
    default(s3, bucket, {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}})
    for key in ("k", "a", "c", "s"):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert s3.put_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"


def test_customer_keys_can_be_blocked(s3, bucket, refused):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", **customer())
    default(s3, bucket, rule)
    with refused("AccessDenied", 403):
        s3.put_object(Bucket=bucket, Key="n", Body=b"x", **customer())
    assert body_of(s3.get_object(Bucket=bucket, Key="k", **customer())) == b"x"
    default(s3, bucket, dict(rule, BlockedEncryptionTypes={"EncryptionType": ["NONE"]}))
    s3.put_object(Bucket=bucket, Key="n", Body=b"x", **customer())


def test_update(s3, bucket, refused):
    arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    kms = {"SSEKMS": {"KMSKeyArn": arn, "BucketKeyEnabled": True}}
    before = s3.put_object(Bucket=bucket, Key="k", Body=b"x", CacheControl="no-store")
    s3.update_object_encryption(Bucket=bucket, Key="k", ObjectEncryption=kms)
    after = s3.get_object(Bucket=bucket, Key="k")
    assert (after["ServerSideEncryption"], after["SSEKMSKeyId"], after["BucketKeyEnabled"]) == (
        "aws:kms", arn, True)
    assert (after["ETag"], after["CacheControl"], body_of(after)) == (
        before["ETag"], "no-store", b"x")
    s3.put_object(Bucket=bucket, Key="sealed", Body=b"x", **customer())
    with refused("InvalidRequest", 400):
        s3.update_object_encryption(Bucket=bucket, Key="sealed", ObjectEncryption=kms)
    with refused("NoSuchKey", 404):
        s3.update_object_encryption(Bucket=bucket, Key="none", ObjectEncryption=kms)
    with refused("InvalidArgument", 400):
        s3.update_object_encryption(Bucket=bucket, Key="k", ObjectEncryption={
            "SSEKMS": {"KMSKeyArn": "arn:aws:kms:us-east-1:111122223333:alias/x"}})
