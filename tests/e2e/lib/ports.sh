# shellcheck shell=sh
# free_ports COUNT: prints ports that are free now, one per line, from below the range for outgoing connections.
# Another process may still take them first.
free_ports() {
  python3 - "$1" <<'PY'
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
