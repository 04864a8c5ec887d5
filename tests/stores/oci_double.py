#!/usr/bin/env python3
# tests/stores/oci_double.py - OCI Object Storage as far as a store of bodies needs it
"""oci_double.py PORT DIRECTORY: serves until it is ended.

Every request must be signed by the key in DIRECTORY/public.pem under the key id in
DIRECTORY/key_id: date, request target, host, and for documents their length, type and digest, as
"Request Signatures" of Oracle's documentation asks.  Nothing is taken on trust; what is wrong is
answered with the code the service uses.  tests/stores/test_oci_double.py proves it with Oracle's
own SDK.  faults.py says what it can be told to do wrong; GET /_state shows what is stored.
"""
import base64
import datetime
import hashlib
import http.server
import json
import os
import re
import socket
import sys
import threading
import urllib.parse
import uuid

from cryptography.hazmat.primitives import serialization

from faults import Faults
from oci_signature import Wrong, verify

NAMESPACE = "mockns"


def md5_base64(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


class Store:
    """Buckets: objects are lists of files, so that parts are never copied."""

    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.RLock()
        self.buckets = {}
        self.uploads = {}

    def keep(self, data):
        path = os.path.join(self.directory, uuid.uuid4().hex)
        with open(path, "wb") as out:
            out.write(data)
        return path

    def bucket(self, name):
        if name not in self.buckets:
            raise Wrong(404, "BucketNotFound", f"The bucket '{name}' does not exist in namespace "
                        f"'{NAMESPACE}' or you are not authorized to access it")
        return self.buckets[name]

    def upload(self, bucket, name, upload):
        self.bucket(bucket)
        found = self.uploads.get(upload)
        if found is None or (found["bucket"], found["object"]) != (bucket, name):
            raise Wrong(404, "NoSuchUpload", "There is no such upload")
        return found


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server_version = "oci-double"

    def log_message(self, *args):
        pass

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    # Answers.

    def answer(self, status, body=b"", **headers):
        if isinstance(body, (dict, list, str)):
            body = json.dumps(body).encode()
            headers.setdefault("content_type", "application/json")
        self.send_response(status)
        self.send_header("opc-request-id", self.opc)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)
        self.wfile.flush()

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def serve(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        self.opc = "double/" + uuid.uuid4().hex
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        if url.path == "/_faults":
            if self.command == "POST":
                self.server.faults.tell(body)
            self.answer(200, self.server.faults.count())
            return
        if url.path == "/_state":
            self.answer(200, self.state())
            return
        with self.server.faults.request():
            self.work(url, body)

    def work(self, url, body):
        self.faults = self.server.faults.now(self.command, self.query)
        try:
            if self.faults.get("down"):
                self.hang_up()
                return
            verify(self, body, self.server.key, self.server.key_id)
            if "status" in self.faults:
                raise Wrong(self.faults["status"], "ServiceUnavailable", "as it was told to")
            self.route(url.path, body)
        except Wrong as wrong:
            self.answer(wrong.status, {"code": wrong.code, "message": wrong.message})

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def state(self):
        with self.server.store.lock:
            return {"buckets": {name: sorted(b["objects"])
                                for name, b in self.server.store.buckets.items()},
                    "uploads": [u["object"] for u in self.server.store.uploads.values()]}

    def route(self, path, body):
        parts = path.strip("/").split("/", 5)
        if parts[0] != "n" or len(parts) > 1 and parts[1] != NAMESPACE:
            raise Wrong(404, "NamespaceNotFound")
        if len(parts) == 1:
            self.answer(200, NAMESPACE)
            return
        kind = "bs" if len(parts) == 3 else "b" if len(parts) == 4 else parts[4]
        many = "s" if len(parts) == 5 else ""
        name = urllib.parse.unquote(parts[5]) if len(parts) == 6 else None
        do = getattr(self, f"{self.command.lower()}_{kind}{many}", None)
        if do is None:
            raise Wrong(405, "MethodNotAllowed")
        bucket = parts[3] if len(parts) > 3 else None
        with self.server.store.lock:
            self.bucket_name, self.name, self.body = bucket, name, body
            answer = do()
        answer()

    def document(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Wrong(400, "CannotParseRequest") from None

    def arg(self, name, default=None):
        return self.query.get(name, [default])[0]

    def digest(self, text):
        return md5_base64(b"a lie") if self.faults.get("lie") else text

    def check_md5(self):
        stated = self.headers.get("content-md5")
        if stated is not None and stated != md5_base64(self.body):
            raise Wrong(400, "UnmatchedContentMD5", "The computed MD5 of the request body does "
                        "not match the Content-MD5 header")

    # Buckets.

    def bucket_document(self, name):
        made = self.server.store.bucket(name)
        return {"namespace": NAMESPACE, "name": name, "compartmentId": made["compartment"],
                "createdBy": "double", "timeCreated": made["at"], "etag": made["etag"]}

    def post_bs(self):
        asked = self.document()
        name, compartment = asked.get("name", ""), asked.get("compartmentId")
        if not compartment or not re.fullmatch(r"[A-Za-z0-9._-]{1,256}", name):
            raise Wrong(400, "InvalidParameter")
        if name in self.server.store.buckets:
            raise Wrong(409, "BucketAlreadyExists", f"The bucket '{name}' already exists")
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.server.store.buckets[name] = {"compartment": compartment, "objects": {}, "at": now,
                                           "etag": uuid.uuid4().hex}
        made = self.bucket_document(name)
        return lambda: self.answer(200, made, etag=made["etag"])

    def get_b(self):
        made = self.bucket_document(self.bucket_name)
        return lambda: self.answer(200, made, etag=made["etag"])

    def delete_b(self):
        if self.server.store.bucket(self.bucket_name)["objects"] or \
                any(u["bucket"] == self.bucket_name for u in self.server.store.uploads.values()):
            raise Wrong(409, "BucketNotEmpty", "Bucket is not empty. Delete all objects first.")
        del self.server.store.buckets[self.bucket_name]
        return lambda: self.answer(204)

    # Objects.

    def put_o(self):
        bucket = self.server.store.bucket(self.bucket_name)
        self.check_md5()
        made = {"files": [self.server.store.keep(self.body)], "size": len(self.body),
                "md5": md5_base64(self.body), "etag": str(uuid.uuid4())}
        self.forget(bucket["objects"].get(self.name))
        bucket["objects"][self.name] = made
        return lambda: self.answer(200, opc_content_md5=self.digest(made["md5"]),
                                   etag=made["etag"])

    def forget(self, made):
        for path in made["files"] if made else []:
            os.unlink(path)

    def found(self):
        made = self.server.store.bucket(self.bucket_name)["objects"].get(self.name)
        if made is None:
            raise Wrong(404, "ObjectNotFound", f"The object '{self.name}' was not found in the "
                        f"bucket '{self.bucket_name}'")
        return made

    def head_o(self):
        made = self.found()
        return lambda: self.send_head(200, made, made["size"])

    def send_head(self, status, made, length, **more):
        self.send_response(status)
        self.send_header("opc-request-id", self.opc)
        self.send_header("etag", made["etag"])
        self.send_header("Content-Length", str(length))
        self.send_header("opc-multipart-md5" if "-" in made["md5"] else "Content-MD5",
                         self.digest(made["md5"]))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def get_o(self):
        made = self.found()
        first, last, status, more = 0, made["size"] - 1, 200, {}
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("range", ""))
        if asked:
            first = int(asked[1]) if asked[1] else max(0, made["size"] - int(asked[2]))
            if asked[1] and asked[2]:
                last = min(last, int(asked[2]))
            if first > last:
                raise Wrong(416, "InvalidRange")
            status, more = 206, {"Content_Range": f"bytes {first}-{last}/{made['size']}"}
        # Opened before the lock is let go: the object may be removed meanwhile.
        files = [open(path, "rb") for path in made["files"]]
        return lambda: self.send_files(status, made, files, first, last, more)

    def send_files(self, status, made, files, first, last, more):
        left, skip, sent = last - first + 1, first, 0
        self.send_head(status, made, left, **more)
        for file in files:
            with file:
                size = os.fstat(file.fileno()).st_size
                file.seek(min(skip, size))
                skip -= min(skip, size)
                while left > 0 and (data := file.read(min(left, 1 << 18))):
                    if self.faults.get("corrupt") and sent == 0:
                        data = bytes([data[0] ^ 1]) + data[1:]
                    if "cut" in self.faults and sent + len(data) > self.faults["cut"]:
                        self.wfile.write(data[:self.faults["cut"] - sent])
                        self.hang_up()
                        return
                    self.wfile.write(data)
                    sent, left = sent + len(data), left - len(data)
        self.wfile.flush()

    def delete_o(self):
        made = self.found()
        del self.server.store.bucket(self.bucket_name)["objects"][self.name]
        self.forget(made)
        return lambda: self.answer(204)

    def get_os(self):
        names = sorted(self.server.store.bucket(self.bucket_name)["objects"])
        prefix, start, limit = self.arg("prefix", ""), self.arg("start", ""), \
            int(self.arg("limit", "1000"))
        names = [n for n in names if n.startswith(prefix) and n >= start]
        answer = {"objects": [{"name": n} for n in names[:limit]], "prefixes": []}
        if len(names) > limit:
            answer["nextStartWith"] = names[limit]
        return lambda: self.answer(200, answer)

    # Uploads.

    def post_us(self):
        self.server.store.bucket(self.bucket_name)
        made = {"namespace": NAMESPACE, "bucket": self.bucket_name,
                "object": self.document()["object"], "uploadId": str(uuid.uuid4()),
                "timeCreated": datetime.datetime.now(datetime.timezone.utc).isoformat()}
        self.server.store.uploads[made["uploadId"]] = {**made, "parts": {}}
        return lambda: self.answer(200, made)

    def get_us(self):
        self.server.store.bucket(self.bucket_name)
        mine = sorted((u for u in self.server.store.uploads.values()
                       if u["bucket"] == self.bucket_name), key=lambda u: u["uploadId"])
        page, limit = self.arg("page", ""), int(self.arg("limit", "100"))
        mine = [u for u in mine if u["uploadId"] > page]
        more = {"opc_next_page": mine[limit - 1]["uploadId"]} if len(mine) > limit else {}
        shown = [{k: v for k, v in u.items() if k != "parts"} for u in mine[:limit]]
        return lambda: self.answer(200, shown, **more)

    def mine(self):
        return self.server.store.upload(self.bucket_name, self.name, self.arg("uploadId"))

    def put_u(self):
        upload = self.mine()
        self.check_md5()
        number = int(self.arg("uploadPartNum", "0"))
        if not 1 <= number <= 10000:
            raise Wrong(400, "InvalidParameter")
        made = {"files": [self.server.store.keep(self.body)], "size": len(self.body),
                "md5": hashlib.md5(self.body).digest(), "etag": str(uuid.uuid4())}
        self.forget(upload["parts"].get(number))
        upload["parts"][number] = made
        shown = self.digest(base64.b64encode(made["md5"]).decode())
        return lambda: self.answer(200, opc_content_md5=shown, etag=made["etag"])

    def post_u(self):
        upload, files, md5, size = self.mine(), [], hashlib.md5(), 0
        asked = self.document()["partsToCommit"]
        numbers = [p["partNum"] for p in asked]
        for p in asked:
            made = upload["parts"].get(p["partNum"])
            if made is None or made["etag"] != p["etag"]:
                raise Wrong(400, "InvalidUploadPart", "There are parts that do not exist")
            files += made["files"]
            md5.update(made["md5"])
            size += made["size"]
        if not numbers or numbers != sorted(set(numbers)):
            raise Wrong(400, "InvalidUploadPart", "The parts are not in order")
        for number, made in upload["parts"].items():
            if number not in numbers:
                self.forget(made)
        made = {"files": files, "size": size, "etag": str(uuid.uuid4()),
                "md5": f"{base64.b64encode(md5.digest()).decode()}-{len(asked)}"}
        bucket = self.server.store.bucket(self.bucket_name)
        self.forget(bucket["objects"].get(self.name))
        bucket["objects"][self.name] = made
        del self.server.store.uploads[upload["uploadId"]]
        return lambda: self.answer(200, opc_multipart_md5=self.digest(made["md5"]),
                                   etag=made["etag"])

    def delete_u(self):
        upload = self.mine()
        for made in upload["parts"].values():
            self.forget(made)
        del self.server.store.uploads[upload["uploadId"]]
        return lambda: self.answer(204)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    port, directory = int(sys.argv[1]), sys.argv[2]
    server = Server(("127.0.0.1", port), Handler)
    server.store = Store(os.path.join(directory, "bytes"))
    os.makedirs(server.store.directory, exist_ok=True)
    server.faults = Faults()
    with open(os.path.join(directory, "public.pem"), "rb") as file:
        server.key = serialization.load_pem_public_key(file.read())
    with open(os.path.join(directory, "key_id"), encoding="utf-8") as file:
        server.key_id = file.read().strip()
    server.serve_forever()


if __name__ == "__main__":
    main()
