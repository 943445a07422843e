#!/bin/sh
# Passwords that SASLprep (RFC 4013) changes or refuses, at a real Dovecot, which does not prepare them. With auto
# they are sent with PLAIN, and others with SCRAM. A mechanism set by the user fails with the reason.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail server
dovecot_make_mail mail 1

# Each line: name, octets for printf, and what SASLprep does.
cat >passwords <<'LIST'
letters|correct horse|keeps
punctuation|$p"a\\s'%%s{}#1|keeps
umlaut|p\303\244ss|keeps
composed|\303\245ngstrom|keeps
decomposed|a\314\212ngstrom|changes
angstrom-sign|\342\204\253ngstrom|changes
superscript|m\302\262pass|changes
soft-hyphen|pass\302\255word|changes
no-break-space|pass\302\240word|changes
ligature|\357\254\201nal|changes
full-width|\357\275\220\357\275\201ss|changes
zero-width-space|pass\342\200\213word|changes
emoji|smile\360\237\230\200|refuses
arabic-with-digit|\330\263\331\204\330\247\331\2051|refuses
both-directions|a\330\247b|refuses
right-to-left-mark|a\342\200\217b|refuses
delete|pass\177word|refuses
private-use|a\356\200\200|refuses
latin-1|\351t\351|refuses
LIST

# octets FORMAT: prints the password.
octets() {
  # shellcheck disable=SC2059 # it is the format
  printf "$1"
}
# account NAME USER FORMAT LINE...: configures an account at this Dovecot.
account() {
  _account=$1 _user=$2
  octets "$3" >"password-$1"
  shift 3
  SERVER=localhost SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=$_user \
    PASSWORD_LINE="password_file = \"password-$_account\"" configure "$_account" "deliver_to = \"maildir:Mail-$_account\"" "$@"
}
said() { sed -n 's/^mailhaul: [^ ]*: C: \(AUTH\|USER\|PASS\|\*\)/\1/p' err | tr '\n' ';'; }
said_is() { [ "$(said)" = "$1" ] || { said; show; return 1; }; }
lacks_suspicion() { lacks err impersonating && lacks err 'check user and password'; }
# lacks_password FORMAT: no output has the password, plain or escaped.
lacks_password() { ! octets "$1" | LC_ALL=C grep -aqFf - out err; }

# at MECHANISM SCHEME...: serves the passwords, each of them stored in every scheme (text: PLAIN).
at() {
  scram=$1 && shift
  DOVECOT_MECHANISMS="plain login cram-md5 $scram" dovecot_start server || bail 'no Dovecot'
  for scheme; do
    DOVECOT_SCHEME=$scheme
    [ "$scheme" != text ] || DOVECOT_SCHEME=''
    lower=$(echo "$scheme" | tr '[:upper:]' '[:lower:]')
    # Together, they take only one second.
    set --
    while IFS='|' read -r name format _; do set -- "$@" "$name-$lower" "$(octets "$format")"; done <passwords
    dovecot_add_user "$@" || bail 'no users'
    DOVECOT_SCHEME=''
    while IFS='|' read -r name format effect; do
      dovecot_fill "$name-$lower" mail
      fresh_configuration
      account "$name" "$name-$lower" "$format"
      rm -rf "Mail-$name" state
      run -vv "$name"
      expected="AUTH $(echo "$scram" | tr '[:lower:]' '[:upper:]') ****;****;"
      [ "$effect" = keeps ] || expected='AUTH PLAIN ****;'
      check "$scram, $name, stored as $scheme: auto logs in" exits 0
      check "$scram, $name, stored as $scheme: the message is fetched" count_is "Mail-$name/new" 1
      check "$scram, $name, stored as $scheme: the login is the right one, and the only one" said_is "$expected"
      check "$scram, $name, stored as $scheme: the password is not printed" lacks_password "$format"
    done <passwords
  done
}
at scram-sha-256 text SCRAM-SHA-256
run -v latin-1
check 'the log says why PLAIN is used' contains err \
  'mailhaul: latin-1: using PLAIN: SCRAM would not transmit the password as it is (RFC 4013)'

# The user names the mechanism.
while IFS='|' read -r name format effect; do
  fresh_configuration
  account "$name" "$name-text" "$format" 'auth = scram-sha-256'
  rm -rf state "Mail-$name"
  run "$name"
  case $effect in
    keeps) check "$name with auth = scram-sha-256 logs in" exits 0 ;;
    changes)
      check "$name with auth = scram-sha-256 is refused" exits 77
      check "$name with auth = scram-sha-256: the message says what changed the password" says err \
        "mailhaul: $name: login: the server refused the login, after SASLprep (RFC 4013) changed the password for SCRAM-SHA-256 (server said: \"[AUTH] Authentication failed.\"); set auth = plain, which sends the password as it is, over TLS"
      ;;
    refuses)
      check "$name with auth = scram-sha-256 fails" exits 77
      check "$name with auth = scram-sha-256: the message says what forbids the password" says err \
        "mailhaul: $name: login: SCRAM-SHA-256 cannot transmit this password: SASLprep (RFC 4013) forbids one of its characters; set auth = plain, which sends the password as it is, over TLS"
      run -vv "$name"
      check "$name with auth = scram-sha-256: no login is sent" said_is ''
      ;;
  esac
  check "$name with auth = scram-sha-256: no other host is suspected" lacks_suspicion
  [ "$effect" = keeps ] && continue
  # The hint works, and at once: the refusal of SCRAM is not remembered against PLAIN.
  fresh_configuration
  account "$name" "$name-text" "$format" 'auth = plain'
  run "$name"
  check "$name with auth = plain, as the hint says, logs in" exits 0
done <passwords

# Mechanisms that only the user can choose: CRAM-MD5 prepares the password, LOGIN and USER do not.
while IFS='|' read -r name format effect; do
  [ "$effect" != keeps ] || continue
  fresh_configuration
  rm -rf state
  account "$name" "$name-text" "$format" 'auth = cram-md5'
  run "$name"
  check "$name with auth = cram-md5: the message names SASLprep" eval 'exits 77 && contains err "SASLprep (RFC 4013)" && lacks_suspicion'
  for auth in login user; do
    fresh_configuration
    account "$name" "$name-text" "$format" "auth = $auth"
    run "$name"
    check "$name with auth = $auth logs in" exits 0
  done
done <passwords
dovecot_clean

at scram-sha-1 SCRAM-SHA-1
dovecot_clean

# The server offers nothing else. Dovecot announces USER even then, and refuses it.
DOVECOT_MECHANISMS='scram-sha-256' dovecot_start server || bail 'no Dovecot'
while IFS='|' read -r name format effect; do
  [ "$name" = superscript ] || [ "$name" = emoji ] || continue
  dovecot_add_user "$name" "$(octets "$format")"
  fresh_configuration
  rm -rf state
  account "$name" "$name" "$format"
  run "$name"
  check "$name without PLAIN ends with 77" exits 77
  check "$name without PLAIN: the hint is another password" contains err "choose a password of ASCII characters"
  check "$name without PLAIN: no other host is suspected" lacks err impersonating
  account "$name-named" "$name" "$format" 'auth = scram-sha-256'
  run "$name-named"
  check "$name with auth = scram-sha-256, without PLAIN, ends with 77" exits 77
  check "$name with auth = scram-sha-256, without PLAIN: the message names SASLprep" contains err 'SASLprep (RFC 4013)'
  check "$name with auth = scram-sha-256, without PLAIN: no other host is suspected" lacks err impersonating
done <passwords
done_testing
