#!/usr/bin/env python3
"""Provides the services that a Cyrus in a root directory of its own needs: a log, and password checks.

Usage: cyrus_helper.py ROOT PASSWORDS LOG

ROOT/dev/log receives log messages for the file LOG. ROOT/run/saslauthd/mux answers whether a password is right
according to the file PASSWORDS, which has a line for each user: NAME, TAB, PASSWORD.
"""

import os
import socket
import socketserver
import struct
import sys
import threading

root, passwords, log_path = sys.argv[1:]
os.chdir(root)  # a socket's path has to be short


class Question(socketserver.BaseRequestHandler):
    """Four strings, each with its length: user, password, service, realm."""

    def handle(self):
        stream = self.request.makefile("rb")
        words = [stream.read(struct.unpack("!H", stream.read(2))[0]) for _ in range(4)]
        with open(passwords, "rb") as lines:
            known = dict(line.rstrip(b"\n").split(b"\t") for line in lines)
        answer = b"OK" if known.get(words[0]) == words[1] else b"NO"
        self.request.sendall(struct.pack("!H", len(answer)) + answer)


def keep_log(listener):
    with open(log_path, "ab", buffering=0) as log:
        while True:
            log.write(listener.recv(65536).rstrip(b"\0\n") + b"\n")


def main():
    for path in ("dev/log", "run/saslauthd/mux"):
        if os.path.exists(path):
            os.unlink(path)
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind("dev/log")
    os.chmod("dev/log", 0o666)
    threading.Thread(target=keep_log, args=(log,), daemon=True).start()
    with socketserver.ThreadingUnixStreamServer("run/saslauthd/mux", Question) as server:
        os.chmod("run/saslauthd/mux", 0o666)
        server.serve_forever()


if __name__ == "__main__":
    main()
