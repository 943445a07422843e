"""Plays a story: runs the program for each session, and checks the mail at the end."""

import collections
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from maildrop import Maildrop, Message
from places import Maildir, Mbox

LIBRARY = next((str(p) for p in sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def forget_clocks():
    """Removes what libfaketime shares in /dev/shm and a killed program leaves there; a later process with the same
    PID could not start.
    """
    for path in pathlib.Path("/dev/shm").glob("*faketime_s*_*"):
        number = path.name.rsplit("_", 1)[1]
        if number.isdigit() and not os.path.exists(f"/proc/{number}"):
            path.unlink(missing_ok=True)



def compose(message):
    """Makes the octets of a message in a story."""
    name = message.get("twin", message["name"])
    head = (f"Received: from mx by mail.example.org with ESMTP id Q{name}; Mon, 2 Nov 2026 10:00:00 +0000\r\n"
            f"Message-ID: <{name}@example.org>\r\nFrom: cron@example.org\r\nSubject: {message['kind']}\r\n\r\n").encode()
    lines = [b"the job has ended", b".a line with a dot", b"From here on it is quoted", b">From there too", b""]
    body, number = b"", 0
    while len(head) + len(body) < message["size"] - 80:
        body += lines[number % len(lines)] + b"\r\n"
        number += 1
    return head + body + b"x" * max(0, message["size"] - 2 - len(head) - len(body)) + b"\r\n"


class Play:
    """A story in a directory of its own."""

    def __init__(self, story, options, directory):
        self.story, self.options, self.directory = story, options, pathlib.Path(directory)
        self.place = (Maildir if story["place"] == "maildir" else Mbox)(self.directory)
        self.maildrop = Maildrop(options.context)
        self.maildrop.count_here = self.count_here
        self.ever, self.discarded = collections.Counter(), collections.Counter()
        self.names, self.uids, self.log, self.wrong = {}, {}, [], []
        self.generation = self.days = 0
        self.unsettled = False  # killed, and no run has finished since

    # The acts between two sessions.
    def arrive(self, message):
        content = compose(message)
        uid = f"g{self.generation}-{message['name']}"
        if "reuse" in message:
            old = self.uids[message["reuse"]] if message["reuse"] in self.maildrop.taken else uid
            uid = old if old not in {m.uid for m in self.maildrop.messages} else uid
        made = Message(message["name"], content, uid)
        self.uids[message["name"]] = uid
        self.names.setdefault(made.stored(), message["name"])
        self.ever[made.stored()] += 1
        self.maildrop.messages.append(made)

    def renumber(self):
        self.generation += 1
        for message in self.maildrop.messages:
            message.uid = self.uids[message.name] = f"g{self.generation}-{message.name}"

    def expunge(self, name):
        for message in list(self.maildrop.messages):
            if message.name == name:
                self.maildrop.messages.remove(message)

    def discard(self, name):
        contents = [c for c, n in self.names.items() if n == name]
        if not self.unsettled and contents and self.place.discard(contents[0]):
            self.discarded[contents[0]] += 1

    def act(self, act):
        kind = act["act"]
        if kind == "arrive":
            self.arrive(act["message"])
        elif kind == "renumber":
            self.renumber()
        elif kind == "expunge":
            self.expunge(act["name"])
        elif kind == "read":
            self.place.read(act["flags"])
        elif kind == "discard":
            self.discard(act["name"])

    def count_here(self, content):
        return self.place.contents().count(content) + self.discarded[content]

    # A run of the program.
    def configure(self, seconds):
        (self.directory / "mailhaul.conf").write_text(
            f'state_dir = "state"\naccount "a" {{\n  server = "localhost"\n  port = {self.maildrop.port}\n'
            f'  tls_ca_file = "{self.options.certificates}/ca.pem"\n  user = "me"\n  password = "secret"\n'
            f"  timeout = {seconds}s\n  connect_timeout = 20s\n  leave_on_server = {self.story['leave']}\n"
            f'  deliver_to = "{self.place.line}"\n}}\n', encoding="utf-8")
        (self.directory / "mailhaul.conf").chmod(0o600)

    def command(self, faults):
        command = [self.options.program, "-c", "mailhaul.conf", "-vv" if self.options.verbose else "-v"]
        for f in faults:
            if f["kind"] == "kill" and "call" in f and shutil.which("strace"):
                return ["strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={f['call']}",
                        "-e", f"inject={f['call']}:signal=KILL:when={f['n']}"] + command
        return command

    def environment(self):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LC_ALL": "C",
                       "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
        if self.days:
            environment.update(LD_PRELOAD=LIBRARY, FAKETIME=f"+{self.days}d", NO_FAKE_STAT="1",
                               FAKETIME_DONT_FAKE_MONOTONIC="1")
        return environment

    def run(self, faults, seconds):
        self.configure(seconds)
        with open(self.directory / "out", "wb") as out:
            with subprocess.Popen(self.command(faults), cwd=self.directory, env=self.environment(), stdout=out,
                                  stdin=subprocess.DEVNULL, stderr=out, start_new_session=True) as process:
                with self.maildrop.lock:
                    self.maildrop.program = process
                try:
                    status = process.wait(90)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    self.wrong.append("a run did not end within 90 seconds")
                    status = process.wait()
                with self.maildrop.lock:
                    self.maildrop.program = None
        text = (self.directory / "out").read_text(encoding="utf-8", errors="replace")
        forget_clocks()
        if "Sanitizer" in text or (status in (70, -6, -11) and not any(f["kind"] == "kill" for f in faults)):
            self.wrong.append(f"the program crashed, exit status {status}")
        return status, text

    def session(self, number, session):
        for act in session["before"]:
            self.act(act)
        if self.story["leave"].endswith("d") and LIBRARY:
            self.days += session.get("days", 0)
        self.maildrop.behave(session["server"], session["faults"], number)
        last = number == len(self.story["sessions"])
        status, text = self.run(session["faults"], 30 if last else 1)
        self.unsettled = status != 0 and (self.unsettled or any(f["kind"] == "kill" for f in session["faults"]))
        self.log.append((number, status, text, list(self.maildrop.transcript)))
        return status

    def play(self):
        for message in self.story["mail"]:
            self.arrive(message)
        status = 0
        for number, session in enumerate(self.story["sessions"]):
            status = self.session(number, session)
        honest = {"before": self.story["last"], "server": {}, "faults": []}
        status = self.session(len(self.story["sessions"]), honest)
        self.judge(status)
        self.maildrop.close()

    def judge(self, status):
        here = collections.Counter(self.place.contents())
        if status != 0:
            self.wrong.append(f"the last session failed with exit status {status}")
        for name in self.maildrop.early:
            self.wrong.append(f"message {name} was deleted from the server before it was at the destination")
        for content, count in here.items():
            if content not in self.ever:
                self.wrong.append(f"{count} at the destination never were on the server ({len(content)} bytes)")
        for content, count in self.ever.items():
            found = here[content] + self.discarded[content]
            if found > count:
                self.wrong.append(f"message {self.names[content]} came {found} times instead of {count}")
            elif found < count - self.others(content):
                self.wrong.append(f"message {self.names[content]} came {found} times instead of {count}")
        if self.place.unfinished():
            self.wrong.append(f"{self.place.unfinished()} files are left in tmp/")

    def others(self, content):
        """Returns how many of these messages other clients removed from the server."""
        on_server = sum(m.stored() == content for m in self.maildrop.messages)
        return max(0, self.ever[content] - on_server - self.maildrop.gone.get(content, 0))


def play(story, options):
    """Returns the problems at the end, in words, and the sessions as (number, exit status, output, transcript)."""
    directory = tempfile.mkdtemp(prefix="mailhaul-story.", dir=options.work)
    try:
        it = Play(story, options, directory)
        it.play()
        return it.wrong, it.log
    finally:
        shutil.rmtree(directory, ignore_errors=True)
