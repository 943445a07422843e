#!/usr/bin/env python3
"""Speaks POP3S word for word, and prints what the server says.

Usage: pop3_talk.py HOST PORT CA_FILE LINES:PACKET...

Each PACKET is sent as it is, in one piece, and CRLF after it; "\\n" in it is CRLF, too, so that several commands can be
in one packet. After it as many LINES of the answer are awaited. In the end the connection is read until
the server closes it, or, where the last PACKET is "close", dropped at once. A PACKET that is empty is not sent: lines
are awaited. "hold FILE" makes FILE, and waits until FILE.go is there or the test
has ended.
"""

import os
import socket
import ssl
import sys
import time


def main():
    host, port, ca_file = sys.argv[1:4]
    context = ssl.create_default_context(cafile=ca_file or None)
    with socket.create_connection((host, int(port)), timeout=30) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain, server_hostname=host) as connection:
            stream = connection.makefile("rb")
            for step in sys.argv[4:]:
                lines, packet = step.split(":", 1)
                if packet == "close":
                    return
                if packet.startswith("hold "):
                    hold(packet[5:])
                elif packet:
                    connection.sendall(packet.replace("\\n", "\r\n").encode() + b"\r\n")
                for _ in range(int(lines)):
                    line = stream.readline()
                    if not line:
                        sys.exit(f"the server closed the connection after {packet!r}")
                    show(line)
            try:
                for line in stream:
                    show(line)
            except (ConnectionError, ssl.SSLError):
                pass  # the server closed it in its own way


def hold(path):
    with open(path, "w") as file:
        file.write("held")
    parent = os.getppid()
    while not os.path.exists(path + ".go") and os.getppid() == parent:
        time.sleep(0.02)


def show(line):
    sys.stdout.buffer.write(line.rstrip(b"\r\n") + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
