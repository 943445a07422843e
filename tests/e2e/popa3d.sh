# shellcheck shell=sh
# A real popa3d behind a real stunnel, as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/popa3d.sh"        # before lib.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib.sh"
#   trap 'popa3d_stop; finish' EXIT
#   popa3d_prepare "$WORK/popa3d" || unpacked_none popa3d
#   popa3d_add_user test secret; popa3d_start || bail 'popa3d does not start'
#
# popa3d is the smallest server that can be had: mbox, USER and PASS by PAM, no CAPA, and no words in its
# answers. It becomes its user, and only root can do that. stunnel could start it, but gives it a TCP socket
# on which each message waits for a delayed acknowledgement: 40 ms. So each connection to a Unix socket
# starts one. Call the functions from the test's own shell.

# shellcheck source=tests/e2e/unpacked.sh
. "${srcdir:-.}/tests/e2e/unpacked.sh"

POPA3D_PID='' POPA3D_STUNNEL_PID='' # empty: not running

# popa3d_prepare DIR
# Makes the server's root DIR, with certificates in DIR.certs. Sets POPA3D_CA. Fails as
# unpacked_root does.
popa3d_prepare() {
  POPA3D_ROOT=$1
  POPA3D_CA=$1.certs/ca.pem
  POPA3D_LOG=$1.log
  UNPACKED_REASON='only root can start it'
  [ "$(id -u)" = 0 ] || return 1
  UNPACKED_REASON=''
  unpacked_root "$1" popa3d stunnel4 || return 1
  # What is loaded or started only when it is wanted.
  _popa3d_more=$(find /lib/*-linux-gnu* /sbin/unix_chkpwd -maxdepth 2 \
    '(' -name pam_unix.so -o -name libgcc_s.so.1 -o -name unix_chkpwd ')') || return 1
  # shellcheck disable=SC2086 # words
  unpacked_libraries "$1" usr/sbin/popa3d usr/bin/stunnel4 $_popa3d_more || return 1
  make_certificates "$1.certs" || return 1
  (
    umask 022
    mkdir -p "$1/var/mail" "$1/var/lib/popa3d" "$1/etc/pam.d" "$1/dev" "$1/run" &&
      : >"$1/dev/null" && : >"$POPA3D_LOG" &&
      printf '%s required pam_unix.so %s\n' auth nodelay account '' >"$1/etc/pam.d/popa3d" &&
      cat "$1.certs/server.pem" "$1.certs/server.key" >"$1/etc/server.pem"
  ) || return 1
  unpacked_users "$1" popa3d
}

# popa3d_add_user NAME PASSWORD: adds an account with an empty mailbox. NAME: letters, digits, -
popa3d_add_user() {
  (umask 077 && : >"$POPA3D_ROOT/var/mail/$1") && chown "$UNPACKED_UID:$UNPACKED_GID" "$POPA3D_ROOT/var/mail/$1" &&
    unpacked_users "$POPA3D_ROOT" "$1" && (
    umask 077
    printf '%s:%s:1::::::\n' "$1" "$(openssl passwd -6 "$2")" >>"$POPA3D_ROOT/etc/shadow"
  )
}

# popa3d_start: sets POPA3D_PORT (implicit TLS).
popa3d_start() {
  for _popa3d_try in 1 2 3 4 5; do
    POPA3D_PORT=$(free_ports 1) || return 1
    cat >"$POPA3D_ROOT/etc/stunnel.conf" <<CONF
foreground = yes
pid =
syslog = no
debug = info
[pop3s]
accept = 127.0.0.1:$POPA3D_PORT
cert = /etc/server.pem
connect = /run/popa3d
CONF
    _popa3d_launch
    unpacked_run "$POPA3D_ROOT" "$POPA3D_LOG" /usr/bin/stunnel4 /etc/stunnel.conf
    POPA3D_STUNNEL_PID=$UNPACKED_PID
    if unpacked_wait "$POPA3D_PORT" tls "$POPA3D_LOG" "$POPA3D_STUNNEL_PID" "$POPA3D_ROOT/run/popa3d"; then
      return 0
    fi
    popa3d_stop
    grep -q 'ddress already in use' "$POPA3D_LOG" || break
  done
  echo "popa3d.sh: popa3d does not start (try $_popa3d_try); the end of its log:" >&2
  tail -n 20 "$POPA3D_LOG" | sed 's/^/  /' >&2
  return 1
}

# _popa3d_launch: what inetd does, on a Unix socket.
_popa3d_launch() {
  rm -f "$POPA3D_ROOT/run/popa3d"
  setsid setpriv --pdeathsig=TERM "$PYTHON" - "$POPA3D_ROOT" <<'PY' \
    >>"$POPA3D_LOG" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
import os, signal, socket, subprocess, sys

os.chdir(sys.argv[1])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.socket(socket.AF_UNIX)
listener.bind("run/popa3d")
listener.listen()
while True:
    connection, _ = listener.accept()
    subprocess.Popen(["chroot", ".", "/usr/sbin/popa3d"], stdin=connection, stdout=connection)
    connection.close()
PY
  POPA3D_PID=$!
}

# popa3d_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
popa3d_stop() {
  unpacked_stop "$POPA3D_STUNNEL_PID"
  unpacked_stop "$POPA3D_PID"
  POPA3D_PID='' POPA3D_STUNNEL_PID=''
}

# popa3d_fill NAME FOLDER: appends each file of FOLDER to NAME's mailbox, in the order of their names, with lines
# quoted that could be taken for the start of a message.
popa3d_fill() {
  LC_ALL=C awk '
    FNR == 1 { if (NR > 1) print ""; print "From someone@example.org Mon Jan  1 00:00:00 2024" }
    /^>*From / { $0 = ">" $0 }
    { print }
    END { print "" }' "$2"/* >>"$POPA3D_ROOT/var/mail/$1"
}

# popa3d_count NAME: prints how many messages are left in NAME's mailbox.
popa3d_count() {
  grep -c '^From ' "$POPA3D_ROOT/var/mail/$1" || :
}

# popa3d_dump NAME PASSWORD FOLDER: each message as FOLDER/UID, as a client gets it that shares no code with
# mailhaul.
popa3d_dump() {
  POP3_PASSWORD=$2 "$PYTHON" "$E2E_DIR/pop3_dump.py" localhost "$POPA3D_PORT" "$POPA3D_CA" "$1" "$3"
}
