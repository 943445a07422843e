"""pop3.py PORT LINES:PACKET...: see lib.sh. The packet "*" sends nothing; LINES "." waits for a multi-line answer."""

import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20) as connection:
    stream = connection.makefile("rb")

    def take():
        line = stream.readline().rstrip(b"\r\n")
        print("S:", line.decode("utf-8", "replace"), flush=True)
        return line

    for step in sys.argv[2:]:
        lines, packet = step.split(":", 1)
        if packet != "*":
            for command in packet.split("\\n"):
                print("C:", command, flush=True)
            connection.sendall(packet.replace("\\n", "\r\n").encode() + b"\r\n")
        if lines == ".":
            if take().startswith(b"+OK"):
                while take() != b".":
                    pass
        else:
            for _ in range(int(lines)):
                take()
