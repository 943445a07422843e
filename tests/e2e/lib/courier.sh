# shellcheck shell=sh
# Runs a real Courier POP3 as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/courier.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'courier_stop; finish' EXIT
#   courier_prepare "$WORK/courier" || unpacked_none Courier
#   courier_add_user test secret; courier_start || bail 'Courier does not start'
#
# It consists of couriertcpd, couriertls, courierpop3login, authdaemond and courierpop3d, with authuserdb for the
# accounts. All are as packaged, and run in a root directory of their own. Call the functions from the test's own
# shell.

# shellcheck source=tests/e2e/lib/unpacked.sh
. "${srcdir:-.}/tests/e2e/lib/unpacked.sh"

COURIER_AUTH_PID='' COURIER_POP3S_PID='' COURIER_POP3_PID='' # empty: not running

# courier_prepare DIR
# Makes the server's root DIR, with certificates in DIR.certs. Sets COURIER_CA. Fails as unpacked_root does.
courier_prepare() {
  COURIER_ROOT=$1
  COURIER_CA=$1.certs/ca.pem
  COURIER_LOG=$1.log
  set -- "$1" courier-pop courier-base courier-authlib
  # Debian 14 has authuserdb in courier-authlib.
  ! unpacked_there courier-authlib-userdb || set -- "$@" courier-authlib-userdb
  unpacked_root "$@" || return 1
  _courier_libexec=/usr/lib/courier/courier
  _courier_authlib=/usr/lib/courier/courier-authlib
  [ -d "$1$_courier_authlib" ] || _courier_authlib=/usr/libexec/courier-authlib
  _courier_userdb=$(cd "$1" && find usr/lib -name 'libauthuserdb.so.*' -type f)
  unpacked_libraries "$1" usr/sbin/couriertcpd usr/bin/couriertls \
    ".$_courier_libexec/courierpop3login" ".$_courier_libexec/courierpop3d" \
    ".$_courier_authlib/authdaemond" ".$_courier_authlib/makedatprog" \
    "$_courier_userdb" || return 1
  make_certificates "$1.certs" || return 1
  (
    umask 022
    mkdir -p "$1/run/courier/authdaemon" "$1/mail" "$1/dev" "$1/tmp" &&
      : >"$1/dev/null" && : >"$COURIER_LOG" &&
      cat "$1.certs/server.pem" "$1.certs/server.key" >"$1/etc/courier/pop3d.pem" &&
      : >"$1/users" && cat >"$1/etc/courier/authdaemonrc" <<'CONF'
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
CONF
  ) || return 1
  # Courier changes to this user for TLS if root starts it.
  unpacked_users "$1" courier
}

# courier_add_user NAME PASSWORD: adds an account with an empty INBOX. NAME: letters, digits, -
courier_add_user() {
  _courier_maildir=$COURIER_ROOT/mail/$1/Maildir
  mkdir -p "$_courier_maildir/cur" "$_courier_maildir/new" "$_courier_maildir/tmp" &&
    chown -R "$UNPACKED_UID:$UNPACKED_GID" "$COURIER_ROOT/mail/$1" &&
    printf '%s\t%s\n' "$1" "$(openssl passwd -6 "$2")" >>"$COURIER_ROOT/users" || return 1
  # The format of makeuserdb, which would require perl.
  awk -F '\t' -v person="uid=$UNPACKED_UID|gid=$UNPACKED_GID" '
    { print $1 "\t" person "|home=/mail/" $1 "|mail=/mail/" $1 "/Maildir" } END { print "." }' \
    "$COURIER_ROOT/users" | _courier_table userdb &&
    awk -F '\t' '{ print $1 "\tsystempw=" $2 } END { print "." }' "$COURIER_ROOT/users" | _courier_table userdbshadow
}

_courier_table() {
  unpacked_do "$COURIER_ROOT" "$_courier_authlib/makedatprog" - "/etc/courier/$1.tmp" "/etc/courier/$1.dat"
}

# courier_start: starts the server. Sets COURIER_POP3S_PORT (implicit TLS; USER and PASS) and COURIER_POP3_PORT
# (STLS, required for a login; also SASL). COURIER_MAXPERIP is the limit of connections per client (40).
# COURIER_LISTEN is the address (127.0.0.1); 0 means all addresses.
courier_start() { start_at_free_ports 2 Courier "$COURIER_LOG" _courier_start_at; }
_courier_start_at() { # POP3S_PORT POP3_PORT
  COURIER_POP3S_PORT=$1 COURIER_POP3_PORT=$2
  _courier_launch
  unpacked_wait "$1" tls "$COURIER_LOG" "$COURIER_POP3S_PID" "$COURIER_ROOT/run/courier/authdaemon/socket" &&
    unpacked_wait "$2" plain "$COURIER_LOG" "$COURIER_POP3_PID" || { courier_stop && return 1; }
}

# The variables are those of /etc/courier/pop3d and pop3d-ssl. The command lines are those of the package's scripts.
_courier_launch() {
  rm -f "$COURIER_ROOT/run/courier/authdaemon/socket"
  unpacked_run "$COURIER_ROOT" "$COURIER_LOG" authmodulelist=authuserdb daemons=2 "$_courier_authlib/authdaemond"
  COURIER_AUTH_PID=$UNPACKED_PID
  # shellcheck disable=SC2046 # its options are words
  set -- COURIERTLS=/usr/bin/couriertls TLS_CERTFILE=/etc/courier/pop3d.pem TLS_VERIFYPEER=NONE \
    /usr/sbin/couriertcpd "-address=${COURIER_LISTEN:-127.0.0.1}" -maxprocs=40 "-maxperip=${COURIER_MAXPERIP:-40}" \
    $(sed -n 's/^TCPDOPTS="\(.*\)"/\1/p' "$COURIER_ROOT/etc/courier/pop3d")
  unpacked_run "$COURIER_ROOT" "$COURIER_LOG" POP3_TLS=1 POP3_STARTTLS=NO POP3_TLS_REQUIRED=0 \
    POP3AUTH= POP3AUTH_TLS= "$@" "$COURIER_POP3S_PORT" /usr/bin/couriertls -server -tcpd \
    "$_courier_libexec/courierpop3login" "$_courier_libexec/courierpop3d" Maildir
  COURIER_POP3S_PID=$UNPACKED_PID
  unpacked_run "$COURIER_ROOT" "$COURIER_LOG" POP3_STARTTLS=YES POP3_TLS_REQUIRED=1 \
    POP3AUTH= 'POP3AUTH_TLS=PLAIN LOGIN' "$@" "$COURIER_POP3_PORT" \
    "$_courier_libexec/courierpop3login" "$_courier_libexec/courierpop3d" Maildir
  COURIER_POP3_PID=$UNPACKED_PID
}

# courier_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
courier_stop() {
  for _courier_pid in $COURIER_POP3S_PID $COURIER_POP3_PID $COURIER_AUTH_PID; do unpacked_stop "$_courier_pid"; done
  COURIER_AUTH_PID='' COURIER_POP3S_PID='' COURIER_POP3_PID=''
}

# courier_fill NAME DIRECTORY: adds each file of DIRECTORY as new mail to NAME's INBOX. The names have to be new
# there and begin with numbers; Courier lists them in their order.
courier_fill() {
  _courier_maildir=$COURIER_ROOT/mail/$1/Maildir
  cp "$2"/* "$_courier_maildir/tmp/" && chown -R "$UNPACKED_UID:$UNPACKED_GID" "$_courier_maildir/tmp" &&
    mv "$_courier_maildir/tmp"/* "$_courier_maildir/new/"
}

# courier_idle: waits until all sessions have ended. Courier 1.4 answers QUIT first and deletes afterwards.
courier_idle() { wait_until _courier_is_idle || :; }
_courier_is_idle() { ! readlink /proc/[0-9]*/cwd 2>/dev/null | grep -qF "$COURIER_ROOT/mail/"; }

# courier_count NAME: prints how many messages are left in NAME's INBOX.
courier_count() {
  courier_idle
  find "$COURIER_ROOT/mail/$1/Maildir/new" "$COURIER_ROOT/mail/$1/Maildir/cur" -type f | wc -l | tr -d ' '
}
