#!/bin/sh
# tests/e2e/fetch-servers.sh: fetches the packages of mail servers that the tests run without installing them.
# Debian allows only one POP3 server to be installed, which is Dovecot here.
#
# apt-get downloads them, with the required libraries that this system lacks, and checks their signatures. This
# needs apt-get's package lists, but not root. The packages go to a directory for each release (see lib/unpacked.sh),
# about 8 to 12 MB, and stay there: a second call fetches nothing. Prints nothing if all is well. A package that the
# release lacks, or that cannot be fetched, is named and left out; only tests that need it are skipped. Exits with 1
# if a package cannot be fetched; the next call tries again.
set -eu
unset CDPATH
E2E_DIR=$(cd "$(dirname "$0")" && pwd)
srcdir=$E2E_DIR/../..
# shellcheck source=tests/e2e/lib/unpacked.sh
. "$E2E_DIR/lib/unpacked.sh"

# One of A|B is enough: Debian 14 has authuserdb in courier-authlib, and stunnel4 is only a link there.
wanted='courier-pop courier-base courier-authlib courier-authlib-userdb|courier-authlib popa3d stunnel|stunnel4
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
  set -- "$1"_*.deb
  [ -e "$1" ] || return 0
  dpkg-deb -f "$1" Depends | tr ',' '\n' | sed -n 's/^ *\(lib[^ :(|]*\).*/\1/p; s/^ *\(python3-[^ :(|]*\).*/\1/p'
}

# had PACKAGE...: prints those that this release has.
had() {
  apt-cache show --no-all-versions "$@" 2>/dev/null | sed -n 's/^Package: //p' | sort -u | tr '\n' ' '
}

# note WORDS: prints them, now and in each later call that finds nothing to do.
note() { echo "fetch-servers.sh: $*" | tee -a missing >&2; }

# get PACKAGE...: downloads them.
get() {
  apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
    download "$@" >log 2>&1 </dev/null
}

# get_each PACKAGE...: downloads those that can be downloaded, and names the others.
get_each() {
  ! get "$@" || return 0
  for package; do
    get "$package" && continue
    failed=yes
    note "cannot fetch the package $package: $(grep '^E: ' log | head -n 1)"
  done
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
if [ "$(cat "$UNPACKED_PACKAGES/complete" 2>/dev/null)" = "$wanted" ]; then
  [ ! -e "$UNPACKED_PACKAGES/missing" ] || cat "$UNPACKED_PACKAGES/missing" >&2
  exit 0
fi

mkdir -p "$(dirname "$UNPACKED_PACKAGES")"
directory=$(mktemp -d "$UNPACKED_PACKAGES.XXXXXX")
trap 'rm -rf "$directory"' EXIT
trap 'exit 1' HUP INT TERM
cd "$directory"
failed=no
# shellcheck disable=SC2046 # words
todo=$(had $(printf '%s\n' "$wanted" | tr '|' ' '))
[ -n "$todo" ] || die 'apt-get knows none of them; after "apt-get update" it may'
for choice in $wanted; do
  there=no
  for package in $(echo "$choice" | tr '|' ' '); do
    case " $todo " in *" $package "*) there=yes ;; esac
  done
  [ "$there" = yes ] || note "this release does not have the package $choice"
done
while [ -n "$todo" ]; do
  # shellcheck disable=SC2086 # words
  get_each $todo
  next=''
  for package in $todo; do
    for library in $(libraries "$package"); do
      unused "$library" || installed "$library" || known "$library" || next="$next $library"
    done
  done
  # A dependency that only names what others provide cannot be downloaded.
  # shellcheck disable=SC2086 # words
  todo=${next:+$(had $next)}
done
rm -f log
set -- *.deb
[ -e "$1" ] || die 'none of them could be fetched'
if [ "$failed" = no ]; then echo "$wanted"; else echo 'some only'; fi >complete
rm -rf "$UNPACKED_PACKAGES"
mv "$directory" "$UNPACKED_PACKAGES"
[ "$failed" = no ]
