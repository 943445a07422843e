# shellcheck shell=sh
# What the scripts of this directory share. See README.
#
#   . "$(dirname "$0")/lib.sh"
#   packages NAME=VERSION...         # downloads and unpacks them below ./root, the working directory from now on
#   free_port                        # prints one
#   expect 'what must be seen' PATTERN FILE

set -eu
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
STARTED=''

finish() {
  for pid in $STARTED; do kill "$pid" 2>/dev/null || :; done
  wait 2>/dev/null || :
  rm -rf "$DIR"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$DIR"
chmod 755 .

die() {
  echo "$0: $*" >&2
  exit 1
}

# packages NAME=VERSION...
packages() {
  mkdir -p debs root
  (cd debs && apt-get -q -o APT::Sandbox::User=root download "$@" >log 2>&1) || {
    cat debs/log >&2
    die 'the packages cannot be downloaded (after apt-get update they may)'
  }
  for file in debs/*.deb; do dpkg-deb -x "$file" root; done
  libraries=$DIR/root/usr/lib
  for directory in root/usr/lib/*-linux-gnu* root/lib/*-linux-gnu*; do
    [ ! -d "$directory" ] || libraries=$libraries:$DIR/$directory
  done
  echo "packages: $*"
}

# run COMMAND...: a program of root with its libraries; start does it in the background.
run() { env LD_LIBRARY_PATH="$libraries" "$@"; }
start() {
  env LD_LIBRARY_PATH="$libraries" "$@" &
  STARTED="$STARTED $!"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# listening PORT: until somebody does.
listening() {
  tries=0
  until python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)' "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || die "nothing listens at port $1"
    sleep 0.1
  done
}

# inetd PORT COMMAND...: a COMMAND for each connection, in the background.
inetd() {
  python3 "$HERE/inetd.py" "$@" &
  STARTED="$STARTED $!"
  listening "$1"
}

# pop3 PORT LINES:PACKET...: sends each packet in one piece ("\n" in it is CRLF) and waits for so many lines after it;
# prints both.
pop3() { python3 "$HERE/pop3.py" "$@"; }

# expect WHAT PATTERN FILE: a line of FILE fits the pattern (grep -E), or it has changed.
expect() {
  grep -Eq -- "$2" "$3" || {
    echo "CHANGED: $1 is no longer so:"
    cat "$3"
    exit 1
  }
  echo "seen: $1"
}
