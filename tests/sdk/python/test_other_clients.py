# tests/sdk/python/test_other_clients.py - AWS CLI, the boto3 of 2022, @aws-sdk/client-s3
import filecmp
import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.request

import pytest

from conftest import missing

pytestmark = pytest.mark.clients

HERE = os.path.dirname(os.path.abspath(__file__))
JS = os.path.join(os.path.dirname(HERE), "js")


@pytest.fixture
def shell(environment, tmp_path):
    """What a user's shell has after `eval` of the environment's exports."""
    aws = environment.aws
    return {
        "PATH": os.path.dirname(sys.executable) + ":" + os.environ["PATH"],
        "HOME": str(tmp_path), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": environment.endpoint("port"), "AWS_REGION": aws["region"],
        "AWS_ACCESS_KEY_ID": aws["access_key_id"], "AWS_PAGER": "",
        "AWS_SECRET_ACCESS_KEY": aws["secret_access_key"],
    }


def run(shell, *command, fails=False):
    done = subprocess.run(command, env=shell, capture_output=True, text=True, timeout=120)
    assert (done.returncode != 0) == fails, (command, done.stdout, done.stderr)
    return done.stderr if fails else done.stdout


@pytest.fixture
def cli_bucket(shell):
    name = "cli-" + secrets.token_hex(4)
    run(shell, "aws", "s3", "mb", f"s3://{name}")
    yield name
    run(shell, "aws", "s3", "rb", "--force", f"s3://{name}")


def test_cli_cp_ls_rm(shell, cli_bucket, tmp_path):
    small, large, back = tmp_path / "small file", tmp_path / "large", tmp_path / "back"
    small.write_bytes(b"hello")
    large.write_bytes(os.urandom(20 << 20))  # in parts, above the CLI's threshold
    for file in (small, large):
        run(shell, "aws", "s3", "cp", str(file), f"s3://{cli_bucket}/d/{file.name}")
        run(shell, "aws", "s3", "cp", f"s3://{cli_bucket}/d/{file.name}", str(back))
        assert filecmp.cmp(file, back, shallow=False)
    listed = run(shell, "aws", "s3", "ls", "--recursive", f"s3://{cli_bucket}").splitlines()
    assert [line.split(None, 3)[2:] for line in listed] == [
        [str(20 << 20), "d/large"], ["5", "d/small file"]]
    assert "PRE d/" in run(shell, "aws", "s3", "ls", f"s3://{cli_bucket}")
    run(shell, "aws", "s3", "mv", f"s3://{cli_bucket}/d/large", f"s3://{cli_bucket}/moved")
    run(shell, "aws", "s3", "rm", "--recursive", f"s3://{cli_bucket}")
    assert run(shell, "aws", "s3", "ls", f"s3://{cli_bucket}") == ""


def test_cli_sync(shell, cli_bucket, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    for name in ("a", "b/c", "b/d e", "ü+"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
        os.utime(source / name, (1700000000, 1700000000))
    run(shell, "aws", "s3", "sync", str(source), f"s3://{cli_bucket}/x")
    assert run(shell, "aws", "s3", "sync", str(source), f"s3://{cli_bucket}/x") == ""
    run(shell, "aws", "s3", "sync", f"s3://{cli_bucket}/x", str(target))
    assert (target / "b/d e").read_text() == "b/d e" and (target / "ü+").read_text() == "ü+"
    (source / "a").unlink()
    gone = run(shell, "aws", "s3", "sync", "--delete", str(source), f"s3://{cli_bucket}/x")
    assert f"delete: s3://{cli_bucket}/x/a" in gone


def test_cli_s3api(shell, cli_bucket, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"0123456789")
    put = json.loads(run(shell, "aws", "s3api", "put-object", "--bucket", cli_bucket, "--key", "k",
                         "--body", str(file), "--metadata", "a=1"))
    assert put["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    head = json.loads(run(shell, "aws", "s3api", "head-object", "--bucket", cli_bucket,
                          "--key", "k"))
    assert head["ContentLength"] == 10 and head["Metadata"] == {"a": "1"}
    run(shell, "aws", "s3api", "get-object", "--bucket", cli_bucket, "--key", "k",
        "--range", "bytes=2-4", str(file))
    assert file.read_bytes() == b"234"
    error = run(shell, "aws", "s3api", "get-object", "--bucket", cli_bucket, "--key", "none",
                str(file), fails=True)
    assert "NoSuchKey" in error
    error = run(shell, "aws", "s3api", "create-bucket", "--bucket", "Wrong_Name", fails=True)
    assert "InvalidBucketName" in error


def test_cli_presign(shell, cli_bucket, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"presigned")
    run(shell, "aws", "s3", "cp", str(file), f"s3://{cli_bucket}/a b+c")
    url = run(shell, "aws", "s3", "presign", f"s3://{cli_bucket}/a b+c").strip()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    assert opener.open(url, timeout=60).read() == b"presigned"


def test_debian_boto3(shell, environment):
    if not os.path.isdir("/usr/lib/python3/dist-packages/boto3"):
        missing("python3-boto3")
    shell["PATH"] = "/usr/bin:/bin"
    out = run(shell, "/usr/bin/python3", os.path.join(HERE, "debian_boto3.py"),
              environment.endpoint("port"), "debian-" + secrets.token_hex(4))
    assert out.startswith("done")


def test_javascript(shell, environment):
    if not os.path.isdir(os.path.join(JS, "node_modules")) or not shutil.which("node"):
        missing("node or its modules")
    out = run({**shell, "BUCKET": "js-" + secrets.token_hex(4)}, "node",
              os.path.join(JS, "s3.mjs"))
    assert out.splitlines()[-1] == "done", out
