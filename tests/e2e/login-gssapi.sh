#!/bin/sh
# Logins with Kerberos (auth = gssapi) at a real Dovecot, with and without tickets of a real KDC.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/kerberos.sh
. "$E2E_DIR/lib/kerberos.sh"

kerberos_start test another || skip_all 'MIT Kerberos is not installed'
mkdir server mail
# shellcheck disable=SC2034 # for dovecot_start
DOVECOT_KEYTAB=kerberos/keytab DOVECOT_MECHANISMS='gssapi plain'
dovecot_start server || {
  ! grep -qi 'mechanism.*gssapi' "$DOVECOT_LOG" || skip_all "this Dovecot has no GSSAPI (Debian: dovecot-gssapi)"
  bail 'no Dovecot'
}
dovecot_make_mail mail 3
dovecot_fill test mail
# libgssglue keeps memory of the Kerberos library, which is not a leak of mailhaul.
echo 'leak:libgssapi_krb5' >suppressions
LSAN_OPTIONS=suppressions=$WORK/suppressions:print_suppressions=0
export LSAN_OPTIONS

# kerberos NAME LINE...: configures an account at that Dovecot.
kerberos() {
  SERVER=${HOST:-localhost} SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=test \
    PASSWORD_LINE='auth = gssapi' configure "$@" "deliver_to = \"maildir:Mail-$1\""
}
# The commands of the login. An empty line, which GSSAPI sends in between, does not count.
said_is() {
  _said=$(sed -n 's/^mailhaul: [^ ]*: C: \(AUTH\|USER\|PASS\|\*\)/\1/p' err | tr '\n' ';')
  [ "$_said" = "$1" ] || { echo "$_said"; show; return 1; }
}
logged_in() { grep -c 'user=<test>, method=GSSAPI, .*mpid=' "$DOVECOT_LOG"; }

fresh_configuration
kerberos mine
ticket test
run -q mine
check 'a login with a ticket succeeds' eval 'exits 0 && silent'
check 'all messages arrive' count_is Mail-mine/new 3
check 'the ticket is for the service pop on this host' eval 'klist | grep -q "pop/localhost@EXAMPLE.ORG"'
run -vv mine
check 'a second run fetches nothing' count_is Mail-mine/new 3
check 'the ticket is not logged' said_is 'AUTH GSSAPI;****;****;'
check 'Dovecot logs two logins with GSSAPI' [ "$(logged_in)" -eq 2 ]

# no_ticket NAME SERVICE: the run ended because there was no ticket, and sent nothing to the server.
kinit_hint='run kinit; if klist shows a valid ticket, Kerberos does not know the server by this name'
no_ticket() {
  check "$3: exit code 77" exits 77
  check "$3: one line" says err \
    "mailhaul: $1: login: GSSAPI failed: Kerberos gives no ticket for the service $2; $kinit_hint"
}
run_later +2d mine
no_ticket mine pop@localhost 'a ticket that has expired'
HOST=127.0.0.1 kerberos unknown
run unknown
no_ticket unknown pop@127.0.0.1 'a server that Kerberos does not know'
kdestroy
run mine
no_ticket mine pop@localhost 'no ticket'
run -vv mine
check 'no ticket: no login is sent' said_is ''

ticket another
run mine
check "a ticket of another user: exit code 77" exits 77
check "a ticket of another user: one line has the hint" says err \
  "mailhaul: mine: login: the server refused the login (server said: \"[AUTH] Authentication failed.\"); check user, and run klist to see whose ticket you have: the server must allow its owner to read this mail"
kdestroy

kadmin.local -q "ktadd -norandkey -k $WORK/client.keytab test" >keytab.log 2>&1 || bail "no keytab: $(cat keytab.log)"
KRB5_CLIENT_KTNAME=$WORK/client.keytab
export KRB5_CLIENT_KTNAME
run -q mine
check 'a keytab replaces kinit' eval 'exits 0 && silent'
done_testing
