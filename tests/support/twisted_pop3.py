#!/usr/bin/env python3
"""A small POP3 server on top of twisted.mail, for tests; stunnel gives it TLS.

Usage: twisted_pop3.py MAIL PORT_FILE [--hang-up-at DELE]

MAIL has a Maildir for each user, whose password is the user's name. PORT_FILE gets the port. With --hang-up-at the
server is gone when that many messages were deleted, before it answers.
"""

import argparse
import hashlib
import os

from twisted.cred import checkers, portal
from twisted.internet import protocol, reactor
from twisted.mail import maildir, pop3

deleted = 0


class Maildrop(maildir.MaildirMailbox):
    """Twisted's own, which gives sizes with LF alone, and moves a message away at DELE."""

    def getMessage(self, i):
        # Twisted's opens it as text, and then sends bytes: not since Python 3.
        return open(self.list[i], "rb")

    def getUidl(self, i):
        # As Twisted's, which forgets that a name is no bytes.
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
with open(options.port_file + ".new", "w") as told:
    told.write(str(port.getHost().port))
os.rename(options.port_file + ".new", options.port_file)
reactor.run()
