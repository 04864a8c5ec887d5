# tests/sdk/python/test_servers_faults.py - mf-provision killed between any two steps
import os
import pwd
import re
import signal
import subprocess
import time

import pytest

import installation
from drivers import eventually, left_over, processes, to_redis

STATE = os.path.realpath(os.path.join(os.environ.get("TEST_DIR", "."), "var"))
STEPS = ("claimed", "locked", "cleared", "ensured", "noted", "started", "usable", "stopped",
         "removed", "settled")


def provision(**settings):
    """One mf-provision, until there is nothing to do; its status."""
    given = dict(re.findall(r"^(MF_[A-Z_]*)='(.*)'$", open(f"{STATE}/settings.env").read(), re.M))
    user = pwd.getpwuid(os.stat(STATE).st_uid)

    def become():
        if os.getuid() == 0:
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)

    return subprocess.run([f"{STATE}/program/bin/mf-provision", "--once"], preexec_fn=become,
                          cwd=STATE, env={**given, **settings}, timeout=60, check=False,
                          capture_output=True).returncode


@pytest.fixture(scope="module", autouse=True)
def alone():
    """The installation's own mf-provision rests meanwhile."""
    run = os.path.realpath(f"{STATE}/run")
    keeper = int(open(f"{run}/provision.keeper").read())
    os.kill(keeper, signal.SIGSTOP)
    try:
        os.kill(int(open(f"{run}/provision.pid").read()), signal.SIGKILL)
        time.sleep(0.2)
        yield
    finally:
        os.kill(keeper, signal.SIGCONT)


def ask(api, method, path, body=None):
    answer = api.call(method, path, body, Prefer="respond-async")
    assert answer.status < 300, answer.body
    return answer.json if answer.body else None


def interrupted(step):
    """Killed at that step, if it comes there, and done again by one that is not."""
    status = provision(MF_TEST="1", MF_PROVISION_FAULT=step)
    assert status in (0, -signal.SIGKILL)
    assert provision() == 0
    return status != 0


@pytest.mark.parametrize("step", STEPS)
def test_killed_at(api, step):
    killed = []
    made = installation.Environment(api, ask(api, "POST", "/api/v1/environments",
                                             {"services": ["redis"]}))
    killed.append(interrupted(step))
    made.made = made.get()
    assert made.made["status"] == "running"
    to_redis(made).set("a", "b")
    assert len(processes(made)) == 1

    ask(api, "POST", made.path + "/stop")
    killed.append(interrupted(step))
    assert made.get()["servers"]["redis"]["status"] == "stopped" and not processes(made)

    ask(api, "POST", made.path + "/start")
    killed.append(interrupted(step))
    assert made.get()["status"] == "running" and to_redis(made).get("a") == b"b"

    ask(api, "POST", made.path + "/reset")
    killed.append(interrupted(step))
    assert made.get()["servers"]["redis"]["status"] == "running"
    assert to_redis(made).get("a") is None and len(processes(made)) == 1

    ask(api, "DELETE", made.path)
    killed.append(interrupted(step))
    assert api.call("GET", made.path).status == 404
    assert not processes(made) and eventually(lambda: not left_over(STATE))
    assert any(killed), f"{step} is no step"
