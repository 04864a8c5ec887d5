# tests/crash/repeat.py - clients that send a request until it is answered, each time the same key
import threading
import time
import uuid


class Repeat(threading.Thread):
    """Makes environments with an Idempotency-Key; each key makes one, whatever is killed."""

    def __init__(self, installation, stop):
        super().__init__(name="repeat", daemon=True)
        self.installation, self.stop = installation, stop
        self.made = {}  # what was answered for each key
        self.tries = 0

    def run(self):
        while not self.stop.is_set():
            self.one(str(uuid.uuid4()))

    def one(self, key):
        """Until it is answered, also when the killing is over by then."""
        end = time.monotonic() + 120
        while key not in self.made and time.monotonic() < end:
            self.tries += 1
            try:
                status, document = self.installation.api(
                    "POST", "/environments", {"services": ["aws_s3"], "name": key},
                    headers={"Idempotency-Key": key})
            except (OSError, ValueError):
                status = 0
            if status == 201:
                self.made[key] = document["id"]
            else:
                time.sleep(0.1)

    def findings(self):
        """Sentences about what is wrong, after the thread has ended."""
        if self.is_alive():
            return ["a request with an Idempotency-Key was never answered"]
        rows = self.installation.sql(
            "select name, public_id from core.environment where length(name) = 36")
        noted = {row[0] for row in self.installation.sql(
            "select resource from core.audit"
            " where operation = 'CreateEnvironment' and code is null")}
        wrong = [f"{name} made {public_id}, {self.made.get(name)} was answered"
                 for name, public_id in rows if self.made.get(name) != public_id]
        wrong += [f"{public_id} is not in the audit log"
                  for public_id in self.made.values() if public_id not in noted]
        return wrong + ([] if self.enough() else ["too few environments for a test"])

    def enough(self):
        return len(self.made) >= 5
