# shellcheck shell=sh
# Runs a real Cyrus pop3d as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/cyrus.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'cyrus_stop; finish' EXIT
#   cyrus_prepare "$WORK/cyrus" || unpacked_none Cyrus
#   cyrus_add_user test secret; cyrus_start || bail 'Cyrus does not start'
#
# It consists of Cyrus' master with pop3d over TLS, and lmtpd, which delivers the mail. Passwords are checked
# through a socket that a small program serves (tests/support/cyrus_helper.py). The master changes to the user
# cyrus, so only root can run it. Call the functions from the test's own shell.

# shellcheck source=tests/e2e/lib/unpacked.sh
. "${srcdir:-.}/tests/e2e/lib/unpacked.sh"

CYRUS_PID='' CYRUS_PASSWORDS_PID='' # empty: not running

# cyrus_prepare DIR
# Makes the server's root DIR, with certificates in DIR.certs. Sets CYRUS_CA. CYRUS_POLL is the minimum number of
# minutes between two logins (popminpoll; Debian's default is 1, here it is 0). Fails as unpacked_root does.
cyrus_prepare() {
  CYRUS_ROOT=$1
  CYRUS_CA=$1.certs/ca.pem
  CYRUS_LOG=$1.log
  unpacked_root_only && unpacked_root "$1" cyrus-pop3d cyrus-common || return 1
  # SASL loads its mechanisms on demand.
  _cyrus_more=''
  [ -n "$(find "$1"/usr/lib/*-linux-gnu*/sasl2/libplain.so 2>/dev/null)" ] ||
    _cyrus_more=$(find /usr/lib/*-linux-gnu*/sasl2/libplain.so) || return 1
  # shellcheck disable=SC2086 # words
  unpacked_libraries "$1" usr/lib/cyrus/bin/master usr/lib/cyrus/bin/pop3d usr/lib/cyrus/bin/lmtpd \
    usr/lib/cyrus/bin/reconstruct usr/lib/cyrus/bin/ctl_cyrusdb $_cyrus_more || return 1
  make_certificates "$1.certs" || return 1
  unpacked_users "$1" cyrus mail
  (
    umask 022
    for _cyrus_dir in dev tmp run/cyrus/socket run/cyrus/proc run/cyrus/lock run/saslauthd var/lib/cyrus/db \
      var/lib/cyrus/msg var/lib/cyrus/socket var/spool/cyrus/mail usr/share/zoneinfo; do
      mkdir -p "$1/$_cyrus_dir" || exit 1
    done
    cp /usr/share/zoneinfo/zone.tab "$1/usr/share/zoneinfo/" && : >"$1/dev/null" && chmod 666 "$1/dev/null" &&
      : >"$CYRUS_LOG" && : >"$1.passwords" &&
      cat "$1.certs/server.key" "$1.certs/server.pem" >"$1/etc/server.pem" &&
      cat >"$1/etc/imapd.conf" <<CONF &&
configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
defaultpartition: default
partition-default: /var/spool/cyrus/mail
lmtpsocket: /run/cyrus/socket/lmtp
idlesocket: /run/cyrus/socket/idle
notifysocket: /run/cyrus/socket/notify
popminpoll: ${CYRUS_POLL:-0}
autocreate_quota: 0
autocreate_post: yes
allowplaintext: no
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: /run/saslauthd/mux
sasl_mech_list: PLAIN
tls_server_cert: /etc/server.pem
tls_server_key: /etc/server.pem
syslog_prefix: cyrus
CONF
      chown -R "$UNPACKED_UID:$UNPACKED_GID" "$1/etc/server.pem" "$1/run" "$1/var" "$1/tmp"
  )
}

# cyrus_add_user NAME PASSWORD: adds an account, whose INBOX is created by the first message. NAME: letters, digits
cyrus_add_user() { printf '%s\t%s\n' "$1" "$2" >>"$CYRUS_ROOT.passwords"; }

# cyrus_start: sets CYRUS_PORT (implicit TLS).
cyrus_start() { _cyrus_helper && start_at_free_ports 1 Cyrus "$CYRUS_LOG" _cyrus_start_at; }
_cyrus_start_at() { # PORT
  CYRUS_PORT=$1
  cat >"$CYRUS_ROOT/etc/cyrus.conf" <<CONF
START {
  recover cmd="ctl_cyrusdb -r"
}
SERVICES {
  pop3s cmd="pop3d -s" listen="127.0.0.1:$CYRUS_PORT" prefork=1
  lmtpunix cmd="lmtpd -a" listen="/run/cyrus/socket/lmtp" prefork=0
}
CONF
  unpacked_run "$CYRUS_ROOT" "$CYRUS_LOG" /usr/lib/cyrus/bin/master -C /etc/imapd.conf -M /etc/cyrus.conf
  CYRUS_PID=$UNPACKED_PID
  wait_while "$CYRUS_PID" _cyrus_greets || { unpacked_stop "$CYRUS_PID" && return 1; }
}

_cyrus_helper() {
  rm -f "$CYRUS_ROOT/run/saslauthd/mux"
  setsid setpriv --pdeathsig=TERM "$PYTHON" "$E2E_DIR/../support/cyrus_helper.py" "$CYRUS_ROOT" "$CYRUS_ROOT.passwords" \
    "$CYRUS_LOG" >>"$CYRUS_LOG" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  CYRUS_PASSWORDS_PID=$!
  wait_while "$CYRUS_PASSWORDS_PID" test -S "$CYRUS_ROOT/run/saslauthd/mux"
}

# _cyrus_greets: whether the server greets with its own certificate. Its log does not name ports.
_cyrus_greets() { [ -S "$CYRUS_ROOT/run/cyrus/socket/lmtp" ] && _cyrus_talk 1: 0:QUIT >/dev/null 2>&1; }

_cyrus_talk() { "$PYTHON" "$E2E_DIR/lib/pop3_talk.py" localhost "$CYRUS_PORT" "$CYRUS_CA" "$@"; }

# cyrus_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
cyrus_stop() {
  unpacked_stop "$CYRUS_PID"
  unpacked_stop "$CYRUS_PASSWORDS_PID"
  CYRUS_PID='' CYRUS_PASSWORDS_PID=''
}

# cyrus_fill NAME DIRECTORY: delivers each file of DIRECTORY as new mail to NAME's INBOX, in the order of their
# names. The server must be running. It adds fields to the header.
cyrus_fill() {
  "$PYTHON" - "$CYRUS_ROOT" "$1" "$2" <<'PY'
import os, smtplib, sys

root, name, source = sys.argv[1:]
files = sorted(entry.path for entry in os.scandir(os.path.abspath(source)))
os.chdir(root)  # a socket's path is short
with smtplib.LMTP("/proc/self/cwd/run/cyrus/socket/lmtp") as server:
    for path in files:
        with open(path, "rb") as message:
            server.sendmail("someone@example.org", [name], message.read(), ["BODY=8BITMIME"])
PY
}

# cyrus_count NAME: prints how many messages are left in NAME's INBOX according to the server.
cyrus_count() {
  _cyrus_password=$(awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$CYRUS_ROOT.passwords")
  _cyrus_talk 1: "1:USER $1" "1:PASS $_cyrus_password" 1:STAT 0:QUIT | awk 'NR == 4 { print $2 }'
}
