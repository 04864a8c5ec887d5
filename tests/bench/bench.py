#!/usr/bin/env python3
# tests/bench/bench.py - S3 beside what the same web server and database do at most, in one table
#
#   tests/bench/bench.py PROGRAMS LOAD RESULT.json [PEER]
#
# docs/BENCH.md says what each line means.  Nothing here fails for being slow, only when a request
# fails.  MF_BENCH_SECONDS: of each measurement (3); MF_BENCH_ENVIRONMENTS: how many (1000).
import glob
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
import installation  # noqa: E402
import polls  # noqa: E402
import s3  # noqa: E402

SECONDS = int(os.environ.get("MF_BENCH_SECONDS", "3"))
ROUNDS, CLIENTS, MOST = 2, 16, 400000
ENVIRONMENTS = int(os.environ.get("MF_BENCH_ENVIRONMENTS", "1000"))
SIZES = {"1 KiB": 1024, "64 KiB": 65536}
BUCKETS = ("bench", "keys")
LISTED = 1000


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


class Load:
    """The load generator against one port."""

    def __init__(self, program, port, access_key="", secret=""):
        self.program, self.port = program, port
        self.env = {"PATH": os.environ["PATH"]}
        if access_key:
            self.env.update(AWS_ACCESS_KEY_ID=access_key, AWS_SECRET_ACCESS_KEY=secret)

    def run(self, path, *words, seconds=SECONDS):
        done = subprocess.run([self.program, "--port", str(self.port), "--path", path,
                               "--clients", str(CLIENTS), "--seconds", str(seconds),
                               "--requests", str(MOST), *map(str, words)],
                              env=self.env, text=True, capture_output=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"load {path} {words}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)


def together(runs):
    """Several runs of one measurement as one."""
    requests = sum(r["requests"] for r in runs)
    out = {"per_second": requests / sum(r["seconds"] for r in runs),
           "p50_us": median([r["p50_us"] for r in runs]), "p99_us": max(r["p99_us"] for r in runs),
           "requests": requests}
    if "cpu_ns" in runs[0]:
        out["cpu_us"] = sum(r["cpu_ns"] for r in runs) / requests / 1e3
    return out


def measure(cases, i=None):
    """name -> a function that runs it once; in turns, so that a slow moment hits all alike."""
    def once(run):
        if i is None:
            return run(SECONDS)
        before = cpu_time(i)
        r = run(SECONDS)
        after = cpu_time(i)
        return {**r, "cpu_ns": sum(t - before.get(p, 0) for p, t in after.items())}

    for run in cases.values():
        run(1)
    rounds = [{name: once(run) for name, run in cases.items()} for _ in range(ROUNDS)]
    return {name: together([r[name] for r in rounds]) for name in cases}


def list_case(load, prefix):
    """ListObjectsV2 of a bucket of as many keys as fit a page."""
    load.run(f"{prefix}/keys/reports/2026/november/", "--method", "PUT", "--size", 100,
             "--requests", LISTED, seconds=60)
    return lambda seconds: load.run(f"{prefix}/keys?list-type=2", "--plain", seconds=seconds)


def s3_cases(load, prefix):
    """PUT and GET of each size, and a listing, under a path to which buckets are added."""
    cases, keys = {}, {}
    objects = f"{prefix}/bench"

    def put(name, size):
        def run(seconds):
            r = load.run(f"{objects}/p{size}-", "--method", "PUT", "--size", size, seconds=seconds)
            keys[size] = max(keys.get(size, 0), min(r["requests"], 2000))
            return r
        cases[f"PUT {name}"] = run

    def get(name, size):
        cases[f"GET {name}"] = lambda seconds: load.run(
            f"{objects}/p{size}-", "--keys", keys[size], "--read", size, seconds=seconds)

    for name, size in SIZES.items():
        put(name, size)
        get(name, size)
    cases[f"LIST {LISTED:,} keys"] = list_case(load, prefix)
    return cases


def ceilings(i, load):
    """The same front door with nothing, one select or one insert behind it."""
    large = SIZES["64 KiB"]

    def insert(size):
        return lambda seconds: load.run("/test/insert", "--plain", "--method", "POST", "--size",
                                        size, seconds=seconds)

    def select(size):
        words = ["--read", size] if size else []
        (row,), = i.sql(f"select min(id) from core.probe_bytes where length(bytes) = {size}")
        return lambda seconds: load.run(f"/test/select?id={row}", "--plain", *words,
                                        seconds=seconds)

    for size in (0, large):
        load.run("/test/insert", "--plain", "--method", "POST", "--size", size, "--requests", 1)
    return {"empty answer": lambda seconds: load.run("/test/empty", "--plain", seconds=seconds),
            "one select": select(0), "one insert": insert(0),
            "one select of 64 KiB": select(large), "one insert of 64 KiB": insert(large)}


def environment_load(i, program):
    e = i.environment(name="bench")
    aws = e["credentials"]["aws"]
    client = s3.Client(e["endpoints"]["aws_s3"], aws["access_key_id"], aws["secret_access_key"])
    if any(client.request("PUT", f"/{bucket}").status != 200 for bucket in BUCKETS):
        raise RuntimeError("the buckets could not be made")
    load = Load(program, i.port, aws["access_key_id"], aws["secret_access_key"])
    cases = s3_cases(load, client.prefix)
    listed = client.request("GET", "/keys", query=[("list-type", "2")]).body.count(b"<Key>")
    if listed != LISTED:
        raise RuntimeError(f"{listed} keys are listed instead of {LISTED}")
    return load, cases


def round_trips(i):
    """Operation -> (requests, trips) as the access log has them."""
    found = {}
    for name in glob.glob(f"{i.state}/log/pool.log*"):  # those before are kept beside it
        with open(name, errors="replace") as f:
            for line in f:
                op = re.search(
                    r"\bop=aws\.s3\.(\w+Objects?(?:V2)?) status=200 .*\btrips=(\d+)", line)
                if op:
                    n, trips = found.get(op.group(1), (0, 0))
                    found[op.group(1)] = (n + 1, trips + int(op.group(2)))
    return found


# A thousand environments.

def pss(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return next(int(line.split()[1]) << 10 for line in f if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def kind_of(title):
    for word, kind in (("/keep.sh", "keepers"), ("mockfactory.fcgi", "pool"),
                       ("mf-provision", "provision"), ("mf-seed", "seed"),
                       ("postgres", "postgres"),
                       ("lighttpd", "web server"), ("apache2", "web server")):
        if word in title:
            return kind
    return "keepers"


def memory(i):
    """kind -> bytes resident of each process; pages several share are divided among them."""
    found = {}
    for pid, title in i.processes().items():
        found.setdefault(kind_of(title), []).append(pss(pid))
    return found


def cpu_time(i):
    """pid -> nanoseconds on a CPU, of all threads."""
    found = {}
    for pid in i.processes():
        try:
            found[pid] = sum(int(open(f"/proc/{pid}/task/{t}/schedstat").read().split()[0])
                             for t in os.listdir(f"/proc/{pid}/task"))
        except OSError:
            pass
    return found


def disk(path):
    return sum(os.lstat(os.path.join(where, name)).st_blocks * 512
               for where, dirs, names in os.walk(path) for name in dirs + names)


def database_size(i):
    return int(i.sql("select pg_database_size('mockfactory')")[0][0])


def use_once(i):
    """Create, make a bucket, put one object; (id, seconds of create, of all of it)."""
    began = time.perf_counter()
    e = i.environment()
    created = time.perf_counter()
    aws = e["credentials"]["aws"]
    client = s3.Client(e["endpoints"]["aws_s3"], aws["access_key_id"], aws["secret_access_key"])
    a = client.request("PUT", "/first")
    if a.status == 200:
        a = client.request("PUT", "/first/object", body=b"x" * 1024)
    ended = time.perf_counter()
    client.close()
    if a.status != 200:
        raise RuntimeError(f"first use of {e['id']}: {a}")
    return e["id"], created - began, ended - began


def environments(i):
    before = database_size(i), disk(i.store), memory(i)
    made = [use_once(i) for _ in range(ENVIRONMENTS)]
    after = database_size(i), disk(i.store), memory(i)
    began = time.perf_counter()
    for e, _, _ in made:
        status, document = i.api("DELETE", f"/environments/{e}")
        if status >= 300:
            raise RuntimeError(f"destroy {e}: {status} {document}")
    destroyed = time.perf_counter() - began
    i.program("mf-collect", "--now")
    collected = time.perf_counter() - began - destroyed
    grown = {k: sum(after[2][k]) - sum(before[2].get(k, [])) for k in after[2]}
    served = grown.get("pool", 0) + grown.get("web server", 0)
    return {"n": ENVIRONMENTS,
            "create_ms": median([c for _, c, _ in made]) * 1e3,
            "first_put_ms_p50": median([f for _, _, f in made]) * 1e3,
            "first_put_ms_p99": sorted(f for _, _, f in made)[len(made) * 99 // 100] * 1e3,
            "destroy_ms": destroyed / ENVIRONMENTS * 1e3, "collect_s": collected,
            "database_bytes": (after[0] - before[0]) / ENVIRONMENTS,
            "disk_bytes": (after[1] - before[1]) / ENVIRONMENTS,
            "memory_bytes": max(0, served) / ENVIRONMENTS,
            "postgres_memory_bytes": grown.get("postgres", 0) / ENVIRONMENTS}


# The peer.

def wait_for_port(port):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the peer does not start")


def peer(program, load_program):
    port = installation.ports_in_a_row(1)
    server = subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        for bucket in BUCKETS:
            url = urllib.request.Request(f"http://127.0.0.1:{port}/{bucket}", method="PUT")
            urllib.request.urlopen(url, timeout=10).close()
        return measure(s3_cases(Load(load_program, port, "bench", "bench"), ""))
    finally:
        server.terminate()
        server.wait()


# The table.

def machine():
    model, memory_kb = platform.processor() or platform.machine(), 0
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":")[1].strip()
    with open("/proc/meminfo") as f:
        memory_kb = int(f.readline().split()[1])
    with open("/etc/os-release") as f:
        system = re.search(r'PRETTY_NAME="(.*)"', f.read()).group(1)
    return f"{os.cpu_count()} x {model}, {memory_kb >> 20} GiB, {system}, " \
           f"Linux {platform.release()}"


def line(name, r, *ceilings):
    text = f"{name:<22}{r['per_second']:>9,.0f}{r['p50_us'] / 1e3:>9.2f}{r['p99_us'] / 1e3:>9.2f}"
    text += f"{r['cpu_us']:>9.0f}" if "cpu_us" in r else f"{'':>9}"
    for ceiling in ceilings:
        text += f"{r['per_second'] / ceiling['per_second']:>11.0%}" if ceiling else f"{'':>11}"
    print(text.rstrip())


def print_s3(title, results):
    print(f"\n{title:<22}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}{'cpu us':>9}{'of empty':>11}"
          f"{'of one SQL':>11}{'same bytes':>11}")
    for name, r in results.items():
        verb, _, size = name.partition(" ")
        sql = {"PUT": "one insert", "GET": "one select"}.get(verb)
        line(name, r, None if name == "empty answer" else results.get("empty answer"),
             results.get(sql), results.get(f"{sql} of {size}"))


def print_rest(result):
    e, trips = result["environments"], result["round_trips"]
    print("\nround trips to PostgreSQL: " + ", ".join(
        f"{op} {t / n:.3f} (of {n:,} requests)" for op, (n, t) in sorted(trips.items())))
    print(f"\n{e['n']:,} environments of aws_s3, one after the other: create "
          f"{e['create_ms']:.1f} ms; create, bucket and first PutObject p50 "
          f"{e['first_put_ms_p50']:.1f} ms, p99 {e['first_put_ms_p99']:.1f} ms (target < 50)\n"
          f"  destroy {e['destroy_ms']:.1f} ms each, then collecting all {e['collect_s']:.1f} s\n"
          f"  bytes each: database {e['database_bytes'] / 1024:.1f} KiB, store "
          f"{e['disk_bytes'] / 1024:.1f} KiB, memory of pool and web server "
          f"{e['memory_bytes'] / 1024:.1f} KiB; together "
          f"{(e['database_bytes'] + e['disk_bytes'] + e['memory_bytes']) / 1024:.1f} KiB "
          f"(target < 100)\n  (PostgreSQL's memory, mostly its cache of these rows: "
          f"{e['postgres_memory_bytes'] / 1024:.1f} KiB)")
    print(f"\nrequests per second beside {polls.POLLS:,} long polls of SQS, held all the time "
          f"(target 90 %; the polls alone take {result['polls']['share']:.1%} of the processors):")
    for name, r in result["polls"]["cases"].items():
        print(f"  {name:<20}{r['alone']:>9,.0f} alone{r['beside']:>9,.0f} beside"
              f"{r['beside'] / r['alone']:>7.0%}")
    print("\nresident memory (PSS) at the end:")
    for kind, sizes in sorted(result["memory"].items()):
        sizes = [size / (1 << 20) for size in sizes]
        print(f"  {kind:<12}{len(sizes):>3} processes{sum(sizes):>9.1f} MiB, each "
              f"{min(sizes):.1f} to {max(sizes):.1f}")


def tell_failures(i):
    """What the logs say of requests that failed: the installation goes with them."""
    for name in sorted(glob.glob(f"{i.state}/log/pool.log*")):
        with open(name, errors="replace") as f:
            lines = [line for line in f if re.search(r" status=5| event=(db|store|death) ", line)]
        print("".join(lines[:20]), end="", file=sys.stderr)
    with open(f"{i.state}/log/web.log", errors="replace") as f:
        print("".join(f.readlines()[-20:]), end="", file=sys.stderr)


def measure_ours(programs, load_program, relaxed):
    with installation.Installation(programs, MF_TEST="1", MF_DB_RELAXED=str(int(relaxed))) as i:
        try:
            return measure_installation(i, load_program, relaxed)
        except RuntimeError:
            tell_failures(i)
            raise


def measure_installation(i, load_program, relaxed):
    """An installation, synchronous or relaxed; the latter concerns writes only."""
    load, cases = environment_load(i, load_program)
    cases = {**ceilings(i, load), **cases}
    if relaxed:
        cases = {name: run for name, run in cases.items() if "insert" in name or "PUT" in name}
    out = {"s3": measure(cases, i), "round_trips": round_trips(i)}
    if not relaxed:
        short = {name: cases[name] for name in ("empty answer", "one select", "GET 1 KiB")}
        out["polls"] = polls.measure(i, short, ROUNDS + 1, SECONDS, cpu_time)
        out["environments"] = environments(i)
        out["memory"] = memory(i)
    return out


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave nothing behind
    programs, load_program, path = sys.argv[1:4]
    print(f"{machine()}; {time.strftime('%Y-%m-%d')}; load generator on the same machine, "
          f"{CLIENTS} clients, HTTP, {ROUNDS} x {SECONDS} s each", flush=True)
    result = {"machine": machine(), "date": time.strftime("%Y-%m-%d"), "clients": CLIENTS,
              "seconds": SECONDS, "rounds": ROUNDS}
    ours = measure_ours(programs, load_program, False)
    print_s3("synchronous commit", ours["s3"])
    result.update(synchronous=ours["s3"], **{k: ours[k] for k in ours if k != "s3"})
    relaxed = measure_ours(programs, load_program, True)
    print_s3("MF_DB_RELAXED=1", relaxed["s3"])
    result["relaxed"] = relaxed["s3"]
    if len(sys.argv) > 4:
        result["peer"] = peer(sys.argv[4], load_program)
        print_s3("peer: moto server", result["peer"])
    print_rest(result)
    with open(path + ".tmp", "w") as f:
        json.dump(result, f, indent=1)
    os.replace(path + ".tmp", path)


if __name__ == "__main__":
    main()
