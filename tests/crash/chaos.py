# tests/crash/chaos.py - kill -9 of children, the parent, PostgreSQL and the web server under load
import random
import threading
import time

import intact
import model
import repeat
import s3
import sqs
import worker

WORKERS = 6
VERSIONS = 5  # fewer are no test
PATIENCE = 120
VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


class Churn(threading.Thread):
    """Environments that come, are used and go; a destroyed one must leave nothing."""

    def __init__(self, installation, stop):
        super().__init__(name="churn", daemon=True)
        self.installation, self.stop = installation, stop
        self.made = self.destroyed = 0

    def run(self):
        while not self.stop.is_set():
            try:
                self.one()
            except (OSError, ValueError, RuntimeError, s3.NoAnswer):
                time.sleep(0.2)

    def one(self):
        e = self.installation.environment(name="churn")
        self.made += 1
        client = client_of(e)
        client.request("PUT", "/churn")
        for size in (0, 1024, 65537, 300000):
            client.request("PUT", f"/churn/o{size}", body=b"x" * size)
        client.close()
        status, _ = self.installation.api("DELETE", f"/environments/{e['id']}")
        self.destroyed += status < 300


def client_of(e, timeout=30):
    aws = e["credentials"]["aws"]
    return s3.Client(e["endpoints"]["aws_s3"], aws["access_key_id"], aws["secret_access_key"],
                     timeout)


def start_workers(e, bucket, seed, stop, n=WORKERS):
    workers = [worker.Worker(i, seed, bucket, client_of(e), stop) for i in range(n)]
    for w in workers:
        w.start()
    return workers


def stop_workers(workers, stop):
    stop.set()
    for w in workers:
        w.join(120)
        if w.is_alive():
            w.wrong.append(f"{w.name} hangs")
        w.client.close()


class Chaos:
    """Kills one thing after another; .kills counts them."""

    def __init__(self, installation, seed):
        self.i, self.rng = installation, random.Random(f"{seed}/chaos")
        self.kills = dict.fromkeys(["child", "parent", "backend", "postmaster", "web"], 0)
        self.longest = 0.0

    def victim(self, what):
        """A process id, or None when it is just not there."""
        if what == "child":
            return self.rng.choice(self.i.workers() or [None])
        if what in ("parent", "web"):
            return self.i.pid({"parent": "pool"}.get(what, what))
        postmaster = self.i.pid("postgres")
        if what == "postmaster":
            return postmaster
        backends = [p for p in self.i.children(postmaster or 0)
                    if "mockfactory" in self.i.title(p)]
        return self.rng.choice(backends or [None])

    def many(self, seconds):
        return sum(self.kills.values()) >= seconds / 4

    def strike(self):
        what = self.rng.choices(list(self.kills), [45, 20, 15, 13, 7])[0]
        pid = self.victim(what)
        if pid is None or not self.i.kill(pid):
            return
        self.kills[what] += 1
        if self.rng.random() < 0.3:
            return  # the next one comes while this one is being recovered from
        began = time.monotonic()
        self.i.wait_healthy(60)
        self.longest = max(self.longest, time.monotonic() - began)

    def run(self, seconds, enough):
        """So long, and on a slow machine until enough has happened."""
        end = time.monotonic() + seconds
        while time.monotonic() < end or (
                time.monotonic() < end + PATIENCE and not (self.many(seconds) and enough())):
            time.sleep(self.rng.uniform(0.2, 1.2))
            self.strike()


def done_by(workers):
    return {kind: sum(w.done[kind] for w in workers) for kind in workers[0].done}


def verify_keys(e, bucket, workers, others=()):
    """Every key holds an allowed state, and the list of the bucket says the same."""
    wrong, present, client = [], set(), client_of(e)
    for key in (k for w in workers for k in w.keys):
        a, state = worker.observe(client, f"/{bucket}/{key.name}")
        if a.status not in (200, 404):
            wrong.append(f"{key.name}: {a}")
            continue
        try:
            key.read(state)
        except model.Torn as t:
            wrong.append(str(t))
        if a.status == 200:
            present.add((key.name, len(a.body)))
    listed = {(k, n) for k, n in client.list_keys(bucket).items() if k not in others}
    if listed != present:
        wrong.append(f"the bucket lists other keys than it has: {sorted(listed ^ present)[:5]}")
    client.close()
    return wrong


def noted_versions(workers):
    return sum(len(key.versions) for w in workers for key in w.keys)


def verify_versions(e, bucket, workers):
    """Every version that was acknowledged is there, whatever came after it, until it is deleted."""
    wrong, n, client = [], 0, client_of(e)
    for key in (k for w in workers for k in w.keys):
        for version, digest in key.versions.items():
            a = client.request("GET", f"/{bucket}/{key.name}", query=[("versionId", version)])
            n += 1
            if a.status == 404 and version in key.gone | key.unsure:
                continue
            if version in key.gone or a.status != 200 or model.digest(a.body) != digest:
                wrong.append(f"{key.name}, version {version}: {a.status}, not what was put")
    client.close()
    return wrong if n > VERSIONS else wrong + ["too few versions for a test"]


def verify(e, crews):
    return [w for bucket, workers in crews.items() for w in verify_keys(e, bucket, workers)]


def destroy_all(installation):
    """Every environment there is; then nothing of any customer may be left."""
    for e, in installation.sql("select public_id from core.environment where state <> 'destroyed'"):
        status, document = installation.api("DELETE", f"/environments/{e}")
        if status >= 300:
            return [f"destroy {e}: {status} {document}"]
    intact.collect_under_fire(installation)
    wrong = intact.findings(installation)
    bodies, _ = intact.files(installation.store)
    return wrong + [f"{len(bodies)} files of destroyed environments"] * bool(bodies)


def run(installation, seconds, seed, say):
    """The whole scenario; returns sentences about what went wrong."""
    stop = threading.Event()
    e = installation.environment(name="chaos", services=["aws_s3", "aws_sqs"])
    setup = client_of(e)
    for bucket in ("crash", "versions"):
        if setup.request("PUT", f"/{bucket}").status != 200:
            return ["the bucket could not be made"]
    setup.request("PUT", "/versions", query=[("versioning", "")], body=VERSIONING)
    setup.close()
    crews = {"crash": start_workers(e, "crash", seed, stop, 4),
             "versions": start_workers(e, "versions", f"{seed}/versions", stop, 2)}
    workers = [w for crew in crews.values() for w in crew]
    queue = sqs.Queue(e, seed, stop).start()
    churn = Churn(installation, stop)
    churn.start()
    repeats = repeat.Repeat(installation, stop)
    repeats.start()
    chaos = Chaos(installation, seed)
    chaos.run(seconds, lambda: min(done_by(workers).values()) > 0 and queue.enough() and
              repeats.enough() and noted_versions(crews["versions"]) > VERSIONS)
    stop_workers(workers, stop)
    queue.join()
    churn.join(60)
    repeats.join(150)
    wrong = [w for each in workers for w in each.wrong]
    installation.wait_healthy(60)
    installation.wait_idle()
    done = done_by(workers)
    say(f"killed {chaos.kills}; longest recovery {chaos.longest:.1f} s; acknowledged {done}, "
        f"{sum(w.resent for w in workers)} parts sent again, "
        f"{sum(w.forgotten for w in workers)} versions deleted, "
        f"in doubt {sum(w.doubts for w in workers)}, answered 5xx "
        f"{sum(w.unavailable for w in workers)}; environments {churn.made} made, "
        f"{churn.destroyed} destroyed; {len(repeats.made)} with a key in {repeats.tries} tries; "
        f"{queue}")
    if min(done.values()) == 0 or not chaos.many(seconds):
        wrong.append("too little happened for a test")
    wrong += queue.findings() + repeats.findings() + verify(e, crews)
    intact.collect(installation)
    wrong += intact.findings(installation)
    wrong += verify(e, crews)
    wrong += verify_versions(e, "versions", crews["versions"])
    return wrong + destroy_all(installation)
