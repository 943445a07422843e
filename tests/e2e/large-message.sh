#!/bin/sh
# Memory does not grow with the size of a message: 300 MB need no more than 1 MB does.
MEASURE=${MEASURE:-$(pwd)/tests/bench/measure}
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# big FILE MEGABYTES: writes a message of that size.
big() {
  python3 - "$1" "$2" <<'PY'
import sys
line = b'x' * 70 + b'\n'
block = (line * 14769)[:1048576 - 1] + b'\n'
with open(sys.argv[1], 'wb') as f:
    f.write(b'Subject: big\nMessage-ID: <big@example.org>\n\n')
    for _ in range(int(sys.argv[2])):
        f.write(block)
PY
}
# measure ACCOUNT: runs it; PEAK is the largest resident size of its processes in kB.
measure() {
  write_configuration
  "$MEASURE" usage "$MAILHAUL" -c mailhaul.conf "$1" >out 2>err || bail 'nothing was measured'
  read -r _ _ _ PEAK STATUS <usage
}

# A measurement counts only what it measures: the memory of a shell or an interpreter that starts it is not part of it.
small_below_a_large_program() {
  python3 -c 'import subprocess, sys; large = b"x" * (100 << 20); subprocess.check_call(sys.argv[1:])' "$MEASURE" usage true || return 1
  read -r _ _ _ PEAK STATUS <usage
  [ "$PEAK" -lt 32768 ] || { echo "$PEAK kB for true" && return 1; }
}
check 'the memory of the program that starts a measurement is not measured' small_below_a_large_program

mkdir little large
big little/1 1
big large/1 300
fresh_configuration
for size in little large; do
  for kind in maildir mbox; do
    configure "$size-$kind" "deliver_to = \"$kind:$size-$kind\""
  done
done
for kind in maildir mbox; do
  serve --dir little
  measure "little-$kind"
  before=$PEAK
  serve --dir large
  measure "large-$kind"
  check "a message of 300 MB arrives ($kind)" exits 0
  echo "# $kind: peak $before kB with 1 MB, $PEAK kB with 300 MB"
  if sanitized; then
    skip "peak memory is less than 8 MB above that for 1 MB ($kind)" 'sanitizers, with which this was built, need memory themselves'
  else
    check "peak memory is less than 8 MB above the $before kB for 1 MB ($kind)" [ "$PEAK" -lt "$((before + 8192))" ]
  fi
done
check 'the Maildir has the complete message' cmp large/1 large-maildir/new/*
check 'the mbox has the complete message' [ "$(tail -n +2 large-mbox | sha256sum)" = "$({ cat large/1; echo; } | sha256sum)" ]

# On such a filesystem, the message does not displace other data in the page cache.
name='a large message bypasses the page cache'
kind=$(stat -f -c %T .)
strace -qq -o trace -e trace=none true || kind='one that strace cannot trace'
case $kind in
  ext2/ext3 | xfs)
    big large/1 3
    serve --dir large
    configure traced 'deliver_to = "maildir:traced"'
    write_configuration
    STATUS=0
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -y -qq -o trace -e trace=fcntl,write \
      "$MAILHAUL" -c mailhaul.conf traced >out 2>err || STATUS=$?
    check "$name" grep -q 'traced/tmp/.*F_SETFL, .*O_DIRECT' trace
    check 'it is written in blocks of 1 MiB' [ "$(grep -c 'write(.*traced/tmp/.* 1048576) = 1048576' trace)" = 3 ]
    check 'the complete message is in the Maildir' cmp large/1 traced/new/*
    printf 'From a@b Thu Jan  1 00:00:00 1970\n\nold\n\n' >traced-mbox
    configure traced-mbox 'deliver_to = "mbox:traced-mbox"'
    write_configuration
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -y -qq -o trace -e trace=fcntl,write \
      "$MAILHAUL" -c mailhaul.conf traced-mbox >out 2>err || STATUS=$?
    check "$name in an mbox" grep -q 'traced-mbox>, F_SETFL, .*O_DIRECT' trace
    check 'blocks in an mbox start at a sector boundary' [ "$(grep -c EINVAL trace)" = 0 ]
    check 'the complete message is in the mbox' [ "$(tail -n +6 traced-mbox | sha256sum)" = "$({ cat large/1; echo; } | sha256sum)" ]
    ;;
  *) skip "$name" "the filesystem is $kind" ;;
esac

done_testing
