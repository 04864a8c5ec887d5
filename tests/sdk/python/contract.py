# tests/sdk/python/contract.py - every answer of the control API is one its document promises
"""installation.http shows each request to our API and its answer to check(); what the OpenAPI
document does not have, or has otherwise, fails the test that met it."""
import copy
import datetime
import functools
import json
import re
import urllib.parse

import jsonschema
import referencing
import referencing.jsonschema

import installation

ROOT = "/api/v1"
METHODS = ("get", "put", "post", "delete", "patch")
formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_time(value):
    return not isinstance(value, str) or bool(
        datetime.datetime.fromisoformat(value.replace("Z", "+00:00")))


def closed(node):
    """Clients are to bear members they do not know; a test is not."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: closed(value) for name, value in node.items()}
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
    return node


class Document:
    def __init__(self, text):
        self.read = json.loads(text)
        resource = referencing.jsonschema.DRAFT202012.create_resource(
            closed(copy.deepcopy(self.read)))
        self.registry = referencing.Registry().with_resource("urn:api", resource)
        self.paths = [(re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + "/?"), path)
                      for path in self.read["paths"]]

    def operation(self, method, path):
        """(path, operation): None where there is none."""
        method = "get" if method == "HEAD" else method.lower()
        for pattern, name in self.paths:
            if pattern.fullmatch(path):
                return name, self.read["paths"][name].get(method)
        return None, None

    def why_not(self, value, *pointer):
        """What is wrong with the value by the schema at that place; None: nothing."""
        where = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
        validator = jsonschema.Draft202012Validator(
            {"$ref": "urn:api#/" + urllib.parse.quote(where)}, registry=self.registry,
            format_checker=formats)
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        return error and f"{error.json_path}: {error.message}"


@functools.lru_cache(maxsize=None)
def document(url):
    return Document(installation.unwatched("GET", url + ROOT + "/openapi.json").body)


def check_problem(said, answer):
    assert said["status"] == answer.status and said["instance"] == answer.headers["x-request-id"]
    assert said["type"].endswith(":" + said["code"])


def check_body(doc, place, said, answer):
    kind = answer.headers.get("content-type", "").partition(";")[0]
    assert (kind in said["content"]) if "content" in said else not answer.body, (place, kind)
    if not kind.endswith("json") or not answer.body:
        return
    value = json.loads(answer.body)
    why = doc.why_not(value, *place, "content", kind, "schema")
    assert why is None, (place, why)
    if kind == "application/problem+json":
        check_problem(value, answer)


def check_request(doc, place, method, query, body):
    """What was done was asked for as the document says."""
    operation = doc.read["paths"][place[1]][place[2]]
    known = {p["name"] for p in operation["parameters"] if p["in"] == "query"}
    asked = {name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)}
    assert asked <= known, (place, asked - known)
    if body and "requestBody" in operation:
        why = doc.why_not(json.loads(body), *place, "requestBody", "content", "application/json",
                          "schema")
        assert why is None, (place, "it was taken, though", why)


def check(base, method, url, body, answer):
    parts = urllib.parse.urlsplit(url)
    if not url.startswith(base + ROOT + "/") or method not in (m.upper() for m in METHODS):
        return
    doc = document(base)
    path, operation = doc.operation(method, parts.path)
    if operation is None:
        assert answer.status in (400, 401, 404, 405), (method, url, answer.status)
        return
    place = ["paths", path, method.lower()]
    said = operation["responses"].get(str(answer.status))
    assert said is not None, (method, url, answer.status, answer.body, "is not documented")
    for name, header in said["headers"].items():
        assert name.lower() in answer.headers or not header["required"], (place, name)
    check_body(doc, place + ["responses", str(answer.status)], said, answer)
    if answer.status < 300:
        check_request(doc, place, method, parts.query, body)
