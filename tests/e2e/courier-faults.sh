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
courier_add_user away away && courier_fill away source || bail 'no accounts'
courier_add_user leave leave && courier_fill leave foreign || bail 'no accounts'
courier_add_user take take && courier_fill take foreign || bail 'no accounts'
courier_start || bail 'Courier does not start'
use_server "$COURIER_POP3S_PORT" "$COURIER_CA"

# The directory of a user is missing for a while, as if its disk were not mounted.
mv "$COURIER_ROOT/mail/away/Maildir" "$COURIER_ROOT/mail/away/unmounted"
account away no 'deliver_to = "maildir:Away"'
run
check 'a Maildir that Courier cannot enter is no wrong password, but passes: exit code 75' exits 75
check 'in one line' [ "$(wc -l <err)" -eq 1 ]
check 'with its words' contains err '(server said: "chdir '
check 'nobody is sent to check a password' lacks err 'check user and password'
mv "$COURIER_ROOT/mail/away/unmounted" "$COURIER_ROOT/mail/away/Maildir"
run
check 'when it is there again, all comes, at once' exits 0
check 'as it was' same_maildir Away source
check 'and is deleted' [ "$(courier_count away)" -eq 0 ]

account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'headers with raw UTF-8: the run succeeds' exits 0
check 'UTF8 is sent before the login' [ "$(sed -n '/C: PASS\|C: AUTH/q; /C: UTF8/p' err | wc -l)" -eq 1 ]
check 'nothing is replaced by words about Unicode' [ "$(grep -rl 'Cannot display Unicode content' Mail | wc -l)" -eq 0 ]
check 'all is there, byte for byte' same_maildir Mail foreign
check 'in one session' [ "$(sessions)" -eq 1 ]
check 'with pipelining' [ "$(awk '/C: RETR/ { run++; if (run > most) most = run } /S: /{ run = 0 } END { print most + 0 }' err)" -gt 1 ]
run -v
check 'the second run fetches nothing' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
account take no 'deliver_to = "mbox:Box"'
run
check 'all is taken: the run succeeds' exits 0
check 'and is silent' silent
check 'all is there, byte for byte (mbox)' same_mbox Box foreign
check 'and nothing is left on the server' [ "$(courier_count take)" -eq 0 ]

done_testing
