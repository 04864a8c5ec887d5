# tests/sdk/python/test_scale_collect.py - what is done about very many objects is done in steps
import concurrent.futures
import subprocess
import time

import pytest

import jobs
import scale
from database import ask

pytestmark = pytest.mark.scale
KEYS = scale.KEYS
STEP = 2000  # rows that shared/core/collect.c removes in one transaction
REACH = 1000  # keys that shared/engine/blob_rule.c looks at in one


@pytest.fixture
def home(api):
    made = scale.Home(api, "collected")
    made.make("wide")
    made.fill("wide", KEYS, scale.tree("i"))
    yield made
    if made.environment.api.call("GET", made.environment.path).status == 200:
        made.environment.destroy()


def collect(*words):
    """mf-collect as cron starts it, for as long as it takes."""
    program = f"{jobs.STATE}/program/bin/mf-collect"
    subprocess.run([program, *words], preexec_fn=jobs.become, cwd=jobs.STATE,
                   env=jobs.settings(), timeout=3600, check=True, capture_output=True)


class Bystander:
    """Another environment's client, who puts and gets all the time; .longest: of a request."""

    def __init__(self, api):
        self.home = scale.Home(api, "bystander")
        self.home.make("bystander")
        self.over = False
        self.times = []

    def work(self):
        while not self.over:
            for what in ({"Body": b"x" * 1000}, {}):
                began = time.monotonic()
                call = self.home.s3.put_object if what else self.home.s3.get_object
                call(Bucket="bystander", Key="k", **what)
                self.times.append(time.monotonic() - began)

    def beside(self, work):
        """What work returns; any request that fails meanwhile is raised."""
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            mine = pool.submit(self.work)
            try:
                return work()
            finally:
                self.over = True
                mine.result()

    def __str__(self):
        self.times.sort()
        p99 = self.times[len(self.times) * 99 // 100]
        return (f"{len(self.times)} requests of a bystander, p99 {p99 * 1000:.0f} ms, "
                f"longest {self.times[-1] * 1000:.0f} ms")


def rows(space):
    return int(ask(f"select count(*) from blob.version where space = {space}"))


def emptied(*spaces):
    """Until the collector, ours or cron's, has no row of them any more."""
    deadline = time.monotonic() + 1800
    while ask(f"select count(*) from core.space where id in ({', '.join(spaces)})") != "0":
        assert time.monotonic() < deadline
        collect("--now")
    return [rows(s) for s in spaces]


def step_cost(space):
    """Of the next step of the collector, which is taken back."""
    return scale.plans.cost("collect_empty", int(space), STEP).pages


def timed(work):
    began = time.monotonic()
    work()
    return time.monotonic() - began


def test_reset_and_destroy(api, home):
    """Answered at once, whatever is in there; collected in steps while others go on."""
    by = Bystander(api)
    took = timed(lambda: home.environment.post("reset"))
    old = home.space
    assert "Buckets" not in home.s3.list_buckets() or home.s3.list_buckets()["Buckets"] == []
    assert rows(old) == KEYS + 1
    first = step_cost(old)
    again = scale.Home.__new__(scale.Home)
    again.__dict__.update(home.__dict__)
    again.space = ask(f"select space from core.environment_service where environment_id = {home.id}"
                      " and service = 'aws_s3'")
    again.make("wide")
    again.fill("wide", KEYS, scale.tree("i"))
    destroyed = timed(home.environment.destroy)
    print(f"reset took {took:.2f} s, destroy {destroyed:.2f} s, of {KEYS} objects each")
    assert max(took, destroyed) < 10, "they wait for the rows"

    def all_of_it():
        began = time.monotonic()
        left = emptied(old, again.space)
        print(f"{2 * KEYS} rows collected in {time.monotonic() - began:.1f} s")
        return left

    assert by.beside(all_of_it) == [0, 0]
    print(by)
    print(f"a step of {STEP} rows: {first} pages")
    assert first < 12 * STEP
    by.home.environment.destroy()


def test_bodies_of_many_objects(api, home):
    """What a reset lets go of is seen, and then removed, in bounded statements."""
    body = home.s3.put_object(Bucket="wide", Key="big", Body=b"x" * 70000)
    assert body["ETag"]
    ask(f"""update blob.version v set home = b.home, body = b.body, bytes = null
              from blob.version b where v.space = {home.space} and b.space = {home.space}
               and b.key = 'big' and v.key < 'p00100'""")
    bodies = int(ask(f"select count(*) from blob.version where space = {home.space}"
                     " and body is not null"))
    home.environment.destroy()
    emptied(home.space)
    assert ask(f"select count(*) from blob.loose where home = {home.id}") == "0"
    assert ask(f"select count(*) from blob.version where home = {home.id}") == "0"
    print(f"{bodies} rows that name a body went with their environment")


def rule_cost(home, action, after, upto):
    return scale.plans.cost(f"blob_rule_{action}", int(home.space), int(home.bucket_id("wide")),
                            "2020-01-01", 2 * REACH, after, upto,
                            *(["wide"] if action == "expire" else []))


def test_lifecycle(api, home):
    """Each object is read once a day, a thousand in a step, and goes when it is due."""
    home.s3.put_bucket_lifecycle_configuration(Bucket="wide", LifecycleConfiguration={"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "p000"},
         "Expiration": {"Days": 3}},
        {"ID": "b", "Status": "Enabled", "Filter": {"Prefix": "p"},
         "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}]})
    for after in ("", f"p{KEYS // scale.EACH // 2:05}/"):
        upto = ask(f"""select max(key) from (select key from blob.version
                        where space = {home.space} and bucket = {home.bucket_id("wide")}
                          and key > '{after}' order by key limit {REACH}) o""")
        for action in ("expire", "past", "marker", "move", "move_past"):
            cost = rule_cost(home, action, after, upto)
            print(f"{action} past '{after}':", cost)
            assert cost.pages < 8 * REACH
    home.environment.api.ok("PUT", home.environment.path + "/clock", {"advance": 5 * 86400})
    by = Bystander(api)
    began = time.monotonic()

    due = f"""select l.passed_at is distinct from date_trunc(
                   'day', now() + e.clock_offset * interval '1 microsecond', 'UTC')
                from blob.lifecycle l, core.environment e
               where l.space = {home.space} and e.id = {home.id}"""

    def all_of_it():
        while ask(due) == "t":  # cron's own copy may have it in hand
            collect()

    by.beside(all_of_it)
    expired = 100 * scale.EACH
    print(f"{expired} of {KEYS} objects expired in {time.monotonic() - began:.1f} s; {by}")
    assert rows(home.space) == KEYS + 1 - expired
    by.home.environment.destroy()
