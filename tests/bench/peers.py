"""Other fetchers, configured as their manuals say, for the same work: verified TLS, a Maildir, everything stays on
the server.

Their durability differs: mpop and getmail sync each message; fdm syncs no message, but its cache after each one;
fetchmail leaves it to its MDA, here procmail, which does not sync.
"""

import shutil
import subprocess

from contenders import Contender, first_line


class Peer(Contender):
    """A fetcher that has to be installed."""
    program = ""
    peer = True

    def version(self):
        return first_line(self.program, "--version")


class Mpop(Peer):
    name = program = "mpop"

    def commands(self, job):
        text = "\n".join(f"""account {account}
host {job.host}
port {job.port}
tls on
tls_starttls off
tls_trust_file {job.ca}
auth on
user {account}
password {account}
keep on
delivery maildir {job.mail(account)}
uidls_file {job.directory}/uidls
""" for account in job.accounts)
        return [[self.program, "-q", "-C", job.write("mpoprc", text), "-a"]]

    def seed(self, job, uids):
        account = job.accounts[0]
        job.write("uidls", f" {len(uids)} {job.host} {account}\n" + "".join(uid + "\n" for uid in sorted(uids)))


class Getmail(Peer):
    name = program = "getmail"

    def commands(self, job):
        command = [self.program, "-q", "--getmaildir", job.directory]
        for account in job.accounts:
            command += ["--rcfile", job.write(f"{account}.rc", f"""[retriever]
type = SimplePOP3SSLRetriever
server = {job.host}
port = {job.port}
username = {account}
password = {account}
ca_certs = {job.ca}
[destination]
type = Maildir
path = {job.mail(account)}/
[options]
read_all = false
delete = false
""").name]
        return [command]

    def seed(self, job, uids):
        job.write(f"oldmail-{job.host}-{job.port}-{job.accounts[0]}", "".join(f"{uid}\0001700000000\n" for uid in uids))


class Fdm(Peer):
    name = program = "fdm"
    parallel = True

    def version(self):
        # The program does not report its version, but Debian does.
        if not shutil.which(self.program):
            return None
        run = subprocess.run(["dpkg-query", "-W", "-f", "fdm ${Version}", "fdm"], capture_output=True, text=True,
                             check=False)
        return run.stdout or "fdm, version unknown"

    def commands(self, job):
        # The only way to use another authority than the system's.
        self.environment = {"SSL_CERT_FILE": str(job.ca), "HOME": str(job.directory)}
        lines = ["set verify-certificates", f'set lock-file "{job.directory}/lock"']
        for account in job.accounts:
            lines += [f'action "{account}" maildir "{job.mail(account)}"',
                      f'account "{account}" pop3s server "{job.host}" port {job.port} user "{account}" '
                      f'pass "{account}" new-only cache "{job.directory}/{account}.cache" keep',
                      f'match account "{account}" action "{account}"']
        return [[self.program, "-q", "-f", job.write("fdm.conf", "\n".join(lines) + "\n"), "fetch"]]

    def seed(self, job, uids):
        job.write(f"{job.accounts[0]}.cache", "".join(f"{len(uid)} {uid}\n" for uid in uids))


class Fetchmail(Peer):
    name = program = "fetchmail"
    nothing_new = 1

    def version(self):
        if not shutil.which("procmail"):
            return None
        line = super().version()
        return line and line.removeprefix("This is ").partition("+")[0] + " with procmail"

    def commands(self, job):
        self.environment = {"HOME": str(job.directory), "FETCHMAILHOME": str(job.directory)}
        lines = ["set no bouncemail", f"poll {job.host} service {job.port} protocol pop3 uidl"]
        for account in job.accounts:
            recipe = job.write(f"{account}.procmail", f"DEFAULT={job.mail(account)}/\n")
            lines.append(f'user "{account}" password "{account}" ssl sslcertck sslcertfile "{job.ca}" keep '
                         f'mda "{shutil.which("procmail")} {recipe}"')
        return [[self.program, "-s", "--nosyslog", "-f", job.write("fetchmailrc", "\n".join(lines) + "\n"),
                 "-i", job.directory / "ids"]]

    def seed(self, job, uids):
        job.write("ids", "".join(f"{job.accounts[0]}@{job.host} {uid}\n" for uid in uids))


PEERS = (Mpop, Getmail, Fdm, Fetchmail)
