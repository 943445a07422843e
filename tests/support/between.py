#!/usr/bin/env python3
"""Relays between a client and a server, with a separate TLS connection to each: the attack that channel binding
prevents.

Usage: between.py --cert PEM --port-file FILE SERVER-PORT
"""

import argparse
import os
import pathlib
import socket
import ssl
import threading


def pour(source, sink):
    try:
        while octets := source.recv(65536):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def serve(client):
    try:
        with FRONT.wrap_socket(client, server_side=True) as near, \
                BACK.wrap_socket(socket.create_connection(("127.0.0.1", options.server_port))) as far:
            there = threading.Thread(target=pour, args=(near, far), daemon=True)
            there.start()
            pour(far, near)
            there.join()
    except OSError:
        pass


parser = argparse.ArgumentParser()
parser.add_argument("--cert", required=True)
parser.add_argument("--port-file", required=True)
parser.add_argument("server_port", type=int)
options = parser.parse_args()
FRONT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
FRONT.load_cert_chain(options.cert)
BACK = ssl.create_default_context()
BACK.check_hostname, BACK.verify_mode = False, ssl.CERT_NONE
listener = socket.create_server(("127.0.0.1", 0))
pathlib.Path(options.port_file + ".new").write_text(f"{listener.getsockname()[1]}\n")
os.rename(options.port_file + ".new", options.port_file)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
