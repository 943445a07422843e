"""Destinations as mail readers see them, and changes that readers make."""

import os
import re


def mbox_spans(octets):
    """Returns the spans of the messages in an mbox, including their From_ lines and the blank lines after them."""
    starts = [m.start() for m in re.finditer(rb"(?:\A|(?<=\n\n))From ", octets)]
    return list(zip(starts, starts[1:] + [len(octets)]))


class Maildir:
    """Mail/, with its three directories."""

    def __init__(self, directory):
        self.directory = directory / "Mail"
        self.line = "maildir:Mail"

    def paths(self):
        for sub in ("new", "cur"):
            if (self.directory / sub).is_dir():
                yield from sorted((self.directory / sub).iterdir())

    def contents(self):
        return [path.read_bytes() for path in self.paths()]

    def unfinished(self):
        return len(os.listdir(self.directory / "tmp")) if (self.directory / "tmp").is_dir() else 0

    def read(self, flags):
        """Acts as a reader that opened all messages: new ones have moved, and the flags have changed."""
        for path in list(self.paths()):
            os.rename(path, self.directory / "cur" / (path.name.split(":")[0] + ":2," + flags))

    def discard(self, content):
        for path in self.paths():
            if path.read_bytes() == content:
                path.unlink()
                return True
        return False


class Mbox:
    """The file mbox in the directory."""

    def __init__(self, directory):
        self.path = directory / "mbox"
        self.line = "mbox:mbox"

    def octets(self):
        return self.path.read_bytes() if self.path.exists() else b""

    def message(self, octets, span):
        _, _, body = octets[span[0]:span[1]].partition(b"\n")
        return re.sub(rb"^>(>*From )", rb"\1", body[:-1], flags=re.MULTILINE)

    def contents(self):
        octets = self.octets()
        spans = mbox_spans(octets)
        stray = [octets] if octets and not (spans and spans[0][0] == 0) else []
        return stray + [self.message(octets, span) for span in spans]

    def unfinished(self):
        return 0

    def read(self, flags):
        """Readers of an mbox change headers; that would make other messages here."""

    def discard(self, content):
        octets = self.octets()
        for start, end in mbox_spans(octets):
            if self.message(octets, (start, end)) == content:
                self.path.write_bytes(octets[:start] + octets[end:])
                return True
        return False
