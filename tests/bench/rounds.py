"""The rounds of one workload in one place: all contenders take turns, each time in a new directory."""

import dataclasses
import os
import pathlib
import random
import shutil
import sys
import time

from contenders import Job
import measure
from table import Row
import verify

LONGEST = 30     # seconds: a contender that would take longer for a round gets a part of the work
MOST = 300       # seconds: limit of a run
PATIENCE = 45    # seconds: limit of all rounds of a peer, not counting the first two
FEW_FILES = 100  # below this number, files may be deleted at once


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


@dataclasses.dataclass
class Mail:
    """Accounts that contain the same messages."""
    accounts: list
    messages: list

    @property
    def octets(self):
        return len(self.accounts) * sum(message.octets for message in self.messages)


@dataclasses.dataclass
class Place:
    """A place that contenders deliver to, and their user: 'owner' is a pair of IDs, or None for our own user."""
    name: str
    directory: pathlib.Path
    owner: tuple
    number: int = 0

    def make(self, job):
        """Makes a directory for the contender."""
        job.directory.mkdir()
        job.make()
        self.give((job.directory, *job.directory.rglob("*")))

    def give(self, paths):
        if self.owner:
            for path in paths:
                os.chown(path, *self.owner)

    def next_directory(self, name):
        self.number += 1
        return self.directory / f"{self.number:04}-{name.replace(' ', '')}"

    def set_aside(self, job, files):
        """Deletes the files that a run delivered, or keeps them until the end. ext4 avoids inodes that were deleted
        in the last minutes, and the next round would spend seconds on searching for others.
        """
        if self.name == "tmpfs" or files < FEW_FILES:
            shutil.rmtree(job.directory)


class Rounds:
    """'endpoint' is host, port and file of the authority; 'prefix' is a command that starts contenders in their
    namespace.
    """

    def __init__(self, workload, place, endpoint, prefix, program):
        self.workload, self.place, self.endpoint = workload, place, endpoint
        self.prefix, self.program = prefix, program
        self.standing = {}  # jobs that keep their state, for a poll

    def job(self, contender, mail):
        job = Job(self.place.next_directory(f"{self.workload.name}-{contender.name}"), *self.endpoint, mail.accounts,
                  self.workload.poll)
        self.place.make(job)
        return job

    def run(self, contender, job):
        """Runs it once, after everything written earlier is on the disk."""
        commands = contender.commands(job)
        job.log.write_text("")
        self.place.give(job.directory.iterdir())
        os.sync()
        time.sleep(0.2)
        environment = {"HOME": str(job.directory), **contender.environment}
        return measure.run(self.prefix, self.program, job, commands, environment, MOST)

    def once(self, contender, mail, content):
        """Returns a result, or None, and the problem with it, or an empty text."""
        job = self.standing.get(contender.name) or self.job(contender, mail)
        result = self.run(contender, job)
        problem = self.problem(contender, job, mail, result, content)
        if problem:
            self.show(contender, job, problem)
        if contender.name not in self.standing:
            self.place.set_aside(job, len(mail.messages) * len(mail.accounts))
        return result, problem

    def problem(self, contender, job, mail, result, content):
        if not result:
            return f"took more than {MOST} s"
        wrong = verify.check(contender, job, mail.messages, content)
        wanted = (contender.nothing_new,) if job.poll and contender.name in self.standing else contender.statuses
        return wrong or (f"exit status {result.status}" if result.status not in wanted else "")

    def show(self, contender, job, problem):
        say(f"{contender.name}: {problem}; the end of what it said:")
        for line in job.log.read_text(errors="replace").splitlines()[-5:]:
            say(f"    {line}")

    def prepare_poll(self, contender, mail, uids):
        """Makes it know all messages. Returns the problem, if any."""
        job = self.job(contender, mail)
        if contender.fetches_before_poll:
            say(f"{contender.name}: the first run, which is not measured")
            result = self.run(contender, job)
            problem = self.problem(contender, job, mail, result, True)
            if problem:
                self.show(contender, job, problem)
                return problem
        elif contender.peer:
            contender.seed(job, uids)
        self.standing[contender.name] = job
        return ""

    def share(self, contender, whole, part):
        """Selects its work: all of it, or a part if all would take too long. Returns the work, its scale and a note."""
        if not contender.peer or not part:
            return whole, 1.0, ""
        scale = whole.octets / part.octets
        result, problem = self.once(contender, part, True)
        if not result:
            return part, scale, ""
        # A contender that fetches accounts in parallel takes as long for all of them as for one.
        projected = result.wall * (1 if contender.parallel and self.workload.accounts > 1 else scale)
        say(f"{contender.name}: {result.wall:.2f} s for a part, so about {projected:.0f} s for all")
        if projected <= LONGEST:
            return whole, 1.0, ""
        return part, scale, f"~ did 1/{scale:.0f} of the work, times {scale:.0f}"

    def play(self, contenders, rounds, whole, part, uids, odd):
        """Plays all rounds. 'odd' is the mail for contenders that fetch an unusual message, by its kind. Returns
        the rows of the table by name.
        """
        rows, work, spent = {}, {}, {}
        for contender in contenders:
            if self.workload.poll:
                work[contender.name], scale, note = whole, 1.0, self.prepare_poll(contender, whole, uids)
            else:
                work[contender.name], scale, note = self.share(contender, odd.get(contender.odd, whole), part)
            row = rows[contender.name] = Row(contender.name, scale=scale, note=note)
            if self.workload.poll and contender.name not in self.standing:
                row.fail(note, given_up=True)
            spent[contender.name] = 0.0
        for number in range(rounds):
            # The previous run affects caches and clock rates, so the order changes each time.
            for contender in random.Random(number).sample(contenders, len(contenders)):
                row = rows[contender.name]
                if row.given_up or (contender.peer and number > 1 and spent[contender.name] > PATIENCE):
                    continue
                result, problem = self.once(contender, work[contender.name], number == 0)
                say(f"{self.workload.name}, {self.place.name}, round {number + 1}: {contender.name} "
                    + (f"{result.wall:.3f} s" if result else "") + (f" ({problem})" if problem else ""))
                spent[contender.name] += result.wall if result else MOST
                if problem:
                    row.fail(problem, given_up=contender.peer and row.failures > 0)
                else:
                    row.results[number] = result
        return rows
