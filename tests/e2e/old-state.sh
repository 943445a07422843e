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
check 'nothing is here twice' count_is Mail 4
check 'and all of it is recorded' [ "$(recorded)" = 4 ]
check 'a new message is fetched' eval 'letter mail/5 && new 1'

begin
restore
for f in Mail/new/*; do mv "$f" "Mail/cur/${f##*/}:2,S"; done
check 'the same when a reader has moved the messages to cur/' new 0
check 'once each' count_is Mail 4

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
  [ "$(recorded)" = 0 ] && count_is Mail 4 || bail 'the run was not killed behind its messages'
}

for directory in Mail/.Archive Archive; do
  begin
  restore
  file "$directory"
  check "messages that a reader has filed in $directory are known with a state from a backup" new 0
  begin
  rm -rf state
  file "$directory"
  check "messages in $directory are known without a state" new 0
  killed
  file "$directory"
  check "messages in $directory are known after a run that was killed" new 0
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
  check "messages ${prefix:-1}.. to which a reader has added a field are known with a state from a backup" new 0
  killed "$prefix"
  label
  check "messages ${prefix:-1}.. to which a reader has added a field are known after a run that was killed" new 0
done
begin uid-
restore
compress
check 'messages that were compressed in place are known' new 0
begin uid-
restore
compress
for f in Mail/cur/*; do truncate -s -1 "$f"; done
check 'those that are not whole are fetched again' new 2
# shorten OCTETS: shortens files, as an incomplete restore leaves them. Nothing else shows how long a message was.
shorten() { for f in Mail/new/*; do truncate -s "$1" "$f"; done; }
for octets in -1 0; do
  begin
  restore
  shorten "$octets"
  check "messages that have become shorter in place ($octets) are fetched again with a state from a backup" new 2
  check 'and what was there stays' count_is Mail 6
  run verify
  check 'where they were recorded, verify tells that they are not whole' contains out 'a: 2 of 4 messages are intact, 2 altered'
  killed
  shorten "$octets"
  check "also after a run that was killed ($octets)" new 4
  begin
  rm -rf state
  shorten "$octets"
  check "and without a state ($octets)" new 4
  run verify
  check 'what is less than a message is none' says out 'a: 4 of 4 messages are intact; files without a record: 4'
  rm -rf state
  run verify --rebuild
  check 'a state that is made again knows those' says out 'a: the state was rebuilt from 4 messages'
done
begin
rm -rf state
shorten -1
shorten +1
check 'what ends in a NUL is no whole message either' new 4
begin uid-
rm -rf state
for f in Mail/new/*; do xz -cq "$f" >"Mail/cur/${f##*/}:2,SZ" && rm "$f"; done
check 'what was compressed in another way is known by its name' new 0

begin uid-
restore
label
printf 'Subject: another\nMessage-ID: <x@example.org>\n\nand longer\n' >mail/uid-4
check 'a message that has got the UID of a labeled one, and another size, is fetched' new 1
begin
restore
label
sed -i s/4/5/g mail/4
check 'so is one of the same size where UIDs are numbers' new 1

begin
restore
rm "$(grep -l 'Subject: 4' Mail/new/*)"
check 'what a reader has deleted is fetched again: nothing tells that it was here' new 1

begin
cp backup/a.db state/a.db
check 'the same when only the database was restored, over the newer one' new 0

begin
rm -rf state && mkdir state && cp backup/a.db state/a.db
check 'or into a directory without the lock file' new 0

begin
rm state/a.db && mv backup/a.db state/a.db
check 'or moved there' new 0

begin
restore
for n in 1 2 3 4; do mv "mail/$n" "mail/new-$n"; done
check 'and when all UIDs are others meanwhile' new 0

begin
restore
: >list && find Mail/new -type f -name '*.mh-*' | while read -r f; do cp "$f" "${f%%.mh-*}.mh-0123abcd-${f#*.mh-????????-}"; done
check "other accounts' files are left alone" new 0
check 'and not recorded' [ "$(recorded)" = 4 ]

# A normal run does not read the names.
begin
check 'a run does not read the names in the Maildir' searches no
for f in Mail/new/*; do mv "$f" "Mail/cur/${f##*/}:2,S"; done
check 'nor does it after a reader has moved them' searches no
letter mail/5
check 'nor when it fetches a message' searches no
chmod 600 state/a.db
sqlite3 state/a.db 'PRAGMA user_version' >/dev/null
check 'it does when the state is not the file that the last run left' searches yes
check 'which it does once, although it found nothing' searches no
run -n
check 'a dry run changes nothing about that' searches no

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
  check 'a state that was rolled back with its filesystem is noticed by what is beside the mail' new 0
  check 'nothing is here twice' count_is Mail 4
  check 'a run after that does not read the names' searches no
  cp -a state recovered
  letter mail/5
  run
  rm -rf state && cp -a recovered state && cp -a state backup && roll_back
  check 'the same when that is rolled back' new 0
  check 'once each, too' count_is Mail 5
  begin
  roll_back
  run
  roll_back
  check 'or when the first one is put back again' new 0
else
  skip 'a state that was rolled back with its filesystem is noticed by what is beside the mail' 'this filesystem has no extended attributes'
fi

# The journal remains if another program has the state open, and may get lost.
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
check 'a message comes while the state is read' count_is Mail 5
kill -9 "$reader" && wait "$reader" || :
rm -f state/a.db-wal state/a.db-shm
check 'the journal of a state is gone' [ "$(recorded)" = 4 ]
check 'and its message is not fetched again' new 0
check 'but recorded' [ "$(recorded)" = 5 ]

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
  check 'a clock that was ahead at the last record does no harm when its time has come' contains out 'a: 0 new ('
  check 'either' count_is Mail 4
else
  skip 'a clock that was ahead at the last record does no harm when its time has come' 'this filesystem has no extended attributes'
fi
begin
run_later +2d -v
restore
check 'a clock that was ahead does no harm' new 0
begin
run_later -2d -v
check 'nor does one that goes back' new 0
restore
check 'or is back again' new 0

done_testing
