# tests/sdk/python/test_data.py - made-up records: in the answer, and in a bucket
import json
import secrets

import pytest

import installation
from conftest import empty, make_client
from test_api import fields, problem

COUNTS = {"medical_patients": 100, "medical_appointments": 200, "medical_prescriptions": 150,
          "crime_incidents": 100, "crime_suspects": 75, "it_servers": 50, "it_applications": 30,
          "threat_indicators": 100, "security_events": 200, "security_vulnerabilities": 50,
          "support_tickets": 100}
TYPES = {"text": str, "integer": int, "number": (int, float), "boolean": bool, "date": str,
         "time": str, "list": list}


@pytest.fixture
def generate(api, environment):
    def generate(template, **more):
        return api.ok("POST", f"/api/v1/data/{environment.id}/generate",
                      {"template": template, **more})
    return generate


@pytest.fixture
def refused_data(api, environment):
    """The request is refused because of these fields."""
    def refused_data(body, *names):
        answer = api.call("POST", f"/api/v1/data/{environment.id}/generate", body)
        assert fields(problem(answer, 422, "invalid-request")) == list(names)
    return refused_data


def test_templates():
    listed = installation.Api("").ok("GET", "/api/v1/data/templates")["templates"]
    assert {item["template"]: item["default_count"] for item in listed} == COUNTS
    assert {item["category"] for item in listed} == {
        "Medical", "Crime", "IT", "Security", "Tech support"}
    for item in listed:
        assert item["description"] and item["related"] in {None, *COUNTS}
        assert {field["type"] for field in item["fields"]} <= set(TYPES)


@pytest.mark.parametrize("template", COUNTS)
def test_default_count_and_types(api, generate, template):
    made = generate(template)
    assert made["count"] == len(made["records"]) == COUNTS[template]
    assert made["reference_date"] == "2026-01-01"
    listed = api.ok("GET", "/api/v1/data/templates")["templates"]
    columns = next(item["fields"] for item in listed if item["template"] == template)
    for record in made["records"]:
        assert list(record) == [field["name"] for field in columns]
        for field in columns:
            value = record[field["name"]]
            assert value is None or isinstance(value, TYPES[field["type"]]), field
    ids = {record[columns[0]["name"]] for record in made["records"]}
    assert len(ids) == made["count"]
    # What was drawn is told, and makes the same again.
    assert generate(template, seed=made["seed"])["records"] == made["records"]


def test_same_seed(generate):
    made = generate("medical_patients", count=20, seed=7)
    assert made == generate("medical_patients", count=20, seed=7)
    assert made["records"] == generate("medical_patients", count=30, seed=7)["records"][:20]
    assert made["records"] != generate("medical_patients", count=20, seed=8)["records"]
    later = generate("medical_patients", count=20, seed=7, reference_date="2036-01-01")
    assert later["reference_date"] == "2036-01-01" and later["records"] != made["records"]


def test_related(generate):
    patients = {record["patient_id"]: record
                for record in generate("medical_patients", count=12, seed=5)["records"]}
    for template in ("medical_appointments", "medical_prescriptions"):
        for record in generate(template, seed=5, related_count=12)["records"]:
            patient = patients[record["patient_id"]]
            assert record["patient_name"] == f"{patient['first_name']} {patient['last_name']}"
            assert record["patient_birth_date"] == patient["birth_date"]
            assert record.get("drug_class", "").split()[0:1] != ["Penicillin"] \
                or "Penicillin" not in patient["allergies"]


def test_most_in_an_answer(generate, refused_data):
    assert len(generate("medical_patients", count=5000)["records"]) == 5000
    refused_data({"template": "medical_patients", "count": 5001}, "count")


def test_into_s3(environment, generate, s3):
    bucket = "t-" + secrets.token_hex(6)
    try:
        said = generate("threat_indicators", count=2500, seed=3, seed_into="aws_s3",
                        s3_bucket=bucket, key_prefix="intel/")
        assert said["bucket"] == bucket and said["bucket_created"] is True
        assert said["count"] == 2500 and said["seeded_into"] == "aws_s3"
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        assert keys == said["objects"] == [
            f"intel/threat_indicators-{number:04}.json" for number in (1, 2, 3)]
        records, size = [], 0
        for key in keys:
            got = s3.get_object(Bucket=bucket, Key=key)
            assert got["ContentType"] == "application/json"
            body = got["Body"].read()  # the client checks the checksum
            records += json.loads(body)
            size += len(body)
        assert size == said["bytes"]
        assert records == generate("threat_indicators", count=2500, seed=3)["records"]
        # A small one is kept in the database, in a bucket that is there already.
        said = generate("it_servers", count=3, seed_into="aws_s3", s3_bucket=bucket)
        assert said["bucket_created"] is False and said["objects"] == ["it_servers-0001.json"]
        got = s3.get_object(Bucket=bucket, Key="it_servers-0001.json")
        assert len(json.loads(got["Body"].read())) == 3
    finally:
        empty(s3, bucket)
        s3.delete_bucket(Bucket=bucket)


def test_default_bucket(api):
    made = api.create("aws_s3", ports=True)
    try:
        api.ok("POST", f"/api/v1/data/{made.id}/generate",
               {"template": "support_tickets", "seed_into": "aws_s3"})
        s3 = make_client(made)
        assert [item["Name"] for item in s3.list_buckets()["Buckets"]] == ["mock-data"]
    finally:
        made.destroy()


def test_refused(refused_data):
    patients = {"template": "medical_patients"}
    refused_data({}, "template")
    refused_data({"template": "nobody"}, "template")
    refused_data({**patients, "count": 0, "seed": -1}, "count", "seed")
    refused_data({**patients, "reference_date": "2019-12-31"}, "reference_date")
    refused_data({**patients, "related_count": 5}, "related_count")
    refused_data({**patients, "seed_into": "oracle"}, "seed_into")
    refused_data({**patients, "s3_bucket": "bucket"}, "s3_bucket")
    refused_data({**patients, "key_prefix": "a"}, "key_prefix")
    refused_data({**patients, "seed_into": "aws_s3", "table_name": "a"}, "table_name")
    refused_data({**patients, "seed_into": "aws_s3", "s3_bucket": "Not a Name"}, "s3_bucket")
    refused_data({**patients, "seed_into": "aws_s3", "count": 100001}, "count")
    refused_data({**patients, "tempalte": 1}, "tempalte")


def test_whose(api, environment):
    body = {"template": "it_servers"}
    problem(api.call("POST", "/api/v1/data/env-0000000000/generate", body), 404,
            "environment-not-found")
    path = f"/api/v1/data/{environment.id}/generate"
    problem(installation.Api("").call("POST", path, body), 401, "unauthorized")


def test_stopped_and_without_s3(api):
    made = api.create("aws_sqs")
    path = f"/api/v1/data/{made.id}/generate"
    try:
        answer = api.call("POST", path, {"template": "it_servers", "seed_into": "aws_s3"})
        assert fields(problem(answer, 422, "invalid-request")) == ["seed_into"]
        made.post("stop")
        problem(api.call("POST", path, {"template": "it_servers"}), 409, "wrong-state")
    finally:
        made.destroy()
