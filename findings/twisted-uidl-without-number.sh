#!/bin/sh
# Twisted's POP3 server answers "UIDL n" with the identifier alone. RFC 1939, section 7, wants the message's number before it,
# as in its own answer to UIDL without a number, and as in its answer to "LIST n".
. "$(dirname "$0")/lib.sh"

packages python3-twisted=22.4.0-4+deb12u1 python3-zope.interface=5.5.2-1+b1 python3-incremental=21.3.0-2 \
  python3-constantly=15.1.0-4 python3-automat=22.10.0-1 python3-hyperlink=21.0.0-5 python3-attr=22.2.0-1 python3-idna=3.3-1+deb12u1
cat >server.py <<'PY'
import io, sys
from twisted.cred import checkers, portal
from twisted.internet import protocol, reactor
from twisted.mail import pop3

class Maildrop(pop3.Mailbox):
    mail = [b"Subject: one\r\n\r\n1\r\n", b"Subject: two\r\n\r\n2\r\n"]
    def listMessages(self, index=None):
        sizes = [len(message) for message in self.mail]
        return sizes if index is None else sizes[index]
    def getMessage(self, index):
        return io.BytesIO(self.mail[index])
    def getUidl(self, index):
        return b"uid%d" % (index + 1)

class Realm:
    def requestAvatar(self, avatar, mind, *interfaces):
        return pop3.IMailbox, Maildrop(), lambda: None

class Factory(protocol.ServerFactory):
    def buildProtocol(self, address):
        server = pop3.POP3()
        server.factory, server.portal = self, portal.Portal(Realm(), [users])
        return server

users = checkers.InMemoryUsernamePasswordDatabaseDontUse(me=b"secret")
reactor.listenTCP(int(sys.argv[1]), Factory(), interface="127.0.0.1")
reactor.run()
PY
port=$(free_port)
start PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -W ignore server.py "$port"
listening "$port"
pop3 "$port" 1:'*' 1:'USER me' 1:'PASS secret' '.:UIDL' 1:'UIDL 2' 1:'LIST 2' 1:QUIT >out
cat out
expect 'a listing has the number before the identifier' '^S: 2 uid2$' out
expect 'LIST of one message has the number' '^S: \+OK 2 ' out
expect 'UIDL of one message has no number' '^S: \+OK uid2$' out
