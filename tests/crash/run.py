#!/usr/bin/env python3
# tests/crash/run.py - what must hold while things break: run.py PROGRAMS [SCENARIO...]
#
# PROGRAMS is a build directory (build/debug).  All scenarios run on one installation, one after the
# other, each on environments of its own.  MF_CRASH_SECONDS: how long the killing goes on (25);
# MF_CRASH_SEED: to repeat a run's choices; MF_CRASH_KEEP=1: leave the installation's files behind.
# Writes "passed failed skipped" to the file TEST_COUNTS names.
import os
import signal
import sys
import time
import traceback

import badinput
import chaos
import disks
import full
import installation
import rolling

SECONDS = int(os.environ.get("MF_CRASH_SECONDS", "25"))
SEED = os.environ.get("MF_CRASH_SEED", str(int(time.time())))
SCENARIOS = {
    "input": lambda i, say: badinput.run(i, say),
    "rolling": lambda i, say: rolling.run(i, SEED, say),
    "away": lambda i, say: full.database_away(i, say),
    "store-full": lambda i, say: full.store_full(i, say),
    "database-full": lambda i, say: full.database_full(i, say),
    "spool-full": lambda i, say: disks.spool_full(i, say),
    "log-full": lambda i, say: disks.log_full(i, say),
    "chaos": lambda i, say: chaos.run(i, SECONDS, SEED, say),
}


def attempt(name, i):
    """"passed", "failed" or "skipped"."""
    began = time.monotonic()
    try:
        wrong = SCENARIOS[name](i, lambda text: print(f"   {text}", flush=True))
    except full.Skip as why:
        print(f"{name:<16} SKIPPED: {why}", flush=True)
        return "skipped"
    except Exception:
        wrong = [traceback.format_exc()]
    print(f"{name:<16} {'FAILED' if wrong else 'passed'} in {time.monotonic() - began:.0f} s",
          flush=True)
    for w in wrong[:20]:
        print("   " + w.replace("\n", "\n   "), flush=True)
    if len(wrong) > 20:
        print(f"   ... and {len(wrong) - 20} more")
    if wrong and not i.healthy():
        print(i.log_ends())
    return "failed" if wrong else "passed"


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave nothing behind
    names = sys.argv[2:] or list(SCENARIOS)
    print(f"seed {SEED} (MF_CRASH_SEED)", flush=True)
    with installation.Installation(sys.argv[1]) as i:
        results = [attempt(name, i) for name in names]
    if "TEST_COUNTS" in os.environ:
        with open(os.environ["TEST_COUNTS"], "w") as f:
            print(*(results.count(r) for r in ("passed", "failed", "skipped")), file=f)
    return "failed" in results


if __name__ == "__main__":
    sys.exit(main())
