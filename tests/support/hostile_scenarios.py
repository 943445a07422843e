"""The scenarios of hostile.py: SCENARIOS, a table from a name to the answers that differ from an honest server's.

An answer is a list, or what a generator yields: octets (sent unchanged, each in a TLS record), seconds to wait, or
CUT, CLOSE, RESET, TORN and STALL of hostile_session.py. A function gets the session and the command's arguments.
"greeting", "accept" (before TLS begins) and "other" (lines that are not commands) are used like commands.
"""

import itertools
import random

from hostile_session import CLOSE, CUT, RESET, STALL, TORN, Pieces, Scenario, stuff

SCENARIOS = {}


def letters(count):
    """Makes `count` plain messages of different sizes, for tests in which their position does not matter."""
    form = b"Subject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\n%s\r\n.dot\r\nend %d\r\n"
    return [form % (n, n, b"body " * 10 * n, n) for n in range(1, count + 1)]


def add(name, mail=None, lacks=(), **answers):
    """Adds a scenario; without `mail`, of three plain messages."""
    contents = mail or letters(3)
    SCENARIOS[name] = Scenario(contents if callable(contents) else lambda: contents, lacks, **answers)


# Building blocks of answers.
def forever(octets, head=b""):
    """Repeats the octets without end, in large records."""
    def script(*_):
        yield head
        yield from itertools.repeat(octets * (1 + 16000 // len(octets)))
    return script


def drip(octets, head=b"", seconds=1):
    """Sends an octet every second."""
    def script(*_):
        yield head
        for octet in itertools.cycle(octets):
            yield seconds
            yield bytes([octet])
    return script


def at(number, script):
    """Answers the command for one message in this way, and honestly for the others."""
    return lambda keyword: (lambda s, n, *rest: (script(s, n, *rest) if callable(script) else script) if n == number
                         else s.honest(keyword, n, *rest))


def add_at(name, keyword, number, script, **more):
    add(name, **{keyword: at(number, script)(keyword)}, **more)


def nth(call, keyword, script):
    """Answers the n-th command of this kind in this way."""
    return lambda s, *rest: script if s.calls[keyword] == call else s.honest(keyword, *rest)


def listing(*lines):
    return [b"+OK\r\n" + b"".join(line + b"\r\n" for line in lines) + b".\r\n"]


# --- Without end -----------------------------------------------------------------------------------------------

def numbered(form, most=None):
    """Sends a listing without end or up to `most`. form contains one or more places for the number."""
    def script(*_):
        places = form.count(b"%")
        yield b"+OK\r\n"
        for start in range(1, most, 1000) if most else itertools.count(1, 1000):
            yield b"".join(form % ((n,) * places) for n in range(start, start + 1000))
        yield b".\r\n"
    return script


def paused(script, after, rest):
    """The same, but it pauses after `after` pieces, for the seconds that rest(session) gives."""
    def rested(session, *arguments):
        for number, piece in enumerate(script(session, *arguments)):
            if number == after:
                yield from rest(session)
            yield piece
    return rested


def until_all_is_read(s):
    """Waits until the client has read all that was sent, and for two seconds more, in which it will wait for the
    rest.
    """
    for _ in range(600):
        yield 0.1
        if s.wire.is_read():
            break
    yield 2


add("greeting-endless-line", greeting=forever(b"x", b"+OK "))
add("greeting-endless-lines", greeting=forever(b"+OK hello\r\n"))
add("greeting-endless-no-pop3", greeting=forever(b"\r\n"))
add("capa-endless-list", CAPA=forever(b"X-MORE\r\n", b"+OK\r\n"))
add("capa-endless-line", CAPA=forever(b"x", b"+OK\r\nSASL "))
add("capa-endless-status", CAPA=forever(b"x", b"+OK "))
add("capa-many-mechanisms", CAPA=[b"+OK\r\nUIDL\r\nSASL PLAIN" + b" X-MECHANISM" * 600 + b"\r\n.\r\n"])
add("auth-endless-line", AUTH=forever(b"x", b"+ "))
add("auth-endless-challenges", AUTH=[b"+ \r\n"], other=[b"+ \r\n"])
add("auth-endless-questions", AUTH=[b"+ eA==\r\n"], other=[b"+ eA==\r\n"])
add("list-endless", LIST=numbered(b"%d 1000\r\n"))
add("list-endless-same", LIST=forever(b"1 1000\r\n", b"+OK\r\n"))
add("list-endless-line", LIST=forever(b"1", b"+OK\r\n"))
add("list-100-thousand", LIST=numbered(b"%d 1000\r\n", 100000),
    UIDL=numbered(b"%d unique-identifier-%08d\r\n", 100000), RETR=[STALL], lacks=("PIPELINING",))
# With UIDs of 70 octets, which is the most that RFC 1939 allows, and with short ones.
add("list-1-million", LIST=numbered(b"%d 1000\r\n", 1000000), UIDL=numbered(b"%d " + b"u" * 62 + b"%08d\r\n", 1000000), RETR=[CUT])
add("list-2-million", LIST=numbered(b"%d 1000\r\n", 2000000), UIDL=numbered(b"%d %d\r\n", 2000000), RETR=[CUT])
for count, name in (100000, "100-thousand"), (1000000, "1-million"):
    add("known-" + name, LIST=numbered(b"%d 1000\r\n", count), STAT=[b"+OK %d %d000\r\n" % (count, count)],
        UIDL=numbered(b"%d unique-identifier-%08d\r\n", count), RETR=[CUT])
# By then so many UIDs have been sent that LIST, which follows, will certainly be long.
add("listing-paused", LIST=numbered(b"%d 10\r\n", 50000), RETR=[CUT],
    UIDL=paused(numbered(b"%d unique-identifier-%08d\r\n", 50000), 45, until_all_is_read))
add("list-long-uids", LIST=numbered(b"%d 1000\r\n", 1000000),
    UIDL=numbered(b"%d " + b"u" * 990 + b"%08d\r\n", 1000000))
add("uidl-endless", UIDL=numbered(b"%d uid\r\n"))
add("uidl-endless-blank", UIDL=forever(b"1\r\n", b"+OK\r\n"))
add("uidl-endless-overlong", UIDL=forever(b"1 " + b"u" * 2000 + b"\r\n", b"+OK\r\n"))
add("uidl-endless-line", UIDL=forever(b"u", b"+OK\r\n1 "))
add("retr-endless-status", RETR=forever(b"x", b"+OK "))

# --- Slow, or silent -------------------------------------------------------------------------------------------

add("greeting-silent", greeting=[STALL])
add("greeting-drip", greeting=drip(b"hello ", b"+OK "))
add("handshake-silent", accept=[STALL])
add("capa-drip", CAPA=drip(b"X-SLOW\r\n", b"+OK\r\n"))
add("list-silent", LIST=[STALL])
add("list-drip", LIST=drip(b"1", b"+OK\r\n1 "))
add("list-drip-lines", LIST=drip(b"7 1\r\n", b"+OK\r\n"))
add("list-no-end", LIST=[b"+OK\r\n1 10\r\n2 10\r\n", STALL])
add("uidl-drip", UIDL=drip(b"u", b"+OK\r\n1 "))
add_at("top-stall", "TOP", 2, [b"+OK\r\nSubject: 2\r\n", STALL], lacks=("UIDL",))
add_at("top-endless", "TOP", 2, forever(b"X-More: and more\r\n", b"+OK\r\n"), lacks=("UIDL",))
add_at("body-drip", "RETR", 2, drip(b"slow\r\n", b"+OK\r\nSubject: 2\r\n\r\n"))
add_at("body-stall", "RETR", 2, [b"+OK\r\nSubject: 2\r\n\r\nsome\r\n", STALL])
add_at("dele-stall", "DELE", 2, [STALL])
add("quit-stall", QUIT=[STALL])

# --- Listings --------------------------------------------------------------------------------------------------

for name, lines in {
        "zero": [b"0 100"],
        "negative": [b"-1 100"],
        "plus": [b"+1 100"],
        "2-31": [b"2147483648 100"],
        "2-32-and-1": [b"4294967297 100"],
        "2-64": [b"18446744073709551616 100"],
        "2-64-and-1": [b"18446744073709551617 100"],
        "words": [b"one hundred"],
        "no-size": [b"1"],
        "negative-size": [b"1 -5"],
        "word-size": [b"1 many"],
        "doubled": [b"1 100", b"2 100", b"1 100"],
        "empty-line": [b"1 100", b"", b"2 100"],
        "binary": [b"\x00\x1b[2J\xff\xfe 100"],
}.items():
    # There is no UIDL that could be the subject of the complaint.
    add("list-" + name, LIST=listing(*lines), UIDL=listing())
add("list-empty-lines", LIST=forever(b"\r\n", b"+OK\r\n"))
add("list-2-31-less-1", LIST=listing(b"1 100", b"2147483647 100"), UIDL=listing(b"1 a", b"2147483647 b"))
add("list-hole", LIST=listing(b"1 100", b"3 100"), UIDL=listing(b"1 a", b"3 c"))
add("list-backwards", LIST=listing(b"3 100", b"2 100", b"1 100"))
add("list-further-words", LIST=listing(b"1 100 and more", b"2 100 \xff", b"3  100 "))
add("list-unasked", LIST=listing(b"1 100", b"2 100", b"3 100", b"4 100"),
    UIDL=listing(b"1 a", b"2 b", b"3 c", b"4 d"))
add("list-empty", LIST=listing(), UIDL=listing())
add("uidl-unlisted-first", LIST=listing(b"2 100", b"3 100"), UIDL=listing(b"1 a", b"2 b", b"3 c"))
add("list-refused", LIST=[b"-ERR no\r\n"])
add("size-zero", LIST=listing(b"1 0", b"2 0", b"3 0"))
add("size-huge", LIST=listing(b"1 9223372036854775807", b"2 9223372036854775807", b"3 9223372036854775807"))
add("size-2-63", LIST=listing(b"1 9223372036854775808"))
add("size-2-64", LIST=listing(b"1 18446744073709551616"))

for name, lines in {
        "unlisted": [b"1 a", b"2 b", b"3 c", b"4 d"],
        "doubled": [b"1 a", b"1 b"],
        "zero": [b"0 a"],
        "2-32-and-1": [b"4294967297 a"],
        "hole": [b"1 a", b"3 c"],
        "empty": [],
        "blank": [b"1 a", b"2", b"3 "],
        "same": [b"1 a", b"2 a", b"3 a"],
        "overlong": [b"1 " + b"u" * 1025, b"2 " + b"u" * 8000, b"3 " + b"u" * 1024],
        "binary": [b"1 \x01\x1b]0;x\x07", b"2 \xff\xfe", b"3 \x80"],
        "nul": [b"1 a\0b", b"2 a\0c", b"3 \0"],
        "path": [b"1 ../../../escaped", b"2 /tmp/escaped", b"3 %s%n'; DROP TABLE message; --"],
        "header": [b"1  header:" + b"0" * 64, b"2 header:x", b"3 #2"],
}.items():
    add("uidl-" + name, UIDL=listing(*lines))
add("uidl-refused", lacks=("UIDL",))
add("uidl-none-and-same-mail", lacks=("UIDL",), mail=letters(1) * 3)
add_at("top-refused", "TOP", 2, [b"-ERR no\r\n"], lacks=("UIDL",))

# --- Refusals in the middle ------------------------------------------------------------------------------------

for plain, lacks in (("", ()), ("-plain", ("PIPELINING",))):
    add_at("retr-refused" + plain, "RETR", 3, [b"-ERR not now\r\n"], mail=letters(5), lacks=lacks)
    add_at("retr-no-pop3" + plain, "RETR", 3, [b"250 ok\r\n"], mail=letters(5), lacks=lacks)
    add_at("dele-refused" + plain, "DELE", 3, [b"-ERR not now\r\n"], mail=letters(5), lacks=lacks)
add("ask-refused-all", lacks=("UIDL n",))
add("retr-refused-all", RETR=[b"-ERR not now\r\n"])
add("quit-refused", QUIT=[b"-ERR some messages were not removed\r\n"])

add("greeting-refused", greeting=[b"-ERR too many connections\r\n"])
add("greeting-smtp", greeting=[b"220 mail.example.org ESMTP\r\n"])
# Response codes (RFC 2449, 8.; RFC 3206)
for word in "IN-USE", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM":
    add("login-" + word.lower().replace("/", "-"), AUTH=[b"-ERR [%s] not now\r\n" % word.encode()])

# --- Bodies ----------------------------------------------------------------------------------------------------

EDGES = [
    b"", b"\r\n", b"\r\n\r\n", b"no header\r\n", b".\r\n", b"..\r\n", b"...\r\n", b".\r\n.\r\n.\r\n", b"\r\n.\r\n\r\n",
    b"a\r\n.b\r\n..c\r\n.\r\n",
    b"\0\r\n", b"a\0b\0\r\n\0\0\0\r\n", b"a\rb\r\n",
    b"\r\r\n", b"\r\r\r\n", b"a\r\r\n.\r\n", b".\r\r\n",
    b"\n\r\n", b"a\nb\r\n", b"\n.\n\r\n", b"a\n.\nb\r\n",
    b"a\n.\r\n", b"a\r.\r\n", b"\r.\r\r\n", b"a\n\rb\r\n", b"\n\n.\n\n\r\n",
    b"From x\r\n", b">From x\r\n>>From x\r\nFrom \r\n", b"\r\nFrom x\r\n\r\nFrom y\r\n", b"a\nFrom x\r\n",
    b"a\rFrom x\r\n",
    bytes(range(256)) * 4 + b"\r\n", b"Subject: only a header\r\n", b"Subject: x\r\n\r\n",
    b"+OK 3 octets\r\n", b"-ERR\r\n",
    b"Status: RO\r\nX-UID: 7\r\nContent-Length: 1\r\n\r\nlong\r\n",
    b"Return-Path: \r\n\x1b[2J\r\n", b" folded: from the start\r\n\r\n",
    b"Return-Path: <a b\x00c>\r\n\r\nx\r\n",
    b"Return-Path: <" + b"a" * 5000 + b"@b>\r\n\r\nx\r\n",
]


def borders():
    """Dot lines around every length at which a buffer may end."""
    for length in (4096, 8192, 16384, 65536):
        for before in range(-6, 7):
            yield b"S: x\r\n\r\n" + b"y" * (length + before - 10) + b"\r\n.\r\n..\r\n.z\r\n\r\n"


add("bodies", mail=EDGES)
add("borders", mail=list(borders()))
add("line-of-64-mb", mail=lambda: [b"Subject: x\r\n\r\n" + b"y" * (64 << 20) + b"\r\n"])
add("header-of-16-mb", mail=lambda: [b"Subject: " + b"y" * (16 << 20) + b"\r\n\r\nbody\r\n"])
add("crs-of-8-mb", mail=lambda: [b"\r" * (8 << 20) + b"\r\n"])
add("dots-of-3-mb", mail=lambda: [b".\r\n" * (1 << 20)])

EDGE = b".\r\n..\r\na\r\n.b\r\n\r\r\n.\r\r\n\r\n.\r\n"
ANSWER = b"+OK\r\n" + stuff(EDGE)


def cut_at_place(s, number):
    """Cuts message N after N octets, into two records."""
    yield ANSWER[:number]
    yield ANSWER[number:]


def cut_anywhere(s, number):
    """Sends each message in several records cut at random places, in TCP segments of 20 to 59 octets."""
    choose = random.Random(number)
    places = sorted(choose.sample(range(1, len(ANSWER)), choose.randrange(2, 12)))
    for start, end in zip([0] + places, places + [len(ANSWER)]):
        yield Pieces(ANSWER[start:end], choose.randrange(20, 60))


def in_octets(keyword):
    """Sends the honest answer, each octet in a record."""
    def script(s, *arguments):
        for octets in s.honest(keyword, *arguments):
            for octet in octets:
                yield bytes([octet])
    return script


add("cut-at-each-place", mail=[EDGE] * (len(ANSWER) - 1), RETR=cut_at_place)
add("cut-at-each-place-plain", mail=[EDGE] * (len(ANSWER) - 1), RETR=cut_at_place, lacks=("PIPELINING",))
add("cut-into-octets", mail=[EDGE] * 5, RETR=lambda s, n: [ANSWER[i:i + 1] for i in range(len(ANSWER))])
add("cut-anywhere", mail=[EDGE] * 40, RETR=cut_anywhere)
add("cut-everything-into-octets", greeting=[b"+", b"O", b"K", b"\r", b"\n"],
    **{keyword: in_octets(keyword) for keyword in ("CAPA", "AUTH", "LIST", "UIDL", "RETR", "DELE", "QUIT")})


def whole(s, number):
    return b"+OK\r\n" + stuff(s.content(number))


def ended(end):
    """Ends the second message with another sequence than its terminator, and then falls silent."""
    return lambda s, number: [b"+OK\r\n" + s.content(number)[:-2] + end, STALL]


for name, end in {
        "lf-dot-lf": b"\n.\n",
        "crlf-dot-lf": b"\r\n.\n",
        "lf-dot-crlf": b"\n.\r\n",
        "cr-dot-cr": b"\r.\r",
        "dot-crlf": b".\r\n",
        "crlf-dot": b"\r\n.",
        "crlf-dot-cr": b"\r\n.\r",
        "crlf-dot-blank": b"\r\n. \r\n",
        "crlf-dot-dot": b"\r\n..\r\n",
        "crlf-dot-nul": b"\r\n.\0\r\n",
        "crlf-dot-cr-cr-lf": b"\r\n.\r\r\n",
}.items():
    add_at("end-" + name, "RETR", 2, ended(end), lacks=("PIPELINING",))
add("end-in-two-records", RETR=lambda s, n: [whole(s, n)[:-1], 0.01, b"\n"])
add("end-in-five-records", RETR=lambda s, n: [whole(s, n)[:-5]] + [bytes([c]) for c in whole(s, n)[-5:]])

# --- Unexpected and missing answers -----------------------------------------------------------------------------

for plain, lacks in (("", ()), ("-plain", ("PIPELINING",))):
    def step(name, script, lacks=lacks, plain=plain, keyword="RETR"):
        add_at("step-" + name + plain, keyword, 2, script, mail=letters(5), lacks=lacks)
    step("garbage", lambda s, n: [whole(s, n) + b"garbage\r\n"])
    step("binary-garbage", lambda s, n: [whole(s, n) + b"\0\xff\x1b[2J\r\n"])
    step("extra-ok", lambda s, n: [b"+OK what\r\n" + whole(s, n)])
    step("extra-ok-after", lambda s, n: [whole(s, n) + b"+OK what\r\n"])
    step("extra-err", lambda s, n: [b"-ERR what\r\n" + whole(s, n)])
    step("extra-err-after", lambda s, n: [whole(s, n) + b"-ERR what\r\n"])
    step("extra-body", lambda s, n: [whole(s, n) + whole(s, n)])
    step("extra-end", lambda s, n: [whole(s, n) + b".\r\n"])
    step("other-body", lambda s, n: [whole(s, 3) + whole(s, 2) if n == 2 else whole(s, 3)])
    step("missing", lambda s, n: [])
    step("extra-dele", lambda s, n: [b"+OK\r\n+OK\r\n"], keyword="DELE")
    step("missing-dele", lambda s, n: [], keyword="DELE")


def hang_up_at(most):
    """Hangs up if that many commands are in flight."""
    def script(s, number):
        if s.wire.lines_waiting() >= most:
            yield CUT
        yield from s.honest("RETR", number)
    return script


add("too-many-in-flight", mail=letters(40), RETR=hang_up_at(8))


def forget(s, number):
    """Loses the commands that arrive while it answers one."""
    s.wire.lines_waiting()
    s.wire.received = b""
    yield from s.honest("RETR", number)


add("commands-forgotten", mail=letters(12), RETR=forget)

# --- The connection fails ---------------------------------------------------------------------------------------

WAYS = {"cut": CUT, "close": CLOSE, "reset": RESET}


def dele_after_all(way):
    def script(s, number):
        yield from s.honest("DELE", number)
        if len(s.deleted) == len(s.names):
            yield way
    return script


def quit_done(way):
    def script(s):
        s.expunge()
        yield way
    return script


def deaths(way):
    """Maps a name to answers: one for each kind of octets that can be the last."""
    def retr(octets, number=2):
        return {"RETR": at(number, [octets, way] if octets else [way])("RETR")}

    def complete(number):
        return {"RETR": at(number, lambda s, n: [whole(s, n), way])("RETR")}
    return {
        "handshake": {"accept": [way]},
        "before-greeting": {"greeting": [way]},
        "greeting": {"greeting": [b"+OK rea", way]},
        "capa": {"CAPA": [way]},
        "capa-middle": {"CAPA": [b"+OK\r\nUSER\r\nSAS", way]},
        "auth": {"AUTH": [way]},
        "auth-middle": {"AUTH": [b"+O", way]},
        "capa-again": {"CAPA": nth(2, "CAPA", [b"+OK\r\n", way])},
        "list": {"LIST": [way]},
        "list-middle": {"LIST": [b"+OK\r\n1 10\r\n2 1", way]},
        "list-line": {"LIST": [b"+OK\r\n1 10\r\n2 10\r\n", way]},
        "uidl-middle": {"UIDL": [b"+OK\r\n1 uid-0001\r\n2 uid", way]},
        "retr": retr(b""),
        "retr-status": retr(b"+OK 10"),
        "before-header": retr(b"+OK\r\n"),
        "header": retr(b"+OK\r\nSubject: tw"),
        "header-line": retr(b"+OK\r\nSubject: two\r\n"),
        "body": retr(b"+OK\r\nSubject: two\r\n\r\nbo"),
        "body-line": retr(b"+OK\r\nSubject: two\r\n\r\nbody\r\n"),
        "dot": retr(b"+OK\r\nSubject: two\r\n\r\nbody\r\n."),
        "dot-cr": retr(b"+OK\r\nSubject: two\r\n\r\nbody\r\n.\r"),
        "between": complete(2),
        "after-last": complete(4),
        "dele": {"DELE": at(2, [way])("DELE")},
        "dele-middle": {"DELE": at(2, [b"+O", way])("DELE")},
        "dele-all": {"DELE": dele_after_all(way)},
        "quit": {"QUIT": [way]},
        "quit-middle": {"QUIT": [b"+O", way]},
        "quit-done": {"QUIT": quit_done(way)},
    }


for way_name, way in WAYS.items():
    for place, answers in deaths(way).items():
        add(f"die-{place}-{way_name}", mail=letters(4), **answers)
for place, answers in deaths(CUT).items():
    add(f"die-{place}-plain", mail=letters(4), lacks=("PIPELINING",), **answers)
add_at("die-record-torn", "RETR", 2, [b"+OK\r\nSubject: two\r\n\r\n", TORN], mail=letters(4))

# --- Words -----------------------------------------------------------------------------------------------------

WORDS = {
    "escapes": b"\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\xc2\x9b31m\rgone\b\x7f\t"
               b"\xff\xc0\xaf\xed\xa0\x80\xe2\x80\xaelive\xe2\x80\xa8x",
    "nul": b"before\0behind\x1b[2J",
    "newline": b"fine\nmailhaul: a: forged: all is well",
    "8-kb": (b"word\x1b[1m " * 1000)[:8000],
}
for kind, words in WORDS.items():
    ok, err, bare = [b"+OK " + words + b"\r\n"], [b"-ERR " + words + b"\r\n"], [words + b"\r\n"]
    add(f"words-{kind}-greeting", greeting=ok)
    add(f"words-{kind}-greeting-refused", greeting=err)
    add(f"words-{kind}-no-greeting", greeting=bare)
    add(f"words-{kind}-capa",
        CAPA=[b"+OK %s\r\n%s\r\nSASL %s\r\nSASL PLAIN\r\n.\r\n" % (words, words, words)])
    add(f"words-{kind}-login-refused", AUTH=err)
    add(f"words-{kind}-challenge", AUTH=[b"+ " + words + b"\r\n"])
    add(f"words-{kind}-list", LIST=listing(words))
    add(f"words-{kind}-list-refused", LIST=err)
    add(f"words-{kind}-size", LIST=listing(b"1 " + words))
    add(f"words-{kind}-uid", UIDL=listing(b"1 " + words, b"2 b", b"3 c"))
    add_at(f"words-{kind}-retr", "RETR", 2, lambda s, n, ok=ok: [ok[0] + stuff(s.content(n))])
    add_at(f"words-{kind}-retr-refused", "RETR", 2, err)
    add_at(f"words-{kind}-dele-refused", "DELE", 2, err)
    add(f"words-{kind}-quit-refused", QUIT=err)
