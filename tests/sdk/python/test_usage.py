# tests/sdk/python/test_usage.py - what environments cost, and what becomes of unused ones
import os
import subprocess
from datetime import datetime
from decimal import Decimal

import pytest

import installation
from database import ask, unsound_usage
from drivers import eventually, is_free, port_of, to_redis


def seconds(period):
    start, end = (datetime.fromisoformat(period[name].replace("Z", "+00:00"))
                  for name in ("period_start", "period_end"))
    return Decimal(str((end - start).total_seconds()))


def test_metered_while_it_runs(api):
    made = api.create("aws_s3")
    for change in ("stop", "start", "stop"):
        made.post(change)
    made.destroy()
    usage = api.ok("GET", made.path + "/usage")
    assert usage["status"] == "destroyed" and usage["next_cursor"] is None
    assert len(usage["usage"]) in (2, 3)  # a full hour may have passed
    expected = sum(seconds(period) for period in usage["usage"]) * Decimal("0.05") / 3600
    assert abs(Decimal(str(usage["total"])) - expected) < Decimal("1e-12")
    # By itself it shows this month, which may be the next one by now.
    since = usage["usage"][-1]["period_start"]
    shown = api.ok("GET", f"/api/v1/usage?limit=100&from={since}")["environments"]
    assert made.id in [e["id"] for e in shown]
    assert unsound_usage() == ""


def sweep():
    program = os.environ["TEST_ADMIN"].removesuffix("mf-admin") + "mf-sweep"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MF_")}
    clean["MF_SENDMAIL"] = "/bin/true"  # there are mails of other tests
    done = subprocess.run(program.split(), check=False, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def leave_unused(environment):
    """As if nobody had used it for ten hours, of which the last began with a warning."""
    ask(f"""update core.environment
               set active_at = now() - interval '10 hours',
                   changed_at = now() - interval '10 hours',
                   warned_at = now() - interval '1 hour'
             where public_id = '{environment.id}'""")


@pytest.mark.clients
def test_unused_server_is_stopped(api):
    made = api.create("redis")
    client = to_redis(made)
    client.set("key", "value")
    leave_unused(made)
    sweep()
    assert made.get()["status"] == "running"  # somebody is connected
    client.close()
    leave_unused(made)
    sweep()
    assert made.get()["status"] == "stopped"
    eventually(lambda: is_free(port_of(made, "redis")), 60)
    made.made = made.post("start")
    assert to_redis(made).get("key") == b"value"
    assert unsound_usage() == ""
    made.destroy()


def test_usage_of_others(api):
    assert api.call("GET", "/api/v1/environments/env-0000000000/usage").status == 404
    assert installation.Api(key="").call("GET", "/api/v1/usage").status == 401
