# shellcheck shell=sh
# Runs a real perdition as a POP3 proxy on loopback, in front of another server, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/perdition.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'perdition_stop; finish' EXIT
#   perdition_prepare "$WORK/perdition" || unpacked_none perdition
#   perdition_start "$DOVECOT_POP3_PORT" || bail 'perdition does not start'
#
# It accepts TLS and the login by USER and PASS, and logs in to the other server in the clear. Call the functions
# from the test's own shell.

# shellcheck source=tests/e2e/lib/unpacked.sh
. "${srcdir:-.}/tests/e2e/lib/unpacked.sh"

PERDITION_PID='' # empty: not running

# perdition_prepare DIR
# Makes the directory DIR, with certificates in DIR.certs. Sets PERDITION_CA. Fails as unpacked_root does.
perdition_prepare() {
  PERDITION_ROOT=$1
  # shellcheck disable=SC2034 # for the test
  PERDITION_CA=$1.certs/ca.pem
  PERDITION_LOG=$1.log
  unpacked_files "$1" perdition && make_certificates "$1.certs" && : >"$PERDITION_LOG"
}

# perdition_start PORT: starts it in front of the server at 127.0.0.1 PORT. Sets PERDITION_PORT (implicit TLS).
perdition_start() { start_at_free_ports 1 perdition "$PERDITION_LOG" _perdition_start_at "$1"; }
_perdition_start_at() { # PORT_OF_SERVER PORT
  PERDITION_PORT=$2
  unpacked_start "$PERDITION_ROOT" "$PERDITION_LOG" "$PERDITION_ROOT/usr/sbin/perdition" --no_daemon -f '' \
    -P POP3S -b 127.0.0.1 -l "$PERDITION_PORT" -s 127.0.0.1 -p "$1" -F - \
    --username "$(id -un)" --group "$(id -gn)" --pid_file "$PERDITION_ROOT/pid" --no_bind_banner \
    --ssl_mode ssl_listen --ssl_cert_file "$PERDITION_ROOT.certs/server.pem" \
    --ssl_key_file "$PERDITION_ROOT.certs/server.key" --ssl_no_cert_verify --map_library '' --connection_logging
  PERDITION_PID=$UNPACKED_PID
  unpacked_wait "$PERDITION_PORT" tls "$PERDITION_LOG" "$PERDITION_PID" || { perdition_stop && return 1; }
}

# perdition_stop: safe to call twice, and in a trap.
perdition_stop() {
  unpacked_stop "$PERDITION_PID"
  PERDITION_PID=''
}
