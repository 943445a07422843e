#!/bin/sh
# The files that a run makes are for their owner alone, whatever the umask is. Newer versions of cron have 0002.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letters 1 3
serve --dir mail

# modes: prints the mode and the name of everything that runs have made. The names of messages are left out.
modes() {
  find state nested box Pipe log keys -printf '%m %y %P\n' 2>/dev/null | sed 's,^\(.* f.*\(new\|cur\)\)/.*,\1/message,' | sort -u
}
# for_owner_alone FILE: all directories in this list have mode 0700, and there is no other file than one with 0600.
for_owner_alone() {
  [ "$(wc -l <"$1")" -gt 12 ] && ! grep -Ev '^(700 d|600 f)( |$)' "$1" || { cat "$1" && return 1; }
}
# made_so: the first open that may make a file asks for 0600, and each mkdir for 0700. SQLite opens its file once more.
made_so() {
  sed "s|\"$WORK/|\"|" trace | grep -E 'O_CREAT|mkdir' | grep -v -e '"during"' -e '"inherited"' -e ' = -1 ' -e 'resumed>' | awk -F '"' '!seen[$2]++' >making
  [ -s making ] && ! grep -Ev '(O_CREAT.*, 0600|mkdir.*, 0700)(\)| <unfinished)' making
}

brief_ones() { grep '^600 f .*-wal$' during && ! grep -v '^600 ' during; }

# The command sees the files that are there only during a run.
cat >look <<'END'
#!/bin/sh
umask >"$1/inherited"
find "$1/state" -name '*b*' -type f -printf '%m %y %f\n' >>"$1/during"
END
chmod 700 look
for mask in 0000 0002 0022 0077; do
  rm -rf state nested box box.lock keys log during
  fresh_configuration
  configure a 'deliver_to = "maildir:nested/deep/Mail"'
  configure b 'deliver_to = "mbox:box"' 'leave_on_server = 3d'
  configure c 'deliver_to = "pipe"' "deliver_command = {\"$WORK/look\", \"$WORK\"}"
  echo 'log = "file:log"' >>mailhaul.conf.in
  write_configuration
  chmod 600 mailhaul.conf
  STATUS=0
  (umask $mask && exec "$MAILHAUL" -c mailhaul.conf -v --tls-key-log=keys >out 2>err) || STATUS=$?
  check "umask $mask: the run succeeds" exits 0
  modes >made
  check "umask $mask: all files that it made are for the owner alone" for_owner_alone made
  check "umask $mask: so are the files that exist only during a run" \
    brief_ones
  check "umask $mask: commands inherit it" [ "$(cat inherited)" = $mask ]
  letter mail/4
  STATUS=0
  (umask $mask && exec "$MAILHAUL" -c mailhaul.conf >out 2>err) || STATUS=$?
  check "umask $mask: the next run succeeds" exits 0
  modes >made.then
  check "umask $mask: it changes no mode" diff made made.then
  rm mail/4
done

name='no file is made with wider permissions first'
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  rm -rf state nested box keys log
  (umask 0 && ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 exec strace -f -qq -o trace -e trace=open,openat,mkdir,mkdirat \
    "$MAILHAUL" -c mailhaul.conf -v --tls-key-log=keys >out 2>err)
  check "$name" made_so
else
  skip "$name" 'strace cannot trace here'
fi

done_testing
