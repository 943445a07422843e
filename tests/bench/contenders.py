"""mailhaul, and the drain that shows what the machine allows. The others are in peers.py."""

import dataclasses
import pathlib
import shutil
import subprocess


@dataclasses.dataclass
class Job:
    """One run of one contender: where it works, and what it is to fetch. Passwords are the accounts' names."""
    directory: pathlib.Path
    host: str
    port: str
    ca: pathlib.Path
    accounts: list
    poll: bool = False

    def mail(self, account):
        """The Maildir of an account; an mbox stands in it as the file "mbox"."""
        return self.directory / "mail" / account

    @property
    def log(self):
        return self.directory / "log"

    def make(self):
        for account in self.accounts:
            for part in ("tmp", "new", "cur"):
                (self.mail(account) / part).mkdir(parents=True)

    def write(self, name, text):
        """A file that may hold secrets."""
        path = self.directory / name
        path.write_text(text)
        path.chmod(0o600)
        return path


def first_line(*command):
    """What a program says first; None if it is not there."""
    if not shutil.which(command[0]):
        return None
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return (run.stdout + run.stderr).partition("\n")[0]


class Contender:
    """What they have in common; each has commands(job), which writes the configuration, too."""
    name = ""
    exact = False     # delivers octet for octet
    discards = False  # delivers nothing, and tells how many messages there were
    mbox = False
    fetches_before_poll = False  # else its state is made for it: seed(job, uids)
    environment = {}
    peer = False
    nothing_new = 0   # exit status when there was nothing to fetch
    statuses = (0,)   # exit statuses when there was
    odd = ""          # which message out of the ordinary is among those it fetches
    parallel = False  # several accounts at the same time

    def version(self):
        return None

    def takes_part(self, workload):
        return True


class Mailhaul(Contender):
    exact = True
    fetches_before_poll = True

    def __init__(self, program, mbox=False, odd=""):
        self.program, self.mbox, self.odd = program, mbox, odd
        self.name = "mailhaul mbox" if mbox else f"mailhaul, odd {odd}" if odd else "mailhaul"
        if odd == "size":
            self.statuses = (0, 75, 76)  # it may tell of that message

    def version(self):
        return first_line(str(self.program), "--version")

    def takes_part(self, workload):
        return (workload.mbox or not self.mbox) and (not self.odd or self.odd in workload.odd)

    def commands(self, job):
        lines = [f'state_dir = "{job.directory}/state"', f"jobs = {len(job.accounts)}"]
        for account in job.accounts:
            target = f"mbox:{job.mail(account)}/mbox" if self.mbox else f"maildir:{job.mail(account)}"
            lines.append(f"""account "{account}" {{
  server = "{job.host}"
  port = {job.port}
  tls_ca_file = "{job.ca}"
  user = "{account}"
  password = '{account}'
  deliver_to = "{target}"
}}""")
        return [[self.program, "-c", job.write("mailhaul.conf", "\n".join(lines) + "\n")]]


class Drain(Contender):
    """
    The limit: of server and TLS, with --store that of a durable fetcher, with --direct that of one which writes
    large messages past the system's cache, with --digest that of one which takes SHA-256 of each message as well,
    with --poll that of a listing.
    """
    exact = True

    def __init__(self, program, mode=""):
        self.program, self.mode = program, mode
        self.name = f"drain {mode}".strip()
        self.discards = mode not in ("--store", "--direct", "--digest")

    def version(self):
        return "the limit"

    def takes_part(self, workload):
        wants = {"--poll": workload.poll, "--direct": workload.large, "--digest": not workload.far}
        return wants.get(self.mode, True) and workload.poll == (self.mode == "--poll")

    def commands(self, job):
        def options(account):
            return [self.mode] * bool(self.mode) + [job.mail(account)] * (not self.discards)

        return [[self.program, job.host, job.port, account, account, *options(account)] for account in job.accounts]
