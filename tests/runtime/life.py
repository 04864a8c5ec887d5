# tests/runtime/life.py - processes that end and begin: drained, restarted, killed
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import fastcgi
from server import BUILD, PATIENCE, Server, until


class Load:
    """Threads that send requests without a pause; what fails is kept."""

    def __init__(self, client, target="/test/select", threads=6):
        self.client, self.target, self.done, self.failed = client, target, 0, []
        self.going = True
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]
        for t in self.threads:
            t.start()

    def run(self):
        while self.going:
            try:
                answer = self.client.get(self.target)
                if answer.status != 200:
                    self.failed.append(answer.status)
            except (OSError, fastcgi.Broken) as error:
                self.failed.append(repr(error))
            self.done += 1

    def end(self):
        self.going = False
        for t in self.threads:
            t.join()
        return self


def program_of(pid):
    try:
        return os.stat(f"/proc/{pid}/exe").st_ino
    except (FileNotFoundError, ProcessLookupError):
        return None


def kill_of_a_child(note):
    with Server() as s:
        load = Load(s.client)
        for _ in range(5):
            victim = s.children()[0]
            os.kill(victim, signal.SIGKILL)
            # Until it is buried it is still listed.
            assert until(lambda v=victim: v not in s.children() and len(s.children()) == 2)
            time.sleep(0.2)
        load.end()
        note(f"{load.done} requests, {len(load.failed)} in hand when their child was killed")
        assert len(load.failed) <= 5 * 6 and s.client.get("/healthz").status == 200
        assert s.metric("mf_restarts_total") == 5


def rolling_restart(note):
    """SIGHUP again and again under load: nothing fails, nobody who waits gets an error."""
    with Server() as s:
        load, rounds = Load(s.client), 4
        slow = Load(s.client, "/test/sleep?ms=150", threads=2)
        for _ in range(rounds):
            waiting = [s.client.start("GET", "/test/park?channel=r&ms=600000") for _ in range(20)]
            before = set(s.children())
            assert until(lambda: s.metric("mf_parked") == 20)
            s.signal(signal.SIGHUP)
            assert until(lambda: not before & set(s.children())), s.log_text()[-1000:]
            assert until(lambda: len(s.children()) == 2)
            assert all(w.wait().status == 200 for w in waiting)
        load.end()
        slow.end()
        note(f"{rounds} restarts, {load.done + slow.done} requests, none failed")
        assert not load.failed and not slow.failed, (load.failed, slow.failed)


def a_new_program(_):
    """SIGHUP takes up what lies where the program lay; what does not start is left alone."""
    where = tempfile.mkdtemp(prefix="mf-program.")
    program = where + "/mockfactory.fcgi"
    shutil.copy(BUILD + "/mockfactory.fcgi", program)
    with Server(program=program) as s:
        with open(program + ".new", "w", encoding="ascii") as f:
            f.write("#!/bin/false\n")
        os.chmod(program + ".new", 0o755)
        os.rename(program + ".new", program)
        s.signal(signal.SIGHUP)
        assert until(lambda: "the old program goes on" in s.log_text())
        assert s.answers()
        shutil.copy(BUILD + "/mockfactory.fcgi", program + ".new")
        inode = os.stat(program + ".new").st_ino
        os.rename(program + ".new", program)
        s.signal(signal.SIGHUP)
        assert until(lambda: program_of(s.pid) == inode)
        assert until(lambda: all(program_of(pid) in (inode, None) for pid in s.children()))
        assert s.answers()
    shutil.rmtree(where)


def draining(_):
    """SIGTERM: what is in hand and what is in the backlog is answered, who waits is hurried."""
    for settings in ({}, {"MF_PROCESSES": 0}):
        with Server(MF_THREADS=2, MF_DRAIN="600s", **settings) as s:
            waiting = [s.client.start("GET", "/test/park?channel=d&ms=600000") for _ in range(10)]
            assert until(lambda: s.metric("mf_parked") == 10)
            busy = [s.client.start("GET", "/test/sleep?ms=300") for _ in range(12)]
            time.sleep(0.1)
            begin = time.monotonic()
            s.signal(signal.SIGTERM)
            assert all(w.wait().text.startswith("hurried") for w in waiting)
            assert all(b.wait().status == 200 for b in busy)
            assert s.stop() == 0 and time.monotonic() - begin < PATIENCE


def draining_has_an_end(_):
    with Server(MF_DRAIN="500ms", dies=True) as s:
        stuck = s.client.start("GET", f"/test/sleep?ms={10 * PATIENCE * 1000}")
        time.sleep(0.2)
        begin = time.monotonic()
        assert s.stop() == 0 and time.monotonic() - begin < PATIENCE
        try:
            raise AssertionError(stuck.wait().text)
        except fastcgi.Broken:
            pass


def kill_of_the_parent(note):
    """Its children serve on until the next parent has the socket; nothing fails."""
    with Server() as s:
        load = Load(s.client)
        for _ in range(3):
            children = s.children()
            time.sleep(0.3)
            s.process.kill()
            s.process.wait()
            time.sleep(0.3)
            s = Server(directory=s.dir)
            assert until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children))
        load.end()
        note(f"3 kills, {load.done} requests, {len(load.failed)} failed")
        assert not load.failed, load.failed[:5]
        s.stop()


def one_parent_per_socket(_):
    with Server() as s:
        second = Server(directory=s.dir, wait=False)
        assert second.process.wait(PATIENCE) == 1 and "already serves" in s.log_text()
        assert s.answers()


def a_poisoned_operation(_):
    """Twice in a minute it killed its child; then it is refused, and the rest goes on."""
    for target in ("/test/abort", "/test/fault"):
        with Server(dies=True) as s:
            for deaths in (1, 2):
                try:
                    raise AssertionError(s.client.post(target).text)
                except fastcgi.Broken:
                    pass
                assert until(lambda n=deaths: s.log_text().count("event=death") == n)
            answer = s.client.post(target)
            assert answer.status == 503 and "switched off" in answer.text, answer.text
            assert s.client.get("/test/empty").status == 200
            s.signal(signal.SIGHUP)
            assert until(lambda: "started again" in s.log_text()) and s.answers()
            assert s.client.post(target).status == 503


def under_spawn_fcgi(_):
    """One plain process with one thread, its socket on standard input, as on a shared host."""
    where = tempfile.mkdtemp(prefix="mf-spawn.")
    path = where + "/handed"
    with Server(directory=where, wait=False, MF_PROCESSES=0, MF_THREADS=1, MF_SOCKET="",
                prefix=("spawn-fcgi", "-n", "-s", path, "--")) as s:
        s.client = fastcgi.Client(path)
        assert until(s.answers)
        waiting = [s.client.start("GET", "/test/park?channel=s&ms=600000") for _ in range(50)]
        assert until(lambda: s.metric("mf_parked") == 50)
        s.client.post("/test/ring?channel=s")
        assert all(w.wait().text.startswith("rung") for w in waiting)
        assert s.client.get("/healthz").status == 200
        busy = [s.client.start("GET", "/test/sleep?ms=100") for _ in range(5)]
        time.sleep(0.05)
        assert s.stop() == 0 and all(b.wait().status == 200 for b in busy)
    shutil.rmtree(where)


def bad_settings(_):
    for name, value in (("MF_THREADS", "0"), ("MF_NO_SUCH", "1"), ("MF_STORE", "floppy:a")):
        with Server(wait=False, **{name: value}) as s:
            assert s.process.wait(PATIENCE) == 2, name
    check = subprocess.run([BUILD + "/mockfactory.fcgi", "--help"], capture_output=True, check=True)
    assert b"MF_METRICS_PUBLIC" in check.stdout


ALL = [kill_of_a_child, rolling_restart, a_new_program, draining, draining_has_an_end,
       kill_of_the_parent, one_parent_per_socket, a_poisoned_operation, under_spawn_fcgi,
       bad_settings]
