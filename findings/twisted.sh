# shellcheck shell=sh
# For scripts about Twisted: serve starts its POP3 server at 127.0.0.1 $port. The login "me" with the password "secret" gets
# the mailbox returned by make() of the Python module on standard input.

packages python3-twisted=22.4.0-4+deb12u1 python3-zope.interface=5.5.2-1+b1 python3-incremental=21.3.0-2 \
  python3-constantly=15.1.0-4 python3-automat=22.10.0-1 python3-hyperlink=21.0.0-5 python3-attr=22.2.0-1 python3-idna=3.3-1+deb12u1
cat >server.py <<'PY'
import sys
from twisted.cred import checkers, portal
from twisted.internet import protocol, reactor
from twisted.mail import pop3
from maildrop import make

class Realm:
    def requestAvatar(self, avatar, mind, *interfaces):
        return pop3.IMailbox, make(), lambda: None

class Factory(protocol.ServerFactory):
    def buildProtocol(self, address):
        server = pop3.POP3()
        server.factory, server.portal = self, portal.Portal(Realm(), [users])
        return server

users = checkers.InMemoryUsernamePasswordDatabaseDontUse(me=b"secret")
reactor.listenTCP(int(sys.argv[1]), Factory(), interface="127.0.0.1")
reactor.run()
PY

serve() {
  cat >maildrop.py
  port=$(free_port)
  start PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -W ignore server.py "$port"
  listening "$port"
}
