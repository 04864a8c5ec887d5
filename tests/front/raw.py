# tests/front/raw.py - one HTTP request, byte for byte, and its answer
import json
import socket
import ssl


def exchange(port, request, authority=None, name="localhost", pieces=()):
    """(status, headers in lower case, body) of an answer; authority: the CA's file, for HTTPS.

    The pieces are sent after 100 Continue came, when there are any.
    """
    s = socket.create_connection(("127.0.0.1", port), timeout=20)
    if authority is not None:
        s = ssl.create_default_context(cafile=authority).wrap_socket(s, server_hostname=name)
    with s:
        s.sendall(request)
        f = s.makefile("rb")
        if pieces:
            first = f.readline()
            assert first.startswith(b"HTTP/1.1 100"), first
            assert f.readline() == b"\r\n"
            for piece in pieces:
                s.sendall(piece)
        return answer(f, request.startswith(b"HEAD"))


def answer(f, no_body):
    status = int(f.readline().split()[1])
    headers = {}
    while (line := f.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if no_body:
        return status, headers, b""
    if headers.get("transfer-encoding") != "chunked":
        return status, headers, f.read(int(headers.get("content-length", -1)))
    body = b""
    while (n := int(f.readline(), 16)) > 0:
        body += f.read(n)
        f.readline()
    return status, headers, body


def echoed(port, method, target, headers=(), body=b"", **more):
    """What the echo saw, or the status of another answer."""
    lines = [f"{method} {target} HTTP/1.1", "Connection: close", *headers]
    if not any(h.lower().startswith("host:") for h in headers):
        lines.insert(1, f"Host: 127.0.0.1:{port}")
    head = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
    status, _, text = exchange(port, head + body, **more)
    return json.loads(text) if status == 200 else status
