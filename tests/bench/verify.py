"""Checks that a contender delivered the messages on the server."""

import collections
import hashlib
import re


def maildir_files(directory):
    return [path for part in ("new", "cur") if (directory / part).is_dir() for path in (directory / part).iterdir()]


def mbox_messages(path):
    """Returns the messages of an mboxrd, without the quoting and the empty line after each."""
    if not path.exists():
        return []
    parts = re.split(rb"(?m)^From [^\n]*\n", path.read_bytes())[1:]
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", part)[:-1] for part in parts]


def whole_digest(data):
    return hashlib.sha256(data).digest()


def body_digest(data):
    """Returns the digest of the part that no contender should change: the text after the header, without newlines
    at its end.
    """
    body = data.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    return hashlib.sha256(body.rstrip(b"\n")).digest()


def delivered(contender, job, account):
    """Returns the account's messages, each as a function that reads it."""
    path = job.mail(account)
    if contender.mbox:
        return [lambda message=message: message for message in mbox_messages(path / "mbox")]
    return [file.read_bytes for file in maildir_files(path)]


def check(contender, job, messages, content):
    """Returns the problem with a delivery as a text, empty if there is none. With 'content', checks more than the
    number.
    """
    if contender.discards:
        counted = sum(int(line.split()[0]) for line in job.log.read_text().splitlines() if line.endswith(" octets"))
        wanted = len(messages) * len(job.accounts)
        return "" if counted == wanted else f"{counted:,} of {wanted:,} messages"
    wanted = [] if job.poll and not contender.fetches_before_poll else messages
    for account in job.accounts:
        readers = delivered(contender, job, account)
        if len(readers) != len(wanted):
            return f"{len(readers):,} of {len(wanted):,} messages"
        if not content:
            continue
        digest, field = (whole_digest, "whole") if contender.exact else (body_digest, "body")
        there = collections.Counter(digest(read()) for read in readers)
        missing = collections.Counter(getattr(message, field) for message in wanted) - there
        if missing:
            return f"{sum(missing.values()):,} of {len(wanted):,} messages altered"
    return ""
