# tests/sdk/python/boto3_program.py - journey.py and transfers.py with the boto3 of who runs it
"""python3 boto3_program.py ADDRESS BUCKET: run by test_client_boto3.py.  Keys, region and authority
are in the environment; for the address boto3 of 2022 does not look there."""
import os
import ssl
import sys
import tempfile

import boto3

import journey
import transfers

address, bucket = sys.argv[1:]
context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
region = os.environ["AWS_REGION"]
s3 = boto3.client("s3", endpoint_url=address, region_name=region)
journey.journey(s3, bucket, context)
with tempfile.TemporaryDirectory() as folder:
    resource = boto3.resource("s3", endpoint_url=address, region_name=region)
    transfers.everything(s3, resource, bucket, folder, context)
print(boto3.__version__)
