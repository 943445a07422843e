#!/usr/bin/env python3
"""Retrieves all messages of a POP3S maildrop, byte for byte, and deletes none.

Usage: POP3_PASSWORD=... pop3_dump.py HOST PORT CA_FILE USER DIRECTORY

Each message is written to DIRECTORY/UID (with % escapes if a UID is not a valid file name), with dot-stuffing
undone and each CRLF turned into LF; any other byte, including a lone CR or LF, is unchanged. If CA_FILE is empty,
the certificate is not checked. Python's poplib cannot be used: it cuts lines at 2,048 bytes, and does not
distinguish lines that end with CRLF from lines that end with LF.
"""

import os
import socket
import ssl
import sys
import urllib.parse


class Pop3:
    def __init__(self, host, port, ca_file):
        context = ssl.create_default_context(cafile=ca_file or None)
        if not ca_file:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection((host, port), timeout=60)
        self.socket = context.wrap_socket(plain, server_hostname=host)
        self.stream = self.socket.makefile("rb", buffering=1 << 18)
        self.status("greeting")

    def status(self, step):
        line = self.stream.readline()
        if not (line.startswith(b"+OK") and line.endswith(b"\r\n")):
            sys.exit(f"pop3_dump.py: {step}: {line!r}")

    def command(self, line):
        # A server that answers in two parts may delay the second until the first is acknowledged.
        self.socket.sendall(line.encode() + b"\r\n")
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self.status(line.split(" ", 1)[0])
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def lines(self, command):
        """Yields the lines of a multi-line reply, each with its end, dot-stuffing undone."""
        self.command(command)
        at_start = True  # only CRLF ends a line
        while True:
            line = self.stream.readline()
            if not line.endswith(b"\n"):
                sys.exit(f"pop3_dump.py: {command}: the connection ended inside the reply")
            if at_start and line == b".\r\n":
                return
            if at_start and line.startswith(b"."):
                line = line[1:]
            at_start = line.endswith(b"\r\n")
            yield line


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    host, port, ca_file, user, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    server = Pop3(host, int(port), ca_file)
    server.command(f"USER {user}")
    server.command(f"PASS {os.environ['POP3_PASSWORD']}")
    listing = [line.split() for line in server.lines("UIDL")]
    for number, uid in listing:
        name = urllib.parse.quote(uid, safe="")
        with open(os.path.join(directory, name.replace(".", "%2E")), "xb") as out:
            for line in server.lines(f"RETR {number.decode()}"):
                out.write(line[:-2] + b"\n" if line.endswith(b"\r\n") else line)
    server.command("QUIT")


if __name__ == "__main__":
    main()
