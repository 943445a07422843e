#!/bin/sh
# A state that another user or program could change is not believed: it could make a run delete messages that were never
# fetched, cut a file, or use all memory.
# shellcheck disable=SC2016 # eval expands them
. "${srcdir:-.}/tests/e2e/lib/common.sh"

begin() {
  stop
  rm -rf mail state Mail inbox
  mkdir mail
  letters 1 3
  fresh_configuration
  configure a "$@"
  serve --dir mail
}
sql() { sqlite3 state/a.db "$1" >/dev/null; }
# refused SENTENCE CAUSE HINT: a run and status end with 74 and this message, and no message is asked for.
refused() {
  rm -f transcript
  run
  check "$1 is refused" exits 74
  check "$1: the message says why" contains err "mailhaul: a: state: $2; $3"
  check "$1: the run does not log in" [ ! -s transcript ]
  run status
  check "$1: status ends with 74 as well" exits 74
  check "$1: status says why" contains err "$2"
}
# used SENTENCE: it is used.
used() {
  run
  check "$1 is used" exits 0
}

# ---- files that others can write ----
begin 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
run -n
mkdir state && chmod 700 state
run
check 'the state of the tests is used' exits 0

other=65534
other_name=$(getent passwd "$other" | cut -d: -f1)
may_chown() { : >probe && chown "$other:$other" probe 2>/dev/null; }
for file in state state/a.db state/a.lock; do
  case $file in
    state) what="state directory state" shown='the directory state' path=state ;;
    *.db) what='state file state/a.db' shown=state/a.db path=state/a.db ;;
    *) what='lock file state/a.lock' shown=state/a.lock path=state/a.lock ;;
  esac
  mode=$(stat -c %a "$file")
  chmod o+w "$file"
  refused "$file with permission for all" "the $what cannot be trusted: other users can write to $shown" "run: chmod o-w $path"
  eval "$(sed -n 's/.*; run: \(chmod .*\)/\1/p' err | head -n 1)"
  used "$file after what the hint says"
  chmod "$mode" "$file"
done
chmod 1777 .
used 'a state below a sticky directory'
chmod 700 .
mkdir above && mv state above/ && chmod 777 above
sed -i 's|"state"|"above/state"|' mailhaul.conf.in
refused 'a state below a directory that all can write' \
  "the state directory above/state cannot be trusted: other users can write to the directory $(pwd -P)/above" "run: chmod o-w $(pwd -P)/above"
sed -i 's|"above/state"|"state"|' mailhaul.conf.in
mv above/state state
if may_chown; then
  for file in state state/a.db state/a.lock; do
    chown "$other" "$file"
    run
    check "$file of another user is refused" eval 'exits 74 && contains err "$file cannot be trusted: $file belongs to the user $other_name; run mailhaul as that user: runuser -u $other_name -- mailhaul"'
    chown 0 "$file"
  done
  chgrp "$other" state/a.db && chmod 660 state/a.db
  refused 'a state that a group can write' 'the state file state/a.db cannot be trusted: other users can write to state/a.db' 'run: chmod g-w state/a.db'
  chgrp 0 state/a.db
  used "a state that root's group can write"
  chmod 600 state/a.db
  : >state/a.db-wal && chown "$other" state/a.db-wal
  run
  check 'a journal of another user is refused' eval 'exits 74 && contains err "the state file state/a.db-wal cannot be trusted: state/a.db-wal belongs to the user"'
  rm -f state/a.db-wal
else
  skip 'files of another user' 'only root can make them'
fi

# Most users have a group of their own, and umask 002.
user=$(awk -F: '$3 > 0 && $3 == $4 && $1 != "nobody" { print $1; exit }' /etc/passwd)
if [ -n "$user" ] && may_chown && command -v setpriv >/dev/null && setpriv --reuid="$user" --regid="$user" --clear-groups test -x /; then
  rm -rf theirs && mkdir theirs && cp -r certs theirs/ && cp "$MAILHAUL" theirs/mailhaul && write_configuration && cp mailhaul.conf theirs/
  chmod 600 theirs/mailhaul.conf && mkdir -m 775 theirs/state && chown -R "$user:$user" theirs && chmod 711 .
  as_user() { STATUS=0 && (cd theirs && umask 002 && setpriv --reuid="$user" --regid="$user" --clear-groups ./mailhaul -c mailhaul.conf) >out 2>err || STATUS=$?; }
  if setpriv --reuid="$user" --regid="$user" --clear-groups test -x "$WORK/theirs"; then
    as_user
    check "a directory that only the user's own group can write is used" exits 0
    chgrp "$other" theirs/state && as_user
    check 'one that another group can write is refused' eval 'exits 74 && contains err "other users can write to the directory state; run: chmod g-w state"'
  else
    skip "a directory that the user's own group can write" 'the test directory is not accessible'
  fi
  chmod 700 .
else
  skip "a directory that the user's own group can write" 'only root can become another user'
fi

# ---- links ----
begin 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
run -n
mkdir -p state && echo precious >victim && touch -d 2001-01-01 victim && ln -s ../victim state/a.lock
victim_is_unchanged() { [ "$(cat victim)" = precious ] && [ "$(stat -c %Y victim)" = "$(date -d 2001-01-01 +%s)" ]; }
refused 'a link in place of the lock file' 'the lock file state/a.lock is not a regular file' 'move it away; for a state elsewhere, set state_dir'
check 'the target of the link is unchanged' victim_is_unchanged
rm state/a.lock && ln -s ../victim.db state/a.db
refused 'a link in place of the state' 'the state file state/a.db is not a regular file' 'move it away; for a state elsewhere, set state_dir'
check 'the target of the link is not made' [ ! -e victim.db ]

# ---- tables of others ----
changed='the tables of the state file state/a.db are not as mailhaul made them'
rebuild='another program changed it: move it away, then run mailhaul verify --rebuild for this account'
for change in \
  "CREATE TRIGGER t AFTER INSERT ON run BEGIN UPDATE message SET gone = 1; END" \
  "CREATE VIEW v AS SELECT 1" \
  "CREATE TABLE theirs(x)" \
  "CREATE INDEX theirs ON message(octets)" \
  "DROP INDEX missing; CREATE INDEX missing ON message(hex(header))" \
  "DROP TABLE refusal; CREATE TABLE refusal(at INTEGER NOT NULL, login TEXT NOT NULL, mark BLOB NOT NULL, words TEXT AS (hex(zeroblob(400000000))))" \
  "DROP TABLE place; CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT NOT NULL, mount TEXT NOT NULL, witnessed INTEGER NOT NULL, reported INTEGER NOT NULL CHECK (randomblob(300000000) IS NOT NULL))" \
  "CREATE VIRTUAL TABLE theirs USING fts5(x)"; do
  begin 'deliver_to = "maildir:Mail"' 'leave_on_server = forever'
  run
  # Without fts5 in the shell, there is nothing to refuse.
  sql "$change" 2>/dev/null || continue
  refused "a state with: ${change%%(*}" "$changed" "$rebuild"
done
check 'no mail is lost' count_is Mail 3

# A record of a size that no mail has.
begin 'deliver_to = "maildir:Mail"' 'leave_on_server = forever'
run
python3 - <<'PY' || bail 'no large state'
import struct
with open("state/a.db", "r+b") as file:
    header = bytearray(file.read(100))
    size = struct.unpack(">H", header[16:18])[0]
    pages = 3 * 1024 ** 3 // size
    struct.pack_into(">I", header, 28, pages)
    file.seek(0)
    file.write(header)
    file.truncate(pages * size)
PY
# Sanitizers need terabytes of address space.
sanitized && most=unlimited || most=2000000
STATUS=0 && (ulimit -v "$most" && "$MAILHAUL" -c mailhaul.conf status >out 2>err) || STATUS=$?
check 'status does not read a state of 3 GiB into memory' eval 'exits 74 && contains err "the state file state/a.db has more than 512 MiB; no maildrop needs that much"'

# ---- an intent for the file of somebody else ----
begin 'deliver_to = "mbox:inbox"' 'leave_on_server = forever'
run
printf "From a@b Tue Nov 14 22:13:20 2023\nalias ll=ls\nalias la=ls\n" >bashrc && cp bashrc kept
python3 - <<'PY' || bail 'no intent'
import hashlib, os, sqlite3
text = open("bashrc", "rb").read()
st = os.stat("bashrc")
db = sqlite3.connect("state/a.db")
db.execute("INSERT INTO intent(path, offset, device, inode) VALUES(?, 0, ?, ?)", (os.path.abspath("bashrc").encode(), st.st_dev, st.st_ino))
db.execute("INSERT INTO pending(uid, delivered, octets, wire, listed, sha256, header, length, extent_sha256, head) VALUES('x', 1, 1, 1, 1, ?, ?, ?, ?, ?)",
           (bytes(32), bytes(len(db.execute("SELECT header FROM message").fetchone()[0])), 10 ** 6, bytes(32), text.ljust(512, b"x")))
db.commit()
PY
run
check 'a run with an intent for another file succeeds' exits 0
check 'the other file is unchanged' cmp bashrc kept
check 'no lock is left beside it' [ ! -e bashrc.lock ]

# ---- texts ----
PASSWORD_LINE='password = "wrong"' begin 'deliver_to = "maildir:Mail"'
run
sql "UPDATE trouble SET cause = 'x' || char(27) || '[2J' || char(0x202e) || char(10) || 'forged', server = char(0x9b) || '31m' || char(0x061c)"
run status
check 'status shows the failure' exits 0
check 'status escapes what the state says' contains out 'x\x1b[2J\xe2\x80\xae\x0aforged (server said: "\xc2\x9b31m\xd8\x9c")'
run status -v
check 'status -v escapes it as well' contains out 'x\x1b[2J\xe2\x80\xae\x0aforged (server said: "\xc2\x9b31m\xd8\x9c")'
done_testing
