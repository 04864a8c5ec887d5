# tests/sdk/python/test_accounts.py - sign-up, log-in, sessions, scopes, throttles
"""Each visitor comes from an address of its own of 127.0.0.0/8, so that no throttle meets another
test."""
import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import itertools
import json
import os
import re
import secrets
import subprocess
import urllib.parse

import pytest

import installation
from database import ask
from test_neighbour import operation_lines

AUTH = "/api/v1/auth"
PASSWORD = "correct horse battery"


# None comes twice in a run, nor in the next one that finds the same installation.
numbers = itertools.count(secrets.randbelow(250 ** 3))


class Visitor:
    """A client at an address of its own, who may carry a token."""

    def __init__(self, token=None):
        self.token = token
        n = next(numbers)
        self.address = f"127.{n // 62500 % 250 + 1}.{n // 250 % 250 + 1}.{n % 250 + 1}"

    def call(self, method, path, body=None, token=None):
        url = urllib.parse.urlsplit(installation.URL)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60,
                                                source_address=(self.address, 0))
        headers = {}
        token = token or self.token
        if token:
            headers["Authorization"] = "Bearer " + token
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection.request(method, path, data, headers)
        got = connection.getresponse()
        answer = installation.Answer(got.status, got.getheaders(), got.read())
        connection.close()
        return answer

    def ok(self, method, path, body=None, token=None):
        answer = self.call(method, path, body, token)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return answer.json if answer.body else None

    def refused(self, status, code, method, path, body=None, token=None):
        answer = self.call(method, path, body, token)
        assert answer.status == status and answer.json["code"] == code, (answer.status, answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
        if status == 429:
            assert 1 <= int(answer.headers["retry-after"]) <= 3600
        return answer


def address():
    return f"{secrets.token_hex(6)}@example.com"


def sign_up(email=None):
    """A visitor who has just signed up; its first tokens are in .tokens."""
    visitor = Visitor()
    visitor.email = email or address()
    visitor.tokens = visitor.ok("POST", AUTH + "/signup",
                                {"email": visitor.email, "password": PASSWORD})
    visitor.token = visitor.tokens["access_token"]
    return visitor


def mailed(email, kind):
    """The token of the youngest mail of that kind to the address."""
    body = ask(f"select body from core.mail where to_address = '{email}'"
               f" and body like '%#{kind}=%' order by id desc limit 1")
    return re.search(rf"#{kind}=(\w+)", body).group(1)


def confirmed():
    visitor = sign_up()
    visitor.ok("POST", AUTH + "/verify", {"token": mailed(visitor.email, "verify")})
    return visitor


def admin(*words):
    return subprocess.run([*os.environ["TEST_ADMIN"].split(), *words], check=True,
                          capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def someone():
    """For tests that change nothing of the account."""
    return confirmed()


def test_life_of_an_account():
    visitor = sign_up()
    account = visitor.ok("GET", "/api/v1/account")
    assert (account["email"], account["tier"]) == (visitor.email, "anonymous")
    assert account["email_verified"] is False
    account = visitor.ok("POST", AUTH + "/verify", {"token": mailed(visitor.email, "verify")})
    assert (account["tier"], account["email_verified"]) == ("beginner", True)
    tokens = visitor.ok("POST", AUTH + "/login", {"email": visitor.email.upper(),
                                                  "password": PASSWORD})
    assert tokens["token_type"] == "Bearer" and tokens["expires_in"] == 900
    visitor.token = tokens["access_token"]
    visitor.ok("POST", AUTH + "/logout")
    visitor.refused(401, "unauthorized", "GET", "/api/v1/account")
    visitor.refused(401, "invalid-refresh-token", "POST", AUTH + "/refresh",
                    {"refresh_token": tokens["refresh_token"]})


def test_confirming_needs_the_account_as_well():
    victim, thief = sign_up(), sign_up()
    thief.refused(422, "invalid-link", "POST", AUTH + "/verify",
                  {"token": mailed(victim.email, "verify")})
    victim.ok("POST", AUTH + "/verify", {"token": mailed(victim.email, "verify")})


def test_password_reset():
    visitor = sign_up()
    for email in (visitor.email, address()):
        answer = visitor.call("POST", AUTH + "/password/forgot", {"email": email})
        assert (answer.status, answer.body) == (202, b"")
    wish = {"token": mailed(visitor.email, "reset"), "password": "another good one"}
    assert visitor.call("POST", AUTH + "/password/reset", wish).status == 204
    visitor.refused(422, "invalid-link", "POST", AUTH + "/password/reset", wish)
    visitor.refused(401, "unauthorized", "GET", "/api/v1/account")
    visitor.refused(401, "wrong-credentials", "POST", AUTH + "/login",
                    {"email": visitor.email, "password": PASSWORD})
    visitor.ok("POST", AUTH + "/login", {"email": visitor.email, "password": "another good one"})


def test_a_refresh_token_is_good_once():
    visitor = sign_up()
    first = {"refresh_token": visitor.tokens["refresh_token"]}
    second = visitor.ok("POST", AUTH + "/refresh", first)
    assert visitor.ok("GET", "/api/v1/account", token=second["access_token"])
    visitor.refused(401, "refresh-token-reused", "POST", AUTH + "/refresh", first)
    for token in (visitor.token, second["access_token"]):
        visitor.refused(401, "unauthorized", "GET", "/api/v1/account", token=token)
    visitor.refused(401, "invalid-refresh-token", "POST", AUTH + "/refresh",
                    {"refresh_token": second["refresh_token"]})


def test_refreshed_by_two_at_once():
    """One wins; that there was a second ends the session for both."""
    visitor = sign_up()
    wish = {"refresh_token": visitor.tokens["refresh_token"]}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        status = sorted(answer.status for answer in pool.map(
            lambda _: visitor.call("POST", AUTH + "/refresh", wish), range(4)))
    assert status == [200, 401, 401, 401]
    visitor.refused(401, "unauthorized", "GET", "/api/v1/account")


def encoded(data):
    if not isinstance(data, bytes):
        data = json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forgeries(token):
    head, claims, mac = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    payload = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (header["alg"], header["typ"]) == ("HS256", "at+jwt")

    def signed(header, payload, key):
        text = encoded(header) + "." + encoded(payload)
        return text + "." + encoded(hmac.new(key, text.encode(), hashlib.sha256).digest())

    yield "no signature", head + "." + claims + "."
    yield "none", encoded({**header, "alg": "none"}) + "." + claims + "."
    yield "none, signed", encoded({**header, "alg": "none"}) + "." + claims + "." + mac
    yield "None", encoded({**header, "alg": "None"}) + "." + claims + "."
    for alg in ("HS384", "HS512", "RS256", "ES256"):
        yield alg, encoded({**header, "alg": alg}) + "." + claims + "." + mac
    yield "empty key", signed(header, payload, b"")
    yield "the kid as key", signed(header, payload, header["kid"].encode())
    own = {**header, "jwk": {"kty": "oct", "k": "AAAA"}}
    yield "an own key in it", signed(own, payload, b"\0" * 3)
    yield "another kid", signed({**header, "kid": "/dev/null"}, payload, b"")
    yield "later", head + "." + encoded({**payload, "exp": payload["exp"] + 9999}) + "." + mac
    yield "another's", head + "." + encoded({**payload, "sub": "acc-x"}) + "." + mac
    yield "four parts", token + "." + mac
    yield "padded", token + "="
    yield "trailing", token + "A"


def test_forged_tokens(someone):
    for name, token in forgeries(someone.token):
        answer = Visitor().call("GET", "/api/v1/account", token=token)
        assert (answer.status, answer.json["code"]) == (401, "unauthorized"), name
    assert someone.call("GET", "/api/v1/account").status == 200


def everywhere(visitor, token, status):
    """Many requests at once reach every process of the pool."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        got = set(pool.map(lambda _: Visitor().call("GET", "/api/v1/keys", token=token).status,
                           range(40)))
    assert got == {status}


def test_revocation_is_seen_by_all_workers():
    visitor = confirmed()
    other = visitor.ok("POST", AUTH + "/login", {"email": visitor.email, "password": PASSWORD})
    key = visitor.ok("POST", "/api/v1/keys", {"name": "k"})
    for token in (other["access_token"], key["key"]):
        everywhere(visitor, token, 200)
    visitor.ok("DELETE", f"{AUTH}/sessions/{other['session_id']}")
    everywhere(visitor, other["access_token"], 401)
    visitor.ok("DELETE", "/api/v1/keys/" + key["id"])
    everywhere(visitor, key["key"], 401)
    everywhere(visitor, visitor.token, 200)


def test_sessions_are_ones_own(someone):
    stranger = sign_up()
    stranger.refused(404, "session-not-found", "DELETE",
                     f"{AUTH}/sessions/{someone.tokens['session_id']}")
    listed = stranger.ok("GET", AUTH + "/sessions")["sessions"]
    assert [(s["id"], s["current"], s["method"]) for s in listed] == [
        (stranger.tokens["session_id"], True, "password")]
    assert listed[0]["address"] == stranger.address


def test_log_in_is_throttled():
    visitor = sign_up()
    wish = {"email": visitor.email, "password": "wrong"}
    for _ in range(10):
        visitor.refused(401, "wrong-credentials", "POST", AUTH + "/login", wish)
    right = {"email": visitor.email, "password": PASSWORD}
    visitor.refused(429, "too-many-attempts", "POST", AUTH + "/login", right)
    # Elsewhere its owner still gets in; and so does anybody else from there.
    Visitor().ok("POST", AUTH + "/login", right)
    visitor.refused(401, "wrong-credentials", "POST", AUTH + "/login",
                    {"email": address(), "password": "wrong"})


def test_an_unknown_address_is_answered_as_a_wrong_password(someone):
    answers = [Visitor().refused(401, "wrong-credentials", "POST", AUTH + "/login",
                                 {"email": email, "password": "wrong"}).json
               for email in (someone.email, address())]
    for answer in answers:
        del answer["instance"]
    assert answers[0] == answers[1]


def until_throttled(most, call):
    """The answers of so many calls, several at a time; where the machine is so slow that they are
    allowed again meanwhile, of as many once more."""
    answers = []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            answers += pool.map(call, range(most))
            if any(answer.status == 429 for answer in answers):
                return answers
    raise AssertionError("never throttled")


def burst(visitor, most, *request):
    """How many of one request are answered before one is refused for their number."""
    answers = until_throttled(most, lambda _: visitor.call(*request))
    refused = [answer for answer in answers if answer.status == 429]
    for answer in refused:
        assert 1 <= int(answer.headers["retry-after"]) <= 3600
        assert answer.json["code"] == "too-many-requests"
    return len(answers) - len(refused)


def test_guessing_is_throttled(someone):
    visitor = Visitor()
    assert burst(visitor, 150, "GET", "/api/v1/account", None, "mf_live_wrong") >= 100

    def guess(_):
        return visitor.call("GET", "/api/v1/account", token="mf_live_" + secrets.token_hex(8))

    # Another credential from there is still looked at, until there were too many of them.
    assert guess(0).status == 401
    assert {answer.status for answer in until_throttled(300, guess)} == {401, 429}
    assert someone.call("GET", "/api/v1/account").status == 200


def test_reset_and_sign_up_are_throttled():
    body = {"email": address()}
    assert burst(Visitor(), 30, "POST", AUTH + "/password/forgot", body) in (20, 21)
    visitor = sign_up()
    taken = {"email": visitor.email, "password": PASSWORD}
    # It counts what fails, too: one was used up by signing up.
    assert burst(visitor, 40, "POST", AUTH + "/signup", taken) in (29, 30)


def test_refresh_is_throttled():
    assert burst(Visitor(), 240, "POST", AUTH + "/refresh", {"refresh_token": "x"}) >= 120


def test_requests_of_an_account_are_limited():
    visitor = sign_up()
    assert burst(visitor, 150, "GET", "/api/v1/account") >= 60
    everyone = sign_up()
    assert everyone.call("GET", "/api/v1/account").status == 200


def routes():
    lines = [line.split("\t") for line in operation_lines()]
    return [(name, shape, scope) for whose, name, shape, _, _, access, scope in lines
            if whose == "mockfactory.api" and access == "signed"]


@pytest.fixture(scope="module")
def keys():
    """A key for each scope alone, of one account without limits."""
    account = admin("account", "create", "--name", "scoped")
    owner = Visitor(admin("key", "create", "--account", account, "--name", "k"))
    made = {}
    for scope in sorted({scope for _, _, scope in routes()} - {"any"}):
        made[scope] = owner.ok("POST", "/api/v1/keys", {"scopes": [scope]})["key"]
    return made


@pytest.mark.parametrize("name,shape,scope", routes(), ids=[name for name, *_ in routes()])
def test_scope(keys, name, shape, scope):
    """Only the key with the route's scope gets past it."""
    method, path = shape.split(" ", 1)
    path = re.sub(r"\{[^}]*\}", "x", path)
    body = {"no such field": 1} if method in ("POST", "PUT") else None
    for own, key in keys.items():
        if name == "RevokeOtherSessions" and own == scope:
            continue
        answer = Visitor().call(method, path, body, key)
        refused = answer.status == 403 and answer.json["code"] == "insufficient-scope"
        assert refused == (scope not in (own, "any")), (own, answer.status, answer.body)
        if refused:
            assert f'scope="{scope}"' in answer.headers["www-authenticate"]


def test_a_key_makes_no_greater_key(keys):
    visitor = Visitor(keys["keys:write"])
    answer = visitor.refused(422, "invalid-request", "POST", "/api/v1/keys",
                             {"scopes": ["keys:write", "environments:write", "nonsense"]})
    assert [e["field"] for e in answer.json["errors"]] == ["scopes[1]", "scopes[2]"]
    assert visitor.ok("POST", "/api/v1/keys", {})["scopes"] == ["keys:write"]
    short = visitor.ok("POST", "/api/v1/keys", {"expires_at": "2099-01-01T00:00:00Z"})
    heir = Visitor(short["key"])
    assert heir.ok("POST", "/api/v1/keys", {})["expires_at"] == "2099-01-01T00:00:00.000Z"
    heir.refused(422, "invalid-request", "POST", "/api/v1/keys",
                 {"expires_at": "2099-01-02T00:00:00Z"})
