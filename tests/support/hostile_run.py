#!/usr/bin/env python3
"""Runs mailhaul in directories of hostile.py, several at a time, and counts the results.

Usage: hostile_run.py --program FILE --measure FILE [--limit SECONDS] [--jobs N] [--flags=-vv] DIRECTORY...

In each DIRECTORY, which contains a mailhaul.conf, it writes out, err, and `result`, a line of shell variables:

  STATUS  exit status; 124 if it did not end within the limit      MILLIS  run time in milliseconds
  PEAK    largest resident size of its processes in kB             LINES   lines of err
  STRAY   lines of err that are not about the account "a", or that contain text of the server
  DIRTY   octets and characters of out and err that must not reach a terminal
  NEW     messages in the Maildir Mail                             LEFT    messages on the server
  LOST    messages neither in Mail nor on the server               TWICE   messages delivered too often
  ALIEN   delivered messages that were never on the server, or are incomplete
  HALF    files in Mail/tmp
"""

import argparse
import collections
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import unicodedata


def digests(directory):
    count = collections.Counter()
    for path in directory.iterdir() if directory.is_dir() else ():
        with open(path, "rb") as file:
            digest = hashlib.sha256()
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
        count[digest.digest()] += 1
    return count


def count_files(directory):
    return len(list(directory.iterdir())) if directory.is_dir() else 0


def count_dirt(octets):
    """Counts control characters, invalid UTF-8, and characters that change the direction of a line."""
    dirt = 0
    for character in octets.decode("utf-8", "surrogateescape"):
        dirt += character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return dirt


def count_messages(directory):
    expected, left = digests(directory / "expect"), collections.Counter()
    for path in (directory / "mail").iterdir():
        with open(directory / "expect" / path.name, "rb") as file:
            left[hashlib.sha256(file.read()).digest()] += 1
    here = digests(directory / "Mail" / "new") + digests(directory / "Mail" / "cur")
    return {
        "NEW": sum(here.values()),
        "LEFT": sum(left.values()),
        "LOST": sum((expected - here - left).values()),
        "TWICE": sum((here - expected)[digest] for digest in expected),
        "ALIEN": sum(n for digest, n in here.items() if digest not in expected),
        "HALF": count_files(directory / "Mail" / "tmp"),
    }


def run(directory, args):
    # tests/bench/measure is small. The kernel counts the memory of this interpreter towards the peak of any program
    # that it starts itself.
    command = [
        args.measure, "usage", "timeout", "-k", "5", str(args.limit), args.program, "-c", "mailhaul.conf", *args.flags]
    with open(directory / "out", "wb") as out, open(directory / "err", "wb") as err:
        subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=True)
    seconds, _, _, peak, status = (directory / "usage").read_text(encoding="utf-8").split()
    out, err = (directory / "out").read_bytes(), (directory / "err").read_bytes()
    lines = err.split(b"\n")[:-1] if err.endswith(b"\n") else err.split(b"\n") if err else []
    result = {
        "STATUS": int(status),
        "MILLIS": int(float(seconds) * 1000),
        "PEAK": int(peak),
        "LINES": len(lines),
        "STRAY": sum(
            line.startswith(b"mailhaul: a: forged") or not line.startswith(b"mailhaul: a: ")
            for line in lines),
        "DIRTY": count_dirt(out + err),
    }
    result.update(count_messages(directory))
    text = " ".join(f"{name}={value}" for name, value in result.items())
    (directory / "result").write_text(text + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--measure", required=True, help="tests/bench/measure")
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--flags", action="append", default=[])
    parser.add_argument("directories", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    args.measure = os.path.abspath(args.measure)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for done in [pool.submit(run, directory, args) for directory in args.directories]:
            done.result()


if __name__ == "__main__":
    main()
