#!/bin/sh
# packaging/image.sh LAYOUT, as "make image": makes an OCI image of mailhaul in the directory LAYOUT, which
# "skopeo copy oci:LAYOUT:mailhaul docker-daemon:mailhaul:latest" or "podman pull oci:LAYOUT:mailhaul" takes.
#
# The root of the image is a minimal Debian (debootstrap) with the libraries that mailhaul needs, then mailhaul as "make
# install-strip" installs it in /usr, from the build in the current directory, whatever its prefix is. The image has
# what packaging/Containerfile describes: an entry point, a user, and volumes for /config, /state and /mail.
#
# Needs root, debootstrap and umoci, and the network for Debian's packages. Environment: SUITE (bookworm), MIRROR
# (http://deb.debian.org/debian).
set -eu
unset CDPATH
umask 022
PATH=$PATH:/usr/sbin:/sbin
suite=${SUITE:-bookworm}
mirror=${MIRROR:-http://deb.debian.org/debian}
layout=${1:?"give the directory of the image"}

die() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}

[ "$(id -u)" -eq 0 ] || die 'run it as root: debootstrap needs that'
for program in debootstrap umoci; do
  command -v "$program" >/dev/null || die "$program is missing: apt-get install $program"
done
[ ! -e "$layout" ] || die "$layout exists: remove it or name another directory"
[ -x src/mailhaul ] || die 'run make first, in this directory'

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Each library that mailhaul is linked with, as the package that owns its file here.
libraries=$(ldd src/mailhaul | sed -n 's/.*=> \([^ ]*\) .*/\1/p' | while read -r file; do
  dpkg-query -S "$(readlink -f "$file")" 2>/dev/null || dpkg-query -S "$file"
done | sed 's/:.*//' | sort -u | paste -sd , -)

# logged COMMAND...: with its output kept, and shown if it fails.
logged() {
  "$@" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    die "$1 failed"
  }
}

umoci init --layout "$layout"
umoci new --image "$layout:mailhaul"
umoci unpack --image "$layout:mailhaul" "$work/bundle"
root=$work/bundle/rootfs
logged debootstrap --variant=minbase --include="ca-certificates,$libraries" "$suite" "$work/root" "$mirror"
# Nothing of this machine or of the making is left; a container gets its names and devices when it starts.
rm -rf "$work"/root/var/lib/apt/lists/* "$work"/root/var/cache/apt/archives/*.deb "$work"/root/dev/* \
  "$work"/root/var/log/*.log "$work/root/etc/resolv.conf" "$work/root/etc/hostname"
find "$work/root/usr/share/doc" '(' -type f -o -type l ')' ! -name copyright -exec rm -f {} +
cp -a "$work/root/." "$root"
logged make -s install-strip prefix=/usr DESTDIR="$root"
echo 'mailhaul:x:1000:1000:mailhaul:/mail:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'mailhaul:x:1000:' >>"$root/etc/group"
for volume in config state mail; do install -d -o 1000 -g 1000 -m 700 "$root/$volume"; done
umoci repack --image "$layout:mailhaul" "$work/bundle"
umoci config --image "$layout:mailhaul" --config.user 1000:1000 --config.workingdir /mail \
  --config.env XDG_STATE_HOME=/state \
  --config.entrypoint mailhaul --config.entrypoint -c --config.entrypoint /config/mailhaul.conf \
  --config.cmd fetch --config.cmd --every=5m \
  --config.volume /config --config.volume /state --config.volume /mail
umoci gc --layout "$layout"
printf 'The image is in %s. Its root in a chroot: umoci unpack --image %s:mailhaul DIR\n' "$layout" "$layout"
