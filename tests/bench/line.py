"""The slow link: puts a round trip of 50 ms between contenders and their server.

With two network namespaces and a tun device in each, TCP's handshake and slow start are real. That needs root.
Without root a relay on loopback delays the data; then connecting takes no time, and TCP never waits for a packet.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROUND_TRIP = 0.050
# Documentation addresses (RFC 5737), in namespaces with nothing else in them.
SERVER, CLIENT = "192.0.2.1", "192.0.2.2"


def run(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)


class Namespaces:
    """The networks of the server and of the contenders, connected by the program 'delay'."""
    title = "tun devices in network namespaces"
    listen = f"127.0.0.1, {SERVER}"

    def __init__(self, directory, program):
        self.processes = []
        try:
            server, client = self.space(), self.space()
            self.server_prefix = ["nsenter", "-t", str(server), "-n"]
            self.client_prefix = ["nsenter", "-t", str(client), "-n", "-m"]
            line = subprocess.Popen(
                [program, str(int(ROUND_TRIP / 2 * 1e6)), f"/proc/{server}/ns/net", SERVER, f"/proc/{client}/ns/net",
                 CLIENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.processes.append(line)
            if line.stdout.readline() != "ok\n":
                raise OSError(line.stderr.read().strip())
            self.name_server(directory)
            # A contender must not benefit from what the kernel learned about the link from the previous one.
            for prefix in (self.server_prefix, self.client_prefix):
                run(*prefix, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save")
        except BaseException:
            self.stop()
            raise

    def space(self):
        """Starts a process that keeps a namespace alive; returns its PID when it is running there."""
        process = subprocess.Popen(
            ["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", "echo ok; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        if process.stdout.readline() != "ok\n":
            raise OSError(process.stderr.read().strip())
        return process.pid

    def name_server(self, directory):
        """Makes "localhost", the name in the certificate, resolve to the server at the other end."""
        hosts = directory / "hosts"
        hosts.write_text(f"{SERVER} localhost\n")
        hosts.chmod(0o644)
        run(*self.client_prefix, "mount", "--bind", hosts, "/etc/hosts")

    def port(self, server):
        return server.port

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


class Relay:
    """The link without privileges."""
    title = "a delaying relay on loopback, because namespaces or tun devices are not permitted"
    listen = ""
    server_prefix = client_prefix = ()

    def __init__(self):
        self.processes = []

    def port(self, server):
        process = subprocess.Popen(
            [sys.executable, str(HERE / "relay.py"), server.port, str(ROUND_TRIP / 2)], stdout=subprocess.PIPE,
            text=True)
        self.processes.append(process)
        return process.stdout.readline().strip()

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()


def open_line(directory, program):
    """Returns the link, preferably with namespaces, and the reason if it is only a relay."""
    if os.geteuid() == 0:
        try:
            return Namespaces(directory, program), ""
        except (OSError, subprocess.CalledProcessError) as reason:
            return Relay(), str(getattr(reason, "stderr", None) or reason).strip()
    return Relay(), "not root"


def round_trip(prefix, host, port):
    """Returns the milliseconds that a TCP connection takes: the median of several."""
    script = ("import socket, sys, time; begin = time.monotonic(); "
              "socket.create_connection((sys.argv[1], int(sys.argv[2]))); print(time.monotonic() - begin)")
    times = [float(subprocess.run([*prefix, sys.executable, "-c", script, host, port], check=True, capture_output=True,
                                  text=True).stdout) for _ in range(5)]
    time.sleep(3 * ROUND_TRIP)
    return statistics.median(times) * 1000
