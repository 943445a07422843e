#!/bin/sh
# Servers that repeat the secret, in many forms, at each step of a session. No form of it is printed or recorded, and
# the result of the run stays the same.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# echo_account SCENARIO [LINE...]: configures an account of that name at the server that plays the scenario.
echo_account() {
  _scenario=$1 && shift
  SERVER_PORT=$(awk -v directory="$_scenario" '$2 == directory { print $1 }' ports) \
    configure "$_scenario" 'timeout = 60s' 'connect_timeout = 60s' "deliver_to = \"maildir:Mail-$_scenario\"" "$@"
}
# The forms of the secret, and those that remain of it after control characters and at places where texts are cut.
cat >forms <<'LIST'
pass word
ss word
pass wo
pass\
pass%20
pass+
pass=20
pass&#32;
%70%61
\x70\x61
7061737320
70:61:73:73
cGFzcyB3b3Jk
hwYXNzIHdvcm
eHlwYXNzIHdvcmR6
AG1lAHBhc3Mgd29yZA
LIST
# is_clean SCENARIO: neither the output of the last run nor anything it recorded has a form of the secret.
is_clean() {
  cat out err log state/"$1".* >everything 2>/dev/null
  [ "$1" != echo-uids ] || cat out err log >everything # a UID is not changed, wherever it is recorded
  [ -s everything ] && ! LC_ALL=C grep -aoiFf "${FORMS:-forms}" everything
}
is_masked() { [ "$(cat err log | grep -o '\*\*\*\*' | wc -l)" -ge 20 ]; }
# everywhere SCENARIO STATUS: the scenario is played with all kinds of output, which is clean.
everywhere() {
  rm -f log
  echo 'log = "file:log"' >>mailhaul.conf.in
  run -vv "$1"
  sed -i '$d' mailhaul.conf.in
  check "$1: the exit status is $2" exits "$2"
  check "$1: -vv, the log and the state are clean" is_clean "$1"
  [ "${FORMS:-}" ] || check "$1: masks replace all forms" is_masked
  run "$1"
  check "$1: standard error is clean" is_clean "$1"
  run --json -vv "$1"
  check "$1: JSON is clean" is_clean "$1"
  run check -v "$1"
  check "$1: check is clean" is_clean "$1"
  run check --json "$1"
  check "$1: the JSON of check is clean" is_clean "$1"
  run status -v "$1"
  check "$1: status is clean" is_clean "$1"
  run status --json "$1"
  check "$1: the JSON of status is clean" is_clean "$1"
}

cat >scenarios <<'LIST'
echo-greeting 0
echo-greeting-refused 75
echo-greeting-malformed 76
echo-login 0
echo-refused 77
echo-malformed 76
echo-challenge 77
echo-capa 0
echo-capa-again 0
echo-last-words 75
echo-uidl 75
echo-uids 75
echo-retr 75
echo-dele 75
echo-quit 76
LIST
# shellcheck disable=SC2046
hostile_server $(awk '{ print $1 }' scenarios) echo-cut echo-token echo-apop echo-ready echo-scram \
  echo-short-one echo-short-letter echo-short-three echo-short-word echo-short-digits
fresh_configuration
while read -r scenario _; do echo_account "$scenario" 'leave_on_server = no'; done <scenarios
while read -r scenario status; do everywhere "$scenario" "$status"; done <scenarios

fresh_configuration
echo_account echo-refused
run echo-refused
check 'each form is replaced, and the words around them stay' says err \
  "mailhaul: echo-refused: login: the server refused the login (server said: \"[AUTH] I got **** **** '****'$(yes ' ****' | head -n 20 | tr -d '\n') from you\"); check user and password; many providers require an app password for POP3"
echo_account echo-cut
run echo-cut
check 'a secret at the end of the words that are quoted is replaced' eval 'exits 76 && contains err "xx****" && lacks err "xxpass"'
check 'unknown mechanisms that are the secret are not recorded' [ "$(sqlite3 state/echo-capa.db 'SELECT capabilities FROM maildrop' | grep '^SASL')" = 'SASL PLAIN ' ]

# A token, and the proofs of APOP and SCRAM.
printf '%s\n' tok-5Jy_abc.def b2stNUp5X2 dG9rLTVKeV9h rLTVKeV9hYmM %74%6f%6b >token-forms
PASSWORD_LINE='token_command = {"echo", "tok-5Jy_abc.def"}' echo_account echo-token
FORMS=token-forms everywhere echo-token 77
run echo-token
check 'the reason of a refused token stays' contains err '{"status":"400","token":"****"} [AUTH] got **** in **** or ****"'
echo_account echo-apop 'auth = apop'
printf '%s' '<1896.697170952@host>pass word' | md5sum | cut -d ' ' -f 1 >digest
{ cat digest forms; base64 <digest | cut -c 1-16; echo 1896.697170952@; } >apop-forms
FORMS=apop-forms everywhere echo-apop 77
run -vv echo-apop
check 'APOP: timestamp and digest are masked, and the user is not' eval \
  'contains err "S: +OK ready <****>" && contains err "C: APOP me ****" && contains err "S: -ERR [AUTH] APOP me **** or **** or ****"'
echo_account echo-scram 'auth = scram-sha-256'
printf '%s\n' p= v= cz1 dj1 biws c2FsdA >scram-forms
FORMS=scram-forms everywhere echo-scram 77
run -vv echo-scram
check 'SCRAM: both sides and the signature are masked' eval \
  'contains err "S: + ****" && contains err "S: -ERR [AUTH] **** is **** **** ****" && contains err "server said: \"[AUTH] **** is"'

# Secrets that the words around a mask would reveal: the whole text is withheld, except its code.
short() {
  PASSWORD_LINE="password = '$2'" echo_account "echo-short-$1"
  run "echo-short-$1"
  check "password of $3: the text is withheld" says err \
    "mailhaul: echo-short-$1: login: the server refused the login (server said: \"[AUTH] ****\"); check user and password; many providers require an app password for POP3"
  run -vv "echo-short-$1"
  check "password of $3: the trace is withheld" contains err 'S: -ERR [AUTH] ****'
}
short one 7 'one digit'
short letter a 'one letter'
short three 'k9!' 'three characters'
short word wrong 'one word'
short digits 123456 'digits'
PASSWORD_LINE="password = 'e'" echo_account echo-ready
run -vv echo-ready
check 'a text in which a short password is only a part of words is shown' eval 'exits 0 && contains err "S: +OK <****> ready"'
done_testing
