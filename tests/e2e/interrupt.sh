#!/bin/sh
# Signals: an interrupted run ends soon and in an orderly way, and the next one fetches the rest, once.
# shellcheck disable=SC2317 # check runs them
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

OPTION='' # option of with_signals.py
# begin STEP: starts a run and waits until the server holds it at STEP; without STEP, the run continues.
begin() {
  mkdir -p hold && rm -f hold/*
  write_configuration
  [ -z "$1" ] || : >"hold/$1"
  # shellcheck disable=SC2086 # nothing, or one word
  python3 "$E2E_DIR/../support/with_signals.py" $OPTION "$MAILHAUL" -c mailhaul.conf -v >out 2>err &
  PID=$!
  [ -z "$1" ] || wait_for hold/held "the run does not come to $1"
}
# interrupt SIGNAL: sends it once, and waits until it is noticed.
interrupt() {
  kill -s "$1" "$PID"
  wait_while "$PID" grep -q 'mailhaul: interrupted; finishing' err || ! kill -0 "$PID" 2>/dev/null || bail 'the signal is not noticed'
}
# ended: waits for the run's end, which comes sooner than any time limit of the account (600 s).
ended() {
  BEGUN=$(date +%s) STATUS=0
  wait "$PID" || STATUS=$?
  SECONDS_LATER=$(($(date +%s) - BEGUN))
}
soon() { [ "$SECONDS_LATER" -le 300 ] || { echo "$SECONDS_LATER s later"; show; return 1; }; }
ends_by() { exits "$((128 + $1))" && soon; }
# fresh DESTINATION LINE...: makes 40 messages of about 20 KB; the server stops in the middle of the 15th.
fresh() {
  : >transcript
  rm -rf mail box state expected && mkdir mail expected
  for n in $(seq -w 40); do
    { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n" && cat filling; } >"mail/$n"
    cp "mail/$n" expected/
  done
  fresh_configuration
  configure a "deliver_to = \"$1:box\"" 'leave_on_server = no' 'timeout = 600' 'connect_timeout = 600'
}
awk 'BEGIN { for (i = 0; i < 200; i++) printf "%099d\n", i }' >filling
all_once() { if [ -d box ]; then same_maildir box expected; else same_mbox box expected; fi; }
recorded() { [ "$(sqlite3 state/a.db 'SELECT count(*) FROM message')" = "$1" ] || { sqlite3 state/a.db 'SELECT count(*) FROM message'; return 1; }; }
# rest NAME COUNT: checks what the next run fetches.
rest() {
  rm -f hold/*
  run -v
  check "$1: the next run succeeds" exits 0
  check "$1: it fetches the other $2 messages" contains out "a: $2 new ("
  check "$1: each message is delivered once" all_once
}

mkdir mail
serve --dir mail --hold hold --hold-at 300000

# In the middle of a message.
for kind in maildir mbox; do
  fresh "$kind"
  begin BODY
  interrupt INT
  ended
  check "$kind: an interrupted run ends soon, by the signal" ends_by 2
  check "$kind: the message says that the run was interrupted" contains err 'mailhaul: a: fetch: interrupted; no mail is lost; the next run continues where this one stopped'
  check "$kind: complete messages are recorded" recorded 14
  check "$kind: complete messages are reported" contains out 'a: 14 new ('
  check "$kind: QUIT is not sent, because it would delete the incomplete message" lacks transcript 'C: QUIT'
  rest "$kind" 26
  check "$kind: all messages are deleted from the server" left_is mail 0
done

# A service manager sends its signals to all processes.
OPTION=--group
fresh maildir
begin BODY
kill -s TERM -- "-$PID"
ended
check 'SIGTERM to all processes ends the run soon' ends_by 15
check 'SIGTERM: complete messages are recorded' recorded 14
rest SIGTERM 26
fresh maildir
begin BODY
kill -s INT -- "-$PID"
ended
check 'SIGINT to all processes, as from a terminal, ends the run soon' ends_by 2
check 'SIGINT to all: complete messages are recorded' recorded 14
rest 'SIGINT to all' 26
fresh maildir
begin BODY
kill -s HUP -- "-$PID"
rm hold/BODY
ended
check 'SIGHUP does not end a run' exits 0
check 'all messages are delivered despite SIGHUP' all_once
OPTION=

# Messages in flight arrive if they do so at once.
fresh maildir
begin BODY
interrupt INT
rm hold/BODY
ended
check 'requested messages that arrive at once are accepted' ends_by 2
check 'each message is delivered once' all_once
check 'all messages are deleted with QUIT' left_is mail 0
check 'no interruption is reported if nothing is missing' lacks err 'interrupted; no mail'
stop
serve --dir mail --hold hold --hold-at 300000 --no-pipelining
fresh maildir
begin BODY
interrupt TERM
rm hold/BODY
ended
check 'one at a time: the message in transfer is the last' ends_by 15
check 'one at a time: it is recorded with the earlier ones' recorded 15
check 'one at a time: they are deleted with QUIT' left_is mail 25
check 'one at a time: the interruption is reported' contains err 'mailhaul: a: fetch: interrupted'
rest 'one at a time' 25

# At any other step.
stop
serve --dir mail --hold hold --hold-at 300000
for step in CONNECT GREETING AUTH LIST DELE QUIT; do
  fresh maildir
  begin "$step"
  interrupt INT
  ended
  check "at $step: the run ends soon, by the signal" ends_by 2
  rm -f hold/*
  run -v
  check "at $step: the next run succeeds" exits 0
  check "at $step: each message is delivered once" all_once
  check "at $step: all messages are deleted from the server" left_is mail 0
done
stop
serve --dir mail --refuse-from busy
echo '[IN-USE] somebody else' >busy
fresh maildir
configure b 'deliver_to = "maildir:b"' 'login_retry = 10m'
begin ''
wait_for_words err 'mailhaul: b: .*trying again' 'the login is not tried again'
interrupt INT
ended
check 'the pause before another login ends at once' ends_by 2
check 'the interrupted pause is reported' contains err 'mailhaul: b: login: interrupted'
rm busy

# Commands.
stop
serve --dir mail
fresh maildir
fresh_configuration
cat >deliver <<'SH'
#!/bin/sh
cat >message && echo one >started
tries=0
while [ ! -e go ] && [ "$tries" -lt 1000 ]; do tries=$((tries + 1)) && sleep 0.02; done
mkdir -p box/new box/cur box/tmp && cp message "box/new/$(sed -n 's/^Subject: //p' message).$$"
SH
chmod +x deliver
configure a 'deliver_to = "pipe"' "deliver_command = { \"$PWD/deliver\" }" 'leave_on_server = no'
OPTION=--group
rm -f go started
begin ''
wait_for started 'the command does not start'
kill -s INT -- "-$PID"
: >go
ended
check 'a delivery command: the run is interrupted' ends_by 2
check 'the delivery command does not get the signal' lacks err 'exited with status'
check 'the messages that commands accepted are recorded' recorded "$(find box/new -type f | wc -l)"
run -v
check 'the next run succeeds' exits 0
taken_once() { cat box/new/* | cmp - all && count_is box/new 40; }
cat expected/* >all
check 'each message is delivered to the command once' taken_once
fresh maildir
fresh_configuration
configure a 'deliver_to = "pipe"' "deliver_command = { \"$PWD/deliver\" }" 'leave_on_server = no'
rm -f go started
begin ''
wait_for started 'the command does not start'
interrupt INT
check 'after one signal, the run waits for the command' kill -0 "$PID"
kill -s INT "$PID"
ended
check 'after a second signal, the run ends at once' ends_by 2
check 'the interruption is reported' contains err 'mailhaul: a: run: interrupted; no mail is lost'
: >go
OPTION=

fresh maildir
begin ''
ended
check 'a run without a signal succeeds' exits 0
fresh_configuration
PASSWORD_LINE='password_command = { "sh", "-c", "echo yes >asking; sleep 60" }'
configure a 'deliver_to = "maildir:box"'
rm -f asking
begin ''
wait_for asking 'the password command does not start'
interrupt TERM
ended
check 'the run does not wait for a password command' ends_by 15
check 'the password command is not reported as failed' lacks err password_command
PASSWORD_LINE=
fresh_configuration
for name in a b c d e; do configure "$name" "deliver_to = \"maildir:box-$name\""; done
sed -i '1i jobs = 1' mailhaul.conf.in
stop
serve --dir mail --hold hold
begin GREETING
interrupt INT
ended
check 'accounts that have not begun do not begin' ends_by 2
check '-v reports the accounts that did not begin' contains err 'mailhaul: e: start: interrupted'
check 'only one account connects' [ "$(grep -c 'test server ready' transcript)" -le 1 ]

# A real server, interrupted at any point of the run.
stop
dovecot_start "$WORK" || bail 'Dovecot does not start'
dovecot_make_mail pool 1500
dovecot_fill test pool
rm -rf box state expected
dovecot_dump test expected
fresh_configuration
SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=test PASSWORD_LINE="password = '$DOVECOT_PASSWORD'"
configure a 'deliver_to = "maildir:box"' 'leave_on_server = no'
for round in 1 2 3; do
  begin ''
  # The last rounds may have nothing left to commit.
  wait_while "$PID" grep -qE 'message(s are| is) stored' err || :
  kill -s INT "$PID"
  ended
  check "Dovecot, $round: the run ends soon" soon
  [ "$STATUS" = 0 ] || check "Dovecot, $round: a run that was not complete ends by the signal" ends_by 2
done
run
check 'Dovecot: the next run succeeds' exits 0
check 'Dovecot: each message is delivered once' all_once
check 'Dovecot: all messages are deleted' [ "$(dovecot_count test)" = 0 ]

done_testing
