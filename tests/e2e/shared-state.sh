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
  check "$1: without locks it is an I/O failure" exits 74
  check "$1: told in one line with its hint" says err "mailhaul: $2: $3"
  check "$1: nothing here is changed" as_before
  check "$1: the state is whole" answers "$2" 'PRAGMA integrity_check' ok
  check "$1: the server is not bothered" [ ! -s transcript ]
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
check 'Maildir: it fetches what was left' grep -q RETR transcript
check 'Maildir: every message is here once' same_maildir Mail expect
check 'Maildir: and gone from the server' left_is mail 0

only mb 'deliver_to = "mbox:inbox"' 'leave_on_server = no'
without_locks inbox mb
check 'a new mbox without locks is refused before anything is fetched' lacks transcript RETR
check 'and stays empty' [ ! -s inbox ]
run
arrive 4 5 6
cp -r inbox state mail before
for file in state/mb.lock state/mb.db; do
  refused "$file" mb "state: the file $file cannot be locked: No locks available; $state_hint"
done
refused inbox mb 'store: the file inbox cannot be locked: No locks available; move it to a filesystem that supports locks'
run
check 'mbox: the next run with locks succeeds' exits 0
check 'mbox: every message is here once' same_mbox inbox expect
check 'mbox: and gone from the server' left_is mail 0

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
check 'a run beside it succeeds' exits 0
check 'without a word' silent
check 'and fetches' same_maildir Mail expect
check 'and deletes' left_is mail 0
tell 'SELECT count(*) FROM message;'
check 'the reader still sees what it saw' [ "$ANSWER" = 3 ]
tell 'COMMIT; SELECT count(*) FROM message;'
check 'until it looks anew' [ "$ANSWER" = 6 ]

arrive 7 8
tell 'BEGIN IMMEDIATE; SELECT 1;'
begun=$(date +%s)
run a
waited=$(($(date +%s) - begun))
check 'a state that another program writes to is a temporary failure' exits 75
check 'told in one line' says err \
  "mailhaul: a: state: the state file state/a.db cannot be written: database is locked; stop the program that is writing to it, or set state_dir to a filesystem that supports locks"
check 'after ten seconds' [ "$waited" -ge 9 ]
check 'nothing is deleted from the server meanwhile' left_is mail 2
tell 'ROLLBACK; SELECT 1;'
end_shell
run a
check 'the next run goes on' exits 0
check 'with every message once' same_maildir Mail expect
check 'and deletes them' left_is mail 0

only a 'deliver_to = "maildir:Mail"' 'leave_on_server = 14d'
run
arrive 4
run_later -1y -v
check 'a clock that is one year back deletes nothing, and new mail arrives' contains out 'a: 1 new ('
check 'all of it is still on the server' left_is mail 4
arrive 5
run_later +10y -v
check 'a clock that is ten years ahead deletes what is due by it' contains out ', 4 deleted, 1 left on server'
check 'but what it fetched itself stays' left_is mail 1
arrive 6
run -v
check 'with the clock right again new mail arrives and nothing else' contains out 'a: 1 new ('
run_later +15d -v
check 'nothing is deleted by age' contains out 'a: 0 new (0 B), 0 deleted, 2 left on server'
run_later +3665d -v
check 'until that time has come' contains out 'a: 0 new (0 B), 2 deleted, 0 left on server'
check 'every message came once' same_maildir Mail expect

only a 'deliver_to = "maildir:Mail"'
run
mv mail/3 away
run
run_later +399d
check 'a UID that is gone is known for 400 days' answers a 'SELECT count(*) FROM message' 3
run_later +401d
check 'one run alone does not make it forgotten: its clock may be wrong' answers a 'SELECT count(*) FROM message' 3
run_later +402d -v
check 'after which it is forgotten' answers a 'SELECT group_concat(uid) FROM message' 1,2
check 'and those that are listed are not' contains out 'a: 0 new (0 B), 0 deleted, 2 left on server'

only a 'deliver_to = "maildir:Mail"'
run
mv mail/3 away
run_later -2y
check 'what is gone while the clock is two years back is noticed' answers a 'SELECT uid FROM message WHERE gone' 3
run
mv away mail/3
run -v
check 'and not forgotten when it is right again' contains out 'a: 0 new (0 B), 0 deleted, 3 left on server'

done_testing
