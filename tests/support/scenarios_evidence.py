"""Scenarios of hostile.py about the evidence that a message is complete: sizes, ends that never come, and answers
that are lost or swapped while all messages have one size.
"""

from hostile_scenarios import add, add_at, forever, letters, listing, whole
from hostile_session import CUT, STALL, stuff

PLAIN = (("", ()), ("-plain", ("PIPELINING",)))


def alike(count):
    """Makes messages of one size, as a job sends them, each with a Message-ID."""
    form = b"Subject: nightly\r\nMessage-ID: <%03d@example.org>\r\n\r\nall is well\r\n%03d done\r\n"
    return [form % (n, n) for n in range(1, count + 1)]


def said(s, number, content, size=None):
    """Returns an answer to RETR with this content and the size of the message, or another size."""
    return [b"+OK %d octets\r\n" % (s.size(number) if size is None else size) + stuff(content)]


def half_of(s, number):
    """Returns the first half of the message, ended by a line end."""
    content = s.content(number)
    return content[:len(content) // 2] + b"\r\n"


def resized(s):
    """Lists another size for message 2, without its last line end, if the file other-size exists."""
    less = 2 if (s.directory / "other-size").exists() else 0
    return listing(*(b"%d %d" % (n, s.size(n) - (less if s.uid(n) == b"uid-0002" else 0)) for n in s.numbers()))


# --- Shorter or longer than announced, without an error ---------------------------------------------------------

for plain, lacks in PLAIN:
    def short(name, script, lacks=lacks, plain=plain, **more):
        add_at("short-" + name + plain, "RETR", 2, script, mail=letters(5), lacks=lacks, **more)
    short("half", lambda s, n: said(s, n, half_of(s, n)))
    short("no-number", lambda s, n: [b"+OK\r\n" + stuff(half_of(s, n))])
    short("line-end", lambda s, n: said(s, n, b"\r\n"))
    short("nothing", lambda s, n: said(s, n, b""))
    short("by-a-line", lambda s, n: said(s, n, s.content(n)[:s.content(n).rindex(b"\r\n", 0, -2) + 2]), LIST=resized)
    short("by-its-dots", lambda s, n: said(s, n, s.content(n)[:-3] + b"\r\n"))
    short("by-retr", lambda s, n: said(s, n, s.content(n), s.size(n) + 40))
    short("long", lambda s, n: said(s, n, b"+OK %d octets\r\n" % s.size(n) + s.content(n)))

    def once(s, number):
        return said(s, number, half_of(s, number) if s.calls["RETR"] <= 5 else s.content(number))
    short("once", once)

    def less_and_less(s, number):
        return said(s, number, s.content(number)[:140 - 10 * s.calls["RETR"]] + b"\r\n")
    short("differently", less_and_less)

# Two messages of five; the only one; all of them, each cut differently.
add("short-two", mail=letters(5), RETR=lambda s, n: said(s, n, half_of(s, n)) if n in (2, 4) else s.honest("RETR", n))
add("short-alone", mail=letters(1), RETR=lambda s, n: said(s, n, half_of(s, n)))
add("short-all", mail=letters(4), RETR=lambda s, n: said(s, n, s.content(n)[:60 * n] + b"\r\n"))
add("short-all-alike", mail=alike(6), RETR=lambda s, n: said(s, n, half_of(s, n)))

# --- Servers whose sizes are always wrong -----------------------------------------------------------------------

COUNTINGS = {
    "third": lambda content: len(content) // 3,
    "threefold": lambda content: len(content) * 3,
    "zero": lambda content: 0,
    "rounded": lambda content: (len(content) + 1023) // 1024 * 1024,
    "kilobytes": lambda content: (len(content) + 1023) // 1024,
    "lf": lambda content: len(content) - content.count(b"\r\n"),
    "dots": lambda content: len(stuff(content)) - 3,
    "terminator": lambda content: len(stuff(content)),
}


def counted(counting, with_number, half=None):
    def sizes(s):
        return listing(*(b"%d %d" % (n, counting(s.content(n))) for n in s.numbers()))

    def retr(s, number):
        size = b" %d octets" % counting(s.content(number)) if with_number else b""
        return [b"+OK" + size + b"\r\n" + stuff(half_of(s, number) if number == half else s.content(number))]
    return {"LIST": sizes, "RETR": retr}


for name, counting in COUNTINGS.items():
    for plain, lacks in PLAIN:
        add(f"sizes-{name}{plain}", mail=letters(5), lacks=lacks, **counted(counting, True))
        add(f"sizes-{name}-listed{plain}", mail=letters(5), lacks=lacks, **counted(counting, False))
        add(f"sizes-{name}-half{plain}", mail=letters(12), lacks=lacks, **counted(counting, True, half=12))

# --- Without end ------------------------------------------------------------------------------------------------

for plain, lacks in PLAIN:
    add_at("body-endless" + plain, "RETR", 2, forever(b"more and more\r\n", b"+OK\r\nSubject: 2\r\n\r\n"), lacks=lacks)


def trickle(octets, head, each, seconds):
    """Sends `each` octets every `seconds`, without end."""
    def script(*_):
        yield head
        while True:
            yield seconds
            yield (octets * (1 + each // len(octets)))[:each]
    return script


add_at("body-1-kb-a-second", "RETR", 2, trickle(b"slowly\r\n", b"+OK\r\nSubject: 2\r\n\r\n", 1024, 1))
add_at("body-460-octets-a-second", "RETR", 2, trickle(b"slowly\r\n", b"+OK\r\nSubject: 2\r\n\r\n", 460, 1),
       lacks=("PIPELINING",))


def trickle_listing():
    yield b"+OK\r\n"
    number = 1
    while True:
        yield 1
        yield b"".join(b"%07d %038d\r\n" % (n, n) for n in range(number, number + 10))
        number += 10


add("list-slow", LIST=lambda s: trickle_listing())

# --- A message that breaks the connection -----------------------------------------------------------------------


def always(keyword, script, *names):
    """Gives this answer for the second message, or for those with these names, whatever their numbers are."""
    def answer(s, number, *rest):
        if s.names[number - 1] not in (names or ("0002",)):
            return s.honest(keyword, number, *rest)
        return script(s, number) if callable(script) else script
    return {keyword: answer}


for plain, lacks in PLAIN:
    def breaks(name, script, lacks=lacks, plain=plain):
        add(name + plain, mail=letters(5), lacks=lacks, **always("RETR", script))
    breaks("breaks", lambda s, n: [b"+OK\r\n" + s.content(n)[:30], CUT])
    breaks("breaks-at-once", [CUT])
    breaks("never-ends", lambda s, n: [b"+OK\r\n" + s.content(n), STALL])
    breaks("refuses-and-leaves", [b"-ERR [SYS/TEMP] mailbox trouble\r\n", CUT])

add("refuses-forty", mail=letters(40), RETR=[b"-ERR not now\r\n"])
add("keeps-forty", mail=letters(40), DELE=[b"-ERR not now\r\n"])

# --- Answers that are lost, swapped, or inserted into a message -------------------------------------------------


def crowded(s):
    return s.wire.lines_waiting() > 0


def answer_inside(s, number):
    """Inserts the answer to the next command into the message, as if the server's two writers shared a buffer."""
    content = s.content(number)
    if number == len(s.names) and crowded(s):
        question = s.wire.line().split(b" ")
        line = b"+OK %d %s\r\n" % (number, s.uid(number)) if question[0] == b"UIDL" else b"+OK\r\n"
        yield b"+OK\r\n" + stuff(content + line)
    else:
        yield b"+OK\r\n" + stuff(content)


def of_lines(count, octets):
    """Makes a message of that many lines and octets, including CRLF."""
    head = b"Subject: lines\r\nMessage-ID: <lines@example.org>\r\n\r\n"
    left = octets - len(head)
    body = b"".join(b"x" * (left // (count - 3) - 2) + b"\r\n" for _ in range(count - 4))
    return head + body + b"y" * (left - len(body) - 2) + b"\r\n"


# "+OK 5 uid-0005" and its line end have 16 octets: counted with LF, 15 lines and this one compensate for them.
add("answer-inside", mail=letters(4) + [of_lines(15, 400)], RETR=answer_inside)


def lost(s, number):
    if number == 1 and crowded(s):
        return []
    return [whole(s, number), CUT] if number == len(s.names) and crowded(s) else [whole(s, number)]


def swapped(s, number):
    if number == 1 and crowded(s):
        s.swaps = True
    if number > 2 or not hasattr(s, "swaps"):
        return [whole(s, number), CUT] if number == len(s.names) and hasattr(s, "swaps") else [whole(s, number)]
    return [whole(s, 3 - number)]


for count in (2, 6):
    add(f"lost-{count}-alike", mail=alike(count), RETR=lost)
    add(f"swapped-{count}-alike", mail=alike(count + 1), RETR=swapped)
