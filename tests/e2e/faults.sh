#!/bin/sh
# Errors from system calls instead of kills. After each of them the server still has every message that is not safe,
# and the next run completes. FAULT_POINTS is used as CRASH_POINTS in crash.sh.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

points=${FAULT_POINTS:-3}
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'
count=40
mkdir expected
for n in $(seq 1 "$count"); do
  octets=$((n * 150))
  [ "$n" -ne 20 ] || octets=6500000 # one that is written in blocks and too large for the memory of an mbox's spool
  { printf 'Return-Path: <a%s@example.org>\nSubject: %s\n\n' "$n" "$n"; head -c "$octets" /dev/urandom | base64 -w 900; } >"expected/$n"
done

# safe KIND: every message that the server no longer has was delivered.
safe() {
  python3 -S - "$1" <<'PY'
import glob, os, sys
left = set(os.listdir('mail'))
if sys.argv[1] == 'maildir':
    here = [open(f, 'rb').read() for f in glob.glob('box/new/*')]
else:
    here = [open('box', 'rb').read()] if os.path.exists('box') else []
for name in os.listdir('expected'):
    text = open('expected/' + name, 'rb').read()
    if name not in left and not any(text in h for h in here):
        sys.exit(f'message {name} is gone from the server and not here')
PY
}

# trial KIND CALL ERROR NUMBER
trial() {
  rm -rf mail box state && cp -r expected mail
  STATUS=0
  strace -f -qq -o trace -e "trace=$2" -e "inject=$2:error=$3:when=$4" \
    "$MAILHAUL" -c mailhaul.conf >first.out 2>first.err || STATUS=$?
  first=$STATUS
  {
    # Only a worker that cannot send its outcome may look like an internal error.
    [ "$first" -ne 70 ] || grep -q 'the process for this account ended' first.err
  } >why && safe "$1" >>why 2>&1 && run && exits 0 >>why && "same_$1" box expected >>why 2>&1 && left_is mail 0 >>why && return 0
  echo "# $1: $2 number $4 failed with $3 (exit status $first):"
  cat first.err why | diag
  return 1
}

total=0
for kind in maildir mbox; do
  rm -rf mail && cp -r expected mail
  serve --dir mail
  fresh_configuration
  configure a "deliver_to = \"$kind:box\"" 'leave_on_server = no'
  write_configuration
  for call in write pwrite64 fsync fdatasync syncfs renameat link unlink unlinkat ftruncate openat mkdir; do
    rm -rf mail box state && cp -r expected mail
    strace -f -qq -o trace -e "trace=$call" "$MAILHAUL" -c mailhaul.conf >first.out 2>first.err || bail 'a run without a fault failed'
    most=$(awk '{ n[$1]++ } END { for (p in n) if (n[p] > most) most = n[p]; print most + 0 }' trace)
    [ "$most" -gt 0 ] || continue
    bad=0 tried=0
    for error in ENOSPC EIO EDQUOT EINTR; do
      [ "$points" = all ] && step=1 || step=$(((most + points - 1) / points))
      for number in $(seq 1 "$step" "$most"); do
        tried=$((tried + 1))
        trial "$kind" "$call" "$error" "$number" || bad=$((bad + 1))
      done
    done
    total=$((total + tried))
    check "$kind: after $tried failures of $call no message is lost or duplicated ($bad bad)" [ "$bad" -eq 0 ]
  done
done
echo "# $total faults"

done_testing
