# tests/public/mint_results.py - what a part of minio/mint logged, as tally.py reads it
"""mint_results.py PART LOG STATUS: a line for each case, and one when the part ended badly."""
import collections
import json
import re
import sys

OUTCOMES = {"PASS": "passed", "FAIL": "failed", "NA": "skipped"}


def case_name(part, function):
    """Some cases call themselves by their last command, with an address and made up names in it."""
    name = re.sub(r"--endpoint-url \S+ |/\S*/", "", " ".join(function.split()))
    before = "" if name.startswith(part) else part + ": "
    return before + re.sub(r"bucket-\d+", "bucket-*", name)


def read_case(text, at):
    """A case and where it ends.  The shell's parts do not quote all that they print."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, at)
    except json.JSONDecodeError:
        end = text.find('\n{"name"', at)
        line = text[at:end if end >= 0 else len(text)]
        found = {"function": "(could not be read)", "name": "(could not be read)"}
        found["status"] = re.findall(r'"status": *"(\w+)"', line)[-1]
        return found, at + len(line)


def main():
    part, log, status = sys.argv[1:]
    seen, failed = collections.Counter(), False
    with open(log, encoding="utf-8") as file:
        text = file.read()
    at = 0
    while (at := text.find('{"name"', at)) >= 0:
        case, at = read_case(text, at)
        name = case_name(part, case["name" if part == "minio-py" else "function"])
        seen[name] += 1
        if seen[name] > 1:
            name += f" #{seen[name]}"
        outcome = OUTCOMES[case["status"].upper()]
        failed |= outcome == "failed"
        why = str(case.get("error") or case.get("message") or case.get("alert") or "")
        print(json.dumps({"case": name, "outcome": outcome, "why": why.strip()[:300]}))
    if status != "0" and not failed:
        print(json.dumps({"case": f"{part}: its end", "outcome": "error",
                          "why": f"status {status}"}))


if __name__ == "__main__":
    main()
