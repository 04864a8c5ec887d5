# httpd-conf/example.py - what `make up` prints: an environment, and its S3 through boto3
import json
import os
import urllib.request

import boto3

request = urllib.request.Request(
    os.environ["MF_URL"] + "/api/v1/environments",
    json.dumps({"services": ["aws_s3"]}).encode(),
    {"Authorization": "Bearer " + os.environ["MF_API_KEY"], "Content-Type": "application/json"})
environment = json.load(urllib.request.urlopen(request))
aws = environment["credentials"]["aws"]
s3 = boto3.client("s3", endpoint_url=environment["endpoints"]["aws_s3"],
                  region_name=aws["region"], aws_access_key_id=aws["access_key_id"],
                  aws_secret_access_key=aws["secret_access_key"])
s3.create_bucket(Bucket="hello")
s3.put_object(Bucket="hello", Key="greeting.txt", Body=b"Hello from " + environment["id"].encode())
print(s3.get_object(Bucket="hello", Key="greeting.txt")["Body"].read().decode())
