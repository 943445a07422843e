"""Scenarios of hostile.py with answers in other forms than those of RFC 1939, as real servers give them.

All mail has to arrive, each message once. Each scenario exists with and without PIPELINING: the second has "-plain"
at the end of its name.
"""

import itertools

from hostile_scenarios import add, letters, listing
from hostile_session import CUT, stuff


def both(name, mail=None, lacks=(), **answers):
    """Adds a scenario with and without PIPELINING."""
    add(name, mail=mail, lacks=lacks, **answers)
    add(name + "-plain", mail=mail, lacks=(*lacks, "PIPELINING"), **answers)


# --- UIDL n and LIST n -------------------------------------------------------------------------------------------

def whole_listing(keyword, status, tail=b""):
    """Answers with the complete listing for one message, each line in a record of its own."""
    def script(s, number=None):
        if number is None:
            yield from s.honest(keyword)
            return
        yield status
        for line in b"".join(s.honest(keyword)).split(b"\r\n")[1:-1]:
            yield line + b"\r\n"
        yield tail
    return script


def own_line(s, keyword, number, form):
    for line in b"".join(s.honest(keyword)).split(b"\r\n"):
        if line.split(b" ")[0] == b"%d" % number:
            return [form(line)]
    return [b"-ERR no such message\r\n"]


def one_line(keyword, form):
    return lambda s, number=None: s.honest(keyword) if number is None else own_line(s, keyword, number, form)


def wrong_line(s, number=None):
    """Answers with the UID of another message."""
    return s.honest("UIDL") if number is None else [b"+OK uid-%04d\r\n" % (number % 5 + 1)]


MANY = letters(80)
both("ask-bare-uid", mail=MANY, UIDL_n=one_line("UIDL", lambda line: b"+OK " + line.split(b" ")[1] + b"\r\n"))
both("ask-bare-size", mail=MANY, lacks=("UIDL",),
     LIST_n=one_line("LIST", lambda line: b"+OK " + line.split(b" ")[1] + b"\r\n"))
both("ask-blanks", mail=MANY, UIDL_n=one_line("UIDL", lambda line: b"+OK\t" + line.replace(b" ", b" \t ") + b" \r\n"))
both("ask-listing", mail=MANY, UIDL_n=whole_listing("UIDL", b"+OK unique-id listing follows\r\n"))
both("ask-listing-no-words", mail=MANY, UIDL_n=whole_listing("UIDL", b"+OK\r\n"))
both("ask-listing-empty-line", mail=MANY, UIDL_n=whole_listing("UIDL", b"+OK\r\n", b"\r\n"))
both("ask-listing-of-sizes", mail=MANY, lacks=("UIDL",),
     LIST_n=whole_listing("LIST", b"+OK 80 messages (30000 octets)\r\n"))
both("ask-listing-like-stat", mail=MANY, lacks=("UIDL",), LIST_n=whole_listing("LIST", b"+OK 80 30000\r\n"))
both("ask-listing-like-answer", mail=letters(1), lacks=("UIDL",),
     LIST_n=lambda s, number=None: s.honest("LIST") if number is None else
     [b"+OK 1 %d\r\n" % s.size(1), b"1 %d\r\n.\r\n" % s.size(1)])
both("ask-line-and-dot", mail=MANY, UIDL_n=one_line("UIDL", lambda line: b"+OK\r\n" + line + b"\r\n.\r\n"))
both("ask-answer-and-dot", mail=MANY, UIDL_n=one_line("UIDL", lambda line: b"+OK " + line + b"\r\n.\r\n"))
# The UID with additional text: {n} is the number, {u} the UID.
for name, form in {"twice": "{n} {n} {u}", "colon": "{n}: {u}", "angle": "{n} <{u}>", "quoted": '{n} "{u}"', "zero": "0 {u}",
                   "one-always": "1 {u}", "words-first": "UID of message {n} {u}", "words-around": "message {n} has UID {u}."}.items():
    both("ask-" + name, mail=letters(5), UIDL_n=lambda s, n=None, form=form: s.honest("UIDL") if n is None else
         [b"+OK " + form.format(n=n, u=s.uid(n).decode()).encode() + b"\r\n"])
both("ask-upper-case", mail=letters(5), UIDL_n=one_line("UIDL", lambda line: b"+OK " + line.upper() + b"\r\n"))
both("ask-fewer-words", mail=letters(5), UIDL=lambda s: listing(*(b"%d %s extra words" % (n, s.uid(n)) for n in s.numbers())),
     UIDL_n=lambda s, n: [b"+OK %d %s\r\n" % (n, s.uid(n))])
# UIDL n is refused; this is the answer to LIST n, or UIDL n says nothing.
REFUSED = [b"-ERR unimplemented\r\n"]
for name, form in {"size-words": "+OK message {n} has {s} octets", "size-nothing": "+OK done", "size-no-pop3": "500 what",
                   "size-of-drop": "+OK 99999 octets in all"}.items():
    both("ask-" + name, mail=letters(5), UIDL_n=lambda s, n: REFUSED,
         LIST_n=lambda s, n, form=form: [form.format(n=n, s=s.size(n)).encode() + b"\r\n"])
for name, answer in {"no-words": b"+OK", "few-words": b"+OK unique-id", "no-pop3": b"500 what"}.items():
    both("ask-" + name, mail=letters(40), UIDL_n=lambda s, n, answer=answer: [answer + b"\r\n"])
both("ask-no-words-at-all", mail=letters(5), UIDL_n=lambda s, n: [b"+OK\r\n"], LIST_n=lambda s, n: [b"+OK\r\n"])
for name, form in {"size-words": "+OK message {n} has {s} octets", "size-nothing": "+OK done", "size-no-pop3": "500 what"}.items():
    both(f"ask-{name}-no-uidl", mail=letters(5), lacks=("UIDL",),
         LIST_n=lambda s, n, form=form: [form.format(n=n, s=s.size(n)).encode() + b"\r\n"])
both("ask-wrong-uid", mail=letters(5), UIDL_n=wrong_line)
both("ask-wrong-uid-words", mail=letters(5), UIDL_n=lambda s, n: [b"+OK message %d: <uid-%04d>\r\n" % (n, n % 5 + 1)])

TIMES = itertools.count()
both("ask-late-answer", mail=letters(5), UIDL_n=lambda s, n: [b"+OK what\r\n"] + s.one_of("UIDL", n))
both("ask-late-line", mail=letters(5), UIDL_n=lambda s, n: [b"what\r\n"] + s.one_of("UIDL", n))
both("ask-other-time", mail=letters(5), UIDL_n=lambda s, n: [b"+OK what %d\r\n" % next(TIMES)] if n == 5 else s.one_of("UIDL", n))
both("ask-one-of-many", mail=letters(5), UIDL_n=lambda s, n: [b"+OK what\r\n"] if n == 5 else s.one_of("UIDL", n))
both("ask-other-listing", mail=letters(5), UIDL_n=lambda s, number=None: s.honest("UIDL") if number is None else
     listing(b"1 a", b"2 b", b"3 c", b"4 d", b"5 e"))

# --- Line ends ---------------------------------------------------------------------------------------------------

DOTS = [b"Subject: %d\r\n\r\n.\r\n..\r\n.x\r\n\r\nend\r\n" % n for n in range(40)]
KEYWORDS = ("CAPA", "AUTH", "LIST", "UIDL", "UIDL_n", "LIST_n", "RETR", "TOP", "DELE", "NOOP", "QUIT")


def with_ends(end, keywords=KEYWORDS):
    """Changes the line ends of the honest answers."""
    def change(keyword):
        real = keyword.split("_")[0]

        def script(s, *arguments):
            answer = s.one_of(real, *arguments) if keyword.endswith("_n") and arguments else s.honest(real, *arguments)
            yield b"".join(answer).replace(b"\r\n", end)
        return script
    return {"greeting": [b"+OK ready" + end], **{keyword: change(keyword) for keyword in keywords}}


both("lines-lf", mail=DOTS, **with_ends(b"\n"))
both("lines-cr-cr-lf", mail=DOTS, **with_ends(b"\r\r\n"))
both("lines-lf-status", mail=DOTS, RETR=lambda s, n: [b"+OK\n" + stuff(s.content(n))])
both("lines-lf-bodies", mail=DOTS, **with_ends(b"\n", ("RETR", "TOP")))
both("lines-lf-listings", mail=DOTS, **with_ends(b"\n", ("LIST", "UIDL")))
# If the status line ends with CRLF, a line of a message that ends with a bare LF is content.
both("lines-lf-content", mail=[b"Subject: x\r\n\r\na\n.\nb\n..\nc\r\n", b"\n.\n\r\n"] * 10)

# --- Blanks, TABs and empty lines --------------------------------------------------------------------------------


def before(octets, *keywords):
    """Sends these octets before each answer."""
    def change(keyword):
        def script(s, *arguments):
            yield octets
            yield from s.honest(keyword, *arguments)
        return script
    return {keyword: change(keyword) for keyword in keywords}


both("empty-line-before", mail=letters(40), **before(b"\r\n", "greeting", "CAPA", "AUTH", "LIST", "UIDL", "RETR", "DELE"))
both("empty-lines-before", mail=letters(40), **before(b"\n\r\n\n", "RETR", "DELE"))
both("empty-line-after", mail=letters(40), RETR=lambda s, n: [b"+OK\r\n" + stuff(s.content(n)) + b"\r\n"])
both("empty-lines-endless", RETR=lambda s, n: itertools.repeat(b"\r\n" * 8000))


def parted(keyword, blanks, first=b"", last=b""):
    def script(s, *_):
        for line in b"".join(s.honest(keyword)).split(b"\r\n")[:-1]:
            yield (first + line.replace(b" ", blanks) + last if line[:1].isdigit() else line) + b"\r\n"
    return script


for name, arguments in {"tab": (b"\t",), "blanks": (b"   ",), "before": (b" ", b"  "), "after": (b" ", b"", b" \t")}.items():
    both("fields-" + name, UIDL=parted("UIDL", *arguments), LIST=parted("LIST", *arguments))
both("status-tab", RETR=lambda s, n: [b"+OK\tfollows\r\n" + stuff(s.content(n))])
both("status-lower-case", greeting=[b"+ok\r\n"], AUTH=[b"+ok\r\n"], DELE=lambda s, n: (
    s.deleted.add(n), [b"+Ok deleted\r\n"])[1])


def changed(keyword, old, new, count=1):
    """Replaces octets in the honest answer to this command; for LIST and UIDL, in the listing."""
    return {keyword: lambda s, *_: [b"".join(s.honest(keyword)).replace(old, new, count)]}


both("status-no-blank", mail=letters(5), greeting=[b"+OKready\r\n"], AUTH=[b"+OKlogged in\r\n"],
     **changed("LIST", b"+OK", b"+OK5 messages"))
both("status-blank-before", mail=letters(5), **before(b" ", "greeting", "CAPA", "AUTH", "LIST", "UIDL", "RETR", "DELE"),
     UIDL_n=lambda s, n: [b" "] + s.one_of("UIDL", n))
both("status-blank-line", mail=letters(5), **before(b" \r\n", "greeting", "CAPA", "AUTH", "LIST", "UIDL", "RETR", "DELE"),
     UIDL_n=lambda s, n: [b" \r\n"] + s.one_of("UIDL", n))
for keyword in "LIST", "UIDL", "CAPA":
    name = "empty-line-" + keyword.lower()
    both(name + "-first", mail=letters(5), **changed(keyword, b"+OK\r\n", b"+OK\r\n\r\n"))
    both(name + "-last", mail=letters(5), **changed(keyword, b"\r\n.\r\n", b"\r\n\r\n.\r\n"))
    both(name + "-each", mail=letters(5), **changed(keyword, b"\r\n", b"\r\n \r\n", -1))
for word, answer in {"two-blanks": b"-ERR  [IN-USE] busy\r\n", "tab": b"-ERR\t[IN-USE] busy\r\n",
                     "lower-case": b"-err [IN-USE] busy\r\n", "plus": b"+ERR [IN-USE] busy\r\n",
                     "lf": b"-ERR [IN-USE] busy\n", "no-blank": b"-ERR[IN-USE] busy\r\n"}.items():
    add("refused-" + word, AUTH=[answer])
add("refused-no-words", AUTH=[b"-ERR\r\n"])

# --- The maildrop changes ----------------------------------------------------------------------------------------


def without_last(keyword, calls):
    """Another message arrives after the first listings."""
    def script(s, *_):
        lines = b"".join(s.honest(keyword)).split(b"\r\n")
        return [b"\r\n".join(lines[:-3] + lines[-2:] if s.calls[keyword] <= calls else lines)]
    return script


both("newer-in-list", UIDL=without_last("UIDL", 1))
both("newer-in-list-for-good", UIDL=without_last("UIDL", 9))
both("newer-in-uidl", LIST=without_last("LIST", 9))
NO = [b"-ERR no messages\r\n"]
for name, answers in {"list": {"LIST": NO}, "uidl": {"UIDL": NO}, "both": {"LIST": NO, "UIDL": NO}}.items():
    both("empty-refuses-" + name, mail=lambda: [], STAT=[b"+OK 0 0\r\n"], **answers)
both("refuses-both", STAT=[b"+OK 3 320\r\n"], LIST=NO, UIDL=NO)
both("refuses-and-closes", LIST=[b"-ERR [SYS/TEMP] later\r\n", CUT])

# --- One useless line in a listing --------------------------------------------------------------------------------


def one_bad_line(keyword, line):
    """Sends this line for message 3 instead of its own: {n} is the number; b"" leaves the line out."""
    def script(s, *_):
        for own in b"".join(s.honest(keyword)).split(b"\r\n")[:-1]:
            number = own.split(b" ")[0]
            if number.isdigit() and s.uid(int(number)) == b"uid-0003":
                own = line.replace(b"{n}", number)
            yield own + b"\r\n" if own else b""
    return {keyword: script}


for name, line in {"omitted": b"", "negative": b"{n} -1", "word": b"{n} unknown", "none": b"{n} ", "comma": b"{n} 1,234",
                   "refused": b"{n} -ERR", "error": b"-ERR message unreadable", "twice": b"{n} 300\r\n{n} 300",
                   "thrice": b"{n} 1\r\n{n} 2\r\n{n} 1", "again": b"1 87"}.items():
    both("bad-size-" + name, mail=letters(5), **one_bad_line("LIST", line))
both("bad-size-no-top", mail=letters(5), lacks=("TOP",), TOP=[b"-ERR unknown command\r\n"], **one_bad_line("LIST", b"{n} -1"))
both("bad-size-twice-at-end", mail=letters(3), **one_bad_line("LIST", b"{n} 300\r\n{n} 300"))
both("bad-size-all", mail=letters(9), LIST=lambda s: listing(*(b"%d unknown" % n for n in s.numbers())))
both("bad-size-shifted", mail=letters(5), LIST=lambda s: listing(*(b"%d %d" % (n + 1, s.size(n)) for n in s.numbers())))
both("bad-uid-error", mail=letters(5), **one_bad_line("UIDL", b"-ERR message unreadable"))
both("bad-uid-all", mail=letters(9), UIDL=lambda s: listing(*(b"-ERR unreadable" for n in s.numbers())))

# --- Neither UIDL nor TOP ----------------------------------------------------------------------------------------

NOTHING = {"lacks": ("UIDL", "TOP"), "TOP": [b"-ERR unknown command\r\n"]}


def cut_at(keyword, call):
    """Breaks the connection at the n-th such command."""
    def script(s, *arguments):
        if s.calls[keyword] == call:
            yield CUT
        yield from s.honest(keyword, *arguments)
    return script


LETTERS = [b"Received: by a\r\nSubject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\nthe same size\r\n" % (n, n)
           for n in range(10, 50)]
both("nothing", mail=LETTERS, **NOTHING)
both("nothing-breaks-at-retr", mail=LETTERS, RETR=cut_at("RETR", 20), **NOTHING)
both("nothing-breaks-at-dele", mail=LETTERS, DELE=cut_at("DELE", 20), **NOTHING)
both("nothing-breaks-at-quit", mail=LETTERS, QUIT=[CUT], **NOTHING)
both("nothing-breaks-after-quit", mail=LETTERS, QUIT=lambda s: (s.expunge(), [CUT])[1], **NOTHING)

# --- Sizes that change each time ----------------------------------------------------------------------------------

SESSIONS = itertools.count()


def other_sizes(s, *_):
    more = next(SESSIONS)
    return listing(*(b"%d %d" % (n, s.size(n) + 7 * more + n) for n in s.numbers()))


both("sizes-vary", mail=MANY, lacks=("TOP",), TOP=[b"-ERR unknown command\r\n"], LIST=other_sizes)
both("uids-are-numbers", lacks=("TOP",), TOP=[b"-ERR unknown command\r\n"],
     UIDL=lambda s: listing(*(b"%d %d" % (n, n) for n in s.numbers())), UIDL_n=lambda s, n: [b"+OK %d %d\r\n" % (n, n)])
both("sizes-vary-top", mail=MANY, LIST=other_sizes)
for name, answer in {"words": b"+OK", "pop3": b"500 what"}.items():
    both(f"sizes-vary-top-no-{name}", mail=MANY, LIST=other_sizes, UIDL_n=lambda s, n, answer=answer: [answer + b"\r\n"],
         LIST_n=lambda s, n, answer=answer: [answer + b"\r\n"])
