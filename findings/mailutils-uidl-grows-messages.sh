#!/bin/sh
# The POP3 server of GNU mailutils keeps a message's identifier in a header field X-UIDL. UIDL adds that field. From then on, LIST
# gives larger sizes than before in the same session, although RFC 1939 has a maildrop that does not change.
. "$(dirname "$0")/lib.sh"
. "$HERE/mailutils.sh"

pop3 "$port" 1:'*' 1:'USER me@example.org' 1:'PASS secret' '.:LIST' '.:UIDL' '.:LIST' '.:RETR 1' 1:QUIT | tee out
expect 'the field is in the message' '^S: X-UIDL: ' out
# shellcheck disable=SC2046 # split into two numbers
set -- $(sed -n 's/^S: 1 \([0-9]*\)$/\1/p' out)
[ "$2" -gt "$1" ] || { echo "CHANGED: LIST says $1 before UIDL, and $2 after it"; exit 1; }
echo "seen: LIST says $1 before UIDL, and $2 after it"
