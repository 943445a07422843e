#!/bin/sh
# The cost of a run in instructions: counts that do not depend on a clock, nor on other load.
decode=$(pwd)/tests/bench/decode
. "${srcdir:-.}/tests/e2e/lib/common.sh"

grep -q -e __asan_ -e __ubsan_ -e __tsan_ -e __msan_ -e __sanitizer_ "$MAILHAUL" &&
  skip_all 'sanitizers, with which this was built, need instructions themselves'
valgrind -q --tool=none true || skip_all 'valgrind cannot run programs here'
callgrind='valgrind --tool=callgrind --callgrind-out-file=/dev/null'
# Some compilers write debug information that valgrind cannot read.
strip -g -o decode "$decode" && strip -g -o mailhaul "$MAILHAUL" || skip_all 'strip is needed'
MAILHAUL=$WORK/mailhaul

# instructions FILE: prints the sum over all processes; valgrind wrote a line for each.
instructions() { awk '/Collected : / { n += $NF } END { printf "%.0f\n", n }' "$1"; }
at_most() { [ "$1" -gt 0 ] && [ "$1" -le "$2" ] || { echo "$1, not at most $2"; return 1; }; }

for size in 1 5; do
  $callgrind ./decode "$size" >"decoded.$size" 2>"count.$size" || bail 'decode failed'
done
read -r less _ <decoded.1
read -r octets reason <decoded.5
cost=$((($(instructions count.5) - $(instructions count.1)) * 100 / (octets - less)))
echo "# 100 octets are decoded in $cost instructions"
# Measured with -O2: gcc 12 194, clang 14 210; if the C library cannot use AVX, 211 and 227.
name='decoding 100 bytes takes at most 250 instructions'
if [ -n "$reason" ]; then skip "$name" "$reason"; else check "$name" at_most "$cost" 250; fi

# poll MESSAGES: sets COUNT to the cost of a run that finds that many messages, all of them known.
mkdir mail
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = forever'
there=0
poll() {
  while [ "$there" -lt "$1" ]; do
    there=$((there + 1))
    printf 'Message-ID: <%s@example.org>\n\nbody\n' "$there" >"mail/$there"
  done
  run
  VALGRIND=$callgrind
  run -v
  VALGRIND=
  check "a run that knows all of $1 messages succeeds" contains out "a: 0 new (0 B), 0 deleted, $1 left"
  COUNT=$(instructions err)
  VALGRIND=$callgrind
  run verify
  VALGRIND=
  check "verify finds all of $1 messages" exits 0
  VERIFIED=$(instructions err)
}
poll 1 && tiny=$COUNT tiny_verified=$VERIFIED
poll 1000 && few=$((COUNT - tiny)) few_verified=$((VERIFIED - tiny_verified))
poll 4000 && many=$((COUNT - tiny)) many_verified=$((VERIFIED - tiny_verified))
echo "# $few instructions to know 1000 messages, $many to know 4000"
check 'four times as many messages cost at most 5.5 times as many instructions' at_most "$((many * 10))" "$((few * 55))"
echo "# $few_verified instructions to verify 1000 messages, $many_verified to verify 4000"
check 'verify: four times as many messages cost at most 5.5 times as many instructions' \
  at_most "$((many_verified * 10))" "$((few_verified * 55))"

done_testing
