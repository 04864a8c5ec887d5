#!/usr/bin/env python3
# tests/runtime/run.py - mockfactory.fcgi as a process: requests, waiting, life and death
"""Speaks FastCGI to programs of its own; needs PGHOST and PGUSER (tests/with-postgres.sh).

    tests/with-postgres.sh tests/runtime/run.py [NAME...]
"""
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import answers   # noqa: E402
import life      # noqa: E402
import server    # noqa: E402
import waiting   # noqa: E402


def main(wanted):
    server.create_database()
    passed = failed = 0
    for test in answers.ALL + waiting.ALL + life.ALL:
        if wanted and test.__name__ not in wanted:
            continue
        notes, begin = [], time.monotonic()
        try:
            test(notes.append)
            passed += 1
            word = "ok"
        except Exception:  # pylint: disable=broad-except
            traceback.print_exc()
            failed += 1
            word = "FAILED"
        print(f"{word:6} {time.monotonic() - begin:5.1f} s  {test.__name__}", *notes, flush=True)
    if "TEST_COUNTS" in os.environ:
        with open(os.environ["TEST_COUNTS"], "w", encoding="ascii") as f:
            f.write(f"{passed} {failed} 0\n")
    return failed > 0


sys.exit(main(sys.argv[1:]))
