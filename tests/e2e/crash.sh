#!/bin/sh
# Kills a run with SIGKILL on entry to a system call, and then runs again: no message is lost, duplicated or
# altered. CRASH_POINTS is the number of calls tried for each kind of destination and policy, spread evenly over all
# calls of a run. CRASH_POINTS=all tries every one (make check-crash).
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

points=${CRASH_POINTS:-8}
calls='write pwrite64 fsync fdatasync syncfs renameat rename link unlink unlinkat ftruncate sendmsg mkdir'
[ "$(uname -s)" = Linux ] || skip_all 'strace is needed'
# The leak checker cannot work under strace.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'

# sample_mail DIRECTORY COUNT
sample_mail() {
  python3 -S - "$1" "$2" <<'PY'
import os, random, sys
random.seed(7)
directory, count = sys.argv[1], int(sys.argv[2])
os.mkdir(directory)
for n in range(1, count + 1):
    body = ''.join(random.choice('abcdef \n') for _ in range(random.choice([0, 10, 500, 3000, 9000])))
    if n % 100 == 50:  # one that is written in blocks, and one that is too large for the memory of an mbox's spool
        body += ('abcdef ' * 100 + '\n') * (1800 if n != 150 else 13700)
    with open(f'{directory}/{n:04}', 'w', encoding='ascii') as f:
        f.write(f'Return-Path: <a{n}@example.org>\nSubject: {n}\nMessage-ID: <{n}@example.org>\n\n'
                f'{body}\nFrom here\n>From there\n')
PY
}

fresh_state() {
  rm -rf mail box state piped
  cp -r expected mail
  mkdir piped
}

# same_piped: all messages are there, and at most one of them twice.
same_piped() {
  find piped -name 'whole.*' -exec sha256sum {} + | cut -c 1-64 | sort >piped.sums
  find expected -type f -exec sha256sum {} + | cut -c 1-64 | sort >expected.sums
  [ -z "$(sort -u piped.sums | comm -3 - expected.sums)" ] && [ "$(wc -l <piped.sums)" -le "$(($(wc -l <expected.sums) + 1))" ]
}

# verify KIND POLICY: checks what must hold after the second run.
verify() {
  case $1 in
  maildir) same_maildir box expected ;;
  mbox) same_mbox box expected ;;
  pipe) same_piped ;;
  esac || return 1
  if [ "$1" != pipe ] && [ -e box.lock ]; then return 1; fi
  case $2 in
  no*) left_is mail 0 ;;
  *) left_is mail "$count" ;;
  esac
}

# trial KIND POLICY CALL NUMBER
trial() {
  fresh_state
  strace -f -qq -o trace -e "trace=$3" -e "inject=$3:signal=KILL:when=$4" \
    "$MAILHAUL" -c mailhaul.conf >first 2>&1
  begin=$(date +%s%N)
  run
  echo "$(((($(date +%s%N)) - begin) / 1000000))" >>recovery
  if exits 0 >why && verify "$1" "$2" >>why 2>&1; then return 0; fi
  echo "# $1 $2: killed at $3 number $4:"
  diag <why
  return 1
}

# all_points KIND POLICY: prints "CALL NUMBER" for each of these calls that a run makes. Calls are counted per process,
# so NUMBER goes up to the largest count.
all_points() {
  fresh_state
  strace -f -qq -o trace -e "trace=$(echo "$calls" | tr ' ' ,)" "$MAILHAUL" -c mailhaul.conf >first 2>&1 || return 1
  awk '{ sub(/\(.*/, "", $2); n = ++seen[$1, $2]; if (n > most[$2]) { most[$2] = n; print $2, n } }' trace
}

total=0
for kind in maildir mbox pipe; do
  rm -rf expected
  if [ "$kind" = pipe ]; then count=20; else count=300; fi
  sample_mail expected "$count"
  # The last policy is used with a server that has neither UIDL nor TOP: messages are recognized by their size and
  # header.
  for policy in no forever 14d no-names; do
    fresh_state
    [ "$policy" = no-names ] && flags='--no-uidl --no-top' || flags=''
    # shellcheck disable=SC2086
    serve --dir mail $flags
    fresh_configuration
    case $kind in
    pipe) configure a 'deliver_to = "pipe"' "leave_on_server = ${policy%-names}" \
      'deliver_command = {"sh", "-c", "cat >piped/part.$$ && mv piped/part.$$ piped/whole.$$"}' ;;
    *) configure a "deliver_to = \"$kind:box\"" "leave_on_server = ${policy%-names}" ;;
    esac
    write_configuration
    all_points "$kind" "$policy" >points || bail 'a run that was not killed failed'
    if [ "$points" != all ]; then
      awk -v want="$points" '{ line[NR] = $0 } END { for (i = 0; i < want && i < NR; i++) print line[int(i * NR / want) + 1] }' \
        points >some && mv some points
    fi
    bad=0 tried=0
    while read -r call number <&3; do
      tried=$((tried + 1))
      trial "$kind" "$policy" "$call" "$number" || bad=$((bad + 1))
    done 3<points
    total=$((total + tried))
    check "$kind, $policy: after $tried kills each message is delivered once ($bad bad)" [ "$bad" -eq 0 ]
  done
done
echo "# $total kill points; the clean run after each took $(awk '
  { sum += $1; if ($1 > worst) worst = $1 } END { printf "%.0f ms on average, %d ms at worst", sum / NR, worst }' recovery)"
check 'at least 60 system calls are tried' [ "$total" -ge 60 ]

done_testing
