#!/bin/sh
# If storing fails nothing is deleted, and the next run completes.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
SHORT_WRITES=${MAILHAUL%/src/mailhaul}/tests/support/short_writes.so

mkdir mail
for n in 1 2 3 4 5 6 7 8; do
  { printf 'Subject: %s\n\n' "$n"; head -c 3000 /dev/urandom | base64; } >"mail/$n"
done
head -c 300000 /dev/urandom | base64 >mail/9
head -c 3000000 /dev/urandom | base64 >mail/10
serve --dir mail
fresh_configuration
configure md 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
configure mb 'deliver_to = "mbox:inbox"' 'leave_on_server = no'
configure command 'deliver_to = "pipe"' 'leave_on_server = no' \
  'deliver_command = {"sh", "-c", "if grep -q ^Subject:.5; then echo no room >&2; exit 75; else cat >/dev/null; fi"}'
cp -r mail mail.expect

# limited BLOCKS ACCOUNT: a run with a limit on the size of files (in blocks of 512 bytes).
limited() {
  STATUS=0
  write_configuration
  (ulimit -f "$1" && exec "$MAILHAUL" -c mailhaul.conf "$2") >out 2>err || STATUS=$?
}
limited 400 md
limit=$( (ulimit -f 400 && python3 -c 'import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE)[0])'))
check 'a full Maildir is an I/O failure' exits 74
why="cannot be stored: the Maildir Mail cannot be written: File too large; raise the limit on file sizes, now $limit bytes (ulimit -f); nothing is deleted from the server until then"
check 'one line for each message that is too large has the cause and the hint' says err \
  "mailhaul: md: store: message 10 (UID 9) of 410528 bytes $why
mailhaul: md: store: message 2 (UID 10) of 4105264 bytes $why"
check 'nothing is deleted from the server' left_is mail 10
mkdir mail.small
for n in 1 2 3 4 5 6 7 8; do cp "mail/$n" mail.small; done
check 'the messages that fit are in the Maildir' same_maildir Mail mail.small
check 'no file is left in tmp' count_is Mail/tmp 0
run md
check 'the next run succeeds' exits 0
check 'the Maildir has all messages' same_maildir Mail mail.expect
check 'all messages are deleted from the server' left_is mail 0

cp mail.expect/* mail/
printf 'From other@example.org Thu Jan  1 00:00:00 1970\nSubject: old\n\nold\n\n' >inbox
cp inbox before
# The journal of the state also has to fit.
limited 780 mb
check 'a full mbox is an I/O failure' exits 74
tail -c "+$(($(wc -c <before) + 1))" inbox >added
check 'the messages that fit are appended to the mbox' same_mbox added mail.small
check 'the earlier content of the mbox is unchanged after the failure' cmp -n "$(wc -c <before)" inbox before
check 'no lock is left' [ ! -e inbox.lock ]
check 'no message is deleted from the server when the mbox is full' left_is mail 10
run mb
check 'the next run succeeds' exits 0
tail -c "+$(($(wc -c <before) + 1))" inbox >added
check 'all messages are appended to the mbox' same_mbox added mail.expect
check 'the earlier content of the mbox is unchanged' cmp -n "$(wc -c <before)" inbox before

cp mail.expect/* mail/
run command
check 'a command that exits with status 75 is a temporary failure' exits 75
check 'the failure of the command is reported' contains err ' with the subject "5" was refused: deliver_command sh exited with status 75: no room'
check 'only the refused message stays on the server' [ "$(ls mail)" = 5 ]

rm -rf Mail inbox state
for account in md mb; do
  cp mail.expect/* mail/
  write_configuration
  STATUS=0
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$SHORT_WRITES \
    "$MAILHAUL" -c mailhaul.conf "$account" >out 2>err || STATUS=$?
  check "short writes are completed ($account)" exits 0
done
check 'after short writes the Maildir has all messages' same_maildir Mail mail.expect
check 'after short writes the mbox has all messages' same_mbox inbox mail.expect

rm -rf mail/* Mail state
cp mail.expect/1 mail/
: >Mail
run md
check 'a Maildir path that is a file is refused' exits 74
check 'the message says that a file has this name' contains err 'mailhaul: md: store: the directory Mail cannot be created: a file has this name; '
check 'no message is deleted from the server' left_is mail 1
rm -f inbox
mkfifo inbox
run mb
check 'an mbox that is not a regular file is refused' says err \
  'mailhaul: mb: store: the mbox inbox is not a regular file; name a file in deliver_to, or use maildir: for a directory'

printf 'no database' >state/md.db
rm -f Mail
run md
check 'a damaged state is refused' exits 74
check 'the message has a hint' contains err 'move it away'
rm -rf state
run md
run md
check 'a run with a lost state finds the messages in the Maildir' exits 0

# A quota on the state's disk, reported only by the sync.
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  : >failures
  for n in 1 2 3 4 5 6 7 8; do
    rm -rf Mail state
    rm -f mail/*
    cp mail.expect/1 mail/
    STATUS=0
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace -e trace=fdatasync -e inject=fdatasync:error=EDQUOT:when="$n" \
      "$MAILHAUL" -c mailhaul.conf md >out 2>err || STATUS=$?
    [ "$STATUS" = 0 ] || { echo "$STATUS" && cat err; } >>failures
  done
  check 'a sync of the state that exceeds the quota is a temporary failure that names the quota' contains failures \
    'cannot be written: Disk quota exceeded; free space in your disk quota, or set another state_dir'
  check 'no other failure is reported' eval '! grep -q -e "^74" -e "disk I/O error" failures'
else
  skip 'a sync of the state that exceeds the quota is a temporary failure that names the quota' 'strace cannot trace here'
fi

done_testing
