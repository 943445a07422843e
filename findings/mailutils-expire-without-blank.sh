#!/bin/sh
# The POP3 server of GNU mailutils announces EXPIRE NEVER (RFC 2449, section 6.7) without the blank, as one word that no client knows.
. "$(dirname "$0")/lib.sh"
. "$HERE/mailutils.sh"

pop3 "$port" 1:'*' .:CAPA 1:QUIT | tee out
expect 'it says EXPIRENEVER' '^S: EXPIRENEVER$' out
! grep -q 'EXPIRE ' out || { echo 'CHANGED: it says EXPIRE, too'; exit 1; }
