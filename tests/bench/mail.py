"""The benchmark's mail: the same bytes on every machine, and fast to make.

Files for Dovecot have wire format (CRLF, without dot-stuffing): a server that converts nothing is faster, and the
reference limit is tighter. Delivered messages have LF, as do Courier's files.
"""

import base64
import dataclasses
import hashlib
import math
import random
import statistics

WORDS = ("the a of to and in backup report server invoice meeting tomorrow attached please find quarterly figures "
         "delivery status regarding your order number thanks kind maildrop schedule").split()
BLOCK_LINES = 20000
TEXT_MOST = 64 * 1024  # larger messages are attachments


@dataclasses.dataclass(frozen=True)
class Message:
    """A message that a contender has to deliver."""
    whole: bytes   # digest of the complete message, with LF
    body: bytes    # digest of the text after the header, without newlines at its end
    octets: int    # as sent, without dot-stuffing


class Block:
    """Lines for bodies, as one text."""

    def __init__(self, lines):
        self.lf = b"".join(lines)
        self.begins = [0]
        for line in lines[:-1]:
            self.begins.append(self.begins[-1] + len(line))

    def cut(self, rng, octets):
        """Yields about 'octets' octets as chunks of complete lines, beginning at a random line."""
        begin = rng.choice(self.begins)
        while octets > 0:
            chunk = self.lf[begin:begin + octets]
            if not chunk.endswith(b"\n"):
                chunk = chunk[:-1] + b"\n"
            yield chunk
            octets -= len(chunk)
            begin = 0


def text_line(rng):
    """Makes a line of words. Some begin so that they have to be dot-stuffed, or quoted in an mbox."""
    line = {0: ".", 1: "..dot ", 2: "From the start "}.get(rng.randrange(300), "")
    while len(line) < 64:
        line += rng.choice(WORDS) + " "
    return line.rstrip().encode() + b"\n"


def make_blocks():
    """Makes a block of text and a block of attachments."""
    rng = random.Random("blocks")
    data = base64.encodebytes(rng.randbytes(57 * BLOCK_LINES))
    return Block([text_line(rng) for _ in range(BLOCK_LINES)]), Block(data.splitlines(keepends=True))


def header(rng, number, name):
    person = f"user{rng.randrange(500)}@example.org"
    return (f"Return-Path: <{person}>\n"
            f"Received: from mx.example.net (mx.example.net [192.0.2.{rng.randrange(1, 255)}])\n"
            f"\tby mail.example.org with ESMTPS id {rng.getrandbits(48):012x}; Tue, 14 Nov 2023 22:13:20 +0000\n"
            f"Date: Tue, 14 Nov 2023 22:13:20 +0000\nFrom: Some One <{person}>\nTo: test@localhost\n"
            f"Subject: {rng.choice(WORDS)} {rng.choice(WORDS)} {number}\n"
            f"Message-ID: <{number}.{rng.getrandbits(64):016x}@{name}.example.org>\n\n").encode()


class Digests:
    """Both digests of a message, computed from its pieces with LF."""

    def __init__(self):
        self.whole, self.body, self.held = hashlib.sha256(), hashlib.sha256(), b""

    def add_header(self, data):
        self.whole.update(data)

    def add_body(self, data):
        self.whole.update(data)
        stripped = data.rstrip(b"\n")
        if stripped:
            self.body.update(self.held + stripped)
            self.held = b""
        self.held += data[len(stripped):]


def make(directory, sizes, blocks, end=b"\r\n", raw=None):
    """Fills a new directory with a message of each size (octets with LF); returns a list of Message. 'end' is the
    line end of the files; 'raw' is the number of a message whose header has characters outside ASCII.
    """
    directory.mkdir(parents=True)
    text, attachment = blocks
    messages = []
    for number, size in enumerate(sizes):
        rng = random.Random(f"{directory.name}:{number}:{size}")
        first = header(rng, number, directory.name)
        if number == raw:
            first = first.replace(b"Subject: ", "Subject: Grüße, ".encode())
        digests = Digests()
        digests.add_header(first)
        octets = 0
        block = text if size <= TEXT_MOST else attachment
        with open(directory / f"{number:06}", "wb") as file:
            file.write(first.replace(b"\n", end))
            octets += len(first) + first.count(b"\n")
            for chunk in block.cut(rng, max(size - len(first), 2)):
                digests.add_body(chunk)
                file.write(chunk.replace(b"\n", end))
                octets += len(chunk) + chunk.count(b"\n")
        messages.append(Message(digests.whole.digest(), digests.body.digest(), octets))
    return messages


def log_normal(count, least, most, total, sigma=1.8):
    """Returns 'count' sizes between two bounds, whose sum is 'total' except for rounding."""
    rng = random.Random("sizes")
    shape = [math.exp(sigma * rng.gauss(0, 1)) for _ in range(count)]

    def sizes(median):
        return [int(min(max(median * each, least), most)) for each in shape]

    low, high = 1.0, float(most)
    for _ in range(60):
        median = statistics.fmean((low, high))
        low, high = (median, high) if sum(sizes(median)) < total else (low, median)
    return sizes(low)
