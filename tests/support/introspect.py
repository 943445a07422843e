#!/usr/bin/env python3
"""An OAuth 2 server that validates tokens (RFC 7662), for the end-to-end tests.

Usage: introspect.py --port-file FILE --tokens FILE

Listens on 127.0.0.1. A line of the tokens' FILE is "TOKEN USER"; any other token is not active.
"""

import argparse
import http.server
import json
import os
import pathlib
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, token):
        tokens = dict(line.split() for line in TOKENS.read_text().splitlines())
        said = {"active": True, "username": tokens[token]} if token in tokens else {"active": False}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.answer(urllib.parse.parse_qs(form).get("token", [""])[0])

    def log_message(self, *_):
        pass


parser = argparse.ArgumentParser()
parser.add_argument("--port-file", required=True)
parser.add_argument("--tokens", required=True)
options = parser.parse_args()
TOKENS = pathlib.Path(options.tokens)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
pathlib.Path(options.port_file + ".new").write_text(f"{server.server_address[1]}\n")
os.rename(options.port_file + ".new", options.port_file)
server.serve_forever()
