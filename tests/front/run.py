#!/usr/bin/env python3
# tests/front/run.py - the web servers and `make up`: run.py PROGRAMS [SCENARIO...]
#
# PROGRAMS is a build directory (build/debug).  Ends with a line "passed failed skipped" on file
# descriptor 3 where there is one.
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "crash"))

import echoes
import installation
import living


class Front(installation.Installation):
    """An installation as `make up` makes it, of the user it is asked for, under their umask."""

    def __init__(self, programs, user=None, umask=-1, **settings):
        super().__init__(programs, **settings)
        self.user, self.umask = user, umask
        if user is not None:
            for d, directories, names in os.walk(self.root):
                for name in [".", *directories, *names]:
                    shutil.chown(os.path.join(d, name), user)

    def script(self, *words, **settings):
        # What is started must hear a SIGHUP, though whoever starts it does not (nohup make up).
        prefix = ["env", "--ignore-signal=HUP"]
        if self.user is not None:
            prefix += becoming(self.user)
        done = subprocess.run([*prefix, f"{self.root}/httpd-conf/up.sh", *words], text=True,
                              timeout=180, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=self.root, umask=self.umask,
                              env={"PATH": os.environ["PATH"], **self.given, **settings})
        if done.returncode != 0:
            raise RuntimeError(f"up.sh {' '.join(words)}: {done.stdout}{self.log_ends()}")
        return done.stdout

    def up(self, **settings):
        self.script("up", self.programs, **settings)
        self.state = os.path.realpath(f"{self.root}/var")
        self.run = os.path.realpath(f"{self.state}/run")
        self.settings = installation.read_env(f"{self.state}/settings.env")
        self.port = int(self.settings["MF_PORT"])
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = installation.read_env(f"{self.state}/mockfactory.env")["MF_API_KEY"]
        self.store = self.settings["MF_STORE"].removeprefix("disk:")
        self.authority = f"{self.state}/tls/ca.pem"

    def as_owner(self, *words):
        owner = pwd.getpwuid(os.stat(self.state).st_uid).pw_name
        done = subprocess.run([*(becoming(owner) if os.getuid() == 0 else []), *words], cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")


def becoming(user):
    return ["setpriv", "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"]


def on_own(programs, steps, **more):
    def scenario(say):
        wrong = []
        with Front(programs, **more) as i:
            for step in steps:
                try:
                    wrong += [f"{step.__name__}: {w}" for w in step(i, say)]
                except Exception:
                    say(i.log_ends())
                    raise
        return wrong
    return scenario


def with_echo(programs, web):
    """An installation whose pool is echo.py."""
    def scenario(say):
        with tempfile.TemporaryDirectory() as stand_in:
            for name in os.listdir(programs):
                if name.startswith("mf-") and os.access(f"{programs}/{name}", os.X_OK):
                    shutil.copy(f"{programs}/{name}", stand_in)
            shutil.copy(f"{HERE}/echo.py", f"{stand_in}/mockfactory.fcgi")
            first = installation.ports_in_a_row(4)
            return on_own(stand_in, [echoes.targets, echoes.parameters, echoes.uploads,
                                     echoes.files],
                          MF_WEB=web, MF_PORT=str(first), MF_TLS_PORT=str(first + 1),
                          MF_WEB_PORTS=f"{first + 2}-{first + 3}")(say)
    return scenario


def as_user(programs):
    def scenario(say):
        if os.getuid() != 0:
            say("not root: the other scenarios are this one")
            return []
        return on_own(programs, [living.again, living.recover, living.down], user="nobody")(say)
    return scenario


def side_by_side(programs):
    """
    Two that choose their ports themselves; what happens to one is nothing to the other. The
    second is of somebody who keeps files to themselves, and has a blank in its path.
    """
    def scenario(say):
        wrong = []
        with Front(programs) as a, Front(programs, prefix="mf crash.", umask=0o077) as b:
            for i in (a, b):
                i.script("down")
                for name in ("MF_PORT", "MF_TLS_PORT", "MF_WEB_PORTS"):
                    i.given.pop(name)
                os.remove(f"{i.state}/settings.given")
                os.remove(f"{i.state}/settings.env")
                i.up()
            for name in ("MF_PORT", "MF_TLS_PORT", "MF_WEB_PORTS", "MF_DB"):
                if a.settings[name] == b.settings[name]:
                    wrong.append(f"both have {name}={a.settings[name]}")
            say(" and ".join(f"{i.port} {i.settings['MF_WEB_PORTS']}" for i in (a, b)))
            lasting = ("pool", "postgres", "web")
            before = [b.pid(n) for n in lasting]
            a.script("down")
            if not b.healthy() or [b.pid(n) for n in lasting] != before:
                wrong.append("taking one down disturbed the other")
            a.up()
        return wrong
    return scenario


def main():
    programs = os.path.abspath(sys.argv[1])
    scenarios = {
        "lighttpd": with_echo(programs, "lighttpd"),
        "apache": with_echo(programs, "apache"),
        "living": on_own(programs, [living.again, living.settings, living.revoked, living.recover,
                                      living.down]),
        "user": as_user(programs),
        "two": side_by_side(programs),
    }
    passed = failed = 0
    for name in sys.argv[2:] or scenarios:
        began = time.monotonic()
        try:
            wrong = scenarios[name](lambda text: print(f"   {text}", flush=True))
        except Exception:
            wrong = [traceback.format_exc()]
        print(f"{name:<16} {'FAILED' if wrong else 'passed'} in {time.monotonic() - began:.0f} s",
              flush=True)
        for w in wrong:
            print("   " + w.replace("\n", "\n   "), flush=True)
        passed, failed = passed + (not wrong), failed + bool(wrong)
    try:
        os.write(3, f"{passed} {failed} 0\n".encode())
    except OSError:
        pass
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
