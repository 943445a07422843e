#!/bin/sh
# verify --rebuild with mail that another program delivered: mpop, getmail, fetchmail with procmail, and Dovecot's LDA,
# each from or to a real Dovecot. Nothing is fetched again, and only what is certainly there is deleted.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

count=48
dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start'
echo "# Dovecot $DOVECOT_VERSION"
dovecot_make_mail source "$count" 7
# Messages without the fields that leave no doubt: no Message-ID, a short header, the same header twice.
printf 'Subject: bare\n\nbody\n' >source/bare.eml
printf 'From: a@example.org\nSubject: twin\n\nfirst\n' >source/twin1.eml
printf 'From: a@example.org\nSubject: twin\n\nother\n' >source/twin2.eml
count=$((count + 3))
PATH=$PATH:/usr/sbin:/sbin

# fetchmail writes other bytes into lines of more than 8 KB.
mkdir short
grep -LE '.{8000}' source/*.eml | while read -r file; do cp "$file" short/; done

# new_user NAME: makes an account with all mail.
new_user() {
  dovecot_add_user "$1" "$1" && dovecot_fill "$1" "$mail" || bail 'no account'
}

# The directory of the server's user. Some programs refuse to deliver mail as root.
LENT=$DOVECOT_INSTANCE/lent
_dovecot_as mkdir "$LENT"
# take_back: takes the mail that was delivered there.
take_back() { mv "$LENT/box" "$user" && chown -R "$(id -u):$(id -g)" "$user"; }

# mpop_to KIND, getmail_to KIND, fetchmail_to KIND, lda_to KIND: deliver all mail of the account $user to ./$user.
mpop_to() {
  to=$WORK/$user
  [ "$1" != maildir ] || mkdir -p "$to/cur" "$to/new" "$to/tmp"
  (umask 077 && cat >"$user.rc") <<RC
account $user
host localhost
port $DOVECOT_POP3S_PORT
tls on
tls_starttls off
tls_trust_file $DOVECOT_CA
auth on
user $user
password $user
keep on
delivery $1 $to
uidls_file $WORK/$user.uidls
RC
  mpop -q -C "$user.rc" -a
}
getmail_python=$(sed -n '1s/^#! *//p' "$(command -v getmail)" 2>/dev/null)
# shellcheck disable=SC2016 # sh -c expands
getmail_to() {
  case $1 in
    maildir) kind=Maildir path=$LENT/box/ && _dovecot_as mkdir "$LENT/box" "$LENT/box/cur" "$LENT/box/new" "$LENT/box/tmp" ;;
    mbox) kind=Mboxrd path=$LENT/box && _dovecot_as touch "$LENT/box" ;;
  esac
  cp "$DOVECOT_CA" "$LENT/ca.pem" && chmod 644 "$LENT/ca.pem"
  _dovecot_as sh -c 'cat >"$1"' sh "$LENT/rc" <<RC
[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = $DOVECOT_POP3S_PORT
username = $user
password = $user
ca_certs = $LENT/ca.pem
[destination]
type = $kind
path = $path
[options]
read_all = true
delete = false
RC
  # getmail forks for each message, and installs a signal handler for the end of that process only afterwards. If it has
  # ended before, getmail waits for a minute, and fails. Here it calls waitpid instead.
  _dovecot_as sh -c 'cat >"$1"' sh "$LENT/getmail.py" <<'PY'
import os, runpy, shutil
from getmailcore.baseclasses import ForkingBase
ForkingBase._prepare_child = lambda self: None
ForkingBase._wait_for_child = lambda self, child: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
runpy.run_path(shutil.which('getmail'), run_name='__main__')
PY
  _dovecot_as sh -c 'cd "$1" && HOME=$1 $2 getmail.py -q --getmaildir "$1" --rcfile "$1/rc"' sh "$LENT" "$getmail_python" && take_back
}
fetchmail_to() {
  case $1 in
    maildir) mkdir "$user" && echo "DEFAULT=$WORK/$user/" >"$user.procmail" ;;
    mbox) echo "DEFAULT=$WORK/$user" >"$user.procmail" ;;
  esac
  (umask 077 && cat >"$user.rc") <<RC
set no bouncemail
poll localhost service $DOVECOT_POP3S_PORT protocol pop3 uidl
user "$user" password "$user" ssl sslcertck sslcertfile "$DOVECOT_CA" keep mda "$(command -v procmail) -f %F $WORK/$user.procmail"
RC
  FETCHMAILHOME=$WORK fetchmail -s --nosyslog -f "$user.rc" -i "$user.ids" --pidfile "$WORK/$user.pid"
}

# As the user of the server, because root cannot serve mail.
lda_to() {
  [ -x /usr/lib/dovecot/dovecot-lda ] || return 1
  case $DOVECOT_VERSION in
    2.3.*) set -- -o "mail_location=$1:$LENT/box" ;;
    *) set -- -o "mail_driver=$1" -o "mail_path=$LENT/box" ;;
  esac
  for file in source/*.eml; do
    _dovecot_as env HOME="$LENT" /usr/lib/dovecot/dovecot-lda -c "$DOVECOT_INSTANCE/dovecot.conf" "$@" \
      -d "$user" -f sender@example.org <"$file" || return 1
  done
  take_back
}

stored() {
  if [ -d "$1" ]; then
    find "$1/new" "$1/cur" -type f | wc -l
  else
    grep -c '^From ' "$1"
  fi
}
last_is() { [ "$(tail -n 1 out)" = "$1" ] || { show; return 1; }; }

mail=source
# try PROGRAM KIND DELIVER MOST: MOST messages may stay on the server, because the program has changed them.
try() {
  user=$1-$2
  new_user "$user"
  "$3" "$2" >delivered 2>&1 || { cat delivered; bail "$1 does not deliver"; }
  before=$(stored "$user")
  check "$user: $1 has delivered all messages" [ "$before" = "$count" ]
  fresh_configuration
  SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=$user PASSWORD_LINE="password = '$user'"
  configure "$user" "deliver_to = \"$2:$user\""
  run verify --rebuild
  check "$user: the state is rebuilt from all messages" says out "$user: the state was rebuilt from $count messages"
  run verify
  check "$user: all messages are intact" says out "$user: $count of $count messages are intact"
  run -v
  check "$user: the first run fetches nothing again" contains out "$user: 0 new (0 B), 0 deleted, $count left on server"
  check "$user: nothing is stored twice" [ "$(stored "$user")" = "$before" ]
  run -v
  check "$user: the second run fetches nothing" contains out "$user: 0 new (0 B), 0 deleted, $count left on server"
  dovecot_dump "$user" "$user.dump"
  fresh_configuration
  configure "$user" "deliver_to = \"$2:$user\"" 'leave_on_server = no'
  run -v
  check "$user: a run that deletes fetches nothing again" contains out "$user: 0 new (0 B), "
  run -v
  check "$user: a second run that deletes fetches nothing" contains out "$user: 0 new (0 B), 0 deleted, "
  left=$(dovecot_count "$user")
  echo "# $user: $left messages stay on the server"
  check "$user: most messages are deleted" [ "$left" -le "$4" ]
  check "$user: nothing is stored twice by the runs that delete" [ "$(stored "$user")" = "$before" ]
  run verify
  check "$user: all messages are still intact" says out "$user: $count of $count messages are intact"
}

if command -v mpop >/dev/null; then
  try mpop maildir mpop_to 0
  try mpop mbox mpop_to 0
else
  skip 'mail from mpop' 'there is no mpop here'
fi
if command -v getmail >/dev/null; then
  try getmail maildir getmail_to 8
  try getmail mbox getmail_to 8
else
  skip 'mail from getmail' 'there is no getmail here'
fi
if command -v fetchmail >/dev/null && command -v procmail >/dev/null; then
  mail=short count=$(find short -type f | wc -l)
  try fetchmail maildir fetchmail_to 4
  try fetchmail mbox fetchmail_to 8
else
  skip 'mail from fetchmail' 'fetchmail or procmail is missing here'
fi
if [ -x /usr/lib/dovecot/dovecot-lda ]; then
  mail=source count=$(find source -type f | wc -l)
  try lda maildir lda_to 0
else
  skip 'mail from dovecot-lda' 'there is no dovecot-lda here'
fi

done_testing
