# tests/runtime/server.py - a mockfactory.fcgi of a test's own: start it, look at it, end it
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import fastcgi

BUILD = os.environ.get("BUILD", "build/debug")
PATIENCE = 60  # seconds: no machine is so slow; only what never comes takes as long


def allow_descriptors(n):
    """Most shells allow a thousand, and more only when asked."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= now < n:
        resource.setrlimit(resource.RLIMIT_NOFILE, (n if most < 0 else min(n, most), most))


def until(what, seconds=PATIENCE, every=0.02):
    """The first true value of what(), or False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(every)
    return what()


class Server:
    """with Server(MF_PROCESSES=1) as s: s.client.get("/healthz")"""

    def __init__(self, directory=None, program=None, prefix=(), wait=True, dies=False, **settings):
        self.owned = directory is None
        self.dies = dies  # on purpose: a sanitizer's report of it is no failure
        self.dir = directory or tempfile.mkdtemp(prefix="mf-runtime.")
        self.log_path = self.dir + "/log"
        self.socket = self.dir + "/socket"
        key = self.dir + "/secret.key"
        if not os.path.exists(key):
            with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
                f.write(os.urandom(32).hex())
        env = {k: v for k, v in os.environ.items() if not k.startswith("MF_")}
        env.update(MF_DB=f"host={env['PGHOST']} user={env['PGUSER']} dbname={DATABASE}",
                   MF_STORE=f"disk:{self.dir}/store", MF_SECRET_KEY_FILE=key, MF_TEST="1",
                   MF_SOCKET=self.socket, MF_DRAIN="10s", MF_PROCESSES="2", MF_THREADS="8")
        env.update({k: str(v) for k, v in settings.items()})
        self.program = os.path.abspath(program or BUILD + "/mockfactory.fcgi")
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([*prefix, self.program], env=env, stderr=self.log,
                                        stdin=subprocess.DEVNULL)
        self.client = fastcgi.Client(self.socket)
        if wait and not until(self.answers):
            raise AssertionError("does not start: " + self.log_text())

    def answers(self):
        try:
            return self.client.get("/test/empty").status == 200
        except (OSError, fastcgi.Broken):
            return False

    @property
    def pid(self):
        return self.process.pid

    def log_text(self):
        with open(self.log_path, encoding="utf-8") as f:
            return f.read()

    def children(self):
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as f:
            return [int(pid) for pid in f.read().split()]

    def metric(self, name):
        """The sum over all processes."""
        text = self.client.get("/metrics").text
        values = re.findall(rf"^{name}(?:{{[^}}]*}})? ([0-9.e+]+)$", text, re.M)
        return sum(float(v) for v in values)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=PATIENCE):
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("does not stop: " + self.log_text()[-2000:]) from None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.stop()
            if kind is None and not self.dies:
                reports = re.findall(r"^.*(?:Sanitizer|runtime error).*$", self.log_text(), re.M)
                assert not reports, reports
        finally:
            if kind is not None:
                lines = self.log_text().splitlines()
                lines = [line for line in lines if "event=request" not in line][-15:]
                print("    log:", *lines, sep="\n      ")
            self.log.close()
            if self.owned:
                shutil.rmtree(self.dir, ignore_errors=True)


DATABASE = "runtime"


def create_database():
    subprocess.run(["dropdb", "--if-exists", "-f", DATABASE], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["createdb", "-T", "template", DATABASE], check=True)
