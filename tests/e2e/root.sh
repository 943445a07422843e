#!/bin/sh
# root does not write where another user could turn the file into another one, and follows nobody's links.
# shellcheck disable=SC2016 # eval expands them
. "${srcdir:-.}/tests/e2e/lib/common.sh"
[ "$(id -u)" = 0 ] || skip_all 'only root can be root'
other=65534
other_name=$(getent passwd $other | cut -d: -f1)
: >probe && chown $other:$other probe 2>/dev/null && [ -n "$other_name" ] && command -v runuser >/dev/null && command -v setpriv >/dev/null ||
  skip_all 'files cannot be given to another user'

mkdir mail
letters 1 2
serve --dir mail
here=$(pwd -P)
chmod 711 .
run_for() { # LINE...
  fresh_configuration
  rm -rf state
  configure a "$@"
  run
}
hint="run mailhaul as that user: runuser -u $other_name -- mailhaul"
# home: a directory of the other user.
home() { rm -rf home victim && mkdir home && chown $other:$other home && echo precious >victim; }
untouched() { [ "$(cat victim)" = precious ] && [ "$(find home -user 0 | wc -l)" = 0 ] || { find home -ls; return 1; }; }

home
run_for 'deliver_to = "maildir:home/Maildir"'
check "a Maildir in another user's home directory is refused" exits 74
check 'the message has the way out' says err \
  "mailhaul: a: store: nothing is delivered to the Maildir home/Maildir: the directory $here/home belongs to the user $other_name; $hint"
check 'nothing is made there' untouched
run check
check 'check says so as well' eval 'exits 74 && contains err "belongs to the user $other_name; $hint"'
home && mkdir -p home/Maildir/new home/Maildir/cur home/Maildir/tmp && chown -R $other:$other home
run_for 'deliver_to = "maildir:home/Maildir"'
check "another user's Maildir is refused" says err \
  "mailhaul: a: store: nothing is delivered to the Maildir home/Maildir: home/Maildir belongs to the user $other_name; $hint"
check 'nothing is written there' eval 'untouched && [ -z "$(find home -type f)" ]'
run_for 'deliver_to = "mbox:home/inbox"'
check "an mbox in another user's home directory is refused" says err \
  "mailhaul: a: store: nothing is delivered to the mbox home/inbox: the directory $here/home belongs to the user $other_name; $hint"
check 'no mbox and no lock is made' untouched
: >home/inbox && chown $other home/inbox
run_for 'deliver_to = "mbox:home/inbox"'
check "another user's mbox is refused" exits 74
check 'it stays empty' [ ! -s home/inbox ]

# What the hint says works.
rm -rf home && mkdir home && cp "$MAILHAUL" home/mailhaul && cp -r certs home/ && sed "s|\"mbox:.*\"|\"maildir:$here/home/Maildir\"|" mailhaul.conf >home/mailhaul.conf
chown -R $other:$other home
if runuser -u "$other_name" -- test -x "$here/home/mailhaul" 2>/dev/null; then
  STATUS=0 && (cd home && runuser -u "$other_name" -- ./mailhaul -c mailhaul.conf) >out 2>err || STATUS=$?
  check 'what the hint says delivers the mail' eval 'exits 0 && count_is home/Maildir 2'
else
  skip 'what the hint says delivers the mail' 'the test directory is not accessible'
fi

# ---- links ----
# In a sticky directory, everybody can make links; the kernel need not refuse to follow them.
public() { home && rm -rf public && mkdir -m 1777 public; }
link() { ln -s "$1" "$2" && chown -h $other "$2"; }
public && link "$here/victim" public/inbox
run_for 'deliver_to = "mbox:public/inbox"'
check "another user's link in place of an mbox is not followed" eval 'exits 74 && contains err "public/inbox is a link of another user; remove it, or name a path in a directory of your own"'
check 'the target is unchanged' untouched
public && ln victim public/inbox
run_for 'deliver_to = "mbox:public/inbox"'
check 'a second name of a file of root is not written to' exits 74
check 'the file is unchanged' untouched
public && : >public/inbox && chown $other public/inbox
run_for 'deliver_to = "mbox:public/inbox"'
check "another user's file in place of an mbox is refused" eval 'exits 74 && contains err "public/inbox belongs to the user $other_name"'
public && link "$here/private" public/Maildir && mkdir -p private/new private/cur private/tmp
run_for 'deliver_to = "maildir:public/Maildir"'
check "another user's link in place of a Maildir is not followed" eval 'exits 74 && contains err "public/Maildir is a link of another user"'
for name in new cur tmp; do
  public && mkdir -p public/Maildir/new public/Maildir/cur public/Maildir/tmp && rmdir public/Maildir/$name && link "$here/private/$name" public/Maildir/$name
  run_for 'deliver_to = "maildir:public/Maildir"'
  check "another user's link in place of $name is not followed" eval 'exits 74 && contains err "public/Maildir/$name is a link of another user"'
done
check 'nothing is written to the target of a link' count_is private 0
public && mkdir elsewhere && ln -s "$here/elsewhere" public/Maildir
run_for 'deliver_to = "maildir:public/Maildir"'
check "root's own link is followed" eval 'exits 0 && count_is elsewhere 2'

# ---- the log ----
with_log() { # PATH
  fresh_configuration
  echo "log = \"file:$1\"" >>mailhaul.conf.in
  rm -rf state Mail
  configure a 'deliver_to = "maildir:Mail"'
  run -v
}
public && link "$here/victim" public/log
with_log public/log
check "another user's link in place of the log is not followed" contains err 'the log public/log is not used: public/log is a link of another user'
check 'the target of the log is unchanged' untouched
check 'the mail is delivered all the same' count_is Mail 2
home
with_log home/log
check "a log in another user's directory is not used" eval 'untouched && contains err "the log home/log is not used: the directory $here/home belongs to the user $other_name"'

# ---- what goes on working ----
mkdir -m 2775 spool && chgrp mail spool
run_for 'deliver_to = "mbox:spool/root"'
check "an mbox of root in a directory of the group mail, as /var/mail, gets mail" eval 'exits 0 && [ "$(grep -c ^Message-ID spool/root)" = 2 ]'
ln victim spool/second
run_for 'deliver_to = "mbox:spool/second"'
check 'a second name that the group could have made does not' eval 'exits 74 && [ "$(cat victim)" = precious ]'
run_for 'deliver_to = "maildir:Mail/deep/inside"'
check 'a Maildir below directories of root gets mail' eval 'exits 0 && count_is Mail/deep/inside 2'
public
run_for 'deliver_to = "maildir:public/Maildir"'
check 'a Maildir of root in a sticky directory gets mail' eval 'exits 0 && count_is public/Maildir 2'

# ---- another user, in a sticky directory ----
public && rm -rf theirs && mkdir theirs && cp "$MAILHAUL" theirs/mailhaul && cp -r certs theirs/ && chown -R 12345:12345 theirs
sed "s|maildir:.*\"|mbox:$here/public/inbox\"|" mailhaul.conf >theirs/mailhaul.conf && chown 12345 theirs/mailhaul.conf
as_third() { rm -rf theirs/state; STATUS=0 && (cd theirs && setpriv --reuid=12345 --regid=12345 --clear-groups ./mailhaul -c mailhaul.conf) >out 2>err || STATUS=$?; }
if setpriv --reuid=12345 --regid=12345 --clear-groups test -x "$here/theirs/mailhaul"; then
  echo precious >theirs/victim && chown 12345 theirs/victim && link "$here/theirs/victim" public/inbox
  as_third
  check 'users do not follow links of others in a sticky directory' eval '! exits 0 >/dev/null && [ "$(cat theirs/victim)" = precious ]'
  rm public/inbox && : >public/inbox && chown $other public/inbox && chmod 666 public/inbox
  as_third
  check "users do not write to others' files in a sticky directory" eval 'exits 74 && [ ! -s public/inbox ] && contains err "belongs to the user $other_name"'
  rm public/inbox && as_third
  check 'they write to their own' exits 0
else
  skip 'users do not follow links of others in a sticky directory' 'the test directory is not accessible'
fi
done_testing
