#!/usr/bin/env python3
"""held_secrets.py PID COUNT FILE: which secrets the workers of a program hold in memory.

FILE has lines "ACCOUNT SECRET". PID is the program, which has COUNT workers now: its descendants without children. A
worker may hold the secret of its own account and of no other. Prints what is wrong with a worker; the exit code is 1
if anything is, and 77 if the memory of other processes cannot be read here.

Memory that was freed and used again has lost the beginning of what was in it, so parts of secrets are looked for.
"""
import array
import itertools
import os
import sys

PART = 8
PAGE = os.sysconf("SC_PAGESIZE")
REGION_MOST = 1 << 28  # larger ones are reservations, such as the shadow of the address sanitizer


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as stream:
        return [int(word) for word in stream.read().split()]


def leaves_of(pid):
    children = children_of(pid)
    if not children:
        return [pid]
    return [leaf for child in children for leaf in leaves_of(child)]


def regions_of(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
        for line in maps:
            words = line.split()
            begin, end = (int(number, 16) for number in words[0].split("-"))
            if words[1].startswith("r") and end - begin <= REGION_MOST and words[-1] not in ("[vvar]", "[vsyscall]"):
                yield begin, end


def pages_in_use(pagemap, begin, end):
    """The runs of pages that are in memory or swapped out. A sanitizer reserves many more."""
    pagemap.seek(begin // PAGE * 8)
    entries = array.array("Q", pagemap.read((end - begin) // PAGE * 8))
    used = [page for page, entry in enumerate(entries) if entry >> 62]
    for _, run in itertools.groupby(enumerate(used), lambda pair: pair[1] - pair[0]):
        pages = [page for _, page in run]
        yield begin + pages[0] * PAGE, len(pages) * PAGE


def memory_of(pid):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, open(f"/proc/{pid}/pagemap", "rb") as pagemap:
        for begin, end in regions_of(pid):
            for start, length in pages_in_use(pagemap, begin, end):
                try:
                    memory.seek(start)
                    yield memory.read(length)
                except OSError:  # memory of a device
                    continue


def held_by(pid, secrets):
    """The accounts of which this process holds a part of the secret."""
    held = set()
    for bytes_of in memory_of(pid):
        for account, parts in secrets.items():
            if account not in held and any(part in bytes_of for part in parts):
                held.add(account)
    return held


def main():
    program, count = int(sys.argv[1]), int(sys.argv[2])
    with open(sys.argv[3], encoding="ascii") as stream:
        pairs = [line.split() for line in stream]
    secrets = {a: [s[i : i + PART].encode() for i in range(0, len(s), PART)] for a, s in pairs}
    workers = [leaf for leaf in leaves_of(program) if leaf != program]
    bad = len(workers) != count
    if bad:
        print(f"{len(workers)} workers instead of {count}")
    own = set()
    for worker in workers:
        try:
            held = held_by(worker, secrets)
        except PermissionError as reason:
            print(reason)
            return 77
        if len(held) == 1:
            own |= held
        else:
            if not bad:
                print(f"a worker holds the secrets of {len(held)} accounts: {' '.join(sorted(held))}")
            bad = True
    if not bad and len(own) != count:
        bad = True
        print(f"the workers hold the secrets of {len(own)} accounts, not of one each")
    return 1 if bad else 0


sys.exit(main())
