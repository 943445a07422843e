#!/usr/bin/env python3
"""order.py KIND TRACE: checks the order of file operations, so that a power loss does no harm at any time.

TRACE comes from strace -f -y -s 200 of a run with -vv, whose log lines show when DELE is queued. Data has to be
synced before it becomes visible, the directory before the record, and the record before DELE.
"""
import re
import sys

CALL = re.compile(r'^\d+ +(\w+)\((.*)\) += (-?\d+)')


def operations(path):
    """Yields every call that succeeded; calls that strace split in two are joined."""
    unfinished = {}
    with open(path, encoding='utf-8', errors='replace') as trace:
        for line in trace:
            pid = line.split(' ', 1)[0]
            if line.endswith('<unfinished ...>\n'):
                unfinished[pid] = line[:-len('<unfinished ...>\n')].rstrip()
                continue
            if ' resumed>' in line and pid in unfinished:
                line = unfinished.pop(pid) + line.split(' resumed>', 1)[1]
            found = CALL.match(line)
            if found and int(found.group(3)) >= 0:
                yield found.group(1), found.group(2)


def queues_dele(arguments):
    """Returns whether this is a worker's log line, sent to the parent."""
    return 'C: DELE' in arguments and file_of(arguments).startswith('pipe:')


def file_of(arguments):
    """Returns the path of the first descriptor."""
    found = re.match(r'\d+<([^>]*)>', arguments)
    return found.group(1) if found else ''


class Checker:
    def __init__(self):
        self.dirty = set()       # files written and not synced
        self.visible = 0         # messages delivered
        self.directory_dirty = False
        self.in_directory = 0       # delivered, and the directory synced
        self.recorded = 0        # of these, the number when the record was last synced
        self.deletions = 0
        self.intents = 0         # syncs of the record
        self.problems = []

    def sync(self, path):
        self.dirty.discard(path)
        if path.endswith('/new'):
            self.directory_dirty = False
            self.in_directory = self.visible
        elif path.endswith('.db-wal') or path.endswith('.db'):
            self.intents += 1
            if self.directory_dirty:
                self.problems.append('the record was synced before the directory')
            self.recorded = self.in_directory

    def rename(self, arguments):
        source = re.match(r'\d+<([^>]*)>, "([^"]*)"', arguments)
        if '/tmp>' not in arguments.split(',')[0]:
            return
        path = source.group(1) + '/' + source.group(2)
        if path in self.dirty:
            self.problems.append(f'{path} became visible before it was synced')
        self.visible += 1
        self.directory_dirty = True

    def delete(self):
        self.deletions += 1
        if self.deletions > self.recorded:
            self.problems.append(f'DELE number {self.deletions} with {self.recorded} messages recorded')


def check_maildir(path):
    c = Checker()
    for call, arguments in operations(path):
        if call in ('write', 'pwrite64'):
            c.dirty.add(file_of(arguments))
            if queues_dele(arguments):
                c.delete()
        elif call in ('fsync', 'fdatasync'):
            c.sync(file_of(arguments))
        elif call == 'syncfs':
            c.dirty.clear()
        elif call in ('renameat', 'renameat2'):
            c.rename(arguments)
    return c


def check_mbox(path):
    c = Checker()
    appended = False
    since = 0
    for call, arguments in operations(path):
        name = file_of(arguments)
        if call == 'write' and name.endswith('/box'):
            # Since the last batch there must have been its record (or the beginning of the run) and the intent of
            # this one.
            if not appended and since < 2:
                c.problems.append('the mbox was appended to before the intent was recorded')
            appended = True
        elif call in ('fsync', 'fdatasync'):
            if name.endswith('/box'):
                c.in_directory, appended, since = 10 ** 9, False, 0
            elif name.endswith('.db-wal'):
                c.intents += 1
                since += 1
                if appended:
                    c.problems.append('the record was synced before the mbox')
                c.recorded = c.in_directory
        elif queues_dele(arguments):
            if appended:
                c.problems.append('DELE before the mbox was synced')
            c.delete()
    return c


def main():
    c = {'maildir': check_maildir, 'mbox': check_mbox}[sys.argv[1]](sys.argv[2])
    if c.deletions == 0 or c.intents == 0:
        c.problems.append('the trace shows no deletion or no record: nothing was checked')
    for problem in c.problems[:10]:
        print(problem)
    sys.exit(1 if c.problems else 0)


main()
