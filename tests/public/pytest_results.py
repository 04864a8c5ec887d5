# tests/public/pytest_results.py - a pytest plugin: what came out of each case, as tally.py reads it
"""pytest -p pytest_results, with PUBLIC_RESULTS naming the file."""
import json
import os
import re

# How suites say that a call succeeded which ought to have been refused.
SUCCESS = re.compile(r"DID NOT RAISE|\b(Error|Exception) not raised")

found = {}


def why(report):
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr)
    lines = text.strip().splitlines() or [""]
    return (lines[0] if crash else lines[-1])[:300]


def name(nodeid):
    return nodeid.rsplit("/", 1)[-1] if "[" not in nodeid else (
        nodeid[:nodeid.index("[")].rsplit("/", 1)[-1] + nodeid[nodeid.index("["):])


def pytest_collection_modifyitems(items):
    for item in items:
        found[item.nodeid] = {"case": name(item.nodeid), "outcome": "error", "why": "did not run",
                              "marks": sorted({mark.name for mark in item.iter_markers()})}


def pytest_deselected(items):
    for item in items:
        found.pop(item.nodeid, None)


def pytest_runtest_logreport(report):
    result = found[report.nodeid]
    if report.failed:
        # What fails after a case that passed is an error; after one that failed, nothing new.
        if result["outcome"] == "failed":
            return
        result["outcome"] = "failed" if report.when == "call" else "error"
        result["why"] = why(report)
        result["success"] = bool(SUCCESS.search(result["why"]))
    elif report.skipped:
        result["outcome"], result["why"] = "skipped", why(report)
    elif report.when == "call":
        result["outcome"], result["why"] = "passed", ""


def tell(result):
    with open(os.environ["PUBLIC_RESULTS"], "a", encoding="utf-8") as out:
        print(json.dumps(result), file=out)


def pytest_runtest_logfinish(nodeid):
    tell(found.pop(nodeid))


def pytest_sessionfinish():
    for result in found.values():  # it ended before its last case
        tell(result)
