#!/bin/sh
# A server with an IPv6 address that drops packets. This costs a moment, and nothing in the further sessions of a
# run. The test uses a network and host names of its own, which needs a user namespace.
if [ -z "${INSIDE:-}" ]; then
  # shellcheck disable=SC2016 # they are those of the shell inside
  enter='ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 2001:db8::1/128 dev lo || exit 1
    names=$(mktemp) && printf "2001:db8::1 localhost\n127.0.0.1 localhost\n" >"$names" || exit 1
    mount --bind "$names" /etc/hosts && rm "$names" && exec "$@"'
  if why=$(unshare -rmn sh -c "$enter" sh true 2>&1); then
    INSIDE=yes exec unshare -rmn sh -c "$enter" sh sh "$0"
  fi
fi
. "${srcdir:-.}/tests/e2e/lib/common.sh"
[ -n "${INSIDE:-}" ] || skip_all "no network of its own here: $(echo "$why" | head -n 1)"

cat >deaf <<'PY'
import signal, socket, sys
held = [socket.create_server(("2001:db8::1", int(sys.argv[1])), family=socket.AF_INET6, backlog=0)]
for _ in range(4):  # nobody accepts, and the queue is full
    filler = socket.socket(socket.AF_INET6)
    filler.setblocking(False)
    filler.connect_ex(held[0].getsockname()[:2])
    held.append(filler)
open("deaf.ready", "w").write("yes\n")
signal.pause()
PY
mkdir mail
letters 1 3
serve --dir mail --slice 1
python3 deaf "$PORT" &
DEAF=$!
trap 'kill $DEAF; finish' EXIT
wait_for deaf.ready 'nobody is deaf'

tried() { sed -n 's/.*: connecting to \([^ ]*\) port.*/\1/p' err | tr '\n' ' '; }

# If addresses were tried one after the other, the IPv6 address would use half of this hour.
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = no' 'connect_timeout = 1h' 'repeat = yes'
STATUS=0
write_configuration
timeout 60 "$MAILHAUL" -c mailhaul.conf -v >out 2>err || STATUS=$?
check 'a run succeeds although the IPv6 address does not answer' exits 0
check 'all messages are delivered' [ "$(find Mail/new -type f | wc -l)" = 3 ]
then_ipv4_alone() {
  case $(tried) in
  '2001:db8::1 127.0.0.1 127.0.0.1 '*2001*) tried && false ;;
  '2001:db8::1 127.0.0.1 127.0.0.1 '*) true ;;
  *) tried && false ;;
  esac
}
check 'IPv6 is tried before IPv4, and later sessions try only IPv4' then_ipv4_alone
check 'the log says why the IPv6 address was not used' contains err 'mailhaul: a: 2001:db8::1: not connected before another address answered'

timeout 60 "$MAILHAUL" -c mailhaul.conf check -v >out 2>err
check 'check -v reports both addresses' eval 'grep -q "no answer *2001:db8::1: not connected before" out && grep -q "address *127.0.0.1" out'
done_testing
