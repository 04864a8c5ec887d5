# tests/front/living.py - `make up` again, beside another, as a user, and after kill -9
import contextlib
import glob
import os
import signal
import time
import urllib.request

from installation import wait_until

SOON = 20  # seconds


def belonging(state):
    """Processes of an installation: its path is in their command line or they work in it."""
    found = []
    for d in glob.glob("/proc/[0-9]*"):
        try:
            with open(f"{d}/cmdline", "rb") as f:
                title = f.read().replace(b"\0", b" ").decode(errors="replace")
            if title and (state in title or os.readlink(f"{d}/cwd").startswith(state)):
                found.append(f"{os.path.basename(d)} {title}")
        except OSError:
            pass
    return found


def again(i, say):
    wrong = []
    before, key = i.processes(), i.key
    began = time.monotonic()
    i.up()
    took = time.monotonic() - began
    say(f"the second make up took {took:.1f} s")
    if took > 60:
        wrong.append(f"the second make up took {took:.1f} s")
    pids = [i.pid(n) for n in ("pool", "postgres", "web")]
    if not all(p in before for p in pids):
        wrong.append(f"the second make up started something again: {pids}; before: {before}")
    if i.key != key:
        wrong.append("the key changed")
    return wrong


def settings(i, say):
    wrong = []
    pool = i.pid("pool")
    i.up(MF_THREADS="9")
    i.up()
    if i.settings.get("MF_THREADS") != "9":
        wrong.append("a setting given once is not kept")
    wait_until(60, lambda: i.pid("pool") not in (None, pool), "a pool with the new setting")
    # And one more while the old one is still there: the last word counts.
    seen = [None, pool, i.pid("pool")]
    os.kill(i.keeper("pool"), signal.SIGHUP)
    os.kill(i.keeper("pool"), signal.SIGHUP)
    wait_until(60, lambda: i.pid("pool") not in seen, "a pool that was asked for")
    seen.append(i.pid("pool"))
    os.kill(i.keeper("pool"), signal.SIGHUP)
    wait_until(60, lambda: i.pid("pool") not in seen, "a pool asked for while another came")
    for name, value in (("MF_NONSENSE", "1"), ("MF_THREADS", "many"), ("MF_WEB", "nginx"),
                        ("MF_STORE", "tape:1"), ("MF_DB", "host=/nowhere")):
        try:
            i.up(**{name: value})
            wrong.append(f"{name}={value} was taken")
        except RuntimeError as e:
            if name not in str(e):
                wrong.append(f"{name}={value}: {e}")
    # What was refused is not kept. A shell that has used an environment is a client's.
    client = {"MF_API_KEY": i.key, "MF_URL": "http://192.0.2.1", "MF_ENVIRONMENT": "env-abcdefghij"}
    i.up(**client)
    if i.settings["MF_URL"] == client["MF_URL"]:
        wrong.append("the address of a client was taken for a setting")
    i.as_owner("env", *(f"{name}={value}" for name, value in client.items()),
               f"{i.state}/program/httpd-conf/program.sh", "mf-admin", "account", "list")
    return wrong


def revoked(i, say):
    """A key that opens nothing any more, as after a change of the database, is replaced."""
    old = i.key
    i.as_owner(f"{i.state}/program/httpd-conf/program.sh", "mf-admin", "key", "revoke",
               old.split("_")[2])
    i.up()
    if i.key == old:
        return ["the revoked key is still the one to use"]
    request = urllib.request.Request(f"{i.url}/api/v1/account",
                                     headers={"Authorization": f"Bearer {i.key}"})
    with urllib.request.urlopen(request, timeout=10):
        return []


def recover(i, say):
    """Whatever is killed comes back by itself, and before the watch of each minute finds it."""
    wrong = []
    for name in ("pool", "web", "postgres", "postgres"):
        old = i.pid(name)
        began = time.monotonic()
        i.kill(old)
        wait_until(30, lambda: i.pid(name) not in (None, old), f"a new {name}")
        i.wait_healthy(30)
        took = time.monotonic() - began
        say(f"{name}: a healthy answer after {took:.1f} s")
        if took > SOON:
            wrong.append(f"{name} took {took:.1f} s to come back")
    # The keepers themselves: whoever is called each minute brings them back.
    for name in ("pool", "web", "postgres"):
        i.kill(i.keeper(name))
    wait_until(30, lambda: not i.healthy(), "the end of what has no keeper")
    i.as_owner(f"{i.state}/program/httpd-conf/jobs.sh", "watch")
    i.wait_healthy(30)
    return wrong


def down(i, say):
    wrong = []
    i.script("down")
    # What cron had just started is nobody's to stop, and ends by itself.
    with contextlib.suppress(TimeoutError):
        wait_until(20, lambda: not belonging(i.state), "the end of all processes")
    wrong += [f"still there: {p}" for p in belonging(i.state)]
    try:
        i.as_owner(f"{i.state}/program/httpd-conf/jobs.sh", "watch")
    except RuntimeError:
        pass
    if i.healthy():
        wrong.append("the watch started what was taken down")
    i.up()
    return wrong
