#!/bin/sh
# Bodies of all kinds, split into records and segments at any place, and sequences that are not terminators.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

play <<'TABLE'
bodies                     10 0  41 0 NUL, CR, LF, dots, no header and nothing at all arrive as they were sent
borders                    10 0  52 0 dot lines around the ends of buffers arrive as they were sent
cut-at-each-place          10 0  38 0 records that end at any place of a body change nothing
cut-at-each-place-plain    10 0  38 0 nor without pipelining
cut-into-octets            10 0   5 0 nor do records of one octet
cut-everything-into-octets 10 0   3 0 in any answer
cut-anywhere               10 0  40 0 nor segments that end inside of records
end-in-two-records         10 0   3 0 a terminator may come in two records
end-in-five-records        10 0   3 0 and in five
TABLE
DELIVER=mbox:Box
play <<'TABLE'
bodies@mbox                10 0 - 0 the same bodies go into an mbox
borders@mbox               10 0 - 0 and the dot lines
TABLE
check 'where they are as they were sent' same_mbox bodies@mbox/Box bodies@mbox/expect
check 'and the dot lines' same_mbox borders@mbox/Box borders@mbox/expect
DELIVER=maildir:Crlf MORE='line_endings = crlf'
same_on_the_wire() {
  python3 - <<'PY'
import os, sys
sys.path.insert(0, os.environ['SUPPORT_DIR'])
sys.dont_write_bytecode = True
from hostile_scenarios import EDGES
directory = 'bodies@crlf/Crlf/new'
here = sorted(open(os.path.join(directory, name), 'rb').read() for name in os.listdir(directory))
sys.exit(here != sorted(EDGES))
PY
}
play <<'TABLE'
bodies@crlf                10 0 - 0 they are fetched with CRLF, too
TABLE
check 'and then they are as they were on the wire' same_on_the_wire
DELIVER=maildir:Mail MORE=''

# Two at a time, because they are large.
JOBS=2
play <<'TABLE'
line-of-64-mb   10 0 1 0 a line of 64 MB needs no memory
header-of-16-mb 10 0 1 0 nor does a header line of 16 MB
crs-of-8-mb     10 0 1 0 nor do 8 MB of CR
dots-of-3-mb    10 0 1 0 nor do 3 MB of dot lines
TABLE
DELIVER=mbox:Box
play <<'TABLE'
line-of-64-mb@mbox   10 0 - 0 a line of 64 MB goes into an mbox
header-of-16-mb@mbox 10 0 - 0 and a header line of 16 MB
TABLE
check 'as it was sent' same_mbox line-of-64-mb@mbox/Box line-of-64-mb@mbox/expect
check 'and the header line' same_mbox header-of-16-mb@mbox/Box header-of-16-mb@mbox/expect
DELIVER=maildir:Mail
rm -rf ./*-of-*-mb*

# The client waits until the time limit for a terminator that does not come.
JOBS=16
ends='lf-dot-lf crlf-dot-lf lf-dot-crlf cr-dot-cr dot-crlf crlf-dot crlf-dot-cr crlf-dot-blank crlf-dot-dot crlf-dot-nul
  crlf-dot-cr-cr-lf'
for end in $ends; do echo "end-$end 2 75 1 3 this does not end a body: $end"; done >rows
play <rows
heal
for end in $ends; do echo "end-$end 10 0 3 0 and the next run fetches it: $end"; done >rows
again <rows

done_hostile
