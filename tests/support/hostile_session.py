"""The engine of hostile.py: TLS that can be broken anywhere, and a POP3 session whose answers can be replaced."""

import os
import re
import socket
import ssl
import struct
import time


class Hangup(Exception):
    """The connection has ended."""


def hangup(wire, way):
    wire.close(way)
    raise Hangup


# A script may contain, besides octets and seconds to wait, these ways to end or abandon a connection.
def CUT(wire):
    """Closes the connection without TLS's end (close_notify)."""
    hangup(wire, "cut")


def CLOSE(wire):
    """Closes the connection as TLS requires."""
    hangup(wire, "close")


def RESET(wire):
    """Resets the connection."""
    hangup(wire, "reset")


def TORN(wire):
    """Closes the connection inside a TLS record."""
    record = wire.encrypt(b"x" * 1000)
    wire.socket.sendall(record[:len(record) // 2])
    hangup(wire, "cut")


def STALL(wire):
    """Sends nothing more, until the client leaves."""
    hangup(wire, "stall")


class Pieces:
    """Octets whose TLS records are sent in TCP segments of this size."""

    def __init__(self, octets, size):
        self.octets, self.size = octets, size

    def __call__(self, wire):
        record = wire.encrypt(self.octets)
        for start in range(0, len(record), self.size):
            wire.socket.sendall(record[start:start + self.size])
            time.sleep(0.0005)


class Wire:
    """TLS by hand, so that it can be broken anywhere."""

    def __init__(self, connection, context):
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(60)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.received = b""

    def pump(self, step):
        """Calls step until it needs nothing more from the client."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                result = None
            self.socket.sendall(self.outgoing.read())
            if result is not None:
                return result
            octets = self.socket.recv(65536)
            if not octets:
                raise Hangup
            self.incoming.write(octets)

    def handshake(self):
        self.pump(lambda: self.tls.do_handshake() or True)

    def encrypt(self, octets):
        """Returns the octets as TLS records: one for up to 16 KiB."""
        self.tls.write(octets)
        return self.outgoing.read()

    def send(self, octets):
        for start in range(0, len(octets), 16384):
            self.socket.sendall(self.encrypt(octets[start:start + 16384]))

    def receive(self):
        octets = self.pump(lambda: self.tls.read(65536))
        if not octets:
            raise Hangup
        self.received += octets

    def line(self):
        while b"\n" not in self.received:
            self.receive()
        line, self.received = self.received.split(b"\n", 1)
        return line.rstrip(b"\r")

    def lines_waiting(self):
        """Returns how many commands have arrived and are not read yet: those in flight."""
        self.socket.settimeout(0.05)
        try:
            while True:
                self.receive()
        except (TimeoutError, socket.timeout):
            pass
        self.socket.settimeout(60)
        return self.received.count(b"\n")

    def is_read(self):
        """Returns whether the client has read all that was sent to it (Linux)."""
        address, port = self.socket.getpeername()[:2]
        name = "%08X:%04X" % (struct.unpack("=I", socket.inet_aton(address))[0], port)
        with open("/proc/net/tcp", encoding="ascii") as sockets:
            return any(line.split()[1] == name and line.split()[4].endswith(":00000000") for line in list(sockets)[1:])

    def close(self, way):
        if way == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if way == "close":
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass
            self.socket.sendall(self.outgoing.read())
        if way != "stall":
            self.socket.shutdown(socket.SHUT_WR)
        while self.socket.recv(65536):  # with unread octets, closing would reset the connection
            pass


def stuff(content):
    """Returns a message as it is sent, with its terminator."""
    return re.sub(rb"(^|\r\n)\.", rb"\1..", content) + b".\r\n"


class Session:
    """An honest server, command by command. Answers that a scenario overrides come from the scenario."""

    def __init__(self, wire, directory, scenario, healthy):
        self.wire, self.directory, self.scenario = wire, directory, scenario
        self.overrides = {} if healthy else scenario.overrides
        self.names = sorted(os.listdir(directory / "mail"))
        self.deleted, self.calls, self.over = set(), {}, False

    # The maildrop; messages are numbered from 1.
    def numbers(self):
        return [n for n in range(1, len(self.names) + 1) if n not in self.deleted]

    def content(self, number):
        return (self.directory / "mail" / self.names[number - 1]).read_bytes()

    def size(self, number):
        return (self.directory / "mail" / self.names[number - 1]).stat().st_size

    def uid(self, number):
        return b"uid-" + self.names[number - 1].encode()

    def expunge(self):
        for number in self.deleted:
            (self.directory / "mail" / self.names[number - 1]).unlink()

    # Answers: each item they yield is sent as one TLS record.
    def do_greeting(self):
        yield b"+OK ready\r\n"

    def do_CAPA(self):
        lines = [b"USER", b"SASL PLAIN"]
        lines += [b"TOP"] if "TOP" not in self.scenario.lacks else []
        lines += [b"UIDL"] if "UIDL" not in self.scenario.lacks else []
        lines += [b"PIPELINING"] if "PIPELINING" not in self.scenario.lacks else []
        yield b"+OK\r\n" + b"".join(line + b"\r\n" for line in lines) + b".\r\n"

    def do_AUTH(self, *_):
        yield b"+OK logged in\r\n"

    def do_USER(self, *_):
        yield b"+OK\r\n"

    do_PASS = do_USER

    def do_STAT(self):
        yield b"+OK %d %d\r\n" % (len(self.numbers()), sum(self.size(n) for n in self.numbers()))

    def do_LIST(self):
        yield b"+OK\r\n" + b"".join(b"%d %d\r\n" % (n, self.size(n)) for n in self.numbers()) + b".\r\n"

    def do_UIDL(self):
        if "UIDL" in self.scenario.lacks:
            yield b"-ERR unknown command\r\n"
            return
        yield b"+OK\r\n" + b"".join(b"%d %s\r\n" % (n, self.uid(n)) for n in self.numbers()) + b".\r\n"

    def do_RETR(self, number):
        if number not in self.numbers():
            yield b"-ERR no such message\r\n"
        else:
            yield b"+OK %d octets\r\n" % self.size(number) + stuff(self.content(number))

    def do_TOP(self, number, _):
        if "TOP n" in self.scenario.lacks:
            yield b"-ERR unknown command\r\n"
        elif number not in self.numbers():
            yield b"-ERR no such message\r\n"
        else:
            header, blank, _ = self.content(number).partition(b"\r\n\r\n")
            yield b"+OK\r\n" + stuff(header + blank)

    def do_DELE(self, number):
        self.deleted.add(number)
        yield b"+OK\r\n"

    def do_NOOP(self):
        yield b"+OK\r\n"

    def do_QUIT(self):
        self.expunge()
        self.over = True
        yield b"+OK bye\r\n"

    def honest(self, keyword, *arguments):
        return getattr(self, "do_" + keyword)(*arguments)

    def one_of(self, keyword, number):
        """Answers LIST or UIDL for one message: with its line of the listing, whatever that is in this scenario."""
        if keyword + " n" in self.scenario.lacks:
            return [b"-ERR no arguments here\r\n"]
        script = self.overrides.get(keyword)
        if script is None or callable(script):
            script = self.honest(keyword)
        for line in b"".join(piece for piece in script if isinstance(piece, bytes)).split(b"\r\n"):
            if line.split(b" ")[0] == b"%d" % number:
                return [b"+OK " + line + b"\r\n"]
        return [b"-ERR no such message\r\n"]

    def answer(self, keyword, *arguments):
        if keyword in ("LIST", "UIDL") and arguments:
            script = self.overrides.get(keyword + "_n")
            return script(self, *arguments) if script else self.one_of(keyword, arguments[0])
        self.calls[keyword] = self.calls.get(keyword, 0) + 1
        if not hasattr(self, "do_" + keyword):
            return self.overrides.get("other", [b"-ERR unknown command\r\n"])
        script = self.overrides.get(keyword)
        if script is None:
            return self.honest(keyword, *arguments)
        return script(self, *arguments) if callable(script) else script

    def play(self, script):
        for action in script:
            if isinstance(action, bytes):
                self.wire.send(action)
            elif isinstance(action, (int, float)):
                time.sleep(action)
            else:
                action(self.wire)

    def run(self, note):
        self.play(self.overrides.get("accept", ()))
        self.wire.handshake()
        self.play(self.answer("greeting"))
        while not self.over:
            line = self.wire.line()
            note(line)
            keyword, *words = line.decode("latin-1").split(" ")
            self.play(self.answer(keyword.upper(), *(int(w) if w.isdigit() else w for w in words)))
        self.wire.close("close")


class Scenario:
    """The content of the maildrop, the capabilities that the server lacks, and the answers that are not honest."""

    def __init__(self, mail, lacks=(), **overrides):
        self.mail, self.lacks, self.overrides = mail, lacks, overrides
