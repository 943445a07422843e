#!/usr/bin/env python3
"""A misbehaving POP3 server over implicit TLS, for the end-to-end tests.

Usage: hostile.py --cert-dir DIR --ports FILE DIRECTORY...

Each DIRECTORY is a maildrop with a port of its own. The last part of its name is the scenario of
hostile_scenarios.py (or of a scenarios_*.py) to play; text after an "@" only distinguishes directories. The server
creates in DIRECTORY

  mail/        the messages as sent, without dot-stuffing; QUIT removes those that DELE marked
  expect/      the same messages as a client has to store them, with LF as line end
  transcript   what clients sent, and how each connection began

Once a file DIRECTORY/healthy exists, new connections get an honest server. FILE is written when all ports are open,
with a line "PORT DIRECTORY" for each.
"""

import argparse
import os
import pathlib
import signal
import socket
import ssl
import threading

import scenarios_breaks  # pylint: disable=unused-import  # fills SCENARIOS
import scenarios_doubt  # pylint: disable=unused-import  # fills SCENARIOS
import scenarios_echo  # pylint: disable=unused-import  # fills SCENARIOS
import scenarios_evidence  # pylint: disable=unused-import  # fills SCENARIOS
import scenarios_sizes  # pylint: disable=unused-import  # fills SCENARIOS
import scenarios_logins  # pylint: disable=unused-import  # fills SCENARIOS
from hostile_scenarios import SCENARIOS
from hostile_session import Hangup, Session, Wire
import scenarios_forms  # noqa: F401  pylint: disable=unused-import


class Maildrop:
    """A directory, its scenario and its port."""

    def __init__(self, directory, scenario, context):
        self.directory, self.scenario, self.context = pathlib.Path(directory), scenario, context
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.fill()

    def fill(self):
        for part in ("mail", "expect"):
            (self.directory / part).mkdir(parents=True)
        for number, content in enumerate(self.scenario.mail(), 1):
            assert content == b"" or content.endswith(b"\r\n")
            (self.directory / "mail" / f"{number:04}").write_bytes(content)
            (self.directory / "expect" / f"{number:04}").write_bytes(content.replace(b"\r\n", b"\n"))

    def note(self, line):
        with self.lock, open(self.directory / "transcript", "ab") as file:
            file.write(line + b"\n")

    def serve(self, connection):
        healthy = (self.directory / "healthy").exists()
        self.note(b"* honest" if healthy else b"* hostile")
        try:
            with connection:
                Session(Wire(connection, self.context), self.directory, self.scenario, healthy).run(self.note)
        except (Hangup, OSError):  # also what ssl raises
            pass

    def listen(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cert-dir", required=True)
    parser.add_argument("--ports", required=True)
    parser.add_argument("directories", nargs="+")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(args.cert_dir, "server.pem"))
    ports = ""
    for directory in args.directories:
        scenario = SCENARIOS[os.path.basename(directory).split("@")[0]]
        maildrop = Maildrop(directory, scenario, context)
        ports += f"{maildrop.listener.getsockname()[1]} {directory}\n"
        threading.Thread(target=maildrop.listen, daemon=True).start()
    pathlib.Path(args.ports + ".new").write_text(ports, encoding="utf-8")
    os.rename(args.ports + ".new", args.ports)
    signal.pause()


if __name__ == "__main__":
    main()
