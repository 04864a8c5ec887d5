# tests/sdk/python/test_servers_many.py - servers of many customers on one machine
import os
import subprocess

import psycopg
import pymysql
import pytest
import redis

import installation
from drivers import (ALL, create, leader, parts, processes, read_all, to_postgresql, to_redis,
                     write_all)

pytestmark = pytest.mark.skipif(
    installation.FRONT != "many" or os.getuid() != 0,
    reason="needs root, and an installation of MF_SINGLE_USER=0")


@pytest.fixture(scope="module")
def two(api):
    made = [create(api, *ALL, name=f"customer {i}") for i in (1, 2)]
    yield made
    for environment in made:
        environment.destroy()


def uid_of(pid):
    return os.stat(f"/proc/{pid}").st_uid


def test_each_its_own_user(two):
    uids = [{uid_of(pid) for pid in processes(environment)} for environment in two]
    assert all(len(each) == 1 for each in uids) and uids[0] != uids[1]
    assert min(uids[0] | uids[1]) >= 1000000
    for environment in two:
        place = os.readlink(f"/proc/{leader(environment, 'redis')}/cwd")
        found = os.stat(place)
        assert found.st_mode & 0o7777 == 0o700 and found.st_uid in uids[0] | uids[1]
        beside = os.path.dirname(place)
        for name in ("redis.conf", "log"):
            assert os.stat(f"{beside}/{name}").st_mode & 0o077 == 0


def test_a_user_reads_nothing_of_the_other(two):
    place = os.path.dirname(os.readlink(f"/proc/{leader(two[0], 'redis')}/cwd"))
    other = uid_of(leader(two[1], "redis"))
    for path in (place, f"{place}/data", f"{place}/redis.conf", f"{place}/log"):
        status = subprocess.run(
            ["setpriv", "--reuid", str(other), "--regid", str(other), "--clear-groups",
             "sh", "-c", 'cat "$0" || ls "$0/"', path], capture_output=True, check=False)
        assert status.returncode != 0, path


def test_no_password_fits_another(two):
    for own, other in (two, two[::-1]):
        mine, theirs = (e.made["endpoints"] for e in (own, other))
        passwords = [parts(mine[service])["password"] for service in ALL]
        assert all(len(p) == 24 for p in passwords) and len(set(passwords)) == 3
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=parts(theirs["redis"])["port"], password=passwords[0]).ping()
        with pytest.raises(pymysql.OperationalError):
            pymysql.connect(**{**parts(theirs["mysql"]), "password": passwords[1]})
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**{**connection(theirs["postgresql"]), "password": passwords[2]})


def connection(url):
    p = parts(url)
    p["dbname"] = p.pop("database")
    return p


def test_nobody_commands_the_machine(two):
    with to_postgresql(two[0], autocommit=True) as db:
        assert db.execute("select rolsuper or rolcreaterole or rolreplication or rolbypassrls "
                          "from pg_roles where rolname = current_user").fetchone() == (False,)
        for refused in ("copy (select 1) to program 'id'", "copy (select 1) to '/tmp/x'",
                        "create role other superuser", "alter role mf_admin password 'x'",
                        "select pg_read_file('/etc/passwd')", "load '/tmp/x.so'",
                        "grant pg_execute_server_program to postgres",
                        "alter system set port = 1"):
            with pytest.raises(psycopg.Error):
                db.execute(refused)
    r = to_redis(two[0])
    for refused in (("CONFIG", "SET", "dir", "/tmp"), ("CONFIG", "SET", "dbfilename", "x"),
                    ("MODULE", "LOAD", "/tmp/x.so"), ("DEBUG", "SLEEP", "0")):
        with pytest.raises(redis.ResponseError):
            r.execute_command(*refused)
    with pymysql.connect(**parts(two[0].made["endpoints"]["mysql"])) as db, db.cursor() as q:
        q.execute("select load_file('/etc/passwd')")
        assert q.fetchone() == (None,)


def test_life(two):
    write_all(two[0], "mine")
    assert read_all(two[1]) == ["", "", ""]
    two[0].post("stop")
    assert not processes(two[0]) and processes(two[1])
    two[0].post("start")
    assert read_all(two[0]) == ["mine"] * 3
    two[0].post("reset")
    assert read_all(two[0]) == [""] * 3
