# tests/sdk/python/plans.py - what a statement of sql/queries reads, as the programs run it
"""Costs are counted in pages and rows, which are the same on any machine however busy it is."""
import json
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# As shared/db/connect.c has it.
SETTINGS = "set search_path = ''; set timezone = 'UTC'; set plan_cache_mode = force_generic_plan"


def queries():
    """name -> (types of its arguments, statement)."""
    found = {}
    for file in os.listdir(f"{ROOT}/sql/queries"):
        text = open(f"{ROOT}/sql/queries/{file}", encoding="utf-8").read()
        for head, sql in re.findall(r"^-- name: (.*)\n((?:(?!-- name: ).*\n?)*)", text, re.M):
            name, types = re.match(r"(\w+)(?:\((.*)\))?", head).groups()
            found[name] = types or "", sql
    return found


def literal(value):
    if value is None:
        return "null"
    if isinstance(value, (bool, int)):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def run(sql):
    """What psql prints of several statements, in a session set up as the programs' are."""
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", os.environ["TEST_DB"]],
                          input=f"{SETTINGS};\n{sql}", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Cost:
    """Pages it looked at, cached or not; rows that came out; rows of tables it came across."""

    def __init__(self, plan):
        self.pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        self.rows = plan["Actual Rows"]
        self.seen = sum(seen(plan))
        self.plan = plan

    def __repr__(self):
        return f"{self.pages} pages, {self.seen} rows seen, {self.rows} rows"


def seen(plan):
    """Rows each scan of a table came across; who else has environments and buckets is no matter."""
    if plan.get("Relation Name", "bucket") not in ("environment", "bucket"):
        yield plan["Actual Loops"] * (plan["Actual Rows"]
                                      + plan.get("Rows Removed by Filter", 0)
                                      + plan.get("Rows Removed by Index Recheck", 0))
    for child in plan.get("Plans", []):
        yield from seen(child)


def cost(name, *arguments):
    """Of one run of query `name`; what it changes is taken back."""
    types, sql = queries()[name]
    values = ", ".join(literal(a) for a in arguments)
    out = run(f"begin; prepare q{'(' + types + ')' if types else ''} as {sql};\n"
              f"explain (analyze, buffers, format json) execute q"
              f"{'(' + values + ')' if values else ''};\nrollback")
    return Cost(json.loads(out)[0]["Plan"])
