#!/bin/sh
# A dot lock that was left behind does not keep mail away for good, and one that is in use is honored.
. "${srcdir:-.}/tests/e2e/lib.sh"

# serve_too FOLDER: a server of its own, because a maildrop takes one session at a time; SERVER_PORT is its port.
helpers=''
serve_too() {
  rm -f port
  "$POP3_SERVER" --cert-dir certs --user me --password 'pass word' --port-file port --dir "$1" 2>>server.err &
  helpers="$helpers $!"
  wait_for port 'a test server does not start'
  SERVER_PORT=$(cat port)
}
certificates
host=$(uname -n)
sleep 600 &
living=$!
helpers=$living
# shellcheck disable=SC2086 # one word for each
trap 'kill $helpers 2>/dev/null; finish' EXIT

# left NAME CONTENT AGE: an account whose mbox is locked, since so many seconds ago.
fresh_configuration
left() {
  mkdir "$1"
  printf 'Subject: 1\nMessage-ID: <1@example.org>\n\nbody\n' >"$1/1"
  serve_too "$1"
  configure "$1" "deliver_to = \"mbox:$1.mbox\""
  printf '%s' "$2" >"$1.mbox.lock"
  touch -d "@$(($(date +%s) - $3))" "$1.mbox.lock"
}
delivered() { [ "$(grep -c '^Message-ID' "$1.mbox")" = 1 ] || { show; return 1; }; }

up=$(sed -n 's/^btime //p' /proc/stat 2>/dev/null) || :
left week "4711:no-host-of-ours
" 604800
left future "4711:no-host-of-ours
" -604800
left empty '' 400
left reused "$living:$host
" 600
left older "$living:$host
" $(($(date +%s) - ${up:-0} + 60))
run
check 'stale locks keep no mail away' exits 0
check 'not the one that another host has left a week ago' delivered week
check 'nor one from a clock that was ahead' delivered future
check 'nor an empty one' delivered empty
if [ -n "$up" ]; then
  check 'nor that of a process whose number another one has now' delivered reused
  check 'nor one from before the machine was started' delivered older
else
  skip 'nor that of a process whose number another one has now' 'the system does not tell when processes began'
  skip 'nor one from before the machine was started' 'the system does not tell when it was started'
fi
check 'and none is left behind' [ -z "$(ls ./*.lock 2>/dev/null)" ]

fresh_configuration
left fresh "4711:no-host-of-ours
" 5
left living "$living:$host
" 0
left moving "4711:no-host-of-ours
" 604800
python3 -c '
import os, time
at = time.time() - 604800
for n in range(6000):
    os.utime("moving.mbox.lock", (at + n / 10, at + n / 10))
    time.sleep(0.1)' &
helpers="$helpers $!"
run
check 'locks that are in use are honored' exits 75
for name in fresh living moving; do
  check "and reported ($name)" contains err \
    "mailhaul: $name: store: the file $name.mbox is locked by another program ($name.mbox.lock); the next run tries again; if no program uses it, remove the lock file"
  check "and left ($name)" [ -e "$name.mbox.lock" ]
  check "with the mbox as it was ($name)" [ ! -s "$name.mbox" ]
done

done_testing
