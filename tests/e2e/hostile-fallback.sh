#!/bin/sh
# A server that announces PIPELINING but fails at it: the same run continues with one command at a time.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

play <<'TABLE'
too-many-in-flight 60 0 40 0 a server that hangs up on many commands at once gets one at a time
commands-forgotten  2 0 12 0 a server that loses commands gets one at a time
TABLE

# The next run knows it, and does not fail first.
sessions() { [ "$(grep -c '^\* ' commands-forgotten@known/transcript)" = "$1" ]; }
MORE='max_messages = 6'
play <<'TABLE'
commands-forgotten@known 2 0 6 6 a run with a limit succeeds with such a server
TABLE
check 'that run has two sessions' sessions 2
again <<'TABLE'
commands-forgotten@known 2 0 12 0 the next run fetches the rest
TABLE
check 'the next run has one session, because the failure is remembered' sessions 3

done_hostile
