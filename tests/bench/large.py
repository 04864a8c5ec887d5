#!/usr/bin/env python3
# tests/bench/large.py - large bodies in and out: how fast, and in how much memory
"""Beside an installation, on whatever store it has:

    tests/with-installation.sh lighttpd build/test/venv/bin/python tests/bench/large.py 64m
    tests/stores/with-store.sh s3 build/test/venv/bin/python tests/bench/large.py 5g

64m: PUT and GET of 64 MiB beside a static file of that size through the same web server; with the
path of a moto server, beside that, too.  5g: one body of 5 GiB in and out, compared.  Fails when a
request does, a byte differs, or a worker of the pool takes more memory than MF_BENCH_GROWTH
(64 MiB) besides what it had.  Objects of 10,000 parts: `make check-scale`.
"""
import hashlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/tests/sdk/python")
# pylint: disable=wrong-import-position
import conftest  # noqa: E402
import installation  # noqa: E402
import workers  # noqa: E402

MIB = 1 << 20
GROWTH = int(os.environ.get("MF_BENCH_GROWTH", "64")) * MIB
ROUNDS = 5
BUCKET = "large"


def check(memory):
    grown = memory.grown()
    print(f"{'most a worker grew':<40}{grown / MIB:>10.1f} MiB")
    assert grown <= GROWTH, f"a worker grew by {grown} bytes"


def curl(*words, measured):
    done = subprocess.run(["curl", "-sS", "-f", "-w", f"\\n%{{{measured}}} %{{http_code}}",
                           *words], capture_output=True, text=True, check=True)
    speed, status = done.stdout.rsplit("\n", 1)[-1].split()
    assert status in ("200", "206"), done.stdout
    return float(speed)


def link(s3, method, key):
    return s3.generate_presigned_url(method, Params={"Bucket": BUCKET, "Key": key},
                                     ExpiresIn=3600)


def line(name, speeds, beside=None):
    speed = statistics.median(speeds)
    share = f"{100 * speed / statistics.median(beside):>8.0f}%" if beside else ""
    print(f"{name:<40}{speed / MIB:>10.0f} MiB/s{share}", flush=True)


def make_file(path, size):
    """Random bytes, repeated: its digest."""
    block, digest = os.urandom(64 * MIB), hashlib.sha256()
    with open(path, "wb") as out:
        for _ in range(size // len(block)):
            out.write(block)
            digest.update(block)
    return digest.hexdigest()


def fetched(url, sink):
    """Get it and say how fast, and what it was."""
    with subprocess.Popen(["curl", "-sS", "-f", "-o", "-", "-w", "%{stderr}%{speed_download}",
                           url], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as get:
        while block := get.stdout.read(MIB):
            sink.update(block)
        speed = float(get.stderr.read())
    assert get.returncode == 0
    return speed


def by_turns(s3, i, path, static):
    """Speeds of the static file and of the object, by when: both were just written at first; once
    read they are in the processor's cache, as far as that goes."""
    shutil.copyfile(path, static)
    os.chmod(static, 0o644)
    urls = [f"{installation.URL}/dashboard/{os.path.basename(static)}",
            link(s3, "get_object", f"k{i}")]
    try:
        for when in ("just written", "read before"):
            yield when, *(curl("-o", "/dev/null", url, measured="speed_download") for url in urls)
    finally:
        os.unlink(static)


def mib_64(s3, directory):
    path, name = f"{directory}/body", "64 MiB"
    digest = make_file(path, 64 * MIB)
    pages = f"{os.environ['TEST_DIR']}/var/program/httpd-conf/htdocs/dashboard"
    puts, files, gets = [], {}, {}
    for i in range(ROUNDS):
        puts.append(curl("-T", path, "-H", "Expect:", link(s3, "put_object", f"k{i}"),
                         measured="speed_upload"))
        for when, file, get in by_turns(s3, i, path, f"{pages}/body{i}.bin"):
            files.setdefault(when, []).append(file)
            gets.setdefault(when, []).append(get)
    sink = hashlib.sha256()
    fetched(link(s3, "get_object", "k0"), sink)
    assert sink.hexdigest() == digest
    for when, speeds in files.items():
        line(f"static file of {name}, {when}", speeds)
        line(f"GET {name}, {when}", gets[when], speeds)
    line(f"PUT {name}", puts)
    if len(sys.argv) > 2:
        peer(sys.argv[2], path)


def peer(program, source):
    """The same on moto, which checks no signature, only that there is one."""
    signed = ["-H", "Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/"
              "aws4_request, SignedHeaders=host, Signature=0"]
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    url, puts, gets = f"http://127.0.0.1:{port}/{BUCKET}", [], []
    with subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as server:
        try:
            curl("-X", "PUT", "--retry-connrefused", "--retry", "30", "--retry-delay", "1", url,
                 measured="speed_upload")
            for _ in range(ROUNDS):
                puts.append(curl("-T", source, *signed, "-H", "Expect:", f"{url}/k",
                                 measured="speed_upload"))
                gets.append(curl("-o", "/dev/null", *signed, f"{url}/k",
                                 measured="speed_download"))
        finally:
            server.terminate()
    line("moto server: GET 64 MiB", gets)
    line("moto server: PUT 64 MiB", puts)


def gib_5(s3, directory):
    path = f"{directory}/body"
    digest = make_file(path, 5 << 30)
    line("PUT 5 GiB", [curl("-T", path, "-H", "Expect:", link(s3, "put_object", "k"),
                            measured="speed_upload")])
    os.unlink(path)
    sink = hashlib.sha256()
    line("GET 5 GiB", [fetched(link(s3, "get_object", "k"), sink)])
    assert sink.hexdigest() == digest
    s3.delete_object(Bucket=BUCKET, Key="k")


def main():
    case = {"64m": mib_64, "5g": gib_5}[sys.argv[1]]
    s3 = conftest.make_client(installation.Api().create("aws_s3", name="large"), "path")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="first", Body=os.urandom(MIB))
    memory = workers.Memory()
    with tempfile.TemporaryDirectory(prefix="mf-large.") as directory:
        case(s3, directory)
    check(memory)


if __name__ == "__main__":
    main()
