#!/bin/sh
# A message that does not fit on the disk does not keep the others away: what fits is delivered in the same run, nothing
# is lost or stored twice, and the error names the message.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir disk small
for n in 1 2 3 4 5 6 7 8; do
  { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n" && head -c 3000 /dev/urandom | base64; } >"small/$n"
done
# maildrop LARGE...: eight messages. The messages LARGE have 3 MB more.
maildrop() {
  rm -rf mail state inbox Mail
  cp -r small mail
  for n; do head -c 3000000 /dev/zero | base64 >>"mail/$n"; done
  cp -r mail all
  serve --dir mail
}
# account KIND LINE...: delivers to ./disk.
account() {
  kind=$1 && shift
  fresh_configuration
  case $kind in
    Maildir) configure a 'deliver_to = "maildir:disk/Mail"' "$@" ;;
    mbox) configure a 'deliver_to = "mbox:disk/inbox"' "$@" ;;
  esac
  write_configuration
}
# The commands that run with ./disk as a filesystem of its own. What is in it at the end of each run is copied to after.N.
cat >inside <<'SH'
size=$1 program=$2 && shift 2
mount -t tmpfs -o "size=$size" none disk || exit 99
number=0
for grow; do
  number=$((number + 1))
  [ "$grow" = - ] || mount -o "remount,size=$grow" disk
  status=0
  "$program" -c mailhaul.conf >"out.$number" 2>"err.$number" || status=$?
  echo "$status" >"status.$number"
  rm -rf "after.$number"
  cp -r disk "after.$number"
done
exit 0
SH
# on_disk SIZE GROWN...: a run for each GROWN, before which the disk gets this size (-: it stays as it is).
on_disk() {
  _size=$1 && shift
  unshare -rm sh ./inside "$_size" "$MAILHAUL" "$@"
}
show_run() { cat "status.$1" "out.$1" "err.$1" && ls -R "after.$1"; }
# after RUN STATUS SUBJECT...: the run ended with this status, and these messages were stored by then, once each.
after() {
  _run=$1 _status=$2 && shift 2
  [ "$(cat "status.$_run")" = "$_status" ] || { show_run "$_run"; return 1; }
  grep -rhx 'Subject: .' "after.$_run" | sed 's/.* //' | sort >subjects
  for _subject; do echo "$_subject"; done | cmp -s - subjects || { cat subjects && show_run "$_run"; return 1; }
}
is_full() { [ "$(cat "status.$1")" = 75 ] && [ "$(wc -l <"err.$1")" -le 2 ] || { show_run "$1"; return 1; }; }
has_some() { [ "$(grep -rhx 'Subject: .' "after.$1" | sort -u | wc -l)" -ge 2 ] || { show_run "$1"; return 1; }; }
all_in_inbox() { exits 0 && [ "$(grep -c '^Subject: ' inbox)" = 8 ]; }
no_leftovers() { [ -z "$(ls -A "after.$1/Mail/tmp" 2>/dev/null; ls "after.$1/inbox.lock" 2>/dev/null)" ]; }
lines_are() { [ "$(wc -l <"err.$1")" = "$2" ] || { cat "err.$1"; return 1; }; }
names() { grep -q "store: message [0-9]* (UID $2) of [0-9]* bytes cannot be stored: .*: No space left on device; free disk space; nothing is deleted from the server until then\$" "err.$1" || { cat "err.$1"; return 1; }; }

if unshare -rm sh -c 'mount -t tmpfs -o size=1m none disk && mount -o remount,size=2m disk' 2>/dev/null; then
  for kind in Maildir mbox; do
    for state in elsewhere 'on the disk'; do
      case $state in elsewhere) size=1m && line= ;; *) size=2m && line='disk/' ;; esac
      what="$kind, the state is $state"
      maildrop 4
      account "$kind" 'leave_on_server = no'
      [ -z "$line" ] || sed -i 's|^state_dir.*|state_dir = "disk/state"|' mailhaul.conf
      check "$what: the runs end" on_disk "$size" - - 30m -
      check "$what: the messages that fit are delivered in the first run" after 1 75 1 2 3 5 6 7 8
      check "$what: the message that does not fit is named in one line" eval 'names 1 4 && lines_are 1 1'
      check "$what: nothing is left over" no_leftovers 1
      check "$what: the next run reports the same" eval 'names 2 4 && lines_are 2 1 && after 2 75 1 2 3 5 6 7 8'
      check "$what: once there is room, the rest is delivered" after 3 0 1 2 3 4 5 6 7 8
      check "$what: all messages are then deleted from the server" left_is mail 0
      check "$what: a further run stores nothing" after 4 0 1 2 3 4 5 6 7 8
      rm -rf all
    done

    maildrop 2 5
    account "$kind"
    on_disk 1m - - 30m
    check "$kind: two messages that do not fit keep nothing away" after 1 75 1 3 4 6 7 8
    check "$kind: both are named" eval 'names 1 2 && names 1 5'
    check "$kind: the next run stores nothing" after 2 75 1 3 4 6 7 8
    check "$kind: once there is room, both are delivered" after 3 0 1 2 3 4 5 6 7 8
    rm -rf all

    # None of them is large.
    maildrop
    account "$kind"
    on_disk 24k - 1m
    check "$kind: a disk that becomes full ends the run" is_full 1
    check "$kind: what fits before is delivered" has_some 1
    check "$kind: once there is room, the rest is delivered" after 2 0 1 2 3 4 5 6 7 8
    rm -rf all
  done
else
  skip 'messages that fit on a full disk are delivered' 'no filesystem can be mounted here'
fi

# A quota, of which only the reservation of space knows.
maildrop
account mbox
sed -i 's|disk/inbox|inbox|' mailhaul.conf
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  STATUS=0
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace -e trace=fallocate -e inject=fallocate:error=EDQUOT:when=1 \
    "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  check 'a batch that exceeds a quota is stored message by message' all_in_inbox
else
  skip 'a batch that exceeds a quota is stored message by message' 'strace cannot trace here'
fi
done_testing
