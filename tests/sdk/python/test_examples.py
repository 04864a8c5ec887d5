# tests/sdk/python/test_examples.py - docs/examples as they stand, and one environment for everybody
"""Redis, MySQL, S3 and SQS in one environment, used by the clients of four languages and of 2022.
Each program gets what a user's shell has after `eval` of the environment's exports."""
import os
import re
import shutil
import subprocess
import sys

import pytest

import installation
from conftest import missing
from drivers import create, to_mysql, to_redis

pytestmark = pytest.mark.clients

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
EXAMPLES = TREE + "/docs/examples"
BUILT = TREE + "/build/test/examples"
VENV = os.path.dirname(sys.executable)


@pytest.fixture(scope="module")
def four(api):
    made = create(api, "redis", "mysql", "aws_s3", "aws_sqs", name="four services", ports=True)
    yield made
    made.destroy()


def run(environment, *command, path=None):
    exports = environment.api.call("GET", environment.path + "/env").body.decode()
    done = subprocess.run(
        ["bash", "-c", 'eval "$EXPORTS"; unset EXPORTS; exec "$@"', "bash", *command],
        env={"PATH": f"{path or VENV}:{os.environ['PATH']}", "HOME": "/nonexistent",
             "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
             "NODE_NO_WARNINGS": "1", "EXPORTS": exports},
        capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert done.stderr == "", (command, done.stderr)
    return done.stdout


def built(language, program):
    """Where tests/examples.sh put it; it said why when it did not."""
    if not os.path.isdir(f"{BUILT}/{language}") or not shutil.which(program):
        missing(f"what the examples for {language} need")
    return f"{BUILT}/{language}"


def command(language, service):
    if language == "python":
        return ["python3", f"{EXAMPLES}/python/{service}.py"]
    if language == "node":
        return ["node", built("node", "node") + f"/{service}.mjs"]
    if language == "go":
        return [built("go", "go") + f"/bin/{service}"]
    where = built("java", "java")
    return ["java", "-cp", f"{where}/target/classes:{where}/target/dependency/*",
            service.capitalize() + "Example"]


SPOKEN = {"python": "Python", "node": "JavaScript", "go": "Go", "java": "Java"}


@pytest.mark.parametrize("language", SPOKEN)
def test_s3_example(four, language):
    out = run(four, *command(language, "s3"))
    assert out == "greeting.txt 22 bytes\nHello from MockFactory\n"


@pytest.mark.parametrize("language", SPOKEN)
def test_sqs_example(four, language):
    out = run(four, *command(language, "sqs"))
    assert out == f"Hello from MockFactory in {SPOKEN[language]}\n"


@pytest.mark.parametrize("language", ["node", "go", "java"])
def test_built_as_they_stand(language):
    """What was run is what is in the tree, not what was there when it was built."""
    where = built(language, language)
    for folder, _, files in os.walk(f"{EXAMPLES}/{language}"):
        for name in files:
            original = os.path.join(folder, name)
            with open(original, "rb") as ours, \
                    open(where + original[len(f"{EXAMPLES}/{language}"):], "rb") as theirs:
                assert ours.read() == theirs.read(), original


def test_whole_example(four):
    out = run_whole()
    assert re.fullmatch(
        r"env-[a-z0-9]{10} costs 0\.33 an hour\nS3: \{\"total\": 12\.5\}\nSQS: orders/1\.json\n"
        r"Redis: 1\nMySQL: \(1, Decimal\('12\.50'\)\)\n", out), out
    gone = installation.Api().call("GET", "/api/v1/environments/" + out.split()[0])
    assert (gone.status, gone.json["code"]) == (404, "environment-destroyed")


def run_whole():
    done = subprocess.run(
        [sys.executable, f"{EXAMPLES}/python/whole.py"],
        env={"PATH": os.environ["PATH"], "MF_URL": installation.URL,
             "MF_API_KEY": installation.API_KEY, "no_proxy": "*"},
        capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_quick_start(four, tmp_path):
    """The blocks of docs/QUICKSTART.md, one after the other in one shell; what
    real servers begin with was made for the fixture."""
    with open(TREE + "/docs/QUICKSTART.md", encoding="utf-8") as page:
        blocks = re.findall(r"^```sh\n(.*?)^```$", page.read(), re.DOTALL | re.MULTILINE)
    assert len(blocks) > 5
    (tmp_path / "var").mkdir()
    (tmp_path / "var/mockfactory.env").write_text(
        f"export MF_URL={installation.URL} MF_API_KEY={installation.API_KEY}\n")
    (tmp_path / "docs").symlink_to(TREE + "/docs")
    done = subprocess.run(
        ["bash", "-e", "-c", "".join(blocks)], cwd=tmp_path,
        env={"PATH": f"{VENV}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8",
             "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "no_proxy": "*"},
        capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert "greeting.txt" in done.stdout and "\nOK\n" in done.stdout, done.stdout
    assert done.stdout.count("Hello from MockFactory") == 2
    assert '"status":"destroyed"' in re.sub(r"\s", "", done.stdout), done.stdout


def test_pinned_as_tested():
    """The examples' requirements are among those of the tests, version by version."""
    def pins(path):
        with open(path, encoding="utf-8") as lines:
            return {line.strip() for line in lines if "==" in line}
    assert pins(EXAMPLES + "/python/requirements.txt") <= pins(HERE + "/requirements.txt")


def test_rate_and_servers(four):
    assert four.made["hourly_rate"] == 0.33
    cache = to_redis(four)
    cache.set("word", "here")
    assert cache.get("word") == b"here"
    with to_mysql(four) as database, database.cursor() as query:
        query.execute("create table word (w varchar(20))")
        query.execute("insert into word values ('here')")
        database.commit()
        query.execute("select w from word")
        assert query.fetchall() == (("here",),)


def test_aws_cli(four, tmp_path):
    (tmp_path / "file").write_text("from the shell")
    run(four, "aws", "s3", "mb", "s3://cli")
    run(four, "aws", "s3", "cp", "--quiet", str(tmp_path / "file"), "s3://cli/file")
    assert run(four, "aws", "s3", "cp", "s3://cli/file", "-") == "from the shell"
    # Version 1 of the CLI, of all services for SQS alone, overlooks AWS_ENDPOINT_URL.
    sqs = ["aws", "--endpoint-url", four.made["endpoints"]["aws_sqs"], "--output", "text", "sqs"]
    url = run(four, *sqs, "create-queue", "--queue-name", "cli", "--query", "QueueUrl").strip()
    run(four, *sqs, "send-message", "--queue-url", url, "--message-body", "from the shell")
    assert run(four, *sqs, "receive-message", "--queue-url", url, "--wait-time-seconds", "5",
               "--query", "Messages[0].Body") == "from the shell\n"


def test_clients_of_2022(four):
    """boto3 of December 2022, as Debian has it: Query to SQS."""
    if not os.path.isdir("/usr/lib/python3/dist-packages/boto3"):
        missing("python3-boto3")
    out = run(four, "/usr/bin/python3", HERE + "/debian_sqs.py",
              four.made["endpoints"]["aws_sqs"], path="/usr/bin")
    assert out.startswith("done")
    out = run(four, "/usr/bin/python3", HERE + "/debian_boto3.py",
              four.made["endpoints"]["aws_s3"], "debian-four", path="/usr/bin")
    assert out.startswith("done")
