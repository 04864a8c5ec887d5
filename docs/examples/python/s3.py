# docs/examples/python/s3.py - a bucket and an object, with boto3 as it is
"""Address, region and keys come from the shell: eval the environment's exports first."""
import boto3

s3 = boto3.client("s3")
s3.create_bucket(Bucket="python-example")
s3.put_object(Bucket="python-example", Key="greeting.txt", Body=b"Hello from MockFactory",
              ContentType="text/plain")

for item in s3.list_objects_v2(Bucket="python-example")["Contents"]:
    print(item["Key"], item["Size"], "bytes")

answer = s3.get_object(Bucket="python-example", Key="greeting.txt")
print(answer["Body"].read().decode())
