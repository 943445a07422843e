# shellcheck shell=sh
# Runs a real Dovecot (2.3 or 2.4) as a private, unprivileged POP3 server on loopback, for tests.
#
#   . "$E2E_DIR/lib/dovecot.sh"
#   trap dovecot_clean EXIT; trap 'exit 1' HUP INT TERM
#   dovecot_start "$work" || bail 'Dovecot does not start'
#
# It needs, on Debian 12 and 13: dovecot-core dovecot-pop3d python3 openssl (and util-linux, which is always
# installed). Root cannot serve mail, so for root the server runs as DOVECOT_RUN_AS (default: nobody). It uses a
# directory of its own under TMPDIR, because that user may have no access to the work tree. Call the functions from
# the test's own shell, not from a subshell: when the shell dies, even by SIGKILL, so does the server. Functions
# return nonzero after a message on standard error. A shell can run one server at a time.

: "${E2E_DIR:=${srcdir:-.}/tests/e2e}" "${PYTHON:=python3}"
E2E_DIR=$(cd "$E2E_DIR" && pwd) || exit 1 # the test may change its directory later
# shellcheck source=tests/e2e/lib/certificates.sh
. "$E2E_DIR/lib/certificates.sh"

DOVECOT_INSTANCE='' # the server's own directory; empty: there is no server
DOVECOT_PID=''      # its master process; empty: not running

# dovecot_start DIR
# Starts a server. DIR, a private directory, receives the files of make_certificates unless it has them already.
# Sets DOVECOT_POP3S_PORT (implicit TLS), DOVECOT_POP3_PORT (STLS), DOVECOT_CA, DOVECOT_USER and DOVECOT_PASSWORD
# (an account with an empty INBOX), DOVECOT_MAILDIR (its Maildir), DOVECOT_LOG, DOVECOT_VERSION. Reads from the
# environment:
#   DOVECOT_CERT    the certificate to use: server (default), expired, wronghost, selfsigned, untrusted
#   DOVECOT_LISTEN  addresses (default 127.0.0.1, 127.0.0.2); the first of them has to exist
#   DOVECOT_EXTRA   further lines of configuration, such as pop3_lock_session=yes
#   DOVECOT_MECHANISMS  SASL mechanisms (default plain scram-sha-256); apop counts as one
#   DOVECOT_INTROSPECTION  URL for checking a token (RFC 7662), for xoauth2 and oauthbearer
#   DOVECOT_CLIENT_CA  PEM file of the issuers of client certificates: no login works without such a
#                   certificate, and external takes the user from the common name
#   DOVECOT_KEYTAB  for gssapi: file with the key of pop/localhost; KRB5_CONFIG names the configuration
# Dovecot regards a client from its own address as safe, and lets it log in without TLS in any case. At 127.0.0.2 it
# behaves as for a remote client, since clients connect from 127.0.0.1: no login before TLS.
dovecot_start() {
  [ -z "$DOVECOT_PID" ] || { _dovecot_say 'it runs already'; return 1; }
  PATH=$PATH:/usr/local/sbin:/usr/sbin
  DOVECOT_VERSION=$(dovecot --version 2>/dev/null) || {
    _dovecot_say 'Dovecot is missing (Debian: dovecot-core dovecot-pop3d)'
    return 1
  }
  DOVECOT_VERSION=${DOVECOT_VERSION%% *}
  [ -e "$1/ca.pem" ] || make_certificates "$1" || return 1
  DOVECOT_CA=$(cd "$1" && pwd)/ca.pem
  DOVECOT_USER='test'
  DOVECOT_PASSWORD=secret
  _dovecot_new_instance "$1" && dovecot_add_user "$DOVECOT_USER" "$DOVECOT_PASSWORD" || return 1
  # shellcheck disable=SC2034 # for the test
  DOVECOT_MAILDIR=$DOVECOT_INSTANCE/mail/$DOVECOT_USER/Maildir
  DOVECOT_LOG=$DOVECOT_INSTANCE/log
  start_at_free_ports 2 "Dovecot $DOVECOT_VERSION" "$DOVECOT_LOG" _dovecot_start_at
}

# dovecot_stop
# Stops the server and returns when its processes are gone. Its mail stays. Safe to call twice.
dovecot_stop() {
  [ -n "$DOVECOT_PID" ] || return 0
  # The signal goes to the complete group; if only the master got it, ending its log process would take a second.
  kill -s TERM -- "-$DOVECOT_PID" 2>/dev/null || kill -s TERM "$DOVECOT_PID" 2>/dev/null || :
  wait "$DOVECOT_PID" 2>/dev/null || :
  _dovecot_tick=0
  while _dovecot_processes; do
    _dovecot_tick=$((_dovecot_tick + 1))
    [ "$_dovecot_tick" -lt 200 ] || kill -s KILL -- "-$DOVECOT_PID" 2>/dev/null || :
    sleep 0.02
  done
  DOVECOT_PID=''
}

# dovecot_clean
# Stops the server and removes its directory with all mail. Safe to call twice, and in a trap.
dovecot_clean() {
  dovecot_stop
  [ -z "$DOVECOT_INSTANCE" ] || rm -rf "$DOVECOT_INSTANCE"
  DOVECOT_INSTANCE=''
}

# dovecot_add_user NAME PASSWORD [NAME PASSWORD]...
# Adds accounts with an empty INBOX, or changes their passwords. NAME: lower case letters, digits, . _ @ -
# While the server runs it takes up to a second, because the server checks its list of users once a second.
# With DOVECOT_SCHEME (SCRAM-SHA-256, for example), the server stores the password in that form, not as text.
dovecot_add_user() {
  while [ $# -ge 2 ]; do
    case $1 in
      '' | [.-]* | *[!a-z0-9._@-]*) _dovecot_say "no user name: '$1'"; return 1 ;;
    esac
    # shellcheck disable=SC2016
    _dovecot_as sh -c 'umask 077; mkdir -p "$1/Maildir/cur" "$1/Maildir/new" "$1/Maildir/tmp"' \
      sh "$DOVECOT_INSTANCE/mail/$1" || return 1
    {
      awk -F: -v name="$1" '$1 != name' "$DOVECOT_INSTANCE/users"
      printf '%s:%s:%s:%s::%s::\n' "$1" "$(_dovecot_stored "$2")" \
        "$_dovecot_uid" "$_dovecot_gid" "$DOVECOT_INSTANCE/mail/$1"
    } | _dovecot_write users || return 1
    shift 2
  done
  _dovecot_second=$(date +%s)
  while [ -n "$DOVECOT_PID" ] && [ "$(date +%s)" = "$_dovecot_second" ]; do sleep 0.02; done
}

_dovecot_stored() { # PASSWORD
  if [ -n "${DOVECOT_SCHEME:-}" ]; then
    doveadm -O pw -s "$DOVECOT_SCHEME" -p "$1"
  else
    printf '{PLAIN.b64}%s' "$(printf %s "$1" | openssl base64 -A)"
  fi
}

# dovecot_fill NAME DIRECTORY
# Copies each file of DIRECTORY into NAME's INBOX, in the order of their names, as mail seen before.
dovecot_fill() {
  [ -d "$2" ] || { _dovecot_say "no directory: $2"; return 1; }
  _dovecot_put "$1" cur "$2"
}

# dovecot_deliver NAME FILE
# Adds a message to NAME's INBOX, as a mail server would deliver it. A client may be connected.
dovecot_deliver() {
  [ -f "$2" ] || { _dovecot_say "no file: $2"; return 1; }
  _dovecot_put "$1" new "$2"
}

# dovecot_count NAME
# Prints how many messages are left in NAME's INBOX.
dovecot_count() {
  find "$DOVECOT_INSTANCE/mail/$1/Maildir/new" "$DOVECOT_INSTANCE/mail/$1/Maildir/cur" \
    -type f ! -name '.*' | wc -l | tr -d ' '
}

# dovecot_dump NAME DIRECTORY
# Writes each message to DIRECTORY/UID, byte for byte as received by a client that shares no code with mailhaul,
# with each CRLF as LF. Dovecot adds the missing end of a last line, so compare fetched mail with this dump, not
# with the original files. Deletes nothing. The connection is encrypted but not verified, so that it works with
# every DOVECOT_CERT.
dovecot_dump() {
  _dovecot_secret=$(sed -n "s/^$1:{PLAIN.b64}\([^:]*\):.*/\1/p" "$DOVECOT_INSTANCE/users" |
    openssl base64 -d -A) || return 1
  set -- "$1" "$2" 127.0.0.1 "$DOVECOT_POP3S_PORT" "$DOVECOT_CA"
  [ "${DOVECOT_CERT:-server}" = server ] || set -- "$1" "$2" "$3" "$4" ''
  POP3_PASSWORD=$_dovecot_secret "$PYTHON" -S "$E2E_DIR/lib/pop3_dump.py" "$3" "$4" "$5" "$1" "$2"
}

# dovecot_make_mail DIRECTORY COUNT [SEED]
# Writes COUNT realistic messages to DIRECTORY/00001.eml ... They are the same for the same SEED (a word, default 1)
# with any version of Python. They have LF line endings and log-normal sizes of 1 KB to about 100 KB, median 6 KB.
# Every twelve messages include one of each kind that is difficult for a fetcher.
dovecot_make_mail() {
  "$PYTHON" -S - "$1" "$2" "${3:-1}" <<'PY'
import base64, os, random, sys, time

directory, count, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.makedirs(directory, exist_ok=True)
WORDS = ("the a of to and in backup report server invoice meeting tomorrow attached please find quarterly "
         "figures delivery status regarding your order number thanks kind maildrop schedule").split()
KINDS = ("plain plain utf8 latin1 alternative attachment dots from long no_newline headers_only "
         "blank").split()

def text(rng, size):
    lines, length = [], 0
    while length < size:
        line = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(0, 14)))
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines).encode() + b"\n"

def part(kind, body, *more):
    return "\n".join(("Content-Type: " + kind,) + more).encode() + b"\n\n" + body

def multipart(rng, kind, parts):
    edge = b"=_%032x" % rng.getrandbits(128)
    body = b"".join(b"--" + edge + b"\n" + each + b"\n" for each in parts) + b"--" + edge + b"--\n"
    return part(f'multipart/{kind}; boundary="{edge.decode()}"', b"This is a multi-part message.\n" + body)

def content(rng, kind, size):
    """The MIME header and the body."""
    plain, raw = "text/plain; charset=us-ascii", "Content-Transfer-Encoding: 8bit"
    if kind == "utf8":
        line = "Grüße aus Köln, 日本語, Ελλάδα — naïve café …\n".encode()
        return part("text/plain; charset=utf-8", text(rng, size) + line * 3, raw)
    if kind == "latin1":
        line = bytes(range(0xa0, 0x100)) + b"\n"
        return part("text/plain; charset=iso-8859-1", line * 3 + text(rng, size), raw)
    if kind == "alternative":
        body = text(rng, size // 2)
        html = b"<html><body><p>" + body.replace(b"\n", b"<br>\n") + b"</p></body></html>\n"
        return multipart(rng, "alternative", [part(plain, body), part("text/html; charset=us-ascii", html)])
    if kind == "attachment":
        data = base64.encodebytes(rng.getrandbits(6 * size).to_bytes(size * 3 // 4 + 1, "big"))
        name = f'"scan-{rng.randrange(1000)}.pdf"'
        return multipart(rng, "mixed", [part(plain, text(rng, 400)), part(
            "application/pdf; name=" + name, data, "Content-Transfer-Encoding: base64",
            "Content-Disposition: attachment; filename=" + name)])
    if kind == "dots":
        return part(plain, b".\n..\n...\n.leading dot\n" + text(rng, size) + b"\n.\n. \n.\t\n..two\n.\n")
    if kind == "from":
        return part(plain, b"From the start\n" + text(rng, size) +
                    b"\nFrom me@example.org Mon Jan  1 00:00:00 2024\n>From quoted\n>>From twice\n"
                    b"> From not\nfrom small\n From indented\n\nFrom \n\n\nFrom\n")
    if kind == "long":
        return part("text/html; charset=us-ascii", text(rng, size // 3) + b"x" * 1500 + b"\n" +
                    b"<td>cell</td>" * (size // 13) + b"\n" + b"y" * 8192 + b"\n")
    if kind == "no_newline":
        return part(plain, text(rng, size) + b"a last line without an end")
    if kind == "blank":
        return part(plain, b"\n\n\n" + text(rng, size) + b"  \n\n\n\n")
    return part(plain, text(rng, size))

for i in range(count):
    rng = random.Random(f"{seed}:{i}")
    kind = KINDS[i % len(KINDS)]
    size = int(min(max(rng.lognormvariate(8.7, 1.2), 700), 100000))
    when = time.gmtime(1700000000 + 7919 * i + rng.randrange(3600))
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", when)
    person = f"user{rng.randrange(500)}@example.{rng.choice(('org', 'com', 'net'))}"
    subject = " ".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 9)))
    if rng.randrange(4) == 0:
        encoded = base64.b64encode((subject[:20] + " für Sie").encode()).decode()
        subject = f"=?utf-8?B?{encoded}?=\n =?utf-8?Q?_=E2=80=93?="
    header = (f"Return-Path: <{person}>\n"
              f"Received: from mx.example.net (mx.example.net [192.0.2.{rng.randrange(1, 255)}])\n"
              f"\tby mail.example.org with ESMTPS id {rng.getrandbits(48):012x}\n"
              f"\tfor <test@localhost>; {date}\n"
              f"Date: {date}\nFrom: Some One <{person}>\nTo: test@localhost\nSubject: {subject}\n"
              f"Message-ID: <{i}.{rng.getrandbits(64):016x}@{seed}.example.org>\n"
              "MIME-Version: 1.0\n").encode()
    if kind == "headers_only":
        header += f"X-Padding: {'-' * 600}\n\n".encode()
    else:
        header += content(rng, kind, size)
    with open(os.path.join(directory, f"{i + 1:05}.eml"), "wb") as out:
        out.write(header)
PY
}

_dovecot_say() {
  echo "dovecot.sh: $*" >&2
}

# _dovecot_processes: whether a process of the server is left. The master leads a session of its own, so its process
# group contains all of them. Zombies that a slow init has not reaped do not count.
_dovecot_processes() {
  for _dovecot_stat in /proc/[0-9]*/stat; do
    { read -r _dovecot_line <"$_dovecot_stat"; } 2>/dev/null || continue
    # shellcheck disable=SC2086 # state, parent, process group
    set -- ${_dovecot_line##*) }
    if [ "${3:-}" = "$DOVECOT_PID" ] && [ "$1" != Z ]; then return 0; fi
  done
  return 1
}

# _dovecot_as COMMAND...: runs COMMAND as the server's user.
_dovecot_as() {
  if [ "$(id -u)" = "$_dovecot_uid" ]; then
    "$@"
  else
    setpriv --reuid="$_dovecot_uid" --regid="$_dovecot_gid" --clear-groups "$@"
  fi
}

# _dovecot_write NAME: replaces the server's file NAME atomically by standard input. It may hold secrets.
_dovecot_write() {
  # shellcheck disable=SC2016
  _dovecot_as sh -c 'umask 077; cat >"$1.new" && mv "$1.new" "$1"' sh "$DOVECOT_INSTANCE/$1"
}

# _dovecot_new_instance DIR: makes the server's directory, with the chosen certificate from DIR.
_dovecot_new_instance() {
  if [ "$(id -u)" = 0 ]; then
    _dovecot_user=${DOVECOT_RUN_AS:-nobody}
  else
    _dovecot_user=$(id -un)
  fi
  if ! { _dovecot_uid=$(id -u "$_dovecot_user") && _dovecot_gid=$(id -g "$_dovecot_user") &&
    _dovecot_group=$(id -gn "$_dovecot_user"); }; then
    _dovecot_say "Dovecot needs a user that the system knows by name, not '$_dovecot_user'"
    return 1
  fi
  # A socket's path is limited to 108 bytes, and the server's user needs access to it.
  _dovecot_tmp=${TMPDIR:-/tmp}
  case $_dovecot_tmp in
    /*) [ "${#_dovecot_tmp}" -le 50 ] && _dovecot_as test -x "$_dovecot_tmp" || _dovecot_tmp=/tmp ;;
    *) _dovecot_tmp=/tmp ;;
  esac
  dovecot_clean
  DOVECOT_INSTANCE=$(mktemp -d "$_dovecot_tmp/mailhaul-dovecot.XXXXXX") || return 1
  chown "$_dovecot_uid:$_dovecot_gid" "$DOVECOT_INSTANCE" || return 1
  _dovecot_write users </dev/null && _dovecot_write log </dev/null &&
    _dovecot_write cert.pem <"$1/${DOVECOT_CERT:-server}.pem" &&
    _dovecot_write cert.key <"$1/${DOVECOT_CERT:-server}.key"
}

_dovecot_start_at() { # POP3S_PORT POP3_PORT
  DOVECOT_POP3S_PORT=$1 DOVECOT_POP3_PORT=$2
  _dovecot_configure && _dovecot_launch || return 1
  "$PYTHON" -S "$E2E_DIR/lib/pop3_ready.py" --greeting "$_dovecot_greeting" "$DOVECOT_PID" "$1:tls" "$2:plain" ||
    { dovecot_stop && return 1; }
}

# _dovecot_configure: writes the configuration in the syntax of this version. The greeting shows that
# this server answers.
_dovecot_configure() {
  _dovecot_greeting="test server ${DOVECOT_INSTANCE##*.} on $DOVECOT_POP3S_PORT"
  case $DOVECOT_VERSION in
    2.3.*) _dovecot_words=_dovecot_words_2_3 ;;
    2.4.*) _dovecot_words=_dovecot_words_2_4 ;;
    *)
      _dovecot_say "Dovecot $DOVECOT_VERSION: only the configuration of 2.3 and 2.4 is known here"
      return 1
      ;;
  esac
  {
    $_dovecot_words && _dovecot_words_common && _dovecot_words_oauth2 && _dovecot_words_client &&
      _dovecot_words_kerberos && printf '%s\n' "${DOVECOT_EXTRA:-}"
  } | _dovecot_write dovecot.conf
}

_dovecot_words_2_3() {
  cat <<CONF
protocols = pop3
default_vsz_limit = 0
disable_plaintext_auth = yes
auth_username_format = %u
ssl_cert = <$DOVECOT_INSTANCE/cert.pem
ssl_key = <$DOVECOT_INSTANCE/cert.key
mail_location = maildir:~/Maildir
passdb {
  driver = passwd-file
  args = $DOVECOT_INSTANCE/users
}
userdb {
  driver = passwd-file
  args = $DOVECOT_INSTANCE/users
}
CONF
}

_dovecot_words_2_4() {
  cat <<CONF
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {
  pop3 = yes
}
default_vsz_limit = unlimited
auth_allow_cleartext = no
auth_username_format = %{user}
ssl_server_cert_file = $DOVECOT_INSTANCE/cert.pem
ssl_server_key_file = $DOVECOT_INSTANCE/cert.key
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {
  passwd_file_path = $DOVECOT_INSTANCE/users
}
userdb passwd-file {
  passwd_file_path = $DOVECOT_INSTANCE/users
}
CONF
}

# Settings with the same name in both versions. There is no chroot and only one user, because only root could change
# either. Nothing delays a test that fails to log in, or opens many sessions, on purpose. The size of messages is
# not limited.
_dovecot_words_common() {
  cat <<CONF
base_dir = $DOVECOT_INSTANCE/run
state_dir = $DOVECOT_INSTANCE/run
log_path = $DOVECOT_LOG
login_greeting = $_dovecot_greeting
listen = ${DOVECOT_LISTEN:-127.0.0.1, 127.0.0.2}
default_internal_user = $_dovecot_user
default_internal_group = $_dovecot_group
default_login_user = $_dovecot_user
default_process_limit = 50
default_client_limit = 200
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
mail_max_userip_connections = 1000
auth_mechanisms = ${DOVECOT_MECHANISMS:-plain scram-sha-256}
auth_failure_delay = 0
auth_verbose = yes
ssl = required
ssl_min_protocol = TLSv1.2
namespace inbox {
  inbox = yes
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $DOVECOT_POP3_PORT
  }
  inet_listener pop3s {
    port = $DOVECOT_POP3S_PORT
    ssl = yes
  }
}
CONF
}

# Tokens are checked at DOVECOT_INTROSPECTION.
_dovecot_words_oauth2() {
  [ -n "${DOVECOT_INTROSPECTION:-}" ] || return 0
  _dovecot_oauth2="introspection_mode = post
introspection_url = $DOVECOT_INTROSPECTION
username_attribute = username
active_attribute = active
active_value = true"
  case $DOVECOT_VERSION in
    2.3.*)
      printf '%s\n' "$_dovecot_oauth2" | _dovecot_write oauth2.conf || return 1
      printf 'passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = %s\n}\n' \
        "$DOVECOT_INSTANCE/oauth2.conf"
      ;;
    *) printf 'oauth2 {\n%s\n}\n' "$_dovecot_oauth2" ;;
  esac
}

# A client with a certificate is authenticated: external needs no password.
_dovecot_words_client() {
  [ -n "${DOVECOT_CLIENT_CA:-}" ] || return 0
  _dovecot_write client-ca.pem <"$DOVECOT_CLIENT_CA" || return 1
  printf 'auth_ssl_require_client_cert = yes\nauth_ssl_username_from_cert = yes\n'
  case $DOVECOT_VERSION in
    2.3.*)
      cat <<CONF
ssl_ca = <$DOVECOT_INSTANCE/client-ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
ssl_cert_username_field = commonName
passdb {
  driver = static
  mechanisms = external
  args = nopassword
}
CONF
      ;;
    *)
      cat <<CONF
ssl_server_ca_file = $DOVECOT_INSTANCE/client-ca.pem
ssl_server_require_crl = no
ssl_server_request_client_cert = yes
ssl_server_cert_username_field = commonName
passdb static {
  mechanisms_filter = external
  fields {
    nopassword = yes
  }
}
CONF
      ;;
  esac
}

# Both files have to be readable by the server's user. There is no replay cache, which would be in /var/tmp.
_dovecot_words_kerberos() {
  [ -n "${DOVECOT_KEYTAB:-}" ] || return 0
  _dovecot_write keytab <"$DOVECOT_KEYTAB" && _dovecot_write krb5.conf <"$KRB5_CONFIG" || return 1
  _dovecot_krb5="KRB5_CONFIG=$DOVECOT_INSTANCE/krb5.conf KRB5RCACHENAME=none:"
  case $DOVECOT_VERSION in
    2.3.*) printf 'import_environment = %s\n' "$_dovecot_krb5" ;;
    *) printf 'import_environment {\n%s\n}\n' "$(printf '%s\n' "$_dovecot_krb5" | tr ' ' '\n')" ;;
  esac
  printf 'auth_krb5_keytab = %s\nauth_gssapi_hostname = localhost\n' "$DOVECOT_INSTANCE/keytab"
}

# _dovecot_launch: starts the master in a session of its own, as the server's user. The kernel ends it when this
# shell dies. It keeps no file of the test open, in particular not the pipe to a TAP driver.
_dovecot_launch() {
  : >"$DOVECOT_LOG"
  (
    cd "$DOVECOT_INSTANCE" || exit 1
    if [ "$(id -u)" = 0 ]; then
      set -- --reuid="$_dovecot_uid" --regid="$_dovecot_gid" --clear-groups
    fi
    exec setsid setpriv --pdeathsig=TERM "$@" dovecot -F -c "$DOVECOT_INSTANCE/dovecot.conf" \
      </dev/null >>"$DOVECOT_LOG" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
  ) &
  DOVECOT_PID=$!
}

# _dovecot_put NAME cur|new FILE_OR_DIRECTORY: adds mail. Dovecot numbers new mail in the order of the file names,
# and takes the sizes for LIST from them.
_dovecot_put() {
  "$PYTHON" -S - "$DOVECOT_INSTANCE/mail/$1/Maildir" "$2" "$3" "$_dovecot_uid" "$_dovecot_gid" <<'PY'
import os, re, shutil, sys, time

maildir, where, source, uid, gid = sys.argv[1:]
files = [source]
if os.path.isdir(source):
    files = sorted(entry.path for entry in os.scandir(source) if entry.is_file())
stamp = "%d.M%06d" % divmod(time.time_ns() // 1000, 1000000)
for i, path in enumerate(files):
    temporary = f"{maildir}/tmp/{stamp}P{os.getpid()}Q{i:06}.test"
    shutil.copyfile(path, temporary)
    size = virtual = 0
    last = b""
    with open(temporary, "rb") as message:
        while chunk := message.read(1 << 20):
            size += len(chunk)
            virtual += len(chunk) + chunk.count(b"\n") - (last + chunk).count(b"\r\n")
            last = chunk[-1:]
    os.chown(temporary, int(uid), int(gid))
    os.chmod(temporary, 0o600)
    flags = ":2," if where == "cur" else ""
    os.rename(temporary, f"{maildir}/{where}/{stamp}P{os.getpid()}Q{i:06}.test,S={size},W={virtual}{flags}")
PY
}
