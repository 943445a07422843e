"""Scenarios of hostile.py in which nearly all messages are wrong in the same way, so that they seem to excuse each
other; servers that do not dot-stuff; and answers that belong to other messages.
"""

from hostile_scenarios import add, at, letters, listing, whole
from hostile_session import stuff
from scenarios_doubt import long_letters
from scenarios_evidence import PLAIN, alike, counted, crowded, half_of, said


def both(name, mail, retr, **answers):
    for plain, lacks in PLAIN:
        add(name + plain, mail=mail, lacks=lacks, RETR=retr, **answers)


def silent(content):
    """Returns an answer without a size."""
    return [b"+OK\r\n" + stuff(content)]


# --- All messages of one size, received with another one
# -----------------------------------------------------------

both("alike-error", alike(6), lambda s, n: silent(b"Error reading file %s: input/output error\r\n" % (b"x" * 3 * n)))
both("alike-cut", alike(6), lambda s, n: silent(s.content(n)[:36 + 5 * n] + b"\r\n"))
both("alike-cut-in-words", alike(6), lambda s, n: [b"+OK message follows (%d octets)\r\n" % s.size(n)
                                                 + stuff(s.content(n)[:36 + 5 * n] + b"\r\n")])

# --- All messages cut
# ----------------------------------------------------------------------------------------------

both("all-one-line", letters(12), lambda s, n: silent(b"Message not available\r\n"))
both("all-headers", letters(12), lambda s, n: silent(s.content(n).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"))
both("all-cut-at-8000", long_letters(12), lambda s, n: silent(s.content(n)[:8000] + b"\r\n"))
both("all-lack-40", long_letters(5), lambda s, n: said(s, n, s.content(n)[:-42] + b"\r\n"))
both("all-lack-a-line", long_letters(3), lambda s, n: silent(s.content(n)[:-26]))

# --- RETR gives the size it sends
# ----------------------------------------------------------------------------------


def announced(s, content):
    """Returns an answer with the size of this content."""
    return [b"+OK %d octets\r\n" % len(content) + stuff(content)]


def first_lines(content, count):
    return b"".join(content.splitlines(keepends=True)[:count])


both("announced-cut-at-8000", long_letters(6), lambda s, n: announced(s, s.content(n)[:7998] + b"\r\n"))
both("announced-cut-three", long_letters(3), lambda s, n: announced(s, s.content(n)[:7998] + b"\r\n"))
both("announced-twelve-lines", long_letters(6), lambda s, n: announced(s, first_lines(s.content(n), 12)))
ANNOUNCED = {
    "third": lambda content: len(content) // 3,
    "threefold": lambda content: len(content) * 3,
    "rounded": lambda content: (len(content) + 1023) // 1024 * 1024,
    "kilobytes": lambda content: (len(content) + 1023) // 1024,
    "more": lambda content: len(content) + 40,
    "less": lambda content: len(content) - 40,
    "zero": lambda content: 0,
}
for name, counting in ANNOUNCED.items():
    sizes = counted(counting, False)["LIST"]
    both("announced-" + name, long_letters(5), lambda s, n: announced(s, s.content(n)), LIST=sizes)
    both(f"announced-{name}-cut", long_letters(8), LIST=sizes,
         retr=lambda s, n: announced(s, s.content(n)[:10240] + b"\r\n" if n == 5 else s.content(n)))
    both(f"announced-{name}-header", long_letters(8), LIST=sizes,
         retr=lambda s, n: announced(s, first_lines(s.content(n), 3) if n == 5 else s.content(n)))

# --- Dots --------------------------------------------------------------------------------------------------------

HEAD = b"Subject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\n"
DOTLESS = [HEAD % (n, n) + b"body " * 10 * n + b"\r\nend %d\r\n" % n for n in range(1, 5)]
DOTTED = [HEAD % (n, n) + b"".join(b".%d\r\n" % i for i in range(n)) + b"the end\r\nx\r\n" for n in range(5, 8)]
both("dots-hide-a-line", DOTLESS + [HEAD % (5, 5) + b".a\r\n.b\r\n.c\r\nthe end\r\nx\r\n"],
     at(5, lambda s, n: said(s, n, s.content(n)[:-3]))("RETR"))
both("dots-count", DOTLESS + DOTTED, **{"retr": lambda s, n: [b"+OK\r\n" + stuff(s.content(n))],
                                       "LIST": counted(lambda content: len(stuff(content)) - 3, False)["LIST"]})
both("dots-unstuffed", [HEAD % (n, n) + b"this is\r\n.02 of it\r\n. \r\nend %d\r\n" % n for n in range(1, 5)],
     lambda s, n: [b"+OK %d octets\r\n" % s.size(n) + s.content(n) + b".\r\n"])
both("dots-unstuffed-twice", DOTLESS[:2] + [HEAD % (n, n) + b".5\r\n...\r\nend\r\n" for n in range(3, 6)],
     lambda s, n: [b"+OK %d octets\r\n" % s.size(n) + s.content(n) + b".\r\n"])

# --- Lines that do not belong to the message
# -----------------------------------------------------------------------

both("all-ok-twice", letters(5), lambda s, n: [b"+OK %d octets\r\n" % s.size(n) * 2 + stuff(s.content(n))])
both("all-ok-twice-silent", letters(5), lambda s, n: [b"+OK\r\n+OK\r\n" + stuff(s.content(n))])
both("all-ok-at-end", letters(5), lambda s, n: silent(s.content(n) + b"+OK %d %s\r\n" % (n, s.uid(n))))
both("ok-twice-rounded", letters(12), at(12, lambda s, n: [b"+OK\r\n+OK 999 octets\r\n" + stuff(s.content(n))])("RETR"),
     LIST=counted(lambda content: (len(content) + 1023) // 1024 * 1024, False)["LIST"])
both("empty-line-first", letters(5), at(2, lambda s, n: [b"+OK %d octets\r\n\r\n" % s.size(n) + stuff(s.content(n))])("RETR"))
both("all-empty-line-first", letters(5), lambda s, n: [b"+OK\r\n\r\n" + stuff(s.content(n))])

# --- Good servers, with one unusual message or number
# --------------------------------------------------------------

TWO_LINES = b"Subject: two lines only\r\n\r\n"
LF = counted(lambda content: len(content) - content.count(b"\r\n"), True)
for kind, mail in (("last", letters(5) + [TWO_LINES]), ("first", [TWO_LINES] + letters(5))):
    both("lf-two-lines-" + kind, mail, LF["RETR"], LIST=LF["LIST"])


def filed(content):
    """Returns the size of the message's file, which has LF as line ends, and no final one if the text says so."""
    return len(content) - content.count(b"\r\n") - content.endswith(b"without an end\r\n")


FILED = counted(filed, False)
ONE_LINE = b"one line without an end\r\n"
UNENDED = HEAD % (6, 6) + b"a line\r\n.dot\r\nand one without an end\r\n"
for name, odd in (("one-line", ONE_LINE), ("unended", UNENDED)):
    for kind, mail in (("last", letters(5) + [odd]), ("first", [odd] + letters(5))):
        both(f"lf-{name}-{kind}", mail, FILED["RETR"], LIST=FILED["LIST"])
both("lf-unended-all", [HEAD % (n, n) + b"line\r\n" * 3 * n + b"without an end\r\n" for n in range(1, 6)], FILED["RETR"],
     LIST=FILED["LIST"])
both("lf-unended-short", letters(5) + [UNENDED], LIST=FILED["LIST"],
     retr=lambda s, n: silent(s.content(n)[:-4] + b"\r\n" if n == 6 else s.content(n)))
WITH_LF = [HEAD % (n, n) + b"line\r\n" * n + b"the end\r\n" for n in range(1, 13)]
both("lf-one-with-crlf", WITH_LF, **{"retr": lambda s, n: silent(s.content(n)), "LIST": counted(
    lambda content: len(content) if content == WITH_LF[4] else filed(content), False)["LIST"]})
# Messages of five lines, with an additional line of six octets in all but one.
both("lf-alike-by-a-line", alike(12), lambda s, n: silent(s.content(n) + (b"more\r\n" if n != 5 else b"")))

# An empty file, of which only the line end that the server adds is received.
NOTHING = counted(lambda content: 0 if content == b"\r\n" else len(content), True)
ZEROS = counted(lambda content: 0, True)
for kind, mail in (("last", letters(5) + [b"\r\n"]), ("first", [b"\r\n"] + letters(5)), ("alone", [b"\r\n"])):
    both("nothing-" + kind, mail, NOTHING["RETR"], LIST=NOTHING["LIST"])
both("nothing-two", [b"\r\n"] + letters(5) + [b"\r\n"], NOTHING["RETR"], LIST=NOTHING["LIST"])
both("nothing-of-zeros", letters(5) + [b"\r\n"], ZEROS["RETR"], LIST=ZEROS["LIST"])
both("nothing-once-zero", letters(5) + [b"\r\n"], NOTHING["RETR"],
     LIST=counted(lambda content: 0 if len(content) < 120 else len(content), False)["LIST"])

# A CR before the added line end is not counted, like that line end itself.
LAST_CR = counted(lambda content: len(content) - (3 if content.endswith(b"\r\r\n") else 0), True)
both("last-cr", letters(5) + [HEAD % (6, 6) + b"a\rb\r\r\nthe end\r\r\n"], LAST_CR["RETR"], LIST=LAST_CR["LIST"])
both("last-cr-short", letters(5) + [HEAD % (6, 6) + b"line\r\n" * 6 + b"the end\r\n"], lambda s, n: said(
    s, n, s.content(n)[:-9] + b"\r\r\n" if n == 6 else s.content(n)))
both("retr-constant", letters(6), lambda s, n: said(s, n, s.content(n), 123456))
both("retr-total", letters(6), lambda s, n: said(s, n, s.content(n), sum(s.size(i) for i in s.numbers())))
both("retr-at-random", letters(12), lambda s, n: said(s, n, s.content(n), s.size(n) * (7 * n % 11 + 3) // 5))
both("retr-constant-half", letters(6), lambda s, n: said(s, n, half_of(s, n) if n == 4 else s.content(n), 123456))

# A footer of 17 octets, with which the fourth message has 17 line ends: counted with LF, its size is right.
FOOTER = b"\r\n-- \r\nChecked.\r\n"
both("footer-of-line-ends", [HEAD % (n, n) + b"line\r\n" * (3 * n - 1) for n in range(1, 6)],
     lambda s, n: silent(s.content(n) + FOOTER))



def scored(n):
    return b"X-Spam-Status: No, score=%d.5 tests=%s\r\n" % (n, b"A,B" * (7 * n % 11))


def with_last_field(content, field):
    header, _, body = content.partition(b"\r\n\r\n")
    return header + b"\r\n" + field + b"\r\n" + body


# The added text has a different length for each message; the fifth lacks its last line.
both("field-first", letters(12), lambda s, n: silent(scored(n) + s.content(n)))
both("field-first-numbered", letters(12), lambda s, n: said(s, n, scored(n) + s.content(n)))
both("field-last", letters(12), lambda s, n: silent(with_last_field(s.content(n), scored(n))))
both("fields-last", letters(12), lambda s, n: silent(with_last_field(s.content(n), scored(n) + scored(n + 3))))
both("field-first-cut", letters(12), lambda s, n: silent(scored(n) + s.content(n)[:None if n != 5 else -7]))

# --- Answers that belong to other messages, with their sizes by LIST and RETR
# --------------------------------------


def others(order, with_number=True):
    """If commands are pipelined, the first answers are those to other messages as `order` says."""
    def retr(s, number):
        if s.calls["RETR"] == 1:
            s.mixes = crowded(s)
        other = order.get(number, number) if s.mixes and s.calls["RETR"] <= len(s.numbers()) else number
        return said(s, other, s.content(other)) if with_number else silent(s.content(other))
    return retr


def rounded(s):
    return listing(*(b"%d %d" % (n, (s.size(n) + 1023) // 1024 * 1024) for n in s.numbers()))


def sized(*sizes):
    return [HEAD % (n, n) + b"x" * (size - 50) + b"\r\n" for n, size in enumerate(sizes, 1)]


def exactly(sizes):
    return [(HEAD % (n, n)).ljust(size - 2, b"x") + b"\r\n" for n, size in enumerate(sizes, 1)]


def lacking(octets):
    return lambda s, n: s.content(n)[:-octets - 2] + b"\r\n"


for octets, sizes in ((15, range(1000, 1200, 40)), (6, range(800, 3000, 110))):
    less = lacking(octets)
    both(f"all-lack-{octets}", exactly(sizes), lambda s, n, less=less: said(s, n, less(s, n)))
    both(f"all-lack-{octets}-silent", exactly(sizes), lambda s, n, less=less: silent(less(s, n)))

RISING = sized(500, 637, 774)
add("answers-turned", mail=RISING, RETR=others({1: 3, 2: 1, 3: 2}))
add("answers-turned-back", mail=RISING, RETR=others({1: 2, 2: 3, 3: 1}))
add("answers-reversed", mail=RISING, RETR=others({1: 3, 3: 1}))
add("answers-reversed-eight", mail=sized(*range(500, 1500, 137)), RETR=others({n: 9 - n for n in range(1, 9)}))
add("answers-turned-alike", mail=alike(2) + sized(900), RETR=others({1: 2, 2: 3, 3: 1}))
KIBIBYTES = sized(6868, 4306, 1744, 8149, 5587, 3025, 463, 6870, 600, 1500, 7200, 9000)
for number in (True, False):
    name = "-numbered" if number else ""
    add("answers-swapped-rounded" + name, mail=KIBIBYTES, RETR=others({9: 10, 10: 9}, number), LIST=rounded)
    add("answers-turned-rounded" + name, mail=KIBIBYTES, RETR=others({1: 3, 2: 1, 3: 2}, number), LIST=rounded)


def once_missing_once_twice(s, number):
    """For messages of one size and pipelined commands: the second is not answered, and the third twice."""
    if s.calls["RETR"] == 1:
        s.mixes = crowded(s)
    if s.mixes and number == 2 and s.calls["RETR"] == 2:
        return []
    return [whole(s, number)] * (2 if s.mixes and number == 3 and s.calls["RETR"] == 3 else 1)


add("answers-missing-and-twice", mail=alike(6), RETR=once_missing_once_twice)


def third_for_second(s, number):
    """Sends the third message for the second one also, with its own size, until the server is fixed."""
    number = 3 if number == 2 and not (s.directory / "fixed").exists() else number
    return said(s, number, s.content(number))


both("answers-doubled", letters(5), third_for_second)
both("answers-doubled-untold", [b"Subject: status\r\n\r\n" + b"all is well\r\n" * n for n in range(1, 6)], third_for_second)


def noisy_second_try(s, number):
    """The second time, an answer that belongs to no command comes before the message."""
    honest = THIRD["RETR"](s, number)
    return [b"+OK\r\n" + honest[0]] if s.calls["RETR"] == 2 else honest


THIRD = counted(lambda content: len(content) // 3, True)
add("noise-at-second-try", mail=letters(1), RETR=noisy_second_try, LIST=THIRD["LIST"])
