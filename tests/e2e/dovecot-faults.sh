#!/bin/sh
# A real Dovecot believes a wrong size in a file's name, and sends less of the message than it announced, without an
# error. Another one cannot open a mailbox, and says so after the login.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

count=12
dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start'
echo "# Dovecot $DOVECOT_VERSION"
dovecot_make_mail source "$count" 1 || bail 'no mail'
SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA

# shrink NAME NUMBER BYTES: reduces the size in the file's name by that many bytes.
shrink() {
  "$PYTHON" - "$DOVECOT_INSTANCE/mail/$1/Maildir/cur" "$2" "$3" <<'PY'
import os, re, sys

directory, number, less = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
old = sorted(os.listdir(directory))[number - 1]
new = re.sub(r"([SW])=(\d+)", lambda match: f"{match[1]}={max(int(match[2]) - less, 1)}", old)
os.rename(f"{directory}/{old}", f"{directory}/{new}")
with open("renamed", "w") as file:
    file.write(f"{directory}/{new}\n{directory}/{old}\n")
PY
}

# whole DIRECTORY: prints how many messages of source are there unchanged.
whole() {
  mkdir -p "$1"
  (cd "$1" && find . -type f -exec sha256sum {} +) | cut -d' ' -f1 | sort -u >here
  comm -12 here sums | wc -l
}

# original NAME NUMBER: prints the path of the message on the server, whatever its flags are.
original() { find "$DOVECOT_INSTANCE/mail/$1/Maildir/cur" -name "*Q$(printf %06d $(($2 - 1))).test,*"; }
digest() { sha256sum <"$(original "$1" "$2")"; }

# kept NAME NUMBER BYTES TITLE: all messages are to be deleted; the one that comes short must stay.
kept() {
  dovecot_add_user "$1" "$1" && dovecot_fill "$1" source && dovecot_dump "$1" "expected-$1" || bail 'no account'
  (cd "expected-$1" && sha256sum -- * | cut -d' ' -f1 | sort -u) >sums
  rm -f "$DOVECOT_INSTANCE/mail/$1/Maildir"/dovecot*
  shrink "$1" "$2" "$3"
  before=$(digest "$1" "$2")
  fresh_configuration
  USER_NAME=$1 PASSWORD_LINE="password = '$1'"
  configure "$1" 'deliver_to = "maildir:Mail-'"$1"'"' 'leave_on_server = no'
  reports='' lines=0
  for _ in 1 2 3 4; do
    run
    reports="$reports $STATUS"
    lines=$((lines + $(cat out err | wc -l)))
    cat err >>"err-$1"
  done
  echo "# exit codes:$reports"
  if [ -z "$(original "$1" "$2")" ]; then
    not_ok "$4: the server still has it after four runs, and will give it when its name is right"
    return
  fi
  check "$4: the server still has it after four runs" [ "$(digest "$1" "$2")" = "$before" ]
  check "$4: the server has none of the other messages" [ "$(dovecot_count "$1")" -eq 1 ]
  check "$4: the other messages are delivered" [ "$(whole "Mail-$1/new")" -eq $((count - 1)) ]
  if grep -q 'refused to send' "err-$1"; then
    # Dovecot 2.4.5 finds out before it sends anything, and says that the message is expunged.
    check "$4: one line of each run reports the refusal" [ "$lines" -eq 4 ]
    check "$4: the report names the message" grep -q "refused to send message $2 (server said: \"Message $2 expunged.\")" "err-$1"
  else
    check "$4: one line reports it" [ "$lines" -eq 1 ]
    check "$4: the report names its UID" grep -q "$(printf %08x "$2")" "err-$1"
  fi
  case "$reports" in
    *' 75'* | *' 76'*) ok "$4: the exit code is 75 or 76" ;;
    *) not_ok "$4: the exit code is 75 or 76" "err-$1" ;;
  esac
  right=$(sed -n 2p renamed)
  mv "$(original "$1" "$2")" "${right%%:*}:2,S"
  rm -f "$DOVECOT_INSTANCE/mail/$1/Maildir"/dovecot.index*
  run
  run
  check "$4: when its name is correct again, the complete message is fetched" [ "$(whole "Mail-$1/new")" -eq "$count" ]
  check "$4: it is deleted after that" [ "$(dovecot_count "$1")" -eq 0 ]
}

kept little 3 40 '40 bytes short'
kept much 2 1400 '1,400 bytes short'

# The login succeeds, and then the mailbox cannot be opened. That is the answer to the next command, whatever it is.
dovecot_add_user closed closed && dovecot_fill closed source && dovecot_dump closed expected-closed || bail 'no account'
chmod 000 "$DOVECOT_INSTANCE/mail/closed/Maildir"
fresh_configuration
USER_NAME=closed PASSWORD_LINE="password = 'closed'"
configure closed 'deliver_to = "maildir:Closed"' 'leave_on_server = no'
run
check 'a mailbox that cannot be opened after the login is a temporary failure: exit code 75' exits 75
check 'the failure is one line' [ "$(wc -l <err)" -eq 1 ]
check 'the message quotes the server' contains err '[SYS/TEMP] Internal error occurred'
check 'the message does not report a broken connection' lacks err 'connection'
chmod 700 "$DOVECOT_INSTANCE/mail/closed/Maildir"
run
check 'when the mailbox can be opened again, the run succeeds at once' exits 0
check 'all messages arrive unchanged' same_maildir Closed expected-closed
check 'all messages are deleted from the server' [ "$(dovecot_count closed)" -eq 0 ]

done_testing
