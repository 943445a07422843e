#!/bin/sh
# Mail moves from a real Cyrus pop3d, which has more than one surprise.
. "${srcdir:-.}/tests/e2e/cyrus.sh"
. "${srcdir:-.}/tests/e2e/lib.sh"
. "$E2E_DIR/moves-lib.sh"
trap 'cyrus_stop; finish' EXIT

count=60
cyrus_prepare "$WORK/cyrus" || unpacked_none Cyrus
dovecot_make_mail source "$count" 1 || bail 'no mail'
for name in leave take beside; do cyrus_add_user "$name" "$name"; done
cyrus_start || bail 'Cyrus does not start'
for name in leave take beside; do cyrus_fill "$name" source || bail 'no mail in it'; done
moves_from "$CYRUS_PORT" "$CYRUS_CA"
dump() { cyrus_dump "$1" "$1" "$2"; }
left() { cyrus_count "$1"; }

moves "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'the third run succeeds' exits 0
echo "# $(sed -n 's/.*S: IMPLEMENTATION //p' err | tail -n 1)"
check 'Cyrus announces pipelining' contains err 'S: PIPELINING'
check 'the login is by AUTH PLAIN' contains err 'C: AUTH PLAIN ****'
plain=$(printf '\0leave\0leave' | openssl base64 -A)
talk 1: 1:"AUTH PLAIN $plain\\nSTAT" 1:NOOP 0:close || bail 'it does not talk'
check 'it loses a command behind AUTH in the same packet' [ "$(grep -c '^+OK [0-9]* [0-9]' said)" -eq 0 ]
check 'which mailhaul does not send' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
moves_beside

# Debian's default: a minute has to pass between two logins.
cyrus_stop
sed -i 's/^popminpoll: .*/popminpoll: 1/' "$CYRUS_ROOT/etc/imapd.conf"
cyrus_start || bail 'Cyrus does not start again'
moves_from "$CYRUS_PORT" "$CYRUS_CA"
account leave forever 'deliver_to = "maildir:Mail"'
run
for nth in second third; do
  run
  check "Cyrus wants a minute between logins: the $nth run has exit code 75" exits 75
  check "with the server's words ($nth)" contains err '[LOGIN-DELAY]'
  check "and the hint to wait ($nth)" contains err 'run mailhaul less often'
done

done_testing
