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
SECONDS = float(os.environ.get("STORM_SECONDS", "15"))  # minutes, to look for what is rare
SEED = int(os.environ.get("STORM_SEED", "3"))
ALIVE, THREADS = 16, 8

# What happened, noted in the database beside the meter.
HISTORY = """
    create table core.storm (n bigserial, environment_id bigint, state text, at timestamptz);
    create function core.storm_note() returns trigger language plpgsql as $$ begin
      insert into core.storm (environment_id, state, at) values (new.id, new.state, new.changed_at);
      return null; end $$;
    create trigger storm after insert or update of state on core.environment
      for each row execute function core.storm_note()"""
HISTORY_ENDS = """drop trigger if exists storm on core.environment;
    drop function if exists core.storm_note(); drop table if exists core.storm"""
# Environments whose periods are not as long as they ran, by more than a second.
WRONG_SUMS = """
    with h as (select environment_id, state, at,
                      lead(at) over (partition by environment_id order by n) as until
                 from core.storm),
    ran as (select environment_id, coalesce(sum(until - at) filter (where state = 'running'),
                   interval '0') as ran from h group by environment_id),
    used as (select r.environment_id, r.ran, coalesce((select sum(period_end - period_start)
                    from core.usage u where u.environment_id = r.environment_id),
                    interval '0') as used from ran r)
    select environment_id, ran, used from used
     where abs(extract(epoch from ran - used)) > 1"""


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
                create = len(self.alive) < ALIVE and (
                    not self.alive or self.random.random() < 0.3)
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


@pytest.fixture
def history():
    ask(HISTORY_ENDS)
    ask(HISTORY)
    try:
        yield
    finally:
        ask(HISTORY_ENDS)


@pytest.mark.clients
def test_storm(api, history):
    storm = Storm(api, SEED)
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
    assert int(ask("select count(distinct environment_id) from core.storm")) >= storm.made - len(
        storm.wrong) > 5
    assert ask(WRONG_SUMS) == ""
