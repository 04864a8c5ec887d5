# tests/sdk/python/debian_boto3.py - the journey with the system's boto3, outside the venv
"""Run by test_examples.py with /usr/bin/python3: Debian 12 has boto3 1.26 of December 2022."""
import os
import sys

import boto3

import journey

assert boto3.__version__.startswith("1.2"), boto3.__version__
s3 = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1",
                  aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
                  aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"])
journey.journey(s3, sys.argv[2])
print("done with boto3", boto3.__version__)
