# tests/runtime/fastcgi.py - a FastCGI 1.0 client for tests, with nothing but the standard library
"""One connection per request, as lighttpd does it.

    answer = Client("/path/to/socket").get("/healthz")
    answer.status, answer.headers["content-type"], answer.body

start() sends a request and returns at once; wait() on what it returned reads the answer.
"""
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6


class Broken(Exception):
    """The connection ended before the answer did."""


def record(kind, content=b"", request=1):
    return struct.pack(">BBHHBx", 1, kind, request, len(content), 0) + content


def records(kind, content):
    return b"".join(record(kind, content[i:i + 65528]) for i in range(0, len(content), 65528))


def length(n):
    return struct.pack(">B", n) if n < 128 else struct.pack(">I", n | 0x80000000)


def params(pairs):
    out = b""
    for name, value in pairs:
        name, value = name.encode(), value.encode("utf-8", "surrogateescape")
        out += length(len(name)) + length(len(value)) + name + value
    return out


class Answer:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self.status = int(self.headers.pop("status").split()[0])

    @property
    def text(self):
        return self.body.decode()


class Pending:
    """A request that was sent; wait() is its answer."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = bytearray()
        self.stdout = bytearray()

    def fileno(self):
        return self.sock.fileno()

    def _take(self):
        """All whole records in the buffer; True: the answer is complete."""
        at, over = 0, False
        while not over and len(self.buffer) - at >= 8:
            _, kind, _, n, padding = struct.unpack_from(">BBHHBx", self.buffer, at)
            if len(self.buffer) - at < 8 + n + padding:
                break
            if kind == STDOUT:
                self.stdout += self.buffer[at + 8:at + 8 + n]
            over = kind == END
            at += 8 + n + padding
        del self.buffer[:at]
        return over

    def wait(self, seconds=60):
        self.sock.settimeout(seconds)
        try:
            while not self._take():
                part = self.sock.recv(1 << 18)
                if not part:
                    raise Broken(f"after {len(self.stdout)} bytes")
                self.buffer += part
        except ConnectionError as error:
            raise Broken(str(error)) from error
        finally:
            self.sock.close()
        return Answer(bytes(self.stdout))

    def close(self):
        self.sock.close()


class Client:
    def __init__(self, path):
        self.path = path

    def connect(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(self.path)
        return sock

    def start(self, method, target, body=b"", headers=(), announce=None, cut=False, extra=(),
              **more):
        """Send a request; announce: another Content-Length; cut: no end of the body; extra: more
        parameters, as pairs."""
        path, _, query = target.partition("?")
        pairs = [("REQUEST_METHOD", method), ("REQUEST_URI", target), ("QUERY_STRING", query),
                 ("SCRIPT_NAME", path), ("SERVER_PROTOCOL", "HTTP/1.1"), ("HTTP_HOST", "localhost"),
                 ("REMOTE_ADDR", "127.0.0.1"), ("SERVER_PORT", "80"), ("REQUEST_SCHEME", "http"),
                 ("CONTENT_LENGTH", str(len(body) if announce is None else announce))]
        pairs += [("HTTP_" + n.upper().replace("-", "_"), v) for n, v in headers]
        pairs = [(n, more.get(n, v)) for n, v in pairs] + list(extra)
        out = record(BEGIN, struct.pack(">HB5x", 1, 0)) + records(PARAMS, params(pairs))
        out += record(PARAMS) + records(STDIN, body)
        if not cut:
            out += record(STDIN)
        sock = self.connect()
        try:
            sock.sendall(out)
        except (BrokenPipeError, ConnectionResetError):
            pass  # an answer may be there all the same
        return Pending(sock)

    def request(self, method, target, body=b"", **more):
        return self.start(method, target, body, **more).wait()

    def get(self, target, **more):
        return self.request("GET", target, **more)

    def post(self, target, body=b"", **more):
        return self.request("POST", target, body, **more)
