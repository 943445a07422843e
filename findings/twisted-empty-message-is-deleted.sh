#!/bin/sh
# Twisted's POP3 server marks a deleted message by the size 0. So it goes on listing and counting what was deleted, as empty, and
# a message that is empty in truth, such as a file that a full disk has left, is listed and refused as deleted.
. "$(dirname "$0")/lib.sh"
. "$HERE/twisted.sh"

mkdir -p mail/new mail/cur mail/tmp mail/.Trash/new mail/.Trash/cur mail/.Trash/tmp
printf 'Subject: one\n\n1\n' >mail/new/1.one
: >mail/new/2.empty
printf 'Subject: three\n\n3\n' >mail/new/3.three
serve <<'PY'
from twisted.mail import maildir

def make():
    return maildir.MaildirMailbox("mail")
PY
pop3 "$port" 1:'*' 1:'USER me' 1:'PASS secret' 1:STAT '.:LIST' 1:'LIST 2' 1:'RETR 2' 1:'DELE 2' 1:STAT 1:QUIT | tee out
expect 'a message of 0 octets is listed' '^S: 2 0$' out
expect 'RETR refuses it, which nobody has deleted' '^S: -ERR message deleted$' out
[ "$(grep -c '^S: +OK 3 34' out)" -eq 2 ] || { echo 'CHANGED: STAT counts the others after DELE'; exit 1; }
echo 'seen: after DELE, STAT counts as before'
