#!/bin/sh
# A password that the server refused is not tried again until it or the login has changed, an hour has passed, or
# the user names the account.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letter mail/1
TZ=UTC
export TZ
logins() { cat transcript 2>/dev/null | grep -c 'C: AUTH\|C: PASS' || :; }
# tries COUNT RUN...: the run logs in that many times.
tries() {
  _count=$1 _before=$(logins) && shift
  "$@"
  [ "$(($(logins) - _before))" = "$_count" ] || { show && cat transcript; return 1; }
}
# account PASSWORD [LINE...]: configures the only account.
account() {
  fresh_configuration
  PASSWORD_LINE="password = '$1'" && shift
  configure a 'deliver_to = "maildir:Mail"' "$@"
}
# skipped: the run reported, in one line, that it did not try, since when, and until when.
skipped() {
  exits 77 && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] &&
    sed -E 's/ [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [-+][0-9]{4}/ TIME/g' err >message &&
    says message 'mailhaul: a: login: not tried, because the server refused this password at TIME (server said: "[AUTH] wrong"); correct the password; "mailhaul a" tries at once; other runs wait until TIME'
}
times_are() { [ "$(grep -oE '[0-9]{2}:[0-9]{2}' err | tr '\n' ' ')" = "$1 " ] || { show; return 1; }; }
refusals() { sqlite3 state/a.db 'SELECT count(*) FROM refusal'; }

echo '[AUTH] wrong' >refusal
serve --dir mail --refuse-from refusal
account 'pass word'
check 'the first run logs in' tries 1 run
check 'the login is refused' exits 77
check 'the next run does not log in' tries 0 run
check 'one line says so, with the same exit code' skipped
check 'a dry run does not log in' tries 0 run --dry-run
check 'a dry run prints the same line' skipped
check 'a run that names the account logs in' tries 1 run a
check 'that login is refused by the server' contains err 'login: the server refused the login (server said: "[AUTH] wrong")'
check 'a dry run that names the account logs in' tries 1 run --dry-run a
account other
check 'another password is tried at once' tries 1 run
check 'a refused new password is not tried again' tries 0 run
account other 'auth = plain'
check 'another mechanism is tried at once' tries 1 run
account other 'auth = plain' 'leave_on_server = no'
check 'a change that does not concern the login does not cause a login' tries 0 run
SERVER=127.0.0.1 account other 'auth = plain'
check 'another server is tried at once' tries 1 run
SERVER=127.0.0.1 USER_NAME=you account other 'auth = plain'
check 'another user is tried at once' tries 1 run
check 'only one refusal is recorded' [ "$(refusals)" = 1 ]

account 'pass word'
run a
sqlite3 state/a.db "UPDATE refusal SET at = $(date +%s) / 86400 * 86400 + 36900" # today at 10:15
today=$(date +%Y-%m-%d)
later() { run_later "@$today $1"; }
if faketime -f '+1m' true 2>/dev/null; then
  check 'a minute later there is no login' tries 0 later 10:16:00
  check 'the message has both times' times_are '10:15 11:15'
  check 'after 59 minutes there is no login' tries 0 later 11:14:59
  check 'after an hour there is a login' tries 1 later 11:15:00
  check 'there is no login for another hour' tries 0 later 12:14:59
  check 'a clock that is set back does not prevent a login' tries 1 later 09:00:00
  check 'the hour is counted from the new time' tries 0 later 09:30:00
else
  skip 'after an hour there is a login' 'faketime is not installed'
fi

rm refusal
run --dry-run a
check 'a successful dry run does not remove the refusal' [ "$(refusals)/$STATUS" = 1/0 ]
run a
check 'a successful login removes the refusal' [ "$(refusals)/$STATUS" = 0/0 ]
check 'the next run logs in and prints nothing' eval 'tries 1 run && exits 0 && silent'

# Refusals that do not concern the password.
for words in '[IN-USE] later' '[LOGIN-DELAY] later' '[SYS/TEMP] later' '[SYS/PERM] never'; do
  echo "$words" >refusal
  run
  check "a login refused with $words is tried again by the next run" tries 1 run
done
rm refusal
account 'pass word' 'auth = cram-md5'
run
check 'a mechanism that is not offered is checked again by the next run' eval 'exits 77 && run && contains err "does not offer"'
check 'none of these failures is recorded as a refusal' [ "$(refusals)" = 0 ]
echo 'no' >refusal
account 'pass word'
run
check 'with AUTH-RESP-CODE, a refusal without a code is temporary' eval 'exits 75 && tries 1 run'
serve --dir mail --refuse-from refusal --no-auth-resp-code
account 'pass word'
run
check 'without AUTH-RESP-CODE, a refusal without a code is recorded' tries 0 run
: >refusal
account 'pass word' 'auth = plain'
run
check 'a refusal without a text is recorded' eval 'tries 0 run && contains err "(server said: \"-ERR\")"'
echo '[AUTH] wrong' >refusal
PASSWORD_LINE='token_command = {"echo", "token"}'
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'auth = xoauth2'
serve --dir mail --refuse-from refusal --scram XOAUTH2
run
check 'a refused token is tried by each run' tries 1 run

# The content of the state.
account 'pass word'
serve --dir mail --refuse-from refusal
run a
mark() { sqlite3 state/a.db 'SELECT hex(mark) FROM refusal'; }
# Two bytes of PBKDF2: very many passwords share each of the 65536 marks.
expected=$(python3 -c 'import hashlib, sys
print(hashlib.pbkdf2_hmac("sha256", b"pass word", b"mailhaul refused me@localhost:" + sys.argv[1].encode(), 600000, 2).hex().upper())' "$PORT")
check 'the state has only two bytes of a slow hash of the password' [ "$(mark)" = "$expected" ]
check 'the same password has the same hash' eval 'run a && [ "$(mark)" = "$expected" ]'
check 'the state does not contain the password' eval '! grep -aq "pass word" state/*'
done_testing
