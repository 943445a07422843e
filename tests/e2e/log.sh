#!/bin/sh
# The destinations of log lines: a file, syslog, standard error in systemd's journal, a terminal.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# log_to PLACE: begins a configuration with that log.
log_to() { fresh_configuration && echo "log = \"$1\"" >>mailhaul.conf.in; }
stamp='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}'
has_line() { grep -Eqx -- "$2" "$1" || { echo "no line $2"; cat "$1"; return 1; }; }
all_lines() { ! grep -Evx -- "$2" "$1"; }
# on_a_terminal FILE COMMAND...: writes the command's terminal output to FILE.
on_a_terminal() {
  _file=$1 && shift
  STATUS=0
  write_configuration
  python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" \
    >"$_file" 2>&1 </dev/null || STATUS=$?
}

mkdir mail
letters 1 2
serve --dir mail

log_to 'file:run.log'
configure a 'deliver_to = "maildir:Mail"'
write_configuration
STATUS=0
(umask 022 && "$MAILHAUL" -c mailhaul.conf >out 2>err) || STATUS=$?
check 'with a file as the log, a run that succeeds is silent' silent
check 'the file tells what came' has_line run.log "$stamp mailhaul\\[[0-9]+\\]: info: a: 2 new \\(.*\\) .*, 0 deleted, 2 left on server, .*"
check 'and is for its owner alone' [ "$(stat -c %a run.log)" = 600 ]
run
check 'a run that did nothing leaves no line' [ "$(wc -l <run.log)" = 1 ]
run -vv
check 'with -vv the file gets every line of the protocol' has_line run.log "$stamp mailhaul\\[[0-9]+\\]: debug: a: .*UIDL.*"
check 'each with its time and level' all_lines run.log "$stamp mailhaul\\[[0-9]+\\]: (info|debug): a: .*"
check 'and standard error nothing' [ ! -s err ]
check 'no password is among them' lacks run.log 'pass word'
check 'nor is it encoded' lacks run.log "$(printf 'pass word' | base64)"
stop
rm run.log
run
check 'a failure is in the file' has_line run.log "$stamp mailhaul\\[[0-9]+\\]: warning: a: connect: .*"
check 'and in the exit status' exits 75
check 'and not on standard error, if that is no terminal' silent
on_a_terminal screen "$MAILHAUL" -c mailhaul.conf
check 'on a terminal it is shown, too' contains screen 'mailhaul: a: connect: '
check 'and the file has it all the same' [ "$(grep -c 'warning: a: connect' run.log)" = 2 ]

log_to 'file:patient.log'
configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
run
check 'a failure that is not told yet' exits 0
check 'is in the file nevertheless' contains patient.log 'warning: a: connect: '
on_a_terminal screen "$MAILHAUL" -c mailhaul.conf
check 'and told at once on a terminal' contains screen 'mailhaul: a: connect: '
check 'with its exit status' exits 75

# Rotation during a run, by the command that receives its messages.
serve --dir mail
log_to 'file:run.log'
configure p 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; [ -e run.log.1 ] || mv run.log run.log.1"}'
rm -f run.log
run -v
check 'a run whose log is renamed goes on' exits 0
check 'it has begun in the old file' contains run.log.1 'info: p: '
check 'and gone on in a new one' contains run.log ': p: 2 new ('
check 'which is for its owner alone, too' [ "$(stat -c %a run.log)" = 600 ]


# The same, if the rotation also creates the new file.
log_to 'file:run.log'
configure q 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; [ -e run.log.2 ] || { mv run.log run.log.2; : >run.log; }"}'
rm -f run.log
run -v
check 'a new file that is there already is taken' contains run.log ': q: 2 new ('
check 'and the old one no more' lacks run.log.2 ': q: 2 new ('

# A log that cannot be written.
log_to 'file:nowhere/run.log'
configure b 'deliver_to = "maildir:Mail-b"'
run -v
check 'a log that cannot be made is told' contains err 'mailhaul: the log '
check 'with its exit status' exits 74
check 'the lines go to standard error' contains err 'mailhaul: b: '
check 'and the mail is fetched' left_is Mail-b/new 2
log_to 'file:/dev/full'
configure c 'deliver_to = "maildir:Mail-c"'
run -v
check 'a log that is full is told once' [ "$(grep -c 'the log /dev/full cannot be written: No space left' err)" = 1 ]
check 'and its lines go to standard error' contains err 'mailhaul: c: 2 messages'
log_to 'file'
configure a 'deliver_to = "maildir:Mail"'
run
check 'a log that means nothing is refused' contains err 'is not valid; set log to stderr, syslog or "file:PATH"'

# The journal.
stop
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
: >err
JOURNAL_STREAM=$(stat -c %d:%i err) run
check 'where standard error is the journal, a failure has its level' contains err '<4>mailhaul: a: connect: '
JOURNAL_STREAM=$(stat -c %d:%i mailhaul.conf.in) run
check 'and none where it is something else' has_line err 'mailhaul: a: connect: .*'

# syslog: a socket in a private /dev.
cat >syslog.sh <<'END'
mkdir dev
for device in null zero full random urandom tty; do
  : >"dev/$device" && mount --bind "/dev/$device" "dev/$device" || exit 99
done
ln -s "$PWD/log.socket" dev/log && mount --rbind dev /dev || exit 99
"$1" -c mailhaul.conf >out 2>err
END
cat >listen.py <<'END'
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("log.socket")
s.settimeout(60)
open("listening", "w").write("1")
with open("lines", "wb") as out:
    while True:
        line = s.recv(65536)
        if line == b"end":
            break
        out.write(line + b"\n")
open("listened", "w").write("1")
END
rm out err
log_to syslog
configure a 'deliver_to = "maildir:Mail"'
NAMESPACE='unshare -m'
$NAMESPACE true 2>/dev/null || NAMESPACE='unshare -rm'
python3 listen.py &
wait_for listening 'nobody listens at the socket'
write_configuration
STATUS=0
$NAMESPACE sh syslog.sh "$MAILHAUL" 2>/dev/null || STATUS=$?
python3 -c 'import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect("log.socket"); s.send(b"end")'
wait_for listened 'the socket got no end'
if [ -e out ] && [ "$STATUS" != 99 ]; then
  check "a failure goes to the system's log, by facility and level, identity and process" \
    has_line lines '<20>... .. ..:..:.. mailhaul\[[0-9]+\]: a: connect: .*'
  check 'and not to standard error' silent
  check 'with its exit status' exits 75
else
  skip "a failure goes to the system's log" 'a /dev of its own cannot be had here'
fi
if [ ! -e /dev/log ]; then
  run
  check "a system's log that is not there is told" contains err "the system log /dev/log cannot be written"
  check 'and the failure, too' contains err 'mailhaul: a: connect: '
else
  skip "a system's log that is not there is told" 'there is one here'
fi

done_testing
