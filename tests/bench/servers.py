#!/usr/bin/env python3
# tests/bench/servers.py - from POST to a client that is logged in, for real servers
#
#   build/test/venv/bin/python tests/bench/servers.py PROGRAMS
# Prints a table; the targets are those of docs/BENCH.md.  Fails when a server does not come.
import glob
import os
import statistics
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [f"{ROOT}/tests/crash", f"{ROOT}/tests/sdk/python"]
# pylint: disable=wrong-import-position
import installation as crash  # noqa: E402

del sys.modules["installation"]
sys.path.remove(f"{ROOT}/tests/crash")
import drivers  # noqa: E402
import installation  # noqa: E402

ROUNDS = int(os.environ.get("MF_BENCH_ROUNDS", "10"))
AT_ONCE, RECORDS = 3, 100000
CASES = [(("redis",), 0.3), (("postgresql",), 0.7), (("mysql",), 1.0), (drivers.ALL, 1.5)]


def log_in(environment):
    for service in environment.made["servers"]:
        if service == "redis":
            drivers.to_redis(environment).ping()
        elif service == "mysql":
            drivers.to_mysql(environment).close()
        else:
            drivers.to_postgresql(environment).close()


def create(api, services):
    began = time.monotonic()
    environment = installation.Environment(
        api, api.ok("POST", "/api/v1/environments", {"services": list(services)}))
    log_in(environment)
    return time.monotonic() - began, environment


def timed(call, *args):
    began = time.monotonic()
    call(*args)
    return time.monotonic() - began


def line(name, times, target=None):
    times = sorted(times)
    print(f"{name:<34}{statistics.median(times) * 1000:>9.0f}{times[-1] * 1000:>9.0f}"
          + (f"{target * 1000:>9.0f}" if target else ""), flush=True)


def quiet(api):
    """Wait until the copies made in advance are there again."""
    templates = glob.glob(f"{api.servers}/.template/*")
    end = time.monotonic() + 20
    while any(len(glob.glob(f"{t}/ready.*")) < 2 for t in templates) and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(0.3)


def one_by_one(api, services, target):
    created, stopped, started, emptied, destroyed = [], [], [], [], []
    for _ in range(ROUNDS):
        took, environment = create(api, services)
        created.append(took)
        stopped.append(timed(environment.post, "stop"))
        started.append(timed(environment.post, "start"))
        emptied.append(timed(environment.post, "reset"))
        destroyed.append(timed(environment.destroy))
        quiet(api)
    name = ", ".join(services)
    line(name, created, target)
    for what, times in (("stop", stopped), ("start", started), ("reset", emptied),
                        ("destroy", destroyed)):
        line("  " + what, times)


def ten_at_once(api):
    done = []
    threads = [threading.Thread(target=lambda: done.append(create(api, drivers.ALL)))
               for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 10
    line("ten of these at once", [took for took, _ in done], 5.0)
    for _, environment in done:
        environment.destroy()


def seed(api, environment, into):
    """From the request until all records are there."""
    said = api.ok("POST", f"/api/v1/data/{environment.id}/generate", {
        "template": "medical_patients", "count": RECORDS, "seed": 1, "seed_into": into})
    while "operation" in said and said.get("status", "running") == "running":
        said = {**said, **api.ok("GET", f"/api/v1/operations/{said['operation']}",
                                 Prefer="wait=30")}
    assert said.get("status", "succeeded") == "succeeded", said


def count(environment, into):
    if into == "redis":
        return drivers.to_redis(environment).dbsize()
    connect = drivers.to_mysql if into == "mysql" else drivers.to_postgresql
    with connect(environment) as db:
        cursor = db.cursor()
        cursor.execute("select count(*) from medical_patients")
        return cursor.fetchone()[0]


def seeded(api):
    """Into what is empty, and over the same records once more."""
    _, environment = create(api, (*drivers.ALL, "aws_s3"))
    for into in (*drivers.ALL, "aws_s3"):
        first = timed(seed, api, environment, into)
        again = timed(seed, api, environment, into)
        assert into == "aws_s3" or count(environment, into) == RECORDS
        print(f"{RECORDS:,} records into {into:<17}{first * 1000:>9.0f}{again * 1000:>9.0f}"
              "    (new, replaced)", flush=True)
    environment.destroy()


def main():
    with crash.Installation(sys.argv[1], MF_SERVER_READY="2") as i:
        api = installation.Api(key=i.key, url=i.url)
        api.servers = i.settings["MF_SERVERS"]
        _, first = create(api, drivers.ALL)  # makes the templates
        first.destroy()
        quiet(api)
        print(f"\n{'real servers, ms':<34}{'median':>9}{'most':>9}{'target':>9}")
        for services, target in CASES:
            one_by_one(api, services, target)
        for _ in range(AT_ONCE):
            quiet(api)
            ten_at_once(api)
        seeded(api)


if __name__ == "__main__":
    main()
