# tests/crash/rolling.py - a rolling restart under load fails no request
import signal
import threading
import time

import chaos


def wait_for_others(installation, before):
    """Until every worker there was has gone and others serve."""
    end = time.monotonic() + 60
    while set(installation.workers()) & before or not installation.healthy():
        if time.monotonic() > end:
            return [f"workers {before} still run a minute after a restart was asked for"]
        time.sleep(0.05)
    return []


def run(installation, seed, say):
    stop = threading.Event()
    e = installation.environment(name="rolling")
    setup = chaos.client_of(e)
    setup.request("PUT", "/rolling")
    setup.close()
    workers = chaos.start_workers(e, "rolling", seed, stop)
    wrong = []
    for pid in ("pool", "pool", "keeper"):
        time.sleep(1)
        before = set(installation.workers())
        installation.kill(installation.pid("pool") if pid == "pool"
                          else installation.keeper("pool"), signal.SIGHUP)
        wrong += wait_for_others(installation, before)
    time.sleep(1)
    chaos.stop_workers(workers, stop)
    wrong += [w for each in workers for w in each.wrong]
    doubts = sum(w.doubts for w in workers)
    done = {k: sum(w.done[k] for w in workers) for k in workers[0].done}
    say(f"three restarts; acknowledged {done}")
    if doubts:
        wrong.append(f"{doubts} requests failed during rolling restarts")
    if min(done.values()) < 5:
        wrong.append("too little happened for a test")
    return wrong + chaos.verify_keys(e, "rolling", workers)
