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
check 'so few are asked for their sizes at once' asks 'CAPA UIDL LIST'
letters 1999 1999
run -v
check 'with one more' new_is 1
run -v
check 'nothing is new in a maildrop of 1,000' new_is 0
check 'whose sizes are not asked for' asks 'CAPA STAT UIDL'
check 'which leaves nothing in doubt' [ "$(sqlite3 -readonly state/a.db 'SELECT count(*) FROM message WHERE gone IS NULL')" = 1000 ]
run -v --dry-run
check 'nor for a look' asks 'CAPA STAT UIDL'
check 'that tells their sizes' contains out 'a: message 951 (55 bytes): leave: delivered, kept forever'

letters 2000 2000
run -v
check 'a new message is fetched' new_is 1
check 'with its size' asks 'CAPA STAT UIDL LIST'
check 'once' subject_once 2000

rm mail/1500
letters 2001 2001
run -v
check 'so is one that takes the place of another one of the same size' new_is 1
check 'for which sizes are asked when the UIDs have come' asks 'CAPA STAT UIDL LIST'
check 'once as well' subject_once 2001
check 'and the other one is known to be gone' [ "$(sqlite3 -readonly state/a.db 'SELECT count(*) FROM message WHERE gone IS NOT NULL')" = 1 ]

printf 'Subject: another\nMessage-ID: <another@example.org>\n\nwith the UID of one that was fetched before\n' >mail/1600
run -v
check 'a message with a UID that is known and another size is fetched' new_is 1
check 'once, too' subject_once another

run -v
check 'then nothing is new again' new_is 0
check 'and no size asked for' asks 'CAPA STAT UIDL'

policy 30d
run -v
check 'where messages may be deleted each size has to be what it was' asks 'CAPA UIDL LIST'
run -v --keep
check 'but not in a run that deletes nothing' asks 'CAPA STAT UIDL'

stop
policy forever
serve --dir mail --no-pipelining
run -v
# The server hangs up twice: apparently at CAPA, and at a command sent along after the login.
check 'without pipelining all is asked for, each in a turn of its own' asks 'CAPA STAT UIDL LIST'
check 'and nothing new found' new_is 0

done_testing
