# tests/crash/s3.py - a small S3 client of our own: it tells an answer from no answer
#
# SDKs retry, pool and hide what happened on the wire; here every request is sent once and ends in
# an Answer, or in NoAnswer when the connection failed before a whole answer had come.
import datetime
import hashlib
import hmac
import http.client
import re
import urllib.parse


class NoAnswer(Exception):
    """Whether the request took effect is not known."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def code(self):
        """The <Code> of an S3 error, or ""."""
        found = re.search(rb"<Code>([^<]*)</Code>", self.body)
        return found.group(1).decode() if found else ""

    def __repr__(self):
        return f"{self.status} {self.code} {self.body[:200]!r}"


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encode_path(path):
    return urllib.parse.quote(path, safe="/-_.~")


def sign(method, host, path, query, headers, payload_hash, access_key, secret, now=None,
         service="s3"):
    """SigV4 headers for a request; path is percent-encoded, query a list of pairs."""
    now = now or datetime.datetime.now(datetime.timezone.utc)
    amz_date = now.strftime("%Y%m%dT%H%M%SZ")
    signed = {k.lower(): v.strip() for k, v in headers.items()}
    signed.update({"host": host, "x-amz-date": amz_date, "x-amz-content-sha256": payload_hash})
    names = ";".join(sorted(signed))
    quote = lambda s: urllib.parse.quote(s, safe="-_.~")
    canonical = "\n".join([
        method, path, "&".join(sorted(f"{quote(k)}={quote(v)}" for k, v in query)),
        *(f"{k}:{signed[k]}" for k in sorted(signed)), "", names, payload_hash])
    scope = f"{amz_date[:8]}/us-east-1/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", amz_date, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in (amz_date[:8], "us-east-1", service, "aws4_request"):
        key = _hmac(key, part)
    out = dict(headers)
    out.update({"x-amz-date": amz_date, "x-amz-content-sha256": payload_hash, "Authorization":
                f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, "
                f"Signature={_hmac(key, text).hex()}"})
    return out


class Client:
    """One connection, kept alive; not for several threads at once."""

    service = "s3"

    def __init__(self, url, access_key=None, secret=None, timeout=30):
        parts = urllib.parse.urlsplit(url)
        self.host, self.prefix = parts.netloc, parts.path.rstrip("/")
        self.address = (parts.hostname, parts.port)
        self.access_key, self.secret, self.timeout = access_key, secret, timeout
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def headers_for(self, method, path, query=(), headers=(), body=b"", hashed=True):
        """(target, headers) of a request as it goes out, signed."""
        path = self.prefix + encode_path(path)
        payload = hashlib.sha256(body).hexdigest() if hashed else "UNSIGNED-PAYLOAD"
        headers = dict(headers)
        if self.access_key is not None:
            headers = sign(method, self.host, path, list(query), headers, payload,
                           self.access_key, self.secret, service=self.service)
        target = path + ("?" + urllib.parse.urlencode(list(query), quote_via=urllib.parse.quote)
                         if query else "")
        return target, headers

    def request(self, method, path, query=(), headers=(), body=b"", hashed=True):
        target, headers = self.headers_for(method, path, query, headers, body, hashed)
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
            self.connection.request(method, target, body or None, {
                "Host": self.host, "Content-Length": str(len(body)), **headers})
            answer = self.connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise NoAnswer(f"{method} {path}: {type(e).__name__} {e}") from e
        if answer.will_close:
            self.close()
        return Answer(answer.status, answer.headers, body)

    def get(self, path):
        return self.request("GET", path)

    def list_keys(self, bucket):
        """All keys of a bucket with sizes, page by page."""
        found, token = {}, None
        while True:
            query = [("list-type", "2")] + ([("continuation-token", token)] if token else [])
            a = self.request("GET", f"/{bucket}", query=query)
            if a.status != 200:
                raise NoAnswer(f"list: {a}")
            text = a.body.decode()
            for entry in re.findall(r"<Contents>(.*?)</Contents>", text, re.S):
                key = re.search(r"<Key>(.*?)</Key>", entry, re.S).group(1)
                found[key] = int(re.search(r"<Size>(\d+)</Size>", entry).group(1))
            more = re.search(r"<NextContinuationToken>(.*?)</NextContinuationToken>", text)
            if not more:
                return found
            token = more.group(1)
