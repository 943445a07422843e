#!/bin/sh
# Twisted's POP3 server works off commands that arrive together, and says so by a capability of its own spelling: PIPELINE. The
# registered one is PIPELINING (RFC 2449, section 6.6), so that no client finds it. With it come CELERITY, AUSPEX and POTENCE,
# which no document knows.
. "$(dirname "$0")/lib.sh"

packages python3-twisted=22.4.0-4+deb12u1 python3-zope.interface=5.5.2-1+b1 python3-incremental=21.3.0-2 \
  python3-constantly=15.1.0-4 python3-automat=22.10.0-1 python3-hyperlink=21.0.0-5 python3-attr=22.2.0-1 python3-idna=3.3-1+deb12u1
cat >server.py <<'PY'
import sys
from twisted.internet import protocol, reactor
from twisted.mail import pop3

class Factory(protocol.ServerFactory):
    def buildProtocol(self, address):
        server = pop3.POP3()
        server.factory = self
        return server

reactor.listenTCP(int(sys.argv[1]), Factory(), interface="127.0.0.1")
reactor.run()
PY
port=$(free_port)
start PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -W ignore server.py "$port"
listening "$port"
pop3 "$port" 1:'*' '.:CAPA' 28:'CAPA\nCAPA\nCAPA\nQUIT' >out
cat out
expect 'it announces PIPELINE' '^S: PIPELINE$' out
! grep -q '^S: PIPELINING' out || { echo 'CHANGED: it announces PIPELINING'; exit 1; }
expect 'and CELERITY' '^S: CELERITY$' out
[ "$(grep -c '^S: \.$' out)" -eq 4 ] || { echo 'CHANGED: it does not answer three commands that came together'; exit 1; }
echo 'seen: three commands in one packet get three answers'
