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
check 'with a log file, a successful run prints nothing' silent
check 'the log file has the summary' has_line run.log "$stamp mailhaul\\[[0-9]+\\]: info: a: 2 new \\(.*\\) .*, 0 deleted, 2 left on server, .*"
check 'only the owner can read the log file' [ "$(stat -c %a run.log)" = 600 ]
run
check 'a run without new mail logs nothing' [ "$(wc -l <run.log)" = 1 ]
run -vv
check '-vv logs the protocol to the file' has_line run.log "$stamp mailhaul\\[[0-9]+\\]: debug: a: .*UIDL.*"
check 'each line has its time and level' all_lines run.log "$stamp mailhaul\\[[0-9]+\\]: (info|debug): a: .*"
check 'standard error stays empty' [ ! -s err ]
check 'the log file has no password' lacks run.log 'pass word'
check 'the log file has no encoded password' lacks run.log "$(printf 'pass word' | base64)"
stop
rm run.log
run
check 'a failure is logged to the file' has_line run.log "$stamp mailhaul\\[[0-9]+\\]: warning: a: connect: .*"
check 'the failure has an exit status' exits 75
check 'the failure is not printed if standard error is not a terminal' silent
on_a_terminal screen "$MAILHAUL" -c mailhaul.conf
check 'the failure is printed on a terminal' contains screen 'a: connect: localhost port '
check 'the failure is logged to the file even on a terminal' [ "$(grep -c 'warning: a: connect' run.log)" = 2 ]

log_to 'file:patient.log'
configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
run
check 'a failure that is not yet reported has exit status 0' exits 0
check 'a failure that is not yet reported is logged to the file' contains patient.log 'warning: a: connect: '
on_a_terminal screen "$MAILHAUL" -c mailhaul.conf
check 'it is reported at once on a terminal' contains screen 'a: connect: localhost port '
check 'it has an exit status on a terminal' exits 75

# Rotation during a run, by the command that receives its messages.
serve --dir mail
log_to 'file:run.log'
configure p 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; [ -e run.log.1 ] || mv run.log run.log.1"}'
rm -f run.log
run -v
check 'a run succeeds if its log is renamed' exits 0
check 'the old file has the first lines' contains run.log.1 'info: p: '
check 'the new file has the last lines' contains run.log ': p: 2 new ('
check 'only the owner can read the new file' [ "$(stat -c %a run.log)" = 600 ]


# The same, if the rotation also creates the new file.
log_to 'file:run.log'
configure q 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; [ -e run.log.2 ] || { mv run.log run.log.2; : >run.log; }"}'
rm -f run.log
run -v
check 'an existing new file is used' contains run.log ': q: 2 new ('
check 'the old file is no longer used' lacks run.log.2 ': q: 2 new ('

# A log that cannot be written.
log_to 'file:nowhere/run.log'
configure b 'deliver_to = "maildir:Mail-b"'
run -v
check 'a log that cannot be created is reported' contains err 'mailhaul: the log '
check 'a log that cannot be created has an exit status' exits 74
check 'log lines are printed on standard error instead' contains err 'mailhaul: b: '
check 'the mail is fetched despite the failed log' left_is Mail-b/new 2
log_to 'file:/dev/full'
configure c 'deliver_to = "maildir:Mail-c"'
run -v
check 'a full disk of the log is reported once' [ "$(grep -c 'the log /dev/full cannot be written: No space left' err)" = 1 ]
check 'log lines are printed on standard error instead of a full log' contains err 'mailhaul: c: 2 messages'
log_to 'file'
configure a 'deliver_to = "maildir:Mail"'
run
check 'an invalid log setting is refused' contains err 'is not valid; set log to stderr, syslog or "file:PATH"'

# The journal.
stop
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
: >err
JOURNAL_STREAM=$(stat -c %d:%i err) run
check 'in the journal, a failure has its level' contains err '<4>mailhaul: a: connect: '
JOURNAL_STREAM=$(stat -c %d:%i mailhaul.conf.in) run
check 'outside the journal, a line has no level' has_line err 'mailhaul: a: connect: .*'

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
  check "a failure is sent to syslog with facility, level, name and process number" \
    has_line lines '<20>... .. ..:..:.. mailhaul\[[0-9]+\]: a: connect: .*'
  check 'a failure sent to syslog is not printed' silent
  check 'a failure sent to syslog has an exit status' exits 75
else
  skip "a failure is sent to syslog with facility, level, name and process number" 'a /dev of its own cannot be had here'
fi
if [ ! -e /dev/log ]; then
  run
  check "a missing system log is reported" contains err "the system log /dev/log cannot be written"
  check 'the failure is printed if the system log is missing' contains err 'mailhaul: a: connect: '
else
  skip "a missing system log is reported" 'there is one here'
fi

done_testing
