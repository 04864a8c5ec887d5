# tests/stores/test_oci_double.py - the double of OCI Object Storage, held against Oracle's own SDK
import base64
import datetime
import hashlib
import os
import urllib.error
import urllib.request

import oci
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from oci.object_storage.models import (CommitMultipartUploadDetails,
                                       CommitMultipartUploadPartDetails, CreateBucketDetails,
                                       CreateMultipartUploadDetails)

URL = os.environ["TEST_STORE_URL"]
SETTINGS = {"tenancy": "ocid1.tenancy.oc1..t", "user": "ocid1.user.oc1..u",
            "fingerprint": "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34",
            "key_file": os.environ["TEST_STORE_KEY"]}
NS, BUCKET = "mockns", "sdk-bucket"


def make_client(**more):
    settings = {**SETTINGS, **more}
    return oci.object_storage.ObjectStorageClient(
        {**settings, "region": "us-ashburn-1"}, service_endpoint=URL,
        retry_strategy=oci.retry.NoneRetryStrategy())


@pytest.fixture(scope="module")
def client():
    return make_client()


@pytest.fixture
def bucket(client):
    client.create_bucket(NS, CreateBucketDetails(name=BUCKET, compartment_id="ocid1.c"))
    yield BUCKET
    for upload in client.list_multipart_uploads(NS, BUCKET).data:
        client.abort_multipart_upload(NS, BUCKET, upload.object, upload.upload_id)
    for item in client.list_objects(NS, BUCKET).data.objects:
        client.delete_object(NS, BUCKET, item.name)
    client.delete_bucket(NS, BUCKET)


class Refused:
    def __init__(self, status, code):
        self.expected = (status, code)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is not None, f"not refused; expected {self.expected}"
        if not isinstance(error, oci.exceptions.ServiceError):
            return False
        assert (error.status, error.code) == self.expected, error
        assert error.request_id
        return True


def md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def test_namespace(client):
    assert client.get_namespace().data == NS


def test_objects(client, bucket):
    body = os.urandom(100_000)
    put = client.put_object(NS, bucket, "a/b c", body, content_md5=md5(body))
    assert put.headers["opc-content-md5"] == md5(body)
    assert client.get_object(NS, bucket, "a/b c").data.content == body
    part = client.get_object(NS, bucket, "a/b c", range="bytes=10-19")
    assert part.status == 206 and part.data.content == body[10:20]
    assert part.headers["content-range"] == "bytes 10-19/100000"
    assert int(client.head_object(NS, bucket, "a/b c").headers["content-length"]) == 100_000
    with Refused(400, "UnmatchedContentMD5"):
        client.put_object(NS, bucket, "x", body, content_md5=md5(b"other"))
    client.delete_object(NS, bucket, "a/b c")
    with Refused(404, "ObjectNotFound"):
        client.get_object(NS, bucket, "a/b c")
    with Refused(404, "ObjectNotFound"):
        client.delete_object(NS, bucket, "a/b c")


def test_listing(client, bucket):
    for i in range(5):
        client.put_object(NS, bucket, f"key{i}", b"x")
    page = client.list_objects(NS, bucket, limit=3).data
    assert [o.name for o in page.objects] == ["key0", "key1", "key2"]
    assert page.next_start_with == "key3"
    rest = client.list_objects(NS, bucket, start="key3", prefix="key").data
    assert [o.name for o in rest.objects] == ["key3", "key4"]
    assert rest.next_start_with is None


def test_multipart(client, bucket):
    parts = [os.urandom(50_000) for _ in range(3)]
    upload = client.create_multipart_upload(
        NS, bucket, CreateMultipartUploadDetails(object="big")).data
    etags = []
    for number, part in enumerate(parts, 1):
        sent = client.upload_part(NS, bucket, "big", upload.upload_id, number, part,
                                  content_md5=md5(part))
        assert sent.headers["opc-content-md5"] == md5(part)
        etags.append(CommitMultipartUploadPartDetails(part_num=number,
                                                      etag=sent.headers["etag"]))
    assert [u.object for u in client.list_multipart_uploads(NS, bucket).data] == ["big"]
    wrong = [CommitMultipartUploadPartDetails(part_num=1, etag="other")]
    with Refused(400, "InvalidUploadPart"):
        client.commit_multipart_upload(NS, bucket, "big", upload.upload_id,
                                       CommitMultipartUploadDetails(parts_to_commit=wrong))
    done = client.commit_multipart_upload(NS, bucket, "big", upload.upload_id,
                                          CommitMultipartUploadDetails(parts_to_commit=etags))
    whole = hashlib.md5(b"".join(hashlib.md5(p).digest() for p in parts)).digest()
    assert done.headers["opc-multipart-md5"] == base64.b64encode(whole).decode() + "-3"
    assert client.get_object(NS, bucket, "big").data.content == b"".join(parts)
    crossing = client.get_object(NS, bucket, "big", range="bytes=49990-50009").data.content
    assert crossing == parts[0][-10:] + parts[1][:10]
    with Refused(404, "NoSuchUpload"):
        client.abort_multipart_upload(NS, bucket, "big", upload.upload_id)


def test_the_sdk_s_own_way_of_large_bodies(client, bucket, tmp_path):
    path = tmp_path / "body"
    path.write_bytes(os.urandom(25 << 20))
    manager = oci.object_storage.UploadManager(client)
    manager.upload_file(NS, bucket, "large", str(path), part_size=10 << 20)
    assert client.get_object(NS, bucket, "large").data.content == path.read_bytes()


def test_pages_of_uploads(client, bucket):
    for i in range(3):
        client.create_multipart_upload(NS, bucket, CreateMultipartUploadDetails(object=f"u{i}"))
    found = oci.pagination.list_call_get_all_results(
        client.list_multipart_uploads, NS, bucket, limit=2).data
    assert sorted(u.object for u in found) == ["u0", "u1", "u2"]


def test_buckets(client, bucket):
    assert client.get_bucket(NS, bucket).data.compartment_id == "ocid1.c"
    with Refused(409, "BucketAlreadyExists"):
        client.create_bucket(NS, CreateBucketDetails(name=bucket, compartment_id="ocid1.c"))
    client.put_object(NS, bucket, "x", b"x")
    with Refused(409, "BucketNotEmpty"):
        client.delete_bucket(NS, bucket)
    with Refused(404, "BucketNotFound"):
        client.list_objects(NS, "nowhere")


def test_another_key_is_refused(tmp_path):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "other.pem"
    path.write_bytes(other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    with Refused(401, "NotAuthenticated"):
        make_client(key_file=str(path)).get_namespace()
    with Refused(401, "NotAuthenticated"):
        make_client(user="ocid1.user.oc1..other").get_namespace()


def signed(method, path, at=None, body=None, tamper=None):
    """The status of a request that Oracle's signer has signed, and that is changed afterwards."""
    signer = oci.signer.Signer(SETTINGS["tenancy"], SETTINGS["user"], SETTINGS["fingerprint"],
                               SETTINGS["key_file"])
    at = at or datetime.datetime.now(datetime.timezone.utc)
    request = urllib.request.Request(URL + path, data=body, method=method)
    headers = {"date": at.strftime("%a, %d %b %Y %H:%M:%S GMT"), "host": request.host}
    if body is not None:
        headers.update({"content-type": "application/json", "content-length": str(len(body)),
                        "x-content-sha256":
                        base64.b64encode(hashlib.sha256(body).digest()).decode()})
    chosen = signer._body_signer if body is not None else signer._basic_signer
    headers = chosen.sign(headers, host=request.host, method=method, path=path)
    for name, value in headers.items():
        request.add_header(name, value)
    if tamper:
        tamper(request)
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_what_is_signed_is_what_counts():
    now = datetime.datetime.now(datetime.timezone.utc)
    document = b'{"name": "b", "compartmentId": ""}'
    late = datetime.timedelta(minutes=6)
    assert signed("GET", "/n") == 200
    assert signed("GET", "/n", at=now - late) == 401
    assert signed("GET", "/n", at=now + late) == 401
    assert signed("GET", "/n", tamper=lambda r: setattr(r, "full_url", URL + "/n/")) == 401
    assert signed("POST", f"/n/{NS}/b", body=document) == 400

    def change_body(request):
        request.data = document.replace(b"b", b"c")

    assert signed("POST", f"/n/{NS}/b", body=document, tamper=change_body) == 401

    def drop_digest(request):
        signature = request.headers["Authorization"].replace(" x-content-sha256", "")
        request.headers["Authorization"] = signature

    assert signed("POST", f"/n/{NS}/b", body=document, tamper=drop_digest) == 401
