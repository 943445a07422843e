#!/bin/sh
# The command verify: compares local copies with the delivered messages, wherever a mail reader has put them.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# mail_of COUNT: messages 1 to COUNT in ./mail; nothing is fetched yet.
mail_of() {
  rm -rf mail Mail state mbox Archive Other
  mkdir mail
  for _n in $(seq 1 "$1"); do
    printf 'From: a%s@example.org\nSubject: number %s\nMessage-ID: <%s@example.org>\n\nFrom me\n\n>From you %s\n' \
      "$_n" "$_n" "$_n" "$_n" >"mail/$_n"
  done
}
maildir_of() {
  mail_of "$1"
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "${2:-}"
  serve --dir mail
  run
}
# file_of N: prints where message N is now.
file_of() { grep -rlF "number $1" Mail Archive 2>/dev/null; }
finding() { grep -c "^a: $1: " out; }
found() { [ "$(finding missing) $(finding altered)" = "$1 $2" ] || { show; return 1; }; }
# sums TEXT: compares the summary.
sums() { grep -qxF "a: $1" out || { echo "expected: a: $1"; show; return 1; }; }

# traced OPTION... -- ARGUMENT...: runs the program under strace with these options.
traced() {
  write_configuration
  STATUS=0
  _options=''
  while [ "$1" != -- ]; do _options="$_options $1" && shift; done
  shift
  # shellcheck disable=SC2086 # several options
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace $_options \
    "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}

# ---- a Maildir ----

maildir_of 8 'report_failures_after = 3h'
stop
run verify
check 'an intact Maildir is verified without the server' says out 'a: 8 of 8 messages are intact'
check 'verify has exit status 0' exits 0
run -q verify a
check 'with -q, nothing is printed' silent

f=$(file_of 1) && mv "$f" "Mail/cur/${f##*/}:2,FS"
f=$(file_of 2) && mv "$f" Mail/cur/
mkdir -p Mail/.Old/cur Mail/.Old/new Mail/.Old/tmp Archive/cur Archive/new Archive/tmp
f=$(file_of 3) && mv "$f" "Mail/.Old/cur/${f##*/}:2,S"
f=$(file_of 4) && mv "$f" "Archive/cur/${f##*/}"
mv "$(file_of 5)" Archive/cur/1700000000.M1P2.another,S=1:2,S
run verify
check 'flags, other directories and other names do not matter' says out 'a: 8 of 8 messages are intact (3 moved)'
run -v verify
check '-v lists the moved messages' [ "$(finding moved)" = 3 ]
check '-v prints the path of a moved message' contains out "/Archive/cur/1700000000.M1P2.another,S=1:2,S"

cp "$(file_of 6)" six && rm "$(file_of 6)"
seven=$(file_of 7)
printf X | dd of="$seven" bs=1 seek=20 conv=notrunc 2>/dev/null
truncate -s -1 "$(file_of 8)"
run verify
check 'a deleted message is missing; a changed or truncated one is altered' found 1 2
check 'the summary counts the findings' sums '5 of 8 messages are intact (3 moved), 2 altered, 1 missing'
check 'findings give exit status 65' exits 65
check 'the altered file is named' grep -qE "^a: altered: delivered 20.* [-+][0-9]*, [0-9]* bytes, on the server, UID 7: $seven$" out
run verify --ignore-missing
check '--ignore-missing ignores missing messages' found 0 2
check '--ignore-missing does not ignore altered messages' exits 65
run verify --json
keep_json
check 'JSON has an object for each finding and a summary' python3 -c '
import json
all = [json.loads(line) for line in open("out")]
assert sorted(x["verdict"] for x in all[:-1]) == ["altered"] * 2 + ["missing"] + ["moved"] * 3, all
assert {x["uid"] for x in all[:-1] if x["verdict"] != "moved"} == {"6", "7", "8"} and all[-1]["type"] == "verify", all
assert (all[-1]["intact"], all[-1]["missing"], all[-1]["moved"]) == (5, 1, 3), all'
mkdir -p far/away
mv Mail/.Old Archive far/away
run verify
check 'messages moved out of reach are missing' found 4 2
mv far/away/.Old Mail
mv far/away/Archive .
unreadable='a file that cannot be read does not stop verify'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  traced -P "$seven" -e trace=read -e inject=read:error=EIO -- verify
  check "$unreadable" [ "$(finding unreadable) $(finding altered) $(finding missing)" = '1 1 1' ]
  check 'the reason is reported' contains out "$seven (Input/output error)"
else
  skip "$unreadable" 'strace cannot trace here'
fi

# ---- fetching again ----

cp "$seven" altered
serve --dir mail
run verify --refetch
check 'verify --refetch succeeds with missing and altered messages' exits 0
check 'each of them is fetched once' [ "$(grep -c RETR transcript)" = 3 ]
check 'the number of messages fetched again is reported' contains out 'a: 3 of 3 messages were fetched again'
check 'the altered file is not changed' cmp -s altered "$seven"
check 'moved messages stay where they are' [ "$(find Archive Mail/.Old -type f | wc -l)" = 3 ]
run verify
check 'all messages are intact after --refetch' sums '8 of 8 messages are intact (3 moved); files without a record: 2'
run
check 'a run after that fetches nothing' [ "$(grep -c RETR transcript)" = 3 ]
stop
run verify --refetch
check '--refetch with nothing to fetch does not contact the server' exits 0

rm "$(file_of 1)" && rm mail/2 "$(file_of 2)"
run verify --refetch
check '--refetch without the server is a temporary failure' exits 75
check 'the failure is reported at once despite report_failures_after' contains err 'mailhaul: a: connect: '
run verify
check 'the missing messages are still recorded' found 2 0
serve --dir mail
run
check 'a run fetches the message wanted again' [ "$(grep -c RETR transcript)" = 1 ]
run verify
check 'a message that is no longer on the server stays missing' found 1 0
run status a
check 'status counts the message that was fetched again once' [ "$(grep -Eo 'delivered +[0-9]+' out)" = 'delivered      8' ]
run verify --refetch
check 'another --refetch reports it missing' exits 65
rm "$(file_of 3)"
run verify --refetch
check 'a further --refetch counts only its own messages' contains out 'a: 1 of 1 messages were fetched again'
run
run verify
check 'it stays missing after another run' contains out 'a: missing: '

maildir_of 3
rm "$(file_of 2)"
killed='after a kill during --refetch, the next run fetches the message once'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  traced -e trace=renameat -e inject=renameat:signal=KILL -- verify --refetch
  check 'a kill during --refetch is reported' exits 70
  run
  run verify
  check "$killed" says out 'a: 3 of 3 messages are intact'
else
  skip "$killed" 'strace cannot trace here'
fi

# An earlier run that died is settled first; otherwise its search would take the altered file for one that it had
# delivered.
maildir_of 3
sqlite3 state/a.db "INSERT INTO run(started) SELECT started - 10 FROM run"
printf X | dd of="$(file_of 2)" bs=1 seek=70 conv=notrunc 2>/dev/null
run verify --refetch
check 'after a run that died, an altered message is fetched again' count_is Mail 4

# Two identical messages, and two accounts with the same mail.
maildir_of 2
cp mail/2 mail/3
configure b 'deliver_to = "maildir:Other"'
run
run verify a b
check 'the same mail in two accounts is intact in both' [ "$(cat out)" = 'a: 3 of 3 messages are intact
b: 3 of 3 messages are intact' ]
rm "$(file_of 1)" "$(file_of 2 | head -n 1)"
run verify a
check 'copies of one account do not count for another, and one copy does not count twice' found 2 0

# ---- messages that cannot be verified ----

maildir_of 2
mkdir -p far/below && mv Mail far/below # verify does not look there
run verify --refetch
check '--refetch refuses to fetch everything if the Maildir does not exist' exits 74
check 'one line has the cause and the hint' says err "mailhaul: a: verify: the destination Mail/new cannot be read: No such file or directory; mount its disk; to start with an empty destination, run: mkdir -p Mail/new"
sh -c "$(sed -n 's/.*run: //p' err)"
run verify
check 'after the command of the hint, all messages are missing' found 2 0
ln -s nowhere Mail/cur
run verify
check 'a link to a missing directory is not an empty directory' eval 'exits 74 && contains err "Mail/cur cannot be read"'
rm Mail/cur
run verify --refetch
check 'after the command of the hint, --refetch fetches the messages' eval 'exits 0 && count_is Mail/new 2'
rm -r Mail
mv far/below/Mail .
rm -rf state
run verify
check 'verify fails without a state' exits 74
check 'the hint is --rebuild' contains err 'see --rebuild in mailhaul(1)'
fresh_configuration
configure a 'deliver_to = "pipe"' 'deliver_command = {"/bin/true"}'
run verify
check 'messages delivered to a command cannot be verified' says out 'a: cannot be verified: its messages are delivered to a command'
check 'that is not a failure' exits 0
run -q verify --json
keep_json
check 'JSON shows verified as false, even with -q' contains out '"verified":false'
run verify --json --rebuild
keep_json
run verify --rebuild
check '--rebuild is refused for a command' exits 78
run verify --rebuild --refetch
check '--rebuild and --refetch together are refused' exits 64
run fetch --refetch
check 'fetch refuses --refetch' exits 64

# ---- a lost state ----

maildir_of 6
mkdir -p Archive/cur Archive/new Archive/tmp
f=$(file_of 1) && mv "$f" "Mail/cur/${f##*/}:2,S"
f=$(file_of 2) && mv "$f" Archive/cur
run verify --rebuild
check '--rebuild refuses a state with records' exits 74
rm state/a.db*
stop
run verify --rebuild --json
keep_json
rm state/a.db*
run verify --rebuild
check '--rebuild rebuilds a lost state without the server' says out 'a: the state was rebuilt from 6 messages'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  rm state/a.db*
  traced -y -e trace=fsync,syncfs -- verify --rebuild
  # There is one syncfs for each directory or, if the filesystem has no reliable one, one sync for each file.
  synced=$(grep -c syncfs trace)
  [ "$synced" -gt 0 ] || synced=$(($(grep -c '/new/[0-9]\|/cur/[0-9]' trace) - 6 + $(grep -c '/new>\|/cur>' trace)))
  check 'all files are synced before the record' [ "$synced" = 4 ]
else
  skip 'all files are synced before the record' 'strace cannot trace here'
fi
run verify
check 'all messages are intact after --rebuild' says out 'a: 6 of 6 messages are intact (1 moved)'
printf 'Subject: new\n\nbody\n' >mail/7
serve --dir mail
run -v
check 'a run after that fetches only the new message' [ "$(grep -c RETR transcript)" = 1 ]
check 'all messages are on the server' left_is mail 7
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = 5d'
run_later +4d
check 'no message is deleted before its time' left_is mail 7
run_later +6d
check 'all messages are deleted at their time' left_is mail 0

# ---- an mbox ----

mbox_of() {
  mail_of "$1"
  fresh_configuration
  configure a 'deliver_to = "mbox:mbox"' "${2:-}"
  serve --dir mail
  run
}
mbox_of 5
run verify
check 'an mbox with quoted lines is verified' says out 'a: 5 of 5 messages are intact'
python3 - <<'P'
text = open("mbox").read()
text = text.replace("Subject: number 1\n", "Subject: number 1\nStatus: RO\nX-Status: A\n")
text = text.replace(">From me\n\n>>From you 2", ">From me\n\n>>From you X")
open("mbox", "w").write("garbage\n" + text)
P
run verify
check 'fields added by a mail program are not an alteration' sums '4 of 5 messages are intact (1 with fields added by a mail program), 1 altered'
check 'an altered message is reported with its position' grep -qE 'UID 2: mbox at byte [0-9]+$' out
python3 - <<'P'
import re
text = open("mbox").read()
open("mbox", "w").write("".join(m for m in re.split(r"(?m)^(?=From )", text) if "number 3" not in m))
P
run verify
check 'a message deleted from the mbox is missing' found 1 1
mv state/a.db .
run verify --json
keep_json
mv a.db state
run verify --refetch --ignore-missing
check 'with --ignore-missing only altered messages are fetched again' contains out 'a: 1 of 1 messages were fetched again'
run verify --refetch
run verify
check '--refetch fetches the missing message again' sums '5 of 5 messages are intact (1 with fields added by a mail program)'
check 'each message is fetched again once' [ "$(grep -c '^Subject: number 2\|^Subject: number 3' mbox)" = 3 ]
rm state/a.db*
run verify --rebuild
check '--rebuild rebuilds a lost state from the mbox' contains out 'a: the state was rebuilt from 6 messages'
run -v
check 'all messages are known by their headers' contains out 'a: 0 new ('
rm mbox
run verify --refetch
check 'a missing mbox is reported' contains err "mbox cannot be read"

mbox_of 3 'line_endings = crlf'
run verify
check 'an mbox with CRLF is verified' says out 'a: 3 of 3 messages are intact'
sed -i 's/^Subject: number 1.$/&\nStatus: RO\r/' mbox
run verify
check 'an mbox with CRLF and added fields is verified' says out 'a: 3 of 3 messages are intact (1 with fields added by a mail program)'

samples mail
rm -rf Mail state mbox
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
configure b 'deliver_to = "mbox:mbox"'
serve --dir mail
run
run verify
count=$(find mail -type f | wc -l)
check 'all sample mail is intact in both destinations' [ "$(cat out)" = "a: $count of $count messages are intact
b: $count of $count messages are intact" ]

# ---- two at once ----

maildir_of 2
rm "$(file_of 1)"
hold_lock state/a.lock
run verify
check 'verify does not need the lock' found 1 0
run verify --refetch
check '--refetch needs the lock and leaves it to another run' exits 75
run verify --rebuild
check '--rebuild needs the lock and leaves it to another run' exits 75
release_lock

# ---- many ----

mail_of 0
python3 - <<'P'
for n in range(10000):
    open("mail/%d" % n, "w").write("Subject: number %d\nMessage-ID: <%d@example.org>\n\nbody %d\n" % (n, n, n))
P
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
serve --dir mail
run
rm "$(find Mail/new -type f | head -n 1)"
write_configuration
run verify
check '10,000 messages are verified' sums '9999 of 10000 messages are intact, 1 missing'

# ---- a snapshot that cannot be written ----

rm -rf 'box#1?'
mkdir 'box#1?'
mail_of 2
echo 'state_dir = "box#1?/state"' >mailhaul.conf.in
configure a 'deliver_to = "maildir:box#1?/Mail"'
serve --dir mail
run
snapshot='a snapshot on a read-only filesystem is verified'
frozen() {
  unshare -rm sh -c 'mount --bind "box#1?" "box#1?" && mount -o remount,bind,ro "box#1?" && exec "$@"' sh "$@"
}
if frozen true 2>/dev/null; then
  STATUS=0
  frozen "$MAILHAUL" -c mailhaul.conf verify >out 2>err || STATUS=$?
  check "$snapshot" says out 'a: 2 of 2 messages are intact'
else
  skip "$snapshot" 'nothing can be mounted here'
fi

# ---- JSON ----

mbox_of 2
sed -i '/^Subject: number 1/d' mbox
run verify --refetch --json
keep_json
check 'JSON counts the messages fetched again' contains out '"requested":1,"refetched":1'
fits_schema

done_testing
