# tests/public/ceph_conf.py - an environment for ceph/s3-tests, and its configuration
"""ceph_conf.py CONF ENVIRONMENT: writes the suite's configuration, and the environment's id."""
import configparser
import sys
import urllib.parse

import installation

# Sections of the configuration, each of an account of its own.
SECTIONS = ("s3 main", "s3 alt", "s3 tenant", "iam", "iam root", "iam alt root")
# The suite waits so many "intervals" for days of a lifecycle: ceph_plugin.py moves the clock.
DAY = 86400
KMS_KEY = "arn:aws:kms:us-east-1:000000000001:key/"  # S3 answers with ARNs, whatever was asked for


def account(number, section):
    return {"account_id": f"{number:012}", "owner_id": f"{number:064x}",
            "display_name": section.replace(" ", "-"),
            "email": section.replace(" ", "-") + "@example.com"}


def main():
    conf, environment = sys.argv[1:]
    asked = [account(number, section) for number, section in enumerate(SECTIONS, 1)]
    made = installation.Api().create("aws_s3", name="ceph/s3-tests", ports=True, accounts=asked)
    where = urllib.parse.urlsplit(made.endpoint("port"))
    out = configparser.RawConfigParser()
    out["DEFAULT"] = {"host": where.hostname, "port": where.port, "is_secure": "False"}
    out["fixtures"] = {"bucket prefix": "ceph-{random}-"}
    for section, keys in zip(SECTIONS, made.aws["accounts"]):
        root = section.endswith("root")
        out[section] = {
            "display_name": keys["display_name"], "email": keys["email"],
            "user_id": keys["account_id"] if root else keys["owner_id"],
            "access_key": keys["access_key_id"], "secret_key": keys["secret_access_key"]}
    out["s3 main"].update(
        api_name="eu-west-1", lc_debug_interval=str(DAY), rgw_restore_debug_interval=str(DAY),
        rgw_restore_processor_period=str(DAY),
        kms_keyid=KMS_KEY + "01234567-89ab-cdef-0123-456789abcdef",
        kms_keyid2=KMS_KEY + "76543210-89ab-cdef-0123-456789abcdef")
    out["s3 tenant"]["tenant"] = "testx"
    with open(conf, "w", encoding="utf-8") as file:
        out.write(file)
    with open(environment, "w", encoding="utf-8") as file:
        file.write(made.id)


if __name__ == "__main__":
    main()
