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
    sed -E 's/ [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/ TIME/g' err >told &&
    says told 'mailhaul: a: login: not tried, because the server refused this password at TIME (server said: "[AUTH] wrong"); correct the password; "mailhaul a" tries at once, other runs wait until TIME'
}
times_are() { [ "$(grep -oE '[0-9]{2}:[0-9]{2}' err | tr '\n' ' ')" = "$1 " ] || { show; return 1; }; }
refusals() { sqlite3 state/a.db 'SELECT count(*) FROM refusal'; }

echo '[AUTH] wrong' >refusal
serve --dir mail --refuse-from refusal
account 'pass word'
check 'the first run tries' tries 1 run
check 'and is refused' exits 77
check 'the next one does not' tries 0 run
check 'and says so, with the same exit code' skipped
check 'nor does a dry run' tries 0 run --dry-run
check 'which says the same' skipped
check 'an account that is named is tried' tries 1 run a
check 'and refused by the server' contains err 'login: the server refused the login (server said: "[AUTH] wrong")'
check 'so is a dry run that names it' tries 1 run --dry-run a
account other
check 'another password is tried at once' tries 1 run
check 'and not again' tries 0 run
account other 'auth = plain'
check 'another way to log in is tried at once' tries 1 run
account other 'auth = plain' 'leave_on_server = no'
check 'what does not belong to the login changes nothing' tries 0 run
SERVER=127.0.0.1 account other 'auth = plain'
check 'another server is tried at once' tries 1 run
SERVER=127.0.0.1 USER_NAME=you account other 'auth = plain'
check 'another user is tried at once' tries 1 run
check 'one refusal is kept' [ "$(refusals)" = 1 ]

account 'pass word'
run a
sqlite3 state/a.db "UPDATE refusal SET at = $(date +%s) / 86400 * 86400 + 36900" # today at 10:15
today=$(date +%Y-%m-%d)
later() { run_later "@$today $1"; }
if faketime -f '+1m' true 2>/dev/null; then
  check 'a minute later it is not tried' tries 0 later 10:16:00
  check 'the times are told' times_are '10:15 11:15'
  check 'nor after 59 minutes' tries 0 later 11:14:59
  check 'after an hour it is tried' tries 1 later 11:15:00
  check 'and then not for another hour' tries 0 later 12:14:59
  check 'a clock that is set back holds nothing up' tries 1 later 09:00:00
  check 'and it counts from there' tries 0 later 09:30:00
else
  skip 'after an hour it is tried' 'faketime is not installed'
fi

rm refusal
run --dry-run a
check 'a dry run that logs in forgets nothing' [ "$(refusals)/$STATUS" = 1/0 ]
run a
check 'a login that the server takes is forgotten about' [ "$(refusals)/$STATUS" = 0/0 ]
check 'and the next run is as usual' eval 'tries 1 run && exits 0 && silent'

# Refusals that do not concern the password.
for words in '[IN-USE] later' '[LOGIN-DELAY] later' '[SYS/TEMP] later' '[SYS/PERM] never'; do
  echo "$words" >refusal
  run
  check "$words is tried again by the next run" tries 1 run
done
rm refusal
account 'pass word' 'auth = cram-md5'
run
check 'a way to log in that is not offered is looked for again' eval 'exits 77 && run && contains err "does not offer"'
check 'of all that, nothing is remembered' [ "$(refusals)" = 0 ]
echo 'no' >refusal
account 'pass word'
run
check 'a refusal without a code does not count where AUTH-RESP-CODE is announced' eval 'exits 75 && tries 1 run'
serve --dir mail --refuse-from refusal --no-auth-resp-code
account 'pass word'
run
check 'where it is not announced, a refusal without a code counts' tries 0 run
: >refusal
account 'pass word' 'auth = plain'
run
check 'so does one without words' eval 'tries 0 run && contains err "(server said: \"-ERR\")"'
echo '[AUTH] wrong' >refusal
PASSWORD_LINE='token_command = {"echo", "token"}'
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'auth = xoauth2'
serve --dir mail --refuse-from refusal --scram XOAUTH2
run
check 'a token is tried by each run' tries 1 run

# The content of the state.
account 'pass word'
serve --dir mail --refuse-from refusal
run a
mark() { sqlite3 state/a.db 'SELECT hex(mark) FROM refusal'; }
# Two bytes of PBKDF2: very many passwords share each of the 65536 marks.
expected=$(python3 -c 'import hashlib, sys
print(hashlib.pbkdf2_hmac("sha256", b"pass word", b"mailhaul refused me@localhost:" + sys.argv[1].encode(), 600000, 2).hex().upper())' "$PORT")
check 'of the password, the state has two slow octets' [ "$(mark)" = "$expected" ]
check 'which are the same for the same password' eval 'run a && [ "$(mark)" = "$expected" ]'
check 'the password itself is not there' eval '! grep -aq "pass word" state/*'
done_testing
