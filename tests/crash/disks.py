# tests/crash/disks.py - the web server's spool full, PostgreSQL's log full: refused, and back
import contextlib
import os
import shutil
import signal
import subprocess
import threading

import chaos
import full
import installation as inst
import intact
import model
import s3

MIB = 1 << 20


def upload(e, size, out):
    """One PUT on a connection of its own: (status, or 0 when the connection just ended; digest)."""
    body, client = os.urandom(size), chaos.client_of(e)
    try:
        status = client.request("PUT", f"/spool/o{len(out)}", body=body).status
    except s3.NoAnswer:
        status = 0
    out.append((status, model.digest(body)))
    client.close()


def uploads(e, size, n):
    out = []
    threads = [threading.Thread(target=upload, args=(e, size, out)) for _ in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    return sorted(status for status, _ in out)


def spool(i, e, client, say):
    wrong = []
    for round_ in range(2):  # what one leaves behind must not be in the way of the next
        got = uploads(e, 20 * MIB, 1)
        say(f"20 MiB into 12: answered {got}")
        if got[0] not in (0, 500, 503):
            wrong.append(f"spool full: 20 MiB were answered {got}")
        if client.request("PUT", "/spool/small", body=b"small").status != 200:
            wrong.append(f"spool full: a small object is refused (round {round_})")
        if uploads(e, 5 * MIB, 1) != [200]:
            wrong.append("spool full before: there is room for 5 MiB, and they are refused")
    several = uploads(e, 5 * MIB, 4)
    if 200 not in several or set(several) - {0, 200, 500, 503}:
        wrong.append(f"spool full: four uploads, two of which fit, are answered {several}")
    full.resize(f"{i.state}/tmp", "100m")
    if uploads(e, 20 * MIB, 3) != [200, 200, 200]:
        wrong.append("spool: with room again, uploads are refused")
    return wrong


def spool_full(i, say):
    e = i.environment(name="spool full")
    client = chaos.client_of(e)
    client.request("PUT", "/spool")
    before, web = i.workers(), i.pid("web")
    with full.tiny_disk(f"{i.state}/tmp", "12m"):
        wrong = spool(i, e, client, say)
    if i.workers() != before or i.pid("web") != web:
        wrong.append("spool full: a process died")
    say("12 MiB for bodies on their way in, uploads of 20 MiB and of four times 5 MiB")
    intact.collect(i)
    return wrong + intact.findings(i) + chaos.destroy_all(i)


@contextlib.contextmanager
def stopped(i):
    """PostgreSQL is shut down, and stays so."""
    keeper = i.keeper("postgres")
    i.kill(keeper, signal.SIGSTOP)
    try:
        pid = i.pid("postgres")
        i.kill(pid, signal.SIGINT)
        inst.wait_until(60, lambda: not i.title(pid), "PostgreSQL to end")
        yield
    finally:
        i.kill(keeper, signal.SIGCONT)
        i.wait_healthy(60)


def move(source, target, names):
    for name in names:
        subprocess.run(["cp", "-a", f"{source}/{name}", target], check=True)


@contextlib.contextmanager
def small_log(i, size):
    """PostgreSQL's log is on a disk of its own, with nothing spare on it."""
    log = f"{i.state}/pg/pg_wal"
    # In the last quarter of a segment PostgreSQL would want the next one as soon as it starts.
    i.sql("select pg_switch_wal()")
    with contextlib.ExitStack() as mounted:
        with stopped(i):
            control = subprocess.run([f"{bin_of(i)}/pg_controldata", f"{i.state}/pg"], check=True,
                                     capture_output=True, text=True).stdout
            needed = next(line.split()[-1] for line in control.splitlines() if "WAL file" in line)
            kept = f"{i.state}/pg_wal.kept"
            os.mkdir(kept)
            move(log, kept, [needed, "archive_status"])
            mounted.enter_context(full.tiny_disk(log, size))
            move(kept, log, os.listdir(kept))
        try:
            yield log
        finally:
            with stopped(i):
                shutil.rmtree(kept)
                os.mkdir(kept)
                move(log, kept, os.listdir(log))
                mounted.close()
                for name in os.listdir(log):
                    if name != "archive_status":
                        os.unlink(f"{log}/{name}")
                move(kept, log, os.listdir(kept))
                shutil.rmtree(kept)


def bin_of(i):
    with open(f"{i.state}/pg/PG_VERSION", encoding="utf-8") as f:
        return f"/usr/lib/postgresql/{f.read().strip()}/bin"


def put_until_away(client, bucket, size, most):
    """(digests of what was acknowledged, the other answers until one said that there is none)."""
    stored, others = {}, []
    for n in range(most):
        body = os.urandom(size)
        try:
            a = client.request("PUT", f"/{bucket}/o{n}", body=body)
        except s3.NoAnswer as none:
            return stored, others + [str(none)]
        if a.status != 200:
            return stored, others + full.refused_well("log full", a)
        stored[f"o{n}"] = model.digest(body)
    return stored, others + ["log full: it never became full"]


def log_full(i, say):
    if os.getuid() != 0:
        raise full.Skip("only root can mount a small disk")
    client = chaos.client_of(i.environment(name="log full"))
    client.request("PUT", "/log")
    before = i.workers()
    with small_log(i, "24m") as log:
        stored, wrong = put_until_away(client, "log", 60000, 1000)
        inst.wait_until(30, lambda: not i.healthy(), "PostgreSQL to be away")
        wrong += full.refused_well("log full, GET", client.get("/log/o0"))
        full.resize(log, "1g")
        i.wait_healthy(60)
        wrong += full.all_there(client, "log", stored)
        if client.request("PUT", "/log/after", body=b"x" * 60000).status != 200:
            wrong.append("log full: with room again, a put is refused")
    wrong += full.all_there(client, "log", {**stored, "after": model.digest(b"x" * 60000)})
    if i.workers() != before:
        wrong.append("log full: a worker died")
    say(f"PostgreSQL fell over after {len(stored)} objects of 60,000 bytes; all of them are there")
    intact.collect(i)
    return wrong + intact.findings(i) + chaos.destroy_all(i)
