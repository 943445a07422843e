#!/bin/sh
# packaging/image.sh LAYOUT, as "make image": makes an OCI image of mailhaul in the directory LAYOUT, which
# "skopeo copy oci:LAYOUT:mailhaul docker-daemon:mailhaul:latest" or "podman pull oci:LAYOUT:mailhaul" takes.
#
# The root of the image is a minimal Debian (debootstrap) with the libraries that mailhaul needs, then mailhaul as "make
# install-strip" installs it from the build in the current directory, which has to be configured with --prefix=/usr. The
# image has what packaging/Containerfile describes: an entry point, a user, and volumes for /config, /state and /mail.
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
grep -q '^prefix = /usr$' Makefile || die 'configure with --prefix=/usr first'

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Each library that mailhaul is linked with, as the package that owns its file here.
libraries=$(ldd src/mailhaul | sed -n 's/.*=> \([^ ]*\) .*/\1/p' | while read -r file; do
  dpkg-query -S "$(readlink -f "$file")" 2>/dev/null || dpkg-query -S "$file"
done | sed 's/:.*//' | sort -u | paste -sd , -)

umoci init --layout "$layout"
umoci new --image "$layout:mailhaul"
umoci unpack --image "$layout:mailhaul" "$work/bundle"
root=$work/bundle/rootfs
debootstrap --variant=minbase --include="ca-certificates,$libraries" "$suite" "$work/root" "$mirror" >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  die 'debootstrap failed'
}
rm -rf "$work"/root/var/lib/apt/lists/* "$work"/root/var/cache/apt/archives/*.deb "$work"/root/usr/share/doc/* "$work"/root/dev/*
cp -a "$work/root/." "$root"
make -s install-strip DESTDIR="$root"
echo 'mailhaul:x:1000:1000:mailhaul:/mail:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'mailhaul:x:1000:' >>"$root/etc/group"
for volume in config state mail; do install -d -o 1000 -g 1000 -m 700 "$root/$volume"; done
umoci repack --image "$layout:mailhaul" "$work/bundle"
umoci config --image "$layout:mailhaul" --config.user 1000:1000 --config.workingdir /mail \
  --config.entrypoint mailhaul --config.entrypoint -c --config.entrypoint /config/mailhaul.conf \
  --config.cmd fetch --config.cmd --every=5m \
  --config.volume /config --config.volume /state --config.volume /mail
umoci gc --layout "$layout"
printf 'The image is in %s. Its root in a chroot: umoci unpack --image %s:mailhaul DIR\n' "$layout" "$layout"
