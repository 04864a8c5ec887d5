# tests/sdk/python/test_servers.py - real servers, used by the drivers people use
import os
import shutil
import signal
import socket
import subprocess

import psycopg
import pymysql
import pytest
import redis

import installation
from conftest import missing
from drivers import (ALL, create, eventually, is_free, leader, port_of, processes, read_all,
                     to_mysql, to_postgresql, to_redis, write_all)


@pytest.fixture(scope="module")
def servers(api):
    made = create(api, *ALL, "aws_s3", name="servers")
    yield made
    made.destroy()


def test_answer(servers):
    made = servers.made
    assert made["status"] == "running"
    endpoints = made["endpoints"]
    assert endpoints["redis"] == f"redis://:mockfactory@127.0.0.1:{port_of(servers, 'redis')}"
    assert endpoints["mysql"].startswith("mysql://root:mockfactory@127.0.0.1:")
    assert endpoints["mysql"].endswith("/testdb")
    assert endpoints["postgresql"].startswith("postgresql://postgres:mockfactory@127.0.0.1:")
    assert made["servers"]["mysql"]["engine"].startswith("mariadb 1")
    assert made["servers"]["postgresql"]["engine"] == "postgresql 15"
    assert all(server["status"] == "running" for server in made["servers"].values())
    assert made["hourly_rate"] == 0.45
    exports = servers.api.call("GET", servers.path + "/env").body.decode()
    assert f"export REDIS_URL='{endpoints['redis']}'" in exports


def test_redis(servers):
    r = to_redis(servers)
    assert r.ping()
    big = os.urandom(5_000_000)
    r.set("big", big)
    assert r.get("big") == big
    with r.pipeline(transaction=True) as pipe:
        assert pipe.incr("n").incr("n").hset("h", mapping={"a": 1}).execute() == [1, 2, 1]
    heard = r.pubsub(ignore_subscribe_messages=True)
    heard.subscribe("news")
    eventually(lambda: r.publish("news", "hello") == 1)
    assert eventually(heard.get_message)["data"] == b"hello"
    heard.close()
    other = redis.Redis.from_url(servers.made["endpoints"]["redis"] + "/1")
    assert other.get("n") is None and r.get("n") == b"2"
    assert r.eval("return redis.call('get', KEYS[1])", 1, "n") == b"2"
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port_of(servers, "redis"), password="wrong").ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port_of(servers, "redis")).ping()


def test_mysql(servers):
    with to_mysql(servers) as db, db.cursor() as q:
        q.execute("create table t (id int primary key auto_increment, b longblob, s varchar(50))")
        big = os.urandom(5_000_000)
        q.execute("insert into t (b, s) values (%s, %s)", (big, "grüße 🐘"))
        db.commit()
        q.execute("select b, s from t where id = %s", (1,))
        assert q.fetchone() == (big, "grüße 🐘")
        q.execute("insert into t (s) values ('gone')")
        db.rollback()
        q.execute("select count(*) from t")
        assert q.fetchone() == (1,)
        q.execute("prepare p from 'select ? + 1'")
        q.execute("set @a = 41")
        q.execute("execute p using @a")
        assert int(q.fetchone()[0]) == 42
        q.execute("create database other")
        db.select_db("other")
        q.execute("select database()")
        assert q.fetchone() == ("other",)
        q.execute("create user someone identified by 'pw'")
    with pytest.raises(pymysql.OperationalError):
        pymysql.connect(port=port_of(servers, "mysql"), host="127.0.0.1", user="root",
        password="no")


def test_postgresql(servers):
    with to_postgresql(servers) as db:
        db.execute("create table t (id serial primary key, b bytea, s text)")
        big = os.urandom(5_000_000)
        db.execute("insert into t (b, s) values (%s, %s)", (big, "grüße 🐘"))
        db.commit()
        assert db.execute("select b, s from t where id = %s", (1,), prepare=True).fetchone() == (
            big, "grüße 🐘")
        db.execute("insert into t (s) values ('gone')")
        db.rollback()
        assert db.execute("select count(*) from t").fetchone() == (1,)
    with to_postgresql(servers, autocommit=True) as db:
        db.execute("create database other")
        db.execute("create extension hstore")
        db.execute("listen news")
        db.execute("notify news, 'hello'")
        assert next(db.notifies()).payload == "hello"
    other = servers.made["endpoints"]["postgresql"].replace("/testdb", "/other")
    with psycopg.connect(other) as db:
        assert db.execute("select current_database()").fetchone() == ("other",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(other.replace(":mockfactory@", ":wrong@"))


def test_stop_start_reset_destroy(api):
    made = create(api, *ALL, name="whole life")
    before = made.made["endpoints"]
    write_all(made, "kept")
    assert processes(made)

    assert made.post("stop")["status"] == "stopped"
    assert not processes(made)
    with pytest.raises(redis.ConnectionError):
        to_redis(made).ping()
    started = made.post("start")
    assert (started["status"], started["endpoints"]) == ("running", before)
    assert read_all(made) == ["kept"] * 3

    made.post("reset", {"service": "mysql"})
    assert read_all(made) == ["kept", "", "kept"]
    write_all(made, "again")
    assert made.post("reset")["endpoints"] == before
    assert read_all(made) == ["", "", ""]

    # What is reset while it is stopped is empty when it starts.
    write_all(made, "more")
    made.post("stop")
    made.post("reset", {"service": "redis"})
    made.post("start")
    assert read_all(made) == ["", "more", "more"]

    made.destroy()
    assert made.api.call("GET", made.path).status == 404
    assert not processes(made)
    assert all(is_free(server["port"]) for server in made.made["servers"].values())


def test_killed_server_comes_back(servers):
    write_all(servers, "survivor")
    first = {service: leader(servers, service) for service in ALL}
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: all(leader(servers, s) not in (None, first[s]) for s in ALL))
    assert eventually(lambda: read_all(servers))[1:] == ["survivor"] * 2
    assert to_redis(servers).get("word") == b"survivor"
    state = eventually(lambda: [s for s in [servers.get()] if all(
        server["status"] == "running" for server in s["servers"].values())])[0]
    assert state["status"] == "running"
    assert "ended unexpectedly" in state["servers"]["redis"]["reason"]


@pytest.mark.clients
def test_javascript(servers):
    js = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "js")
    if not os.path.isdir(os.path.join(js, "node_modules")) or not shutil.which("node"):
        missing("node or its modules")
    exports = servers.api.call("GET", servers.path + "/env").body.decode()
    done = subprocess.run(["sh", "-c", 'eval "$0" && exec node servers.mjs', exports], cwd=js,
                          env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.stdout == "done\n", done.stderr


def test_port_taken_meanwhile(api):
    made = create(api, "redis")
    made.post("stop")
    with socket.socket() as other:
        # Connections that ended a moment ago are no reason.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port_of(made, "redis")))
        other.listen()
        answer = api.call("POST", made.path + "/start")
        assert answer.status == 503 and answer.json["code"] == "server-failed"
        said = f"port {port_of(made, 'redis')} is in use"
        assert said in answer.json["detail"]
        state = made.get()
        assert state["status"] == "error" and said in state["reason"]
    assert made.post("start")["endpoints"] == made.made["endpoints"]
    assert to_redis(made).ping()
    made.destroy()


def test_server_that_keeps_dying(api):
    """It is started again with growing pauses, and in the end given up; start tries once more."""
    made = create(api, "redis", "aws_s3")

    def kill():
        for pid in processes(made):
            os.kill(pid, signal.SIGKILL)
        state = made.get()
        return state if state["status"] == "error" else None

    state = eventually(kill)
    assert "redis ended unexpectedly" in state["reason"]
    assert eventually(lambda: not processes(made))
    assert made.post("start")["status"] == "running" and to_redis(made).ping()
    made.destroy()


def test_async(api):
    answer = api.call("POST", "/api/v1/environments", {"services": ["redis"]},
                      Prefer="respond-async")
    assert answer.status == 202 and answer.json["status"] == "provisioning"
    assert answer.headers["preference-applied"] == "respond-async"
    made = installation.Environment(api, answer.json)
    operation = answer.headers["location"]
    assert operation == f"/api/v1/operations/op-create-{answer.json['id']}"
    done = eventually(lambda: (lambda o: o if o["status"] != "running" else None)(
        api.call("GET", operation, Prefer="wait=10").json))
    assert done == {"id": operation.rpartition("/")[2], "kind": "create",
                    "environment": answer.json["id"], "status": "succeeded"}
    assert made.get()["status"] == "running"
    made.made = made.get()
    assert to_redis(made).ping()
    stopped = api.call("POST", made.path + "/stop", {}, Prefer="respond-async")
    if stopped.status == 202:
        where = stopped.headers["location"]
        eventually(lambda: api.call("GET", where).json["status"] == "succeeded")
    assert made.get()["status"] == "stopped"
    assert "is stopped" in api.call("GET", operation).json["reason"]
    assert api.call("DELETE", made.path, Prefer="respond-async").status in (202, 204)
    eventually(lambda: api.call("GET", made.path).status == 404)
    gone = api.call("GET", operation.replace("create", "destroy"))
    assert gone.json["status"] == "succeeded"
    for nothing in ("op-create-env-0000000000", "op-melt-env-0000000000", "env-0000000000"):
        assert api.call("GET", "/api/v1/operations/" + nothing).status == 404
    assert not processes(made)


def test_versions(api):
    made = create(api, {"service": "postgresql", "version": "15"},
                  {"service": "redis", "version": "latest"})
    made.destroy()
    answer = api.call("POST", "/api/v1/environments",
                      {"services": [{"service": "postgresql", "version": "9.6"}]})
    assert answer.status == 422 and "15" in answer.json["errors"][0]["detail"]
