# tests/stores/faults.py - what a store can be told to do wrong
"""The doubles and the proxy ask here before and while they answer.

A fault is told by POST /_faults with a JSON object, and holds until the next one; {} is none:
  down     no answer: the connection closes
  slow     seconds before every answer
  status   this status instead of an answer
  part     only part number N fails, with `status` or by closing the connection
  lie      digests in answers are wrong
  corrupt  bodies go out with one byte changed
  cut      bodies go out to this many bytes, then the connection closes
  times    so often, then no more
  method   only requests with this method
GET /_faults answers how often the fault happened, and how many requests are under way: a request
whose sender gave it up may still do its work.
"""
import contextlib
import json
import threading
import time


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.told = {}
        self.left = 0
        self.happened = 0
        self.under_way = 0

    @contextlib.contextmanager
    def request(self):
        with self.lock:
            self.under_way += 1
        try:
            yield
        finally:
            with self.lock:
                self.under_way -= 1

    def tell(self, text):
        with self.lock:
            self.told = json.loads(text or b"{}")
            self.left = self.told.get("times", -1)
            self.happened = 0

    def now(self, method, query):
        """The faults of one request, counted."""
        with self.lock:
            told = self.told
            number = query.get("uploadPartNum") or query.get("partNumber")
            if not told or self.left == 0 or told.get("method", method) != method:
                return {}
            if "part" in told and str(told["part"]) != (number or [""])[0]:
                return {}
            self.left -= 1
            self.happened += 1
        if "slow" in told:
            time.sleep(told["slow"])
        if "part" in told and "status" not in told:
            return {"down": True, **told}
        return told

    def count(self):
        with self.lock:
            return json.dumps({"happened": self.happened,
                               "under_way": self.under_way}).encode()
