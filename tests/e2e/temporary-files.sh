#!/bin/sh
# No temporary files: SQLite would create them in /var/tmp, and they would have the records of the state.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail elsewhere
letters 1 5
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = forever'
run a
# A state that does not fit into SQLite's cache of 2 MB, of many messages that were deleted from the server.
python3 - <<'PY' || bail 'no state'
import os, sqlite3

db = sqlite3.connect("state/a.db")
names = [row[1] for row in db.execute("PRAGMA table_info(message)")]
row = dict(zip(names, db.execute("SELECT * FROM message").fetchone()))
for i in range(60000):
    row.update(uid=f"known-{i:06}", header=os.urandom(len(row["header"])), gone=row["delivered"], deleted=1)
    db.execute(f"INSERT INTO message ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", list(row.values()))
db.commit()
PY
check 'the state is larger than the cache' [ "$(wc -c <state/a.db)" -gt 4000000 ]

# opened: prints the files that a traced run created or opened for writing, without devices and the test's own files.
opened() {
  sed -n 's/.*open[a-z0-9]*(\(AT_FDCWD, \)\{0,1\}"\(\/[^"]*\)", [^)]*O_\(CREAT\|RDWR\|WRONLY\|TMPFILE\).*/\2/p' trace.* |
    grep -v -e '^/dev/' -e '^/proc/' -e "^$WORK/" | sort -u
}
opens_nothing() { [ -z "$(opened)" ] && ! grep -l etilqs trace.* || { opened; return 1; }; }
# traced ARGUMENT...: a run under strace.
traced() {
  STATUS=0
  write_configuration
  rm -f trace.*
  unset SQLITE_TMPDIR
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 TMPDIR=/var/tmp \
    strace -ff -qq -o trace -e trace=open,openat,openat2,creat "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}
if strace -qq -o trace.0 -e trace=none true 2>/dev/null; then
  for command in '-n' 'status' 'check' 'list' 'verify' 'fetch' 'verify --rebuild'; do
    if [ "$command" = 'verify --rebuild' ]; then
      rm -rf state
    else
      letter "mail/new-for-${command#-}"
    fi
    # shellcheck disable=SC2086 # command and option
    traced $command
    # Messages of the state are not in the Maildir.
    [ "$command" != verify ] || [ "$STATUS" = 1 ] || STATUS="$STATUS, not 1"
    [ "$command" != verify ] || STATUS=0
    check "$command works" exits 0
    check "$command opens no temporary file" opens_nothing
  done
else
  skip 'no temporary files are opened' 'strace cannot trace here'
fi

# The directories for them need not be writable. The one that the test itself uses stays as it is.
# shellcheck disable=SC2016 # expanded inside
frozen='for _it in /var/tmp /usr/tmp /tmp; do
  case $PWD/ in $_it/*) continue ;; esac
  [ ! -d $_it ] || mount -t tmpfs -o ro none $_it || exit 99
done
exec "$@"'
namespaces=-m
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || namespaces=-rm
if unshare $namespaces sh -c "$frozen" sh true 2>/dev/null; then
  for command in -n status check list fetch; do
    letter "mail/frozen-${command#-}"
    write_configuration
    STATUS=0
    unshare $namespaces sh -c "$frozen" sh "$MAILHAUL" -c mailhaul.conf $command >out 2>err || STATUS=$?
    check "with read-only directories for temporary files, $command works" exits 0
  done
else
  skip 'a run with read-only directories for temporary files' 'no mount namespace'
fi
done_testing
