# tests/sdk/python/test_client_sdks.py - the SDKs for Go, Java and JavaScript, over HTTPS
"""Each runs a program of tests/sdk/<language> that says which of its parts passed; those for Go and
Java are built by tests/examples.sh."""
import os
import shutil
import subprocess

import pytest

import installation
from conftest import missing
from shell import BUILT, TREE, cloud, shell  # noqa: F401 (fixtures)

pytestmark = pytest.mark.clients

JS = TREE + "/tests/sdk/js"


def built(language, tool):
    if not os.path.isdir(f"{BUILT}/{language}") or not shutil.which(tool):
        missing(f"what tests/sdk/{language} needs")
    return f"{BUILT}/{language}"


def passes(shell, *command):
    out = shell.run(*command, BUCKET=shell.bucket("sdk"))
    assert out.splitlines()[-1] == "done", out


def test_go(shell):
    passes(shell, built("go", "go") + "/bin/clients")


@pytest.mark.parametrize("program", ["s3", "transfers"])
def test_javascript(shell, program):
    if not os.path.isdir(JS + "/node_modules") or not shutil.which("node"):
        missing("node or its modules")
    passes(shell, "node", f"{JS}/{program}.mjs")


@pytest.fixture
def java(shell):
    """Java trusts what is in a store of its own; it is told which."""
    where = built("java", "java")
    shell.run("keytool", "-importcert", "-noprompt", "-alias", "mockfactory", "-file",
              installation.CA, "-keystore", "trust", "-storepass", "secret", "-storetype", "PKCS12")
    return ["java", "-XX:TieredStopAtLevel=1", "-Djavax.net.ssl.trustStore=trust",
            "-Djavax.net.ssl.trustStorePassword=secret",
            "-cp", f"{where}/target/classes:{where}/target/dependency/*", "Clients"]


def test_java(shell, java):
    passes(shell, *java)


def test_java_crt(shell, java):
    """The Common Runtime trusts what the system does, so it gets a system that trusts us."""
    system = "/etc/ssl/certs/ca-certificates.crt"
    seen = subprocess.run(["unshare", "-rm", "mount", "--bind", installation.CA, system],
                          capture_output=True, check=False)
    if seen.returncode != 0:
        missing(f"a user namespace with {system}")
    passes(shell, "unshare", "-rm", "sh", "-c",
           f'mount --bind {installation.CA} {system} && exec "$@"', "sh", *java, "crt")


@pytest.mark.parametrize("language", ["go", "java"])
def test_built_as_they_stand(language):
    where = built(language, language)
    for folder, _, files in os.walk(f"{TREE}/tests/sdk/{language}"):
        for name in files:
            original = os.path.join(folder, name)
            with open(original, "rb") as ours, \
                    open(where + original[len(f"{TREE}/tests/sdk/{language}"):], "rb") as theirs:
                assert ours.read() == theirs.read(), original
