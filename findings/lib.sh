# shellcheck shell=sh
# Functions shared by the scripts of this directory. See README.
#
#   . "$(dirname "$0")/lib.sh"
#   packages NAME=VERSION...         # downloads packages and unpacks them into ./root of the working directory
#   free_port                        # prints a free port
#   expect 'the expected behavior' PATTERN FILE
#
# The working directory is a temporary one.

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
    die 'cannot download the packages; run apt-get update and try again'
  }
  for file in debs/*.deb; do dpkg-deb -x "$file" root; done
  libraries=$DIR/root/usr/lib
  for directory in root/usr/lib/*-linux-gnu* root/lib/*-linux-gnu*; do
    [ ! -d "$directory" ] || libraries=$libraries:$DIR/$directory
  done
  echo "packages: $*"
}

# run COMMAND...: runs a program from ./root with its libraries. start runs it in the background.
run() { env LD_LIBRARY_PATH="$libraries" "$@"; }
start() {
  env LD_LIBRARY_PATH="$libraries" "$@" &
  STARTED="$STARTED $!"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# listening PORT: waits until a program listens on PORT.
listening() {
  tries=0
  until python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)' "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || die "no program listens on port $1"
    sleep 0.1
  done
}

# inetd PORT COMMAND...: in the background, runs COMMAND for each connection to PORT.
inetd() {
  python3 "$HERE/inetd.py" "$@" &
  STARTED="$STARTED $!"
  listening "$1"
}

# pop3 PORT LINES:PACKET...: sends each packet in one piece ("\n" in it is CRLF) and waits for LINES lines of reply.
# Prints both.
pop3() { python3 "$HERE/pop3.py" "$@"; }

# expect WHAT PATTERN FILE: exits unless a line of FILE matches the pattern (grep -E).
expect() {
  grep -Eq -- "$2" "$3" || {
    echo "CHANGED: no longer true: $1"
    cat "$3"
    exit 1
  }
  echo "seen: $1"
}
