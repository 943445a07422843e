#!/bin/sh
# A server that announces PIPELINING and cannot do it: the same run goes on with one command at a time.
. "${srcdir:-.}/tests/e2e/hostile-lib.sh"

play <<'TABLE'
too-many-in-flight 10 0 40 0 a server that hangs up on many commands at once is served one at a time
commands-forgotten  2 0 12 0 and one that forgets commands, too
TABLE

done_hostile
