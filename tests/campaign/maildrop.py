"""The server of a story: a maildrop in memory, and a session that misbehaves as the story says."""

import os
import signal
import socket
import threading

from hostile_session import CLOSE, CUT, RESET, STALL, TORN, Hangup, Scenario, Session, Wire, stuff

WAYS = {"cut": CUT, "close": CLOSE, "reset": RESET, "torn": TORN, "stall": STALL}
HONEST = {"pipelining": True, "uidl": True, "top": True, "uidl n": True, "sizes": "right", "number": True}


class Message:
    """A message on the server. `content` is sent, without dot-stuffing."""

    def __init__(self, name, content, uid):
        self.name, self.content, self.uid = name, content, uid

    def stored(self):
        return self.content.replace(b"\r\n", b"\n")


def told_size(octets, way, salt):
    """Returns the size that a server gives for a message. `salt` differs in each session."""
    return {
        "right": octets,
        "lf": octets - octets // 40,
        "rounded": (octets + 1023) // 1024 * 1024,
        "zero": 0,
        "third": octets // 3,
        "threefold": octets * 3,
        "varying": octets + salt * 7,
    }[way]


class Maildrop:
    """The messages on the server, who removed which, and the behavior of the next sessions."""

    def __init__(self, context):
        self.context = context
        self.lock = threading.Lock()
        self.messages = []
        self.gone = {}        # content -> number of copies deleted by the client
        self.taken = set()    # names of messages deleted by the client
        self.early = []       # names of messages that were deleted before they were at the destination
        self.transcript = []
        self.character, self.faults, self.salt = dict(HONEST), [], 0
        self.connections, self.program, self.count_here = 0, None, None
        self.killed = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def behave(self, character, faults, salt):
        with self.lock:
            self.character, self.faults, self.salt = {**HONEST, **character}, faults, salt
            self.connections, self.killed, self.transcript = 0, False, []

    def listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with self.lock:
            self.connections += 1
            faults = [f for f in self.faults if self.connections == 1 or not f.get("once")]
            session = Liar(Wire(connection, self.context), self, faults)
        self.note("* connection")
        try:
            with connection:
                session.run(lambda line: self.note(line.decode("latin-1")))
        except (Hangup, OSError):  # also what ssl raises
            pass

    def note(self, line):
        with self.lock:
            self.transcript.append(line)

    def kill(self):
        """Kills the program with all its processes before it receives another octet."""
        with self.lock:
            process, self.killed = self.program, True
        if process:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        raise Hangup

    def remove(self, messages):
        """Carries out DELE: each of the messages has to be at the destination by now."""
        with self.lock:
            for message in messages:
                if message not in self.messages:
                    continue
                self.messages.remove(message)
                self.taken.add(message.name)
                stored = message.stored()
                self.gone[stored] = self.gone.get(stored, 0) + 1
                if self.count_here(stored) < self.gone[stored]:
                    self.early.append(message.name)

    def close(self):
        self.listener.close()


class Liar(Session):
    """A connection. Its faults come from the story; otherwise it answers as an honest server."""

    def __init__(self, wire, maildrop, faults):
        character = maildrop.character
        lacks = [what for what, key in (("PIPELINING", "pipelining"), ("UIDL", "uidl"), ("UIDL n", "uidl n"))
                 if not character[key]]
        self.wire, self.overrides, self.scenario = wire, {}, Scenario(None, lacks)
        self.deleted, self.calls, self.over = set(), {}, False
        self.maildrop, self.faults, self.character = maildrop, faults, character
        self.mail = list(maildrop.messages)
        short = self.fault("short")
        if short:
            self.mail = self.mail[:short["n"]]
        if self.fault("empty"):
            self.mail = []
        self.counts, self.sent, self.held = {}, 0, b""
        self.skipped = 0

    def fault(self, kind, **more):
        for f in self.faults:
            if f["kind"] == kind and all(f.get(key) in (value, 0) for key, value in more.items()):
                return f
        return None

    def swaps(self, keyword, n):
        return any(f["kind"] == "swap" and f.get("keyword", "RETR") == keyword and f["n"] in (n, 0) for f in self.faults)

    # The maildrop as this session shows it.
    def numbers(self):
        return [n for n in range(1, len(self.mail) + 1) if n not in self.deleted]

    def content(self, number):
        return self.mail[number - 1].content

    def size(self, number):
        return told_size(len(self.content(number)), self.character["sizes"], self.maildrop.salt)

    def uid(self, number):
        return self.mail[number - 1].uid.encode()

    def expunge(self):
        self.maildrop.remove([self.mail[n - 1] for n in sorted(self.deleted)])
        self.deleted = set()

    # Answers.
    def do_CAPA(self):
        for piece in Session.do_CAPA(self):
            yield piece.replace(b"TOP\r\n", b"") if not self.character["top"] else piece

    def do_STAT(self):
        yield b"+OK %d %d\r\n" % (len(self.numbers()), sum(self.size(n) for n in self.numbers()))

    def do_TOP(self, number, lines):
        if not self.character["top"]:
            yield b"-ERR unknown command\r\n"
        elif number not in self.numbers():
            yield b"-ERR no such message\r\n"
        else:
            header, _, body = self.content(number).partition(b"\r\n\r\n")
            wanted = b"".join(line + b"\r\n" for line in body.split(b"\r\n")[:-1][:lines])
            yield b"+OK\r\n" + stuff(header + b"\r\n\r\n" + wanted)

    def do_RETR(self, number):
        vanish = self.fault("vanish", n=self.counts.get("RETR"))
        if vanish and number in self.numbers():
            with self.maildrop.lock:
                message = self.mail[number - 1]
                if message in self.maildrop.messages:
                    self.maildrop.messages.remove(message)
            yield b"-ERR message is gone\r\n"
        elif number not in self.numbers() or self.mail[number - 1] not in self.maildrop.messages:
            yield b"-ERR no such message\r\n"
        elif self.character["number"]:
            yield b"+OK %d octets\r\n" % self.size(number) + stuff(self.content(number))
        else:
            yield b"+OK here it is\r\n" + stuff(self.content(number))

    def do_DELE(self, number):
        if number not in self.numbers():
            yield b"-ERR no such message\r\n"
            return
        self.deleted.add(number)
        if self.fault("eager"):
            self.maildrop.remove([self.mail[number - 1]])
        yield b"+OK\r\n"

    def do_QUIT(self):
        quits = self.fault("quit")
        if not quits:
            yield from Session.do_QUIT(self)
            return
        if quits["how"] == "unanswered":
            self.expunge()
        yield WAYS[quits["way"]]

    # Faults that concern complete answers.
    def next_command(self):
        """Returns the command after this one, if the client pipelines: its name, arguments and line."""
        if self.wire.lines_waiting() == 0:
            return None
        line = self.wire.received.split(b"\n", 1)[0].rstrip(b"\r")
        keyword, *words = line.decode("latin-1").split(" ")
        return keyword.upper(), [int(w) if w.isdigit() else w for w in words]

    def octets(self, script):
        return b"".join(piece for piece in script if isinstance(piece, bytes))

    def take_next(self):
        self.maildrop.note(self.wire.line().decode("latin-1"))

    def swapped(self, keyword, script):
        following = self.next_command()
        if not following or following[0] != keyword:
            return script
        self.take_next()
        self.counts[keyword] += 1
        return [self.octets(self.honest(keyword, *following[1])), self.octets(script)]

    def with_inside(self, script):
        """Puts the answer to the next command into this message, before its end."""
        following = self.next_command()
        if not following or following[0] == "QUIT":
            return script
        self.take_next()
        octets, inner = self.octets(script), self.octets(Session.answer(self, following[0], *following[1]))
        if not octets.endswith(b"\r\n.\r\n"):
            return [octets, inner]
        return [octets[:-3] + inner + b".\r\n"]

    def answer(self, keyword, *arguments):
        name = keyword + " n" if keyword in ("UIDL", "LIST") and arguments else keyword
        self.counts[name] = n = self.counts.get(name, 0) + 1
        if self.fault("kill", keyword=name, n=n) and not self.maildrop.killed:
            self.maildrop.kill()
        if self.fault("drop", keyword=name, n=n):
            return []
        if self.fault("refuse", keyword=name, n=n):
            return [b"-ERR not now\r\n"]
        script = Session.answer(self, keyword, *arguments)
        if keyword in ("RETR", "TOP") and self.swaps(keyword, n):
            return self.swapped(keyword, script)
        if keyword == "RETR" and self.fault("inside", n=n):
            return self.with_inside(script)
        if self.fault("extra", keyword=name, n=n):
            return [*script, b"+OK\r\n"]
        return script

    def play(self, script):
        limits = [f for f in self.faults if f["kind"] in ("cut", "kill") and f.get("octets") is not None]
        for action in script:
            for f in limits:
                if isinstance(action, bytes) and self.sent + len(action) > f["octets"]:
                    self.wire.send(action[:max(0, f["octets"] - self.sent)])
                    if f["kind"] == "cut":
                        WAYS[f["way"]](self.wire)
                    if not self.maildrop.killed:
                        self.maildrop.kill()
            self.sent += len(action) if isinstance(action, bytes) else 0
            Session.play(self, [action])
