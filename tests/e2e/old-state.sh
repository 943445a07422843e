#!/bin/sh
# A state that is older than the mail: restored from a backup, or copied without its journal. Messages delivered
# since then are found in the destination and not fetched again.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'
recorded() { sqlite3 state/a.db 'SELECT count(*) FROM message WHERE gone IS NULL'; }
new() { run -v && contains out "a: $1 new ("; }
searches() { # yes or no: whether the run reads the names in the Maildir
  write_configuration
  strace -f -y -qq -o trace -e trace=getdents64 "$MAILHAUL" -c mailhaul.conf >out 2>err
  grep -q 'Mail/cur>' trace && _answer=yes || _answer=no
  [ "$_answer" = "$1" ] || { cat trace; return 1; }
}

# begin [PREFIX]: two messages are delivered, and the state is backed up; then two more are delivered. The server
# makes UIDs of its file names.
begin() {
  rm -rf mail state Mail Archive backup
  mkdir mail
  letter "mail/${1:-}1" "mail/${1:-}2"
  fresh_configuration
  configure a "deliver_to = \"maildir:Mail\"" "leave_on_server = forever"
  serve --dir mail
  run
  cp -a state backup
  letter "mail/${1:-}3" "mail/${1:-}4"
  run
  count_is Mail 4 || bail 'the messages are not here'
}
restore() { rm -rf state && cp -a backup state; }

begin
restore
check 'with a state from a backup nothing is fetched again' new 0
check 'no message is delivered twice' count_is Mail 4
check 'all messages are recorded' [ "$(recorded)" = 4 ]
check 'a new message is fetched' eval 'letter mail/5 && new 1'

begin
restore
for f in Mail/new/*; do mv "$f" "Mail/cur/${f##*/}:2,S"; done
check 'messages moved to cur/ are known with a state from a backup' new 0
check 'no message in cur/ is delivered twice' count_is Mail 4

# file DIRECTORY: a reader moves all messages there.
file() {
  mkdir -p "$1/new" "$1/cur" "$1/tmp"
  for f in Mail/new/*; do mv "$f" "$1/cur/${f##*/}:2,S"; done
}
# killed [PREFIX]: as begin, but the run that fetches the messages is killed before it records them.
killed() {
  begin "${1:-}"
  rm -rf state Mail
  mkdir -p nothing && serve --dir nothing && run && serve --dir mail
  write_configuration
  strace -f -qq -o trace -e trace=fsync -e inject=fsync:signal=KILL:when=5 "$MAILHAUL" -c mailhaul.conf >out 2>err
  [ "$(recorded)" = 0 ] && count_is Mail 4 || bail 'the run was not killed after its messages'
}

for directory in Mail/.Archive Archive; do
  begin
  restore
  file "$directory"
  check "messages filed in $directory are known with a state from a backup" new 0
  begin
  rm -rf state
  file "$directory"
  check "messages in $directory are known without a state" new 0
  killed
  file "$directory"
  check "messages in $directory are known after a killed run" new 0
done

# label: mutt adds a label to all messages. compress: a script compresses them, as Dovecot's documentation
# describes.
label() { for f in Mail/new/*; do { echo 'X-Label: work' && cat "$f"; } >"Mail/cur/${f##*/}:2,S" && rm "$f"; done; }
compress() { for f in Mail/new/*; do gzip -c "$f" >"Mail/cur/${f##*/}:2,SZ" && rm "$f"; done; }
# A UID that is the number of a message proves nothing.
for prefix in '' uid-; do
  begin "$prefix"
  restore
  label
  check "messages ${prefix:-1}.. with a field added by a reader are known with a state from a backup" new 0
  killed "$prefix"
  label
  check "messages ${prefix:-1}.. with a field added by a reader are known after a killed run" new 0
done
begin uid-
restore
compress
check 'messages compressed in place are known' new 0
begin uid-
restore
compress
for f in Mail/cur/*; do truncate -s -1 "$f"; done
check 'incomplete compressed messages are fetched again' new 2
# shorten OCTETS: shortens files, as an incomplete restore leaves them. Nothing else shows how long a message was.
shorten() { for f in Mail/new/*; do truncate -s "$1" "$f"; done; }
for octets in -1 0; do
  begin
  restore
  shorten "$octets"
  check "messages shortened in place ($octets) are fetched again with a state from a backup" new 2
  check 'the shortened files are kept' count_is Mail 6
  run verify
  check 'verify reports recorded shortened messages as altered' contains out 'a: 2 of 4 messages are intact, 2 altered'
  killed
  shorten "$octets"
  check "messages shortened in place ($octets) are fetched again after a killed run" new 4
  begin
  rm -rf state
  shorten "$octets"
  check "messages shortened in place ($octets) are fetched again without a state" new 4
  run verify
  check 'verify does not count shortened files as messages' contains out 'a: 4 of 4 messages are intact; files without a record: 4'
  rm -rf state
  run verify --rebuild
  check 'a rebuilt state does not include the shortened files' says out 'a: the state was rebuilt from 4 messages'
done
begin
rm -rf state
shorten -1
shorten +1
check 'messages whose last byte is NUL are fetched again' new 4
begin uid-
rm -rf state
for f in Mail/new/*; do xz -cq "$f" >"Mail/cur/${f##*/}:2,SZ" && rm "$f"; done
check 'messages compressed with xz are known by their names' new 0

begin uid-
restore
label
printf 'Subject: another\nMessage-ID: <x@example.org>\n\nand longer\n' >mail/uid-4
check 'a message of another size with the UID of a labeled one is fetched' new 1
begin
restore
label
sed -i s/4/5/g mail/4
check 'a message of the same size with the UID of a labeled one is fetched if UIDs are numbers' new 1

begin
restore
rm "$(grep -l 'Subject: 4' Mail/new/*)"
check 'a message deleted by a reader after the backup is fetched again' new 1

begin
cp backup/a.db state/a.db
check 'a database restored over the newer one fetches nothing again' new 0

begin
rm -rf state && mkdir state && cp backup/a.db state/a.db
check 'a database restored without the lock file fetches nothing again' new 0

begin
rm state/a.db && mv backup/a.db state/a.db
check 'a database moved into place fetches nothing again' new 0

begin
restore
for n in 1 2 3 4; do mv "mail/$n" "mail/new-$n"; done
check 'messages with new UIDs are known with a state from a backup' new 0

begin
restore
: >list && find Mail/new -type f -name '*.mh-*' | while read -r f; do cp "$f" "${f%%.mh-*}.mh-0123abcd-${f#*.mh-????????-}"; done
check "files of other accounts are ignored" new 0
check 'files of other accounts are not recorded' [ "$(recorded)" = 4 ]

# A normal run does not read the names.
begin
check 'a run does not read the names in the Maildir' searches no
for f in Mail/new/*; do mv "$f" "Mail/cur/${f##*/}:2,S"; done
check 'a run does not read the names after a reader has moved the messages' searches no
letter mail/5
check 'a run that fetches a message does not read the names' searches no
chmod 600 state/a.db
sqlite3 state/a.db 'PRAGMA user_version' >/dev/null
check 'a run reads the names if the state is not the file left by the last run' searches yes
check 'the names are read once' searches no
run -n
check 'the names are not read after a dry run' searches no

# A filesystem with the state that is rolled back to a snapshot looks as it did then: the stamp matches.
roll_back() {
  restore
  python3 -c 'import os
s = os.stat("state/a.db")
t = os.stat("state/a.lock")
with open("state/a.lock", "w") as f:
    f.write("%x %x %d.%09d %d\n" % (s.st_dev, s.st_ino, s.st_ctime_ns // 10**9, s.st_ctime_ns % 10**9, s.st_size))
os.utime("state/a.lock", ns=(t.st_atime_ns, t.st_mtime_ns))'
}
if python3 -c 'import os; os.setxattr(".", "user.mailhaul.test", b"1"); os.removexattr(".", "user.mailhaul.test")' 2>/dev/null; then
  begin
  roll_back
  check 'a state rolled back with its filesystem is noticed by an attribute beside the mail' new 0
  check 'no message is delivered twice after the rollback' count_is Mail 4
  check 'the run after that does not read the names' searches no
  cp -a state recovered
  letter mail/5
  run
  rm -rf state && cp -a recovered state && cp -a state backup && roll_back
  check 'a second rollback is noticed' new 0
  check 'no message is delivered twice after the second rollback' count_is Mail 5
  begin
  roll_back
  run
  roll_back
  check 'a repeated rollback to the same snapshot is noticed' new 0
else
  skip 'a state rolled back with its filesystem is noticed by an attribute beside the mail' 'this filesystem has no extended attributes'
fi

# The journal remains if another program has the state open, and may be lost.
begin
letter mail/5
python3 -c '
import sqlite3, sys, time
c = sqlite3.connect("state/a.db")
c.execute("BEGIN")
c.execute("SELECT count(*) FROM message").fetchall()
open("reading", "w").write("x")
time.sleep(600)' &
reader=$!
wait_for reading 'nobody reads the state'
run
check 'a message is delivered while another program reads the state' count_is Mail 5
kill -9 "$reader" && wait "$reader" || :
rm -f state/a.db-wal state/a.db-shm
check 'a record is lost with the journal' [ "$(recorded)" = 4 ]
check 'the message of the lost record is not fetched again' new 0
check 'the message is recorded again' [ "$(recorded)" = 5 ]

# Wrong clocks.
begin_ahead() { # the last record before the backup has a time in the future
  rm -rf mail state Mail backup
  mkdir mail
  letter mail/1 && letter mail/2
  run_later +2d
  cp -a state backup
  letter mail/3 && letter mail/4
  run
  count_is Mail 4 || bail 'the messages are not here'
}
if python3 -c 'import os; os.getxattr("Mail/new", os.listxattr("Mail/new")[0])' 2>/dev/null; then
  begin_ahead
  restore
  run_later +3d -v
  check 'a clock that was ahead at the last record fetches nothing again' contains out 'a: 0 new ('
  check 'a clock that was ahead at the last record duplicates no message' count_is Mail 4
else
  skip 'a clock that was ahead at the last record fetches nothing again' 'this filesystem has no extended attributes'
fi
begin
run_later +2d -v
restore
check 'a clock that was ahead fetches nothing again' new 0
begin
run_later -2d -v
check 'a clock that goes back fetches nothing again' new 0
restore
check 'a state restored while the clock is back fetches nothing again' new 0

done_testing
