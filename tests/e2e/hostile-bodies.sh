#!/bin/sh
# Bodies of all kinds, split into records and segments at any place, and sequences that are not terminators.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

play <<'TABLE'
bodies                     60 0  41 0 NUL, CR, LF, dots, no header and an empty message arrive as sent
borders                    60 0  52 0 dot lines around the ends of buffers arrive as sent
cut-at-each-place          60 0  38 0 records that end at any place of a body are accepted
cut-at-each-place-plain    60 0  38 0 records that end at any place are accepted without pipelining
cut-into-octets            60 0   5 0 records of one byte in bodies are accepted
cut-everything-into-octets 60 0   3 0 records of one byte in all replies are accepted
cut-anywhere               60 0  40 0 segments that end inside records are accepted
end-in-two-records         60 0   3 0 a terminator in two records is recognized
end-in-five-records        60 0   3 0 a terminator in five records is recognized
TABLE
DELIVER=mbox:Box
play <<'TABLE'
bodies@mbox                60 0 - 0 bodies of all kinds are delivered to an mbox
borders@mbox               60 0 - 0 dot lines around the ends of buffers are delivered to an mbox
TABLE
check 'the mbox has the bodies as sent' same_mbox bodies@mbox/Box bodies@mbox/expect
check 'the mbox has the dot lines as sent' same_mbox borders@mbox/Box borders@mbox/expect
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
bodies@crlf                60 0 - 0 bodies of all kinds are delivered with line_endings = crlf
TABLE
check 'with crlf, the files have the bytes of the protocol' same_on_the_wire
DELIVER=maildir:Mail MORE=''

# Two at a time, because they are large.
JOBS=2
play <<'TABLE'
line-of-64-mb   90 0 1 0 a line of 64 MB takes no additional memory
header-of-16-mb 90 0 1 0 a header line of 16 MB takes no additional memory
crs-of-8-mb     90 0 1 0 8 MB of CR take no additional memory
dots-of-3-mb    90 0 1 0 3 MB of dot lines take no additional memory
TABLE
DELIVER=mbox:Box
play <<'TABLE'
line-of-64-mb@mbox   60 0 - 0 a line of 64 MB is delivered to an mbox
header-of-16-mb@mbox 60 0 - 0 a header line of 16 MB is delivered to an mbox
TABLE
check 'the mbox has the long line as sent' same_mbox line-of-64-mb@mbox/Box line-of-64-mb@mbox/expect
check 'the mbox has the header line as sent' same_mbox header-of-16-mb@mbox/Box header-of-16-mb@mbox/expect
DELIVER=maildir:Mail
rm -rf ./*-of-*-mb*

# The client waits until the time limit for a terminator that does not come.
JOBS=16
ends='lf-dot-lf crlf-dot-lf lf-dot-crlf cr-dot-cr dot-crlf crlf-dot crlf-dot-cr crlf-dot-blank crlf-dot-dot crlf-dot-nul
  crlf-dot-cr-cr-lf'
for end in $ends; do echo "end-$end 2 75 1 3 this sequence does not end a body: $end"; done >rows
play <rows
heal
for end in $ends; do echo "end-$end 60 0 3 0 the next run fetches the message with the sequence: $end"; done >rows
again <rows

done_hostile
