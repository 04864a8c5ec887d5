# tests/sdk/python/jobs.py - the installation's jobs, started by hand while its own rest
import contextlib
import os
import pwd
import re
import signal
import subprocess
import time

import database

STATE = os.path.realpath(os.path.join(os.environ.get("TEST_DIR", "."), "var"))


def settings():
    """The installation's own, as its programs get them."""
    return dict(re.findall(r"^(MF_[A-Z_]*)='(.*)'$", open(f"{STATE}/settings.env").read(), re.M))


def become():
    """For a child before it executes: the user the installation belongs to."""
    if os.getuid() == 0:
        user = pwd.getpwuid(os.stat(STATE).st_uid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def once(program, **more):
    """One such program, until there is nothing to do; its status."""
    return subprocess.run([f"{STATE}/program/bin/{program}", "--once"], preexec_fn=become,
                          cwd=STATE, env={**settings(), **more}, timeout=600, check=False,
                          capture_output=True).returncode


def cron(program):
    """One that cron starts, now; its status."""
    return subprocess.run([f"{STATE}/program/bin/{program}"], preexec_fn=become, cwd=STATE,
                          env=settings(), timeout=600, check=False, capture_output=True).returncode


def days_pass(home, days):
    """The environment's clock so many days ahead, and the collector's next run, come early."""
    home.api.ok("PUT", home.path + "/clock", {"advance": days * 86400})
    deadline = time.monotonic() + 60
    while database.ask(f"""
            select count(*) from blob.lifecycle l
              join core.environment_service s on s.space = l.space
              join core.environment e on e.id = s.environment_id
             where e.public_id = '{home.id}' and l.passed_at is distinct from date_trunc(
                   'day', now() + e.clock_offset * interval '1 microsecond', 'UTC')""") != "0":
        assert time.monotonic() < deadline  # cron's own copy may have a bucket in hand
        assert cron("mf-collect") == 0


def number_in(path):
    """None while its writer has only begun."""
    text = open(path).read()
    return int(text) if text.strip() else None


def hold(run, name):
    """Stop the keeper at a moment when it has said what it keeps: (the keeper, what it keeps)."""
    for _ in range(600):
        keeper = number_in(f"{run}/{name}.keeper")
        if keeper is not None:
            os.kill(keeper, signal.SIGSTOP)
            kept = number_in(f"{run}/{name}.pid")
            if kept is not None:
                return keeper, kept
            os.kill(keeper, signal.SIGCONT)
        time.sleep(0.1)
    raise AssertionError(f"{name} is not kept")


def lives(pid):
    """A process that its parent has not looked after yet is listed, and has no command."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read() != b""
    except OSError:
        return False


def wait_for_the_dead(pid):
    """Until what was killed is gone, and its last statement too: it would hold rows in its hand."""
    deadline = time.monotonic() + 60
    while lives(pid) or database.ask(
            "select count(*) from pg_stat_activity where backend_type = 'client backend'"
            " and state <> 'idle' and pid <> pg_backend_pid()") != "0":
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextlib.contextmanager
def resting(name):
    """The installation's own ("provision", "seed") does not run, nor does a new one start."""
    keeper, kept = hold(os.path.realpath(f"{STATE}/run"), name)
    try:
        with contextlib.suppress(ProcessLookupError):
            os.kill(kept, signal.SIGKILL)
        wait_for_the_dead(kept)
        yield
    finally:
        os.kill(keeper, signal.SIGCONT)
