#!/usr/bin/env python3
# tests/stores/make_bucket.py - a bucket in the installation of TEST_URL, to be another one's store
"""make_bucket.py PORT DIRECTORY: prints the settings that name it behind a proxy at PORT."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "sdk", "python"))
import boto3  # noqa: E402
import installation  # noqa: E402

BUCKET = "bodies"


def main():
    port, directory = sys.argv[1:]
    made = installation.Api().create("aws_s3", name="a store")
    keys = made.aws
    boto3.client("s3", endpoint_url=made.endpoint("path"), region_name="us-east-1",
                 aws_access_key_id=keys["access_key_id"],
                 aws_secret_access_key=keys["secret_access_key"]).create_bucket(Bucket=BUCKET)
    secret = os.path.join(directory, "secret")
    with open(secret, "w", encoding="utf-8") as out:
        print(keys["secret_access_key"], file=out)
    os.chmod(secret, 0o644)
    with open(os.path.join(directory, "behind.json"), "w", encoding="utf-8") as out:
        json.dump({"endpoint": made.endpoint("path"), "bucket": BUCKET,
                   "key": keys["access_key_id"], "secret": keys["secret_access_key"]}, out)
    prefix = made.endpoint("path").removeprefix(installation.URL)
    print(f"MF_STORE=s3:{BUCKET}/of-one MF_STORE_ENDPOINT=http://127.0.0.1:{port}{prefix} "
          f"MF_STORE_KEY={keys['access_key_id']} MF_STORE_SECRET_FILE={secret}")


if __name__ == "__main__":
    main()
