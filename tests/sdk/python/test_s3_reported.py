# tests/sdk/python/test_s3_reported.py - answers of AWS as those reported them who compare with it
#
# The issues of versity/versitygw (numbers alone) and brekkylab/backlot on GitHub quote them.
import base64
import hashlib
import urllib.parse

import pytest

import installation
import raw


def error(environment, method, path, body=b"", **headers):
    answer = raw.send(environment, method, path, body,
                      {name.replace("_", "-"): value for name, value in headers.items()})
    return answer, (answer.status, answer.code)


def says(answer, message, **more):
    text = answer.body.decode()
    assert f"<Message>{message}</Message>" in text, text
    for name, value in more.items():
        assert f"<{name}>{value}</{name}>" in text, text


@pytest.mark.parametrize("method,path,status,allow", [
    # backlot 230, 267: HEAD of each
    ("HEAD", "/{0}?location", 405, "GET"), ("HEAD", "/{0}?uploads", 405, "POST, GET"),
    ("HEAD", "/{0}?versioning", 405, "GET, PUT"), ("HEAD", "/{0}?acl", 405, "GET, PUT"),
    ("HEAD", "/{0}?tagging", 405, "DELETE, GET, PUT"), ("HEAD", "/{0}?versions", 405, "GET"),
    ("HEAD", "/{0}/k?acl", 405, "GET, PUT"), ("HEAD", "/{0}/k?encryption", 405, "PUT"),
    ("HEAD", "/{0}/k?uploads", 405, "POST, GET"),
    ("HEAD", "/{0}/k?uploadId=abc", 405, "DELETE, POST, GET"),
    ("HEAD", "/{0}?acl&versioning", 400, None),
    ("PUT", "/{0}/k?uploadId=abc", 405, "DELETE, POST, GET"),  # 1236
    ("PUT", "/no-such-bucket/k?uploadId=abc", 405, "DELETE, POST, GET"),  # 1229
    ("PATCH", "/{0}", 405, "HEAD, DELETE, POST, GET, PUT"),  # backlot 312
])
def test_methods(environment, s3, bucket, method, path, status, allow):
    answer = raw.send(environment, method, path.format(bucket), b"")
    assert (answer.status, answer.headers.get("allow")) == (status, allow), answer
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("method,path,kind", [
    ("PUT", "/{0}/k?uploadId=abc", "UPLOAD"), ("POST", "/{0}/k?upload", "OBJECT"),
    ("POST", "/{0}/k", "OBJECT"), ("POST", "/", "SERVICE")])  # 1236, 896, 899
def test_kinds(environment, bucket, method, path, kind):
    answer, got = error(environment, method, path.format(bucket))
    assert got == (405, "MethodNotAllowed")
    says(answer, "The specified method is not allowed against this resource.", Method=method,
         ResourceType=kind)


@pytest.mark.parametrize("copy", [False, True])
def test_number_without_upload(environment, s3, bucket, copy):  # 1226, 1237
    s3.put_object(Bucket=bucket, Key="from")
    answer, got = error(environment, "PUT", f"/{bucket}/k?partNumber=1",
                        **({"x_amz_copy_source": f"{bucket}/from"} if copy else {}))
    assert got == (400, "InvalidArgument")
    says(answer, "This operation does not accept partNumber without uploadId",
         ArgumentName="partNumber", ArgumentValue="partNumber")


def test_conflict(environment, bucket):  # 2155
    answer, got = error(environment, "GET", f"/{bucket}/k?uploadId=1&uploads")
    assert got == (400, "InvalidArgument")
    says(answer, "Conflicting query string parameters: uploadId, uploads",
         ArgumentName="ResourceType", ArgumentValue="uploadId")


def test_uploads_of_a_key(environment, bucket):  # 1597; cinely/mule-uploader 17
    answer, got = error(environment, "GET", f"/{bucket}/k?uploads")
    assert got == (400, "InvalidRequest")
    says(answer, "Key is not expected for the GET method ?uploads subresource")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_overrides(environment, s3, bucket, method):  # 2075
    s3.put_object(Bucket=bucket, Key="k")
    answer, got = error(environment, method, f"/{bucket}/k?response-foo=dummy")
    assert got[0] == 400
    if method == "GET":
        says(answer, "response-foo is not in the set of overridable response headers. Please refer "
             "to the S3 API documentation for a complete list of overridable response headers.",
             ArgumentName="response-foo", ArgumentValue="dummy")


@pytest.mark.parametrize("source,what", [  # 1388 to 1390, 1401; paws-r/paws 819
    ("", "bucket name"), ("{0}", "object key"), ("{0}/%ZZ", "encoding"), ("/{0}/a%/b", "encoding")])
def test_copy_sources(environment, s3, bucket, source, what):
    answer, got = error(environment, "PUT", f"/{bucket}/k",
                        x_amz_copy_source=source.format(bucket))
    assert got == (400, "InvalidArgument")
    says(answer, f"Invalid copy source {what}")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_completion(environment, s3, bucket):
    """1072, 1328 and apache/arrow-rs-object-store 91, 1398."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    tag = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    part = "<Part><PartNumber>{}</PartNumber><ETag>" + tag + "</ETag></Part>"

    def complete(parts, **headers):
        return error(environment, "POST", f"/{bucket}/k?uploadId={upload}",
                     f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode(),
                     **headers)
    answer, got = complete(part.format(0))
    assert got == (400, "InvalidArgument")
    says(answer, "PartNumber must be &gt;= 1")
    answer, got = complete("")
    assert got == (400, "MalformedXML")
    for size, message in (("size", "is invalid"), ("-1", "is less than zero")):
        answer, got = complete(part.format(1), x_amz_mp_object_size=size)
        assert got == (400, "InvalidRequest")
        says(answer, f"Value for x-amz-mp-object-size header {message}: '{size}'")


@pytest.mark.parametrize("query,message", [  # 1794, 1809
    ("uploads&max-uploads=2157483647",
     "Provided max-uploads not an integer or within integer range"),
    ("max-keys=2157483647", "Provided max-keys not an integer or within integer range"),
    ("versions&max-keys=-1", "max-keys cannot be negative")])
def test_numbers(environment, bucket, query, message):
    answer, got = error(environment, "GET", f"/{bucket}?{query}")
    assert got == (400, "InvalidArgument")
    says(answer, message)


@pytest.mark.parametrize("method,path", [("PUT", "k"), ("POST", "k?uploads")])
def test_lock_of_a_bucket_without(environment, bucket, method, path):  # 1751
    answer, got = error(environment, method, f"/{bucket}/{path}", x_amz_object_lock_legal_hold="ON",
                        content_md5=base64.b64encode(hashlib.md5(b"").digest()).decode())
    assert got == (400, "InvalidRequest")
    says(answer, "Bucket is missing ObjectLockConfiguration")


def test_tag_without_name(environment, bucket):  # 1215
    answer, got = error(environment, "PUT", f"/{bucket}/k", x_amz_tagging="=")
    assert got == (400, "InvalidArgument"), answer


CUT = "The request body terminated unexpectedly"
FRAMES = [  # 1600, 1626, 1660, 1666
    (b"A\n0123456789\r\n0\r\n\r\n", CUT), (b"A\r\n01234567890\r\n\r\n", CUT),
    (b"A\r\n0123456789\r\n0\r\n", CUT), (b"A\r\n", CUT), (b"x\r\n0123456789\r\n0\r\n\r\n", CUT),
    (b"A\r\n0123456789\r\n0\r\n\r\n", None), (b"A\r\n0123456789\r\n0\r\n:poTHxg==\r\n\r\n", None),
    (b"A\r\n0123456789\r\n0\r\nx-amz-checksum-crc32\r\n\r\n", None)]


@pytest.mark.parametrize("frame,message", FRAMES)
def test_frames(environment, bucket, frame, message):
    url = environment.endpoint("port") + f"/{bucket}/k"
    head = raw.signed(environment, "PUT", url, b"", {
        "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Trailer": "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length": "10"})
    head["Content-Length"] = str(len(frame))
    answer = raw.exchange(url, raw.request_bytes("PUT", url, head, frame))
    assert answer.status == 400 and answer.code == (
        "IncompleteBody" if message else "MalformedTrailerError"), answer
    if message:
        says(answer, message)


@pytest.mark.skipif(installation.FRONT == "apache", reason="drops names with dots")
def test_names_of_metadata(s3, bucket):
    """What CGI cannot tell apart, the list of signed headers does."""
    metadata = {"a.b": "1", "c_d": "2", "e-f": "3"}
    s3.put_object(Bucket=bucket, Key="k", Metadata=metadata)
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == metadata


@pytest.mark.parametrize("old,new,message", [  # 1425; cakephp-amazon-s3 15, apt-s3 10
    (",SignedHeaders=", "", "the authorization header requires three components: Credential, "
     "SignedHeaders, and Signature."),
    ("Credential=", "Credential=x=", 'the authorization component "Credential=x='),
    ("Signature=", "Signature-", 'the authorization component "Signature-'),
    ("Credential=", "Other=", "missing Credential."),
    ("Signature=", "Other=", "missing Signature.")])
def test_authorization(environment, bucket, old, new, message):
    url = environment.endpoint("port") + f"/{bucket}"
    head = raw.signed(environment, "GET", url)
    said = head["Authorization"].replace(", ", ",")
    if new == "":
        said = ",".join(part for part in said.split(",") if not part.startswith(old[1:]))
    head["Authorization"] = said.replace(old, new) if new else said
    answer = raw.exchange(url, raw.request_bytes("GET", url, head))
    assert (answer.status, answer.code) == (400, "AuthorizationHeaderMalformed"), answer
    text = answer.body.decode().replace("&quot;", '"')
    assert f"<Message>The authorization header is malformed; {message}" in text, text


def test_presigned_without_credential(environment, bucket):
    url = environment.endpoint("port") + f"/{bucket}?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    host = urllib.parse.urlsplit(url).netloc
    answer = raw.exchange(url, raw.request_bytes("GET", url, {"Host": host}))
    assert answer.code == "AuthorizationQueryParametersError", answer
    says(answer, "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-"
         "Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
         "parameters.")


@pytest.mark.parametrize("element", ["AllowedHeader", "ExposeHeader"])
def test_headers_of_cors(environment, bucket, element):  # scality/cloudserver 497
    body = ("<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*"
            f"</AllowedOrigin><{element}>a b</{element}></CORSRule></CORSConfiguration>").encode()
    answer, got = error(environment, "PUT", f"/{bucket}?cors", body,
                        content_md5=base64.b64encode(hashlib.md5(body).digest()).decode())
    assert got == (400, "InvalidRequest")
    says(answer, "AllowedHeader &quot;a b&quot; contains invalid character.")
