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
left() { solid_count "$1"; }

fetch_all "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'solid-pop3d does not support CAPA' contains err 'S: -ERR unknown command'
talk 1: 1:'USER leave' 1:'PASS leave\nSTAT' 1:NOOP 0:QUIT || bail 'it does not talk'
check 'solid-pop3d loses a command that follows PASS in the same packet' [ "$(wc -l <said)" -eq 5 ]
check 'mailhaul sends no command in the packet of PASS' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"
fetch_beside

# Another program left a message without a final newline, and solid-pop3d regards the mailbox as damaged.
cp "$SOLID_ROOT/var/mail/open" whole
printf 'From x Mon Jan  1 00:00:00 2024\nFrom: x@example.org\n\nno end' >>"$SOLID_ROOT/var/mail/open"
cp "$SOLID_ROOT/var/mail/open" damaged
account open no 'deliver_to = "maildir:Open"'
run
check 'solid-pop3d refuses a whole maildrop for one message without a final newline' [ "$STATUS" -ne 0 ]
check 'the failure is one line' [ "$(wc -l <err)" -eq 1 ]
check 'the message quotes the server' contains err '(server said: "mailbox is damaged")'
check 'the exit code is not that of a wrong password' [ "$STATUS" -ne 77 ]
check 'the message does not suggest checking the password' lacks err 'check user and password'
check 'the damaged maildrop is unchanged' cmp damaged "$SOLID_ROOT/var/mail/open"
cp whole "$SOLID_ROOT/var/mail/open"
run
check 'when the maildrop is repaired, the run succeeds at once' exits 0
check 'each message is delivered once' same_maildir Open expected-take
check 'the server holds no messages' server_holds open 0

# Another program has the mailbox's lock: the login fails.
touch "$SOLID_ROOT/var/mail/locked.lock"
account locked no 'deliver_to = "maildir:Locked"'
run
check 'a locked mailbox is a temporary failure: exit code 75' exits 75
check 'the message quotes the server' contains err "(server said: \"can't lock mailbox file\")"
check 'a locked mailbox is not reported as a wrong password' lacks err 'check user and password'
rm "$SOLID_ROOT/var/mail/locked.lock"
run
check 'when the lock is removed, the run succeeds at once' exits 0
check 'all messages arrive unchanged' same_maildir Locked expected-take
check 'all messages are deleted' server_holds locked 0

done_testing
