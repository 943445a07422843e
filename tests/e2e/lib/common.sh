# shellcheck shell=sh
# Shared functions of the end-to-end tests: a private directory as working directory and home, the program, and the
# small test server.
#
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   samples mail; serve --dir mail; configure a 'deliver_to = "maildir:Mail"'
#   run -v a; check 'it succeeds' exits 0
#   done_testing

E2E_DIR=$(cd "${srcdir:-.}/tests/e2e" && pwd) || exit 1
# shellcheck source=tests/e2e/lib/tap.sh
. "$E2E_DIR/lib/tap.sh"
# shellcheck source=tests/e2e/lib/ports.sh
. "$E2E_DIR/lib/ports.sh"
# shellcheck source=tests/e2e/lib/wait.sh
. "$E2E_DIR/lib/wait.sh"
# shellcheck source=tests/e2e/lib/dovecot.sh
. "$E2E_DIR/lib/dovecot.sh"

MAILHAUL=${MAILHAUL:-$(pwd)/src/mailhaul}
POP3_SERVER=${POP3_SERVER:-$(pwd)/tests/support/pop3-server}
[ -x "$MAILHAUL" ] || bail "no program $MAILHAUL"

# sanitized: whether the program was built with a sanitizer, which needs additional memory.
sanitized() { grep -q -e __asan_init -e __tsan_init -e __msan_init "$MAILHAUL"; }

WORK=$(mktemp -d "${TMPDIR:-/tmp}/mailhaul-test.XXXXXX") || exit 1
SERVER_PID=''
finish() {
  stop
  dovecot_clean
  rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$WORK" || exit 1
umask 077
# The user's own configuration and state are not used.
HOME=$WORK
export HOME
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME

# letter FILE...: writes a short message to each FILE, whose name without its directory is the subject.
letter() {
  for _letter; do
    printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\nbody\n' "${_letter##*/}" "${_letter##*/}" >"$_letter" || bail "no $_letter"
  done
}
# letters FIRST LAST: writes the messages mail/FIRST to mail/LAST.
letters() { for _number in $(seq "$1" "$2"); do letter "mail/$_number"; done; }

# samples DIR: makes sample mail of all difficult kinds. DIR.expect contains the messages as a client has to store
# them.
samples() { "$POP3_SERVER" --make-samples "$1" || bail 'no sample mail'; }

# certificates: makes all kinds of them in ./certs.
certificates() { [ -e certs/ca.pem ] || "$POP3_SERVER" --make-certs certs || bail 'no certificates'; }

# start_server FILE COMMAND...: starts a server in the background, and waits until it has written its port to FILE.
# Sets STARTED to its process. ./server.err receives what it prints.
start_server() {
  _port_file=$1 && shift
  rm -f "$_port_file"
  "$@" 2>>server.err &
  STARTED=$!
  wait_while "$STARTED" test -s "$_port_file" || { kill "$STARTED" 2>/dev/null; bail "no server: $(cat server.err)"; }
}

# serve OPTION...: starts the test server. PORT is its port; ./transcript receives what clients send. A restart uses
# the same port, because the same user on another port is another maildrop.
serve() {
  stop
  certificates
  rm -f transcript
  PORT=${PORT:-$(free_ports 1)}
  start_server port "$POP3_SERVER" --cert-dir certs --user me --password 'pass word' --port "$PORT" --port-file port \
    --transcript transcript "$@"
  SERVER_PID=$STARTED
}
# serve_beside NAME OPTION...: starts one more test server; the file NAME.port contains its port. Sets STARTED.
serve_beside() {
  _beside=$1 && shift
  start_server "$_beside.port" "$POP3_SERVER" --cert-dir certs --user me --password 'pass word' --port-file "$_beside.port" "$@"
}

stop() {
  [ -z "$SERVER_PID" ] || { kill "$SERVER_PID" 2>/dev/null && wait "$SERVER_PID"; }
  SERVER_PID=''
}

# configure NAME LINE...: adds an account to the configuration; fresh_configuration empties it. The account uses the
# test server, whatever its port is when the program runs, unless SERVER, SERVER_PORT, CA_FILE, USER_NAME or
# PASSWORD_LINE override it.
fresh_configuration() { echo 'state_dir = "state"' >mailhaul.conf.in; }
configure() {
  _name=$1 && shift
  {
    echo "account \"$_name\" {"
    echo "  server = \"${SERVER:-localhost}\""
    echo "  port = ${SERVER_PORT:-@PORT@}"
    echo "  tls_ca_file = \"${CA_FILE:-certs/ca.pem}\""
    echo "  user = \"${USER_NAME:-me}\""
    echo "  ${PASSWORD_LINE:-password = 'pass word'}"
    for _line in "$@"; do echo "  $_line"; done
    echo "}"
  } >>mailhaul.conf.in
}

write_configuration() { rm -f mailhaul.conf && sed "s/@PORT@/${PORT:-1}/" mailhaul.conf.in >mailhaul.conf; }

# run ARGUMENT...: runs the program. STATUS is its exit status; ./out and ./err contain its output.
run() {
  STATUS=0
  write_configuration
  # shellcheck disable=SC2086 # VALGRIND is a command with its options, or nothing
  ${VALGRIND:-} "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}

# run_later TIME ARGUMENT...: the same with a shifted clock: +14d.
run_later() {
  _time=$1 && shift
  STATUS=0
  write_configuration
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 \
    faketime -f "$_time" "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}

# dump NAME DIRECTORY: writes each message of the account NAME to DIRECTORY/UID, as received by a client that shares no
# code with mailhaul. The password is NAME; SERVER_PORT has implicit TLS with a certificate of CA_FILE.
dump() { POP3_PASSWORD=$1 "$PYTHON" -S "$E2E_DIR/lib/pop3_dump.py" localhost "$SERVER_PORT" "$CA_FILE" "$1" "$2"; }

# wait_for FILE REASON: waits until FILE is not empty. wait_for_words FILE PATTERN REASON: until it contains PATTERN.
wait_for() { wait_until test -s "$1" || bail "$2"; }
wait_for_words() { wait_until grep -q -- "$2" "$1" || bail "$3"; }

# keep_json: adds ./out to the output that fits_schema, the last check, validates against the schema of JSON lines.
keep_json() { cat out >>seen.json; }
# json EXPRESSION: keeps ./out, and checks that the expression in Python is true. `lines` has its objects, `first` and
# `last` are two of them, and `fetched` has the ones of fetched accounts by name.
json() {
  keep_json
  python3 -S -c "
import json, sys
lines = [json.loads(line) for line in open('out')]
first, last = lines[0], lines[-1]
fetched = {line['account']: line for line in lines if line.get('type') == 'fetch'}
sys.exit(0 if $1 else '\n'.join(map(str, lines)))"
}
fits_schema() {
  _status=0
  python3 "$E2E_DIR/../support/json_lines.py" valid seen.json "$E2E_DIR/../../conf/mailhaul.schema.json" >schema.err 2>&1 || _status=$?
  if [ "$_status" = 77 ]; then
    skip 'all of it fits the schema' 'Python has no module jsonschema'
  elif [ "$_status" = 0 ]; then
    ok 'all of it fits the schema'
  else
    not_ok 'all of it fits the schema' schema.err
  fi
}

# hold_lock FILE: another process holds the lock, as another run would, until release_lock.
hold_lock() {
  rm -f held
  python3 -S -c '
import fcntl, signal, sys
with open(sys.argv[1], "r+") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    with open("held", "w") as held:
        held.write("x")
    signal.pause()' "$1" &
  HOLDER=$!
  wait_for held 'nobody takes the lock'
}
release_lock() { kill "$HOLDER" && wait "$HOLDER" 2>/dev/null || :; }

# old_state VERSION: makes state/a.db a state of that version, with the same content.
old_state() { python3 "$E2E_DIR/lib/old_state.py" "$E2E_DIR/../../src/state/schema.h" "$1" state/a.db || bail "no state of version $1"; }

show() { cat out err; }
exits() { [ "$STATUS" -eq "$1" ] || { echo "exit status $STATUS, not $1"; show; return 1; }; }
silent() { [ ! -s out ] && [ ! -s err ] || { show; return 1; }; }

# says FILE LINE: FILE consists of exactly this line.
says() { [ "$(cat "$1")" = "$2" ] || { echo "expected: $2"; echo "instead:"; cat "$1"; return 1; }; }
contains() { grep -qF -- "$2" "$1" || { echo "expected: $2"; cat "$1"; return 1; }; }
lacks() { ! grep -F -- "$2" "$1"; }
count_is() { [ "$(find "$1" -type f | wc -l)" -eq "$2" ] || { find "$1" -type f | head; return 1; }; }
left_is() { [ "$(find "$1" -maxdepth 1 -type f | wc -l)" -eq "$2" ] || { ls "$1"; return 1; }; }
# compare.py and others need no module from outside of the library: without them, Python starts much faster.
same_maildir() { python3 -S "$E2E_DIR/lib/compare.py" maildir "$1" "$2"; }
same_mbox() { python3 -S "$E2E_DIR/lib/compare.py" mbox "$1" "$2"; }
