#!/bin/sh
# on_new_mail: a command that runs after new mail, and only then.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

cat >notice <<'END'
#!/bin/sh
echo "$MAILHAUL_ACCOUNT $MAILHAUL_NEW $MAILHAUL_OCTETS $MAILHAUL_DELETED $(ls "${MAILHAUL_DIRECTORY-/nowhere}/new" 2>/dev/null | wc -l)" >>notices
END
chmod 700 notice
notices_are() { [ "$(sort notices 2>/dev/null)" = "$1" ] || { sort notices; show; return 1; }; }

mkdir mail
letters 1 2
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' "on_new_mail = {\"$WORK/notice\"}"
run -n
check 'a dry run gives no notice' notices_are ''
run
check 'new mail is noticed once, when it is in place' notices_are 'a 2 90 0 2'
check 'without a word' silent
run
check 'without new mail there is no notice' notices_are 'a 2 90 0 2'
letter mail/3
rm notices
configure c 'deliver_to = "pipe"' 'deliver_command = {"true"}' "on_new_mail = {\"$WORK/notice\"}"
configure b 'deliver_to = "mbox:Mail-b"' 'leave_on_server = no' "on_new_mail = {\"$WORK/notice\"}"
echo 'jobs = 1' >>mailhaul.conf.in
run
check 'each account has its own, also with one job at a time' notices_are 'a 1 45 0 3
b 3 135 3 0
c 3 135 0 0'

letter mail/4
rm notices
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' 'on_new_mail = {"sh", "-c", "echo first; echo second >&2; exit 3"}'
run
check 'a command that fails is told in one line' says err \
  'mailhaul: a: on_new_mail: sh exited with status 3: first\x0asecond; the mail is stored; the command runs again when new mail arrives'
check 'with the exit status of what may work later' exits 75
check 'and the mail is safe' left_is Mail-a/new 4
letter mail/5
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' "on_new_mail = {\"$WORK/nowhere\"}"
run
check 'a command that is not there is told' contains err 'mailhaul: a: on_new_mail: the command '
check 'with its exit status' exits 78
letter mail/6
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' 'on_new_mail = {"sh", "-c", "kill -9 $$PPID"}'
sed -i 's/\$\$PPID/$PPID/' mailhaul.conf.in
run
check 'a process for the command that is killed is told' contains err 'mailhaul: a: run: the process for this account was killed by signal 9'

# A run dies between the delivery and its end: its messages still lead to the command.
if strace -qq -o trace -e trace=none true 2>/dev/null; then
  rm -rf state Mail-a notices
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail-a"' "on_new_mail = {\"$WORK/notice\"}"
  mkdir empty
  serve --dir empty
  run
  serve --dir mail
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o trace -e trace=fsync \
    -e inject=fsync:signal=KILL:when=4 "$MAILHAUL" -c mailhaul.conf >out 2>err
  check 'a run that is killed behind the delivery gives no notice' notices_are ''
  check 'though the mail is there' left_is Mail-a/new 3
  run
  check 'the next run gives it' notices_are 'a 0 0 0 3'
  run
  check 'and only that' notices_are 'a 0 0 0 3'
else
  skip 'the run behind one that was killed gives its notice' 'strace cannot trace here'
fi

done_testing
