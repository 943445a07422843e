#!/usr/bin/env python3
"""Compares delivered mail with the expected mail, byte for byte.

Usage: compare.py [--crlf] maildir DIR EXPECTED_DIRECTORY
       compare.py [--crlf] mbox FILE EXPECTED_DIRECTORY

Each file of EXPECTED_DIRECTORY is a message with LF line endings, as pop3_dump.py writes it. It has to be delivered
exactly once, in any order. --crlf: delivered with line_endings = crlf, so each LF is a CRLF there. Two readers have
to agree: the raw bytes, and Python's mailbox module. Exits with 0 and no output if all is well, with 1 after
printing the differences, and with 2 if something cannot be read.
"""

import argparse
import collections
import hashlib
import mailbox
import os
import re
import sys


class Message(collections.namedtuple("Message", "name load")):
    """A message whose load() returns the bytes, so that a large mailbox is not kept in memory."""

    def digest(self):
        return hashlib.sha256(self.load()).digest()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def expected_messages(directory, crlf):
    def load(path):
        return read(path).replace(b"\n", b"\r\n") if crlf else read(path)

    return [Message(name, lambda path=os.path.join(directory, name): load(path))
            for name in sorted(os.listdir(directory))]


def maildir_messages(directory, problems):
    """Reads a Maildir. Also checks the sizes in the names, the three directories, and Python's view."""
    if os.listdir(os.path.join(directory, "tmp")):
        problems.append(f"tmp/ is not empty: {sorted(os.listdir(os.path.join(directory, 'tmp')))[:3]}")
    found, by_key = [], {}
    for sub in ("new", "cur"):
        for name in sorted(os.listdir(os.path.join(directory, sub))):
            path = os.path.join(directory, sub, name)
            found.append(Message(f"{sub}/{name}", lambda path=path: read(path)))
            by_key[name.partition(":")[0]] = path
            check_sizes(f"{sub}/{name}", read(path), problems)
    box = mailbox.Maildir(directory, factory=None, create=False)
    if len(box) != len(found):
        problems.append(f"Python's mailbox counts {len(box)} messages, the directories hold {len(found)}")
    for key in box.keys():
        if key not in by_key or box.get_bytes(key) != read(by_key[key]):
            problems.append(f"Python's mailbox reads something else: {key}")
    return found


def check_sizes(name, content, problems):
    """Checks the sizes in a name: ,S= is the size; ,W= is the size with each LF as CRLF, as Dovecot reads them."""
    wire = len(content) + content.count(b"\n") - content.count(b"\r\n")
    for letter, size in (("S", len(content)), ("W", wire)):
        given = re.findall(f",{letter}=(\\d+)(?=[,:]|$)", name)
        if given != [str(size)]:
            problems.append(f"{name}: ,{letter}= should be {size} and is {' and '.join(given) or 'missing'}")


def mbox_messages(path, problems):
    """Reads an mbox by the rules of mboxrd. Also checks the separators and Python's view."""
    spans, last, position = [], b"\n", 0  # (start of the content, its end)
    with open(path, "rb") as file:
        for line in file:
            if line.startswith(b"From "):
                if last in (b"\n", b"\r\n"):
                    if spans:
                        spans[-1][1] = position - len(last)
                    spans.append([position + len(line), None])
                else:
                    problems.append(f"an unquoted From_ line after no blank line, at byte {position}")
            elif not spans:
                problems.append("the file does not start with a From_ line")
                return []
            position, last = position + len(line), line
    if spans:
        spans[-1][1] = position - len(last)
        if last not in (b"\n", b"\r\n") or spans[-1][1] < spans[-1][0]:
            problems.append("the last message does not end in a blank line")
            spans[-1][1] = position
    count = len(mailbox.mbox(path, factory=None, create=False))
    if count != len(spans):
        problems.append(f"Python's mailbox counts {count} messages, mboxrd's rules make {len(spans)}")

    def load(start, end):
        with open(path, "rb") as file:
            file.seek(start)
            return re.sub(rb"^>(>*From )", rb"\1", file.read(end - start), flags=re.MULTILINE)

    return [Message(f"message {i}, at byte {start}", lambda start=start, end=end: load(start, end))
            for i, (start, end) in enumerate(spans, 1)]


def compare(expected, found, problems):
    wanted, got = collections.defaultdict(list), collections.defaultdict(list)
    for table, messages in ((wanted, expected), (got, found)):
        for message in messages:
            table[message.digest()].append(message)
    missing = [m for digest, same in wanted.items() for m in same[len(got[digest]):]]
    extra = [m for digest, same in got.items() for m in same[len(wanted[digest]):]]
    if not missing and not extra:
        return
    problems.append(f"expected {len(expected)} messages, found {len(found)}; "
                    f"{len(missing)} missing, {len(extra)} that should not be there")
    for message in missing[:5]:
        problems.append(f"missing: {message.name} ({len(message.load())} bytes)" + nearest(message, extra))
    for message in extra[:5]:
        twice = wanted[message.digest()]
        problems.append(f"too many: {message.name} ({len(message.load())} bytes)" +
                        (f", delivered more than once: {twice[0].name}" if twice else ""))


def nearest(message, candidates):
    """Describes where the candidate with the longest common prefix begins to differ."""
    content = message.load()
    best, best_at = None, -1
    for candidate in candidates[:200]:
        other = candidate.load()
        at = first_difference(content, other)
        if at > best_at:
            best, best_at, best_content = candidate, at, other
    if best is None:
        return ""
    around = slice(max(best_at - 20, 0), best_at + 20)
    return (f"\n  nearest: {best.name} ({len(best_content)} bytes), differs first at byte {best_at}:"
            f"\n  expected {content[around]!r}\n  found    {best_content[around]!r}")


def first_difference(a, b):
    low, high = 0, min(len(a), len(b))
    while low < high:  # find the longest common prefix by bisection
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[low:middle] == b[low:middle] else (low, middle - 1)
    return low


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n\n")[0])
    parser.add_argument("--crlf", action="store_true")
    parser.add_argument("kind", choices=("maildir", "mbox"))
    parser.add_argument("delivered")
    parser.add_argument("expected")
    args = parser.parse_args()
    problems = []
    try:
        expected = expected_messages(args.expected, args.crlf)
        read_delivered = maildir_messages if args.kind == "maildir" else mbox_messages
        compare(expected, read_delivered(args.delivered, problems), problems)
    except OSError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    for problem in problems[:20]:
        print(f"compare.py: {problem}", file=sys.stderr)
    if len(problems) > 20:
        print(f"compare.py: and {len(problems) - 20} more", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
