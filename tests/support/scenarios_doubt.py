"""Scenarios of hostile.py about messages that came with another size than the server gave, and what becomes of them when
the listing, the state or the evidence changes. Files in the folder switch the server: `renumbered`, `hidden`,
`whole`."""

import random

from hostile_scenarios import add, add_at, forever, letters, listing
from hostile_session import CUT
from scenarios_evidence import PLAIN, said


def is_switched(s, name):
    return (s.folder / name).exists()


def is_second(s, number):
    return s.names[number - 1] == "0002"


def uid(s, number):
    return (b"new-" if is_switched(s, "renumbered") else b"") + s.uid(number)


def shown(s):
    """The messages that are listed; their numbers of a session count these."""
    return [n for n in s.numbers() if not (is_switched(s, "hidden") and is_second(s, n))]


def sizes(s):
    return listing(*(b"%d %d" % (i, s.size(n)) for i, n in enumerate(shown(s), 1)))


def short_body(s, number):
    """The second message lacks 30 octets of its body, unless the server has been mended."""
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
    # All are cut, though RETR says how large they are.
    add("doubt-cut-anywhere" + plain, mail=letters(12), lacks=lacks, RETR=cut_at_random)
    add("doubt-cut-at-8000" + plain, mail=long_letters(12), lacks=lacks,
        RETR=lambda s, n: said(s, n, s.content(n)[:8000] + b"\r\n"))
    # What the first six have in common, those after them have not.
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
