#!/bin/sh
# The locks of an mbox beside real mail readers and delivery agents: neither side waits in vain for the other.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/readers.sh
. "$E2E_DIR/lib/readers.sh"
readers_start
helper='' other='' ours=''
trap 'kill $helper $other $ours 2>/dev/null; finish' EXIT

# ready: mail for an account with an mbox that has one message.
ready() {
  rm -rf mail state mbox mbox.lock
  mkdir mail
  letters 1 2
  printf 'From other@example.org Thu Jan  1 00:00:00 1970\nSubject: old\n\nolder\n\n' >mbox
  fresh_configuration
  configure a 'deliver_to = "mbox:mbox"'
  serve --dir mail
  write_configuration
}
# Whether another process has the fcntl lock of the mbox.
has_fcntl_lock() {
  python3 -c '
import fcntl, struct
with open("mbox", "r+") as file:
    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    kind = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0]
raise SystemExit(kind == fcntl.F_UNLCK)'
}
each_is_once() { [ "$(grep -c '^Subject: [12]$' mbox)" = 2 ] && grep -q '^Subject: old' mbox || { cat mbox; return 1; }; }
# start_run: starts a run in the background that wants to append; end_run waits for its end.
start_run() {
  "$MAILHAUL" -c mailhaul.conf >out 2>err &
  ours=$!
  wait_for_words transcript 'RETR 2' 'the run does not fetch'
}
end_run() {
  STATUS=0
  wait "$ours" || STATUS=$?
  ours=''
}

# mutt takes the fcntl lock, and keeps it while it waits for the dot lock, which a third program has.
for reader in mutt neomutt; do
  has_reader "$reader" "a run succeeds while $reader waits for the dot lock" "$reader succeeds as well" 'each message is there once' || continue
  ready
  printf '%s:%s\n' "$$" "$(uname -n)" >mbox.lock
  start_run
  mutt_flag "$reader" mbox &
  other=$!
  wait_while "$other" has_fcntl_lock || :
  rm mbox.lock
  end_run
  wait "$other" || :
  other=''
  check "a run succeeds while $reader waits for the dot lock" exits 0
  check "$reader succeeds as well" [ "$(grep -c '^X-Status: F' mbox)" -ge 1 ]
  check 'each message is there once' each_is_once
done

# procmail makes the dot lock, and keeps it while it waits for the fcntl lock, which a third program has.
if has_reader procmail 'a run succeeds while procmail waits for the fcntl lock' 'procmail succeeds as well'; then
  ready
  hold_lock mbox
  printf ':0:\n%s/mbox\n' "$WORK" >procmail.rc
  chmod 600 procmail.rc
  printf 'From them@example.net Fri Feb 13 23:31:30 2009\nSubject: theirs\n\ntheirs\n' | procmail -m procmail.rc &
  other=$!
  wait_while "$other" test -e mbox.lock || :
  start_run
  release_lock
  end_run
  wait "$other" || :
  other=''
  check 'a run succeeds while procmail waits for the fcntl lock' exits 0
  check 'procmail succeeds as well' eval 'each_is_once && grep -q "^Subject: theirs" mbox'
fi

# Python's mailbox renames a new file over the old one each time. Its user reads for a moment between two changes.
ready
python3 -c '
import mailbox, os, time
while not os.path.exists("stop"):
    box = mailbox.mbox("mbox", create=False)
    try:
        box.lock()
    except mailbox.ExternalClashError:
        continue
    for key in box.keys():
        box[key] = box[key]
    box.flush()
    box.unlock()
    time.sleep(0.02)' 2>python.err &
helper=$!
failed=0
for n in $(seq 15); do
  letter "mail/more-$n"
  run a
  [ "$STATUS" = 0 ] || { failed=$((failed + 1)) && cat err; }
done
touch stop
wait "$helper" || :
helper=''
check "no run fails beside Python's mailbox" [ "$failed" = 0 ]
check 'no message is lost or doubled' [ "$(grep -c '^Message-ID' mbox)" = 17 ]

# A user may write an mbox in /var/mail, but may not create files there.
ready
mkdir spool user
: >spool/me && chmod 660 spool/me
for n in 1 2 3; do
  { printf 'Subject: large %s\n\n' "$n"; head -c 4000000 /dev/zero | tr '\0' x | fold -w 70; echo; } >"mail/large-$n"
done
sed -i 's,mbox:mbox,mbox:spool/me,; s,"state","user/state",' mailhaul.conf.in
write_configuration
chmod 644 certs/ca.pem && chmod 755 certs
[ -z "$reader_user" ] || chown "$reader_user" spool/me user mailhaul.conf
chmod 555 spool
# The user may not enter the directory of the program, if that is in /root.
cp "$MAILHAUL" program && chmod 755 program || bail 'the program cannot be copied'
# as_user ARGUMENT...: a run of that user.
as_user() {
  STATUS=0
  # shellcheck disable=SC2086 # a command with its options, or nothing
  $reader_as env HOME="$WORK/user" TMPDIR=/var/tmp "$WORK/program" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}
as_user
check 'an mbox is written where its user may not create files' exits 0
check 'all messages are there' [ "$(grep -c '^From ' spool/me)" = 5 ]
as_user check
check 'the command check accepts it' exits 0
chmod 755 spool && printf '%s:%s\n' "$$" "$(uname -n)" >spool/me.lock && chmod 555 spool
letter mail/last
as_user &
ours=$!
wait_for_words transcript 'RETR 6' 'the run does not fetch'
chmod 755 spool && rm spool/me.lock && chmod 555 spool
wait "$ours" || :
ours=''
check 'a lock file of another program is waited for there' [ "$(grep -c '^From ' spool/me)" = 6 ]
chmod 755 spool

done_testing
