#!/bin/sh
# Very many known messages on the server: memory, the size of the state, and no sync.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# remember DIRECTORY COUNT: records that many messages as fetched, in batches as a run does.
remember() {
  python3 - "$1/state/a.db" "$2" <<'PY'
import os, sqlite3, sys
state, count = sqlite3.connect(sys.argv[1], isolation_level=None), int(sys.argv[2])
for start in range(1, count + 1, 256):
    state.execute('BEGIN')
    state.executemany(
        'INSERT INTO message(uid, delivered, octets, wire, listed, sha256, header) VALUES(?, ?, ?, ?, ?, ?, ?)',
        ((f'unique-identifier-{n:08}', 1763800000 + n // 100, 970, 1000, 1000, os.urandom(32), os.urandom(16))
         for n in range(start, min(start + 256, count + 1))))
    state.execute('COMMIT')
state.close()
PY
}
size_of() { wc -c <"$1"; }
at_most() { [ "$1" -le "$2" ] || { echo "$1, not at most $2"; return 1; }; }
# traced SCENARIO CALLS: runs the scenario, and records these calls in `trace`.
traced() {
  STATUS=0
  (cd "$1" && exec strace -f -qq -o ../trace -e trace="$2" "$MAILHAUL" -c mailhaul.conf >out 2>err) || STATUS=$?
}
syncs() { grep -cE '(fsync|fdatasync|syncfs)\(' trace; }

JOBS=1 LEAVE=forever PEAK_MOST=262144
cat >rows <<'TABLE'
known-100-thousand 60 75 0 3 the first of 100,000 messages breaks the connection
known-1-million    60 75 0 3 the first of 1,000,000 messages breaks the connection
listing-paused     60 75 0 3 the first of 50,000 messages, listed with a pause, breaks the connection
TABLE
play <rows
remember known-100-thousand 100000
remember known-1-million 1000000
check 'a state of 1,000,000 messages takes less than 120 MB' at_most "$(size_of known-1-million/state/a.db)" 120000000
echo "# it takes $(size_of known-1-million/state/a.db) octets"
PEAK_MOST=49152
again <<'TABLE'
known-100-thousand 60 0 0 3 a run with 100,000 known messages needs at most 48 MB
TABLE
PEAK_MOST=262144
again <<'TABLE'
known-1-million    60 0 0 3 a run with 1,000,000 known messages succeeds
TABLE
if strace -qq -o trace -e trace=none true; then
  traced known-100-thousand fsync,fdatasync,syncfs
  check 'a run that finds nothing new succeeds' [ "$STATUS" = 0 ]
  check 'a run that finds nothing new does not sync' [ "$(syncs)" = 0 ]
  # This holds for slow builds also: the server pauses until everything sent was read, with much more to follow.
  traced listing-paused setsockopt
  check 'a long listing is read in large parts' grep -qE 'SO_RCVLOWAT, \[(65536|16384)\]' trace
else
  skip 'the cost of a run that finds nothing new' 'strace cannot trace here'
fi

done_hostile
