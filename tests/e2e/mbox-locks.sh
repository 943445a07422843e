#!/bin/sh
# A stale dot lock does not block mail for good, and a dot lock in use is respected.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# serve_too DIRECTORY: starts another server, because a maildrop accepts one session at a time. SERVER_PORT is its
# port.
helpers=''
serve_too() {
  serve_beside "$1" --dir "$1"
  helpers="$helpers $STARTED"
  SERVER_PORT=$(cat "$1.port")
}
certificates
host=$(uname -n)
sleep 600 &
living=$!
helpers=$living
# shellcheck disable=SC2086 # one word for each
trap 'kill $helpers 2>/dev/null; finish' EXIT

# fresh: empties the configuration. All of its accounts wait for their locks at the same time.
fresh() {
  fresh_configuration
  echo 'jobs = 16' >>mailhaul.conf.in
}
fresh
# left NAME CONTENT AGE: configures an account whose mbox has had this lock for that many seconds.
left() {
  mkdir "$1"
  letter "$1/1"
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
left absent "999999:$host
" 400
left number "999999
" 400
left huge "4294967297:$host
" 400
left directory '' 0
rm directory.mbox.lock && mkdir directory.mbox.lock && touch -d '-10 min' directory.mbox.lock
run
check 'a run succeeds with stale locks' exits 0
check 'a lock is stale if its process has not existed for minutes' delivered absent
check 'a lock with only a process number is stale if that process does not exist' delivered number
check 'a lock with an impossible process number is stale' delivered huge
check 'an empty lock directory is stale' delivered directory
check 'a lock of another host is stale after a week' delivered week
check 'a lock dated in the future by a week is stale' delivered future
check 'an empty lock is stale' delivered empty
if [ -n "$up" ]; then
  check 'a lock is stale if its process number was reused' delivered reused
  check 'a lock from before the boot is stale' delivered older
else
  skip 'a lock is stale if its process number was reused' 'the system does not tell when processes began'
  skip 'a lock from before the boot is stale' 'the system does not tell when it was started'
fi
check 'no lock is left' [ -z "$(ls ./*.lock 2>/dev/null)" ]

# A run in another PID namespace of the same host waits beside the next run.
fresh
left namespace "$living:$host
" 2
write_configuration
mv mailhaul.conf namespace.conf
other=''
if unshare -p -f --mount-proc true 2>/dev/null; then
  unshare -p -f --mount-proc "$MAILHAUL" -c namespace.conf >namespace.out 2>namespace.err &
  other=$!
  helpers="$helpers $other"
fi

fresh
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
# Locks of programs that write only a number, or another format than ours.
up=$(cut -d. -f1 /proc/uptime 2>/dev/null) && began=$(awk '{ sub(/.*\) /, ""); print int($20 / 100) }' /proc/1/stat 2>/dev/null) &&
  [ $((up - began)) -gt 330 ] && age=320 || age=2 # not older than process 1
left pid '1
' "$age"
left padded '  1
' "$age"
left blank "1 $host
" "$age"
left init "1:$host
" "$age"
# Locks of another container, whose processes are not visible.
left elsewhere "999999:$host
" 5
left ahead "$living:$host
" -600
left full '' 0
rm full.mbox.lock && mkdir full.mbox.lock && : >full.mbox.lock/file && touch -d '-10 min' full.mbox.lock
run
check 'locks in use are respected' exits 75
check 'a lock directory that is not empty is reported with a hint' contains err \
  'mailhaul: full: store: the file full.mbox is locked: full.mbox.lock is a directory; if no program uses it, remove the directory and its contents'
for name in fresh living moving pid padded blank init elsewhere ahead; do
  check "the lock is reported ($name)" contains err \
    "mailhaul: $name: store: the file $name.mbox is locked by another program ($name.mbox.lock); the next run tries again; if no program uses it, remove the lock file"
  check "the lock is left ($name)" [ -e "$name.mbox.lock" ]
  check "the mbox is unchanged ($name)" [ ! -s "$name.mbox" ]
done

if [ -n "$other" ]; then
  STATUS=0
  wait "$other" || STATUS=$?
  cp namespace.out out && cp namespace.err err
  check 'the lock of a process in another PID namespace is respected' exits 75
  check 'the lock of the other namespace is left' [ -e namespace.mbox.lock ]
else
  # The run that is killed below must find a state, or it ends at a sync of that.
  "$MAILHAUL" -c namespace.conf >out 2>err || :
  skip 'the lock of a process in another PID namespace is respected' 'no PID namespace can be made here'
  skip 'the lock of the other namespace is left' 'no PID namespace can be made here'
fi

# A run is killed while it holds the lock: the next one recognizes its kind, and continues at once.
if strace -qq -o trace -e trace=none true 2>/dev/null && [ -e /proc/self/ns/pid ]; then
  rm namespace.mbox.lock
  STATUS=0
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace -e trace=fsync -e inject=fsync:signal=KILL:when=1 \
    "$MAILHAUL" -c namespace.conf >out 2>err || STATUS=$?
  check 'a run that is killed leaves its lock' [ -e namespace.mbox.lock ]
  STATUS=0
  "$MAILHAUL" -c namespace.conf >out 2>err || STATUS=$?
  # A run waits for a lock for 30 seconds, and this one expires much later.
  check 'the next run does not wait for the lock to expire' delivered namespace
  check 'the next run leaves no lock' [ ! -e namespace.mbox.lock ]

  # Others may write in /var/mail. The name of the file that becomes the lock must not be predictable.
  # temporary NUMBER: the name and the flags in the trace of a run that delivers another message.
  temporary() {
    letter "namespace/$1"
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace -e trace=open,openat \
      "$MAILHAUL" -c namespace.conf >out 2>err
    sed -n 's/.*"\([^"]*namespace\.mbox\.lock\.[^"]*\)", \([A-Z_|]*\).*/\1 \2/p' trace >"temporary.$1"
  }
  temporary 2 && temporary 3
  random_names() {
    ! cmp -s temporary.2 temporary.3 && grep -qE '^[^ ]*\.lock\.[0-9a-f]{32} ' temporary.2 && grep -qE '^[^ ]*\.lock\.[0-9a-f]{32} ' temporary.3 ||
      { cat temporary.?; return 1; }
  }
  only_new() { grep -q O_CREAT temporary.3 && grep -q O_EXCL temporary.3 && grep -q O_NOFOLLOW temporary.3 && contains temporary.3 O_NONBLOCK; }
  check 'the file that becomes a lock has a random name' random_names
  check 'it is created, and nothing that exists is opened' only_new
else
  skip 'a run that is killed leaves its lock' 'strace cannot trace here'
fi

done_testing
