# shellcheck shell=sh
# free_ports COUNT: prints ports that are free now, one per line, from below the range for outgoing connections.
# Another process may still take them first.
free_ports() {
  python3 -S - "$1" <<'PY'
import random, socket, sys

sockets = []
while len(sockets) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.SystemRandom().randrange(10000, 32000)))
        sockets.append(s)
    except OSError:
        pass
for s in sockets:
    print(s.getsockname()[1])
PY
}

# start_at_free_ports COUNT NAME LOG COMMAND...: runs COMMAND, which starts the server NAME, with COUNT free ports as
# further arguments. COMMAND stops the server if it fails. If its LOG says that a port was taken by another process
# first, others are tried.
start_at_free_ports() {
  _ports_count=$1 _ports_name=$2 _ports_log=$3 && shift 3
  for _ports_try in 1 2 3 4 5 6 7 8; do
    _ports=$(free_ports "$_ports_count") || return 1
    # shellcheck disable=SC2086 # words
    if "$@" $_ports; then return 0; fi
    grep -q 'ddress already in use' "$_ports_log" || break
  done
  echo "$_ports_name does not start (try $_ports_try); the end of its log:" >&2
  tail -n 20 "$_ports_log" | sed 's/^/  /' >&2
  return 1
}
