"""The benchmark's servers, controlled through server.sh."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


class Server:
    """'prefix' is a command that starts another server elsewhere, in a network namespace; 'listen' is its
    addresses; 'kind' is dovecot or courier. OSError if there is no such server here.
    """

    def __init__(self, directory, prefix=(), listen="", kind="dovecot"):
        directory.mkdir()
        environment = dict(os.environ, TMPDIR=str(directory.parent))
        if listen:
            environment["DOVECOT_LISTEN"] = listen
        self.process = subprocess.Popen(
            [*prefix, "sh", str(HERE / "server.sh"), str(directory), kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=environment)
        self.host = "localhost"
        _, self.port, ca, self.version = self.answer().split()
        # The contenders' user may not be able to read the server's directory.
        self.ca = directory.parent / f"{directory.name}-ca.pem"
        self.ca.write_bytes(pathlib.Path(ca).read_bytes())
        self.ca.chmod(0o644)

    def answer(self):
        line = self.process.stdout.readline()
        if not line.startswith("ok"):
            raise OSError(f"the server says {line.strip() or 'nothing'}")
        return line

    def command(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        self.answer()

    def add_accounts(self, names, directory):
        """Adds accounts, each with the messages of 'directory'; their passwords are their names."""
        self.command("accounts", *names)
        for name in names:
            self.command("fill", name, directory)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
