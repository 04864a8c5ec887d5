#!/usr/bin/python3
# tests/front/echo.py - a FastCGI program that answers with what the web server handed over
#
# It stands in for mockfactory.fcgi: accepts on its standard input and answers each request with
# JSON, {"params": {...}, "length": bytes of body, "sha256": theirs}.  /sendfile?PATH answers by
# X-Sendfile, /pieces?PATH with two pieces of it by X-Sendfile2; /missing with 404 and /empty with
# 200, both without a body.  Asked to check its settings (--check) it finds nothing wrong.
import hashlib
import json
import os
import socket
import struct
import sys
import threading

PARAMS, STDIN, STDOUT, END = 4, 5, 6, 3


def read(c, n):
    got = b""
    while len(got) < n:
        piece = c.recv(n - len(got))
        if not piece:
            raise ConnectionError
        got += piece
    return got


def pairs(data):
    """The parameters: lengths of one byte, or of four with the first bit set."""
    found, i = {}, 0
    while i < len(data):
        lengths = []
        for _ in range(2):
            size = 4 if data[i] & 0x80 else 1
            lengths.append(int.from_bytes(data[i:i + size], "big") & 0x7fffffff)
            i += size
        name, value = (data[i:i + lengths[0]], data[i + lengths[0]:i + sum(lengths)])
        found[name.decode("latin-1")] = value.decode("latin-1")
        i += sum(lengths)
    return found


def answer(params, length, digest):
    text = json.dumps({"params": params, "length": length, "sha256": digest}).encode()
    target = params["REQUEST_URI"]
    if target == "/empty":
        return b"Status: 200 OK\r\nContent-Length: 0\r\n\r\n"
    if target.startswith("/missing"):
        return b"Status: 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    if target.startswith("/sendfile?"):
        return (b"Status: 200 OK\r\nContent-Type: text/plain\r\nETag: \"e\"\r\nX-Sendfile: " +
                params["QUERY_STRING"].encode() + b"\r\n\r\n")
    if target.startswith("/pieces?"):
        path = params["QUERY_STRING"]
        return (f"Status: 206 Partial Content\r\nContent-Type: text/plain\r\n"
                f"X-Sendfile2: {path} 2-5, {path} 0-1\r\n\r\n").encode()
    head = ("Status: 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n")
    return head.encode() + (b"" if params["REQUEST_METHOD"] == "HEAD" else text)


def serve(c):
    params, length, digest = b"", 0, hashlib.sha256()
    with c:
        try:
            while True:
                _, kind, request, n, padding, _ = struct.unpack(">BBHHBB", read(c, 8))
                data = read(c, n)
                read(c, padding)
                if kind == PARAMS:
                    params += data
                elif kind == STDIN:
                    length += n
                    digest.update(data)
                    if n == 0:
                        break
            out = answer(pairs(params), length, digest.hexdigest())
            for i in range(0, len(out), 60000):
                piece = out[i:i + 60000]
                c.sendall(struct.pack(">BBHHBB", 1, STDOUT, request, len(piece), 0, 0) + piece)
            c.sendall(struct.pack(">BBHHBB", 1, STDOUT, request, 0, 0, 0) +
                      struct.pack(">BBHHBBIB3x", 1, END, request, 8, 0, 0, 0, 0))
        except ConnectionError:
            pass


if sys.argv[1:] == ["--check"]:
    sys.exit(0)
listener = socket.socket(fileno=os.dup(0))
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
