#!/bin/sh
# The cost of a run in round trips, syncs and system calls: counts that do not depend on a clock.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'

# traced: a run; `trace` contains its syncs and its network traffic.
traced() {
  write_configuration
  STATUS=0
  strace -f -y -qq -s 0 -o trace -e trace=connect,sendto,sendmsg,recvfrom,recvmsg,fsync,fdatasync,syncfs \
    "$MAILHAUL" -c mailhaul.conf -v >out 2>err || STATUS=$?
}
# traced_whole: the same, but `trace` contains all calls of the worker and its threads. Only the parent called
# execve.
traced_whole() {
  STATUS=0
  strace -ff -y -qq -s 0 -o calls "$MAILHAUL" -c mailhaul.conf -v >out 2>err || STATUS=$?
  # Leaves out what a build that measures coverage writes at the end.
  grep -L 'execve(' calls.* | xargs cat | grep -v '\.gcda' >trace
}
calls() { grep -cE "$1" trace; }
kinds() { sed 's/(.*//' trace | sort | uniq -c; }
syncs() { grep -cE '(fsync|fdatasync|syncfs)\(' trace; }
# turns: prints how often the client waited for the network: for the connection, and for an answer to what it had
# sent. TLS sends a record of 6 octets that is not answered.
turns() {
  awk '/connect\(.*sa_family=AF_INET/ { n = 1; sent = 0 }
    n && /(sendto|sendmsg)\(/ && $NF > 6 { sent = 1 }
    n && /(recvfrom|recvmsg)\(/ && !/EAGAIN/ { n += sent; sent = 0 }
    END { print n + 0 }' trace
}
at_most() { [ "$1" -gt 0 ] && [ "$1" -le "$2" ] || { echo "$1, not at most $2"; head -30 trace; kinds | sort -rn | head -15; return 1; }; }

mkdir mail
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
run
letters 1 300
traced
check 'a run that fetches 300 messages succeeds' contains out 'a: 300 new ('
# Connection, client hello and end of TLS, capabilities, login, listing, messages, QUIT.
check 'fetching 300 messages takes at most 8 round trips' at_most "$(turns)" 8
# The beginning of the run; the files, the directory and the record for each of two batches; the end, and its
# checkpoint.
check 'fetching 300 messages takes at most 15 syncs' at_most "$(syncs)" 15

traced
check 'a run that finds nothing new succeeds' contains out 'a: 0 new ('
# Connection, client hello and end of TLS, login, listing, QUIT.
check 'finding nothing new takes at most 6 round trips' at_most "$(turns)" 6
check 'finding nothing new takes no sync' [ "$(syncs)" = 0 ]
check 'the capabilities are remembered' [ "$(grep -c 'C: CAPA' transcript)" = 5 ]

letters 301 600
traced_whole
check 'a run that fetches 300 more succeeds' contains out 'a: 300 new ('
echo "# $(calls '\(') system calls, $(calls 'send(to|msg)\(') of them send, $(calls 'sync\(.*db-wal') sync the journal"
# Open, write, rename, close.
check 'each message takes at most 4 system calls' at_most "$(kinds | awk '{ n += int($1 / 300) } END { print n }')" 4
check 'a run takes at most 7 system calls for each message' at_most "$(calls '\(')" 2100
# The kernel is asked for addresses; client hello and end of TLS (2), login, listing, all messages, QUIT, end.
check 'at most 12 records are sent' at_most "$(calls 'send(to|msg)\(')" 12
# A new journal, the beginning of the run, two batches, the end, and its checkpoint.
check "the journal of the state is synced at most 8 times" at_most "$(calls 'sync\(.*db-wal')" 8

letters 601 1100
run
traced
check 'a run that finds nothing new among 1,100 messages succeeds' contains out 'a: 0 new ('
check 'finding nothing new among 1,100 messages takes at most 6 round trips' at_most "$(turns)" 6
check 'no sizes are requested' [ "$(grep -c 'C: LIST' transcript)" = 5 ]
sqlite3 state/a.db 'UPDATE maildrop SET capabilities = NULL'
traced
# Connection, client hello, end of TLS and greeting, capabilities, login, listing, QUIT.
check 'asking for the capabilities takes one more round trip' at_most "$(turns)" 7

# A server may send its greeting along with the end of its handshake; the client's end and its first command are
# then sent together.
stop
serve --dir mail --early-greeting
sqlite3 state/a.db 'UPDATE maildrop SET capabilities = NULL'
traced
check 'a run succeeds with a server that sends its greeting with the handshake' contains out 'a: 0 new ('
# Connection, client hello and greeting, capabilities, login, listing, QUIT.
check 'with unknown capabilities it takes at most 6 round trips' at_most "$(turns)" 6
traced
# Connection, client hello and greeting, login, listing, QUIT.
check 'with known capabilities it takes at most 5 round trips' at_most "$(turns)" 5

stop
serve --dir mail --no-sasl
run
check 'a change of capabilities is noticed, and another login succeeds' exits 0
run
check 'the new capabilities are remembered' [ "$(grep -c 'C: CAPA' transcript)/$(grep -c 'C: AUTH' transcript)/$(grep -c 'C: USER' transcript)" = 3/1/2 ]
PASSWORD_LINE="password = 'not mine'"
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
run
check 'a wrong password is tried once' [ "$(grep -c 'C: PASS' transcript)" = 3 ]
check 'a wrong password has exit code 77' exits 77

done_testing
