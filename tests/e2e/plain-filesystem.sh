#!/bin/sh
# A filesystem that can neither sync directories nor share memory, as some network filesystems and those of virtual
# machines. SQLite has no WAL there.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
PLAIN_FS_LIBRARY=${MAILHAUL%/src/mailhaul}/tests/support/plain_fs.so

# plainly ERROR ARGUMENT...: a run where a sync of a directory fails with this error.
plainly() {
  _error=$(python3 -c 'import errno, sys; print(getattr(errno, sys.argv[1]))' "$1") && shift
  STATUS=0
  write_configuration
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$PLAIN_FS_LIBRARY PLAIN_FS=$_error \
    "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}
# The header of a database in WAL mode has 2 there.
has_no_wal() { [ "$(od -An -tu1 -j18 -N2 "$1" | tr -d ' ')" = 11 ]; }

for error in EINVAL EOPNOTSUPP ENOTSUP ENOSYS; do
  rm -rf mail mail.expect Mail inbox piped state && mkdir mail
  letters 1 5
  cp -r mail mail.expect
  serve --dir mail
  fresh_configuration
  configure md 'deliver_to = "maildir:Mail"' 'leave_on_server = 14d'
  configure mb 'deliver_to = "mbox:inbox"' 'leave_on_server = 14d'
  configure command 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >>piped"}' 'leave_on_server = no'
  for account in md mb command; do
    plainly $error -v $account
    check "$error, $account: the run succeeds" exits 0
    check "$error, $account: the state has no WAL" has_no_wal state/$account.db
  done
  check "$error: all messages are in the Maildir" same_maildir Mail mail.expect
  check "$error: all messages are in the mbox" same_mbox inbox mail.expect
  check "$error: the command gets all messages" [ "$(grep -c '^Message-ID' piped)" = 5 ]
  check "$error: messages are deleted only by the account that deletes" left_is mail 0
  letters 6 7
  for account in md mb; do
    plainly $error $account
    check "$error, $account: the next run succeeds" exits 0
    check "$error, $account: the records of both runs are there" \
      [ "$(sqlite3 state/$account.db 'SELECT count(*) FROM message WHERE sha256 IS NOT NULL')" = 7 ]
    check "$error, $account: the state is intact" [ "$(sqlite3 state/$account.db 'PRAGMA integrity_check')" = ok ]
  done
  check "$error: nothing is delivered twice" eval "count_is Mail/new 7 && [ $(grep -c ^Message-ID inbox) = 7 ]"
  plainly $error verify md mb
  check "$error: verify finds all messages" exits 0
done

# Any other error is a failure.
rm -rf Mail state
plainly EIO md
check 'an I/O error of a directory ends with 74' exits 74
check 'an I/O error of a directory is reported' contains err 'cannot be synced: Input/output error'
check 'nothing is recorded' [ "$(sqlite3 state/md.db 'SELECT count(*) FROM message' 2>/dev/null || echo 0)" = 0 ]
done_testing
