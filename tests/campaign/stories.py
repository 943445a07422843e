"""Makes random stories: the content of the maildrop, and three to eight sessions with a fault in each."""

import random
import string

CALLS = ("fsync", "fdatasync", "renameat", "unlinkat", "pwrite64", "ftruncate", "syncfs")
KEYWORDS = ("CAPA", "AUTH", "LIST", "UIDL", "RETR", "RETR", "RETR", "UIDL n", "DELE", "DELE", "TOP", "QUIT")
KINDS = ("cut", "cut", "cut", "drop", "drop", "swap", "extra", "inside", "refuse", "quit", "quit", "quit", "empty", "short",
         "eager", "vanish", "kill", "kill", "kill", "none")


def name_of(number):
    letters = string.ascii_lowercase
    return letters[number] if number < 26 else letters[number // 26 - 1] + letters[number % 26]


class Author:
    """Makes one story; the same seed makes the same story."""

    def __init__(self, seed, without=()):
        self.random, self.without = random.Random(seed), set(without)
        self.made = []
        # A message with another UID is recognized by its header and size. So no story combines changing UIDs with
        # servers that make up sizes or refuse TOP for some messages.
        self.renumbers = self.random.random() < 0.6
        self.odd = not self.renumbers and self.random.random() < 0.6

    def message(self, may_reuse):
        r = self.random
        message = {"name": name_of(len(self.made)), "kind": "letter", "size": int(300 * 40 ** r.random())}
        if self.cron and r.random() < 0.8:
            message.update(kind="cron", size=700)
        # After a QUIT without an answer, a new twin cannot be distinguished from the same message with another UID.
        if self.made and self.twins and not may_reuse and r.random() < 0.2:
            first = r.choice(self.made)
            message.update({key: first[key] for key in ("kind", "size")}, twin=first.get("twin", first["name"]))
        if may_reuse and self.made and self.renumbers and r.random() < 0.15 and "reuse" not in self.without:
            message["reuse"] = r.choice(self.made)["name"]
        self.made.append(message)
        return message

    def fault(self):
        r, kind = self.random, self.random.choice(KINDS)
        if kind in self.without or kind == "none":
            return None
        fault = {"kind": kind}
        if kind == "cut":
            fault.update(octets=int(200 * 150 ** r.random()), way=r.choice(("cut", "cut", "close", "reset", "torn", "stall")))
        elif kind in ("drop", "extra"):
            fault.update(keyword=r.choice(KEYWORDS), n=r.randint(1, 4))
        elif kind in ("swap", "inside", "vanish"):
            fault.update(n=r.randint(1, 4))
            if kind == "swap" and r.random() < 0.5:
                fault.update(keyword="TOP")
        elif kind == "refuse":
            keywords = ["DELE", "DELE", "RETR", "UIDL n", "UIDL"] + ([] if self.renumbers else ["TOP"])
            fault.update(keyword=r.choice(keywords), n=r.randint(0, 2))
        elif kind == "quit":
            fault.update(how=r.choice(("undone", "unanswered")), way=r.choice(("cut", "close", "reset", "stall")))
        elif kind == "short":
            fault.update(n=r.randint(1, 3))
        elif kind == "kill":
            fault.update(r.choice((
                {"keyword": r.choice(KEYWORDS), "n": r.randint(1, 4)}, {"octets": int(200 * 150 ** r.random())},
                {"call": r.choice(CALLS), "n": r.randint(1, 6)})))
        if f"{kind} {fault.get('keyword')}" in self.without:
            return None
        if kind not in ("kill", "quit", "eager") and r.random() < 0.4:
            fault["once"] = True
        return fault

    def server(self):
        r, server = self.random, {}
        if r.random() < 0.4:
            server["pipelining"] = False
        if self.odd and r.random() < 0.6:
            server["sizes"] = r.choice(("lf", "rounded", "zero", "third", "threefold", "varying"))
        if r.random() < 0.3:
            server["number"] = False
        if r.random() < 0.1:
            server["uidl n"] = False
        if self.renumbers and r.random() < 0.12:
            server["uidl"] = False
        if r.random() < (0.12 if self.renumbers else 0.3):
            server["top"] = False
        return {key: value for key, value in server.items() if key not in self.without}

    def acts(self):
        r, acts = self.random, []
        for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
            acts.append({"act": "arrive", "message": self.message(True)})
        if self.renumbers and r.random() < 0.3:
            acts.append({"act": "renumber"})
        if r.random() < 0.15:
            acts.append({"act": "expunge", "name": r.choice(self.made)["name"]})
        if r.random() < 0.4:
            acts.append({"act": "read", "flags": r.choice(("", "S", "RS", "FS"))})
        if r.random() < 0.2:
            acts.append({"act": "discard", "name": r.choice(self.made)["name"]})
        r.shuffle(acts)
        return [act for act in acts if act["act"] not in self.without]

    def story(self):
        r = self.random
        self.cron, self.twins = r.random() < 0.4, r.random() < 0.15 and "twins" not in self.without
        many = r.random() < 0.08
        story = {"leave": r.choice(("no", "no", "forever", "3d")), "place": r.choice(("maildir", "maildir", "mbox")),
                 "mail": [self.message(False) for _ in range(r.randint(34, 70) if many else r.randint(1, 6))], "sessions": []}
        for number in range(r.randint(3, 8)):
            faults = [f for f in (self.fault() for _ in range(r.choice((1, 1, 1, 2)))) if f]
            story["sessions"].append({"before": self.acts() if number else [], "server": self.server(),
                                      "faults": faults, "days": r.choice((0, 0, 1, 2))})
        story["last"] = self.acts()
        return story


# Description of a story.
def tell_message(m):
    text = f"{m['name']} ({m['kind']}, {m['size']} octets"
    text += f", the same as {m['twin']}" if "twin" in m else ""
    return text + (f", with the UID that {m['reuse']} had, if we had it deleted)" if "reuse" in m else ")")


def tell_act(act):
    kind = act["act"]
    return {
        "arrive": lambda: f"message {tell_message(act['message'])} arrives",
        "renumber": lambda: "all messages get new UIDs",
        "expunge": lambda: f"somebody else deletes message {act['name']} from the server",
        "read": lambda: f"a reader opens the mail (flags '{act['flags']}')",
        "discard": lambda: f"a reader deletes message {act['name']} at the destination",
    }[kind]()


def nth(n, keyword):
    return f"every {keyword}" if n == 0 else f"{keyword} number {n}"


def tell_fault(f):
    kind = f["kind"]
    way = {"cut": "without a word", "close": "in order", "reset": "by a reset", "torn": "inside a TLS record",
           "stall": "by saying nothing more"}.get(f.get("way"))
    if kind == "kill":
        when = (f"sends {nth(f['n'], f['keyword'])}" if "keyword" in f else f"has got {f['octets']} octets" if "octets" in f
                else f"calls {f['call']} for the {f['n']}. time")
        text = f"the program is killed as it {when}"
    else:
        text = {
            "cut": lambda: f"the server ends the connection after {f['octets']} octets {way}",
            "drop": lambda: f"{nth(f['n'], f['keyword'])} is not answered",
            "swap": lambda: f"the answers to {f.get('keyword', 'RETR')} number {f['n']} and the next one are swapped",
            "extra": lambda: f"{nth(f['n'], f['keyword'])} is answered, and then +OK once more",
            "inside": lambda: f"the message of RETR number {f['n']} has the answer to the next command inside",
            "refuse": lambda: f"{nth(f['n'], f['keyword'])} is refused",
            "quit": lambda: f"QUIT is not answered (ends {way}), and what was to be deleted is "
                            + ("deleted" if f["how"] == "unanswered" else "still there"),
            "empty": lambda: "the listing is empty",
            "short": lambda: f"the listing shows the first {f['n']} messages only",
            "eager": lambda: "DELE deletes without QUIT",
            "vanish": lambda: f"somebody else deletes the message before RETR number {f['n']}",
        }[kind]()
    return text + (", in the first connection" if f.get("once") else "")


def tell_server(server):
    words = {"pipelining": "no PIPELINING", "uidl": "no UIDL", "top": "no TOP", "uidl n": "no UIDL with a number",
             "number": "no octets after RETR's +OK"}
    return [words[key] for key, value in server.items() if value is False] + (
        [f"sizes are {server['sizes']}"] if "sizes" in server else [])


def tell(story):
    """Yields the story as lines of text."""
    yield f"leave_on_server = {story['leave']}, to a {story['place']}"
    yield "At first on the server: " + ", ".join(map(tell_message, story["mail"]))
    for number, session in enumerate(story["sessions"], 1):
        yield from ("  " + tell_act(act) for act in session["before"])
        words = tell_server(session["server"]) + [tell_fault(f) for f in session["faults"]]
        later = f", {session['days']} days later" if session.get("days") and story["leave"].endswith("d") else ""
        yield f"Session {number}{later}: " + ("; ".join(words) or "all is well")
    yield from ("  " + tell_act(act) for act in story["last"])
    yield "Last session: all is well"


# Reduction of a story.
def without(sequence, index):
    return sequence[:index] + sequence[index + 1:]


def shorter(story):
    """Yields stories with one part left out, the largest parts first."""
    sessions = story["sessions"]
    for i in range(len(sessions)):
        yield {**story, "sessions": without(sessions, i)}
    for count in (len(story["mail"]) // 2, 1):
        for start in range(0, len(story["mail"]), max(1, count)):
            mail = story["mail"][:start] + story["mail"][start + max(1, count):]
            yield {**story, "mail": mail}
    for i, session in enumerate(sessions):
        changed = [{**session, key: without(session[key], j)} for key in ("faults", "before") for j in range(len(session[key]))]
        changed += [{**session, "server": {k: v for k, v in session["server"].items() if k != key}}
                    for key in session["server"]]
        changed += [{**session, "days": 0}] if session.get("days") else []
        for other in changed:
            yield {**story, "sessions": sessions[:i] + [other] + sessions[i + 1:]}
    for j in range(len(story["last"])):
        yield {**story, "last": without(story["last"], j)}
    for key, value in (("leave", "no"), ("place", "maildir")):
        if story[key] != value:
            yield {**story, key: value}


def shrink(story, fails, most=150):
    """Returns the shortest story found that still fails."""
    tries = 0
    while tries < most:
        for candidate in shorter(story):
            tries += 1
            if fails(candidate):
                story = candidate
                break
            if tries >= most:
                return story
        else:
            return story
    return story
