"""The workloads: the maildrops, and the bounds for mailhaul."""

import dataclasses
import mail

KB, MB = 1024, 1024 * 1024
PART = 20  # a slow contender gets every 20th message, messages of a 20th of the size, or one account of 20


@dataclasses.dataclass(frozen=True)
class Bound:
    """'figure' of 'who', divided by that of 'other' if there is one, is at most (or at least) 'limit'."""
    figure: str            # wall, cpu, peak
    other: str             # a contender's name, or empty
    sense: str             # most: mailhaul / other <= limit; faster: other / mailhaul >= limit
    limit: float
    places: tuple = ("disk",)
    who: str = "mailhaul"  # the contender whose figure is judged


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    sizes: list            # of the messages of one account
    bounds: tuple
    accounts: int = 1
    places: tuple = ("disk", "tmpfs")
    far: bool = False      # over the slow link
    poll: bool = False     # there is nothing new
    rounds: int = 1        # factor for the number of rounds: it is short, and its time varies
    mbox: bool = False     # mailhaul also delivers into an mbox
    large: bool = False    # has messages that may be written past the page cache
    server: str = "dovecot"
    odd: tuple = ()        # mailhaul with one unusual message: "header" and "size"

    def part(self):
        """Returns the sizes for one account, for contenders that would take too long with all of it."""
        if self.accounts > 1:
            return self.sizes
        if len(self.sizes) < 2 * PART:
            return [max(size // PART, KB) for size in self.sizes]
        return self.sizes[::PART]


def at_most(other, limit, places=("disk",), figure="wall"):
    return Bound(figure, other, "most", limit, places)


def faster(other, limit):
    return Bound("wall", other, "faster", limit)


def every_peer(limit):
    return tuple(faster(name, limit) for name in ("mpop", "getmail", "fdm", "fetchmail"))


def workloads(scale):
    """Returns all of them by name; 'scale' makes them smaller."""

    def count(number):
        return max(int(number * scale), 2)

    both = ("disk", "tmpfs")
    small = Workload(
        "small", f"{count(10000):,} messages of 4 KB", [4 * KB] * count(10000), mbox=True, rounds=3,
        bounds=(at_most("drain --store", 1.25, both), faster("mpop", 4), faster("fdm", 40), faster("fetchmail", 40)))
    total = int(400 * MB * scale)
    mixed = Workload(
        "mixed", f"{count(2000):,} messages, log-normal 1 KB to 5 MB, {total // MB} MB in all",
        mail.log_normal(count(2000), KB, 5 * MB, total), mbox=True, large=True,
        bounds=(at_most("drain --store", 1.10, both), faster("mpop", 1), at_most("mpop", 0.6, figure="cpu")))
    large = max(int(256 * MB * scale), MB)
    big = Workload(
        "big", f"4 messages of {large // MB} MB", [large] * 4, mbox=True, large=True,
        bounds=(at_most("drain --store", 1.05, both), at_most("", 12, figure="peak"), faster("mpop", 1),
                at_most("mpop", 0.6, figure="cpu")))
    poll = Workload(
        "poll", f"{count(100000):,} messages on the server, none of them new", [512] * count(100000), poll=True, rounds=5,
        places=("disk",), bounds=(at_most("drain --poll", 1.15), *every_peer(1)))
    line = Workload(
        "line", f"{count(500):,} messages of 4 KB with a round trip of 50 ms", [4 * KB] * count(500), far=True,
        places=("disk",), bounds=(at_most("drain", 1.25), faster("mpop", 1.7), faster("fetchmail", 50), faster("fdm", 50)))
    fleet = Workload(
        "fleet", f"20 accounts with {count(200):,} messages of 4 KB with a round trip of 50 ms",
        [4 * KB] * count(200), accounts=20, far=True, places=("disk",),
        bounds=(at_most("drain", 1.5), faster("mpop", 15)))
    odd = Workload(
        "odd", f"{count(300):,} messages of 4 KB at Courier with a round trip of 50 ms, one of them odd", [4 * KB] * count(300),
        far=True, places=("disk",), server="courier", odd=("header", "size"),
        bounds=tuple(Bound("wall", "mailhaul", "most", 1.3, who=f"mailhaul, odd {each}") for each in ("header", "size")))
    return {each.name: each for each in (small, mixed, big, poll, line, fleet, odd)}
