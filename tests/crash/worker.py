# tests/crash/worker.py - one client of the mixed load: its own keys, one request at a time
import random
import threading
import time

import model
import s3

KEYS = 40
# Answers that promise nothing about whether the operation took effect.
IN_DOUBT = {500, 502, 503, 504}


class Worker(threading.Thread):
    """Puts, overwrites, copies, deletes and reads until stop is set; failures end up in .wrong."""

    def __init__(self, number, seed, bucket, client, stop):
        super().__init__(name=f"worker-{number}", daemon=True)
        self.rng = random.Random(f"{seed}/{number}")
        self.keys = [model.Key(f"w{number}/key-{i:03}") for i in range(KEYS)]
        self.bucket, self.client, self.stop = bucket, client, stop
        self.wrong = []
        self.done = {"put": 0, "copy": 0, "delete": 0, "get": 0}
        self.doubts = self.unavailable = 0

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
            return
        self.rng.choices([self.put, self.copy, self.delete, self.get], [50, 12, 13, 25])[0](key)

    def ask(self, kind, key, state, accepted, *args, **kwargs):
        """One request that changes a key; True when it was acknowledged."""
        try:
            a = self.client.request(*args, **kwargs)
        except s3.NoAnswer:
            self.doubt(key, state)
            return False
        if a.status in accepted:
            self.done[kind] += 1
            key.acknowledged(state)
            if state is not None and a.headers.get("x-amz-version-id"):
                key.versions[a.headers["x-amz-version-id"]] = state
            return True
        if a.status not in IN_DOUBT:
            raise model.Torn(f"{kind} {key.name}: {a}")
        self.unavailable += 1
        self.doubt(key, state)
        return False

    def doubt(self, key, state):
        self.doubts += 1
        key.in_doubt(state)
        time.sleep(0.05)

    def path(self, key):
        return f"/{self.bucket}/{key.name}"

    def put(self, key):
        body = model.make_body(self.rng)
        self.ask("put", key, model.digest(body), {200}, "PUT", self.path(key), body=body,
                 hashed=self.rng.random() < 0.5)

    def delete(self, key):
        self.ask("delete", key, None, {204}, "DELETE", self.path(key))

    def copy(self, key):
        sources = [k for k in self.keys if k is not key and k.settled and k.allowed != {None}]
        if not sources:
            return
        source = self.rng.choice(sources)
        self.ask("copy", key, *source.allowed, {200}, "PUT", self.path(key),
                 headers={"x-amz-copy-source": s3.encode_path(self.path(source))})

    def get(self, key):
        try:
            a = self.client.get(self.path(key))
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
        key.read(None if a.status == 404 else model.digest(a.body))
