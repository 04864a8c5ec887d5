# tests/sdk/python/test_client_tools.py - s3cmd, rclone and restic, as their users use them
"""Debian 12 has the generation of 2022: s3cmd 2.3, rclone 1.60, restic 0.14.  docs/TESTING.md says
with which newer versions the same was run, and how."""
import filecmp
import json
import os
import re
import shutil
import subprocess

import pytest

import installation
from shell import VENV, cloud, program, shell  # noqa: F401 (fixtures)

pytestmark = pytest.mark.clients

LARGE = 20 << 20  # above what each of them sends whole


def tree(folder, many=0):
    """Files with names that go wrong, empty ones, one above every threshold."""
    (folder / "d/e").mkdir(parents=True)
    for name in ("plain", "a b", "a+b", "100%", "%41", "ünï", "d/e/deep", "d/q?x=1&y", "d/'\"<>",
                 "漢字"):
        (folder / name).write_text(name)
    (folder / "empty").touch()
    (folder / "large").write_bytes(os.urandom(LARGE))
    for number in range(many):
        (folder / f"d/{number:04}").write_text(str(number))
    os.utime(folder / "plain", (1600000000.25, 1600000000.25))
    return folder


def same(one, other):
    subprocess.run(["diff", "-r", "--no-dereference", one, other], check=True)
    return True


# s3cmd: SigV4 with signed payloads, ?location first, MD5 in the ETag, multipart from 15 MB

@pytest.fixture(params=["/usr/bin/s3cmd", VENV + "/s3cmd"], ids=["2022", "now"])
def s3cmd(request, shell):
    (shell.home / ".s3cfg").write_text(
        f"[default]\nhost_base = {shell.host}\nhost_bucket = %(bucket)s.{shell.host}\n"
        "progress_meter = False\n")
    path = program(request.param, "s3cmd")
    return lambda *arguments, **more: shell.run(
        path, "--ca-certs", installation.CA, *arguments, **more)


def test_s3cmd_files(shell, s3cmd):
    at = "s3://" + shell.bucket("s3cmd")
    s3cmd("mb", at)
    source = tree(shell.home / "source")
    s3cmd("sync", "source/", at + "/x/")
    assert "upload:" not in s3cmd("sync", "source/", at + "/x/")
    (shell.home / "target").mkdir()
    s3cmd("sync", at + "/x/", "target/")
    assert same(source, shell.home / "target")
    assert os.stat(shell.home / "target/plain").st_mtime == 1600000000
    (source / "a+b").unlink()
    assert s3cmd("sync", "--delete-removed", "source/", at + "/x/") == f"delete: '{at}/x/a+b'\n"
    info = s3cmd("info", at + "/x/large")
    assert f"File size: {LARGE}" in info and "SSE:       AES256" in info
    assert s3cmd("get", at + "/x/a b", "-") == "a b"
    s3cmd("get", "--continue", "--force", at + "/x/large", "back")
    assert filecmp.cmp(source / "large", shell.home / "back", shallow=False)
    s3cmd("cp", at + "/x/large", at + "/copied")
    s3cmd("mv", at + "/copied", at + "/moved")
    s3cmd("modify", "--add-header=x-amz-meta-colour:blue", "--mime-type=text/x-a", at + "/moved")
    info = s3cmd("info", at + "/moved")
    assert "x-amz-meta-colour: blue" in info and "MIME type: text/x-a" in info
    assert s3cmd("du", at + "/x/d").split()[1] == "3"
    found = s3cmd("ls", at).splitlines()
    assert [line.split()[-1] for line in found] == [at + "/x/", at + "/moved"]
    assert "does not exist" in s3cmd("get", at + "/none", "-", fails=True)
    s3cmd("del", "--recursive", "--force", at)
    s3cmd("rb", at)
    assert "(NoSuchBucket)" in s3cmd("ls", at, fails=True)


def test_s3cmd_settings(shell, s3cmd):
    at = "s3://" + shell.bucket("s3cmd")
    s3cmd("mb", at)
    (shell.home / "index.html").write_text("<p>")
    s3cmd("put", "--guess-mime-type", "index.html", at)
    s3cmd("ws-create", "--ws-index=index.html", "--ws-error=e.html", at)
    assert "Error document:   e.html" in s3cmd("ws-info", at)
    s3cmd("ws-delete", at)
    s3cmd("expire", "--expiry-days=3", "--expiry-prefix=logs/", at)
    assert "objects with key prefix 'logs/' will expire in '3' day(s)" in s3cmd("info", at)
    s3cmd("dellifecycle", at)
    cors = ('<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>'
            '<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>')
    (shell.home / "cors").write_text(cors)
    s3cmd("setcors", "cors", at)
    assert "<AllowedMethod>GET</AllowedMethod>" in s3cmd("info", at)
    s3cmd("delcors", at)
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::" + shell.account + ":root"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + at[5:] + "/*"}]}
    (shell.home / "policy").write_text(json.dumps(policy))
    s3cmd("setpolicy", "policy", at)
    assert '"s3:GetObject"' in s3cmd("info", at)
    s3cmd("delpolicy", at)
    # New buckets have no lists; s3cmd 2.3 knows of no setting for that.
    assert "(AccessControlListNotSupported)" in s3cmd(
        "setacl", "--acl-public", at + "/index.html", fails=True)
    s3cmd("setacl", "--acl-private", at + "/index.html")
    s3cmd("payer", "--requester-pays", at)
    assert "Payer:     Requester" in s3cmd("info", at)
    assert "Logging Enabled: False" in s3cmd("accesslog", at)
    url = s3cmd("signurl", at + "/index.html", "+600").strip()
    assert installation.http("GET", re.sub("^http:", "https:", url)).body == b"<p>"
    assert s3cmd("multipart", at).splitlines()[1:] == ["Initiated\tPath\tId"]
    s3cmd("rb", "--force", "--recursive", at)


# rclone: bucket in the host, x-amz-meta-mtime, HEAD of everything, MD5 against the ETag

RCLONE = os.environ.get("TEST_RCLONE", "/usr/bin/rclone")


@pytest.fixture
def rclone(shell):
    program(RCLONE, "rclone")
    # It takes the authority of SSL_CERT_FILE and cannot take AWS's variable.
    del shell.variables["AWS_CA_BUNDLE"]
    shell.variables.update(
        RCLONE_CONFIG=str(shell.home / "rclone.conf"), RCLONE_CONFIG_M_TYPE="s3",
        RCLONE_CONFIG_M_PROVIDER="AWS", RCLONE_CONFIG_M_ENV_AUTH="true",
        RCLONE_CONFIG_M_ENDPOINT=shell.address)
    (shell.home / "rclone.conf").touch()
    if "v1.60" in shell.run(RCLONE, "version"):
        # Before 1.61 it puts "private" with each object; S3 refuses that where lists are off.
        shell.variables["RCLONE_CONFIG_M_ACL"] = "bucket-owner-full-control"
        shell.variables["RCLONE_CONFIG_M_BUCKET_ACL"] = "private"
    return lambda *arguments, **more: shell.run(RCLONE, "--retries=1", *arguments, **more)


def test_rclone(shell, rclone):
    at = "m:" + shell.bucket("rclone")
    rclone("mkdir", at)
    source = tree(shell.home / "source", many=1100)
    rclone("copy", "source", at + "/x")
    rclone("check", "source", at + "/x")
    rclone("check", "--download", "source/d", at + "/x/d")
    assert "1112" in rclone("size", at)
    # Times are kept with nanoseconds: nothing is sent a second time.
    assert "There was nothing to transfer" in rclone(
        "sync", "-v", "source", at + "/x", "--log-file=/dev/stdout")
    (source / "a+b").unlink()
    (source / "plain").write_text("changed")
    shutil.rmtree(source / "d/e")
    rclone("sync", "source", at + "/x")
    rclone("check", "source", at + "/x")
    rclone("sync", at + "/x", "target")
    assert same_files(source, shell.home / "target")
    rclone("copy", at + "/x/large", at + "/y")  # on the server's side
    rclone("moveto", at + "/y/large", at + "/z w")
    assert rclone("lsf", "--hash=MD5", "-F", "ph", at) == "x/;\nz w;" + rclone(
        "md5sum", "source/large").split()[0] + "\n"
    rclone("settier", "STANDARD_IA", at + "/z w")
    stat = json.loads(rclone("lsjson", "--stat", "-M", at + "/z w"))
    assert stat["Tier"] == "STANDARD_IA" and stat["Size"] == LARGE
    url = rclone("link", "--expire=1h", at + "/x/100%").strip()
    assert installation.http("GET", url).body == b"100%"
    shell.bash(f"cat source/large | '{RCLONE}' rcat '{at}/piped'")
    rclone("copyto", at + "/piped", "piped")
    assert filecmp.cmp(source / "large", shell.home / "piped", shallow=False)
    assert json.loads(rclone("backend", "list-multipart-uploads", at)) == {at[2:]: []}
    rclone("purge", at)
    assert at[2:] not in rclone("lsd", "m:")


def same_files(one, other):
    """Without folders that are empty: S3 has none."""
    subprocess.run(["find", one, "-depth", "-type", "d", "-empty", "-delete"], check=True)
    return same(one, other)


def test_rclone_versions(shell, rclone):
    at = "m:" + shell.bucket("rclone")
    rclone("mkdir", at)
    assert rclone("backend", "versioning", at).strip("\"\n") == "Unversioned"
    assert rclone("backend", "versioning", at, "Enabled").strip("\"\n") == "Enabled"
    (shell.home / "v.txt").write_text("once")
    rclone("copy", "v.txt", at)
    rclone("deletefile", at + "/v.txt")
    assert rclone("lsf", at) == ""
    # It names versions by their time, and S3's times have whole seconds: one is enough.
    [old] = rclone("lsf", "--s3-versions", at).splitlines()
    assert re.fullmatch(r"v-v[-\d]+\.txt", old)
    assert rclone("cat", "--s3-versions", f"{at}/{old}") == "once"
    if "v1.60" not in rclone("version"):
        rclone("backend", "cleanup-hidden", at)
        assert rclone("lsf", "--s3-versions", at) == ""
        rclone("purge", at)


# restic: minio's client; packs of 16 MiB, many small files, locks that come and go

@pytest.fixture
def restic(shell):
    shell.variables.update(
        RESTIC_REPOSITORY=f"s3:{shell.address}/{shell.bucket('restic')}/repository",
        RESTIC_PASSWORD="secret", RESTIC_CACHE_DIR=str(shell.home / "cache"))
    path = program(os.environ.get("TEST_RESTIC", "/usr/bin/restic"), "restic")
    return lambda *arguments, **more: shell.run(path, *arguments, **more)


def test_restic(shell, restic):
    source = tree(shell.home / "source", many=50)
    (source / "link").symlink_to("nowhere")
    restic("init")
    assert "already initialized" in restic("init", fails=True)
    restic("backup", "source")
    (source / "plain").write_text("changed")
    (source / "larger").write_bytes(os.urandom(LARGE))
    restic("backup", "--tag=second", "source")
    assert [shot.get("tags") for shot in json.loads(restic("snapshots", "--json"))] == [
        None, ["second"]]
    assert "no errors were found" in restic("check", "--read-data")
    restic("restore", "latest", "--target", "restored")
    [restored] = (shell.home / "restored").glob("**/source")
    assert same(source, restored)
    (source / "larger").unlink()
    restic("backup", "source")
    restic("forget", "--keep-last=1", "--prune")
    assert len(json.loads(restic("snapshots", "--json"))) == 1
    assert "no errors were found" in restic("check", "--read-data", "--no-cache")
    shutil.rmtree(shell.home / "restored")
    restic("restore", "latest", "--target", "restored", "--no-cache")
    assert same(source, restored)
    # Somebody else's lock is kept, and this one's password wanted.
    assert "wrong password" in restic("snapshots", fails=True, RESTIC_PASSWORD="other")
