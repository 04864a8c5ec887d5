# docs/examples/python/whole.py - make an environment, use its four services, destroy it
"""The address of MockFactory and an API key come from the shell: . var/mockfactory.env"""
import json
import os
import urllib.parse
import urllib.request

import boto3
import pymysql
import redis


def call(method, path, body=None):
    request = urllib.request.Request(
        os.environ["MF_URL"] + path, method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + os.environ["MF_API_KEY"],
                 "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def use_aws(endpoints, aws):
    session = boto3.Session(region_name=aws["region"], aws_access_key_id=aws["access_key_id"],
                            aws_secret_access_key=aws["secret_access_key"])
    s3 = session.client("s3", endpoint_url=endpoints["aws_s3"])
    s3.create_bucket(Bucket="orders")
    s3.put_object(Bucket="orders", Key="1.json", Body=b'{"total": 12.5}')
    print("S3:", s3.get_object(Bucket="orders", Key="1.json")["Body"].read().decode())

    sqs = session.client("sqs", endpoint_url=endpoints["aws_sqs"])
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="orders/1.json")
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]
    print("SQS:", message["Body"])


def use_servers(endpoints):
    cache = redis.Redis.from_url(endpoints["redis"], decode_responses=True)
    cache.set("orders:count", 1)
    print("Redis:", cache.get("orders:count"))

    at = urllib.parse.urlsplit(endpoints["mysql"])
    with pymysql.connect(host=at.hostname, port=at.port, user=at.username, password=at.password,
                         database=at.path.lstrip("/")) as database, database.cursor() as query:
        query.execute("create table orders (id int primary key, total decimal(10, 2))")
        query.execute("insert into orders values (%s, %s)", (1, "12.50"))
        query.execute("select id, total from orders")
        print("MySQL:", query.fetchone())


environment = call("POST", "/api/v1/environments",
                   {"services": ["redis", "mysql", "aws_s3", "aws_sqs"], "name": "whole.py"})
try:
    print(environment["id"], "costs", environment["hourly_rate"], "an hour")
    use_aws(environment["endpoints"], environment["credentials"]["aws"])
    use_servers(environment["endpoints"])
finally:
    call("DELETE", "/api/v1/environments/" + environment["id"])
