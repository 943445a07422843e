#!/bin/sh
# fetch --every: one run after the other until a signal ends them; what SIGHUP and SIGUSR1 do; what systemd is sent.
# shellcheck disable=SC2317 # check runs them
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# begin OPTION...: the loop, in the background.
begin() {
  write_configuration
  NOTIFY_SOCKET=$WORK/notify WATCHDOG_USEC=400000 python3 "$E2E_DIR/../support/with_signals.py" "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err &
  PID=$!
}
# ended: the exit code of the loop.
ended() {
  STATUS=0
  wait "$PID" || STATUS=$?
}
# until_says COUNT WORDS: the listener has heard WORDS so many times.
until_says() { wait_while "$PID" heard "$@" || { cat notified err && return 1; }; }
heard() { [ "$(grep -cF "$2" notified)" -ge "$1" ]; }
new_is() { [ "$(ls box/new 2>/dev/null | wc -l)" -ge "$1" ]; }

mkdir mail
letter mail/1
serve --dir mail --transcript transcript
fresh_configuration
configure a 'deliver_to = "maildir:box"' 'leave_on_server = forever'
: >notified
python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)
' "$WORK/notify" >>notified &
LISTENER=$!
trap 'kill "$LISTENER" 2>/dev/null; finish' EXIT
wait_for notified 'the listener does not listen'

begin fetch --every=1h
check 'the first run begins at once' wait_until new_is 1
check 'systemd is notified that the program is ready' until_says 1 READY=1
check 'systemd is notified when the next run begins' until_says 1 'STATUS=Waiting; the next run begins at '
check 'systemd is notified by the watchdog messages' until_says 3 WATCHDOG=1
letter mail/2
kill -USR1 "$PID"
check 'SIGUSR1 begins a run at once' wait_until new_is 2
check 'the run begun by SIGUSR1 ends' until_says 2 'STATUS=Waiting'

echo 'nonsense' >>mailhaul.conf
kill -HUP "$PID"
wait_for_words err 'stays in use' 'SIGHUP is not noticed'
check 'an invalid configuration leaves the previous one in use' contains err 'mailhaul: the previous configuration stays in use'
letter mail/3
kill -USR1 "$PID"
check 'the next run fetches with the previous configuration' wait_until new_is 3
until_says 3 'STATUS=Waiting'
fresh_configuration
configure a 'deliver_to = "maildir:other"' 'leave_on_server = forever'
write_configuration
kill -HUP "$PID"
kill -USR1 "$PID"
check 'SIGHUP loads the configuration again' wait_until test -e other/cur
until_says 4 'STATUS=Waiting'

kill -TERM "$PID"
ended
check 'SIGTERM ends the loop with exit code 0' exits 0
# The listener may write its line after the program has ended.
check 'systemd is notified of the end' wait_until heard 1 STOPPING=1
check 'a run without new mail prints nothing' [ ! -s out ]

fresh_configuration
configure a 'deliver_to = "maildir:box"' 'leave_on_server = forever'
begin fetch --every=1
letter mail/4
check 'the next run begins by itself' wait_until new_is 4
kill -INT "$PID"
ended
check 'SIGINT ends the loop with exit code 130' exits 130

run --every=soon
check 'an invalid interval is refused' exits 64
check 'the message says what a valid interval is' says err 'mailhaul: --every needs the time between two runs; give it as a number and s, m, h, d or w, such as --every=5m'
run check --every=5m
check 'other commands refuse --every' exits 64
done_testing
