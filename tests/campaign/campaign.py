#!/usr/bin/env python3
"""Plays random stories of sessions with a misbehaving server, kills and mail readers, and checks that no message is
lost or fetched twice.

Usage: campaign.py --program FILE --cert-dir DIR [--seed N] [--episodes N] [--first N] [--jobs N]
                   [--without KIND,...] [--tap] [--verbose] [--work DIR]
       campaign.py --program FILE --cert-dir DIR --story FILE... [--tap] [--verbose]

Episode I of seed N is the same story each time; --first I --episodes 1 plays it alone. A story that fails is
reduced to the shortest one that still fails, and printed in words and as JSON, which --story plays again.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import ssl
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from episode import play  # noqa: E402 pylint: disable=wrong-import-position
from stories import Author, shrink, tell  # noqa: E402 pylint: disable=wrong-import-position


def kinds(wrong):
    """Returns the problems without names and numbers, because a shorter story has to fail in the same way."""
    return {re.sub(r"message [a-z]+|\d+", "N", line.replace("came 0 times", "is missing")) for line in wrong}


def report(title, story, wrong, log, options):
    lines = [title, *("  " + line for line in tell(story)), *("  WRONG: " + line for line in wrong)]
    lines.append("  " + json.dumps(story))
    if options.verbose:
        for number, status, text, transcript in log:
            lines += [f"  --- session {number + 1}: exit status {status}", *("  > " + t for t in transcript),
                      *("  | " + t for t in text.splitlines())]
    return "\n".join(lines)


def one(index, options):
    """Plays an episode. Returns None, or the report of its shortest form."""
    story = Author(f"{options.seed}-{index}", options.without).story()
    wrong, log = play(story, options)
    if not wrong:
        return None
    title, sought = f"Episode {index} of seed {options.seed}", kinds(wrong)
    if not options.no_shrink:
        def fails(candidate):
            return bool(kinds(play(candidate, options)[0]) & sought)

        story = shrink(story, fails)
        again = play(story, options)
        wrong, log = again if again[0] else (wrong + ["(not in each run)"], log)
    return report(title, story, wrong, log, options)


def show(text, options):
    print("\n".join("# " + line for line in text.splitlines()) if options.tap else text, flush=True)


def tell_all(options):
    """Plays the stories in files."""
    failed = 0
    for number, file in enumerate(options.story, 1):
        story = json.load(file)
        wrong, log = play(story, options)
        failed += bool(wrong)
        if wrong or not options.tap:
            show(report(story.get("title", file.name), story, wrong or ["nothing"], log, options), options)
        if options.tap:
            print(f"{'not ok' if wrong else 'ok'} {number} - {story.get('title', file.name)}", flush=True)
    if options.tap:
        print(f"1..{len(options.story)}")
    return failed > 0


def run_all(options):
    failed = 0
    indices = range(options.first, options.first + options.episodes)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for index, text in zip(indices, pool.map(lambda i: one(i, options), indices)):
            failed += text is not None
            if text:
                show(text, options)
            if index % 100 == 0 and not options.tap:
                print(f"{index - options.first + 1} played, {failed} failed", file=sys.stderr, flush=True)
            if options.tap:
                print(f"{'not ok' if text else 'ok'} {index - options.first + 1} - episode {index} of seed {options.seed}"
                      " ends with each message in its place once", flush=True)
    if options.tap:
        print(f"1..{options.episodes}")
    else:
        print(f"{options.episodes} episodes of seed {options.seed}, from {options.first} on: {failed} failed")
    return failed > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True, type=os.path.abspath)
    parser.add_argument("--cert-dir", required=True, type=os.path.abspath, dest="certificates")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without", type=lambda text: text.split(","), default=[])
    parser.add_argument("--story", nargs="+", type=argparse.FileType("r"), default=[], metavar="FILE")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--work", type=os.path.abspath)
    options = parser.parse_args()
    options.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    options.context.load_cert_chain(os.path.join(options.certificates, "server.pem"))
    return tell_all(options) if options.story else run_all(options)


if __name__ == "__main__":
    sys.exit(main())
