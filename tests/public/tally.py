# tests/public/tally.py - what a public suite came to, less the cases excluded with an argument
"""tally.py EXCLUDE RESULTS

RESULTS has one JSON object per line and case:
    case      its name in the suite
    outcome   passed, failed, error (before or after the case itself) or skipped
    why       one line, of what did not pass
    success   true when it failed because something succeeded that ought to have been refused
    marks     names the suite gives to groups of cases; may be missing
EXCLUDE has one case per line, and why it is not asked to pass; "#" begins a heading:
    test_s3.py::test_x | the argument
    test_s3.py::test_bucket_logging_* | the argument       all whose names begin so
    @fails_on_aws !lifecycle | the argument                by marks: has the first, has not the next
An argument that begins with "ours:" excuses nothing: AWS answers as the case wants. Such a case is
known and does not fail the run, and counts as failed in every figure.
Prints every failure that is not excluded and then the figures; exits 1 when there is one, when
nothing ran, and, of a run of the whole suite, when an exclusion is of no case.
"""
import collections
import json
import os
import sys


class Exclusion:
    def __init__(self, line, number):
        self.what, _, self.argument = (part.strip() for part in line.partition(" | "))
        self.number = number
        self.used = False
        self.ours = self.argument.startswith("ours:")
        if not self.argument:
            sys.exit(f"line {number}: an exclusion without an argument")

    def covers(self, result):
        if not self.what.startswith("@"):
            case = result["case"]
            return case == self.what or (
                self.what.endswith("*") and case.startswith(self.what[:-1]))
        first, *others = self.what.split()
        marks = result.get("marks", [])
        return first[1:] in marks and not any(other[1:] in marks for other in others)


def read_exclusions(path):
    with open(path, encoding="utf-8") as lines:
        return [Exclusion(line, number) for number, line in enumerate(lines, 1)
                if line.strip() and not line.startswith("#")]


def read_results(path):
    """The last result of each case: a runner may tell one twice."""
    found = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                result = json.loads(line)
                found[result["case"]] = result
    return list(found.values())


def judge(exclusions, result):
    """"asked", "excluded", or "known": it fails, and that is ours."""
    covering = [exclusion for exclusion in exclusions if exclusion.covers(result)]
    for exclusion in covering:
        exclusion.used = True
    if any(not exclusion.ours for exclusion in covering):
        return "excluded"
    return "known" if covering and result["outcome"] != "passed" else "asked"


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "nothing"


def main():
    exclude, path = sys.argv[1:]
    exclusions = read_exclusions(exclude)
    sorted_out = {"asked": [], "excluded": [], "known": []}
    for result in read_results(path):
        sorted_out[judge(exclusions, result)].append(result)
    asked, excluded, known = sorted_out.values()
    count = collections.Counter(result["outcome"] for result in asked)
    for result in asked:
        if result["outcome"] in ("failed", "error"):
            print(f"{result['outcome'].upper()} {result['case']}: {result.get('why', '')}")
    if not os.environ.get("PUBLIC_PART"):
        for exclusion in exclusions:
            if not exclusion.used:
                print(f"{exclude}:{exclusion.number}: no case is {exclusion.what}")
    judged = len(asked) + len(known) - count["skipped"]
    by_luck = sum(result["outcome"] == "passed" for result in excluded)
    every = len(asked) + len(excluded) + len(known)
    print(f"{count['passed']} passed, {count['failed']} failed, {count['error']} errors, "
          f"{count['skipped']} skipped, {len(known)} known to fail, {len(excluded)} excluded "
          f"({by_luck} of them pass)")
    print(f"expected an error, got success: {sum(bool(r.get('success')) for r in asked + known)}")
    print(f"passed of what was asked: {percent(count['passed'], judged)}; "
          f"of all {every}, nothing excluded: {percent(count['passed'] + by_luck, every)}")
    sys.exit(1 if count["failed"] or count["error"] or not asked else 0)


if __name__ == "__main__":
    main()
