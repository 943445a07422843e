#!/bin/sh
# Twisted's POP3 server handles commands that arrive together, but announces this capability as PIPELINE. The registered name
# is PIPELINING (RFC 2449, section 6.6), so no client finds it. The server also announces CELERITY, AUSPEX and POTENCE, which
# no document describes.
. "$(dirname "$0")/lib.sh"
. "$HERE/twisted.sh"

serve <<'PY'
from twisted.mail.pop3 import Mailbox as make
PY
pop3 "$port" 1:'*' '.:CAPA' 28:'CAPA\nCAPA\nCAPA\nQUIT' >out
cat out
expect 'it announces PIPELINE' '^S: PIPELINE$' out
! grep -q '^S: PIPELINING' out || { echo 'CHANGED: it announces PIPELINING'; exit 1; }
expect 'it announces CELERITY' '^S: CELERITY$' out
[ "$(grep -c '^S: \.$' out)" -eq 4 ] || { echo 'CHANGED: it does not answer all three commands in one packet'; exit 1; }
echo 'seen: three commands in one packet get three answers'
