#!/usr/bin/env python3
"""Sends given POP3S commands, and prints the server's answers.

Usage: pop3_talk.py HOST PORT CA_FILE LINES:PACKET...

Each PACKET is sent in one piece, followed by CRLF. "\\n" in it becomes CRLF, so that a packet can contain several
commands. After each packet LINES lines of the answer are read. At the end the connection is read until the server
closes it or, if the last PACKET is "close", closed at once. For an empty PACKET nothing is sent, and lines are
read. "hold FILE" creates FILE, and waits until FILE.go exists or the test has ended.
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
                pass  # the server closed it in another way


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
