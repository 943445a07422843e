#!/bin/sh
# A large maildrop without new messages: sizes are requested only when something has changed.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# policy LINE: sets how long mail stays on the server.
policy() {
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "leave_on_server = $1"
}
# asks COMMANDS: checks which commands the last run sent between its login and its first RETR, DELE, TOP or QUIT.
asks() {
  asked=$(awk '/C: CAPA/ { n = "" } { sub(/.*C: /, ""); sub(/\r/, "") } /^(CAPA|STAT|UIDL|LIST)$/ { n = n " " $0 } END { print n }' transcript)
  [ "$asked" = " $1" ] || { echo "asked:$asked"; tail transcript; return 1; }
}
new_is() { contains out "a: $1 new ("; }
subject_once() { [ "$(grep -lxF "Subject: $1" Mail/*/* | wc -l)" = 1 ] || { grep -lxF "Subject: $1" Mail/*/*; return 1; }; }

mkdir mail
letters 1000 1998
policy forever
serve --dir mail
run -v
check '999 messages are fetched' new_is 999
run -v
check 'with fewer than 1,000 messages, sizes are requested at once' asks 'CAPA UIDL LIST'
letters 1999 1999
run -v
check 'one more message is fetched' new_is 1
run -v
check 'nothing is new in a maildrop of 1,000' new_is 0
check 'with 1,000 messages, no sizes are requested' asks 'CAPA STAT UIDL'
check 'all messages are known' [ "$(sqlite3 -readonly state/a.db 'SELECT count(*) FROM message WHERE gone IS NULL')" = 1000 ]
run -v --dry-run
check 'a dry run requests no sizes' asks 'CAPA STAT UIDL'
check 'a dry run prints the known sizes' contains out 'a: message 951 (55 bytes): leave: delivered, kept forever'

letters 2000 2000
run -v
check 'a new message is fetched' new_is 1
check 'sizes are requested for a new message' asks 'CAPA STAT UIDL LIST'
check 'the new message is delivered once' subject_once 2000

rm mail/1500
letters 2001 2001
run -v
check 'a new message in the place of another one of the same size is fetched' new_is 1
check 'sizes are requested after the UIDs' asks 'CAPA STAT UIDL LIST'
check 'it is delivered once' subject_once 2001
check 'the other message is recorded as gone' [ "$(sqlite3 -readonly state/a.db 'SELECT count(*) FROM message WHERE gone IS NOT NULL')" = 1 ]

printf 'Subject: another\nMessage-ID: <another@example.org>\n\nwith the UID of one that was fetched before\n' >mail/1600
run -v
check 'a message with a known UID and another size is fetched' new_is 1
check 'it is delivered once' subject_once another

run -v
check 'the next run fetches nothing' new_is 0
check 'the next run requests no sizes' asks 'CAPA STAT UIDL'

policy 30d
run -v
check 'if messages may be deleted, sizes are requested' asks 'CAPA UIDL LIST'
run -v --keep
check 'a run with --keep requests no sizes' asks 'CAPA STAT UIDL'

stop
policy forever
serve --dir mail --no-pipelining
run -v
# The server hangs up twice: apparently at CAPA, and at a command sent along after the login.
check 'without pipelining, commands are sent one at a time' asks 'CAPA STAT UIDL LIST'
check 'without pipelining, nothing is fetched again' new_is 0

done_testing
