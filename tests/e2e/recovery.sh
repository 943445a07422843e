#!/bin/sh
# A run is killed between delivery and record: the next one finds its messages, whatever has changed meanwhile.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'
strike() { # CALL ACTION NUMBER: a run in which the n-th call fails or kills it
  write_configuration
  STATUS=0
  strace -f -qq -o trace -e "trace=$1" -e "inject=$1:$2:when=$3" "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
}
here() { [ "$(cat Mail/new/* Mail/cur/* 2>/dev/null | grep -c '^Message-ID')" = "$1" ] || { ls Mail/*; show; return 1; }; }
recorded() { sqlite3 state/a.db 'SELECT count(*) FROM message WHERE gone IS NULL'; }

# killed: three messages are in new/, and none is recorded.
killed() {
  rm -rf mail state Mail mbox empty
  PORT=${FIRST_PORT:-$PORT} SERVER=localhost
  mkdir mail empty
  letters 1 3
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"'
  serve --dir empty
  FIRST_PORT=$PORT
  run
  serve --dir mail
  strike fsync signal=KILL 4
  if [ "$(recorded)" != 0 ] || ! here 3; then bail 'the kill did not come between delivery and record'; fi
}

killed
run -v
check 'the next run finds the delivered messages' contains out 'a: 0 new ('
check 'the next run records them' [ "$(recorded)" = 3 ]

killed
serve --dir empty
run
serve --dir mail
run -v
check 'they are found after a run with an empty listing' contains out 'a: 0 new ('

killed
mv mail/2 mail/3 .
run
mv 2 3 mail
run -v
check 'they are found after a run with a short listing' contains out 'a: 0 new ('

killed
PORT=$(free_ports 1)
serve --dir mail
run -v
check 'they are found if the account has another port' contains out 'a: 0 new ('

killed
SERVER=LOCALHOST
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
serve --dir mail
run -v
check 'they are found if the server name differs in case' contains out 'a: 0 new ('
SERVER=localhost

killed
for n in 1 2 3; do mv "mail/$n" "mail/new-$n"; done
run -v
check 'they are found under new UIDs' contains out 'a: 0 new ('

killed
for f in Mail/new/*; do mv "$f" "Mail/cur/${f##*/}:2,S"; done
write_configuration
strace -f -y -qq -o trace -e trace=fsync "$MAILHAUL" -c mailhaul.conf
check 'they are found after a reader has opened the Maildir' here 3
check 'new/ and cur/ are synced before the record' [ "$(grep -c 'Mail/new>\|Mail/cur>' trace)" = 2 ]
check 'the parent directories are synced before the record' grep -q 'fsync([0-9]*</[^ ]*/Mail>)' trace

# The record fails, and so does the connection: the storage failure is reported, and nothing more is tried. All
# messages have different sizes; otherwise they would not count after the connection failed.
rm -rf mail state mbox
mkdir mail
for n in 1 2 3 4; do
  { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n"; head -c $((9000 + n)) /dev/zero | tr '\0' x | fold -w 70; echo; } >"mail/$n"
done
fresh_configuration
configure a 'deliver_to = "mbox:mbox"'
serve --dir empty
run
serve --dir mail --drop-at 25000
strike fdatasync error=EIO 6
check 'a failed record on a dropped connection is a storage failure' exits 74
check 'the storage failure is reported' contains err 'mailhaul: a: store: '
serve --dir mail
run -v
check 'no message is in the mbox twice' [ "$(grep -c '^Message-ID' mbox)" = 4 ]

# The spool of a batch cannot be shortened when the connection ends within a message.
rm -rf mail state mbox
mkdir mail
for n in 1 2; do
  { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n"; head -c $((n * 3500000)) /dev/zero | tr '\0' x | fold -w 70; echo; } >"mail/$n"
done
serve --dir empty
run
serve --dir mail --drop-at 10000000
strike ftruncate error=EIO 1+
check 'a spool that cannot be truncated is a storage failure' exits 74
check 'no message is recorded' [ "$(recorded)" = 0 ]
serve --dir mail
run
check 'the next run fetches both messages' [ "$(grep -c '^Message-ID' mbox)" = 2 ]

done_testing
