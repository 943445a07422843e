#!/bin/sh
# Twisted's POP3 server marks a deleted message with the size 0. It still lists and counts deleted messages, as empty ones. It lists
# a message that really is empty, such as a file left by a full disk, but refuses to send it because it was "deleted".
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
expect 'RETR refuses it as deleted, although no client deleted it' '^S: -ERR message deleted$' out
[ "$(grep -c '^S: +OK 3 34' out)" -eq 2 ] || { echo 'CHANGED: STAT leaves the deleted message out after DELE'; exit 1; }
echo 'seen: after DELE, STAT gives the same count'
