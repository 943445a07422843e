#!/bin/sh
# The units in conf/systemd: systemd accepts them, and they forbid nothing that a run does.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"
# shellcheck source=tests/e2e/lib/softhsm.sh
. "$E2E_DIR/lib/softhsm.sh"
UNITS=$(cd "$E2E_DIR/../../conf/systemd" && pwd) || bail 'no units'
command -v systemd-analyze >/dev/null || skip_all 'systemd-analyze is not installed'

# unit NAME [AS]: makes a copy that starts the program under test.
unit() { sed "s,^ExecStart=mailhaul,ExecStart=$MAILHAUL," "$UNITS/$1" >"${2:-$1}"; }
unit mailhaul.service
unit mailhaul.timer
unit mailhaul@.service mailhaul@work.service
unit mailhaul@.timer mailhaul@work.timer
verified() { XDG_RUNTIME_DIR=$WORK systemd-analyze verify --user --man=no "./$1" >said 2>&1 && [ ! -s said ] || { cat said; return 1; }; }
for name in mailhaul.service mailhaul.timer mailhaul@work.service mailhaul@work.timer; do
  check "systemd accepts $name" verified "$name"
done
same_limits() { sed -n '/^# These restrictions need/,$p' "$UNITS/mailhaul.service" >one; sed -n '/^# These restrictions need/,$p' "$UNITS/mailhaul@.service" | diff one -; }
check 'both services have the same limits' same_limits

# The protections that a user's unit can have without namespaces, as systemd itself judges them.
protections='NoNewPrivileges RestrictSUIDSGID LockPersonality RestrictRealtime MemoryDenyWriteExecute UMask'
judged() { LC_ALL=C XDG_RUNTIME_DIR=$WORK systemd-analyze security --user --offline=true --no-pager ./mailhaul.service >judged 2>&1; }
if judged; then
  for name in $protections; do
    check "systemd finds $name set" grep -q "^+ $name=" judged
  done
  for name in MemoryMax TasksMax; do
    check "the service has $name" grep -q "^$name=[1-9]" mailhaul.service
  done
else
  skip 'systemd finds the protections set' 'systemd-analyze cannot judge a file'
fi

mkdir mail credentials .config .config/mailhaul
letter mail/1
serve --dir mail
fresh_configuration
PASSWORD_LINE='password_credential = "password"'
configure work 'deliver_to = "maildir:Mail"'
configure other 'deliver_to = "mbox:mbox"' 'on_new_mail = {"true"}'
configure third 'deliver_to = "pipe"' 'deliver_command = {"cat"}'
printf 'pass word\n' >credentials/password

# settings NAME: prints all values of this setting in the unit.
settings() { sed -n "s/^$1=//p" mailhaul.service | tr '\n' ' '; }
# forbidden_calls: prints the calls of the trace that the filter does not allow; systemd-analyze knows its sets.
forbidden_calls() {
  systemd-analyze syscall-filter >sets || return 1
  # shellcheck disable=SC2046 # words
  python3 - $(settings SystemCallFilter) <<'END'
import re, sys
sets, name = {}, None
for line in open("sets"):
    if line.startswith("@"):
        name = line.strip()
        sets[name] = set()
    elif name and line.startswith("    ") and not line.strip().startswith("#"):
        sets[name].add(line.strip())
def expand(word):
    return set().union(*map(expand, sets[word])) if word.startswith("@") else {word}
allowed = set().union(*map(expand, sys.argv[1:] + ["@default"]))
used = {m.group(1) for m in (re.match(r"(?:\d+ +)?(?:<[^>]*> )?(\w+)\(", line) for line in open("trace")) if m}
print(len(used), "calls;", "not allowed:", *sorted(used - allowed))
sys.exit(len(used) < 20 or bool(used - allowed))
END
}
forbidden_families() {
  grep -o 'socket(AF_[A-Z0-9]*' trace | sed 's/socket(//' | sort -u >families
  [ -s families ] || { echo 'no sockets' && return 1; }
  for family in $(cat families); do
    case " $(settings RestrictAddressFamilies) " in *" $family "*) ;; *) echo "$family is not allowed" && return 1 ;; esac
  done
}
# writable_code: MemoryDenyWriteExecute refuses memory that is writable and executable, and code by mprotect.
writable_code() { ! grep -E 'mmap\(.*PROT_WRITE\|PROT_EXEC|mprotect\(.*PROT_EXEC|shmat\(.*SHM_EXEC' trace; }
# traced: a run of the accounts as a service, with its system calls in ./trace.
traced() {
  write_configuration
  STATUS=0
  CREDENTIALS_DIRECTORY=$WORK/credentials ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
    strace -f -qq -o trace "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
}
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  traced
  check 'a run with a password from a systemd credential succeeds' exits 0
  check 'all system calls of a run are allowed' forbidden_calls
  check 'all address families of a run are allowed' forbidden_families
  check 'a run and its commands map no memory that MemoryDenyWriteExecute refuses' writable_code
  sed '/BEGIN PRIVATE/,$d' certs/client.pem >certificate.pem
  sed -n '/BEGIN PRIVATE/,$p' certs/client.pem >key.pem
  if make_token certificate.pem key.pem; then
    serve --dir mail --client-ca certs/ca.pem
    cp mailhaul.conf.in configured
    only 'tls_client_cert = "pkcs11:token=mail;object=me;type=cert"' \
      "tls_client_key = \"pkcs11:token=mail;object=me;type=private?pin-source=$WORK/pin\""
    traced
    check 'a run with a token succeeds' exits 0
    check 'all system calls of a run with a token are allowed' forbidden_calls
    check 'a run with a token maps no memory that MemoryDenyWriteExecute refuses' writable_code
    mv configured mailhaul.conf.in
    serve --dir mail
  else
    skip 'a run with a token maps no memory that MemoryDenyWriteExecute refuses' "$TOKEN_MISSING"
  fi
else
  skip 'all system calls of a run are allowed' 'strace cannot trace here'
fi

# The service of one account, as systemd would start it.
rm -rf state Mail
command_of() { sed -n 's/^ExecStart=//p' "$1" | sed 's/%i/work/'; }
write_configuration
mv mailhaul.conf certs .config/mailhaul/
STATUS=0
# shellcheck disable=SC2046 # words
# shellcheck disable=SC2091 # it is a command
CREDENTIALS_DIRECTORY=$WORK/credentials $(command_of mailhaul@work.service) >out 2>err || STATUS=$?
check 'the service of one account fetches its mail' exits 0
check 'it does not fetch another account' [ "$(find .config/mailhaul/state -name '*.db')" = .config/mailhaul/state/work.db ]

done_testing
