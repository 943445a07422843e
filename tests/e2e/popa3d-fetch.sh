#!/bin/sh
# Fetches a mailbox of 200 messages from a real popa3d behind a real stunnel into a Maildir and into an mbox.
. "${srcdir:-.}/tests/e2e/lib/popa3d.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
trap 'popa3d_stop; finish' EXIT

count=200
popa3d_prepare "$WORK/popa3d" || unpacked_none popa3d
dovecot_make_mail source "$count" 1 && dovecot_make_mail later 1 2 || bail 'no mail'
for name in leave take; do
  popa3d_add_user "$name" "$name" && popa3d_fill "$name" source || bail 'no accounts'
done
popa3d_start || bail 'popa3d does not start'
CA_FILE=$POPA3D_CA SERVER_PORT=$POPA3D_PORT
dump take expected || bail 'no dump'

# account NAME POLICY PASSWORD LINE: makes a configuration of this account of the server.
account() {
  USER_NAME=$1 PASSWORD_LINE="password = '$3'"
  fresh_configuration
  configure "$1" "$4" "leave_on_server = $2"
}
server_holds() { [ "$(popa3d_count "$1")" -eq "$2" ] || { popa3d_count "$1"; return 1; }; }
uids() { sed -n 's/.*: S: [0-9]* \([0-9a-f]\{16\}\)$/\1/p' "$1"; }

account leave forever leave 'deliver_to = "maildir:Mail"'
run
check 'into a Maildir: the run succeeds' exits 0
check 'it prints nothing' silent
check 'a second program finds all messages byte for byte' same_maildir Mail expected
check 'the server holds all messages' server_holds leave "$count"
run -vv
check 'the second run fetches nothing' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
check 'popa3d does not support CAPA' [ "$(grep -A 1 -F 'C: CAPA' err | grep -c -F 'S: -ERR')" -ge 1 ]
check 'the login is by USER and PASS' contains err 'C: PASS ****'
uids err >before

# popa3d makes UIDs from headers: two copies of a message have the same UID.
popa3d_stop
popa3d_fill leave later && popa3d_fill leave later || bail 'no new mail'
cp later/00001.eml expected/later-1 && cp later/00001.eml expected/later-2 || bail 'no new mail'
popa3d_start || bail 'popa3d does not start again'
SERVER_PORT=$POPA3D_PORT
account leave forever leave 'deliver_to = "maildir:Mail"'
run -vv
check 'after a restart of the server: its UIDs are the same' [ "$(uids err | head -n "$count")" = "$(cat before)" ]
check 'two new messages have one UID' [ "$(uids err | tail -n 2 | sort -u | wc -l)" -eq 1 ]
check 'only the two new messages are fetched' contains out 'leave: 2 new'
check 'no other message is delivered twice' same_maildir Mail expected
run -v
check 'the next run fetches nothing' contains out "leave: 0 new (0 B), 0 deleted, $((count + 2)) left on server"
rm expected/later-1 expected/later-2

account take no wrong 'deliver_to = "mbox:Box"'
run
check 'a wrong password is refused' exits 77
check 'the refusal is one line' [ "$(wc -l <err)" -eq 1 ]
check 'the message works without a reason from the server' contains err 'take: login: the server refused the login'
check 'no mail is fetched with a wrong password' [ ! -s Box ]

account take no take 'deliver_to = "mbox:Box"'
run -v
check 'into an mbox: the run succeeds' exits 0
check 'a second program finds all messages in the mbox byte for byte' same_mbox Box expected
check 'the server holds no messages' server_holds take 0
run -v
check 'the next run fetches nothing' contains out 'take: 0 new (0 B), 0 deleted, 0 left on server'

done_testing
