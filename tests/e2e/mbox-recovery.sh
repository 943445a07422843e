#!/bin/sh
# The next run completes or undoes an interrupted append to an mbox, whatever the filesystem, a backup or other
# programs have done to the file meanwhile.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'

OLD=69 # octets that were there before
mkdir mail empty
for n in 1 2 3; do
  { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n"; head -c 20000 /dev/urandom | base64; } >"mail/$n"
done

# strike INJECTION...: a run in which calls fail or kill it.
strike() {
  _injections=''
  for _injection in "$@"; do _injections="$_injections -e inject=$_injection"; done
  write_configuration
  STATUS=0
  # shellcheck disable=SC2086 # one word for each
  strace -f -qq -o trace -e trace=fsync,ftruncate,fallocate $_injections "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
}

# ready: makes an mbox with one foreign message, and an empty state.
ready() {
  rm -rf state inbox* before
  fresh_configuration
  configure a 'deliver_to = "mbox:inbox"'
  printf 'From other@example.org Thu Jan  1 00:00:00 1970\nSubject: old\n\nolder\n\n' >inbox
  [ "$(wc -c <inbox)" = "$OLD" ] || bail 'the old message has another size'
  serve --dir empty
  run
  serve --dir mail
}

# killed: three messages have been appended, and none is recorded.
killed() {
  ready
  strike fsync:signal=KILL:when=1
  cp inbox whole
  [ "$(grep -ac '^Message-ID' inbox)/$(sqlite3 state/a.db 'SELECT count(*) FROM message')/$(sqlite3 state/a.db 'SELECT count(*) FROM pending')" = 3/0/3 ] ||
    bail 'the kill did not come between delivery and record'
}
# octets of the first N messages
extent() { sqlite3 state/a.db "SELECT coalesce(sum(length), 0) FROM pending WHERE position <= $1"; }
nuls() { # FROM LENGTH: writes NULs after the old message
  dd if=/dev/zero of=inbox bs=1 seek=$((OLD + $1)) count="$2" conv=notrunc 2>/dev/null
}
remounted() { sqlite3 state/a.db 'UPDATE intent SET device = device + 1'; }
restored() { cp inbox inbox.copy && mv inbox.copy inbox && sqlite3 state/a.db 'UPDATE intent SET inode = inode + 1, device = device + 1'; }
# completed NEW: the next run fetched that many messages, and all are there once, with the foreign message
# unchanged.
completed() {
  exits 0 && contains out "a: $1 new (" || return 1
  tail -c "+$((OLD + 1))" inbox >added
  same_mbox added mail && cmp -n "$OLD" inbox whole
}
# only_grown: the earlier content is unchanged.
only_grown() { cmp -n "$(wc -c <before)" before inbox; }

killed
remounted
run -v
check 'appended messages are known after a mount with another device number' completed 0

killed
restored
run -v
check 'appended messages are known in a file restored from a backup' completed 0

killed
tr 'a-z' 'b-za' <inbox | head -c 30 >new-beginning
dd if=new-beginning of=inbox bs=1 seek=5 conv=notrunc 2>/dev/null
cp inbox whole
restored
run -v
check 'they are known in a restored file whose beginning has changed' completed 0

killed
truncate -s -1000 inbox
restored
run -v
check 'a torn message in a restored file is removed' completed 1

killed
nuls 0 "$(extent 3)"
run -v
check 'an append of which only the size was written is undone' completed 3

killed
nuls 0 "$(extent 3)"
truncate -s -5000 inbox
restored
run -v
check 'it is undone in a restored file' completed 3

killed
nuls 0 4096
run -v
check 'an append whose first page is NUL is undone' completed 3

killed
nuls "$(($(extent 1) + 4028))" 8192
run -v
check 'a message with NULs after its header is removed with the later ones' completed 2

killed
nuls "$(extent 2)" 100
truncate -s -2000 inbox
remounted
run -v
check 'a torn last message with NULs is removed' completed 1

killed
nuls "$(extent 1)" 4096
truncate -s "$((OLD + $(extent 1) + 4096))" inbox
printf 'From them@example.net Fri Feb 13 23:31:30 2009\nSubject: theirs\n\ntheirs\n\n' >>inbox
cp inbox before
run -v
check 'a foreign message after NULs is left' only_grown
check 'complete messages before the NULs are not fetched again' contains out 'a: 2 new ('

killed
python3 - <<'END'
data = open("inbox", "rb").read().replace(b"Subject: 1\n", b"Subject: 1\nStatus: RO\n")
end = data.rindex(b"\n\nFrom ") + 2  # the reader has also deleted the last message
open("inbox", "r+b").write(data[:end])
open("inbox", "r+b").truncate(end)
END
cp inbox before
run -v
check 'a message marked by a reader is left' only_grown

killed
head -c "$OLD" inbox >inbox.new
printf '\0\0\0\0' >>inbox.new
python3 -c 'import sys; sys.stdout.write("binary, not mail " * 100)' >>inbox.new
mv inbox.new inbox
cp inbox before
run -v
check 'foreign content is left, with or without NULs before it' only_grown

killed
tail -c "+$((OLD + 1))" inbox >inbox.new && cat inbox.new >inbox && rm inbox.new
run -v
check 'messages that moved when a reader removed an older one are known' contains out 'a: 0 new ('
check 'they are not fetched again' same_mbox inbox mail

# A mail reader changes the mbox between the kill and the next run. Messages that it left complete are not fetched
# again.
edited() { python3 -c "data = open('inbox').read(); data = $1; open('inbox', 'w').write(data)"; }
# counts N N N: compares how often each message is in the mbox.
counts() {
  _counts=$(for n in 1 2 3; do grep -ac "^Message-ID: <$n@" inbox; done | tr '\n' ' ')
  [ "$_counts" = "$1 $2 $3 " ] || { echo "$_counts" && show && return 1; }
}
read_between() { # DESCRIPTION NEW COUNT COUNT COUNT
  cp inbox before
  run -v
  check "$1" contains out "a: $2 new ("
  check 'each complete message is present as often as expected' counts "$3" "$4" "$5"
  check 'the content left by the reader is unchanged' only_grown
}
mark="data.replace('@example.org>\n', '@example.org>\nStatus: O\n')"
killed
edited "$mark"
read_between 'messages that are all marked by a reader are known' 0 1 1 1
killed
edited "data.replace('<1@example.org>\n', '<1@example.org>\nX-IMAPbase: 1 3          \nX-UID: 1\nStatus: RO\n')"
read_between 'messages are known if a reader has marked the first' 0 1 1 1
killed
edited "data.replace('<3@example.org>\n', '<3@example.org>\nContent-Length: 27000\nLines: 400\n')"
read_between 'messages are known if a reader has marked the last' 0 1 1 1
killed
edited "data.replace('<2@example.org>\n', '<2@example.org>\nX-Keywords: a\n b\n')"
read_between 'messages are known if a reader has marked the second' 0 1 1 1
killed
edited "data[:$OLD] + data[data.index('From MAILER', data.index('Subject: 1')):]"
read_between 'a first message removed by a reader is fetched again' 1 1 1 1
killed
edited "(data[:$OLD] + data[data.index('From MAILER', data.index('Subject: 1')):]).replace('@example.org>\n', '@example.org>\nStatus: O\n')"
read_between 'a first message removed by a reader who marked the others is fetched again' 1 1 1 1
killed
edited "data[:$OLD] + data[data.index('From MAILER', data.index('Subject: 2')):] + data[$OLD:data.index('From MAILER', data.index('Subject: 2'))]"
read_between 'messages sorted by a reader are known' 0 1 1 1
killed
truncate -s -2000 inbox
edited "$mark"
read_between 'a torn message that a reader has marked is fetched again' 1 1 1 2
killed
edited "data.replace('<2@example.org>\n', '<2@example.org>\nStatus: O\n').replace('From MAILER', 'From other', 2)"
read_between 'messages with the From_ line of another delivery are foreign' 2 2 2 1

# Of two messages with the same text, a reader has left one, and marked it.
cp mail/2 second && cp mail/1 mail/2
killed
edited "data[:data.index('From MAILER', data.index('Subject: 1'))].replace('@example.org>\n', '@example.org>\nStatus: O\n', 1)"
read_between 'one copy stands for one of two messages with the same text' 2 2 0 1
mv second mail/2

# The same without a kill: the state has no room for the records.
for n in $(seq 24); do
  ready
  write_configuration
  STATUS=0
  strace -f -qq -o trace -P "$WORK/state/a.db-wal" -e trace=pwrite64 -e inject=pwrite64:error=ENOSPC:when="$n"+ \
    "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  [ "$(wc -c <inbox)" != "$OLD" ] && [ "$(sqlite3 state/a.db 'SELECT count(*) FROM pending')" = 3 ] && [ "$STATUS" != 0 ] && break
done
check 'a state without room for the records is a temporary failure' exits 75
check 'the failure is one line' [ "$(wc -l <err)" = 1 ]
check 'the messages are in the mbox' counts 1 1 1
edited "$mark"
read_between 'messages marked before the next run are known' 0 1 1 1

# The mbox has moved, and the account's path was changed.
killed
mkdir elsewhere
mv inbox elsewhere/inbox
sed -i 's/mbox:inbox/mbox:elsewhere\/inbox/' mailhaul.conf.in
run -v
mv elsewhere/inbox inbox
check 'appended messages are known in a moved mbox with a new deliver_to' completed 0
killed
truncate -s -1000 inbox
mv inbox elsewhere/inbox
sed -i 's/mbox:inbox/mbox:elsewhere\/inbox/' mailhaul.conf.in
run -v
mv elsewhere/inbox inbox
check 'a torn message in a moved mbox is removed' completed 1
killed
cp inbox elsewhere/inbox
rm inbox
printf 'From other@example.org Thu Jan  1 00:00:00 1970\nSubject: old\n\nolder\n\n' >elsewhere/inbox
sed -i 's/mbox:inbox/mbox:elsewhere\/inbox/' mailhaul.conf.in
run -v
mv elsewhere/inbox inbox
check 'another mbox has none of the appended messages' completed 3
rm -rf elsewhere

# NULs after the batch, from reserved space, if the size was written before the data.
killed
truncate -s +4096 inbox
run -v
check 'NULs after complete messages are removed' completed 0

killed
truncate -s -3000 inbox
truncate -s +9000 inbox
run -v
check 'NULs after a torn message are removed with it' completed 1

# Text in the torn message that looks like the beginning of a message.
cp mail/3 plain
for line in '> From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001' \
  'He wrote: From joe@example.org Thu Jan  1 00:00:00 1970' 'From joe@example.org Thu Jan  1 00:00:00 1970'; do
  { cat plain; printf '%s\n' "$line"; head -c 20000 /dev/urandom | base64; } >mail/3
  killed
  truncate -s -500 inbox
  run -v
  check "a torn message with the line \"$line\" is removed" completed 1
done
killed
at=$(grep -abo '^>From joe' inbox | cut -d: -f1)
nuls $((at - OLD - 3000)) 3000
run -v
check 'a torn message with NULs up to a quoted From line is removed' completed 1
killed
nuls $((at - OLD - 2999)) 3000
run -v
check 'a torn message with NULs over the first byte of a quoted From line is removed' completed 1
mv plain mail/3

killed
truncate -s -500 inbox
printf 'From them@example.net Fri Feb 13 23:31:30 2009\nSubject: theirs\n\ntheirs\n\n' >>inbox
cp inbox before
run -v
check 'a foreign message after a torn line is left' only_grown
for date in 'Fri, 13 Feb 2009 23:31:30 +0000' '2009-02-13T23:31:30+00:00' 'Fr 13. Feb 23:31:30 UTC 2009' \
  'Fri 13 Feb 2009 11:31:30 PM UTC' ''; do
  killed
  truncate -s -500 inbox
  printf 'From them@example.net %s\nSubject: theirs\n\ntheirs\n\n' "$date" >>inbox
  cp inbox before
  run -v
  check "a foreign message with the date \"$date\" is left" only_grown
done

# The existing file has no line end at its end, so there are two octets before the batch.
ready
printf 'From other@example.org Thu Jan  1 00:00:00 1970\nSubject: old\n\nolder' >inbox
cp inbox short
strike fsync:signal=KILL:when=1
nuls -2 "$(($(wc -c <inbox) - $(wc -c <short)))"
restored
run -v
check 'NULs before the batch are removed in a restored file' [ "$(tr -dc '\000' <inbox | wc -c)" = 0 ]
check 'the old message is unchanged' cmp -n "$(wc -c <short)" short inbox

ready
strike fallocate:error=ENOSPC
check 'a lack of space is reported with the first message that does not fit' contains err \
  'cannot be stored: the mbox inbox cannot be written: No space left on device; free disk space; nothing is deleted from the server until then'
check 'the failure is one line' [ "$(wc -l <err)" -eq 1 ]
check 'a lack of space is a temporary failure' exits 75
check 'nothing is appended without space' [ "$(wc -c <inbox)" = "$OLD" ]
cp inbox whole
run -v
check 'the next run appends all messages' completed 3

ready
cp inbox whole
strike fallocate:error=EOPNOTSUPP
check 'a filesystem that cannot reserve space is accepted' exits 0
run -v
check 'all messages are in that mbox' completed 0

# As btrfs behaves at its quota: the file can be neither synced nor shortened, and contains NULs.
ready
cp inbox whole
strike fsync:error=EDQUOT:when=1 ftruncate:error=EDQUOT:when=2+
check 'an append that cannot be undone is reported' contains err 'its end may contain a partial message, which the next run removes'
nuls 0 30000
run -v
check 'the next run undoes the append' completed 3

done_testing
