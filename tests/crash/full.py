# tests/crash/full.py - store full, PostgreSQL full, PostgreSQL away: a clean 503, and back
import contextlib
import os
import pwd
import signal
import subprocess
import tempfile
import time

import chaos
import installation as inst
import intact
import model


class Skip(Exception):
    """Why this cannot be tried here."""


@contextlib.contextmanager
def tiny_disk(where, size):
    """A file system of its own over a directory; gone afterwards."""
    if os.getuid() != 0:
        raise Skip("only root can mount a small disk")
    uid = pwd.getpwnam(inst.USER).pw_uid
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},uid={uid},mode=0700",
                           "mf-test", where], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", where], check=True)


def resize(where, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", where], check=True)


def put_until_full(client, bucket, size, most):
    """(digests of what was acknowledged, the first other answer or None)."""
    stored = {}
    for i in range(most):
        body = os.urandom(size)
        a = client.request("PUT", f"/{bucket}/o{i}", body=body)
        if a.status != 200:
            return stored, a
        stored[f"o{i}"] = model.digest(body)
    return stored, None


def refused_well(what, a):
    """The answer S3 gives when it cannot serve: 503 in its XML."""
    if a.status == 503 and a.code in ("ServiceUnavailable", "SlowDown"):
        return []
    return [f"{what}: not S3's 503 but {a}"]


def all_there(client, bucket, stored):
    wrong = []
    for key, digest in stored.items():
        a = client.get(f"/{bucket}/{key}")
        if a.status != 200 or model.digest(a.body) != digest:
            wrong.append(f"{key} is not whole: {a.status} {a.code}")
    return wrong


def fill(client, bucket, size, most, what, more_room):
    """Fill up, be refused, find all as it was, and go on once there is room."""
    client.request("PUT", f"/{bucket}")
    stored, a = put_until_full(client, bucket, size, most)
    if a is None or not stored:
        return [f"{what}: it never became full, or was so at once ({len(stored)} objects, {a})"]
    wrong = refused_well(what, a)
    wrong += all_there(client, bucket, stored)
    if client.get(f"/{bucket}/o{len(stored)}").status != 404:
        wrong.append(f"{what}: the refused object is there")
    more_room()
    a = client.request("PUT", f"/{bucket}/after", body=os.urandom(size))
    if a.status != 200:
        wrong.append(f"{what}: with room again, a put is answered {a}")
    return wrong + all_there(client, bucket, stored)


def store_full(i, say):
    wrong = chaos.destroy_all(i)  # the small disk hides what was there
    before = i.workers()
    with tiny_disk(i.store, "12m"):
        client = chaos.client_of(i.environment(name="store full"))
        wrong += fill(client, "full", 1 << 20, 30, "store full",
                     lambda: resize(i.store, "40m"))
        intact.collect(i)
        wrong += intact.findings(i)
        wrong += chaos.destroy_all(i)
    if i.workers() != before:
        wrong.append("store full: a worker died")
    say("12 MiB store filled with 1 MiB objects")
    return wrong


def on_a_small_disk(i, place):
    i.sql("alter table blob.version set tablespace tiny")
    client = chaos.client_of(i.environment(name="database full"))
    before = i.workers()
    wrong = fill(client, "full", 60000, 300, "database full", lambda: resize(place, "60m"))
    intact.collect(i)
    wrong += intact.findings(i)
    if i.workers() != before:
        wrong.append("database full: a worker died")
    return wrong + chaos.destroy_all(i)


def database_full(i, say):
    """The table of objects lies on a small disk of its own: PostgreSQL cannot extend it."""
    place = tempfile.mkdtemp(prefix="mf-crash-pg.")
    # What scenarios before this one left in the table would fill the disk by itself.
    wrong = chaos.destroy_all(i)
    intact.collect(i)
    i.sql("vacuum full blob.version")
    try:
        with tiny_disk(place, "8m"):
            i.sql(f"create tablespace tiny location '{place}'")
            try:
                wrong += on_a_small_disk(i, place)
            finally:
                # Without its tablespace PostgreSQL would not start again.
                i.sql("alter table blob.version set tablespace pg_default")
                i.sql("checkpoint")
                i.sql("drop tablespace tiny")
    finally:
        os.rmdir(place)
    say("a table on 8 MiB filled with 60,000 byte objects")
    return wrong


def ask_api(i, key=None):
    status, document = i.api("GET", "/environments", key=key)
    return status, (document or {}).get("title")


def while_away(i, client, bare):
    """What is answered while there is no PostgreSQL, and how soon."""
    wrong = []
    asked = {
        "PUT": lambda: client.request("PUT", "/away/o1", body=b"lost"),
        "GET": lambda: client.get("/away/o0"),
        "PUT of 1 MiB": lambda: client.request("PUT", "/away/o2", body=b"x" * (1 << 20)),
    }
    for what, ask in asked.items():
        began = time.monotonic()
        wrong += refused_well(f"PostgreSQL away, {what}", ask())
        if time.monotonic() - began > 15:
            wrong.append(f"PostgreSQL away: {what} was answered after "
                         f"{time.monotonic() - began:.0f} s")
    a = bare.get("/away/o0")
    if a.status not in (403, 503) or not a.code:
        wrong.append(f"PostgreSQL away, unauthenticated: {a}")
    status, title = ask_api(i)
    if status != 503 or not title:
        wrong.append(f"PostgreSQL away: the control API answers {status} {title}")
    if i.healthy():
        wrong.append("PostgreSQL away: /healthz says all is well")
    return wrong


def database_away(i, say):
    e = i.environment(name="away")
    client, bare = chaos.client_of(e), chaos.client_of(e)
    bare.access_key = None
    client.request("PUT", "/away")
    client.request("PUT", "/away/o0", body=b"kept")
    before = i.workers()
    keeper = i.keeper("postgres")
    i.kill(keeper, signal.SIGSTOP)  # so that it stays away
    try:
        parts = [i.pid("postgres"), *i.children(i.pid("postgres"))]
        i.kill(parts[0], signal.SIGKILL)
        inst.wait_until(60, lambda: not any(map(i.title, parts)), "PostgreSQL to end")
        wrong = while_away(i, client, bare)
    finally:
        i.kill(keeper, signal.SIGCONT)
    began = time.monotonic()
    i.wait_healthy(60)
    say(f"back {time.monotonic() - began:.1f} s after PostgreSQL may start again")
    a = client.get("/away/o0")
    if a.body != b"kept":
        wrong.append(f"after PostgreSQL came back: {a}")
    if client.request("PUT", "/away/o3", body=b"new").status != 200:
        wrong.append("after PostgreSQL came back no object can be put")
    if ask_api(i)[0] != 200:
        wrong.append("after PostgreSQL came back the control API does not serve")
    if i.workers() != before:
        wrong.append("PostgreSQL away: a worker died")
    intact.collect(i)
    return wrong + intact.findings(i)
