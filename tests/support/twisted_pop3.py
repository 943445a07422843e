#!/usr/bin/env python3
"""A small POP3 server based on twisted.mail, for tests; stunnel adds TLS.

Usage: twisted_pop3.py MAIL PORT_FILE [--hang-up-at DELE]

MAIL contains a Maildir for each user, whose password is the user's name. PORT_FILE receives the port. With
--hang-up-at, the server hangs up when that many messages have been deleted, before it answers.
"""

import argparse
import hashlib
import os

from twisted.cred import checkers, portal
from twisted.internet import protocol, reactor
from twisted.mail import maildir, pop3

deleted = 0


class Maildrop(maildir.MaildirMailbox):
    """Twisted's class, which gives sizes with LF, and moves a message away at DELE."""

    def __init__(self, path):
        # Twisted 26.4 wants the path as bytes here and as text in deleteMessage; older versions want text in both.
        try:
            super().__init__(path)
        except TypeError:
            super().__init__(os.fsencode(path))
            self.path, self.list = path, [os.fsdecode(name) for name in self.list]

    def getMessage(self, i):
        # Twisted's method opens it as text and then sends bytes, which fails in Python 3.
        return open(self.list[i], "rb")

    def getUidl(self, i):
        # Does the same as Twisted's method, which forgets that a name is not bytes.
        return hashlib.md5(os.path.basename(self.list[i]).encode()).hexdigest().encode()

    def deleteMessage(self, i):
        global deleted
        super().deleteMessage(i)
        deleted += 1
        if deleted == options.hang_up_at:
            os._exit(0)


class Realm:
    def requestAvatar(self, avatar, mind, *interfaces):
        return pop3.IMailbox, Maildrop(os.path.join(options.mail, avatar.decode())), lambda: None


class Factory(protocol.ServerFactory):
    def buildProtocol(self, address):
        server = pop3.POP3()
        server.factory = self
        server.portal = access
        return server


parser = argparse.ArgumentParser()
parser.add_argument("mail")
parser.add_argument("port_file")
parser.add_argument("--hang-up-at", type=int, default=0)
options = parser.parse_args()
users = checkers.InMemoryUsernamePasswordDatabaseDontUse()
for each in os.listdir(options.mail):
    users.addUser(each.encode(), each.encode())
access = portal.Portal(Realm(), [users])
port = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
with open(options.port_file + ".new", "w") as port_file:
    port_file.write(str(port.getHost().port))
os.rename(options.port_file + ".new", options.port_file)
reactor.run()
