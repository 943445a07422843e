#!/bin/sh
# The POP3 server of GNU mailutils announces EXPIRE NEVER (RFC 2449, section 6.7) without the blank. No client knows that word.
. "$(dirname "$0")/lib.sh"
. "$HERE/mailutils.sh"

pop3 "$port" 1:'*' .:CAPA 1:QUIT | tee out
expect 'it announces EXPIRENEVER' '^S: EXPIRENEVER$' out
! grep -q 'EXPIRE ' out || { echo 'CHANGED: it also announces EXPIRE'; exit 1; }
