#!/bin/sh
# A real Courier POP3 whose mailbox cannot be opened, and mail with raw UTF-8 in its headers.
. "${srcdir:-.}/tests/e2e/lib/courier.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'courier_stop; finish' EXIT

count=40
courier_prepare "$WORK/courier" || unpacked_none Courier
dovecot_make_mail source "$count" 1 || bail 'no mail'
# Courier adds the missing end of a last line.
for file in source/*; do [ -z "$(tail -c 1 "$file")" ] || echo >>"$file"; done
cp -r source foreign
for number in 00007 00020; do
  printf 'From: a@example.org\nTo: b@example.org\nSubject: Gr\303\274\303\237e aus K\303\266ln\nMessage-ID: <raw.%s@example.org>\n\nbody\n' \
    "$number" >"foreign/$number.eml"
done
courier_add_user away 'not here' && courier_fill away source || bail 'no accounts'
courier_add_user leave leave && courier_fill leave foreign || bail 'no accounts'
courier_add_user take take && courier_fill take foreign || bail 'no accounts'
courier_start || bail 'Courier does not start'
use_server "$COURIER_POP3S_PORT" "$COURIER_CA"

# The directory of a user is missing for a while, as if its disk were not mounted.
mv "$COURIER_ROOT/mail/away/Maildir" "$COURIER_ROOT/mail/away/unmounted"
# A password like the user's name would withhold the server's words, which contain the name.
fresh_configuration
USER_NAME=away PASSWORD_LINE="password = 'not here'" configure away 'leave_on_server = no' 'deliver_to = "maildir:Away"'
run
check 'a Maildir that Courier cannot enter is a temporary failure, not a wrong password: exit code 75' exits 75
check 'the failure is one line' [ "$(wc -l <err)" -eq 1 ]
check 'the message quotes the server' contains err '(server said: "chdir '
check 'the message does not suggest checking the password' lacks err 'check user and password'
mv "$COURIER_ROOT/mail/away/unmounted" "$COURIER_ROOT/mail/away/Maildir"
run
check 'when the Maildir is back, the run succeeds at once' exits 0
check 'all messages arrive unchanged' same_maildir Away source
check 'all messages are deleted from the server' [ "$(courier_count away)" -eq 0 ]

account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'headers with raw UTF-8: the run succeeds' exits 0
check 'UTF8 is sent before the login' [ "$(sed -n '/C: PASS\|C: AUTH/q; /C: UTF8/p' err | wc -l)" -eq 1 ]
check 'no message is replaced by a text about Unicode' [ "$(grep -rl 'Cannot display Unicode content' Mail | wc -l)" -eq 0 ]
check 'all messages arrive byte for byte' same_maildir Mail foreign
check 'one session is enough' [ "$(sessions)" -eq 1 ]
check 'the commands are pipelined' [ "$(awk '/C: RETR/ { run++; if (run > most) most = run } /S: /{ run = 0 } END { print most + 0 }' err)" -gt 1 ]
run -v
check 'the second run fetches nothing' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
account take no 'deliver_to = "mbox:Box"'
run
check 'the run that deletes all messages succeeds' exits 0
check 'it prints nothing' silent
check 'all messages are in the mbox byte for byte' same_mbox Box foreign
check 'no message is left on the server' [ "$(courier_count take)" -eq 0 ]

done_testing
