# tests/sdk/python/test_servers_storm.py - many environments, everything that can happen to them
import os
import random
import signal
import subprocess
import threading
import time

import pytest

import installation
from database import ask, unsound_usage
from drivers import eventually, is_free, left_over, processes, to_redis

STATE = os.path.realpath(os.path.join(os.environ.get("TEST_DIR", "."), "var"))
SECONDS = float(os.environ.get("STORM_SECONDS", "20"))
ENVIRONMENTS, THREADS = 40, 8


class Storm:
    def __init__(self, api, seed):
        self.api, self.random = api, random.Random(seed)
        self.lock, self.alive, self.wrong, self.ports = threading.Lock(), [], [], set()
        self.made = self.changes = 0
        self.end = time.monotonic() + SECONDS

    def create(self):
        services = ["redis"] if self.random.random() < 0.8 else ["redis", "postgresql"]
        answer = self.api.call("POST", "/api/v1/environments", {"services": services})
        if answer.status not in (201, 202):
            self.wrong.append(("create", answer.status, answer.body))
            return
        environment = installation.Environment(self.api, answer.json)
        with self.lock:
            self.alive.append(environment)
            self.ports |= {s["port"] for s in answer.json["servers"].values()}

    def change(self, environment):
        what = self.random.choice(["stop", "start", "reset", "kill", "destroy"])
        if what == "kill":
            for pid in processes(environment):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            return True
        if what == "destroy":
            answer = self.api.call("DELETE", environment.path)
        else:
            answer = self.api.call("POST", f"{environment.path}/{what}")
        # Two at once may want different things; a server killed again and again is given up.
        if answer.status not in (200, 202, 204, 409) + ((503,) if what == "start" else ()):
            self.wrong.append((what, answer.status, answer.body))
        return what != "destroy"

    def run(self):
        while time.monotonic() < self.end:
            with self.lock:
                create = self.made < ENVIRONMENTS and (not self.alive or self.random.random() < 0.4)
                self.made += create
                environment = None
                if not create and self.alive:
                    environment = self.alive.pop(self.random.randrange(len(self.alive)))
            if create:
                self.create()
            elif environment is None:
                time.sleep(0.1)
            elif self.change(environment):
                with self.lock:
                    self.alive.append(environment)
            self.changes += 1

    def kill_provision(self):
        """The installation's mf-provision dies every few seconds, and comes back."""
        while time.monotonic() < self.end:
            time.sleep(self.random.uniform(1, 4))
            subprocess.run(["kill", "-9", open(f"{STATE}/run/provision.pid").read().strip()],
                           check=False, stderr=subprocess.DEVNULL)


@pytest.mark.clients
def test_storm(api):
    storm = Storm(api, 3)
    threads = [threading.Thread(target=storm.run) for _ in range(THREADS)]
    threads.append(threading.Thread(target=storm.kill_provision))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{storm.made} environments, {storm.changes} changes")
    assert not storm.wrong
    # What was left running becomes true again, whatever happened to it last.
    for environment in storm.alive:
        environment.made = environment.get()
        if environment.made["status"] == "error":
            continue
        environment.made = environment.post("start")
        eventually(lambda e=environment: to_redis(e).ping())
    for environment in storm.alive:
        environment.destroy()
        eventually(lambda e=environment: api.call("GET", e.path).status == 404)
    eventually(lambda: not left_over(STATE), 60)
    assert all(is_free(port) for port in storm.ports)
    assert ask("select count(*) from core.server") == "0"
    assert unsound_usage() == ""
