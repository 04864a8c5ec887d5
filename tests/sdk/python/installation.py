# tests/sdk/python/installation.py - the installation under test, and its control API
"""tests/with-installation.sh starts an installation and describes it in TEST_* variables."""
import json
import os
import ssl
import urllib.error
import urllib.request

FRONT = os.environ.get("TEST_FRONT", "lighttpd")
URL = os.environ.get("TEST_URL", "")
URL_TLS = os.environ.get("TEST_URL_TLS", "")
CA = os.environ.get("TEST_CA") or None
DOMAIN = os.environ.get("TEST_DOMAIN", "mockfactory.localhost")
API_KEY = os.environ.get("TEST_API_KEY", "")
PROGRAMS = os.environ.get("TEST_PROGRAMS", "build/debug")


class Answer:
    """A status, headers in lower case, and the body."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


def unwatched(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    context = ssl.create_default_context(cafile=CA) if CA else None
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), NoRedirect(),
        urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers.items(), answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers.items(), error.read())


# Called with every request and its answer: conftest.py holds them against the API's document.
watchers = []


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def http(method, url, body=None, headers=None):
    """One plain HTTP request: no client library between the test and the wire."""
    answer = unwatched(method, url, body, headers)
    for look in watchers:
        look(method, url, body, answer)
    return answer


class Api:
    """The control API as one account sees it."""

    def __init__(self, key=None, url=None):
        self.key = key if key is not None else API_KEY
        self.url = url or URL

    def call(self, method, path, body=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return http(method, self.url + path, data, sent)

    def ok(self, method, path, body=None, **headers):
        answer = self.call(method, path, body, **headers)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return answer.json if answer.body else None

    def create(self, *services, **more):
        asked = {"services": list(services), **more}
        return Environment(self, self.ok("POST", "/api/v1/environments", asked))


class Environment:
    """An environment and the addresses of its services."""

    def __init__(self, api, made):
        self.api = api
        self.made = made
        self.id = made["id"]
        self.path = f"/api/v1/environments/{self.id}"
        self.aws = made.get("credentials", {}).get("aws", {})

    def endpoint(self, form, scheme="http", service="s3"):
        """The address of a service in one of the forms of docs/PRODUCT.md, "Endpoints"."""
        base = URL_TLS if scheme == "https" else URL
        if form == "path":
            return f"{base}/{self.id}/{service}"
        if form == "port":
            return self.made["endpoints"][f"aws_{service}"]
        port = base.rsplit(":", 1)[1]
        if form == "twin":
            return f"{scheme}://{service}--{self.id}.{DOMAIN}:{port}"
        return f"{scheme}://{service}.{self.id}.{DOMAIN}:{port}"

    def get(self):
        return self.api.ok("GET", self.path)

    def change(self, method, path, body=None):
        """Its answer; None: it was 202, as servers took longer, but by now they have done it."""
        answer = self.api.call(method, path, body)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        if answer.status != 202:
            return answer
        operation = {"status": "running"}
        while operation["status"] == "running":
            operation = self.api.ok("GET", answer.headers["location"], Prefer="wait=10")
        assert operation["status"] == "succeeded", operation
        return None

    def post(self, what, body=None):
        answer = self.change("POST", f"{self.path}/{what}", body)
        return answer.json if answer else self.get()

    def destroy(self):
        self.change("DELETE", self.path)
