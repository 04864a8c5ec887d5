# tests/crash/installation.py - an installation of our own, as `make up` makes it, to be hurt
#
# Its files are in a new directory under TMPDIR, its ports are free ones, its programs those of a
# build directory.  Only processes found through its own files are ever signalled.
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
USER = "mockfactory"


def ports_in_a_row(n):
    """The first of n free ports, below those the kernel gives to outgoing connections: one of them
    may have such a port while a web server that was killed wants it back."""
    while True:
        first = random.randrange(20000, 29000)
        sockets = [socket.socket() for _ in range(n)]
        try:
            for k, s in enumerate(sockets):
                s.bind(("127.0.0.1", first + k))
            return first
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()


def read_env(path):
    """The MF_* of a file of NAME='value' lines."""
    found = {}
    with open(path) as f:
        for line in f:
            name, equals, value = line.removeprefix("export ").rstrip("\n").partition("=")
            if equals and name.startswith("MF_"):
                found[name] = value[1:-1].replace("'\\''", "'")
    return found


def wait_until(seconds, done, what):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class Installation:
    def __init__(self, programs, prefix="mf-crash.", **settings):
        self.programs = os.path.abspath(programs)
        self.root = tempfile.mkdtemp(prefix=prefix)
        os.chmod(self.root, 0o755)
        shutil.copytree(f"{ROOT}/httpd-conf", f"{self.root}/httpd-conf")
        shutil.copytree(f"{ROOT}/sql/migrations", f"{self.root}/sql/migrations")
        first = ports_in_a_row(2)
        self.given = {"MF_PORT": str(first), "MF_TLS_PORT": str(first + 1), "MF_WEB_PORTS": "",
                      "MF_SERVER_READY": "0", **settings}
        self.port = int(self.given["MF_PORT"])

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *exception):
        self.remove()

    def script(self, *words):
        done = subprocess.run([f"{self.root}/httpd-conf/up.sh", *words], text=True, timeout=180,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              env={"PATH": os.environ["PATH"], **self.given})
        if done.returncode != 0:
            raise RuntimeError(f"up.sh {' '.join(words)}: {done.stdout}{self.log_ends()}")
        return done.stdout

    def up(self):
        self.script("up", self.programs)
        self.state = os.path.realpath(f"{self.root}/var")
        self.run = os.path.realpath(f"{self.state}/run")
        self.settings = read_env(f"{self.state}/settings.env")
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = read_env(f"{self.state}/mockfactory.env")["MF_API_KEY"]
        self.store = self.settings["MF_STORE"].removeprefix("disk:")

    def remove(self):
        """Take it down and leave nothing, not even after a failed start."""
        try:
            self.script("down")
        finally:
            state = os.path.realpath(f"{self.root}/var")
            run = os.path.realpath(f"{state}/run")
            if os.environ.get("MF_CRASH_KEEP"):
                print(f"kept: {state}")
                return
            for path in (run, state, self.root):
                shutil.rmtree(path, ignore_errors=True)

    def log_ends(self):
        logs = os.path.realpath(f"{self.root}/var/log")
        out = ""
        for name in sorted(os.listdir(logs)) if os.path.isdir(logs) else []:
            with open(f"{logs}/{name}", errors="replace") as f:
                out += f"\n--- {name}\n" + "".join(f.readlines()[-15:])
        return out

    # The processes.

    def pid(self, name):
        """Of "pool", "postgres", "web", "provision", ...; None while it does not run."""
        path = f"{self.state}/pg/postmaster.pid" if name == "postgres" else f"{self.run}/{name}.pid"
        try:
            with open(path) as f:
                pid = int(f.readline())
            os.kill(pid, 0)
            return pid
        except (OSError, ValueError):
            return None

    def keeper(self, name):
        with open(f"{self.run}/{name}.keeper") as f:
            return int(f.read())

    @staticmethod
    def children(pid):
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as f:
                return [int(p) for p in f.read().split()]
        except OSError:
            return []

    @staticmethod
    def title(pid):
        try:
            with open(f"/proc/{pid}/cmdline") as f:
                return f.read().replace("\0", " ").strip()
        except OSError:
            return ""

    def workers(self):
        """The pool's children; with MF_PROCESSES=0 the one process."""
        pool = self.pid("pool")
        if pool is None:
            return []
        return self.children(pool) or [pool]

    @staticmethod
    def kill(pid, what=signal.SIGKILL):
        """False: it had gone by itself."""
        try:
            os.kill(pid, what)
            return True
        except (ProcessLookupError, TypeError):
            return False

    def processes(self):
        """Everything that runs here: pid -> title."""
        found, todo = {}, []
        for name in ("pool", "postgres", "web", "provision", "seed", "jobs"):
            try:
                todo.append(self.keeper(name))
            except (OSError, ValueError):
                pass
            if self.pid(name):
                todo.append(self.pid(name))
        while todo:
            pid = todo.pop()
            if pid not in found and self.title(pid):
                found[pid] = self.title(pid)
                todo += self.children(pid)
        return found

    # Talking to it.

    def healthy(self):
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as a:
                return a.status == 200
        except (OSError, ValueError):
            return False

    def wait_healthy(self, seconds=60):
        wait_until(seconds, self.healthy, "a healthy answer")

    def sessions(self):
        """How many requests are under way: what each process of the pool said within a second."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as a:
            text = a.read().decode()
        return sum(map(int, re.findall(r"^mf_sessions\{.*\} (\d+)$", text, re.M)))

    def wait_idle(self, seconds=120):
        """Until nothing is under way in pool or database, not even for clients that are gone."""
        since = None

        def idle():
            nonlocal since
            (busy,), = self.sql("select count(*) from pg_stat_activity where state <> 'idle'"
                                " and backend_type = 'client backend' and pid <> pg_backend_pid()")
            # The one who asks is one of them.
            if busy != "0" or self.sessions() > 1:
                since = None
                return False
            since = since or time.monotonic()
            return time.monotonic() - since > 1.2

        wait_until(seconds, idle, "the end of all requests")

    def api(self, method, path, body=None, key=None, headers=None):
        """(status, document) of the control API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, method=method, headers={
            "Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json",
            **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=30) as a:
                status, text = a.status, a.read()
        except urllib.error.HTTPError as e:
            status, text = e.code, e.read()
        return status, json.loads(text) if text else None

    def environment(self, **more):
        """A new environment with S3: its document."""
        status, e = self.api("POST", "/environments", {"services": ["aws_s3"], **more})
        if status != 201:
            raise RuntimeError(f"create environment: {status} {e}")
        return e

    def sql(self, text, database="mockfactory"):
        """Rows of text; null is ""."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                               "-h", self.run, "-U", "mockfactory", "-d", database, "-c", text],
                              text=True, capture_output=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def start(self, name, *words, **settings):
        """One of the programs as cron would start it, under other settings: its Popen."""
        user = {}
        if os.getuid() == 0:
            who = pwd.getpwnam(USER)
            user = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        return subprocess.Popen([f"{self.state}/program/bin/{name}", *words], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.state,
                                env={"PATH": os.environ["PATH"], **self.settings, **settings},
                                **user)

    def program(self, name, *words, **settings):
        """The same, to its end: what it printed."""
        with self.start(name, *words, **settings) as job:
            out, _ = job.communicate(timeout=120)
        if job.returncode != 0:
            raise RuntimeError(f"{name}: status {job.returncode}: {out[-2000:]}")
        return out
