# docs/examples/python/sqs.py - a queue and a message, with boto3 as it is
"""Address, region and keys come from the shell: eval the environment's exports first."""
import boto3

sqs = boto3.client("sqs")
url = sqs.create_queue(QueueName="python-example")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="Hello from MockFactory",
                 MessageAttributes={"Language": {"DataType": "String", "StringValue": "Python"}})

# A long poll: the answer comes with the first message, at the latest after ten seconds.
answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10, MessageAttributeNames=["All"])
for message in answer.get("Messages", []):
    print(message["Body"], "in", message["MessageAttributes"]["Language"]["StringValue"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
