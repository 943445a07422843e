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
check 'a dry run does not run the command' notices_are ''
run
check 'new mail runs the command once, after delivery' notices_are 'a 2 98 0 2'
check 'the run prints nothing' silent
run
check 'without new mail the command does not run' notices_are 'a 2 98 0 2'
letter mail/3
rm notices
configure c 'deliver_to = "pipe"' 'deliver_command = {"true"}' "on_new_mail = {\"$WORK/notice\"}"
configure b 'deliver_to = "mbox:Mail-b"' 'leave_on_server = no' "on_new_mail = {\"$WORK/notice\"}"
echo 'jobs = 1' >>mailhaul.conf.in
run
check 'each account has its own command, even with jobs = 1' notices_are 'a 1 49 0 3
b 3 147 3 0
c 3 147 0 0'

letter mail/4
rm notices
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' 'on_new_mail = {"sh", "-c", "echo first; echo second >&2; exit 3"}'
run
check 'a failing command is reported in one line' says err \
  'mailhaul: a: on_new_mail: sh exited with status 3: first\x0asecond; the mail is stored; the command runs again when new mail arrives'
check 'a failing command is a temporary failure' exits 75
check 'the mail is delivered' left_is Mail-a/new 4
letter mail/5
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' "on_new_mail = {\"$WORK/nowhere\"}"
run
check 'a missing command is reported' contains err 'mailhaul: a: on_new_mail: the command '
check 'a missing command has exit code 78' exits 78
letter mail/6
fresh_configuration
configure a 'deliver_to = "maildir:Mail-a"' 'on_new_mail = {"sh", "-c", "kill -9 $$PPID"}'
sed -i 's/\$\$PPID/$PPID/' mailhaul.conf.in
run
check 'a killed worker is reported' contains err 'mailhaul: a: run: the process for this account was killed by signal 9'

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
  check 'a run killed after the delivery does not run the command' notices_are ''
  check 'the mail of the killed run is delivered' left_is Mail-a/new 3
  run
  check 'the next run runs the command' notices_are 'a 0 0 0 3'
  run
  check 'a later run does not run it again' notices_are 'a 0 0 0 3'
else
  skip 'the run after a killed one runs the command' 'strace cannot trace here'
fi

# The configuration is named by a relative path here, and so are its paths.
rm -rf state paths && letter mail/new
cat >notice <<'END'
#!/bin/sh
echo "$MAILHAUL_DIRECTORY" >>paths
END
fresh_configuration
for pair in a=maildir:Mail-a b=mbox:Mail-b c=pipe; do
  more=''
  [ "$pair" != c=pipe ] || more='deliver_command = {"true"}'
  configure "${pair%%=*}" "deliver_to = \"${pair#*=}\"" "$more" "on_new_mail = {\"$WORK/notice\"}"
done
run
paths_are() { [ "$(sort paths)" = "$(printf '%s\n' "$@")" ] || { cat paths; return 1; }; }
check 'the path of the Maildir or mbox is absolute, and not set for a command' paths_are '' "$(pwd -P)/Mail-a" "$(pwd -P)/Mail-b"
done_testing
