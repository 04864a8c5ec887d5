# tests/sdk/python/provider.py - the OpenID provider of the single sign-on tests
"""
npm's oidc-provider, behind a front at the address the installation has as MF_SSO_ISSUER.  The front
passes everything on as it is, but for the ID token: a test may have it changed, signed with the
provider's own key or with another.
"""
import base64
import hashlib
import hmac
import html
import http.client
import http.server
import json
import os
import re
import subprocess
import threading
import urllib.parse

from jwcrypto import jwk, jws

import installation

ISSUER = os.environ.get("TEST_SSO_ISSUER", "")
CLIENT = os.environ.get("TEST_SSO_CLIENT_ID", "")
SECRET = os.environ.get("TEST_SSO_SECRET", "")
SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                      "js/provider.mjs")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class Provider:
    def __init__(self):
        self.key = jwk.JWK.generate(kty="RSA", size=2048, kid="ours", use="sig", alg="RS256")
        self.other = jwk.JWK.generate(kty="RSA", size=2048, kid="ours", use="sig", alg="RS256")
        self.change = None  # what to do with an ID token
        self.away = False   # answers as what stands before a dead service does
        self.node = self.server = self.port = None

    def start(self):
        settings = {
            "issuer": ISSUER, "client": CLIENT, "secret": SECRET, "port": 0,
            "redirects": [f"{url}/api/v1/auth/sso/callback"
                          for url in (installation.URL, installation.URL_TLS) if url],
            "jwks": {"keys": [json.loads(self.key.export())]},
        }
        # pylint: disable=consider-using-with
        self.node = subprocess.Popen(
            ["node", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "PROVIDER": json.dumps(settings)})
        self.port = int(self.node.stdout.readline())
        address = urllib.parse.urlsplit(ISSUER)
        self.server = http.server.ThreadingHTTPServer((address.hostname, address.port), Front)
        self.server.provider = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.node.kill()
        self.node.wait()

    def sign(self, claims, key=None, **header):
        token = jws.JWS(json.dumps(claims))
        token.add_signature(key or self.key, "RS256",
                            json.dumps({"alg": "RS256", "kid": "ours", **header}))
        return token.serialize(compact=True)

    def by_public_key(self, claims):
        """HS256 with what everybody knows as its secret."""
        head = base64url(json.dumps({"alg": "HS256", "kid": "ours"}).encode())
        signed = f"{head}.{base64url(json.dumps(claims).encode())}"
        mac = hmac.new(self.key.export_to_pem(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64url(mac)}"

    @staticmethod
    def unsigned(claims):
        head = base64url(json.dumps({"alg": "none"}).encode())
        return f"{head}.{base64url(json.dumps(claims).encode())}."


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):  # pylint: disable=arguments-differ
        pass

    def pass_on(self):
        provider = self.server.provider
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if provider.away:
            self.send_error(502)
            return
        behind = http.client.HTTPConnection("127.0.0.1", provider.port, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        data = answer.read()
        if self.path == "/token" and answer.status == 200 and provider.change is not None:
            document = json.loads(data)
            document["id_token"] = provider.change(document["id_token"])
            data = json.dumps(document).encode()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = pass_on  # pylint: disable=invalid-name


class Browser:
    """What a browser does with redirects, cookies and the provider's forms."""

    def __init__(self):
        self.cookies = {}  # (host:port, name) -> value; paths are not looked at

    def request(self, method, url, body=None):
        address = urllib.parse.urlsplit(url)
        sent = {"Cookie": "; ".join(f"{name}={value}" for (place, name), value
                                    in self.cookies.items() if place == address.netloc)}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(address.netloc, timeout=60)
        connection.request(method, url[len(f"{address.scheme}://{address.netloc}"):], body, sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";")[0].split("=", 1)
                self.cookies[(address.netloc, pair[0])] = pair[1]
        return answer

    def to_callback(self, url, user="joe"):
        """From where a log-in begins to the callback's URL, which is not asked for yet."""
        answer = self.request("GET", url)
        for _ in range(20):
            if answer.status in (302, 303):
                url = urllib.parse.urljoin(url, answer.getheader("Location"))
                if "/sso/callback" in url:
                    return url
                answer = self.request("GET", url)
                continue
            assert answer.status == 200, (url, answer.status, answer.text)
            url = urllib.parse.urljoin(url, html.unescape(
                re.search(r'<form[^>]*action="([^"]+)"', answer.text).group(1)))
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text).group(1)
            fields = {"prompt": prompt, "login": user, "password": "any"}
            answer = self.request("POST", url, urllib.parse.urlencode(fields))
        raise AssertionError("the provider's log-in has no end")
