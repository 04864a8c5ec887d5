# tests/public/exports.py - an environment for a public suite, as variables for its shell
"""exports.py NAME SERVICE...: prints what minio's suites and AWS's clients read."""
import shlex
import sys
import urllib.parse

import installation


def main():
    name, *services = sys.argv[1:]
    made = installation.Api().create(*services, name=name, ports=True)
    variables = {
        "SERVER_ENDPOINT": urllib.parse.urlsplit(made.endpoint("port")).netloc,
        "PUBLIC_PATH_TLS": made.endpoint("path", "https").split("://")[1],
        "PUBLIC_ACCOUNT": made.aws["account_id"],
        "ACCESS_KEY": made.aws["access_key_id"],
        "SECRET_KEY": made.aws["secret_access_key"],
        "AWS_ACCESS_KEY_ID": made.aws["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": made.aws["secret_access_key"],
    }
    for variable, value in variables.items():
        print(f"export {variable}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
