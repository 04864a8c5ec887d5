# tests/sdk/python/test_data_servers.py - made-up records loaded into MySQL, PostgreSQL and Redis
import datetime
import decimal
import json
import signal

import psycopg
import pytest

import installation
import jobs
from drivers import ALL, create, eventually, to_mysql, to_postgresql, to_redis
from seeding import LATER, SEED, call, follow, later, look, ok, run_seed
from test_api import fields, problem
from test_data import COUNTS

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def servers(api):
    made = create(api, *ALL, "aws_s3", name="seeded")
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def types(api):
    """template -> the types of its fields by their names"""
    return {item["template"]: {field["name"]: field["type"] for field in item["fields"]}
            for item in api.ok("GET", "/api/v1/data/templates")["templates"]}


def plain(value, kind):
    """What a driver gives, as the API's JSON has it."""
    if isinstance(value, bytes):
        value = value.decode()
    if value is None:
        return None
    if kind == "time":
        if isinstance(value, str):
            return value
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "number":
        return float(decimal.Decimal(value))
    if kind == "boolean" and not isinstance(value, str):
        return bool(value)
    if kind == "list" and isinstance(value, str):
        return json.loads(value)
    return value if isinstance(value, (list, int)) else str(value)


def from_sql(cursor, table, types_of):
    cursor.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description]
    assert names == list(types_of)
    return {row[0]: {name: plain(value, types_of[name]) for name, value in zip(names, row)}
            for row in cursor.fetchall()}


def from_redis(db, prefix, types_of):
    out = {}
    for key in db.scan_iter(match=f"{prefix}*", count=1000):
        fields_of = {name.decode(): value.decode() for name, value in db.hgetall(key).items()}
        record = {}
        for name, kind in types_of.items():
            value = fields_of.get(name)
            if kind == "integer" and value is not None:
                value = int(value)
            elif kind == "boolean" and value is not None:
                value = {"true": True, "false": False}[value]
            record[name] = plain(value, kind)
        assert not set(fields_of) - set(types_of)
        out[key.decode().removeprefix(prefix)] = record
    return out


@pytest.mark.parametrize("template", COUNTS)
def test_same_in_every_target(servers, types, template):
    """What a request gets in its answer is what the ordinary drivers read from the servers."""
    records = ok(servers, template, **SEED)["records"]
    key = next(iter(types[template]))
    wanted = {record[key]: record for record in records}
    said = ok(servers, template, "mysql", **SEED)
    assert said["table"] == template and said["table_created"] is True
    assert said["count"] == len(records) and said["seeded_into"] == "mysql"
    with to_mysql(servers) as db, db.cursor() as cursor:
        assert from_sql(cursor, f"`{template}`", types[template]) == wanted
    ok(servers, template, "postgresql", **SEED)
    with to_postgresql(servers) as db:
        assert from_sql(db.cursor(), f'"{template}"', types[template]) == wanted
    said = ok(servers, template, "redis", **SEED)
    assert said["key_prefix"] == f"{template}:" and "table_created" not in said
    assert from_redis(to_redis(servers), f"{template}:", types[template]) == wanted


@pytest.mark.parametrize("into", ["mysql", "postgresql"])
def test_again_replaces(servers, types, into):
    name = "it `s \"a\" 'table'\\"
    quoted = "`it ``s \"a\" 'table'\\`" if into == "mysql" else '"it `s ""a"" \'table\'\\"'
    first = ok(servers, "it_servers", into, count=30, table_name=name, **SEED)
    assert first["table_created"] is True and first["table"] == name
    connect = to_mysql if into == "mysql" else to_postgresql
    other = ok(servers, "it_servers", count=40, seed=12)["records"]
    with connect(servers, autocommit=True) as db, db.cursor() as cursor:
        cursor.execute(f"alter table {quoted} add column note varchar(20)")
        cursor.execute(f"update {quoted} set note = 'mine'")
        assert ok(servers, "it_servers", into, count=40, table_name=name,
                  seed=12)["table_created"] is False
        cursor.execute(f"select count(*), count(note) from {quoted}")
        assert tuple(cursor.fetchone()) == (40, 30)
        cursor.execute(f"alter table {quoted} drop column note")
        assert list(from_sql(cursor, quoted, types["it_servers"]).values()) == other


@pytest.mark.parametrize("into", ["mysql", "postgresql"])
def test_what_does_not_fit(servers, into):
    connect = to_mysql if into == "mysql" else to_postgresql
    columns = "server_id varchar(9) primary key, hostname varchar(40)"
    cases = {"narrow": ("create table narrow ({})".format(columns), "no column"),
             "a_view": ("create view a_view as select 1 as one", "is no table"),
             "strict": (None, "must not be null"), "keyless": (None, "not unique"),
             "wrong": (None, "of type")}
    with connect(servers, autocommit=True) as db, db.cursor() as cursor:
        for name, (sql, words) in cases.items():
            if sql is not None:
                cursor.execute(sql)
            else:
                ok(servers, "it_servers", into, count=1, table_name=name)
            if name == "strict":
                cursor.execute("delete from strict")
                cursor.execute("alter table strict add column more integer not null")
            if name == "keyless":
                cursor.execute("alter table keyless drop " + (
                    "primary key" if into == "mysql" else "constraint keyless_pkey"))
            if name == "wrong":
                cursor.execute("alter table wrong drop column rack_unit")
                cursor.execute("alter table wrong add column rack_unit date")
            refused = problem(call(servers, "it_servers", into, table_name=name), 409,
                              "data-does-not-fit")
            assert words in refused["detail"], refused
        # What the server itself finds wrong is told in its words, and nothing of it stays.
        ok(servers, "it_servers", into, count=1, table_name="short")
        cursor.execute("delete from short")
        cursor.execute("alter table short modify hostname varchar(3)" if into == "mysql" else
                       "alter table short alter hostname type varchar(3)")
        refused = problem(call(servers, "it_servers", into, table_name="short", seed=5), 409,
                          "data-does-not-fit")
        assert "long" in refused["detail"], refused
        cursor.execute("select count(*) from short")
        assert cursor.fetchone()[0] == 0


def test_keys_of_redis(servers):
    db = to_redis(servers)
    db.hset("old:SRV-000001", mapping={"note": "mine", "hostname": "before"})
    said = ok(servers, "it_servers", "redis", count=3, key_prefix="old:")
    assert said["key_prefix"] == "old:"
    assert sorted(db.keys("old:*")) == [b"old:SRV-00000%d" % i for i in (1, 2, 3)]
    got = db.hgetall("old:SRV-000001")
    assert got[b"note"] == b"mine" and got[b"hostname"] != b"before"
    db.set("list:SRV-000002", "no hash")
    refused = problem(call(servers, "it_servers", "redis", key_prefix="list:"), 409,
                      "data-does-not-fit")
    assert "is no hash" in refused["detail"] and db.get("list:SRV-000002") == b"no hash"


def counts(made, into):
    if into == "redis":
        return to_redis(made).dbsize()
    connect = to_mysql if into == "mysql" else to_postgresql
    try:
        with connect(made) as db, db.cursor() as cursor:
            cursor.execute("select count(*) from many")
            return cursor.fetchone()[0]
    except psycopg.errors.UndefinedTable:
        return 0


@pytest.mark.parametrize("into", ALL)
def test_a_hundred_thousand(servers, into):
    if into == "redis":
        to_redis(servers).flushall()
    name = {"key_prefix": "many:"} if into == "redis" else {"table_name": "many"}
    answer = call(servers, "medical_patients", into, LATER, count=100000, seed=1, **name)
    assert answer.status == 202 and answer.headers["preference-applied"] == "respond-async"
    operation = answer.json["operation"]
    assert answer.headers["location"] == f"/api/v1/operations/{operation}"
    seen, last = follow(servers, operation)
    assert last["status"] == "succeeded" and last["done"] == last["count"] == 100000
    assert seen == sorted(seen) and seen[-1] == 100
    assert any(0 < percent < 100 for percent in seen), seen
    assert counts(servers, into) == 100000
    record = ok(servers, "medical_patients", count=5000, seed=1)["records"][4711]
    if into == "redis":
        assert to_redis(servers).hget("many:PAT-004712", "email").decode() == record["email"]
    else:
        with (to_mysql if into == "mysql" else to_postgresql)(servers) as db:
            cursor = db.cursor()
            cursor.execute("select email from many where patient_id = 'PAT-004712'")
            assert cursor.fetchone()[0] == record["email"]
    # Nobody else can look at it.
    problem(installation.Api("").call("GET", f"/api/v1/operations/{operation}"), 401,
            "unauthorized")
    problem(servers.api.call("GET", f"/api/v1/operations/{operation}9"), 404,
            "operation-not-found")


@pytest.fixture
def by_hand():
    with jobs.resting("seed"):
        yield


@pytest.mark.parametrize("step", ["claimed", "opened", "half", "completed", "committed"])
def test_killed_anywhere(servers, by_hand, step):
    """It is never called done before it is, and the next one completes it."""
    for into in ALL:
        name = {"key_prefix": "k:"} if into == "redis" else {"table_name": f"k_{step}"}
        operation = later(servers, "support_tickets", into, count=1000, **SEED, **name)
        assert run_seed(MF_SEED_FAULT=step, MF_SEED_THREADS="1") == -signal.SIGKILL
        assert look(servers, operation)["status"] == "running"
        seen = {"mysql": to_mysql, "postgresql": to_postgresql}.get(into)
        if seen is not None and step != "committed":
            with seen(servers) as db, db.cursor() as cursor:
                cursor.execute("select count(*) from information_schema.tables "
                               f"where table_name = 'k_{step}'")
                if cursor.fetchone()[0]:
                    cursor.execute(f"select count(*) from k_{step}")
                    assert cursor.fetchone()[0] == 0
        assert run_seed(MF_SEED_THREADS="1") == 0
        assert look(servers, operation)["status"] == "succeeded"
    for connect in (to_mysql, to_postgresql):
        with connect(servers) as db, db.cursor() as cursor:
            cursor.execute(f"select count(*) from k_{step}")
            assert cursor.fetchone()[0] == 1000
    assert len(to_redis(servers).keys("k:*")) == 1000


def test_stopped_meanwhile(servers, by_hand):
    operation = later(servers, "it_servers", "redis")
    servers.post("reset", {"service": "redis"})
    assert run_seed() == 0
    seen = look(servers, operation)
    assert seen["status"] == "failed" and "reset" in seen["reason"]
    eventually(lambda: to_redis(servers).dbsize() == 0)


def test_too_many_wait(servers, by_hand):
    answers = [call(servers, "it_servers", "redis", LATER, count=1)
               for _ in range(11)]
    assert [answer.status for answer in answers] == [202] * 10 + [409]
    problem(answers[-1], 409, "wrong-state")
    assert run_seed() == 0
    for answer in answers[:10]:
        seen = look(servers, answer.json["operation"])
        assert seen["status"] == "succeeded", seen


def test_refused(api):
    made = api.create("aws_s3")
    try:
        assert fields(problem(call(made, "it_servers", "redis"), 422, "invalid-request")) == [
            "seed_into"]
        made.post("stop")
        problem(call(made, "it_servers", "redis"), 409, "wrong-state")
    finally:
        made.destroy()
