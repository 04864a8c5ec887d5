# tests/stores/oci_signature.py - is a request to OCI signed as it must be
import base64
import email.utils
import hashlib
import re
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

SKEW = 300  # seconds; "Maximum Allowed Client Clock Skew"


class Wrong(Exception):
    def __init__(self, status, code, message=""):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


def verify(request, body, key, key_id):
    """Throws Wrong unless the request (of http.server) is signed by the key."""
    text = request.headers.get("authorization", "")
    if not text.startswith("Signature "):
        raise Wrong(401, "NotAuthenticated", "no signature")
    parts = dict(re.findall(r'(\w+)="([^"]*)"', text))
    if parts.get("version") != "1" or parts.get("algorithm") != "rsa-sha256" or \
            parts.get("keyId") != key_id:
        raise Wrong(401, "NotAuthenticated", "unknown key or algorithm")
    names = parts.get("headers", "").lower().split(" ")
    binary = request.command == "PUT" and re.match(r"/n/[^/]+/b/[^/]+/[ou]/", request.path)
    needed = {"(request-target)", "host"}
    if request.command in ("POST", "PUT") and not binary:
        needed |= {"content-length", "content-type", "x-content-sha256"}
    if not needed <= set(names) or not {"date", "x-date"} & set(names):
        raise Wrong(401, "NotAuthenticated", "not all that must be signed is signed")
    verify_date(request, names)
    target = f"{request.command.lower()} {request.path}"
    lines = [f"{n}: {target if n == '(request-target)' else request.headers.get(n, '')}"
             for n in names]
    try:
        key.verify(base64.b64decode(parts.get("signature", "")),
                   "\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        raise Wrong(401, "NotAuthenticated", "the signature does not match") from None
    digest = request.headers.get("x-content-sha256")
    if digest is not None and \
            digest != base64.b64encode(hashlib.sha256(body).digest()).decode():
        raise Wrong(401, "NotAuthenticated", "x-content-sha256 is not the body's")


def verify_date(request, names):
    stated = request.headers.get("x-date" if "x-date" in names else "date", "")
    try:
        at = email.utils.parsedate_to_datetime(stated).timestamp()
    except (TypeError, ValueError):
        raise Wrong(401, "NotAuthenticated", "no date") from None
    if abs(at - time.time()) > SKEW:
        raise Wrong(401, "NotAuthenticated", "the date is too far away")
