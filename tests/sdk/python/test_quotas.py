# tests/sdk/python/test_quotas.py - what an account may have, make and store
import concurrent.futures

import installation
from conftest import make_client
from database import ask
from test_accounts import Visitor, sign_up
from test_s3_post import multipart, post, signed


def test_environments_quota():
    visitor = sign_up()
    wish = {"services": ["aws_sqs"]}
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: visitor.call("POST", "/api/v1/environments", wish),
                                range(6)))
    assert sorted(a.status for a in answers) == [201] + [403] * 5
    assert {a.json["code"] for a in answers if a.status == 403} == {"quota-environments"}
    made = [a.json["id"] for a in answers if a.status == 201][0]
    assert visitor.ok("GET", "/api/v1/account")["used"]["environments"] == 1
    visitor.ok("DELETE", "/api/v1/environments/" + made)
    made = visitor.ok("POST", "/api/v1/environments", wish)["id"]
    visitor.ok("DELETE", "/api/v1/environments/" + made)


def test_hours_quota():
    visitor = sign_up()
    made = visitor.ok("POST", "/api/v1/environments", {"services": ["aws_sqs"]})["id"]
    visitor.ok("POST", f"/api/v1/environments/{made}/stop")
    ask(f"update core.account set hours = 0 where id = (select account_id from core.login where"
        f" email = '{visitor.email}')")
    visitor.refused(403, "quota-hours", "POST", f"/api/v1/environments/{made}/start")
    visitor.ok("DELETE", "/api/v1/environments/" + made)
    visitor.refused(403, "quota-hours", "POST", "/api/v1/environments", {"services": ["aws_sqs"]})


def test_messages_are_storage(refused):
    visitor = sign_up()
    ask(f"update core.account set storage = 300000 where id = (select account_id from core.login"
        f" where email = '{visitor.email}')")
    made = visitor.ok("POST", "/api/v1/environments", {"services": ["aws_sqs"]})
    environment = installation.Environment(visitor, made)
    sqs = make_client(environment, form="path", service="sqs")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    large = "x" * 140000
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=[
        {"Id": str(n), "MessageBody": large} for n in range(3)])
    assert [e["Id"] for e in sent["Successful"]] == ["0", "1"]
    assert [(e["Id"], e["Code"]) for e in sent["Failed"]] == [("2", "OverLimit")]
    with refused("OverLimit", 403):
        sqs.send_message(QueueUrl=queue, MessageBody=large)
    sqs.send_message(QueueUrl=queue, MessageBody="small")
    weight = ask("select sum(octet_length(body)) from queue.message where body like 'x%'")
    assert int(weight) >= 280000
    visitor.ok("DELETE", environment.path)


def test_storage_quota(refused):
    visitor = sign_up()
    ask(f"update core.account set storage = 300000 where id = (select account_id from core.login"
        f" where email = '{visitor.email}')")
    made = visitor.ok("POST", "/api/v1/environments", {"services": ["aws_s3"]})
    environment = installation.Environment(visitor, made)
    s3 = make_client(environment, form="path")
    s3.create_bucket(Bucket="bbb")
    for n in range(2):
        s3.put_object(Bucket="bbb", Key=str(n), Body=b"x" * 140000)
    with refused("QuotaExceeded", 403):
        s3.put_object(Bucket="bbb", Key="2", Body=b"x" * 140000)
    # What a form holds has no length before it is here.
    sent = post(environment, "bbb", multipart(signed(s3, "bbb", "2"), b"x" * 140000), form="path")
    assert sent.status == 403 and b"<Code>QuotaExceeded</Code>" in sent.body
    with refused("QuotaExceeded", 403):
        s3.copy_object(Bucket="bbb", Key="2", CopySource="bbb/1")
    upload = s3.create_multipart_upload(Bucket="bbb", Key="2")["UploadId"]
    with refused("QuotaExceeded", 403):
        s3.upload_part_copy(Bucket="bbb", Key="2", UploadId=upload, PartNumber=1,
                            CopySource="bbb/1")
    visitor.refused(403, "quota-storage", "POST", f"/api/v1/data/{made['id']}/generate", {
        "template": "medical_patients", "count": 1000, "seed_into": "aws_s3"})
    s3.put_object(Bucket="bbb", Key="3", Body=b"small")
    s3.copy_object(Bucket="bbb", Key="4", CopySource="bbb/3")
    assert s3.get_object(Bucket="bbb", Key="1")["ContentLength"] == 140000
    visitor.ok("DELETE", environment.path)


def test_tiers():
    tiers = {t["id"]: t["quota"] for t in Visitor().ok("GET", "/api/v1/tiers")["tiers"]}
    assert set(tiers) == {"anonymous", "beginner", "student", "professional", "government",
                          "enterprise", "custom", "employee"}
    assert set(tiers["custom"].values()) == {None}
    assert tiers["anonymous"]["environments"] == 1
