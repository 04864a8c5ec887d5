# tests/public/mocha_results.py - what mocha's JSON reporter wrote, as tally.py reads it
"""mocha_results.py FILE: a line for each case, in the order of the report."""
import collections
import json
import re
import sys

# Names of buckets and objects are made up for each run.
MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# How it says that a call succeeded which ought to have been refused.
SUCCESS = re.compile(r"should (have )?fail|expected.*(error|throw)", re.IGNORECASE)
OUTCOMES = {"passes": "passed", "failures": "failed", "pending": "skipped"}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    seen = collections.Counter()
    for group, outcome in OUTCOMES.items():
        for test in report[group]:
            name = MADE_UP.sub("*", " ".join(test["fullTitle"].split()))
            seen[name] += 1
            if seen[name] > 1:
                name += f" #{seen[name]}"
            why = (test.get("err") or {}).get("message", "").strip().splitlines() or [""]
            print(json.dumps({"case": name, "outcome": outcome, "why": why[0][:300],
                              "success": outcome == "failed" and bool(SUCCESS.search(why[0]))}))


if __name__ == "__main__":
    main()
