"""Scenarios of hostile.py in which one message or command breaks each session."""

import os

from hostile_scenarios import add, at, drip, letters, listing, whole
from hostile_session import CUT, STALL, stuff
from scenarios_evidence import PLAIN, always


def both(name, lacks=(), **answers):
    """Adds a scenario with and without PIPELINING."""
    for plain, less in PLAIN:
        add("break-" + name + plain, lacks=(*lacks, *less), **answers)


# --- Unexpected text after an answer
# --------------------------------------------------------------------------------

DOT_LINE = b"Subject: dot\r\nMessage-ID: <dot@example.org>\r\n\r\nbefore\r\n.\r\nafter\r\nmore\r\n"


def unstuffed(s, number):
    return [b"+OK %d octets\r\n" % s.size(number) + s.content(number) + b".\r\n"]


def dotless(count):
    return [content.replace(b".dot", b"dot") for content in letters(count)]


def with_dot_line(place, line=DOT_LINE):
    contents = dotless(4)
    contents.insert(place - 1, line)
    return contents


for place in (1, 3, 5):
    both("dot-line-%d" % place, mail=with_dot_line(place), RETR=unstuffed)
both("dot-line-ok", mail=with_dot_line(3, DOT_LINE.replace(b"after", b"+OK is what it was")), RETR=unstuffed)
both("junk", mail=letters(5), **always("RETR", lambda s, n: [whole(s, n) + b"junk\r\n"]))
both("junk-short", mail=letters(5), **always("RETR", lambda s, n: [whole(s, n)[:-30] + b"\r\n.\r\njunk\r\n"]))
both("two-ends", mail=letters(5), **always("RETR", lambda s, n: [whole(s, n) + b".\r\n"]))
both("two-ends-all", mail=letters(5), RETR=lambda s, n: [whole(s, n) + b".\r\n"])


def shutdown(number):
    last = b"-ERR Server shutting down\r\n"
    return lambda s, n: [whole(s, n) + last, CUT] if n == number else s.honest("RETR", n)


both("shutdown-3", mail=letters(5), RETR=shutdown(3))
both("shutdown-5", mail=letters(5), RETR=shutdown(5))

# --- TOP for one message, without UIDL
# --------------------------------------------------------------------------------


def both_tops(name, script):
    both("top-" + name, mail=letters(5), lacks=("UIDL",), TOP=script)


LAST_WORDS = b"-ERR Disconnected for inactivity\r\n"
both_tops("hangs", at(2, [CUT])("TOP"))
both_tops("cut", at(2, [b"+OK\r\nSubj", CUT])("TOP"))
both_tops("stalls", at(2, [b"+OK\r\nSubj", STALL])("TOP"))
both_tops("drips", at(2, drip(b"X: y\r\n", b"+OK\r\n"))("TOP"))
both_tops("refused", at(2, [LAST_WORDS, CUT])("TOP"))
both_tops("refused-all", lambda s, n, k: [LAST_WORDS, CUT])
both_tops("two", lambda s, n, k: [CUT] if n in (2, 4) else s.honest("TOP", n, k))

# --- One message or its deletion, and originals to be deleted
# ---------------------------------------------------------

both("retr-hangs", mail=letters(6), **always("RETR", [b"+OK\r\n", CUT]))
both("retr-stalls", mail=letters(6), **always("RETR", [STALL]))
both("retr-malformed", mail=letters(6), **always("RETR", [b"Internal error\r\n"]))
both("retr-two", mail=letters(6),
     **always("RETR", [b"+OK\r\nSub", CUT], "0002", "0004"))
both("dele-hangs", mail=letters(5), **always("DELE", [CUT]))
both("dele-refused", mail=letters(5), **always("DELE", [LAST_WORDS, CUT]))
both("dele-twice", mail=letters(5), DELE=lambda s, n: (s.deleted.add(n), [b"+OK\r\n+OK\r\n"])[1])

# --- Messages that do not come, and a session that continues
# ----------------------------------------------------------

SHORTER = {}


def shorter(s, number):
    """Sends less of the message each time."""
    SHORTER[s.directory] = SHORTER.get(s.directory, 150) - 3
    content = s.content(number)[:SHORTER[s.directory]]
    return [b"+OK %d octets\r\n" % s.size(number) + stuff(content.rstrip(b"\r\n") + b"\r\n")]


both("fail-refused", mail=letters(6), **always("RETR", [b"-ERR cannot read it\r\n"], "0001", "0002"))
both("fail-shorter", mail=letters(8)[2:], **always("RETR", shorter, "0001", "0002"))

# --- Sessions that the server ends after a number of commands
# ------------------------------------------------------


def limited(most, keywords, last):
    """Answers `most` of these commands, and ends the session with these last words at the next one."""
    def change(keyword):
        def script(s, *arguments):
            if sum(s.calls.get(counted, 0) for counted in keywords) > most:
                yield last
                yield CUT
            yield from s.honest(keyword, *arguments)
        return script
    return {keyword: change(keyword) for keyword in keywords}


both("limit", mail=letters(40), **limited(14, ("RETR", "DELE", "QUIT"), b""))
both("limit-words", mail=letters(40), **limited(14, ("RETR", "DELE", "QUIT"), b"-ERR too many commands\r\n"))
both("limit-dele", mail=letters(9), **limited(2, ("DELE",), b""))

# --- The question whether answers are in sync ---------------------------------------------------------------------

both("ask-hangs", mail=letters(5), UIDL_n=lambda s, n: [CUT])
both("ask-stalls", mail=letters(5), UIDL_n=lambda s, n: [STALL])
both("ask-malformed", mail=letters(5), UIDL_n=lambda s, n: [b"500 what\r\n"])
both("ask-twice", mail=letters(5), UIDL_n=lambda s, n: [b"".join(s.one_of("UIDL", n)) + b"+OK\r\n"])

# --- QUIT without +OK -------------------------------------------------------------------------------------------------

both("quit-cut", QUIT=[CUT])
both("quit-221", QUIT=[b"221 bye\r\n"])
both("quit-refused", QUIT=[b"-ERR not all were removed\r\n"])
both("quit-stalls", QUIT=[STALL])

# --- Message numbers that no longer match the listing -------------------------------------------------------------


def renumbering(newer=0, gone=1):
    """After RETR 2 another client removes message `gone`, `newer` messages arrive, and the messages are renumbered."""
    def script(s, number):
        yield from s.honest("RETR", number)
        if number != 2 or not (s.directory / "expect" / ("%04d" % gone)).exists():
            return
        for part, end in ("mail", b"\r\n"), ("expect", b"\n"):
            (s.directory / part / ("%04d" % gone)).unlink()
            for n in range(90, 90 + newer):
                (s.directory / part / ("%04d" % n)).write_bytes(b"Subject: new" + 2 * end + b"new %d" % n + end)
        s.names = sorted(os.listdir(s.directory / "mail"))
    return script


both("numbers", mail=letters(7), RETR=renumbering())
both("numbers-newer", mail=letters(7), RETR=renumbering(newer=1))
both("numbers-newer-later", mail=letters(7), RETR=renumbering(newer=1, gone=4))
both("numbers-newest", mail=letters(7), RETR=renumbering(newer=3))
both("numbers-last", mail=letters(2), RETR=renumbering(gone=2))

# --- An endless answer, fast enough for the minimum rate, before there is anything to fetch -----------------------


def slow_lines(octets):
    yield b"+OK\r\n"
    while True:
        yield 1
        yield b"X-" + b"y" * octets + b"\r\n"


both("capa-trickles", CAPA=lambda s: slow_lines(2000))
both("top-trickles", lacks=("UIDL",), TOP=lambda s, n, k: slow_lines(2000))

# --- Without UIDL, messages that change from session to session ---------------------------------------------------

SESSIONS = {}


def session_number(s):
    if not hasattr(s, "session_number"):
        s.session_number = SESSIONS[s.directory] = SESSIONS.get(s.directory, 0) + 1
    return s.session_number


def varying(name, more, field=lambda number: b"", mail=None):
    """Sizes by LIST grow by `more` per session, and a field that the server adds changes."""
    def content(s, number):
        return field(session_number(s)) + s.content(number)

    def size(s, number):
        return len(content(s, number)) + more * session_number(s)
    both("varies-" + name, mail=mail or letters(5), lacks=("UIDL",),
         LIST=lambda s: listing(*(b"%d %d" % (n, size(s, n)) for n in s.numbers())),
         LIST_n=lambda s, n: [b"+OK %d %d\r\n" % (n, size(s, n))],
         RETR=lambda s, n: [b"+OK\r\n" + stuff(content(s, n))],
         TOP=lambda s, n, k: [b"+OK\r\n" + stuff(b"\r\n".join(content(s, n).split(b"\r\n")[:4 + k]) + b"\r\n")])


varying("size", 3)
varying("status", 0, lambda number: b"Status: RO\r\n" if number > 1 else b"")
varying("xuid", 0, lambda number: b"X-UID: %d\r\n" % 10 ** number if number > 1 else b"")

# Two messages with the same header and first lines, and different bodies.
TWIN = b"Subject: twin\r\nMessage-ID: <twin@example.org>\r\n\r\n" + b"the same line\r\n" * 40
both("twins", mail=letters(2) + [TWIN + b"one\r\n", TWIN + b"another\r\n"], lacks=("UIDL",),
     TOP=lambda s, n, k: [b"+OK\r\n" + stuff(b"\r\n".join(s.content(n).split(b"\r\n")[:4 + k]) + b"\r\n")])
