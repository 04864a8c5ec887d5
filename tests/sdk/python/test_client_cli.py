# tests/sdk/python/test_client_cli.py - the AWS CLI: today's, and the one of 2022
"""aws of PyPI is version 1, released to this day; Debian 12 has version 2 of the winter of 2022."""
import filecmp
import json
import os

import pytest

import installation
from shell import cloud, program, shell  # noqa: F401 (fixtures)

pytestmark = pytest.mark.clients

LARGE = 20 << 20  # the CLI sends in parts from 8 MiB


@pytest.fixture
def bucket(shell):
    name = shell.bucket("cli")
    shell.run("aws", "s3", "mb", f"s3://{name}")
    yield name
    shell.run("aws", "s3", "rb", "--force", f"s3://{name}")


def s3api(shell, operation, *arguments, **more):
    said = shell.run("aws", "s3api", operation, *arguments, **more)
    return json.loads(said) if said.startswith("{") else said


def test_cp_ls_mv_rm(shell, bucket):
    small, large, back = shell.home / "small file", shell.home / "large", shell.home / "back"
    small.write_bytes(b"hello")
    large.write_bytes(os.urandom(LARGE))
    for file in (small, large):
        shell.run("aws", "s3", "cp", str(file), f"s3://{bucket}/d/{file.name}")
        shell.run("aws", "s3", "cp", f"s3://{bucket}/d/{file.name}", str(back))
        assert filecmp.cmp(file, back, shallow=False)
    listed = shell.run("aws", "s3", "ls", "--recursive", f"s3://{bucket}").splitlines()
    assert [line.split(None, 3)[2:] for line in listed] == [
        [str(LARGE), "d/large"], ["5", "d/small file"]]
    assert "PRE d/" in shell.run("aws", "s3", "ls", f"s3://{bucket}")
    # Copied in parts on the server's side.
    shell.run("aws", "s3", "mv", f"s3://{bucket}/d/large", f"s3://{bucket}/moved")
    head = s3api(shell, "head-object", "--bucket", bucket, "--key", "moved")
    assert head["ContentLength"] == LARGE and head["ETag"].endswith('-3"')
    gone = shell.run("aws", "s3", "ls", f"s3://{bucket}/d/large", fails=True)
    assert gone == ""
    shell.run("aws", "s3", "rm", "--recursive", "--only-show-errors", f"s3://{bucket}")
    assert shell.run("aws", "s3", "ls", f"s3://{bucket}") == ""


def test_sync(shell, bucket):
    source, target = shell.home / "source", shell.home / "target"
    for name in ("a", "b/c", "b/d e", "ü+", "100%", "b/x&y='z'"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
        os.utime(source / name, (1700000000, 1700000000))
    shell.run("aws", "s3", "sync", "source", f"s3://{bucket}/x")
    assert shell.run("aws", "s3", "sync", "source", f"s3://{bucket}/x") == ""
    shell.run("aws", "s3", "sync", f"s3://{bucket}/x", "target")
    assert not filecmp.dircmp(source, target).diff_files
    assert (target / "b/d e").read_text() == "b/d e" and (target / "ü+").read_text() == "ü+"
    (source / "a").unlink()
    (source / "b/c").write_text("longer")
    did = shell.run("aws", "s3", "sync", "--no-progress", "--delete", "--exclude", "*%",
                    "source", f"s3://{bucket}/x")
    assert f"delete: s3://{bucket}/x/a" in did and f"to s3://{bucket}/x/b/c" in did
    assert did.count("\n") == 2
    # From bucket to bucket: no byte comes here.
    did = shell.run("aws", "s3", "sync", "--no-progress", f"s3://{bucket}/x",
                    f"s3://{bucket}/y")
    assert did.count("copy: ") == 5


def test_pipes(shell, bucket):
    """`-` has no length: it goes out as a stream, and in parts when it becomes long."""
    assert shell.bash(f"echo piped | aws s3 cp - s3://{bucket}/p; aws s3 cp s3://{bucket}/p -") \
        == "piped\n"
    shell.bash(f"""head -c {LARGE} /dev/urandom > file
        cat file | aws s3 cp - s3://{bucket}/large
        aws s3 cp s3://{bucket}/large - | cmp - file""")


def test_api(shell, bucket):
    (shell.home / "f").write_bytes(b"0123456789")
    at = ("--bucket", bucket, "--key", "k")
    put = s3api(shell, "put-object", *at, "--body", "f", "--metadata", "a=1")
    assert put["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    assert put["ChecksumType"] == "FULL_OBJECT"  # the CLI chose the algorithm
    head = s3api(shell, "head-object", *at)
    assert head["ContentLength"] == 10 and head["Metadata"] == {"a": "1"}
    shell.run("aws", "s3api", "wait", "object-exists", *at)
    s3api(shell, "get-object", *at, "--range", "bytes=2-4", "out")
    assert (shell.home / "out").read_bytes() == b"234"
    parts = s3api(shell, "get-object-attributes", *at,
                  "--object-attributes", "ETag", "Checksum", "ObjectSize", "StorageClass")
    assert parts["ObjectSize"] == 10 and "Checksum" in parts
    s3api(shell, "put-object-tagging", *at, "--tagging", "TagSet=[{Key=a b,Value=ü}]")
    assert s3api(shell, "get-object-tagging", *at)["TagSet"] == [{"Key": "a b", "Value": "ü"}]
    said = shell.run("aws", "s3api", "put-object", *at, "--body", "f", "--if-none-match", "*",
                     fails=True)
    assert "(PreconditionFailed)" in said
    many = s3api(shell, "delete-objects", "--bucket", bucket, "--delete",
                 '{"Objects": [{"Key": "k"}, {"Key": "none"}]}')
    assert sorted(item["Key"] for item in many["Deleted"]) == ["k", "none"]
    shell.run("aws", "s3api", "wait", "object-not-exists", *at)
    error = s3api(shell, "get-object", *at, "out", fails=True)
    assert "(NoSuchKey)" in error
    error = s3api(shell, "create-bucket", "--bucket", "Wrong_Name", fails=True)
    assert "InvalidBucketName" in error


def test_bucket_settings(shell, bucket):
    """Shorthand in, JSON out, for what the model nests deepest."""
    at = ("--bucket", bucket)
    s3api(shell, "put-bucket-versioning", *at, "--versioning-configuration", "Status=Enabled")
    assert s3api(shell, "get-bucket-versioning", *at) == {"Status": "Enabled"}
    rules = {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
                        "Expiration": {"Days": 3},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 4}}]}
    s3api(shell, "put-bucket-lifecycle-configuration", *at, "--lifecycle-configuration",
          json.dumps(rules))
    kept = s3api(shell, "get-bucket-lifecycle-configuration", *at)
    assert kept["Rules"] == rules["Rules"]
    shell.run("aws", "s3", "website", f"s3://{bucket}", "--index-document", "i.html")
    assert s3api(shell, "get-bucket-website", *at) == {"IndexDocument": {"Suffix": "i.html"}}
    error = s3api(shell, "get-bucket-policy", *at, fails=True)
    assert "(NoSuchBucketPolicy)" in error
    (shell.home / "f").write_text("one")
    shell.run("aws", "s3", "cp", "f", f"s3://{bucket}/logs/k")
    shell.run("aws", "s3", "rm", f"s3://{bucket}/logs/k")
    listed = s3api(shell, "list-object-versions", *at)
    assert len(listed["Versions"]) == len(listed["DeleteMarkers"]) == 1
    for item in listed["Versions"] + listed["DeleteMarkers"]:
        s3api(shell, "delete-object", *at, "--key", "logs/k", "--version-id", item["VersionId"])


def test_presign(shell, bucket):
    (shell.home / "f").write_bytes(b"presigned")
    shell.run("aws", "s3", "cp", "f", f"s3://{bucket}/a b+c")
    url = shell.run("aws", "s3", "presign", f"s3://{bucket}/a b+c").strip()
    assert url.startswith("https://")
    assert installation.http("GET", url).body == b"presigned"


def test_cli_of_2022(shell, bucket):
    """MD5 in place of checksums, a transfer manager of its own time, the address as an argument."""
    aws = program("/usr/bin/aws", "awscli")
    assert "aws-cli/2.9" in shell.run(aws, "--version", PATH="/usr/bin:/bin")
    old = shell.bash(f"""PATH=/usr/bin:/bin
        aws() {{ command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }}
        head -c {LARGE} /dev/urandom > large
        mkdir -p d/e && echo 1 > d/e/1 && echo 2 > 'd/2 ü+'
        touch -d @1700000000 d/e/1 'd/2 ü+'
        aws s3 cp --only-show-errors large s3://{bucket}/large
        aws s3 cp --only-show-errors s3://{bucket}/large back
        cmp large back
        aws s3 sync --only-show-errors d s3://{bucket}/d
        rm d/e/1
        aws s3 sync --no-progress --delete d s3://{bucket}/d
        aws s3 cp --only-show-errors s3://{bucket}/large s3://{bucket}/copy
        cat large | aws s3 cp - s3://{bucket}/piped
        aws s3 ls --recursive s3://{bucket} | cut -c 21-
        aws s3api head-object --bucket {bucket} --key copy --query ETag --output text
        aws s3 rm --recursive --only-show-errors s3://{bucket}""")
    lines = old.splitlines()
    assert lines[0] == f"delete: s3://{bucket}/d/e/1"
    assert [line.split(None, 1) for line in lines[1:5]] == [
        [str(LARGE), "copy"], ["2", "d/2 ü+"], [str(LARGE), "large"], [str(LARGE), "piped"]]
    assert lines[5].endswith('-3"')
