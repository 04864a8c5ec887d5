# tests/sdk/python/seeding.py - made-up records asked for, and mf-seed run by hand
import jobs

SEED = {"seed": 11}
LATER = {"Prefer": "respond-async"}


def call(made, template, into=None, headers=None, **more):
    body = {"template": template, **more, **({"seed_into": into} if into else {})}
    return made.api.call("POST", f"/api/v1/data/{made.id}/generate", body, **(headers or {}))


def ok(made, template, into=None, **more):
    answer = call(made, template, into, **more)
    assert answer.status in (200, 201), answer.body
    return answer.json


def later(made, template, into, **more):
    """The operation by which the records are on their way."""
    answer = call(made, template, into, LATER, **more)
    assert answer.status == 202, answer.body
    return answer.json["operation"]


def look(made, operation):
    return made.api.ok("GET", f"/api/v1/operations/{operation}")


def follow(made, operation):
    """The operation's percents until it is over, and what it was then."""
    seen = []
    while True:
        answer = look(made, operation)
        seen.append(answer["percent"])
        if answer["status"] != "running":
            return seen, answer


def run_seed(**settings):
    return jobs.once("mf-seed", MF_TEST="1", **settings)
