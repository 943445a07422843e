#!/bin/sh
# Power loss: the order in which data reaches the disk, read from the system calls of a run.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'
# Many messages, and so few that each file is synced separately.
for trial in 'maildir 300' 'maildir 12' 'mbox 300'; do
  kind=${trial% *} count=${trial#* }
  rm -rf mail && mkdir mail
  letters 1 "$count"
  serve --dir mail
  fresh_configuration
  configure a "deliver_to = \"$kind:box\"" 'leave_on_server = no'
  write_configuration
  STATUS=0
  strace -f -y -qq -s 200 -o trace -e trace=write,pwrite64,fsync,fdatasync,syncfs,renameat,renameat2 \
    "$MAILHAUL" -c mailhaul.conf -vv >out 2>err || STATUS=$?
  check "$kind, $count: the traced run succeeds" exits 0
  check "$kind, $count: data, directory, record and DELE are synced or sent in this order" python3 "$E2E_DIR/lib/order.py" "$kind" trace
  rm -rf box state
done

done_testing
