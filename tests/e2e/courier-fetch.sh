#!/bin/sh
# Fetches a mailbox of 200 messages from a real Courier POP3 into a Maildir and into an mbox.
. "${srcdir:-.}/tests/e2e/lib/courier.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
trap 'courier_stop; finish' EXIT

count=200
courier_prepare "$WORK/courier" || unpacked_none Courier
dovecot_make_mail source "$count" 1 && dovecot_make_mail later 1 2 && mv later/00001.eml later/00201.eml ||
  bail 'no mail'
# Courier 2.0 lists one octet too many for a message whose last line has no end.
unended=0
mkdir unended
case $(basename "$UNPACKED_PACKAGES"/courier-pop_*.deb) in
  courier-pop_[01].*) ;;
  *)
    for file in source/*; do [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] || mv "$file" unended/; done
    unended=$(find unended -type f | wc -l)
    count=$(find source -type f | wc -l)
    courier_add_user unended unended && courier_fill unended unended && courier_fill unended source ||
      bail 'no accounts'
    ;;
esac
for name in leave take; do
  courier_add_user "$name" "$name" && courier_fill "$name" source || bail 'no accounts'
done
courier_start || bail 'Courier does not start'
CA_FILE=$COURIER_CA

# account NAME POLICY TLS PASSWORD LINE: configures this account of the server.
account() {
  if [ "$3" = implicit ]; then SERVER_PORT=$COURIER_POP3S_PORT; else SERVER_PORT=$COURIER_POP3_PORT; fi
  USER_NAME=$1 PASSWORD_LINE="password = '$4'"
  configure "$1-$3" "$5" "leave_on_server = $2" "tls = $3"
}
server_holds() { [ "$(courier_count "$1")" -eq "$2" ] || { courier_count "$1"; return 1; }; }
line_of() { grep -n -m 1 -F "$1" err | cut -d: -f1; }
uids() { sed -n 's/.*: S: [0-9]* \(UID[0-9].*\)/\1/p' "$1"; }

# Courier takes five seconds to refuse a login, and nearly as long for a client that fetches one message after the
# other. Both take place during that time.
fresh_configuration
for tls in implicit starttls; do account take no "$tls" wrong 'deliver_to = "mbox:Wrong"'; done
write_configuration
cp mailhaul.conf wrong.conf
"$MAILHAUL" -c wrong.conf >wrong.out 2>wrong.err &
wrong=$!
# Courier adds the missing end of a last line.
SERVER_PORT=$COURIER_POP3S_PORT
dump take expected &
dump=$!

fresh_configuration
account leave forever implicit leave 'deliver_to = "maildir:Mail"'
run
check 'into a Maildir, over implicit TLS: the run succeeds' exits 0
check 'it prints nothing' silent
check 'the server holds all messages' server_holds leave "$count"
run -vv
check 'the second run fetches nothing' contains out "leave-implicit: 0 new (0 B), 0 deleted, $count left on server"
check 'the login is by USER and PASS' contains err 'C: PASS ****'
check 'Courier announces pipelining' contains err 'S: PIPELINING'
uids err >before

wait "$dump" || bail 'no dump'
check 'a second program finds all messages byte for byte' same_maildir Mail expected
STATUS=0
wait "$wrong" || STATUS=$?
check 'a wrong password is refused' exits 77
check 'one line for each account reports it' [ "$(wc -l <wrong.err)" -eq 2 ]
refused='login: the server refused the login (server said'
check 'the refusal of PASS quotes the server' contains wrong.err "take-implicit: $refused: \"Login failed.\")"
check 'the refusal of AUTH quotes the server' contains wrong.err "take-starttls: $refused: \"Authentication failed.\")"
check 'no mail is fetched with a wrong password' [ ! -s Wrong ]

courier_stop
courier_start || bail 'Courier does not start again'
courier_fill leave later || bail 'no new mail'
fresh_configuration
account leave forever implicit leave 'deliver_to = "maildir:Mail"'
run -vv
check 'after a restart of the server: its UIDs are the same' [ "$(uids err | head -n "$count")" = "$(cat before)" ]
check 'only the new message is fetched' contains out 'leave-implicit: 1 new'
cp later/00201.eml expected/later
check 'no message is delivered twice' same_maildir Mail expected
rm expected/later

fresh_configuration
account take no starttls take 'deliver_to = "mbox:Box"'
run -vv
check 'into an mbox, over STLS: the run succeeds' exits 0
check 'SASL is offered only over TLS' [ "$(line_of 'S: SASL')" -gt "$(line_of 'C: STLS')" ]
check 'the login is by AUTH PLAIN' contains err 'C: AUTH PLAIN ****'
check 'a second program finds all messages in the mbox byte for byte' same_mbox Box expected
check 'the server holds no messages' server_holds take 0
run -v
check 'the next run fetches nothing' contains out 'take-starttls: 0 new (0 B), 0 deleted, 0 left on server'

if [ "$unended" -gt 0 ]; then
  SERVER_PORT=$COURIER_POP3S_PORT
  dump unended expected-unended || bail 'no dump'
  fresh_configuration
  account unended no implicit unended 'deliver_to = "maildir:Unended"'
  run
  check 'messages that are one octet shorter than listed are reported' exits 76
  check 'they are stored as received' same_maildir Unended expected-unended
  check 'they stay on the server' server_holds unended "$unended"
fi

done_testing
