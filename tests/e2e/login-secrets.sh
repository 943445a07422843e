#!/bin/sh
# The sources of passwords and tokens, their secrecy, and logins that the server defers.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

TTY="$E2E_DIR/../support/ask_on_tty.py"
mkdir mail
letters 1 3
serve --dir mail --refuse-from refusal

mute() { lacks out 'pass word' && lacks err 'pass word' && lacks out AG1lAHBhc3Mgd29yZA && lacks err AG1lAHBhc3Mgd29yZA; }
# one PASSWORD_LINE...: runs a configuration of one account with these lines.
one() {
  fresh_configuration
  PASSWORD_LINE=$1
  shift
  configure a 'deliver_to = "maildir:Mail"' "$@"
  run -vv
}

printf 'pass word\nand more\n' >secret
one 'password_file = "secret"'
check 'a password is read from a file' exits 0
check 'the password of the file is not printed' mute
chmod 640 secret
one 'password_file = "secret"'
check 'a password file that others can read is refused' exits 78
check 'the message has the chmod command that fixes it' says err \
  "mailhaul: a: password: password_file secret can be read by others; run: chmod 600 secret"
rm secret
one 'password_file = "secret"'
check 'a missing password file is reported' says err "mailhaul: a: password: password_file secret cannot be read: No such file or directory; check the path and the file's permissions"
: >secret
one 'password_file = "secret"'
check 'an empty password file is reported' says err "mailhaul: a: password: password_file secret contains no password; write the password on its first line"

mkdir credentials
printf 'pass word' >credentials/mail
chmod 440 credentials/mail
unset CREDENTIALS_DIRECTORY
one 'password_credential = "mail"'
check 'a credential without systemd is refused' exits 78
check 'the message names CREDENTIALS_DIRECTORY' says err \
  'mailhaul: a: password: there is no credential mail: CREDENTIALS_DIRECTORY is not set; run mailhaul as a systemd service with LoadCredential=, or set the password in another way'
export CREDENTIALS_DIRECTORY="$WORK/credentials"
one 'password_credential = "mail"'
check 'a password is read from a credential' exits 0
check 'the password of the credential is not printed' mute

cat >.netrc <<'NETRC'
machine example.org login me password other
machine localhost login you password other
machine localhost
  login me
  password "pass word"
NETRC
chmod 600 .netrc
one 'password_netrc = "~/.netrc"'
check 'a password is read from .netrc' exits 0
USER_NAME=they one 'password_netrc = "~/.netrc"'
check 'an entry of another user is not used' says err \
  "mailhaul: a: password: password_netrc $WORK/.netrc has no password for they at localhost; add an entry: machine localhost login they password ..."
chmod 644 .netrc
one 'password_netrc = "~/.netrc"'
check 'a .netrc that others can read is refused' exits 78

# A command that two accounts share.
fresh_configuration
PASSWORD_LINE='password_command = {"sh", "-c", "echo x >>runs; echo pass word"}'
configure a 'deliver_to = "maildir:A"'
configure b 'deliver_to = "maildir:B"'
PASSWORD_LINE='password_command = {"sh", "-c", "echo x >>bad-runs; echo no key >&2; exit 3"}'
configure c 'deliver_to = "maildir:C"'
configure d 'deliver_to = "maildir:D"'
run
check 'a failed command gives exit code 78 plus 32 for the accounts that succeed' exits 110
check 'a command shared by two accounts runs once' [ "$(wc -l <runs)" = 1 ]
check 'both accounts get the password' [ -d A/new ] && count_is B/new 3
check 'a failing command shared by two accounts runs once' [ "$(wc -l <bad-runs)" = 1 ]
printf 'mailhaul: %s: password: password_command sh exited with status 3: no key; run the command by hand to see why it fails\n' \
  c d >expected
check 'each account reports the failure with the output of the command' cmp expected err

# The environment and the arguments of the program and of its commands contain no secret.
PASSWORD_LINE="password = 'pass word'"
fresh_configuration
# shellcheck disable=SC2016 # for the shell that runs it
configure p 'deliver_to = "pipe"' \
  'deliver_command = {"sh", "-c", "cat >/dev/null; for p in $PPID $$; do cat /proc/$p/environ /proc/$p/cmdline 2>/dev/null; done >seen; { echo; ulimit -c; } >>seen"}'
ulimit -S -c unlimited 2>/dev/null || : # unless the system forbids core files
run p
check 'the delivery command gets the mail' exits 0
check 'environments and arguments contain no password' eval "contains seen mailhaul.conf && lacks seen 'pass word'"
check 'core files are forbidden' [ "$(tail -n 1 seen)" = 0 ]

# Passwords typed at a prompt.
fresh_configuration
PASSWORD_LINE='password_prompt = yes'
configure a 'deliver_to = "maildir:Asked"'
configure b 'deliver_to = "maildir:Asked-b"'
write_configuration
setsid -w "$MAILHAUL" -c mailhaul.conf a >out 2>err </dev/null && STATUS=0 || STATUS=$?
check 'without a terminal, there is no prompt' exits 78
check 'the message says that there is no terminal' says err \
  'mailhaul: a: password: there is no terminal to ask for the password; set password_command or password_file for runs without a terminal'
question='Password for a (me at localhost): '
STATUS=0
python3 "$TTY" "$question" 'pass word' "$MAILHAUL" -vv -c mailhaul.conf a >out 2>err || STATUS=$?
check 'the typed password is used' exits 0
check 'the typed password is not printed' mute
check 'the typed password is not shown on the terminal' [ "$(tr -d '\r\n' <screen)" = "$question" ]
STATUS=0
python3 "$TTY" "$question" '' "$MAILHAUL" -c mailhaul.conf a >out 2>err || STATUS=$?
check 'an empty line is not a password' exits 78
STATUS=0
python3 "$TTY" "$question" '^C' "$MAILHAUL" -c mailhaul.conf a >out 2>err || STATUS=$?
check 'Ctrl-C at the prompt ends the program and restores the terminal' exits 130

# Logins that the server defers.
logins() { grep -c 'C: AUTH' transcript; }
refusals() { grep -cF -- "-ERR $words" transcript; }
more_refusals() { [ "$(refusals)" -gt "$1" ]; }
# relent BEFORE: after one more refusal, the server accepts the next login.
relent() {
  wait_until more_refusals "$1"
  rm refusal
}
for words in '[IN-USE] later' '[LOGIN-DELAY] later' '[SYS/TEMP] later' 'maildrop already locked' \
  'Exceeded the login limit for a 15 minute period' 'internal server error' "can't lock mailbox file"; do
  echo "$words" >refusal
  before=$(logins)
  one "password = 'pass word'"
  check "\"$words\" is a temporary failure" exits 75
  check 'the login is not tried again without login_retry' [ "$(($(logins) - before))" = 1 ]
  before=$(logins)
  relent "$(refusals)" &
  one "password = 'pass word'" 'login_retry = 1m'
  check "with login_retry, the run waits and succeeds" exits 0
  check 'the log says that the login is tried again' contains err \
    'mailhaul: a: the server refused the login (server said: "'"$words"'"); trying again in 1.0 s'
  check 'each try has its own connection' [ "$(($(logins) - before))" = 2 ]
done
echo '[IN-USE] later' >refusal
before=$(logins)
one "password = 'pass word'" 'login_retry = 1s'
check 'after login_retry, it stays a temporary failure' exits 75
check 'the login is tried twice in that time' [ "$(($(logins) - before))" = 2 ]
echo '[AUTH] never' >refusal
before=$(logins)
one "password = 'pass word'" 'login_retry = 1m'
check 'a refused password is not tried again' [ "$STATUS/$(($(logins) - before))" = 77/1 ]
done_testing
