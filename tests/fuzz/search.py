#!/usr/bin/python3
# tests/fuzz/search.py - run fuzz targets for a time of processor, in turns; keep what they learn
"""search.py [--seconds N] [--at-once N] PROGRAM...    each until it has used so much processor time
search.py --keep PROGRAM...                          what widens coverage goes to tests/fuzz/corpus

What was found is build/fuzz/found/*; what was learned, build/fuzz/corpus/*.  It may be stopped and
started again: how much each has run stands in build/fuzz/state.json, until it is built of other
code.  The last lines say it as docs/TESTING.md does.  Whoever shares the machine comes first."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import threading

BUILD = "build/fuzz"
SLICE = 120   # seconds of one turn
MOST = 80     # files a corpus may grow to
LARGEST = 4096
OPTIONS = [f"-max_len={LARGEST}", "-timeout=30", "-rss_limit_mb=2048", "-print_final_stats=1",
           f"-artifact_prefix={BUILD}/found/"]
lock = threading.Lock()


def name_of(program):
    return os.path.basename(program).removeprefix("fuzz_")


def corpus(name):
    return f"tests/fuzz/corpus/{name}"


def learned(name):
    path = f"{BUILD}/corpus/{name}"
    os.makedirs(path, exist_ok=True)
    return path


def run(program, *arguments):
    """Its output, status and the processor time it used."""
    pipe = subprocess.PIPE
    with subprocess.Popen([program, *arguments], stdout=pipe, stderr=subprocess.STDOUT) as child:
        out = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return out.decode(errors="replace"), child.returncode, used.ru_utime + used.ru_stime


class State:
    """By name: seconds, executions, features, whether it failed."""

    def __init__(self):
        self.path = f"{BUILD}/state.json"
        self.of = json.load(open(self.path, encoding="utf-8")) if os.path.exists(self.path) else {}

    def begin(self, program):
        digest = hashlib.sha256(open(program, "rb").read()).hexdigest()[:16]
        entry = self.of.get(name_of(program), {})
        if entry.get("program") != digest or entry.get("failed"):
            entry = {"program": digest, "seconds": 0.0, "runs": 0, "features": 0, "failed": False}
        self.of[name_of(program)] = entry

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            json.dump(self.of, out, indent=1)
        os.rename(self.path + ".new", self.path)


def turn(state, program, seconds):
    name = name_of(program)
    words = f"tests/fuzz/{name}.dict"
    out, status, seconds = run(
        program, *OPTIONS, f"-max_total_time={min(SLICE, int(seconds) + 1)}",
        *([f"-dict={words}"] if os.path.exists(words) else []), learned(name), corpus(name))
    runs = re.search(r"number_of_executed_units: (\d+)", out)
    features = re.findall(r"ft: (\d+)", out)
    with lock:
        entry = state.of[name]
        entry["seconds"] += seconds
        entry["runs"] += int(runs.group(1)) if runs else 0
        entry["features"] = int(features[-1]) if features else entry["features"]
        entry["failed"] = status != 0
        state.save()
    if status != 0:
        print(out[-6000:], file=sys.stderr)


def search(programs, seconds, at_once):
    """Who has run least is next; returns whether all were clean."""
    state, busy = State(), set()
    for program in programs:
        state.begin(program)

    def worker():
        while True:
            with lock:
                left = [p for p in programs if p not in busy and
                        not state.of[name_of(p)]["failed"] and
                        state.of[name_of(p)]["seconds"] < seconds]
                if not left:
                    return
                program = min(left, key=lambda p: state.of[name_of(p)]["seconds"])
                busy.add(program)
            turn(state, program, seconds)
            with lock:
                busy.discard(program)

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(worker) for _ in range(at_once)]:
            done.result()
    for program in programs:
        entry = state.of[name_of(program)]
        print(f"| {name_of(program)} | {'FAILED' if entry['failed'] else 'clean'} | "
              f"{entry['seconds'] / 60:.1f} | {entry['runs'] / 1e6:.2f} | {entry['features']} |")
    return not any(state.of[name_of(p)]["failed"] for p in programs)


def keep(program):
    """The fewest inputs that take the same edges, however often: so a corpus stays small."""
    name = name_of(program)
    merged = f"{BUILD}/merged/{name}"
    shutil.rmtree(merged, ignore_errors=True)
    os.makedirs(merged)
    run(program, "-set_cover_merge=1", "-use_counters=0", f"-max_len={LARGEST}", merged,
        corpus(name), learned(name))
    have = len(os.listdir(corpus(name)))
    known = {open(f"{corpus(name)}/{file}", "rb").read() for file in os.listdir(corpus(name))}
    for file in sorted(os.listdir(merged), key=lambda f: os.path.getsize(f"{merged}/{f}")):
        if have < MOST and open(f"{merged}/{file}", "rb").read() not in known:
            shutil.copy(f"{merged}/{file}", f"{corpus(name)}/{file[:12]}")
            have += 1
    print(f"{name}: {have} inputs")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("programs", nargs="+")
    given = parser.parse_args()
    os.makedirs(f"{BUILD}/found", exist_ok=True)
    if not given.keep:
        os.nice(19)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if given.keep:
        for program in given.programs:
            keep(program)
    elif not search(given.programs, given.seconds, given.at_once):
        sys.exit(1)


main()
