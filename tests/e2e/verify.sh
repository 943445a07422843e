#!/bin/sh
# The command verify: compares local copies with the delivered messages, wherever a mail reader has put them.
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
sums() { tail -n 1 out | grep -qxF "a: $1" || { echo "expected: a: $1"; show; return 1; }; }

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
check 'an archive that is whole is said to be, without its server' says out 'a: 8 of 8 messages are intact'
check 'with exit status 0' exits 0
run -q verify a
check 'quietly, nothing is printed' silent

f=$(file_of 1) && mv "$f" "Mail/cur/${f##*/}:2,FS"
f=$(file_of 2) && mv "$f" Mail/cur/
mkdir -p Mail/.Old/cur Mail/.Old/new Mail/.Old/tmp Archive/cur Archive/new Archive/tmp
f=$(file_of 3) && mv "$f" "Mail/.Old/cur/${f##*/}:2,S"
f=$(file_of 4) && mv "$f" "Archive/cur/${f##*/}"
mv "$(file_of 5)" Archive/cur/1700000000.M1P2.another,S=1:2,S
run verify
check 'flags and other directories do not matter, nor does another name there' says out 'a: 8 of 8 messages are intact (3 moved)'
run -v verify
check 'what was moved is told when asked for' [ "$(finding moved)" = 3 ]
check 'with its place' contains out "/Archive/cur/1700000000.M1P2.another,S=1:2,S"

cp "$(file_of 6)" six && rm "$(file_of 6)"
seven=$(file_of 7)
printf X | dd of="$seven" bs=1 seek=20 conv=notrunc 2>/dev/null
truncate -s -1 "$(file_of 8)"
run verify
check 'a message that is gone is missing; an octet changed or cut off is an alteration' found 1 2
check 'which the summary counts' sums '5 of 8 messages are intact (3 moved), 2 altered, 1 missing'
check 'and the exit status is 65' exits 65
check 'the file is named' grep -qE "^a: altered: delivered 20.*Z, [0-9]* bytes, on the server, UID 7: $seven$" out
run verify --ignore-missing
check 'missing ones may be left out' found 0 2
check 'but not the altered' exits 65
run verify --json
keep_json
check 'each finding and the summary is JSON' python3 -c '
import json
all = [json.loads(line) for line in open("out")]
assert sorted(x["verdict"] for x in all[:-1]) == ["altered"] * 2 + ["missing"] + ["moved"] * 3, all
assert {x["uid"] for x in all[:-1] if x["verdict"] != "moved"} == {"6", "7", "8"} and all[-1]["type"] == "verify", all
assert (all[-1]["intact"], all[-1]["missing"], all[-1]["moved"]) == (5, 1, 3), all'
mkdir -p far/away
mv Mail/.Old Archive far/away
run verify
check 'what was moved out of sight is missing, too' found 4 2
mv far/away/.Old Mail
mv far/away/Archive .
unreadable='a file that cannot be read is no end to the rest'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  traced -P "$seven" -e trace=read -e inject=read:error=EIO -- verify
  check "$unreadable" [ "$(finding unreadable) $(finding altered) $(finding missing)" = '1 1 1' ]
  check 'and the reason is told' contains out "$seven (Input/output error)"
else
  skip "$unreadable" 'strace cannot trace here'
fi

# ---- fetching again ----

cp "$seven" altered
serve --dir mail
run verify --refetch
check 'missing and altered ones are fetched again' exits 0
check 'each of them once' [ "$(grep -c RETR transcript)" = 3 ]
check 'which is told' contains out 'a: 3 of 3 messages were fetched again'
check 'the altered file stays as it is' cmp -s altered "$seven"
check 'what was moved stays there' [ "$(find Archive Mail/.Old -type f | wc -l)" = 3 ]
run verify
check 'then all is whole' sums '8 of 8 messages are intact (3 moved); files without a record: 2'
run
check 'a fetch after that fetches nothing' [ "$(grep -c RETR transcript)" = 3 ]
stop
run verify --refetch
check 'and when nothing is wanted, no server is asked' exits 0

rm "$(file_of 1)" && rm mail/2 "$(file_of 2)"
run verify --refetch
check 'without its server, nothing comes' exits 75
check 'which is told at once, whatever the account says for cron' contains err 'mailhaul: a: connect: '
run verify
check 'and nothing is forgotten' found 2 0
serve --dir mail
run
check 'an ordinary fetch goes on' [ "$(grep -c RETR transcript)" = 1 ]
run verify
check 'what the server has no more stays missing' found 1 0
run verify --refetch
check 'also for another try' exits 65
run
run verify
check 'until it is forgotten' contains out 'a: missing: '

maildir_of 3
rm "$(file_of 2)"
killed='a kill meanwhile leaves it to the next fetch, once'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  traced -e trace=renameat -e inject=renameat:signal=KILL -- verify --refetch
  check 'a kill while it is stored again is told' exits 70
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
check 'after a run that died, an altered one is fetched again, too' count_is Mail 4

# Two identical messages, and two accounts with the same mail.
maildir_of 2
cp mail/2 mail/3
configure b 'deliver_to = "maildir:Other"'
run
run verify a b
check 'the same mail in two accounts is whole in both' [ "$(cat out)" = 'a: 3 of 3 messages are intact
b: 3 of 3 messages are intact' ]
rm "$(file_of 1)" "$(file_of 2 | head -n 1)"
run verify a
check 'what one account has is no copy of the other, and one copy is not two' found 2 0

# ---- messages that cannot be verified ----

maildir_of 2
mv Mail away
run verify --refetch
check 'a Maildir that is not there is no reason to fetch all again' exits 74
check 'in one line' says err "mailhaul: a: verify: the destination Mail/new cannot be read: No such file or directory; mount its disk, or create it to start with an empty destination"
mv away Mail
rm -rf state
run verify
check 'without a state there is nothing to go by' exits 74
check 'which tells of the hint' contains err 'see --rebuild in mailhaul(1)'
fresh_configuration
configure a 'deliver_to = "pipe"' 'deliver_command = {"/bin/true"}'
run verify
check 'what went to a command cannot be verified' says out 'a: cannot be verified: its messages are delivered to a command'
check 'which is no failure' exits 0
run -q verify --json
keep_json
check 'also in JSON, with -q' contains out '"verified":false'
run verify --json --rebuild
keep_json
run verify --rebuild
check 'nor can its state be made again' exits 78
run verify --rebuild --refetch
check 'two wishes at once are refused' exits 64
run fetch --refetch
check 'and so is --refetch for another verb' exits 64

# ---- a lost state ----

maildir_of 6
mkdir -p Archive/cur Archive/new Archive/tmp
f=$(file_of 1) && mv "$f" "Mail/cur/${f##*/}:2,S"
f=$(file_of 2) && mv "$f" Archive/cur
run verify --rebuild
check 'a state that knows something is not made again' exits 74
rm state/a.db*
stop
run verify --rebuild --json
keep_json
rm state/a.db*
run verify --rebuild
check 'a lost one is, without the server' says out 'a: the state was rebuilt from 6 messages'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  rm state/a.db*
  traced -y -e trace=fsync,syncfs -- verify --rebuild
  # There is one syncfs for each directory or, if the filesystem has no reliable one, one sync for each file.
  synced=$(grep -c syncfs trace)
  [ "$synced" -gt 0 ] || synced=$(($(grep -c '/new/[0-9]\|/cur/[0-9]' trace) - 6 + $(grep -c '/new>\|/cur>' trace)))
  check 'after all of it has been synced' [ "$synced" = 4 ]
else
  skip 'after all of it has been synced' 'strace cannot trace here'
fi
run verify
check 'all of it is whole' says out 'a: 6 of 6 messages are intact (1 moved)'
printf 'Subject: new\n\nbody\n' >mail/7
serve --dir mail
run -v
check 'then only what is new is fetched' [ "$(grep -c RETR transcript)" = 1 ]
check 'and all is on the server still' left_is mail 7
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = 5d'
run_later +4d
check 'nothing is deleted before its time' left_is mail 7
run_later +6d
check 'and all of it then' left_is mail 0

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
check 'an mbox is verified, whatever was quoted in it' says out 'a: 5 of 5 messages are intact'
python3 - <<'P'
text = open("mbox").read()
text = text.replace("Subject: number 1\n", "Subject: number 1\nStatus: RO\nX-Status: A\n")
text = text.replace(">From me\n\n>>From you 2", ">From me\n\n>>From you X")
open("mbox", "w").write("garbage\n" + text)
P
run verify
check 'fields that a mail program adds are no alteration' sums '4 of 5 messages are intact (1 with fields added by a mail program), 1 altered'
check 'and the altered one is told with its place' grep -qE 'UID 2: mbox at byte [0-9]+$' out
python3 - <<'P'
import re
text = open("mbox").read()
open("mbox", "w").write("".join(m for m in re.split(r"(?m)^(?=From )", text) if "number 3" not in m))
P
run verify
check 'one that was deleted is missing' found 1 1
mv state/a.db .
run verify --json
keep_json
mv a.db state
run verify --refetch --ignore-missing
check 'altered ones alone can be fetched again' contains out 'a: 1 of 1 messages were fetched again'
run verify --refetch
run verify
check 'and the missing' sums '5 of 5 messages are intact (1 with fields added by a mail program)'
check 'each once' [ "$(grep -c '^Subject: number 2\|^Subject: number 3' mbox)" = 3 ]
rm state/a.db*
run verify --rebuild
check 'a lost state is made again from it' contains out 'a: the state was rebuilt from 6 messages'
run -v
check 'and by their headers, all are known' contains out 'a: 0 new ('
rm mbox
run verify --refetch
check 'an mbox that is not there is told' contains err "mbox cannot be read"

mbox_of 3 'line_endings = crlf'
run verify
check 'with CRLF as well' says out 'a: 3 of 3 messages are intact'
sed -i 's/^Subject: number 1.$/&\nStatus: RO\r/' mbox
run verify
check 'and with fields that were added' says out 'a: 3 of 3 messages are intact (1 with fields added by a mail program)'

samples mail
rm -rf Mail state mbox
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
configure b 'deliver_to = "mbox:mbox"'
serve --dir mail
run
run verify
count=$(find mail -type f | wc -l)
check 'mail of all nasty kinds is whole in both' [ "$(cat out)" = "a: $count of $count messages are intact
b: $count of $count messages are intact" ]

# ---- two at once ----

maildir_of 2
rm "$(file_of 1)"
hold_lock state/a.lock
run verify
check 'a look needs no lock' found 1 0
run verify --refetch
check 'to fetch again does, and leaves when another run has it' exits 75
run verify --rebuild
check 'and so does a rebuild' exits 75
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
timeout 20 "$MAILHAUL" -c mailhaul.conf verify >out 2>err
check '10,000 messages are soon looked through' sums '9999 of 10000 messages are intact, 1 missing'

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
check 'a fetch again says in JSON what came' contains out '"requested":1,"refetched":1'
fits_schema

done_testing
