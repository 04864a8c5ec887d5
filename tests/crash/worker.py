# tests/crash/worker.py - one client of the mixed load: its own keys, one request at a time
import random
import re
import threading
import time

import model
import s3

KEYS = 40
# Answers that promise nothing about whether the operation took effect.
IN_DOUBT = {500, 502, 503, 504}
PART = 5 << 20  # what every part but the last has at least
WEIGHTS = {"put": 38, "copy": 10, "delete": 10, "get": 20, "multipart": 8, "tag": 10}


def tagging(tag):
    return {"x-amz-tagging": f"t={tag}"} if tag else {}


def observe(client, path):
    """(answer, state) of a key as it is read; the state of what is not there is None."""
    a = client.get(path)
    if a.status != 200:
        return a, None
    tag = ""
    if a.headers.get("x-amz-tagging-count"):
        t = client.request("GET", path, query=[("tagging", "")])
        found = re.search(rb"<Key>t</Key><Value>([^<]*)</Value>", t.body)
        if t.status != 200 or not found:
            return t, None
        tag = found.group(1).decode()
    return a, model.State(model.digest(a.body), tag)


class Worker(threading.Thread):
    """Does everything that changes objects until stop is set; failures end up in .wrong."""

    def __init__(self, number, seed, bucket, client, stop):
        super().__init__(name=f"worker-{number}", daemon=True)
        self.rng = random.Random(f"{seed}/{number}")
        self.keys = [model.Key(f"w{number}/key-{i:03}") for i in range(KEYS)]
        self.bucket, self.client, self.stop = bucket, client, stop
        self.wrong = []
        self.done = dict.fromkeys(WEIGHTS, 0)
        self.doubts = self.unavailable = self.resent = self.forgotten = 0

    def run(self):
        while not self.stop.is_set():
            try:
                self.step()
            except model.Torn as e:
                self.wrong.append(str(e))
                return
            except Exception as e:  # a mistake of the harness must not look like success
                self.wrong.append(f"{type(e).__name__}: {e}")
                return

    def step(self):
        now = time.monotonic()
        rested = [k for k in self.keys if k.rests_until <= now]
        if not rested:
            time.sleep(0.1)
            return
        key = self.rng.choice(rested)
        if not key.settled:
            self.get(key)
        elif key.versions and self.rng.random() < 0.05:
            self.forget(key)
        else:
            what = self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            getattr(self, what)(key)

    def answer(self, what, accepted, *args, **kwargs):
        """The answer of one request; None: whether it took effect is not known."""
        began = time.monotonic()
        try:
            a = self.client.request(*args, **kwargs)
        except s3.NoAnswer:
            a = None
        if a is not None and a.status in accepted:
            model.pace.took(time.monotonic() - began)
            return a
        if a is not None and a.status not in IN_DOUBT:
            raise model.Torn(f"{what}: {a}")
        self.doubts += 1
        self.unavailable += a is not None
        time.sleep(0.05)
        return None

    def ask(self, kind, key, state, accepted, *args, **kwargs):
        """One request that changes a key: its answer."""
        a = self.answer(f"{kind} {key.name}", accepted, *args, **kwargs)
        if a is None:
            key.in_doubt(state)
            return None
        self.done[kind] += 1
        key.acknowledged(state)
        if state is not None and a.headers.get("x-amz-version-id") and kind != "tag":
            key.versions[a.headers["x-amz-version-id"]] = state.digest
        return a

    def path(self, key):
        return f"/{self.bucket}/{key.name}"

    def some_tag(self):
        return self.rng.choice(["", f"{self.rng.getrandbits(32):x}"])

    def put(self, key):
        body, tag = model.make_body(self.rng), self.some_tag()
        self.ask("put", key, model.State(model.digest(body), tag), {200}, "PUT", self.path(key),
                 headers=tagging(tag), body=body, hashed=self.rng.random() < 0.5)

    def delete(self, key):
        self.ask("delete", key, None, {204}, "DELETE", self.path(key))

    def copy(self, key):
        sources = [k for k in self.keys if k is not key and k.present]
        if not sources:
            return
        source = self.rng.choice(sources)
        self.ask("copy", key, source.present, {200}, "PUT", self.path(key),
                 headers={"x-amz-copy-source": s3.encode_path(self.path(source))})

    def tag(self, key):
        if key.present is None:
            return
        tag = f"{self.rng.getrandbits(32):x}"
        body = (f"<Tagging><TagSet><Tag><Key>t</Key><Value>{tag}</Value></Tag></TagSet></Tagging>")
        self.ask("tag", key, key.present._replace(tag=tag), {200}, "PUT", self.path(key),
                 query=[("tagging", "")], body=body.encode())

    def part(self, key, upload, number, body):
        """Sent until it is acknowledged: its ETag; None when the load is over first."""
        while not self.stop.is_set():
            a = self.answer(f"part {number} of {key.name}", {200}, "PUT", self.path(key), body=body,
                            query=[("partNumber", str(number)), ("uploadId", upload)])
            if a is not None:
                return a.headers["ETag"]
            time.sleep(model.pace.rest)  # what came before must not arrive after what comes now
        return None

    def multipart(self, key):
        """Two parts in any order, some of them sent again with other bytes, some given up."""
        tag = self.some_tag()
        a = self.answer(f"upload {key.name}", {200}, "POST", self.path(key),
                        query=[("uploads", "")], headers=tagging(tag))
        if a is None:
            return
        upload = re.search(rb"<UploadId>([^<]*)</UploadId>", a.body).group(1).decode()
        bodies = {1: self.rng.randbytes(PART), 2: model.make_body(self.rng)}
        etags = {}
        for number in self.rng.sample([1, 2], 2):
            if self.rng.random() < 0.3:
                self.resent += self.part(key, upload, number, self.rng.randbytes(PART)) is not None
            etags[number] = self.part(key, upload, number, bodies[number])
            if etags[number] is None:
                return
        where = [("uploadId", upload)]
        if self.rng.random() < 0.1:
            self.answer(f"abort {key.name}", {204}, "DELETE", self.path(key), query=where)
            return
        parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etags[n]}</ETag></Part>"
                        for n in (1, 2))
        whole = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        a = self.ask("multipart", key, model.State(model.digest(bodies[1] + bodies[2]), tag), {200},
                     "POST", self.path(key), query=where, body=whole)
        if a is not None and b"<CompleteMultipartUploadResult" not in a.body:
            raise model.Torn(f"complete {key.name}: {a}")

    def forget(self, key):
        """A version that is not the newest goes for good."""
        past = [v for v in list(key.versions)[:-1] if v not in key.gone | key.unsure]
        if not past:
            return
        version = self.rng.choice(past)
        a = self.answer(f"delete a version of {key.name}", {204}, "DELETE", self.path(key),
                        query=[("versionId", version)])
        (key.unsure if a is None else key.gone).add(version)
        self.forgotten += a is not None

    def get(self, key):
        try:
            a, state = observe(self.client, self.path(key))
        except s3.NoAnswer:
            self.doubts += 1
            return
        if a.status in IN_DOUBT:
            self.unavailable += 1
            time.sleep(0.05)
            return
        if a.status not in (200, 404):
            raise model.Torn(f"get {key.name}: {a}")
        self.done["get"] += 1
        key.read(state)
