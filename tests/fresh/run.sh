#!/bin/sh
# tests/fresh/run.sh [LANE...], called by "make check-fresh": checks that the two commands of README work on a newly
# installed machine. A lane is a Debian release, such as bookworm, trixie or sid. With +i386 appended it is a 32-bit
# system; with +sudo appended, in the end, a user who may use sudo runs it instead of root. For each lane a minimal system is made (debootstrap, kept as an archive for the next time). It gets
# a copy of this tree as an ordinary directory, and runs "./bootstrap demo" and "./bootstrap check" twice each; the
# second runs must not install anything.
#
# Needs root, debootstrap, and the network to fetch packages. Environment: MIRROR (http://deb.debian.org/debian),
# TMPDIR (/var/tmp; uses 2 GB), XDG_CACHE_HOME, http_proxy.
#
# Each lane has its own mount and PID namespaces: its mounts are never visible outside and end with the lane, as do
# all its processes.
set -eu
unset CDPATH
umask 022
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH

die() {
  printf 'check-fresh: %s\n' "$*" >&2
  exit 1
}

# ---- inside the namespaces: run.sh --inside LANE ROOT LOG ----

# mount_basics ROOT: mounts what every system has: proc, the harmless devices, pseudo terminals, shared memory.
mount_basics() {
  mount -t proc proc "$1/proc"
  mount -t tmpfs -o mode=755 tmpfs "$1/dev"
  for device in null zero full random urandom tty; do
    : >"$1/dev/$device"
    mount --bind "/dev/$device" "$1/dev/$device"
  done
  mkdir "$1/dev/pts" "$1/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$1/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
  for n in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${n%:*}" "$1/dev/${n#*:}"; done
}

# enter UID COMMAND...: runs the command in the chroot, in the copy of the tree, with a minimal environment.
enter() {
  as=$1
  shift
  user=root
  home=/root
  [ "$as" -eq 0 ] || { user=tester && home=/home/tester; }
  # shellcheck disable=SC2016 # expanded inside
  chroot --userspec="$as:$as" --groups= "$root" env -i HOME="$home" USER="$user" LOGNAME="$user" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
    ${http_proxy+"http_proxy=$http_proxy"} ${https_proxy+"https_proxy=$https_proxy"} \
    sh -c 'cd "$HOME" && { [ ! -d mailhaul ] || cd mailhaul; } && exec "$@"' sh "$@" </dev/null
}

# step NTH COMMAND...: runs the command and prints how long it took. Fails if the command fails.
step() {
  nth=$1
  shift
  begin=$(date +%s)
  status=0
  printf '%s\n' "---- $* ($nth time)" >>"$log"
  enter "$uid" "$@" >"$log.step" 2>&1 || status=$?
  cat "$log.step" >>"$log"
  printf '%-14s %-20s %-6s %4d s\n' "$lane" "$*" "$nth" $(($(date +%s) - begin))
  if [ "$status" -ne 0 ]; then
    printf '%s: exit code %d; the end of %s:\n' "$lane" "$status" "$log"
    tail -n 60 "$log.step" | sed 's/^/    /'
    return 1
  fi
  if [ "$nth" = second ] && grep '^==> Installing [^i]' "$log.step"; then
    printf '%s: the second run installed packages again\n' "$lane"
    return 1
  fi
  # A mail server installed for the tests must not be running, and no test may leave one running.
  for process in "$root"/proc/[0-9]*/comm; do
    case $(cat "$process" 2>/dev/null) in
      dovecot | couriertcpd | authdaemond | stunnel | stunnel4 | popa3d | solid-pop3d | pop3d | nginx | perdition | mailhaul | pop3-server)
        printf '%s: %s is still running\n' "$lane" "$(cat "$process")"
        return 1
        ;;
    esac
  done
}

inside() {
  lane=$1
  root=$2
  log=$3
  uid=0
  # Process 1 of a PID namespace receives only signals that it handles.
  trap 'exit 130' HUP INT TERM
  mount_basics "$root"
  case $lane in
    *+sudo)
      {
        enter 0 apt-get -q update &&
          enter 0 env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install sudo &&
          enter 0 useradd --create-home tester
      } >>"$log" 2>&1 || die "$lane: sudo could not be installed, see $log"
      uid=$(enter 0 id -u tester)
      echo 'tester ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/tester"
      mv "$root/root/mailhaul" "$root/home/tester/mailhaul"
      enter 0 chown -R tester:tester /home/tester/mailhaul
      ;;
  esac
  step first ./bootstrap demo && step second ./bootstrap demo &&
    step first ./bootstrap check && step second ./bootstrap check
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
  exit
fi

# ---- outside ----

# base SUITE[+i386]: makes the archive of a minimal system, unless it exists already.
base() {
  [ ! -s "$cache/$1.tar.gz" ] || return 0
  printf '%-14s debootstrap\n' "$1"
  rm -rf --one-file-system "$work/base"
  architecture=
  [ "$1" = "${1%+i386}" ] || architecture=--arch=i386
  # shellcheck disable=SC2086 # an option, or nothing
  unshare --mount debootstrap $architecture --variant=minbase "${1%+i386}" "$work/base" "$mirror" >"$cache/$1.debootstrap.log" 2>&1 || {
    tail -n 20 "$cache/$1.debootstrap.log" | sed 's/^/    /'
    return 1
  }
  # A newly installed system contains neither package lists nor device files of another machine.
  rm -rf "$work"/base/var/lib/apt/lists/* "$work"/base/var/cache/apt/archives/*.deb "$work"/base/dev/*
  tar -C "$work/base" --numeric-owner -czf "$cache/$1.tar.gz.new" .
  mv "$cache/$1.tar.gz.new" "$cache/$1.tar.gz"
  rm -rf --one-file-system "$work/base"
}

# copy_tree DIR: copies this tree as in a clone or an unpacked tarball, without built files.
copy_tree() {
  mkdir -p "$1"
  if [ -e "$top/.git" ] && command -v git >/dev/null 2>&1; then
    # The second list names deleted files that are not committed; the first one contains them also.
    for list in '--cached --others' --deleted; do
      # shellcheck disable=SC2086 # two options
      git -c safe.directory="$top" -C "$top" ls-files -z $list --exclude-standard |
        sort -z >"$work/files$list" || return 1
    done
    comm -z -23 "$work/files--cached --others" "$work/files--deleted" >"$work/files"
    tar -C "$top" --null -T "$work/files" -cf - | tar -C "$1" --no-same-owner -xf -
  elif [ -f Makefile ] && grep -q '^PACKAGE = mailhaul$' Makefile; then
    make -s dist
    version=$(sed -n 's/^PACKAGE_VERSION = //p' Makefile)
    tar -C "$1" --no-same-owner --strip-components=1 -xf "mailhaul-$version.tar.xz"
  elif [ ! -e "$top/config.status" ]; then
    tar -C "$top" --exclude=./demo -cf - . | tar -C "$1" --no-same-owner -xf -
  else
    die "$top has been built in and is not a git clone: run it through make check-fresh"
  fi
}

running=
# shellcheck disable=SC2317 # called by a trap
cleanup() {
  # --kill-child ends all processes of the lane, and their mounts end with them.
  [ -z "$running" ] || kill -KILL "$running" 2>/dev/null || :
  rm -rf --one-file-system "$work"
}

# lay_out LANE: makes its system with a copy of this tree, in $work/root.
lay_out() {
  rm -rf --one-file-system "$work/root" &&
    mkdir "$work/root" &&
    tar -C "$work/root" --numeric-owner -xzf "$cache/${1%+sudo}.tar.gz" &&
    copy_tree "$work/root/root/mailhaul" &&
    cp -L /etc/resolv.conf "$work/root/etc/resolv.conf" &&
    printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$work/root/etc/hosts" &&
    echo fresh >"$work/root/etc/hostname"
}

# run_lane LANE: returns whether all its steps succeeded.
run_lane() {
  : >"$cache/$1.log"
  base "${1%+sudo}" && lay_out "$1" || return 1
  personality=
  case $1 in *+i386*) personality='setarch i686' ;; esac
  # shellcheck disable=SC2086 # two words, or none
  unshare --mount --pid --fork --kill-child $personality sh "$self" --inside "$1" "$work/root" "$cache/$1.log" &
  running=$!
  result=0
  wait "$running" || result=$?
  running=
  rm -rf --one-file-system "$work/root" "$cache/$1.log.step"
  return "$result"
}

self=$(cd "$(dirname "$0")" && pwd)/run.sh
top=${self%/tests/fresh/run.sh}
mirror=${MIRROR:-http://deb.debian.org/debian}
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/mailhaul-fresh

[ "$(id -u)" -eq 0 ] || die 'needs root, for debootstrap and chroot: sudo make check-fresh'
for tool in debootstrap unshare chroot; do
  command -v "$tool" >/dev/null 2>&1 || die "needs $tool: apt-get install debootstrap util-linux"
done
unshare --mount --pid --fork true 2>/dev/null ||
  die 'may not make namespaces here (unshare fails): a container needs to be privileged for this'

[ $# -gt 0 ] || set -- bookworm trixie trixie+sudo
mkdir -p "$cache"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/mailhaul-fresh.XXXXXX")
chmod 755 "$work"
trap cleanup EXIT
trap 'exit 130' HUP INT TERM

summary=
failed=0
for lane; do
  if run_lane "$lane"; then
    summary="$summary$lane: PASS
"
  else
    summary="$summary$lane: FAIL (its words are in $cache/$lane.log)
"
    failed=1
  fi
done
printf '\n%s' "$summary"
exit "$failed"
