#!/bin/sh
# Fetches mail from a real solid-pop3d behind a real stunnel, which has several peculiarities.
. "${srcdir:-.}/tests/e2e/lib/solid.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'solid_stop; finish' EXIT

count=60
solid_prepare "$WORK/solid" || unpacked_none solid-pop3d
dovecot_make_mail source "$count" 1 || bail 'no mail'
for name in leave take beside open locked; do
  solid_add_user "$name" "$name" && solid_fill "$name" source || bail 'no accounts'
done
solid_start || bail 'solid-pop3d does not start'
use_server "$SOLID_PORT" "$SOLID_CA"
dump() { solid_dump "$1" "$1" "$2"; }
left() { solid_count "$1"; }

fetch_all "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'solid-pop3d knows no CAPA' contains err 'S: -ERR unknown command'
talk 1: 1:'USER leave' 1:'PASS leave\nSTAT' 1:NOOP 0:QUIT || bail 'it does not talk'
check 'it loses a command behind PASS in the same packet' [ "$(wc -l <said)" -eq 5 ]
check 'which mailhaul does not send' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
fetch_beside

# Another program left a message without a final newline, and solid-pop3d regards the mailbox as damaged.
cp "$SOLID_ROOT/var/mail/open" whole
printf 'From x Mon Jan  1 00:00:00 2024\nFrom: x@example.org\n\nno end' >>"$SOLID_ROOT/var/mail/open"
cp "$SOLID_ROOT/var/mail/open" damaged
account open no 'deliver_to = "maildir:Open"'
run
check 'solid-pop3d refuses a whole maildrop for one message without a final newline' [ "$STATUS" -ne 0 ]
check 'in one line' [ "$(wc -l <err)" -eq 1 ]
check 'with its words' contains err '(server said: "mailbox is damaged")'
check 'which is no wrong password' [ "$STATUS" -ne 77 ]
check 'nobody is sent to check one' lacks err 'check user and password'
check 'the maildrop is as it was' cmp damaged "$SOLID_ROOT/var/mail/open"
cp whole "$SOLID_ROOT/var/mail/open"
run
check 'when it is whole again, all comes, at once' exits 0
check 'once' same_maildir Open expected-take
check 'and the server holds none' server_holds open 0

# Another program has the mailbox's lock: the login fails.
touch "$SOLID_ROOT/var/mail/locked.lock"
account locked no 'deliver_to = "maildir:Locked"'
run
check 'a mailbox that is locked passes: exit code 75' exits 75
check 'the server is quoted' contains err "(server said: \"can't lock mailbox file\")"
check 'it is no wrong password either' lacks err 'check user and password'
rm "$SOLID_ROOT/var/mail/locked.lock"
run
check 'when it is free again, all comes, at once' exits 0
check 'as it was' same_maildir Locked expected-take
check 'and is deleted' server_holds locked 0

done_testing
