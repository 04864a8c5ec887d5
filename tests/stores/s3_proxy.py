#!/usr/bin/env python3
# tests/stores/s3_proxy.py - an S3 service behind a proxy that can be told to fail
"""s3_proxy.py PORT ORIGIN: passes on every request as it came, Host included, until it is ended.

faults.py says what it can be told to do wrong.
"""
import http.client
import http.server
import re
import socket
import sys
import urllib.parse

from faults import Faults

BLOCK = 1 << 18


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *args):
        pass

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()
        self.origin = None

    def finish(self):
        if self.origin is not None:
            self.origin.close()
        super().finish()

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def simple(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def serve(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query,
                                      keep_blank_values=True)
        if self.path == "/_faults":
            if self.command == "POST":
                self.server.faults.tell(body)
            self.simple(200, self.server.faults.count())
            return
        with self.server.faults.request():
            self.work(query, body)

    def work(self, query, body):
        self.faults = self.server.faults.now(self.command, query)
        if self.faults.get("down"):
            self.hang_up()
        elif "status" in self.faults:
            self.simple(self.faults["status"], b"<Error><Code>SlowDown</Code></Error>")
        else:
            self.pass_on(self.ask(body))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def ask(self, body):
        for last in (False, True):
            if self.origin is None:
                self.origin = http.client.HTTPConnection(self.server.origin, timeout=60)
            try:
                self.origin.putrequest(self.command, self.path, skip_host=True,
                                       skip_accept_encoding=True)
                for name, value in self.headers.items():
                    self.origin.putheader(name, value)
                self.origin.endheaders(body)
                return self.origin.getresponse()
            except (OSError, http.client.HTTPException):
                self.origin.close()
                self.origin = None
                if last:
                    raise
        return None

    def lie(self, name, value):
        if self.faults.get("lie") and name.lower() == "etag":
            return re.sub("[0-9a-f]{32}", "0" * 32, value)
        return value

    def pass_on(self, answer):
        length = answer.headers.get("content-length")
        whole = answer.read() if length is None or self.faults.get("lie") else None
        if whole is not None and self.faults.get("lie"):
            whole = re.sub(rb"(<ETag>[^<0-9a-f]*)[0-9a-f]{32}", rb"\g<1>" + b"0" * 32, whole)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date",
                                    "server"):
                self.send_header(name, self.lie(name, value))
        if answer.status != 204:
            self.send_header("Content-Length", str(len(whole)) if whole is not None else length)
        self.end_headers()
        sent = 0
        while data := (whole if sent == 0 else b"") if whole is not None else answer.read(BLOCK):
            if self.faults.get("corrupt") and sent == 0:
                data = bytes([data[0] ^ 1]) + data[1:]
            if "cut" in self.faults and sent + len(data) > self.faults["cut"]:
                self.wfile.write(data[:self.faults["cut"] - sent])
                self.origin.close()
                self.origin = None
                self.hang_up()
                return
            self.wfile.write(data)
            sent += len(data)
        self.wfile.flush()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    server.origin = sys.argv[2]
    server.faults = Faults()
    server.serve_forever()


if __name__ == "__main__":
    main()
