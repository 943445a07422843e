"""Scenarios of hostile.py about messages whose size differs from the one the server gave.

The listing, the state or the evidence changes afterwards; or messages are listed again although they were deleted,
or under other UIDs or sizes. Files in the directory switch the server: `renumbered`, `hidden`, `whole`, `resized`,
`unlisted`, `swapped`.
"""

import random

from hostile_scenarios import add, add_at, forever, letters, listing, nth
from hostile_session import CUT, stuff
from scenarios_evidence import PLAIN, alike, said


def is_switched(s, name):
    return (s.directory / name).exists()


def is_second(s, number):
    return s.names[number - 1] == "0002"


def uid(s, number):
    return (b"new-" if is_switched(s, "renumbered") else b"") + s.uid(number)


def shown(s):
    """Returns the listed messages; the numbers of a session count these."""
    return [n for n in s.numbers() if not (is_switched(s, "hidden") and is_second(s, n))]


def sizes(s):
    return listing(*(b"%d %d" % (i, s.size(n)) for i, n in enumerate(shown(s), 1)))


def short_body(s, number):
    """Sends the second message without 30 octets of its body, unless the server has been fixed."""
    number = shown(s)[number - 1]
    content = s.content(number)
    if is_second(s, number) and not is_switched(s, "whole"):
        return said(s, number, content[:-32] + b"\r\n")
    return s.honest("RETR", number)


ANSWERS = {
    "LIST": sizes,
    "UIDL": lambda s: listing(*(b"%d %s" % (i, uid(s, n)) for i, n in enumerate(shown(s), 1))),
    "UIDL_n": lambda s, i: [b"+OK %d %s\r\n" % (i, uid(s, shown(s)[i - 1]))],
    "TOP": lambda s, i, lines: s.honest("TOP", shown(s)[i - 1], lines),
    "RETR": short_body,
}


def cut_at_random(s, number):
    content, choose = s.content(number), random.Random(number)
    return said(s, number, content[:60 + int((len(content) - 62) * choose.uniform(0.3, 0.95))] + b"\r\n")


def long_letters(count):
    head = b"Subject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\n"
    return [head % (n, n) + (b"line of text number %04d\r\n" % n) * (400 * n) for n in range(1, count + 1)]


for plain, lacks in PLAIN:
    add("doubt-moves" + plain, mail=letters(5), lacks=lacks, **ANSWERS)
    add("doubt-made" + plain, mail=letters(5), lacks=lacks + ("UIDL",), RETR=short_body)
    # All are cut, although RETR gives their size.
    add("doubt-cut-anywhere" + plain, mail=letters(12), lacks=lacks, RETR=cut_at_random)
    add("doubt-cut-at-8000" + plain, mail=long_letters(12), lacks=lacks,
        RETR=lambda s, n: said(s, n, s.content(n)[:8000] + b"\r\n"))
    # The first six have something in common that those after them lack.
    add("doubt-first-six" + plain, mail=letters(30), lacks=lacks,
        RETR=lambda s, n: said(s, n, s.content(n)[:-42] + b"\r\n") if n <= 6 else s.honest("RETR", n))
    # Without UIDL and TOP.
    none = lacks + ("UIDL", "TOP", "UIDL n")
    add_at("passing-breaks" + plain, "RETR", 2, lambda s, n: [b"+OK\r\n" + s.content(n)[:30], CUT], mail=letters(5),
           lacks=none)
    add_at("passing-endless" + plain, "RETR", 2, forever(b"more and more\r\n", b"+OK\r\nSubject: 2\r\n\r\n"),
           mail=letters(5), lacks=none)

large = letters(5)
large[1] = b"Subject: 2\r\nMessage-ID: <2@example.org>\r\n\r\n" + b"sixty octets of text in a line, and so on, until it is long\r\n" * 40000
add("doubt-disk", mail=large)


# --- Messages that stay on the server, or return with other UIDs or sizes ----------------------------------------

def dated(count):
    """Messages as devices send them, with neither Message-ID nor Received."""
    form = b"From: printer@lan\r\nSubject: status %d\r\nDate: Mon, 30 Nov 2026 10:0%d:00 +0000\r\n\r\nvalue %d\r\n"
    return [form % (n, n, n * 7) for n in range(1, count + 1)]


def headed_alike(count):
    return [b"From: printer@lan\r\nSubject: status\r\n\r\nvalue %04d\r\n" % n for n in range(1, count + 1)]


def top_with_lines(s, number, lines):
    head, blank, body = s.content(number).partition(b"\r\n\r\n")
    return [b"+OK\r\n" + stuff(head + blank + b"".join(body.splitlines(True)[:lines]))]


KEPT = {"cut": [CUT], "refused": [b"-ERR failed\r\n"], "done": [b"+OK bye\r\n", CUT]}
LACKS = {"": (), "-notop": ("TOP", "TOP n"), "-nouidl": ("UIDL", "UIDL n"),
         "-none": ("TOP", "TOP n", "UIDL", "UIDL n")}
MAIL = {"dated": dated(5), "alike": headed_alike(5), "ids": alike(5)}

for plain, lacks in PLAIN:
    for way, answer in KEPT.items():
        for kind, mail in MAIL.items():
            for form, more in LACKS.items():
                add(f"stays-{way}-{kind}{form}{plain}", mail=mail, lacks=lacks + more, QUIT=answer)
    for keyword, call in ("RETR", 3), ("DELE", 3), ("DELE", 5):
        for kind in "dated", "ids":
            add(f"stays-{keyword.lower()}-{call}-{kind}{plain}", mail=MAIL[kind], lacks=lacks + LACKS["-none"],
                **{keyword: nth(call, keyword, [CUT])})

SCANNED = b"X-Scanned: by the gateway\r\n"


def with_scan(s, sizes):
    """Returns the sizes of LIST, and UIDs, as files in the directory determine."""
    return listing(*(b"%d %d" % (i, sizes(s.size(n)) + (n * 37 % 11 + 20 if is_switched(s, "resized") else 0))
                     for i, n in enumerate(shown(s), 1)))


def uidl_if_any(s):
    if is_switched(s, "unlisted"):
        return [b"-ERR unknown command\r\n"]
    return ANSWERS["UIDL"](s)


def capa_without_uidl(s):
    return [b"+OK\r\nUSER\r\nSASL PLAIN\r\nTOP\r\n.\r\n"] if is_switched(s, "unlisted") else s.honest("CAPA")


def swapped_whole(s, number):
    """Swaps the second and the sixth message in RETR's answers, once, if more commands are in flight."""
    if number == 2 and is_switched(s, "swapped"):
        s.mixed = s.calls["RETR"] <= 6 and s.wire.lines_waiting() > 0
    other = {2: 6, 6: 2}.get(number, number) if getattr(s, "mixed", False) and s.calls["RETR"] <= 6 else number
    return [b"+OK\r\n" + stuff(s.content(other))]


MOVES = dict(ANSWERS, UIDL=uidl_if_any, CAPA=capa_without_uidl)
for plain, lacks in PLAIN:
    for kind, mail in MAIL.items():
        add(f"moves-{kind}{plain}", mail=mail, lacks=lacks, **dict(
            MOVES, LIST=lambda s: with_scan(s, lambda size: size), TOP=lambda s, i, n: top_with_lines(s, shown(s)[i - 1], n),
            RETR=lambda s, i: [b"+OK\r\n" + stuff(s.content(shown(s)[i - 1]))]))
    # A gateway adds a line to RETR's answer, but not to TOP's.
    add(f"moves-scanned{plain}", mail=letters(5), lacks=lacks, **dict(
        MOVES, LIST=lambda s: with_scan(s, lambda size: size + len(SCANNED)),
        RETR=lambda s, i: [b"+OK\r\n" + stuff(SCANNED + s.content(shown(s)[i - 1]))]))
    add(f"moves-swapped{plain}", mail=headed_alike(5), lacks=lacks, **dict(
        MOVES, LIST=lambda s: with_scan(s, lambda size: size), TOP=lambda s, i, n: top_with_lines(s, i, n),
        RETR=swapped_whole))
    # QUIT is not answered.
    add(f"reused{plain}", mail=headed_alike(5), lacks=lacks, QUIT=[CUT])
