#!/usr/bin/env python3
"""make bench: runs mailhaul in turns with a reference for the machine's limit and with other fetchers.

A table for each workload goes to standard output, progress to standard error. Exits with 1 if mailhaul or the drain
did not deliver the messages on the server. A bound that is not met is reported, but is not a failure, because it
depends on the machine.
"""

import argparse
import contextlib
import os
import pathlib
import poplib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile

import contenders
import line
import mail
import peers
import rounds
import server
import table
import workloads

USER = "nobody"  # user of the contenders if we are root: some refuse to run as root, and none needs it


def options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the directory that everything was built in")
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="a directory on the disk to be measured")
    parser.add_argument("--tmpfs", default="", help="a directory in memory; none: no such tables")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--contenders", default="", help="names, the first word of each; none: all")
    parser.add_argument("workload", nargs="+", choices=list(workloads.workloads(0)))
    return parser.parse_args()


class Bench:
    """The resources that all workloads share. 'stack' releases them."""

    def __init__(self, chosen, stack):
        self.chosen, self.stack = chosen, stack
        self.owner, self.as_user = None, []
        if os.geteuid() == 0:
            self.owner = tuple(int(subprocess.run(["id", which, USER], check=True, capture_output=True).stdout)
                               for which in ("-u", "-g"))
            self.as_user = ["setpriv", f"--reuid={self.owner[0]}", f"--regid={self.owner[1]}", "--clear-groups"]
        self.directory = self.new_directory(chosen.dir)
        self.places = [self.place("disk", self.directory)]
        if chosen.tmpfs:
            self.places.append(self.place("tmpfs", self.new_directory(pathlib.Path(chosen.tmpfs))))
        self.programs = self.copy_programs()
        self.servers, self.line, self.blocks = {}, None, mail.make_blocks()
        self.far_ports, self.far_reason = {}, ""
        self.contenders = self.find_contenders()

    def new_directory(self, parent):
        """Makes a directory that is removed at the end."""
        mask = os.umask(0o022)
        parent.mkdir(parents=True, exist_ok=True)
        os.umask(mask)
        directory = pathlib.Path(tempfile.mkdtemp(prefix="mailhaul-bench.", dir=parent)).resolve()
        self.stack.callback(shutil.rmtree, directory, ignore_errors=True)
        directory.chmod(0o755)
        if subprocess.run([*self.as_user, "test", "-x", directory], check=False).returncode != 0:
            sys.exit(f"bench: {USER} cannot get to {directory}; set BENCH_DIR to a directory where everybody can go")
        return directory

    def place(self, name, directory):
        path = directory / name
        path.mkdir()
        path.chmod(0o755)
        return rounds.Place(name, path, self.owner)

    def copy_programs(self):
        """Copies the programs, because the contenders' user may have no access to the build directory."""
        directory = self.directory / "bin"
        directory.mkdir()
        for path in ("src/mailhaul", "tests/bench/drain", "tests/bench/measure", "tests/bench/delay"):
            shutil.copy(self.chosen.build / path, directory)
        for path in (directory, *directory.iterdir()):
            path.chmod(0o755)
        return directory

    def find_contenders(self):
        mailhaul, drain = self.programs / "mailhaul", self.programs / "drain"
        everybody = [contenders.Mailhaul(mailhaul), contenders.Mailhaul(mailhaul, mbox=True),
                     *(contenders.Mailhaul(mailhaul, odd=odd) for odd in ("header", "size")),
                     *(contenders.Drain(drain, mode) for mode in ("", "--store", "--direct", "--digest", "--poll")),
                     *(kind() for kind in peers.PEERS)]
        wanted = self.chosen.contenders.split()
        return [each for each in everybody if not wanted or each.name.split()[0].rstrip(",") in wanted]

    def server(self, workload):
        """Returns the server for near workloads of this kind, or for those over the slow link. OSError if it is not
        available.
        """
        key = (workload.server, workload.far)
        if key not in self.servers:
            directory = self.directory / f"{workload.server}-{'far' if workload.far else 'near'}"
            if not workload.far:
                self.servers[key] = server.Server(directory, kind=workload.server)
            else:
                if not self.line:
                    self.line, self.far_reason = line.open_line(self.directory, self.programs / "delay")
                    self.stack.callback(self.line.stop)
                self.servers[key] = server.Server(directory, self.line.server_prefix, self.line.listen, workload.server)
                self.far_ports[key] = self.line.port(self.servers[key])
            self.stack.callback(self.servers[key].stop)
        return self.servers[key]

    def fill(self, workload, name, sizes, accounts, raw=None):
        """Makes accounts with messages of these sizes."""
        directory = self.directory / "mail" / name
        end = b"\n" if workload.server == "courier" else b"\r\n"
        messages = mail.make(directory, sizes, self.blocks, end, raw)
        names = [name] if accounts == 1 else [f"{name}-{i + 1}" for i in range(accounts)]
        self.server(workload).add_accounts(names, directory)
        return rounds.Mail(names, messages)

    def fill_odd(self, workload):
        """Does the same with an unusual message in the middle, for each kind of unusual message."""
        odd, middle = {}, len(workload.sizes) // 2
        for kind in workload.odd:
            name = f"{workload.name}-{kind}"
            odd[kind] = self.fill(workload, name, workload.sizes, 1, middle if kind == "header" else None)
            if kind == "size":
                self.server(workload).command("misjudge", name, f"{middle:06}")
        return odd

    def versions(self):
        known = {"server": ", ".join(f"{kind.capitalize()} {each.version}" for (kind, _), each in self.servers.items())}
        known["built"] = os.environ.get("BENCH_BUILT", "")
        for each in self.contenders:
            if each.peer or each.name == "mailhaul":
                known[each.name] = each.version() or "not installed"
        return {name: text for name, text in known.items() if text}

    def play(self, workload):
        """Prints all tables of a workload. Returns whether mailhaul and the drain delivered correctly."""
        there = [each for each in self.contenders if each.takes_part(workload) and each.version()]
        if not there:
            return True
        if workload.odd:
            # mailhaul is compared with itself. The drain does not wait for a login, and Courier loses commands sent
            # after PASS.
            there = [each for each in there if isinstance(each, contenders.Mailhaul)]
        rounds.say(f"{workload.name}: filling the server")
        whole = self.fill(workload, workload.name, workload.sizes, workload.accounts)
        odd = self.fill_odd(workload)
        part = None
        if any(each.peer for each in there) and not workload.poll:
            part = self.fill(workload, f"{workload.name}-part", workload.part(), 1)
        serving, prefix = self.server(workload), list(self.as_user)
        endpoint = (serving.host, serving.port, serving.ca)
        if workload.far:
            endpoint = (serving.host, self.far_ports[(workload.server, True)], serving.ca)
            prefix = [*self.line.client_prefix, *prefix]
        uids = list_uids(endpoint, whole.accounts[0]) if workload.poll else []
        right = True
        for place in self.places:
            if place.name not in workload.places:
                continue
            game = rounds.Rounds(workload, place, endpoint, prefix, self.programs / "measure")
            rows = game.play(there, self.chosen.rounds * workload.rounds, whole, part, uids, odd)
            self.tell(workload, place, rows, endpoint, 0 if workload.poll else whole.octets)
            right = right and not any(rows[each.name].fails for each in there if not each.peer)
        return right

    def tell(self, workload, place, rows, endpoint, octets):
        print(f"{workload.name}, {place.name}: {workload.title}")
        if workload.far:
            trip = line.round_trip(self.line.client_prefix, *endpoint[:2])
            print(f"  The line: {self.line.title}; connecting takes {trip:.1f} ms."
                  + (f" ({self.far_reason})" if self.far_reason else ""))
        print(table.table(workload, rows, octets), end="")
        for text in table.judge(workload, rows, place.name):
            print(f"  {text}")
        print(flush=True)


def list_uids(endpoint, account):
    host, port, ca = endpoint
    session = poplib.POP3_SSL(host, int(port), context=ssl.create_default_context(cafile=str(ca)))
    session.user(account)
    session.pass_(account)
    uids = [entry.split()[1].decode() for entry in session.uidl()[1]]
    session.quit()
    return uids


def main():
    chosen = options()
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    everything = workloads.workloads(chosen.scale)
    right = True
    with contextlib.ExitStack() as stack:
        bench = Bench(chosen, stack)
        for number, name in enumerate(chosen.workload):
            try:
                bench.server(everything[name])
            except OSError as reason:
                print(f"{name}: SKIPPED: {everything[name].server}: {reason}\n", flush=True)
                continue
            if number == 0:
                print(table.heading(bench.versions(), {each.name: each.directory for each in bench.places}, chosen.rounds,
                                    chosen.scale), flush=True)
            right = bench.play(everything[name]) and right
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
