# tests/sdk/python/test_servers_faults.py - mf-provision killed between any two steps
import signal

import pytest

import installation
import jobs
from drivers import eventually, left_over, processes, to_redis

STEPS = ("claimed", "locked", "cleared", "ensured", "noted", "started", "usable", "stopped",
         "removed", "settled")


@pytest.fixture(scope="module", autouse=True)
def alone():
    with jobs.resting("provision"):
        yield


def ask(api, method, path, body=None):
    answer = api.call(method, path, body, Prefer="respond-async")
    assert answer.status < 300, answer.body
    return answer.json if answer.body else None


def interrupted(step):
    """Killed at that step, if it comes there, and done again by one that is not."""
    status = jobs.once("mf-provision", MF_TEST="1", MF_PROVISION_FAULT=step)
    assert status in (0, -signal.SIGKILL)
    assert jobs.once("mf-provision") == 0
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
    assert not processes(made) and eventually(lambda: not left_over(jobs.STATE))
    assert any(killed), f"{step} is no step"
