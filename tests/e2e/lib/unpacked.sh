# shellcheck shell=sh
# Runs mail servers that are not installed, unpacked into a directory, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/unpacked.sh"   # before common.sh, which changes HOME
#   unpacked_root root courier-pop courier-base || unpacked_none Courier
#   unpacked_libraries root usr/sbin/couriertcpd
#   unpacked_run root log NAME=VALUE /usr/sbin/couriertcpd ...; pid=$UNPACKED_PID
#   unpacked_stop "$pid"
#
# The packages are those of fetch-servers.sh. A server with fixed paths finds its files in a directory that is its
# root. For root this is a chroot; for others it is a user namespace, if the kernel permits it. So nothing of the
# system is changed, and two tests do not interfere.

: "${PYTHON:=python3}"
# shellcheck source=tests/e2e/lib/wait.sh
. "${srcdir:-.}/tests/e2e/lib/wait.sh"

# The location of the packages: MAILHAUL_SERVERS, or a directory in the user's cache.
UNPACKED_PACKAGES=$(
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || . /etc/os-release
  cache=${MAILHAUL_SERVERS:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/mailhaul-servers}
  echo "$cache/${ID:-linux}-${VERSION_ID:-0}-$(uname -m)"
)
UNPACKED_REASON='' # why such a server is not available here
UNPACKED_PID=''    # the process started last; it leads a session of its own
_unpacked_allow=''
[ "$(id -u)" = 0 ] || _unpacked_allow='unshare -U --map-current-user --keep-caps'

# unpacked_files DIR PACKAGE...
# Makes DIR and unpacks these packages into it, and those of their libraries that were fetched. Returns nonzero if
# that fails. UNPACKED_REASON is then set if it is not possible here at all.
unpacked_files() {
  _unpacked_dir=$1 && shift
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
  UNPACKED_REASON="its packages are not in $UNPACKED_PACKAGES; sh tests/e2e/fetch-servers.sh puts them there"
  [ -e "$UNPACKED_PACKAGES/complete" ] || return 1
  for _unpacked_name; do
    UNPACKED_REASON="its package $_unpacked_name is not in $UNPACKED_PACKAGES: this release does not have it"
    unpacked_there "$_unpacked_name" || return 1
  done
  UNPACKED_REASON=''
  mkdir -p "$_unpacked_dir" || return 1
  while [ $# -gt 0 ]; do
    if [ ! -e "$_unpacked_dir/.unpacked-$1" ]; then
      : >"$_unpacked_dir/.unpacked-$1"
      for _unpacked_file in "$UNPACKED_PACKAGES/$1"_*.deb; do
        dpkg-deb -x "$_unpacked_file" "$_unpacked_dir" || return 1
      done
      for _unpacked_name in $(dpkg-deb -f "$_unpacked_file" Depends | tr ',|' '\n\n' |
        sed -n 's/^ *\(lib[^ :(]*\).*/\1/p; s/^ *\(python3-[^ :(]*\).*/\1/p'); do
        if unpacked_there "$_unpacked_name"; then set -- "$@" "$_unpacked_name"; fi
      done
    fi
    shift
  done
  rm -f "$_unpacked_dir"/.unpacked-*
  # As on the system: programs refer to a file by either of its two names.
  for _unpacked_name in bin sbin lib lib64; do
    mkdir -p "$_unpacked_dir/usr/$_unpacked_name" || return 1
    if [ -d "$_unpacked_dir/$_unpacked_name" ]; then
      cp -a "$_unpacked_dir/$_unpacked_name/." "$_unpacked_dir/usr/$_unpacked_name" || return 1
      rm -rf "${_unpacked_dir:?}/$_unpacked_name"
    fi
    ln -s "usr/$_unpacked_name" "$_unpacked_dir/$_unpacked_name" || return 1
  done
  chmod -R a+rX "$_unpacked_dir"
}

# unpacked_there PACKAGE: returns whether it was fetched.
unpacked_there() {
  for _unpacked_file in "$UNPACKED_PACKAGES/$1"_*.deb; do
    if [ -e "$_unpacked_file" ]; then return 0; fi
  done
  return 1
}

# unpacked_root DIR PACKAGE...
# The same for programs that run with DIR as their root. Fails in the same way.
unpacked_root() {
  unpacked_files "$@" && unpacked_libraries "$1" /usr/bin/env || return 1
  UNPACKED_REASON='programs cannot run in a root of their own here: that takes root, or user namespaces'
  unpacked_do "$1" /usr/bin/env >/dev/null 2>&1 || return 1
  UNPACKED_REASON=''
}

# unpacked_root_only: fails with UNPACKED_REASON set unless root runs the test, because some servers change their
# user.
unpacked_root_only() {
  UNPACKED_REASON='only root can start it'
  [ "$(id -u)" = 0 ] || return 1
  UNPACKED_REASON=''
}

# unpacked_none NAME: ends the test without the server NAME. The test is skipped if the server is not available
# here, and fails if it should have been.
unpacked_none() {
  [ -z "$UNPACKED_REASON" ] || skip_all "$1: $UNPACKED_REASON"
  bail "$1 cannot be prepared"
}

# unpacked_libraries DIR FILE...
# Copies into DIR the libraries of this system that these programs and libraries need. A FILE that begins with /
# belongs to the system and is copied also; others are in DIR.
unpacked_libraries() (
  umask 022
  cd "$1" && shift || exit 1
  for file; do
    case $file in /*) cp -L --parents "$file" . || exit 1 ;; esac
  done
  directories=$(find "$PWD/usr/lib" -name 'lib*.so.*' -printf '%h\n' | sort -u | tr '\n' ':')$PWD/usr/lib
  needed=$(LD_LIBRARY_PATH=$directories ldd "$@") || exit 1
  if printf '%s\n' "$needed" | grep -F 'not found' >&2; then exit 1; fi
  # shellcheck disable=SC2046 # a library's path is one word
  cp -L --parents $(printf '%s\n' "$needed" | awk -v own="$PWD/" '
    { for (i = 1; i <= NF; i++) if ($i ~ /^\// && $i !~ /:$/ && index($i, own) != 1) print $i }' | sort -u) .
)

# unpacked_users DIR NAME...
# Makes users and groups in DIR, all with the same IDs: those of nobody, or of the user who runs the test. Sets
# UNPACKED_UID and UNPACKED_GID.
unpacked_users() {
  _unpacked_dir=$1 && shift
  UNPACKED_UID=$(id -u) UNPACKED_GID=$(id -g)
  [ "$UNPACKED_UID" != 0 ] || { UNPACKED_UID=$(id -u nobody) && UNPACKED_GID=$(id -g nobody); }
  for _unpacked_name; do
    echo "$_unpacked_name:x:$UNPACKED_UID:$UNPACKED_GID::/:/bin/false" >>"$_unpacked_dir/etc/passwd"
    echo "$_unpacked_name:x:$UNPACKED_GID:" >>"$_unpacked_dir/etc/group"
  done
  printf '%s: files\n' passwd group shadow >"$_unpacked_dir/etc/nsswitch.conf"
  (cd "$_unpacked_dir/etc" && chmod 644 passwd group nsswitch.conf)
}

# unpacked_pam DIR SERVICE: sets up PAM in DIR for this service, with the users of unpacked_login.
unpacked_pam() {
  # Files that are loaded or started on demand.
  _unpacked_more=$(find /lib/*-linux-gnu* /sbin/unix_chkpwd -maxdepth 2 \
    '(' -name pam_unix.so -o -name libgcc_s.so.1 -o -name unix_chkpwd ')') || return 1
  # shellcheck disable=SC2086 # words
  unpacked_libraries "$1" $_unpacked_more || return 1
  (
    umask 022
    mkdir -p "$1/etc/pam.d" && printf '%s required pam_unix.so %s\n' auth nodelay account '' >"$1/etc/pam.d/$2"
  )
}

# unpacked_login DIR NAME PASSWORD: makes a user of DIR who can log in, with an empty mailbox /var/mail/NAME, where
# locks can be made. NAME: letters, digits, -
unpacked_login() {
  (umask 022 && mkdir -p "$1/var/mail" && umask 077 && : >"$1/var/mail/$2") &&
    chown "$UNPACKED_UID:$UNPACKED_GID" "$1/var/mail" "$1/var/mail/$2" && unpacked_users "$1" "$2" &&
    (umask 077 && printf '%s:%s:1::::::\n' "$2" "$(openssl passwd -6 "$3")" >>"$1/etc/shadow")
}

# unpacked_mbox FILE DIRECTORY: appends each file of DIRECTORY to the mbox FILE, in the order of their names. Lines
# that could be taken for the start of a message are quoted.
unpacked_mbox() {
  LC_ALL=C awk '
    FNR == 1 { if (NR > 1) print ""; print "From someone@example.org Mon Jan  1 00:00:00 2024" }
    /^>*From / { $0 = ">" $0 }
    { print }
    END { print "" }' "$2"/* >>"$1"
}

# unpacked_do DIR [NAME=VALUE]... COMMAND...
# Runs COMMAND with DIR as its root and only this environment. The kernel ends it when the calling shell dies.
unpacked_do() {
  _unpacked_dir=$1 && shift
  # shellcheck disable=SC2086 # words
  $_unpacked_allow setpriv --pdeathsig=TERM chroot "$_unpacked_dir" /usr/bin/env -i "$@"
}

# unpacked_run DIR LOG [NAME=VALUE]... COMMAND...
# The same in the background. Sets UNPACKED_PID. It keeps no file of the test open, in particular not the pipe to a
# TAP driver.
unpacked_run() {
  _unpacked_dir=$1 _unpacked_log=$2 && shift 2
  # shellcheck disable=SC2086 # words
  setsid $_unpacked_allow setpriv --pdeathsig=TERM chroot "$_unpacked_dir" /usr/bin/env -i "$@" \
    </dev/null >>"$_unpacked_log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  UNPACKED_PID=$!
}

# unpacked_start DIR LOG [NAME=VALUE]... COMMAND...
# Starts a program of DIR that needs no root directory, in the background, with DIR's libraries. COMMAND is its
# path. Sets UNPACKED_PID.
unpacked_start() {
  _unpacked_dir=$1 _unpacked_log=$2 && shift 2
  _unpacked_path=
  for _unpacked_name in "$_unpacked_dir/usr/lib" "$_unpacked_dir"/usr/lib/*-linux-gnu*; do
    _unpacked_path=$_unpacked_path${_unpacked_path:+:}$_unpacked_name
  done
  setsid setpriv --pdeathsig=TERM env -i PATH="$PATH" LD_LIBRARY_PATH="$_unpacked_path" "$@" \
    </dev/null >>"$_unpacked_log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  UNPACKED_PID=$!
}

# unpacked_stop PID: ends a server that unpacked_run started, and returns when its processes are gone.
unpacked_stop() {
  [ -n "$1" ] || return 0
  kill -s TERM -- "-$1" 2>/dev/null || kill -s TERM "$1" 2>/dev/null || :
  wait "$1" 2>/dev/null || :
  _unpacked_tick=0
  while pgrep -g "$1" -r R,S,D,T >/dev/null; do
    _unpacked_tick=$((_unpacked_tick + 1))
    [ "$_unpacked_tick" -lt 100 ] || kill -s KILL -- "-$1" 2>/dev/null || :
    sleep 0.02
  done
}

# unpacked_wait PORT tls|plain LOG PID [FILE]...
# Returns 0 when the server on PORT greets and its LOG names the port of the greeted client, so that it is this
# server. Each FILE has to exist before. Returns 1 if PID has ended or after twenty seconds.
unpacked_wait() {
  _unpacked_port=$1:$2 _unpacked_log=$3 _unpacked_pid=$4 && shift 4
  for _unpacked_file; do set -- "$@" --file "$_unpacked_file" && shift; done
  "$PYTHON" -S "$E2E_DIR/lib/pop3_ready.py" --log "$_unpacked_log" "$@" "$_unpacked_pid" "$_unpacked_port"
}
