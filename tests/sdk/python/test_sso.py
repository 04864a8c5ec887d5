# tests/sdk/python/test_sso.py - log-in at an OpenID provider, as a browser does it
import json
import shutil
import time
import urllib.parse

import pytest

import installation
import provider
from conftest import missing

pytestmark = pytest.mark.skipif(not provider.ISSUER, reason="started without MF_SSO_ISSUER")
LOGIN = f"{installation.URL}/api/v1/auth/sso/login"


@pytest.fixture(scope="module", name="idp")
def idp_():
    if shutil.which("node") is None:
        missing("node")
    idp = provider.Provider()
    idp.start()
    yield idp
    idp.stop()


@pytest.fixture(autouse=True)
def unchanged(idp):
    yield
    idp.change, idp.away = None, False


def callback(browser, user="joe"):
    return browser.to_callback(LOGIN, user)


def log_in(user="joe"):
    """The tokens."""
    browser = provider.Browser()
    answer = browser.request("GET", callback(browser, user))
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def account(tokens):
    return installation.Api(tokens["access_token"]).call("GET", "/api/v1/account")


def problem(answer, status, kind):
    assert answer.status == status, answer.text
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert json.loads(answer.text)["type"].endswith(kind), answer.text
    assert "access_token" not in answer.text


def test_first_log_in_makes_an_account_and_the_next_finds_it():
    first, again, other = log_in("ann"), log_in("ann"), log_in("bob")
    accounts = [account(tokens).json for tokens in (first, again, other)]
    assert accounts[0]["name"] == "User ann"
    assert accounts[0]["email"] == "ann@example.com"
    assert accounts[0]["id"] == accounts[1]["id"] != accounts[2]["id"]
    assert first["session_id"] != again["session_id"]


def test_an_address_nobody_confirmed_is_not_the_accounts():
    who = account(log_in("unverified-eve")).json
    assert who["email"] is None


def test_an_account_is_not_found_by_its_address():
    """Who has the same e-mail by another way in is somebody else."""
    signed = installation.Api("").call("POST", "/api/v1/auth/signup", {
        "email": "carl@example.com", "password": "a password of carl's own"})
    assert signed.status == 201, signed.body
    theirs = account(log_in("carl")).json
    assert account(signed.json).json["id"] != theirs["id"]


def test_the_session_is_one_like_any_other():
    tokens = log_in("dora")
    refreshed = installation.Api("").call("POST", "/api/v1/auth/refresh", {
        "refresh_token": tokens["refresh_token"]})
    assert refreshed.status == 200
    assert installation.Api(tokens["access_token"]).call(
        "POST", "/api/v1/auth/logout").status == 204
    assert account(refreshed.json).status == 401


def test_a_page_gets_its_session_behind_the_hash():
    browser = provider.Browser()
    url = browser.to_callback(LOGIN + "?return_to=/dashboard/index.html", "fay")
    answer = browser.request("GET", url)
    assert answer.status == 303
    place, fragment = answer.getheader("Location").split("#")
    assert place == "/dashboard/index.html"
    assert answer.getheader("Cache-Control") == "no-store"
    token = urllib.parse.parse_qs(fragment)["refresh_token"][0]
    assert installation.Api("").call("POST", "/api/v1/auth/refresh", {
        "refresh_token": token}).status == 200


@pytest.mark.parametrize("place", [
    "https://evil.example/", "//evil.example/", "/dashboard/../env-abcdefghij/s3/b/x.html", "/",
    "/env-abcdefghij/s3/b/x.html", "/dashboard/\\evil", "/dashboard/#x", "dashboard/",
    # what browsers take for ".."
    "/dashboard/%2e%2e/env-abcdefghij/s3/b/x.html", "/dashboard/.%2E/x", "/dashboard/.\t./x"])
def test_the_browser_goes_nowhere_else(place):
    answer = provider.Browser().request(
        "GET", f"{LOGIN}?{urllib.parse.urlencode({'return_to': place})}")
    problem(answer, 400, "sso-state")


def test_the_cookie_is_nobody_elses():
    browser = provider.Browser()
    answer = browser.request("GET", LOGIN)
    assert answer.status == 303
    attributes = {part.strip().lower() for part in answer.getheader("Set-Cookie").split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=600"} == attributes
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.getheader("Location")).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    for secret in ("state", "nonce", "code_challenge"):
        assert query[secret][0] not in answer.getheader("Set-Cookie")


def test_over_tls_the_cookie_is_of_our_host_alone():
    """Nobody at a host below ours can set one by that name, and none by another counts."""
    tls = LOGIN.replace(installation.URL, installation.URL_TLS)
    answer = installation.http("GET", tls)
    assert answer.status == 303
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert cookie.startswith("__Host-mf_sso=")
    assert {"Secure", "Path=/"} <= set(attributes)
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.headers["location"]).query)["state"]
    back = f"{tls.replace('login', 'callback')}?error=denied&state={state[0]}"
    assert installation.http("GET", back, headers={"Cookie": cookie}).json["code"] == "sso-refused"
    theirs = installation.http("GET", back, headers={"Cookie": cookie.removeprefix("__Host-")})
    assert theirs.json["code"] == "sso-state"


def test_wrong_state():
    browser = provider.Browser()
    url = callback(browser)
    problem(browser.request("GET", url.replace("state=", "state=x")), 400, "sso-state")
    problem(browser.request("GET", url.split("?")[0] + "?code=x"), 400, "sso-state")
    # a log-in that another browser began: what an attacker's link would do
    problem(provider.Browser().request("GET", url), 400, "sso-state")
    # and a cookie that somebody changed
    for key, value in list(browser.cookies.items()):
        if key[1] == "mf_sso":
            browser.cookies[key] = value[:-2] + ("AA" if value[-2:] != "AA" else "BB")
    problem(browser.request("GET", url), 400, "sso-state")


def test_wrong_issuer_of_the_answer():
    browser = provider.Browser()
    url = urllib.parse.urlsplit(callback(browser))
    query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
    assert query["iss"] == provider.ISSUER
    query["iss"] = "https://evil.example"
    problem(browser.request("GET", url._replace(query=urllib.parse.urlencode(query)).geturl()),
            400, "sso-state")


def test_a_code_counts_once():
    browser = provider.Browser()
    url = callback(browser)
    cookies = dict(browser.cookies)
    assert browser.request("GET", url).status == 200
    browser.cookies = cookies
    problem(browser.request("GET", url), 403, "sso-refused")


def test_a_code_of_another_log_in():
    """PKCE: a stolen code is of no use in a log-in that somebody else began."""
    victim, thief = provider.Browser(), provider.Browser()
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(callback(victim, "victim")).query)["code"]
    url = urllib.parse.urlsplit(callback(thief, "thief"))
    query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
    query["code"] = code[0]
    problem(thief.request("GET", url._replace(query=urllib.parse.urlencode(query)).geturl()),
            403, "sso-refused")


def test_what_the_provider_refuses():
    browser = provider.Browser()
    url = callback(browser)
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["state"][0]
    problem(browser.request("GET", f"{url.split('?')[0]}?error=access_denied&state={state}"),
            403, "sso-refused")


def changed(**claims):
    def change(idp, token):
        return idp.sign({**provider.claims_of(token), **claims})
    return change


NOW = time.time()
BAD_TOKENS = {
    "nonce": changed(nonce="another"),
    "issuer": changed(iss="https://evil.example"),
    "audience": changed(aud="somebody-else"),
    "audiences": changed(aud=[provider.CLIENT, "somebody-else"]),
    "expired": changed(exp=int(NOW) - 3600),
    "future": changed(iat=int(NOW) + 36000),
    "old": changed(iat=int(NOW) - 36000),
    "nobody": changed(sub=""),
    "none": lambda idp, token: idp.unsigned(provider.claims_of(token)),
    "public key as secret": lambda idp, token: idp.by_public_key(provider.claims_of(token)),
    "another key": lambda idp, token: idp.sign(provider.claims_of(token), key=idp.other),
    "unknown key": lambda idp, token: idp.sign(provider.claims_of(token), key=idp.other,
                                               kid="theirs"),
    "cut": lambda idp, token: token.rsplit(".", 1)[0],
    "payload": lambda idp, token: ".".join(
        [token.split(".")[0], idp.unsigned({**provider.claims_of(token), "sub": "root"}).split(
            ".")[1], token.split(".")[2]]),
    "junk": lambda idp, token: "junk",
}


@pytest.mark.parametrize("what", BAD_TOKENS)
def test_a_token_that_is_not_good(idp, what):
    idp.change = lambda token: BAD_TOKENS[what](idp, token)
    browser = provider.Browser()
    problem(browser.request("GET", callback(browser)), 403, "sso-invalid")


def test_a_token_signed_again_is_good(idp):
    """What the tests above change is why they fail."""
    idp.change = lambda token: idp.sign(provider.claims_of(token))
    assert "access_token" in log_in("gus")


def test_a_provider_that_is_away(idp):
    """After its documents were read: the code cannot be asked for."""
    browser = provider.Browser()
    url = callback(browser)
    idp.away = True
    problem(browser.request("GET", url), 503, "sso-away")
