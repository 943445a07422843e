# shellcheck shell=sh
# Runs a real stunnel in front of a server without TLS, for tests. A shell can run one at a time.
#
#   stunnel_prepare DIR || return 1           # sets STUNNEL_CA; certificates are in DIR.certs
#   stunnel_inetd DIR LOG chroot . /usr/sbin/popa3d      # or any other server that writes its port to DIR/run/front
#   stunnel_start DIR LOG [PORT]              # sets STUNNEL_PORT (implicit TLS)
#   stunnel_stop
#
# stunnel could start the server itself, but on a socket on which each message waits 40 ms for a delayed
# acknowledgement.

# shellcheck source=tests/e2e/lib/unpacked.sh
. "${srcdir:-.}/tests/e2e/lib/unpacked.sh"

STUNNEL_PID='' STUNNEL_INETD_PID='' # empty: not running

# stunnel_prepare DIR: fails as unpacked_root does.
stunnel_prepare() {
  STUNNEL_CA=$1.certs/ca.pem
  # In Debian 14, stunnel4 is only a link to stunnel.
  _stunnel_name=stunnel4
  ! unpacked_there stunnel || _stunnel_name=stunnel
  unpacked_files "$1.front" "$_stunnel_name" && make_certificates "$1.certs" && mkdir -p "$1/run" &&
    cat "$1.certs/server.pem" "$1.certs/server.key" >"$1.front/server.pem"
}

# stunnel_inetd DIR LOG COMMAND...: acts as inetd on a port of its own: starts a COMMAND in DIR for each connection.
stunnel_inetd() {
  _stunnel_dir=$1 _stunnel_log=$2 && shift 2
  rm -f "$_stunnel_dir/run/front"
  setsid setpriv --pdeathsig=TERM "$PYTHON" - "$_stunnel_dir" "$@" <<'PY' \
    >>"$_stunnel_log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
import os, signal, socket, subprocess, sys

os.chdir(sys.argv[1])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", 0))
with open("run/front.new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.rename("run/front.new", "run/front")
while True:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    subprocess.Popen(sys.argv[2:], stdin=connection, stdout=connection)
    connection.close()
PY
  STUNNEL_INETD_PID=$!
}

# stunnel_start DIR LOG [PORT]: returns when the server greets through stunnel, at that port if it is free. For
# mailhaul, the same user at another port is another maildrop.
stunnel_start() {
  wait_until test -s "$1/run/front" || return 1
  if [ -n "${3:-}" ] && _stunnel_start_at "$@"; then return 0; fi
  start_at_free_ports 1 'The server with stunnel in front' "$2" _stunnel_start_at "$1" "$2"
}
_stunnel_start_at() { # DIR LOG PORT
  STUNNEL_PORT=$3
  cat >"$1.front/stunnel.conf" <<CONF
foreground = yes
pid =
syslog = no
debug = info
[pop3s]
accept = 127.0.0.1:$STUNNEL_PORT
cert = $1.front/server.pem
connect = 127.0.0.1:$(cat "$1/run/front")
CONF
  unpacked_start "$1.front" "$2" "$1.front/usr/bin/$_stunnel_name" "$1.front/stunnel.conf"
  STUNNEL_PID=$UNPACKED_PID
  unpacked_wait "$STUNNEL_PORT" tls "$2" "$STUNNEL_PID" || { unpacked_stop "$STUNNEL_PID" && return 1; }
}

# stunnel_stop: safe to call twice, and in a trap.
stunnel_stop() {
  unpacked_stop "$STUNNEL_PID"
  unpacked_stop "$STUNNEL_INETD_PID"
  STUNNEL_PID='' STUNNEL_INETD_PID=''
}
