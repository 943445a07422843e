#!/bin/sh
# verify after the server, the port or the UIDs of an account changed: damage is still recognized by the names of the
# files, the report ends with what can be done, and leftover copies are listed.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

finding() { grep -c "^a: $1: " out; }
found() { [ "$(finding missing) $(finding altered)" = "$1 $2" ] || { show; return 1; }; }
file_of() { grep -rl "^Message-ID: <$1@example.org>" Mail; }

# begin: fetches four messages.
begin() {
  rm -rf mail Mail state
  mkdir mail
  letters 1 4
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"'
  PORT=$(free_ports 1)
  serve --dir mail
  run
}
# damage: one message in its body, one in its Message-ID.
damage() {
  one=$(file_of 1) two=$(file_of 2)
  printf X | dd of="$one" bs=1 seek=$(($(stat -c %s "$one") - 3)) conv=notrunc 2>/dev/null
  sed -i 's/^Message-ID: <2/Message-ID: <X/' "$two"
}
# same_verdicts WHAT: both kinds of damage are found, also without the missing messages.
same_verdicts() {
  run verify
  check "$1: damaged files are altered" found 0 2
  check "$1: damage gives exit status 65" exits 65
  check "$1: the report ends with what can be done" [ "$(tail -n 1 out)" = 'a: 2 of these messages are still on the server; run: mailhaul verify --refetch a' ]
  run verify -q --ignore-missing
  check "$1: the weekly job notices the damage" eval 'exits 65 && found 0 2'
  check "$1: with -q the hint is printed as well" contains out '--refetch a'
}
refetched() {
  run verify --refetch
  check "$1: --refetch fetches them again" contains out 'a: 2 of 2 messages were fetched again'
  run verify
  check "$1: all messages are intact after that" contains out 'a: 4 of 4 messages are intact'
  check "$1: both damaged copies are listed" eval 'grep -F ": $one" out && grep -F ": $two" out'
  check "$1: a leftover names its message" eval 'grep "^a: leftover: .* another copy of the message delivered .*: $one" out'
  check "$1: leftovers are not a failure" exits 0
  check "$1: the report says what to do with them" contains out 'a: delete the leftover copies'
  run verify -q
  check "$1: with -q leftovers are not listed" silent
  run verify --json
  keep_json
  run -v
  check "$1: a run after that fetches nothing" contains out 'a: 0 new '
}

begin
damage
same_verdicts 'the same server'
refetched 'the same server'

begin
PORT=$(free_ports 1)
serve --dir mail
run
check 'after a change of the port, nothing is fetched again' count_is Mail 4
damage
same_verdicts 'another port'
refetched 'another port'

begin
fresh_configuration
SERVER=127.0.0.1 configure a 'deliver_to = "maildir:Mail"' 'tls_server_name = "localhost"'
run
check 'after a change of the server, nothing is fetched again' count_is Mail 4
damage
same_verdicts 'another server'
refetched 'another server'

# There and back, with new mail in between.
begin
first=$PORT
PORT=$(free_ports 1)
letter mail/5
serve --dir mail
run
PORT=$first
letter mail/6
serve --dir mail
run
check 'after two changes, all messages are stored once' count_is Mail 6
damage
same_verdicts 'there and back'

# UIDs that change.
begin
for n in 1 2 3 4; do mv "mail/$n" "mail/u$n"; done
serve --dir mail
run
check 'after a change of the UIDs, nothing is fetched again' count_is Mail 4
damage
same_verdicts 'other UIDs'
refetched 'other UIDs'

# A state of version 9, which did not keep the names. The body is damaged: the header shows which message it is.
begin
PORT=$(free_ports 1)
serve --dir mail
run
old_state 9
one=$(file_of 1)
printf X | dd of="$one" bs=1 seek=$(($(stat -c %s "$one") - 3)) conv=notrunc 2>/dev/null
run verify
check 'with a state of an older version, damage is found by the header' found 0 1
run
check 'a run upgrades the state' [ "$(sqlite3 -readonly state/a.db 'PRAGMA user_version')" -gt 9 ]
run verify
check 'damage is found after the upgrade' found 0 1

# What is no longer on the server, and what was deleted on purpose.
begin
rm mail/1 "$(file_of 1)" "$(file_of 2)"
serve --dir mail
run
run verify
check 'the report separates messages that are still on the server' eval 'contains out "a: 1 of these messages is still on the server; run: mailhaul verify --refetch a" && contains out "a: 1 of these messages is no longer on the server; restore it from a backup"'
check 'the report names the option for messages that were deleted' contains out 'run: mailhaul verify --ignore-missing a'

# Files without a record.
name=$(basename "$(file_of 3)")
for n in $(seq 12); do printf 'Subject: %s\n\nx\n' "$n" >"Mail/cur/$n-$name:2,S"; done
for n in $(seq 12); do mv "Mail/cur/$n-$name:2,S" "Mail/cur/$(echo "$name" | sed "s/-[0-9a-f]*\.M/-$(printf '%024x' "$n").M/"):2,S"; done
run verify
check 'the first ten files without a record are listed' [ "$(finding unrecorded)" = 10 ]
run verify -v
check 'with -v all of them are listed' [ "$(finding unrecorded)" = 12 ]
run verify --json
keep_json
fits_schema
done_testing
