#!/bin/sh
# The Debian package, built from the tarball that "make dist" has left in the current directory: lintian accepts it;
# mailhaul works after an installation and an upgrade; a purge removes everything but the user's files.
#
# It is installed in a small system of its own (tests/packages/system.sh), never in the running one.
# shellcheck disable=SC2016 # dpkg-query expands ${...}
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/packages/system.sh
. "$E2E_DIR/../packages/system.sh"
PATH=$PATH:/usr/sbin:/sbin
BUILD=${MAILHAUL%/src/mailhaul}
root=$WORK/root
home=$root/home/reader
umask 022

command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null ||
  skip_all 'dpkg-buildpackage or debhelper is not installed'
set -- "$BUILD"/mailhaul-*.tar.xz
[ $# -eq 1 ] && [ -e "$1" ] || bail "there is not exactly one tarball in $BUILD: make check-package makes it"
tarball=$1

# ---- the build ----

# as_packager COMMAND...: in the unpacked tarball, without the variables of the make that runs this test.
as_packager() {
  (cd source/mailhaul-*/ && env -i PATH="$PATH" HOME="$HOME" TMPDIR="${TMPDIR:-/tmp}" LC_ALL=C \
    DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" "$@")
}

mkdir source
tar -C source -xf "$tarball" || bail 'the tarball cannot be unpacked'
as_packager test -d debian || bail 'the tarball has no directory debian'
missing=$(as_packager dpkg-checkbuilddeps 2>&1) || skip_all "packages of the build are not installed: $missing"
version=$(as_packager dpkg-parsechangelog -S Version)
architecture=$(dpkg --print-architecture)

# package VERSION [SUFFIX]: the file of a package.
package() { echo "source/mailhaul${2:-}_$1_$architecture.deb"; }
check 'dpkg-buildpackage builds the package' as_packager dpkg-buildpackage -us -uc -b
[ -e "$(package "$version")" ] || done_testing

# On Ubuntu the package of debugging symbols is a .ddeb.
has_symbols() {
  for file in "source/mailhaul-dbgsym_${version}_$architecture".*deb; do
    dpkg-deb -c "$file" | grep '\./usr/lib/debug/.*\.debug$' && return 0
  done
  ls source && return 1
}
check 'and a package of debugging symbols' has_symbols

has_version_of_the_program() {
  dpkg-deb -x "$(package "$version")" extracted
  extracted/usr/bin/mailhaul --version | tee said
  grep -qx "mailhaul ${version%-*}.*" said
}
check 'its version is that of the program' has_version_of_the_program

accepted_by_lintian() {
  lintian --allow-root --fail-on error,warning "source/mailhaul_${version}_$architecture.changes"
}
if command -v lintian >/dev/null; then
  check 'lintian finds no error and no warning' accepted_by_lintian
else
  skip 'lintian finds no error and no warning' 'lintian is not installed'
fi

# The same program as a package with a lower version. debhelper has noted that it is built.
before=$version~before
package_before() {
  as_packager sed -i "1s/(.*)/($before)/" debian/changelog &&
    as_packager dpkg-buildpackage -us -uc -b -nc &&
    [ -e "$(package "$before")" ]
}
check 'a package with a lower version can be made of it' package_before

# ---- the system ----

# without_system REASON: skips what is done in it.
without_system() {
  skip 'installation, upgrade and purge' "$1"
  done_testing
}

[ "$(id -u)" -eq 0 ] || without_system 'only root can use chroot'
depends=$(dpkg-deb -f "$(package "$version")" Depends | sed 's/([^)]*)//g; s/ //g' | tr ',' ' ')
for name in $depends; do
  dpkg-query -W -f '${db:Status-Status}\n' "${name%%|*}" 2>/dev/null | grep -q '^installed' ||
    without_system "the package ${name%%|*} is not installed"
done
# shellcheck disable=SC2086 # names of packages are words
make_system "$root" $depends >system.log 2>&1 || bail "the system cannot be made: $(tail -n 5 system.log)"
chroot "$root" true 2>chroot.err || without_system "chroot does not work here: $(cat chroot.err)"

# administrator COMMAND..., reader COMMAND...: as root, or as the user, in the system.
administrator() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@" </dev/null; }
reader() {
  timeout 60 chroot --userspec=1000:1000 --groups= "$root" env -i PATH=/usr/bin:/bin HOME=/home/reader USER=reader LC_ALL=C \
    "$@" </dev/null
}
# files DIRECTORY: prints its files, with the sums of their contents, without dpkg's own.
files() {
  (cd "$1" && find . -path ./var/lib/dpkg -prune -o -path ./var/log -prune -o -path ./home -prune -o \
    -path ./package.deb -prune -o '(' -type f -exec cksum {} + ')' -o -print | sort)
}
install_version() { cp "$(package "$1")" "$root/package.deb" && administrator dpkg -i /package.deb; }
is_installed() { [ "$(administrator dpkg-query -W -f '${Version} ${db:Status-Status}' mailhaul)" = "$1 installed" ]; }

files "$root" >files.before
check 'the lower version installs' install_version "$before"
check 'dpkg calls it installed' is_installed "$before"

prints_version() { reader mailhaul --version | tee said && grep -q "^mailhaul ${version%-*}" said; }
prints_help() { reader mailhaul --help | tee said && grep -q '^ *fetch ' said; }
has_documents() {
  for file in man/man1/mailhaul.1.gz man/man5/mailhaul.conf.5.gz man/man5/mailhaul-json.5.gz doc/mailhaul/copyright \
    doc/mailhaul/mailhaul.conf.example bash-completion/completions/mailhaul; do
    [ -s "$root/usr/share/$file" ] || { echo "no $file" && return 1; }
  done
}
check 'the installed program prints its version' prints_version
check 'and its help' prints_help
check 'manuals, the example and completions are there' has_documents

# ---- mail ----

samples mail
serve --dir mail
umask 077
mkdir -p "$home/.config/mailhaul" "$home/.config/systemd/user/timers.target.wants"
ln -s /usr/lib/systemd/user/mailhaul.timer "$home/.config/systemd/user/timers.target.wants/"
cp certs/ca.pem "$home/ca.pem"
cat >"$home/.config/mailhaul/mailhaul.conf" <<END
account "home" {
  server = "localhost"
  port = $PORT
  tls_ca_file = "~/ca.pem"
  user = "me"
  password = 'pass word'
  deliver_to = "maildir:~/Mail"
}
END
umask 022
chown -Rh 1000:1000 "$home"

# fetches COUNT: a run that fetches so many messages, after which the Maildir has each message of the server once.
fetches() {
  : >transcript
  reader mailhaul -v || return 1
  _count=$(grep -c ' C: RETR' transcript)
  [ "$_count" -eq "$1" ] || { cat transcript && echo "$_count messages were fetched, not $1" && return 1; }
  same_maildir "$home/Mail" mail.expect
}
# of_reader: prints the user's files and links, with the sums of their contents.
of_reader() { (cd "$home" && find . '(' -type f -exec cksum {} + ')' -o -printf '%p %l\n' | sort); }
unchanged() { of_reader | diff reader.before -; }

check 'it fetches mail into a Maildir, over verified TLS' fetches "$(find mail -type f | wc -l)"
check 'it keeps a state' test -s "$home/.local/state/mailhaul/home.db"
of_reader >reader.before
check 'the package is upgraded' install_version "$version"
check 'dpkg calls the new version installed' is_installed "$version"
check 'configuration, state, mail and the enabled timer are unchanged' unchanged
check 'nothing is fetched twice' fetches 0
printf 'Subject: new\r\n\r\ntext\r\n' >mail/new-after-the-upgrade
printf 'Subject: new\n\ntext\n' >mail.expect/new-after-the-upgrade
check 'a new message is fetched' fetches 1

# ---- the end ----

of_reader >reader.before
gone() { files "$root" | diff files.before -; }
check 'the package is purged' administrator dpkg -P mailhaul
check 'which leaves nothing in the system' gone
check 'and the files of the user' unchanged
has_no_packages() { ! administrator dpkg-query -W mailhaul; }
check 'dpkg no longer knows it' has_no_packages

done_testing
