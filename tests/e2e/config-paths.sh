#!/bin/sh
# Paths with "~" and variables: replaced where that is well defined, else refused. No directory is called "~" or "$HOME".
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail home
letters 1 2
serve --dir mail
HOME=$WORK/home
user=$(id -un)
own=$(getent passwd "$user" | cut -d: -f6)

# Neither in the working directory nor at home. Directories that were there before do not count.
nothing_is_named() {
  found=$(find . -name '*[~$]*' -o -name '* *' -o -name "*['\"]*")
  [ -z "$found" ] || { echo "$found" && return 1; }
}
nothing_is_lost() { [ "$(find mail -type f | wc -l)" -eq 2 ]; }

# shellcheck disable=SC2016 # the program is given these texts
for value in '"maildir:~nosuchuser/x"' '"maildir: ~/x"' '"maildir:\t~/x"' 'maildir:$HOME/x' '"maildir:$HOME/x"' "'maildir:\${HOME}/x'" \
  'maildir:${HOME}/x' '"maildir:~ /x"' '"maildir:./~/x"' '"maildir:Mail/~/x"' '"mbox:$HOME/x"' '"mbox:~nosuchuser"' '"mbox: ~"' \
  "\"maildir:'~/x'\"" "'maildir:\"~/x\"'" "'maildir:\\~/x'" '"maildir://~/x"' '"maildir:$(pwd)/x"' '"maildir:~/x "' '"maildir:a-$USER"' \
  '"maildir:~~/x"' '"maildir:${NO_SUCH_HOME}/x"'; do
  fresh_configuration
  configure a "deliver_to = $value" 'leave_on_server = no'
  run
  check "deliver_to = $value is refused" exits 78
  check 'nothing is made for it' nothing_is_named
done
# shellcheck disable=SC2016 # the program is given these texts
for path in '$HOME/x' '~nosuchuser/x' ' ~/x' './~/x' '${HOME}/x'; do
  for option in state_dir tls_ca_file tls_crl_file tls_client_cert password_file password_netrc; do
    fresh_configuration
    case $option in
      state_dir) echo "state_dir = '$path'" >mailhaul.conf.in && configure a 'deliver_to = "maildir:Mail"' ;;
      password_*) PASSWORD_LINE="$option = '$path'" configure a 'deliver_to = "maildir:Mail"' ;;
      tls_ca_file) CA_FILE=$path configure a 'deliver_to = "maildir:Mail"' ;;
      *) configure a 'deliver_to = "maildir:Mail"' "$option = '$path'" ;;
    esac
    run
    check "$option = $path is refused" exits 78
  done
  for line in "log = 'file:$path'" "include('$path')"; do
    fresh_configuration
    echo "$line" >>mailhaul.conf.in
    configure a 'deliver_to = "maildir:Mail"'
    run
    check "$line is refused" exits 78
  done
done
check 'nothing is made for any of them' nothing_is_named
check 'no message is deleted on the server' nothing_is_lost
check 'nothing is delivered' [ ! -e Mail ]

# delivered DIRECTORY LINE...: whether a run with these lines puts both messages into the directory.
delivered() {
  directory=$1 && shift
  rm -rf state "$directory"
  fresh_configuration
  configure a "$@"
  run
  exits 0 && count_is "$directory/new" 2
}
check 'the path ~/ is the home directory' delivered home/A 'deliver_to = "maildir:~/A"'
check 'the path ~/ needs no quotes' delivered home/B 'deliver_to = maildir:~/B'
# shellcheck disable=SC2016 # the program is given this text
check '${HOME} in double quotes is the home directory' delivered home/C 'deliver_to = "maildir:${HOME}/C"'
printf '#!/bin/sh\necho yes >noted\n' >home/note && chmod 700 home/note
check 'a command in the home directory is found' delivered home/D 'deliver_to = "maildir:~/D"' 'on_new_mail = {"~/note"}'
check 'it runs' says noted yes
# shellcheck disable=SC2016 # the program is given this text
for program in '$HOME/note' '~nosuchuser/note'; do
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "on_new_mail = {'$program'}"
  run
  check "the command $program is refused" exits 78
done
case $own in
  /*)
    below=mailhaul-test-$$
    if [ -w "$own" ]; then
      check 'the path ~user is the home directory of that user' delivered "$own/$below" "deliver_to = \"maildir:~$user/$below\""
      rm -rf "${own:?}/$below"
      unset HOME
      check 'without HOME, ~ is the home directory that the system knows' delivered "$own/$below" "deliver_to = \"maildir:~/$below\""
      rm -rf "${own:?}/$below"
    else
      skip 'the path ~user is the home directory of that user' "the home directory of $user cannot be written"
      skip 'without HOME, ~ is the home directory that the system knows' "the home directory of $user cannot be written"
    fi
    ;;
  *) bail "the system knows no home directory of $user" ;;
esac

# A user without an entry has no home directory, as in a container.
unset HOME
if [ "$(id -u)" = 0 ] && ! getent passwd 54321 >/dev/null; then
  chmod 755 .
  fresh_configuration
  configure a 'deliver_to = "maildir:~/x"'
  write_configuration && chown 54321 mailhaul.conf
  STATUS=0
  setpriv --reuid 54321 --clear-groups "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  check 'without any home directory, ~ is refused' exits 78
  check 'the message says why' contains err 'the home directory is unknown'
  sed -i -e 's|maildir:~/x|maildir:x|' -e '/^state_dir/d' mailhaul.conf
  STATUS=0
  setpriv --reuid 54321 --clear-groups "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  check 'the state needs a place' exits 78
  check 'the message names state_dir' contains err 'set state_dir, or HOME'
else
  skip 'without any home directory, ~ is refused' 'only root can become a user without an entry'
fi
check 'nothing is made for it' nothing_is_named

done_testing
