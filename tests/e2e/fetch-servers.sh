#!/bin/sh
# tests/e2e/fetch-servers.sh: fetches the packages of mail servers that the tests run without installing them.
# Debian allows only one POP3 server to be installed, which is Dovecot here.
#
# apt-get downloads them, with the required libraries that this system lacks, and checks their signatures. This
# needs apt-get's package lists, but not root. The packages go to a directory for each release (see lib/unpacked.sh),
# about 8 to 12 MB, and stay there: a second call does nothing. Prints nothing if all is well. A package that the
# release lacks is left out; the test that needs it is skipped, and names it. Exits with 1 if the packages cannot be
# fetched; all tests that need one are then skipped.
set -eu
unset CDPATH
E2E_DIR=$(cd "$(dirname "$0")" && pwd)
srcdir=$E2E_DIR/../..
# shellcheck source=tests/e2e/lib/unpacked.sh
. "$E2E_DIR/lib/unpacked.sh"

wanted='courier-pop courier-base courier-authlib courier-authlib-userdb popa3d stunnel4
cyrus-pop3d cyrus-common mailutils-pop3d mailutils-common solid-pop3d perdition nginx libnginx-mod-mail
python3-twisted'
# Dependencies that the programs used by the tests do not load. Some of them are large.
unused='libclamav12 libpython3.11 libpython3.13 libclamav11t64 libclamav11 libclamav12t64 libzephyr4 python3-bcrypt python3-cryptography
python3-hamcrest python3-openssl python3-pyasn1 python3-pyasn1-modules python3-service-identity'

die() {
  echo "fetch-servers.sh: $*" >&2
  exit 1
}

# libraries PACKAGE: prints the libraries that it depends on, including Python's.
libraries() {
  dpkg-deb -f "$1"_*.deb Depends | tr ',' '\n' | sed -n 's/^ *\(lib[^ :(|]*\).*/\1/p; s/^ *\(python3-[^ :(|]*\).*/\1/p'
}

# had PACKAGE...: prints those that this release has.
had() {
  apt-cache show --no-all-versions "$@" 2>/dev/null | sed -n 's/^Package: //p' | sort -u | tr '\n' ' '
}

unused() {
  for package in $unused; do [ "$package" != "$1" ] || return 0; done
  return 1
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# known PACKAGE: whether it is here or will be fetched.
known() {
  for file in "$1"_*.deb; do [ ! -e "$file" ] || return 0; done
  case " $next " in *" $1 "*) return 0 ;; esac
  return 1
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  die 'only Debian and its relatives have them'
fi
[ "$(cat "$UNPACKED_PACKAGES/complete" 2>/dev/null)" != "$wanted" ] || exit 0

mkdir -p "$(dirname "$UNPACKED_PACKAGES")"
directory=$(mktemp -d "$UNPACKED_PACKAGES.XXXXXX")
trap 'rm -rf "$directory"' EXIT
trap 'exit 1' HUP INT TERM
cd "$directory"
# shellcheck disable=SC2086 # words
todo=$(had $wanted)
[ -n "$todo" ] || die 'apt-get knows none of them; after "apt-get update" it may'
while [ -n "$todo" ]; do
  # shellcheck disable=SC2086 # words
  apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
    download $todo >log 2>&1 </dev/null || {
    cat log >&2
    die 'apt-get could not download them (its words are above); after "apt-get update" it may'
  }
  next=''
  for package in $todo; do
    for library in $(libraries "$package"); do
      unused "$library" || installed "$library" || known "$library" || next="$next $library"
    done
  done
  todo=$next
done
rm -f log
echo "$wanted" >complete
rm -rf "$UNPACKED_PACKAGES"
mv "$directory" "$UNPACKED_PACKAGES"
