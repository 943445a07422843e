#!/bin/sh
# The image that packaging/image.sh makes: its root is run in a chroot, with its own command and user. The command
# fetches mail once over verified TLS and ends in order on SIGTERM. Needs root and the network.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/packages/system.sh
. "$E2E_DIR/../packages/system.sh"
PATH=$PATH:/usr/sbin:/sbin
umask 022
source=$(cd "$E2E_DIR/../.." && pwd)
layout=$WORK/layout
bundle=$WORK/bundle
root=$bundle/rootfs

[ "$(id -u)" -eq 0 ] || skip_all 'only root can make an image'
for program in debootstrap umoci; do
  command -v "$program" >/dev/null || skip_all "$program is not installed"
done

# ---- the image ----

make_image() { (cd "${MAILHAUL%/src/mailhaul}" && env MAKEFLAGS= sh "$source/packaging/image.sh" "$layout"); }
check 'the image is made' make_image
check 'its root can be unpacked' umoci unpack --image "$layout:mailhaul" "$bundle"
[ -d "$root" ] || done_testing

# image_says NAME VALUE: whether the runtime's description of the image has this value.
image_says() {
  python3 -c '
import json, sys
image = json.load(open(sys.argv[1] + "/config.json"))
values = {"command": " ".join(image["process"]["args"]), "user": str(image["process"]["user"]["uid"]),
          "directory": image["process"]["cwd"],
          "volumes": " ".join(sorted({m["destination"] for m in image["mounts"]} & {"/config", "/mail", "/state"}))}
print(values)
sys.exit(values[sys.argv[2]] != sys.argv[3])' "$bundle" "$1" "$2"
}
volumes_are_private() {
  for volume in config mail state; do
    [ "$(stat -c '%u:%g %a' "$root/$volume")" = '1000:1000 700' ] || { ls -ld "$root/$volume" && return 1; }
  done
}
nothing_of_this_machine() {
  ! find "$root/etc/hostname" "$root/etc/resolv.conf" "$root/var/log" "$root/var/lib/apt/lists" "$root/dev" \
    -type f -size +0 2>/dev/null | grep .
}
check 'its command fetches every five minutes' image_says command 'mailhaul -c /config/mailhaul.conf fetch --every=5m'
check 'it runs as user 1000' image_says user 1000
check 'it starts in the directory of the mail' image_says directory /mail
check 'it has volumes for configuration, mail and state' image_says volumes '/config /mail /state'
check 'which belong to that user alone' volumes_are_private
check 'it contains no names, logs and package lists of the machine that made it' nothing_of_this_machine

# ---- the command ----

# What a runtime gives to a container.
make_null "$root"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
in_image() { timeout 60 python3 "$E2E_DIR/../packages/run_bundle.py" "$bundle" "$@" </dev/null; }

samples mail
serve --dir mail
cp certs/ca.pem "$root/config/ca.pem"
umask 077
cat >"$root/config/mailhaul.conf" <<END
account "home" {
  server = "localhost"
  port = $PORT
  tls_ca_file = "ca.pem"
  user = "me"
  password = 'pass word'
  deliver_to = "maildir:/mail/Maildir"
}
END
chown 1000:1000 "$root/config/mailhaul.conf" "$root/config/ca.pem"

check 'the program in the image prints its version' in_image mailhaul --version

# begin: the image's command in the background, as process 1 where that is possible. PID is its number out here.
begin() {
  if unshare --pid --fork true 2>/dev/null; then
    unshare --pid --fork --kill-child python3 "$E2E_DIR/../packages/run_bundle.py" "$bundle" >out 2>err </dev/null &
    OUTER=$!
    wait_until pgrep -P "$OUTER" >inner || bail 'the command does not start'
    PID=$(tail -n 1 inner)
  else
    echo 'SKIPPED: the command as process 1: namespaces are not available' >&2
    python3 "$E2E_DIR/../packages/run_bundle.py" "$bundle" >out 2>err </dev/null &
    OUTER=$!
    PID=$OUTER
  fi
}
# The run is over when the session has ended and its process is gone; the program then waits for the next run.
is_over() { grep -q ' C: QUIT' transcript && ! pgrep -P "$PID" >/dev/null; }
has_fetched() { wait_until is_over || { cat out err transcript && return 1; }; }
begin
trap 'kill "$OUTER" 2>/dev/null; finish' EXIT
check 'the command fetches mail at once' has_fetched
kill -TERM "$PID"
STATUS=0
wait "$OUTER" || STATUS=$?
check 'SIGTERM ends it with success' exits 0
check 'it reports only what a run from cron reports' silent
check 'the mail is in its volume, each message once' same_maildir "$root/mail/Maildir" mail.expect
check 'the state is in its volume' test -s "$root/state/mailhaul/home.db"

fetches_nothing_twice() {
  : >transcript
  in_image mailhaul -c /config/mailhaul.conf fetch && grep ' C: UIDL' transcript && lacks transcript ' C: RETR'
}
check 'the next container fetches nothing twice' fetches_nothing_twice
done_testing
