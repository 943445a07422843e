#!/bin/sh
# Fetches mail from a real Cyrus pop3d, which has several peculiarities.
. "${srcdir:-.}/tests/e2e/lib/cyrus.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'cyrus_stop; finish' EXIT

count=60
cyrus_prepare "$WORK/cyrus" || unpacked_none Cyrus
dovecot_make_mail source "$count" 1 || bail 'no mail'
for name in leave take beside; do cyrus_add_user "$name" "$name"; done
cyrus_start || bail 'Cyrus does not start'
for name in leave take beside; do cyrus_fill "$name" source || bail 'no mail in it'; done
use_server "$CYRUS_PORT" "$CYRUS_CA"
left() { cyrus_count "$1"; }

fetch_all "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'the third run succeeds' exits 0
echo "# $(sed -n 's/.*S: IMPLEMENTATION //p' err | tail -n 1)"
check 'Cyrus announces pipelining' contains err 'S: PIPELINING'
check 'the login is by AUTH PLAIN' contains err 'C: AUTH PLAIN ****'
plain=$(printf '\0leave\0leave' | openssl base64 -A)
talk 1: 1:"AUTH PLAIN $plain\\nSTAT" 1:NOOP 0:close || bail 'it does not talk'
check 'Cyrus loses a command that follows AUTH in the same packet' [ "$(grep -c '^+OK [0-9]* [0-9]' said)" -eq 0 ]
check 'mailhaul sends no command in the packet of AUTH' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
fetch_beside

# Cyrus omits everything from a NUL to the end of that line, including the line end. The message is shorter than its
# listed size.
printf 'From: a@example.org\nSubject: NUL\nMessage-ID: <nul@example.org>\n\none\ntwo@@two\nthree\n' >source/00010.eml
for name in nul nuls; do
  cyrus_add_user "$name" "$name" && cyrus_fill "$name" source || bail 'no mail with a NUL'
done
for file in $(grep -rl '^two@@two' "$CYRUS_ROOT/var/spool"); do sed -i 's/^two@@two/two\x00\x00two/' "$file"; done
dump nuls expected-nuls || bail 'no dump'
account nul forever 'deliver_to = "maildir:Nul"'
run -vv
check 'a message with a NUL does not end pipelining' [ "$(grep -c 'one command at a time' err)" -eq 0 ]
run -vv
run -vv
check 'the third run fetches nothing again' contains out "nul: 0 new (0 B), 0 deleted, $count left on server"
check 'the third run needs one session' [ "$(sessions)" -eq 1 ]
account nuls no 'deliver_to = "maildir:Nuls"'
: >reports
for _ in 1 2 3; do
  run
  cat out err >>reports
done
check 'the message with a NUL stays on the server' server_holds nuls 1
check 'one line reports it' [ "$(wc -l <reports)" -eq 1 ]
check 'the other messages are delivered' [ "$(find Nuls/new -type f | wc -l)" -ge "$((count - 1))" ]
check 'no message is delivered twice' [ "$(find Nuls/new -type f | wc -l)" -le "$count" ]

# Debian's default: at least a minute between two logins.
cyrus_stop
sed -i 's/^popminpoll: .*/popminpoll: 1/' "$CYRUS_ROOT/etc/imapd.conf"
cyrus_start || bail 'Cyrus does not start again'
use_server "$CYRUS_PORT" "$CYRUS_CA"
account leave forever 'deliver_to = "maildir:Mail"'
run
for nth in second third; do
  run
  check "Cyrus wants a minute between logins: the $nth run has exit code 75" exits 75
  check "the message quotes the server ($nth)" contains err '[LOGIN-DELAY]'
  check "the hint is to run less often ($nth)" contains err 'run mailhaul less often'
done

done_testing
