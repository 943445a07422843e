"""Waits until a POP3 server on loopback is ready, for at most twenty seconds.

Usage: pop3_ready.py [--greeting TEXT] [--log LOG] [--file FILE]... PID PORT:tls|PORT:plain...

Exits with 0 when the server greets at each PORT, and with 1 if its process PID has ended before. Another server may
have the port. So the greeting has to be TEXT, or LOG has to name the port of the client that was greeted. Each FILE
has to exist first. Certificates are not verified.
"""

import argparse
import os
import socket
import ssl
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--greeting")
parser.add_argument("--log")
parser.add_argument("--file", action="append", default=[])
parser.add_argument("pid")
parser.add_argument("ports", nargs="+")
options = parser.parse_args()
tls = ssl.create_default_context()
tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE


def running():
    """Whether the server runs; a zombie does not."""
    try:
        with open(f"/proc/{options.pid}/stat", encoding="latin-1") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def expected(line):
    """Whether this is the greeting. With APOP, a timestamp follows it."""
    if options.greeting is None:
        return line.startswith(b"+OK")
    start = f"+OK {options.greeting}".encode()
    return line == start + b"\r\n" or line.startswith(start + b" <")


def greeted_at(port, kind):
    """The client's own port if it was greeted, or None."""
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as plain:
        with tls.wrap_socket(plain) if kind == "tls" else plain as stream:
            own = stream.getsockname()[1]
            greeted = expected(stream.makefile("rb").readline())
            stream.sendall(b"QUIT\r\n")
            return own if greeted else None


def logged(own):
    """Whether the log names the client's port."""
    if options.log is None:
        return True
    with open(options.log, errors="replace", encoding="utf-8") as lines:
        return any(str(own) in line for line in lines)


waiting = [port.split(":") for port in options.ports]
clients = []
deadline = time.monotonic() + 20
while running() and time.monotonic() < deadline:
    try:
        while waiting and all(map(os.path.exists, options.file)):
            client = greeted_at(*waiting[0])
            if not client:
                break
            clients.append(client)
            del waiting[0]
        if not waiting and all(map(logged, clients)):
            sys.exit(0)
    except OSError:
        pass
    time.sleep(0.02)
sys.exit(1)
