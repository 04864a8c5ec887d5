# tests/sdk/python/drivers.py - real servers of an environment: logged in to, looked for, left over
import os
import socket
import time
import urllib.parse

import psycopg
import pymysql
import redis

ALL = ("redis", "mysql", "postgresql")


def parts(url):
    u = urllib.parse.urlsplit(url)
    return {"host": u.hostname, "port": u.port, "user": u.username, "password": u.password,
            "database": u.path.lstrip("/")}


def to_redis(environment, service="redis"):
    return redis.Redis.from_url(environment.made["endpoints"][service], socket_timeout=20)


def to_mysql(environment, **more):
    return pymysql.connect(**parts(environment.made["endpoints"]["mysql"]), **more)


def to_postgresql(environment, **more):
    return psycopg.connect(environment.made["endpoints"]["postgresql"], **more)


def port_of(environment, service):
    return environment.made["servers"][service]["port"]


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def processes(environment, service=None):
    """Pids of the servers of this installation that listen on the environment's ports."""
    ports = {server["port"] for name, server in environment.made["servers"].items()
             if service in (None, name)}
    wanted = set()
    for line in open("/proc/net/tcp", encoding="ascii"):
        f = line.split()
        if f[3] == "0A" and int(f[1].split(":")[1], 16) in ports:
            wanted.add(f"socket:[{f[9]}]")
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{fd}") in wanted:
                    found.add(int(pid))
        except OSError:
            pass
    return found


def leader(environment, service):
    """The process that was started, not what it started itself."""
    pids = processes(environment, service)
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            if int(f.read().rsplit(")", 1)[1].split()[1]) not in pids:
                return pid
    return None


def eventually(what, seconds=120):
    end = time.monotonic() + seconds
    while True:
        try:
            found = what()
            if found:
                return found
        except (redis.RedisError, pymysql.Error, psycopg.Error, OSError):
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def create(api, *services, **more):
    """An environment whose servers run: the very first waits until what they begin with is made."""
    made = api.create(*services, **more)

    def running():
        made.made = made.get()
        assert made.made["status"] in ("provisioning", "running"), made.made
        return made.made["status"] == "running"

    eventually(running, 120)
    return made


def write_all(environment, word):
    to_redis(environment).set("word", word)
    with to_mysql(environment, autocommit=True) as db, db.cursor() as q:
        q.execute("create table if not exists w (w text)")
        q.execute("insert into w values (%s)", (word,))
    with to_postgresql(environment, autocommit=True) as db:
        db.execute("create table if not exists w (w text)")
        db.execute("insert into w values (%s)", (word,))


def read_all(environment):
    out = [(to_redis(environment).get("word") or b"").decode()]
    with to_mysql(environment) as db, db.cursor() as q:
        q.execute("show tables like 'w'")
        out.append(q.execute("select w from w") and q.fetchone()[0] if q.fetchone() else "")
    with to_postgresql(environment) as db:
        there = db.execute("select to_regclass('w')").fetchone()[0]
        out.append(db.execute("select w from w").fetchone()[0] if there else "")
    return out


def left_over(state):
    """What is left on this machine of the real servers of an installation."""
    servers = os.path.realpath(os.path.join(state, "servers"))
    found = [name for name in os.listdir(servers) if not name.startswith(".")]
    found += [f"gone {name}" for name in os.listdir(f"{servers}/.gone")]
    found += [f"lock {name}" for name in os.listdir(f"{servers}/.lock") if name.isdigit()]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd").startswith(servers + "/"):
                found.append(f"process {pid}")
        except OSError:
            pass
    return found
