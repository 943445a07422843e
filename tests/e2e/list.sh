#!/bin/sh
# The command list: the messages on the server, and what will be done with them.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# on_terminal ARGUMENT...: writes to ./out what the program prints on a terminal.
on_terminal() {
  write_configuration
  script -qec "$MAILHAUL -c mailhaul.conf $*" /dev/null </dev/null | tr -d '\r' >out
}

mkdir mail
message() {
  printf 'Date: Mon, 16 Nov 2026 10:00:0%s +0100\nFrom: %s\nSubject: %s\nMessage-ID: <%s@example.org>\n\nbody\n' "$1" "$2" "$3" "$1" >"mail/$1"
}
message 1 '=?utf-8?Q?J=C3=B6rg?= <joerg@example.org>' 'plain'
message 2 'a@example.org' "$(printf '=?iso-8859-1?B?5Pb8?=\n =?iso-8859-1?Q?_=DF?=')"
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = 14d' 'max_message_size = 10k'
run
message 3 'b@example.org' '=?utf-8?Q?=1B[2Jred=09tab?='
{ message 4 'c@example.org' 'large' && head -c 11000 /dev/zero | tr '\0' x >>mail/4; }

before=$(sqlite3 -readonly state/a.db .dump)
run list a
check 'list succeeds' exits 0
check 'each message has one line' [ "$(wc -l <out)" = 4 ]
in_14_days=$(date -d '+14 days' +%Y-%m-%d)
fields() { awk -F '\t' -v n="$1" '$2 == n' out | cut -f "$2"; }
is() { [ "$1" = "$2" ] || { echo "expected: $2, not $1" && cat -A out && return 1; }; }
check 'the line has account, number and size in bytes' is "$(fields 1 1,2,4)" "$(printf 'a\t1\t%s' "$(sed 's/$/\r/' mail/1 | wc -c)")"
check 'the line has the UID' grep -q "^a	1	$(sqlite3 -readonly state/a.db 'SELECT uid FROM message ORDER BY uid' | head -n 1)	" out
check 'a delivered message stays until its date of deletion' is "$(fields 1 6,7)" "$(printf 'leave\t%s' "$in_14_days")"
check 'the line of a delivered message has its age' [ "$(fields 1 5)" -lt 60 ]
check 'a new message is to be fetched' is "$(fields 3 5-7)" "$(printf 'new\tfetch\t%s' "$in_14_days")"
check 'a message that is too large stays' is "$(fields 4 5-7)" "$(printf 'new\tleave\t-')"
check 'no header is requested' lacks transcript 'TOP'
run_later +15d list a
check 'an expired message is to be deleted in the next run' is "$(fields 2 6,7)" "$(printf 'delete\tnext run')"

run list --headers a
check '--headers prints the date' is "$(fields 1 8)" 'Mon, 16 Nov 2026 10:00:01 +0100'
check '--headers prints the sender' is "$(fields 1 9)" 'Jörg <joerg@example.org>'
check '--headers prints the decoded subject' is "$(fields 2 10)" 'äöü ß'
check 'control characters are escaped' is "$(fields 3 10)" '\x1b[2Jred\x09tab'
check 'no message is retrieved' lacks transcript 'C: RETR 3'
run list --json --headers a
check 'JSON has an object for each message' json "[l['number'] for l in lines] == [1, 2, 3, 4] and all(l['type'] == 'message' for l in lines)"
check 'JSON says what is known and planned' json "[(l['known'], l['fetch'], l['delete']) for l in lines] == [(True, False, False), (True, False, False), (False, True, False), (False, False, False)]"
check 'JSON has the dates of delivery and deletion' json "lines[0]['delivered_at'].endswith('Z') and lines[0]['delete_at'].endswith('Z') and lines[2]['delivered_at'] is None and lines[3]['delete_at'] is None"
check 'JSON has the header' json "lines[1]['subject'] == 'äöü ß' and lines[0]['from'].startswith('Jörg')"
check 'JSON has the reason' json "lines[3]['reason'] == 'leave: larger than max_message_size (10240 bytes)'"
run list --json a
check 'without --headers, JSON has no header' json "'subject' not in lines[0]"
check 'the state does not change' [ "$(sqlite3 -readonly state/a.db .dump)" = "$before" ]
check 'no message is deleted from the server' left_is mail 4
check 'no message is fetched' count_is Mail/new 2

if command -v script >/dev/null; then
  on_terminal list --headers a
  check 'the output on a terminal has a heading' grep -qxE ' *number +size +next run +date +from +subject' out
  aligned() { [ "$(sed -e 1,2d -e '$d' out | cut -c 19-28 | sed 's/ *$//' | sort -u | tr '\n' '/')" = 'fetch/leave/' ] || { cat out && return 1; }; }
  check 'the output on a terminal is aligned' aligned
else
  skip 'the output on a terminal has a heading' 'script is not installed'
  skip 'the output on a terminal is aligned' 'script is not installed'
fi

run -n a
check 'a dry run lists the messages in sentences' contains out 'a: message 4 ('
configure b 'deliver_to = "maildir:Other"'
run list
check 'several accounts are listed one after the other' is "$(cut -f 1 out | tr '\n' ' ')" 'a a a a b b b b '
PASSWORD_LINE="password = 'not mine'" configure c 'deliver_to = "maildir:C"'
run list c a
check 'an account that fails does not stop the others' is "$(cut -f 1 out | uniq)" a
check 'the exit code is that of the failed account' exits 77

serve --dir mail --no-uidl
fresh_configuration
configure d 'deliver_to = "maildir:D"'
run list d
check 'a message without a UID has a dash' is "$(fields 1 3)" '-'
run list --json d
check 'a message without a UID has null in JSON' json "lines[0]['uid'] is None"
serve --dir mail --no-top
fresh_configuration
configure e 'deliver_to = "maildir:E"'
run list --headers e
check 'a server without TOP is not a failure' exits 0
check 'without TOP, header fields are dashes' is "$(fields 1 8-10)" "$(printf -- '-\t-\t-')"
run list --json --headers e
check 'without TOP, JSON has no header fields' json "len(lines) == 4 and 'subject' not in lines[0]"

# A large maildrop is listed with a few megabytes of memory.
rm -r mail/* && : >mail/1
python3 - <<'END'
import os
for n in range(2, 5001):
    os.link('mail/1', f'mail/{n}')
END
serve --dir mail
fresh_configuration
configure many 'deliver_to = "maildir:Many"'
run list --headers many
check '5,000 messages are listed with their headers' [ "$(wc -l <out)" = 5000 ]
check 'all headers are requested' [ "$(grep -c 'C: TOP' transcript)" = 5000 ]
fits_schema
# All reports give the sizes of the listing, in which a line ends with CRLF.
rm -rf state mail/* Mail
message 1 'a@example.org' 'one'
message 2 'b@example.org' 'two'
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
size=$(sed 's/$/\r/' mail/1 mail/2 | wc -c)
run list --json a
check 'the sizes in list include the CR of each line' json "sum(line['bytes'] for line in lines) == $size"
run check --json a
check 'check counts the same bytes' json "first['maildrop']['bytes'] == $size and first['plan']['fetch_bytes'] == $size"
run -n --json a
check 'a dry run counts the same bytes' json "sum(line['bytes'] for line in lines if 'number' in line) == $size"
run --json a
check 'fetch counts the same bytes' json "fetched['a']['bytes'] == $size"
run status --json a
check 'status counts the same bytes' json "first['delivered_bytes'] == $size and first['on_server_bytes'] == $size"

done_testing
