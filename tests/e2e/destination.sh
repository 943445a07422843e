#!/bin/sh
# The destination differs from the one that the state knows: its disk is not mounted, it was restored from a backup,
# or the directories beside it belong to another account.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

has_labels() { python3 -c 'import os; os.setxattr(".", "user.mailhaul.test", b"1"); os.removexattr(".", "user.mailhaul.test")'; }
# begin PLACE [LINE...]: makes two messages, and a configuration that delivers to PLACE.
begin() {
  rm -rf mail state* Box Mail inbox mnt disk backup
  mkdir mail && letters 1 2
  serve --dir mail
  set_up state a "$@"
}
# set_up STATE ACCOUNT PLACE [LINE...]
set_up() {
  echo "state_dir = \"$1\"" >mailhaul.conf.in
  _up_account=$2 _up_place=$3
  shift 3
  configure "$_up_account" "deliver_to = \"$_up_place\"" "$@"
}
fails_for() { exits 74 && contains err "$1"; }

# ---- The disk is not mounted.

begin maildir:mnt/Mail 'leave_on_server = no'
run && letter mail/3
mv mnt disk && mkdir mnt
check 'a missing Maildir is not recreated' eval 'run; fails_for "mnt/Mail/new, the destination of earlier runs, does not exist; mount its disk"'
check 'nothing is written to the mount point' [ -z "$(ls mnt)" ]
check 'no message is deleted from the server' left_is mail 1
check 'a dry run reports the missing Maildir' eval 'run -n; fails_for "does not exist"'
check 'check reports the missing Maildir' eval 'run check; fails_for "mnt/Mail/new, the destination of earlier runs, does not exist; mount its disk"'
rmdir mnt && mv disk mnt
check 'a run succeeds when the Maildir is back' eval 'run; exits 0'
check 'all messages are in the Maildir' count_is mnt/Mail 3

begin maildir:Mail
run && rm -rf Mail
run
check 'the command of the hint makes an empty Maildir' sh -c "$(sed -n 's/.*run: //p' err)"
letter mail/3
run
check 'new messages arrive in the empty Maildir' count_is Mail 1

begin mbox:inbox
run && rm inbox && letter mail/3
run
check 'an mbox removed by its reader is recreated' exits 0
check 'the recreated mbox has only new messages' [ "$(grep -c '^From ' inbox)" = 1 ]

# Another filesystem, in place of one that is mounted.
other=$(mktemp -d "${OTHER_FILESYSTEM:-/dev/shm}/mailhaul.XXXXXX") && [ "$(stat -c %d "$other")" != "$(stat -c %d .)" ] || other=
if [ -n "$other" ]; then
  begin mbox:mnt/inbox 'leave_on_server = no'
  ln -s "$other" mnt
  run && letter mail/3
  rm mnt && mkdir mnt
  check 'an mbox whose disk is not mounted is not created' eval 'run; fails_for "mnt/inbox, the destination of earlier runs, does not exist; mount its disk"'
  check 'no message is deleted while the disk is missing' left_is mail 1
  rmdir mnt && ln -s "$other" mnt
  run
  check 'all messages arrive when the disk is back' [ "$(grep -c '^From ' "$other/inbox")" = 3 ]
  rm -rf "$other"
else
  skip 'an mbox whose disk is not mounted is not created' 'there is no second filesystem'
fi

# ---- The Maildir is older than the state.

older() {
  begin maildir:Mail "$@"
  run && cp -a Mail backup
  letter mail/3 && run && count_is Mail 3 || bail 'the messages are not here'
  rm -rf Mail && mv backup Mail
}
if has_labels 2>/dev/null; then
  older 'leave_on_server = 14d'
  check 'a Maildir restored from a backup is noticed' eval 'run; fails_for "the Maildir Mail is older than the state"'
  check 'it is reported once' eval 'run; exits 0 && silent'
  letter mail/4
  check 'new mail is delivered to the restored Maildir' eval 'run; exits 0 && silent && count_is Mail 3'
  check 'messages that may be missing are not deleted by age' eval 'run_later +15d; left_is mail 4'
  check 'a dry run says why they are not deleted' eval 'run_later +15d -n; contains out "leave: delivered, but the Maildir is older than the state"'
  run verify --refetch
  check 'verify --refetch restores the missing messages' count_is Mail 4
  check 'messages are deleted by age after that' eval 'run_later +15d; left_is mail 0'

  older 'leave_on_server = no'
  letter mail/4
  check 'a message delivered in the same run is deleted' eval 'run; left_is mail 0'

  begin maildir:Mail 'leave_on_server = 14d'
  run && letter mail/3 && run
  cp -a --no-preserve=xattr Mail backup && rm -rf Mail && mv backup Mail
  check 'a copy without extended attributes is treated like a backup' eval 'run; fails_for "or is a copy without extended attributes"'
  check 'verify finds the copy complete' eval 'run verify; exits 0'
  check 'messages are deleted by age after verify' eval 'run; exits 0 && silent && run_later +15d; left_is mail 0'

  older 'leave_on_server = 14d'
  run && run verify
  check 'a verify that finds missing messages does not allow deletion' eval 'run_later +15d; left_is mail 3'
  run verify --ignore-missing
  check 'verify --ignore-missing allows deletion' eval 'run_later +15d; left_is mail 0'
else
  skip 'a Maildir restored from a backup is noticed' 'this filesystem has no extended attributes'
fi

# ---- The directories beside the Maildir.

# The account is first tried with a separate state and Maildir, and then used.
tried() {
  begin maildir:Box/try
  set_up state-try a maildir:Box/try
  run --keep
  set_up state a maildir:Box/work "$@"
}
tried 'leave_on_server = no'
check "copies from a trial run are not taken for the account's copies" eval 'run; exits 0 && count_is Box/work 2'
check 'verify does not count copies from a trial run' eval 'run verify; exits 0 && lacks out moved'

# Two people each have an account of that name, and received the same message.
begin maildir:Box/bob
set_up state-bob inbox maildir:Box/bob
run
set_up state-anna inbox maildir:Box/anna 'leave_on_server = no'
run
check "another person's copies are not taken for the account's copies" count_is Box/anna 2

# A lost state, and a reader who has moved everything beside the Maildir.
if has_labels 2>/dev/null; then
  begin maildir:Box/work
  run
  mkdir -p Box/Archive/new Box/Archive/cur Box/Archive/tmp
  for f in Box/work/new/*; do mv "$f" "Box/Archive/cur/${f##*/}:2,S"; done
  rm -rf state
  check "with its label, a Maildir's copies in other directories are found" eval 'run; count_is Box/work 0'
else
  skip "with its label, a Maildir's copies in other directories are found" 'this filesystem has no extended attributes'
fi

# ---- The state is cut.

begin mbox:inbox
run
: >state/a.db
check 'a state truncated to 0 bytes is refused' eval 'run; fails_for "has been truncated to 0 bytes"'
check 'no message is fetched again' [ "$(grep -c '^From ' inbox)" = 2 ]

done_testing
