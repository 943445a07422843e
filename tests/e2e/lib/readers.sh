# shellcheck shell=sh
# Runs real mail readers on a Maildir or an mbox in the test's own directory, without a user.
#
#   . "$E2E_DIR/lib/readers.sh"; readers_start
#   has_reader mutt 'mutt saves messages' && mutt_keys mutt Mail '<quit>'
#
# Each function returns nonzero if the reader fails. ./reader.log receives what it prints.

# The user of programs that refuse to run as root, and the command that becomes that user.
reader_user='' reader_as=''
dovecot_imap='' # Dovecot's IMAP server, which needs no other process; empty: not installed
readers_start() {
  PATH=$PATH:/usr/local/sbin:/usr/sbin
  if [ "$(id -u)" = 0 ]; then
    reader_user=nobody
    reader_as="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
    chmod 711 "$WORK"
  fi
  for _imap in /usr/lib/dovecot/imap /usr/libexec/dovecot/imap; do [ ! -x "$_imap" ] || dovecot_imap=$_imap; done
  cat >mutt.rc <<END
set mbox_type=Maildir record="" confirmappend=no confirmcreate=no delete=yes quit=yes move=no wait_key=no beep=no
END
}

# has_reader PROGRAM CHECK...: returns whether the program is installed; otherwise skips these checks.
has_reader() {
  _program=$1 && shift
  command -v "$_program" >/dev/null 2>&1 && return
  for _check; do skip "$_check" "$_program is not installed"; done
  return 1
}

on_tty() { timeout 90 python3 "$E2E_DIR/../support/on_tty.py" "$@"; }

# mutt_keys PROGRAM MAILBOX KEYS: mutt or neomutt opens the mailbox and receives the keys.
mutt_keys() { on_tty "$1" -n -F mutt.rc -f "$2" -e "push \"$3\"" >reader.log 2>&1; }
mutt_save() { mutt_keys "$1" "$2" "<tag-pattern>.<enter><tag-prefix><save-message>$WORK/$3<enter><sync-mailbox><quit>"; }
mutt_flag() { mutt_keys "$1" "$2" '<tag-pattern>.<enter><tag-prefix><set-flag>!<sync-mailbox><quit>'; }

# alpine_open MBOX: alpine opens the mbox as its inbox, and writes its fields into it.
alpine_open() {
  cat >pinerc <<END
inbox-path=$WORK/$1
feature-list=expunge-without-confirm,quit-without-confirm
user-id=me
user-domain=example.org
personal-name=me
last-version-used=9.99alpine
last-time-prune-questioned=999.1
END
  on_tty alpine -p pinerc -I 'i,q,y' >reader.log 2>&1
}

# snail_read and mailutils_read MBOX: read the first message.
snail_read() { printf 'type 1\nquit\n' | s-nail -n -S hold -S keep -f "$1" >reader.log 2>&1; }
mailutils_read() { printf 'print 1\nquit\n' | mail.mailutils -f "$1" >reader.log 2>&1; }

# dovecot_conf LOCATION FILE: writes a configuration for doveadm and imap without a server. LOCATION: maildir:PATH or
# mbox:DIRECTORY:INBOX=PATH
dovecot_conf() {
  mkdir -p dovecot
  {
    case $(dovecot --version) in
      2.[0-3].*) echo "mail_location = $1" ;;
      *)
        _path=${1#*:}
        # These versions have to come first.
        printf '%s = 2.4.0\n' dovecot_config_version dovecot_storage_version
        printf 'mail_driver = %s\nmail_path = %s\n' "${1%%:*}" "${_path%%:INBOX=*}"
        _user=${reader_user:-$(id -un)}
        printf 'mail_uid = %s\nmail_gid = %s\nfirst_valid_uid = 1\n' "$(id -u "$_user")" "$(id -g "$_user")"
        [ "$_path" = "${_path#*:INBOX=}" ] || echo "mail_inbox_path = ${_path#*:INBOX=}"
        ;;
    esac
    cat <<END
base_dir = $WORK/dovecot
state_dir = $WORK/dovecot
log_path = /dev/stderr
ssl = no
namespace inbox {
  inbox = yes
}
END
  } >"$2"
}

# as_reader FILE COMMAND...: runs a command as a user who owns the file or directory until then. After it, they belong
# to root again, which writes nowhere else.
as_reader() {
  _read=$1 _read_status=0
  [ -z "$reader_user" ] || chown -R "$reader_user" "$1" dovecot
  shift
  # shellcheck disable=SC2086 # a command with its options, or nothing
  $reader_as env HOME="$WORK/dovecot" USER="${reader_user:-$(id -un)}" timeout 60 "$@" >reader.log 2>&1 || _read_status=$?
  [ -z "$reader_user" ] || chown -R root "$_read"
  return "$_read_status"
}

# doveadm_on LOCATION FILE 'COMMAND' ARGUMENT...: runs doveadm on a mailbox, of which FILE is the Maildir or mbox.
# COMMAND is one or two words.
doveadm_on() {
  _location=$1 _file=$2 _command=$3 && shift 3
  dovecot_conf "$_location" dovecot.conf
  chmod 644 dovecot.conf
  # Dovecot 2.4 wants to know that there is no database of users.
  case $(dovecot --version) in 2.[0-3].*) ;; *) _command="$_command --no-userdb-lookup" ;; esac
  # shellcheck disable=SC2086 # words
  as_reader "$_file" doveadm -c "$WORK/dovecot.conf" $_command "$@"
}

# dovecot_flag 'FLAG...': sets the flags of all messages in ./mbox.
dovecot_flag() {
  mkdir -p boxes
  [ -z "$reader_user" ] || chown "$reader_user" boxes "$WORK"
  _status=0
  doveadm_on "mbox:$WORK/boxes:INBOX=$WORK/mbox" mbox 'flags add' "$1" mailbox INBOX all || _status=$?
  [ -z "$reader_user" ] || chown root "$WORK" mbox
  return "$_status"
}

# offlineimap_sync DIRECTORY: synchronizes the Maildirs in DIRECTORY with an IMAP server that has no mail.
offlineimap_sync() {
  mkdir -p remote
  dovecot_conf "maildir:$WORK/remote" imap.conf
  cat >offlineimaprc <<END
[general]
accounts = a
ui = quiet
metadata = $WORK/dovecot/offlineimap
[Account a]
localrepository = local
remoterepository = remote
[Repository local]
type = Maildir
localfolders = $WORK/$1
[Repository remote]
type = IMAP
preauthtunnel = $dovecot_imap -k -c $WORK/imap.conf
END
  chmod 644 imap.conf offlineimaprc
  [ -z "$reader_user" ] || chown "$reader_user" remote
  as_reader "$1" offlineimap -c "$WORK/offlineimaprc" -o
}
