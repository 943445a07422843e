#!/bin/sh
# A low limit on open files: fewer files are open at a time, and the program reports what it cannot do.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
OLD_KERNEL=${MAILHAUL%/src/mailhaul}/tests/support/old_kernel.so
[ -e "$OLD_KERNEL" ] || OLD_KERNEL=$(cd "$OLDPWD" && pwd)/tests/support/old_kernel.so

mkdir mail
for n in $(seq 1 120); do
  { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n"; head -c 1000 /dev/zero | tr '\0' x; echo; } >"mail/$n"
done
serve --dir mail
fresh_configuration
configure md 'deliver_to = "maildir:Mail"'
configure mb 'deliver_to = "mbox:inbox"'
configure command 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >>piped"}'

# limited FILES ARGUMENT...: runs the program with this limit.
limited() {
  _limit=$1 && shift
  STATUS=0
  write_configuration
  (ulimit -n "$_limit" && exec "$MAILHAUL" -c mailhaul.conf "$@") >out 2>err || STATUS=$?
}

limited 24 md
check 'a Maildir takes 120 messages with 24 open files' exits 0
check 'all messages are in the Maildir' same_maildir Mail mail
limited 24 mb
check 'an mbox takes 120 messages with 24 open files' exits 0
check 'all messages are in the mbox' same_mbox inbox mail
limited 24 command
check 'a command takes 120 messages with 24 open files' exits 0
check 'the command gets all messages' [ "$(grep -c '^Message-ID' piped)" = 120 ]
limited 24 verify md mb
check 'verify works with 24 open files' exits 0
limited 24 list md
check 'list works with 24 open files' exits 0
limited 24 check md
check 'check works with 24 open files' exits 0

rm -rf Mail state
STATUS=0
export OLD_KERNEL
(ulimit -n 24 && ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$OLD_KERNEL \
  exec "$MAILHAUL" -c mailhaul.conf md) >out 2>err || STATUS=$?
check 'a Maildir without syncfs takes 120 messages with 24 open files' exits 0
check 'each message is delivered once' same_maildir Mail mail

limited 10 md
check '10 open files are a temporary failure' exits 75
check 'the message names the limit' contains err 'Too many open files; raise the limit on open files, now 10 (ulimit -n)'
limited 5 md
check 'the message names a limit of 5 files' contains err 'raise the limit on open files, now 5 (ulimit -n)'

# If the resolver cannot open a file, it reports an unknown name.
for limit in 8 9 10 11; do
  limited "$limit" command
  cat err
done >errors
check 'a lack of open files is not reported as an unknown host name' [ "$(grep -c 'raise the limit on open files, now' errors)/$(grep -c spelling errors)" = 4/0 ]

# 30 accounts at a time would need 30 files in the parent.
fresh_configuration
echo 'jobs = 30' >>mailhaul.conf.in
for n in $(seq 1 30); do configure "a$n" "deliver_to = \"maildir:Mail$n\"" 'login_retry = 10m'; done
rm -rf mail/*
letter mail/1
write_configuration
STATUS=0
(ulimit -n 20 && exec timeout -s KILL 600 "$MAILHAUL" -c mailhaul.conf) >out 2>err || STATUS=$?
check '30 accounts with jobs = 30 succeed with 20 open files' exits 0
for n in $(seq 1 30); do [ "$(ls "Mail$n/new" 2>/dev/null | wc -l)" = 1 ] || echo "a$n"; done >missing
check 'all 30 accounts get their mail' [ ! -s missing ]

done_testing
