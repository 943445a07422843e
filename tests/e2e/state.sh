#!/bin/sh
# Known messages stay known despite new UIDs, a lost state, empty listings and mail readers.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mail_of() {
  rm -rf mail Mail state
  mkdir mail
  for _n in $(seq 1 "$1"); do
    printf 'From: a%s@example.org\nSubject: number %s\nMessage-ID: <%s@example.org>\n\nbody %s\n' "$_n" "$_n" "$_n" "$_n" >"mail/$_n"
  done
}
only() {
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
}
# The test server's file names are its UIDs.
renumber() { for _f in mail/*; do mv "$_f" "mail/new-${_f##*/}"; done; }

mail_of 20
serve --dir mail
only 'leave_on_server = 14d'
run
renumber
printf 'From: b@example.org\nSubject: late\nMessage-ID: <late@example.org>\n\nlate\n' >mail/new-99
run_later +7d -v
check 'new UIDs for all messages are noticed' contains err '20 known messages are missing'
check 'only the new message is fetched' contains out 'a: 1 new ('
check 'no message is delivered twice' count_is Mail/new 21
run_later +14d -v
check 'known messages keep their ages' contains out 'a: 0 new (0 B), 20 deleted, 1 left on server'
check 'the later message has its own age' [ -e mail/new-99 ]

mail_of 5
serve --dir mail
only 'leave_on_server = no'
run
for n in 6 7; do printf 'From: c@example.org\nSubject: other %s\nMessage-ID: <%s@example.org>\n\nbody\n' "$n" "$n" >"mail/$n"; done
run -v
check 'messages that the client has deleted are not reported as missing' lacks err 'are missing'
check 'new mail is fetched without a request for headers' lacks transcript 'TOP'
check 'each new message is delivered once' count_is Mail/new 7

mail_of 20
serve --dir mail
only
run
mv mail away && mkdir mail
run
check 'an empty listing is not a failure' exits 0
rmdir mail && mv away mail
run -v
check 'messages are still known after an empty listing' contains out 'a: 0 new ('

rm -rf state
serve --dir mail
mv Mail/new/"$(ls Mail/new | head -n 1)" Mail/cur/"$(ls Mail/new | head -n 1):2,S"
run -v
check 'a lost state is rebuilt from the names in new/ and cur/' contains err '20 messages were already in the destination'
check 'the rebuild retrieves no message' lacks transcript 'RETR'
check 'the rebuild does not change the Maildir' count_is Mail 20
run -v
check 'the rebuilt state knows all messages' contains out 'a: 0 new (0 B), 0 deleted, 20 left on server'

head -c 100 state/a.db >half && cp half state/a.db
rm -f state/a.db-wal state/a.db-shm
run
check 'a truncated state is refused' exits 74
check 'the message says what to do' contains err 'move it away, then run mailhaul verify --rebuild for this account'
check 'no mail is touched' count_is Mail 20
rm -f state/a.db
run
# The tables and the version after the upgrade.
version=$(sqlite3 state/a.db 'PRAGMA user_version')
tables=$(sqlite3 state/a.db .schema)
old_state 1
run -n
check 'a dry run does not upgrade an older state' eval 'exits 0 && [ "$(sqlite3 state/a.db "PRAGMA user_version")" = 1 ]'
run -v
check 'a run upgrades an older state' eval \
  '[ "$(sqlite3 state/a.db "PRAGMA user_version")" = "$version" ] && [ "$(sqlite3 state/a.db .schema)" = "$tables" ]'
check 'the upgraded state knows all messages' contains out 'a: 0 new (0 B), 0 deleted, 20 left on server'
sqlite3 state/a.db 'PRAGMA user_version = 99' >/dev/null
run
check 'a newer state is refused' exits 74
check 'the message says that the state is newer' says err \
  'mailhaul: a: state: the state file state/a.db was written by a newer version of mailhaul; use that version again, or move the file away and run mailhaul verify --rebuild for this account'
rm -f state/a.db
sqlite3 state/a.db 'CREATE TABLE theirs(x)'
run
check 'the database of another program is refused' says err \
  'mailhaul: a: state: the file state/a.db is not a state file of mailhaul; move it away, or set another state_dir'

rm -f state/a.db
run
sqlite3 state/a.db 'BEGIN; SELECT count(*) FROM message; SELECT 1;' >/dev/null
check 'the state can be read with the sqlite3 shell' [ "$(sqlite3 state/a.db 'SELECT count(*) FROM message')" = 20 ]

for n in 6 7; do cp "mail/1" "mail/same-$n"; done
serve --dir mail --no-uidl
rm -rf state Mail
run
check 'without UIDL, messages with the same header are all fetched' count_is Mail/new 22
run -v
check 'without UIDL, no message is fetched again' contains out 'a: 0 new ('

done_testing
