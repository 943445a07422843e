# shellcheck shell=sh
# Runs a real stunnel in front of a server without TLS, for tests. A shell can run one at a time.
#
#   front_prepare DIR || return 1           # sets FRONT_CA; certificates are in DIR.certs
#   front_inetd DIR LOG chroot . /usr/sbin/popa3d      # or any other server that writes its port to DIR/run/front
#   front_start DIR LOG [PORT]              # sets FRONT_PORT (implicit TLS)
#   front_stop
#
# stunnel could start the server itself, but on a socket on which each message waits 40 ms for a delayed
# acknowledgement.

# shellcheck source=tests/e2e/lib/unpacked.sh
. "${srcdir:-.}/tests/e2e/lib/unpacked.sh"

FRONT_PID='' FRONT_INETD_PID='' # empty: not running

# front_prepare DIR: fails as unpacked_root does.
front_prepare() {
  FRONT_CA=$1.certs/ca.pem
  unpacked_files "$1.front" stunnel4 && make_certificates "$1.certs" && mkdir -p "$1/run" &&
    cat "$1.certs/server.pem" "$1.certs/server.key" >"$1.front/server.pem"
}

# front_inetd DIR LOG COMMAND...: acts as inetd on a port of its own: starts a COMMAND in DIR for each connection.
front_inetd() {
  _front_dir=$1 _front_log=$2 && shift 2
  rm -f "$_front_dir/run/front"
  setsid setpriv --pdeathsig=TERM "$PYTHON" - "$_front_dir" "$@" <<'PY' \
    >>"$_front_log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
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
  FRONT_INETD_PID=$!
}

# front_start DIR LOG [PORT]: returns when the server greets through stunnel, at that port if it is free. For
# mailhaul, the same user at another port is another maildrop.
front_start() {
  _front_tick=0
  while [ ! -s "$1/run/front" ] && [ "$_front_tick" -lt 400 ]; do
    _front_tick=$((_front_tick + 1))
    sleep 0.05
  done
  for _front_try in 1 2 3 4 5; do
    FRONT_PORT=${3:-$(free_ports 1)} || return 1
    cat >"$1.front/stunnel.conf" <<CONF
foreground = yes
pid =
syslog = no
debug = info
[pop3s]
accept = 127.0.0.1:$FRONT_PORT
cert = $1.front/server.pem
connect = 127.0.0.1:$(cat "$1/run/front")
CONF
    unpacked_start "$1.front" "$2" "$1.front/usr/bin/stunnel4" "$1.front/stunnel.conf"
    FRONT_PID=$UNPACKED_PID
    if unpacked_wait "$FRONT_PORT" tls "$2" "$FRONT_PID"; then return 0; fi
    unpacked_stop "$FRONT_PID"
    grep -q 'ddress already in use' "$2" || break
    set -- "$1" "$2"
  done
  echo "stunnel.sh: the server does not greet through stunnel (try $_front_try); the end of its log:" >&2
  tail -n 20 "$2" | sed 's/^/  /' >&2
  return 1
}

# front_stop: safe to call twice, and in a trap.
front_stop() {
  unpacked_stop "$FRONT_PID"
  unpacked_stop "$FRONT_INETD_PID"
  FRONT_PID='' FRONT_INETD_PID=''
}
