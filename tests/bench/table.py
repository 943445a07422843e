"""The benchmark's output: a table for each workload and place, and the comparison of mailhaul with its bounds."""

import dataclasses
import datetime
import os
import pathlib
import platform
import statistics
import subprocess

COLUMNS = ("", "wall s", "least", "most", "CPU s", "peak MB", "MB/s", "CPU ns/B", "x drain", "x store", "runs", "")


@dataclasses.dataclass
class Row:
    """The results of one contender. 'scale' is the factor for its figures, because it did less work."""
    name: str
    results: dict = dataclasses.field(default_factory=dict)  # by round
    scale: float = 1.0
    note: str = ""
    failures: int = 0
    given_up: bool = False

    def fail(self, problem, given_up):
        """Notes a run that did not do its work; it is not counted otherwise."""
        self.failures += 1
        self.given_up = given_up
        self.note = f"FAILED {self.failures} x: {problem}"

    def median(self, figure):
        return statistics.median(self.figures(figure).values())

    def figures(self, figure):
        scale = 1 if figure == "peak" else self.scale
        return {number: getattr(result, figure) * scale for number, result in self.results.items()}

    def over(self, other, figure):
        """Returns the median of the ratios of each round, so that a slow round does not count. None if there is no
        common round.
        """
        ours, theirs = self.figures(figure), other.figures(figure)
        ratios = [ours[number] / theirs[number] for number in ours if theirs.get(number)]
        return statistics.median(ratios) if ratios else None

    @property
    def fails(self):
        return self.failures > 0 or not self.results


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def filesystem(path):
    """Returns the kind of filesystem that 'path' is on."""
    run = subprocess.run(["stat", "-f", "-c", "%T", str(path)], capture_output=True, text=True, check=False)
    return run.stdout.strip().replace("ext2/ext3", "ext4") or "unknown"


def heading(versions, places, rounds, scale):
    """Returns the lines that describe the machine and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [f"mailhaul's benchmark, {datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
             f"  machine    {os.cpu_count()} x {processor()}, {memory:.0f} GB",
             f"  system     {platform.system()} {platform.release()}"]
    lines += [f"  {name:<10} {filesystem(path)} ({path.parent})" for name, path in places.items()]
    lines += [f"  {name:<10} {version}" for name, version in versions.items()]
    lines.append(f"  rounds     {rounds}, interleaved; medians, of ratios as well; every message stays on the server"
                 + (f"; SCALE {scale:g}: only a trial" if scale != 1 else ""))
    return "\n".join(lines) + "\n"


def cells(row, octets, drain, store):
    if not row.results:
        return (row.name, *[""] * 10, row.note)
    wall, cpu = row.median("wall"), row.median("cpu")

    def ratio(other):
        value = row.over(other, "wall") if other else None
        return "" if value is None else f"{value:.2f}"

    def number(value):
        return f"{value:.3f}" if value < 10 else f"{value:.1f}"

    mark = "~" if row.scale != 1 else ""
    walls = row.figures("wall").values()
    return (row.name, mark + number(wall), number(min(walls)), number(max(walls)), mark + number(cpu),
            f"{row.median('peak') / 2**20:.1f}", f"{octets / wall / 1e6:.1f}" if octets else "",
            f"{cpu / octets * 1e9:.2f}" if octets else "", ratio(drain), ratio(store), str(len(row.results)), row.note)


def table(workload, rows, octets):
    """Returns the table as text. 'octets' is the sum of all messages, 0 if none are fetched."""
    drain = rows.get("drain --poll" if workload.poll else "drain")
    lines = [COLUMNS] + [cells(row, octets, drain, rows.get("drain --store")) for row in rows.values()]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    text = []
    for line in lines:
        parts = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:-1])]
        text.append("  ".join(["", *parts, line[-1]]).rstrip())
    return "\n".join(text) + "\n"


def judge(workload, rows, place):
    """Returns a line for each bound that can be judged from these rows."""
    lines = []
    for bound in workload.bounds:
        us = rows.get(bound.who)
        them = rows.get(bound.other)
        if place not in bound.places or not us or not us.results or (bound.other and not them):
            continue
        if not them:
            value, sign, what = us.median(bound.figure) / 2**20, "<=", f"{bound.who}, peak MB"
        elif bound.sense == "faster":
            value, sign, what = them.over(us, bound.figure), ">=", f"{bound.other} / {bound.who}, {bound.figure}"
        else:
            value, sign, what = us.over(them, bound.figure), "<=", f"{bound.who} / {bound.other}, {bound.figure}"
        if value is None:
            continue
        holds = value >= bound.limit if sign == ">=" else value <= bound.limit
        mark = "~" if them and them.scale != 1 else ""
        verdict = "pass" if holds else "FAIL"
        lines.append(f"{verdict}  {what}: bound {sign} {bound.limit:g}, is {mark}{value:.2f}")
    return lines
