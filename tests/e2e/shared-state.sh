#!/bin/sh
# Resources that a run shares: a filesystem without locks, the state's other users, and the clock.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
NO_LOCKS=${MAILHAUL%/src/mailhaul}/tests/support/no_locks.so

# arrive UID...: adds mail on the server, which is expected to be delivered once.
arrive() {
  for _n in "$@"; do
    letter "mail/$_n"
    cp "mail/$_n" "expect/$_n"
  done
}
# only ACCOUNT LINE...: configures this account with messages 1 to 3, of which nothing is known yet.
only() {
  rm -rf mail expect Mail inbox state before
  mkdir mail expect before
  fresh_configuration
  configure "$@"
  arrive 1 2 3
  serve --dir mail
}
# without_locks FILE ARGUMENT...: a run for which FILE cannot be locked.
without_locks() {
  _file=$WORK/$1 && shift
  STATUS=0
  write_configuration
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$NO_LOCKS NO_LOCKS_ON=$_file \
    "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}
# The content of the state except the failure itself, which also changes the stamp in the lock file.
known() { sqlite3 "$1" .dump | grep -v '^INSERT INTO trouble '; }
as_before() {
  for _it in before/*; do diff -r -x '*.db' -x '*.lock' "$_it" "${_it#before/}" || return 1; done
  for _it in before/state/*.db; do
    known "$_it" >one && known "${_it#before/}" | diff one - || return 1
  done
}
# answers ACCOUNT SQL TEXT: compares a query's result in its state.
answers() {
  _answer=$(sqlite3 "state/$1.db" "$2")
  [ "$_answer" = "$3" ] || { echo "$2: $_answer, not $3"; show; return 1; }
}

# refused FILE ACCOUNT WORDS: the run ends before it connects to the server.
refused() {
  serve --dir mail
  without_locks "$1" "$2"
  check "$1: without locks the run fails with exit code 74" exits 74
  check "$1: one line has the cause and the hint" says err "mailhaul: $2: $3"
  check "$1: no local file is changed" as_before
  check "$1: the state is intact" answers "$2" 'PRAGMA integrity_check' ok
  check "$1: the server is not contacted" [ ! -s transcript ]
}
state_hint='set state_dir to a directory on a filesystem that supports locks'

only md 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
run
arrive 4 5 6
cp -r Mail state mail before
for file in state/md.lock state/md.db; do
  refused "$file" md "state: the file $file cannot be locked: No locks available; $state_hint"
done
run
check 'Maildir: the next run with locks succeeds' exits 0
check 'Maildir: the next run fetches the rest' grep -q RETR transcript
check 'Maildir: each message is delivered once' same_maildir Mail expect
check 'Maildir: all messages are deleted from the server' left_is mail 0

only mb 'deliver_to = "mbox:inbox"' 'leave_on_server = no'
without_locks inbox mb
check 'a new mbox without locks is refused before any message is fetched' lacks transcript RETR
check 'the new mbox stays empty' [ ! -s inbox ]
run
arrive 4 5 6
cp -r inbox state mail before
for file in state/mb.lock state/mb.db; do
  refused "$file" mb "state: the file $file cannot be locked: No locks available; $state_hint"
done
refused inbox mb 'store: the file inbox cannot be locked: No locks available; move it to a filesystem that supports locks'
run
check 'mbox: the next run with locks succeeds' exits 0
check 'mbox: each message is delivered once' same_mbox inbox expect
check 'mbox: all messages are deleted from the server' left_is mail 0

# A sqlite3 shell that receives one line at a time and answers each one.
mkfifo questions answers
begin_shell() {
  sqlite3 state/a.db <questions >answers 2>shell.err &
  SHELL_PID=$!
  exec 3>questions 4<answers
}
tell() {
  echo "$1" >&3
  read -r ANSWER <&4 || bail "the sqlite3 shell has ended: $(cat shell.err)"
}
end_shell() { exec 3>&- 4<&- && wait "$SHELL_PID"; }

only a 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
run a
arrive 4 5 6
begin_shell
tell 'BEGIN; SELECT count(*) FROM message;'
check 'a reader of the state sees the last run' [ "$ANSWER" = 3 ]
run a
check 'a run while another program reads the state succeeds' exits 0
check 'it prints nothing' silent
check 'it fetches new messages' same_maildir Mail expect
check 'it deletes messages from the server' left_is mail 0
tell 'SELECT count(*) FROM message;'
check 'the reader still sees its snapshot' [ "$ANSWER" = 3 ]
tell 'COMMIT; SELECT count(*) FROM message;'
check 'after COMMIT the reader sees the new run' [ "$ANSWER" = 6 ]

arrive 7 8
tell 'BEGIN IMMEDIATE; SELECT 1;'
begun=$(date +%s)
run a
waited=$(($(date +%s) - begun))
check 'a state locked by another writer is a temporary failure' exits 75
check 'one line names the cause and the hint' says err \
  "mailhaul: a: state: the state file state/a.db cannot be written: database is locked; stop the program that is writing to it, or set state_dir to a filesystem that supports locks"
check 'the run waits about ten seconds for the lock' [ "$waited" -ge 9 ]
check 'no message is deleted from the server meanwhile' left_is mail 2
tell 'ROLLBACK; SELECT 1;'
end_shell
run a
check 'the next run succeeds' exits 0
check 'each message is delivered once' same_maildir Mail expect
check 'the next run deletes the messages' left_is mail 0

only a 'deliver_to = "maildir:Mail"' 'leave_on_server = 14d'
run
arrive 4
run_later -1y -v
check 'with the clock a year back, nothing is deleted and new mail arrives' contains out 'a: 1 new ('
check 'all messages are on the server' left_is mail 4
arrive 5
run_later +10y -v
check 'with the clock ten years ahead, expired messages are deleted' contains out ', 4 deleted, 1 left on server'
check 'the message fetched with the clock ahead stays' left_is mail 1
arrive 6
run -v
check 'with the clock correct again, only new mail arrives' contains out 'a: 1 new ('
run_later +15d -v
check 'nothing is deleted by age' contains out 'a: 0 new (0 B), 0 deleted, 2 left on server'
run_later +3665d -v
check 'messages are deleted when that future time has come' contains out 'a: 0 new (0 B), 2 deleted, 0 left on server'
check 'each message is delivered once' same_maildir Mail expect

only a 'deliver_to = "maildir:Mail"'
run
mv mail/3 away
run
run_later +399d
check 'a UID that is gone is remembered for 400 days' answers a 'SELECT count(*) FROM message' 3
run_later +401d
check 'a single run with a possibly wrong clock does not forget it' answers a 'SELECT count(*) FROM message' 3
run_later +402d -v
check 'a second run forgets it' answers a 'SELECT group_concat(uid) FROM message' 1,2
check 'listed messages are not forgotten' contains out 'a: 0 new (0 B), 0 deleted, 2 left on server'

only a 'deliver_to = "maildir:Mail"'
run
mv mail/3 away
run_later -2y
check 'a message that goes while the clock is two years back is noticed' answers a 'SELECT uid FROM message WHERE gone' 3
run
mv away mail/3
run -v
check 'it is not forgotten when the clock is correct again' contains out 'a: 0 new (0 B), 0 deleted, 3 left on server'

done_testing
