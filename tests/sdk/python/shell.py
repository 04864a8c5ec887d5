# tests/sdk/python/shell.py - a user's shell for the programs of vendors, over HTTPS
"""A shell has what `eval` of an environment's exports puts there, with the address in its host form
over HTTPS, and the installation's authority where each client looks for one.  Buckets are in
the host, as SDKs have it by default; no name server knows these names here, so libnss-wrapper
answers for them."""
import glob
import os
import secrets
import subprocess
import sys

import pytest

import installation
from conftest import certify, missing

VENV = os.path.dirname(sys.executable)
TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILT = TREE + "/build/test/programs"


class Shell:
    """Programs run in it; `home` is their home and their working directory."""

    def __init__(self, environment, home):
        self.home = home
        self.environment = environment
        self.address = environment.endpoint("host", "https")
        self.host = self.address.split("//")[1]
        self.hosts = home / "hosts"
        self.hosts.touch()
        for service in ("s3", "sqs"):
            self.name(f"{service}.{environment.id}.{installation.DOMAIN}")
        aws = environment.aws
        self.account = aws["account_id"]
        self.variables = {
            "PATH": VENV + ":" + os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8",
            "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(self.hosts),
            "GODEBUG": "netdns=cgo", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ENDPOINT_URL_SQS": environment.endpoint("host", "https", "sqs"),
            "AWS_REGION": aws["region"], "AWS_ACCESS_KEY_ID": aws["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": aws["secret_access_key"],
            "AWS_CA_BUNDLE": installation.CA, "SSL_CERT_FILE": installation.CA,
            "NODE_EXTRA_CA_CERTS": installation.CA,
        }

    def name(self, host):
        with open(self.hosts, "a", encoding="ascii") as out:
            print("127.0.0.1", host, file=out)

    def bucket(self, kind):
        """A name for a bucket that programs find in a host."""
        made = f"{kind}-{secrets.token_hex(4)}"
        self.name(f"{made}.{self.host.rsplit(':', 1)[0]}")
        return made

    def bash(self, line, **more):
        return self.run("bash", "-e", "-o", "pipefail", "-c", line, **more)

    def run(self, *command, fails=False, **more):
        """What it says on standard output; when it has to fail, on standard error."""
        done = subprocess.run(
            command, env={**self.variables, **more}, cwd=self.home, capture_output=True, text=True,
            timeout=300, check=False)
        assert (done.returncode != 0) == fails, (command, done.stdout, done.stderr)
        return done.stderr if fails else done.stdout


@pytest.fixture(scope="session")
def cloud(api):
    made = api.create("aws_s3", "aws_sqs", name="clients")
    certify(made)
    yield made
    made.destroy()


@pytest.fixture
def shell(cloud, tmp_path):
    if not installation.URL_TLS:
        pytest.skip("this installation has no TLS")
    if not glob.glob("/usr/lib/*/libnss_wrapper.so"):
        missing("libnss-wrapper")
    return Shell(cloud, tmp_path)


def program(path, package):
    """A program of a Debian package."""
    if not os.access(path, os.X_OK):
        missing(package)
    return path
