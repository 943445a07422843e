#!/bin/sh
# Twisted's POP3 server marks a deleted message by the size 0. So it goes on listing and counting what was deleted, as empty, and
# a message that is empty in truth, such as a file that a full disk has left, is listed and refused as deleted.
. "$(dirname "$0")/lib.sh"

packages python3-twisted=22.4.0-4+deb12u1 python3-zope.interface=5.5.2-1+b1 python3-incremental=21.3.0-2 \
  python3-constantly=15.1.0-4 python3-automat=22.10.0-1 python3-hyperlink=21.0.0-5 python3-attr=22.2.0-1 python3-idna=3.3-1+deb12u1
mkdir -p mail/new mail/cur mail/tmp mail/.Trash/new mail/.Trash/cur mail/.Trash/tmp
printf 'Subject: one\n\n1\n' >mail/new/1.one
: >mail/new/2.empty
printf 'Subject: three\n\n3\n' >mail/new/3.three
cat >server.py <<'PY'
import sys
from twisted.cred import checkers, portal
from twisted.internet import protocol, reactor
from twisted.mail import maildir, pop3

class Realm:
    def requestAvatar(self, avatar, mind, *interfaces):
        return pop3.IMailbox, maildir.MaildirMailbox("mail"), lambda: None

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
pop3 "$port" 1:'*' 1:'USER me' 1:'PASS secret' 1:STAT '.:LIST' 1:'LIST 2' 1:'RETR 2' 1:'DELE 2' 1:STAT 1:QUIT | tee out
expect 'a message of 0 octets is listed' '^S: 2 0$' out
expect 'RETR refuses it, which nobody has deleted' '^S: -ERR message deleted$' out
[ "$(grep -c '^S: +OK 3 34' out)" -eq 2 ] || { echo 'CHANGED: STAT counts the others after DELE'; exit 1; }
echo 'seen: after DELE, STAT counts as before'
