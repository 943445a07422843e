"""mailhaul, and the drain, which shows the limit of the machine. The other contenders are in peers.py."""

import dataclasses
import pathlib
import shutil
import subprocess


@dataclasses.dataclass
class Job:
    """One run of one contender: its directory, and the accounts to fetch. The passwords are the accounts' names."""
    directory: pathlib.Path
    host: str
    port: str
    ca: pathlib.Path
    accounts: list
    poll: bool = False

    def mail(self, account):
        """Returns the Maildir of an account; an mbox is the file "mbox" in it."""
        return self.directory / "mail" / account

    @property
    def log(self):
        return self.directory / "log"

    def make(self):
        for account in self.accounts:
            for part in ("tmp", "new", "cur"):
                (self.mail(account) / part).mkdir(parents=True)

    def write(self, name, text):
        """Writes a file that may hold secrets."""
        path = self.directory / name
        path.write_text(text)
        path.chmod(0o600)
        return path


def first_line(*command):
    """Returns the first line of a program's output, or None if the program is missing."""
    if not shutil.which(command[0]):
        return None
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return (run.stdout + run.stderr).partition("\n")[0]


class Contender:
    """The base of the contenders. Each has commands(job), which also writes the configuration."""
    name = ""
    exact = False     # delivers byte for byte
    discards = False  # delivers nothing, and reports how many messages there were
    mbox = False
    fetches_before_poll = False  # otherwise its state is made for it: seed(job, uids)
    environment = {}
    peer = False
    nothing_new = 0   # exit status if there was nothing to fetch
    statuses = (0,)   # exit statuses if there was something to fetch
    odd = ""          # kind of the unusual message among those it fetches
    parallel = False  # fetches several accounts at the same time

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
            self.statuses = (0, 75, 76)  # it may report that message

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
    """Measures the limit of server and TLS. With --store it is the limit of a durable fetcher, with --direct that
    of one which writes large messages past the page cache, with --digest that of one which also computes SHA-256
    of each message, and with --poll that of a listing.
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
