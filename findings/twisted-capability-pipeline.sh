#!/bin/sh
# Twisted's POP3 server works off commands that arrive together, and says so by a capability of its own spelling: PIPELINE. The
# registered one is PIPELINING (RFC 2449, section 6.6), so that no client finds it. With it come CELERITY, AUSPEX and POTENCE,
# which no document knows.
. "$(dirname "$0")/lib.sh"
. "$HERE/twisted.sh"

serve <<'PY'
from twisted.mail.pop3 import Mailbox as make
PY
pop3 "$port" 1:'*' '.:CAPA' 28:'CAPA\nCAPA\nCAPA\nQUIT' >out
cat out
expect 'it announces PIPELINE' '^S: PIPELINE$' out
! grep -q '^S: PIPELINING' out || { echo 'CHANGED: it announces PIPELINING'; exit 1; }
expect 'and CELERITY' '^S: CELERITY$' out
[ "$(grep -c '^S: \.$' out)" -eq 4 ] || { echo 'CHANGED: it does not answer three commands that came together'; exit 1; }
echo 'seen: three commands in one packet get three answers'
