#!/bin/sh
# Every message is written for people: this file lists failures and the exact message for each of them.
# lib/messages.sh explains the rows.
# shellcheck source=tests/e2e/lib/messages.sh
. "${srcdir:-.}/tests/e2e/lib/messages.sh"

mkdir mail large
printf 'Subject: one\n\nbody\n' >mail/1
{ printf 'Subject: large\n\n' && seq 60000; } >large/1
certificates
servers_for greeting-smtp greeting-refused greeting-silent handshake-silent die-handshake-close login-in-use \
  login-login-delay login-sys-temp login-sys-perm auth-endless-questions capa-endless-list list-refused list-silent list-doubled \
  list-words uidl-unlisted-first body-stall die-body-cut retr-refused-all quit-refused stays-done-ids refused-locked refused-limit pass-internal \
  coded-none auth-silent pass-silent die-auth-cut capa-and-list-hang-up last-words-capa last-words-capa-uncoded last-words-list
server good
server large --dir large
mkdir bodied && printf 'Subject: one\nContent-Length: 0\n\nbody\n' >bodied/1
server bodied --dir bodied
server scram --scram SCRAM-SHA-256
server token --announce 'SASL PLAIN XOAUTH2'
server expired --cert expired.pem
server old-issuer --cert old-issuer.pem
server wronghost --cert wronghost.pem
server selfsigned --cert selfsigned.pem
server nameless --cert no-names.pem
server notyet --cert not-yet.pem
server revoked --cert revoked.pem
server staple --cert must-staple.pem
server old --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1'
server plain --starttls
server no-stls --starttls --no-stls
server bad-stls --starttls --stls-refuse
server client --client-ca certs/ca.pem
echo 'exec "$@" >/dev/full' >full
cat >hold <<'PY'
import fcntl, os, subprocess, sys
os.makedirs(os.path.dirname(sys.argv[1]) or ".", exist_ok=True)
with open(sys.argv[1], "a") as held:
    fcntl.lockf(held, fcntl.LOCK_EX)
    sys.exit(subprocess.call(sys.argv[2:]))
PY
cat >deaf <<'PY'
import re, socket, subprocess, sys
port = socket.create_server(("127.0.0.1", 0), backlog=0)
waiting = []
for _ in range(3):
    waiting.append(socket.socket())
    waiting[-1].setblocking(False)
    waiting[-1].connect_ex(port.getsockname())
with open("mailhaul.conf") as conf:
    text = re.sub("port = .*", f"port = {port.getsockname()[1]}", conf.read())
with open("mailhaul.conf", "w") as conf:
    conf.write(text)
sys.exit(subprocess.call(sys.argv[1:]))
PY
place shut "$(free_ports 1)"

# ---- The command line ----

bad 'an unknown option' 64
ARGUMENTS='--dryrun'
tells 'there is no option --dryrun; did you mean --dry-run?'

bad 'an unknown option letter' 64
ARGUMENTS='-z'
tells 'there is no option -z; see mailhaul --help'

bad 'an option without its value' 64
ARGUMENTS='--config'
tells 'the option --config needs a value; see mailhaul --help'

bad 'an option with a value that takes none' 64
ARGUMENTS='--keep=all'
tells 'the option --keep does not take a value; see mailhaul --help'

bad 'an age that is not one' 64
ARGUMENTS='status --fail=soon'
tells 'the value of --fail is not an age; give it as a number and s, m, h, d or w, such as --fail=2d'

bad 'an age that is a word of its own' 64
ARGUMENTS='-c mailhaul.conf status --fail 2d'
tells 'there is no account 2d; if it is the age for --fail, write --fail=2d'

bad 'a weaker login for all accounts' 64
ARGUMENTS='--accept-weaker-login'
tells '--accept-weaker-login needs the names of accounts; name the accounts whose server was changed'

bad 'an option that the command does not take' 64
ARGUMENTS='check --keep'
tells 'the command check does not take --keep; use it with the command fetch'

bad 'an option of another command, without a command' 64
ARGUMENTS='--headers'
tells 'the command fetch does not take --headers; use it with the command list'

bad 'a misspelled command' 64
ARGUMENTS='-c mailhaul.conf chekc'
tells 'there is no account or command chekc; did you mean check?'

bad 'help for an unknown command' 64
ARGUMENTS='help chekc'
tells 'there is no command chekc; did you mean check?'

bad 'a command after an account' 64
ARGUMENTS='-c mailhaul.conf a check'
tells 'the command check follows the name of an account; write the command first: mailhaul check a'

bad 'help after a command' 64
ARGUMENTS='-c mailhaul.conf check help'
tells 'there is no account help, and check is already the command; see mailhaul help check'

bad 'an option of a command after an account' 64
ARGUMENTS='-c mailhaul.conf a verify --rebuild'
tells 'the command verify follows the name of an account; write the command first: mailhaul verify a'

bad 'two commands' 64
ARGUMENTS='-c mailhaul.conf check list'
tells 'there is no account list, and check is already the command; name one command, and then accounts'

bad 'an unknown account' 64
ARGUMENTS='-c mailhaul.conf fetch somebody'
tells 'there is no account somebody; name an account that is defined in mailhaul.conf'

bad 'a TLS key log that others can read' 64
: >keys && chmod 644 keys
ARGUMENTS='-c mailhaul.conf --tls-key-log=keys'
tells '--tls-key-log: keys does not have mode 0600; name a file that does not exist yet, in a directory of your own'

bad 'standard output that cannot be written' 74
ARGUMENTS='--help' UNDER="sh $WORK/full"
tells 'standard output cannot be written: No space left on device; check where standard output is redirected'

# ---- The configuration ----

bad 'no configuration file' 78
needs 'this machine has one' [ ! -e /etc/mailhaul.conf ]
ARGUMENTS=''
UNDER="env HOME=$WORK/$ROW"
example=$(grep -ao '/[A-Za-z0-9/._+~-]*/mailhaul\.conf\.example' "$MAILHAUL" | head -n 1)
if [ -r "$example" ]; then # this build is installed
  tells "there is no configuration; name one with -c, or copy the example and edit the copy: install -D -m 600 $example @ROW@/.config/mailhaul/mailhaul.conf"
else
  tells 'there is no configuration; create @ROW@/.config/mailhaul/mailhaul.conf (see mailhaul.conf(5)) or name one with -c'
fi

bad 'a missing configuration file' 78
ARGUMENTS='-c other.conf'
tells 'other.conf: the configuration cannot be read: No such file or directory; check its path and permissions'

bad 'a configuration that is a directory' 78
ARGUMENTS='-c .'
tells '.: the configuration is not a file; name the file itself'

bad 'a configuration that the user cannot read' 78
chmod 000 mailhaul.conf
modes_count
tells 'mailhaul.conf: the configuration cannot be read: Permission denied; check its path and permissions'

bad 'a password that others can read' 78
chmod 644 mailhaul.conf
tells 'mailhaul.conf: the file contains a password and can be read by others; run: chmod 600 mailhaul.conf'

bad 'a configuration that others can write' 78 '-password' 'password_command = {"echo", "pass word"}'
chmod 646 mailhaul.conf
tells 'mailhaul.conf: the configuration cannot be trusted: other users can write to mailhaul.conf; run: chmod o-w mailhaul.conf'

bad 'a truncated configuration' 78
echo 'account b {' >>mailhaul.conf
tells 'mailhaul.conf:10: the account opened on line 10 is never closed; add the missing }'

bad 'a configuration that ends in a comment' 78
echo '/* account b {' >>mailhaul.conf
tells 'mailhaul.conf:10: the comment opened on line 10 is never closed; add the missing */'

bad 'a configuration that is not text' 78
printf 'account \0' >mailhaul.conf
tells 'mailhaul.conf:1: there is a NUL in this line, so this is not a text file; see mailhaul.conf(5) for the format'

bad 'a configuration in UTF-16' 78
printf '\377\376a\0c\0' >mailhaul.conf
tells 'mailhaul.conf: the configuration is in UTF-16 or UTF-32; save it as UTF-8'

bad 'a line without =' 78
configuration <<'END'
account a {
  server "pop.example.org"
}
END
tells 'mailhaul.conf:2: server: the = is missing; write an option as NAME = VALUE, and an account as account "NAME" { ... }' \
  '    server "pop.example.org"'

bad 'a configuration without an account' 78
echo 'jobs = 2' >mailhaul.conf
tells 'mailhaul.conf: there is no account; add account "NAME" { ... }'

bad 'a missing included file' 78
echo 'include("more.conf")' >>mailhaul.conf
tells 'more.conf: the configuration cannot be read: No such file or directory; check its path and permissions'

bad 'an unknown option of an account' 78 'pasword_command = {pass}'
tells 'mailhaul.conf:9: there is no option pasword_command for accounts; did you mean password_command?'

bad 'an option of an account at the top level' 78
echo 'user = me' >>mailhaul.conf
tells 'mailhaul.conf:10: there is no option user at the top level; move it into an account, between { and }'

bad 'an option of the top level in an account' 78 'jobs = 2'
tells 'mailhaul.conf:9: there is no option jobs for accounts; move it out of the account, or add the } that is missing above it'

bad 'an account after a missing brace' 78
sed -e 1d -e 's/account a/account b/' mailhaul.conf >more && sed -i '/^}/d' mailhaul.conf && cat more >>mailhaul.conf
tells 'mailhaul.conf:2: the account opened on line 2 is never closed; add the missing } above line 9'

bad 'a brace too many' 78
echo '}' >>mailhaul.conf
tells 'mailhaul.conf:10: there is a } but no section is open; remove it, or the } that closes the section too early'

bad 'a value without its last quote' 78 'user = "me' 'server = "127.0.0.1"'
tells 'mailhaul.conf:7: user: the quote opened on line 7 is never closed; close it in the same line'

bad 'a password without its last quote' 78 "password = 'SECRET"
tells 'mailhaul.conf:8: password: the quote opened on line 8 is never closed; close it in the same line'

bad 'a backslash in double quotes' 78 'user = "CORP\bob"'
tells 'mailhaul.conf:8: user: a backslash in double quotes would be lost or change the text; put the value in single quotes, or write \\ for each backslash' \
  '    user = "CORP\bob"'

bad 'a variable that is not set' 78 'user = "me${NO_SUCH_VARIABLE}"'
tells 'mailhaul.conf:8: user: the environment variable NO_SUCH_VARIABLE is not set; put the value in single quotes to take ${...} literally, or set the variable' \
  '    user = "me${NO_SUCH_VARIABLE}"'

bad 'blanks in a value that never has any' 78 'leave_on_server = 14 days' 'max_messages = 10 000'
tells 'mailhaul.conf:9: leave_on_server: the value contains blanks and has no quotes; set leave_on_server to forever, no, or a time with a unit, such as 14d or 2w' \
  '    leave_on_server = 14 days' \
  'mailhaul.conf:10: max_messages: the value contains blanks and has no quotes; set max_messages to a number (0: no limit)' \
  '    max_messages = 10 000'

bad 'a semicolon after quotes' 78 'user = "me";'
tells 'mailhaul.conf:8: user: a semicolon follows the value; remove the semicolon' '    user = "me";'

bad 'a # in a value without quotes' 78 'user = me#1'
tells 'mailhaul.conf:8: user: #, which starts a comment, follows the value immediately; put the value in single quotes, or put a blank before the comment' '    user = me#1'

bad 'typographic quotes' 78 'user = “me”'
tells 'mailhaul.conf:8: user: typographic quotes are not quotes; use straight quotes, '"' or \"" '    user = “me”'

bad 'a server with a port' 78 'server = pop.example.org:995'
tells 'mailhaul.conf:8: server = "pop.example.org:995" contains a port or a path; write server = "pop.example.org" and, in a line of its own, port = 995' \
  '    server = pop.example.org:995'

bad 'a URL with a password' 78 'server = "pop3s://me:SECRET@pop.example.org"'
tells 'mailhaul.conf:8: server contains more than a host name or address; set server to a host name or address, such as "pop.example.org"'

bad 'a variable of the shell in a path' 78 'deliver_to = "maildir:$HOME/Mail"'
tells 'mailhaul.conf:8: deliver_to: variables such as $HOME are not replaced here; write ~/ for your home directory, or "${NAME}" in double quotes for another variable' \
  '    deliver_to = "maildir:$HOME/Mail"'

bad 'a blank in front of a path' 78 'deliver_to = "maildir: ~/Mail"'
tells 'mailhaul.conf:8: deliver_to: there is a blank before or after the path; remove the blank' '    deliver_to = "maildir: ~/Mail"'

bad 'the home directory of an unknown user' 78 'deliver_to = "maildir:~nosuchuser/Mail"'
tells 'mailhaul.conf:8: deliver_to: ~nosuchuser is not the home directory of a user; write ~/ for your own home directory, or the complete path' \
  '    deliver_to = "maildir:~nosuchuser/Mail"'

bad 'two values without a comma' 78 'on_new_mail = {"a" "b"}'
tells 'mailhaul.conf:9: on_new_mail: a comma is missing between two values in braces; separate the values by commas' \
  '    on_new_mail = {"a" "b"}'

bad 'a password of two words without quotes' 78 'password = pass word'
tells 'mailhaul.conf:8: password: the value contains blanks and has no quotes; put the value in single quotes'

bad 'an option that is set twice' 78
sed -i 's/^}/  user = you\n}/' mailhaul.conf
tells 'mailhaul.conf:9: user is set twice; remove one of them' '    user = you'

bad 'an account that is defined twice' 78
cat mailhaul.conf mailhaul.conf | sed 2,20s/state_dir.*// >twice
mv twice mailhaul.conf
tells 'mailhaul.conf:11: another account already has this name; give each account its own name' '    account a {'

bad 'two errors in one configuration' 78 'port = 99999' 'leave_on_server = 14'
tells 'mailhaul.conf:8: port = "99999" is not valid; set port to a number from 1 to 65535' '    port = 99999' \
  'mailhaul.conf:9: leave_on_server = "14" is not valid; set leave_on_server to forever, no, or a time with a unit, such as 14d or 2w' \
  '    leave_on_server = 14'

bad 'an account without a server' 78 '-server'
tells 'mailhaul.conf:2: account a: server is missing; add a line such as server = "pop.example.org"'

bad 'an account without a password' 78 '-password'
tells 'mailhaul.conf:2: account a: password or password_command is missing; add a line such as password_command = {"pass", "show", "mail"}'

bad 'two passwords' 78 'password_file = secret'
tells 'mailhaul.conf:7: account a: password and password_file are both set; remove one of them'

bad 'a destination of an unknown kind' 78 'deliver_to = "~/Mail"'
tells 'mailhaul.conf:8: deliver_to = "~/Mail" is not valid; set deliver_to to "maildir:PATH", "mbox:PATH" or "pipe"' '    deliver_to = "~/Mail"'

bad 'deliver_command without deliver_to = pipe' 78 'deliver_command = {procmail}'
tells 'mailhaul.conf:9: account a: deliver_command is set, but deliver_to is not "pipe"; set deliver_to = "pipe", or remove deliver_command'

bad 'an account name with a slash' 78
sed -i 's|account a|account "a/b"|' mailhaul.conf
tells 'mailhaul.conf:2: an account name may contain only letters, digits and . _ @ + -; rename the account' '    account "a/b" {'

bad 'jobs that is not a number' 78
echo 'jobs = many' >>mailhaul.conf
tells 'mailhaul.conf:10: jobs = "many" is not valid; set jobs to a number from 1 to 100' '    jobs = many'

bad 'a pin that is not valid' 78 'tls_trust = pin' 'tls_pins = {"sha256:abc"}' '-tls_ca_file'
tells 'mailhaul.conf:9: tls_pins = "sha256:abc" is not valid; set tls_pins to a list of pins, each "sha256:" followed by the 44 characters that mailhaul -v check prints' \
  '    tls_pins = {"sha256:abc"}'

bad 'pins without tls_trust' 78 'tls_pins = {"sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}'
tells 'mailhaul.conf:9: account a: tls_pins is set, but tls_trust is neither pin nor both; set tls_trust = both (trusted issuer and pin), or tls_trust = pin (pin instead of an issuer)'

bad 'a tls_priority that is not valid' 78 'tls_priority = "FINE"'
tells 'mailhaul.conf:9: account a: tls_priority = "FINE" is not valid; remove tls_priority, or check the string with: gnutls-cli --list --priority STRING'

bad 'a login that needs a token' 78 'auth = xoauth2'
tells 'mailhaul.conf:9: account a: auth = xoauth2 cannot be combined with password; set token_command instead of password'

# ---- Passwords ----

bad 'a missing password command' 78 '-password' 'password_command = {"/no/such/program"}'
tells 'a: password: the command /no/such/program cannot be started: No such file or directory; check its path, and that it is executable'

bad 'a password command that fails' 78 '-password' 'password_command = {"sh", "-c", "echo no such entry >&2; exit 3"}'
tells 'a: password: password_command sh exited with status 3: no such entry; run the command by hand to see why it fails'

bad 'a password command that fails without output' 78 '-password' 'password_command = {"false"}'
tells 'a: password: password_command false exited with status 1 and printed no error message; run the command by hand to see why it fails'

bad 'a password command that prints nothing' 78 '-password' 'password_command = {"true"}'
tells 'a: password: password_command true printed no password; make it print the password on its first line'

bad 'a missing password file' 78 '-password' 'password_file = secret'
tells "a: password: password_file secret cannot be read: No such file or directory; check the path and the file's permissions"

bad 'a password file that others can read' 78 '-password' 'password_file = secret'
echo secret >secret && chmod 644 secret
tells 'a: password: password_file secret can be read by others; run: chmod 600 secret'

bad 'a password file that others can replace' 78 '-password' 'password_file = open/secret'
mkdir -m 777 open && echo secret >open/secret && chmod 600 open/secret
tells 'a: password: password_file open/secret cannot be trusted: other users can write to the directory @ROW@/open; run: chmod o-w @ROW@/open'

bad 'a password file in UTF-16' 78 '-password' 'password_file = secret'
printf '\377\376s\0e\0c\0r\0e\0t\0' >secret
tells 'a: password: password_file secret contains UTF-16 or UTF-32; save it as plain text in UTF-8'

bad 'a password command that prints a NUL byte' 78 '-password' 'password_command = {"printf", "se\\0cret"}'
tells 'a: password: password_command printf printed a NUL byte; make it print plain text in UTF-8'

bad 'an empty password file' 78 '-password' 'password_file = secret'
: >secret
tells 'a: password: password_file secret contains no password; write the password on its first line'

bad 'a .netrc without an entry' 78 '-password' 'password_netrc = netrc'
echo 'machine other login me password x' >netrc
tells 'a: password: password_netrc netrc has no password for me at localhost; add an entry: machine localhost login me password ...'

bad 'a credential without systemd' 78 '-password' 'password_credential = mail'
tells 'a: password: there is no credential mail: CREDENTIALS_DIRECTORY is not set; run mailhaul as a systemd service with LoadCredential=, or set the password in another way'

bad 'a password prompt without a terminal' 78 '-password' 'password_prompt = yes'
UNDER=setsid
tells 'a: password: there is no terminal to ask for the password; set password_command or password_file for runs without a terminal'

bad 'a token command that prints more than a token' 78 'port = @token@' '-password' 'token_command = {"echo", "Bearer x"}'
tells 'a: login: token_command printed no token: its first line is empty, or contains spaces or control characters; make it print only the access token on its first line'

# ---- The connection ----

bad 'an unknown host' 68 'server = "-pop.example.org"'
tells 'a: connect: the host name -pop.example.org cannot be resolved: Name or service not known; check the spelling of server in the configuration'

bad 'a port where no server listens' 75 'port = @shut@'
tells 'a: connect: localhost port @shut@: no connection: Connection refused; check server and port, and that this machine is online; the next run tries again'

bad 'a server that does not accept the connection' 75 'server = 127.0.0.1' 'connect_timeout = 1s'
UNDER="python3 $WORK/deaf"
tells 'a: connect: 127.0.0.1 port @PORT@: timed out waiting for the server to accept the connection; check server and port, and that this machine is online; the next run tries again'

bad 'a server that sends no greeting' 75 'port = @greeting-silent@' 'timeout = 1s'
tells 'a: greeting: the greeting did not arrive within 1 s; the next run tries again; if the server needs longer, raise timeout'

bad 'a server that does not start TLS' 75 'port = @handshake-silent@' 'timeout = 1s'
tells 'a: TLS: timed out waiting for the TLS handshake; the next run tries again; if this persists, check port, or fetch fewer accounts at a time (jobs)'

bad 'a server that hangs up before TLS' 75 'port = @die-handshake-close@'
tells 'a: TLS: the server closed the connection during the TLS handshake; the next run tries again; if this persists, check port, or fetch fewer accounts at a time (jobs)'

bad 'TLS to a plaintext port' 69 'port = @plain@'
tells 'a: TLS: the server did not respond with TLS; if the port does not speak TLS from the start, use port 995, or set tls = starttls for port 110'

bad 'STLS to a port with implicit TLS' 75 'port = @good@' 'tls = starttls' 'timeout = 1s'
tells "a: greeting: the greeting did not arrive within 1 s; if the port speaks TLS from the start, as 995 does, remove tls = starttls; the next run tries again"

bad 'a plaintext port without STLS' 69 'port = @no-stls@' 'tls = starttls'
tells 'a: TLS: the server does not offer STLS on this port, and nothing is sent without TLS (server said: "STLS is not offered here"); set tls = implicit and port = 995'

bad 'a server that refuses STLS' 69 'port = @bad-stls@' 'tls = starttls'
tells 'a: TLS: the server refused STLS, and nothing is sent without TLS (server said: "TLS is not available at the moment"); set tls = implicit and port = 995'

bad 'a server with only old TLS versions' 69 'port = @old@'
tells "a: TLS: the server supports neither TLS 1.2 nor TLS 1.3; ask the server's operator to upgrade it: older versions are not safe"

bad 'a greeting of another protocol' 76 'port = @greeting-smtp@'
tells "a: greeting: the greeting is not valid POP3 (server said: \"220 mail.example.org ESMTP\"); check server and port: the port may belong to a service other than POP3"

bad 'a server that refuses the connection' 75 'port = @greeting-refused@'
tells 'a: greeting: the server refused the connection (server said: "too many connections"); the server has a temporary problem; the next run tries again'

# ---- Certificates ----

bad 'an expired certificate' 69 'port = @expired@'
tells "a: TLS: the certificate expired on @DATE@ (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); check this machine's date; if it is right, ask the server's operator to renew the certificate"

bad 'a trusted authority that has expired' 69 'port = @old-issuer@' "tls_ca_file = \"$WORK/certs/old-ca.pem\""
tells "a: TLS: the authority CN=Old test authority,O=Example, which is trusted here, expired on @DATE@ (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); check this machine's date; if it is right, put the authority's current certificate into tls_ca_file, or remove tls_ca_file to use the system's"

bad 'a certificate that is not yet valid' 69 'port = @notyet@'
tells "a: TLS: the certificate is not valid before @DATE@ (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); check this machine's date"

bad 'a certificate for another name' 69 'port = @wronghost@'
tells 'a: TLS: the certificate was issued for mail.example.net, not for localhost (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); set server to the name that the provider documents for POP3; set tls_server_name to the name in the certificate only if the provider confirms it'

bad 'a certificate without names' 69 'port = @nameless@'
tells "a: TLS: the certificate lists no names, and its common name, localhost, is not accepted (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); ask the server's operator for a certificate with the server's name among its alternative names; if the server is yours, set tls_pins to the key pin and tls_trust = pin"

bad 'a certificate of an unknown issuer' 69 'port = @selfsigned@'
tells "a: TLS: the certificate's issuer is not trusted: CN=localhost,O=Example (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); if the server is yours, set tls_ca_file to the certificate of its issuer; or compare the fingerprint with the server's own, then set tls_pins to the key pin and tls_trust = pin"

bad 'a revoked certificate' 69 'port = @revoked@' "tls_crl_file = \"$WORK/certs/crl.pem\""
tells 'a: TLS: the certificate or one of its issuers has been revoked (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); do not use this server until its operator has replaced the certificate'

bad 'a certificate that requires a stapled answer' 69 'port = @staple@'
tells "a: TLS: the certificate requires a stapled OCSP response, but the server sent none (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); try again later; if this persists, ask the server's operator to set up OCSP stapling"

bad 'a key that is not pinned' 69 'tls_trust = pin' 'tls_pins = {"sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}' '-tls_ca_file'
tells "a: TLS: the server's key is not in tls_pins (SHA-256 fingerprint @FINGERPRINT@, key pin @PIN@); add the key pin to tls_pins only if the server's operator confirms the new key: another host may be impersonating the server"

bad 'a missing file of issuers' 78 'tls_ca_file = nowhere.pem'
tells "a: trust: tls_ca_file nowhere.pem cannot be read: No such file or directory; name a PEM file with the certificates to trust, or remove tls_ca_file to use the system's"

bad 'a file of issuers without a certificate' 78 'tls_ca_file = mailhaul.conf'
tells "a: trust: tls_ca_file mailhaul.conf contains no certificate; name a PEM file with the certificates to trust, or remove tls_ca_file to use the system's"

bad 'a missing client certificate' 78 'tls_client_cert = nowhere.pem'
tells 'a: trust: tls_client_cert nowhere.pem cannot be read: No such file or directory; name a PEM file with the certificate, or a PKCS#11 URI'

bad 'a server that requires a client certificate' 69 'port = @client@'
tells "a: greeting: the server asked for a client certificate and then reported: Certificate is required; set tls_client_cert and tls_client_key to the files that the server's operator gave you for this account"

# ---- The login ----

bad 'a password that the server refuses' 77 "password = 'not mine'"
tells 'a: login: the server refused the login (server said: "[AUTH] wrong user name or password"); check user and password; many providers require an app password for POP3'

bad "a password that is a word of the server's reply" 77 "password = 'wrong'"
tells 'a: login: the server refused the login (server said: "[AUTH] ****"); check user and password; many providers require an app password for POP3'

bad 'a login that is weaker than that of earlier runs' 75
"$MAILHAUL" -c "$WORK/$ROW/mailhaul.conf" >first 2>&1
sqlite3 state/a.db "INSERT INTO login SELECT lower(server), port, user, 'scram-sha-256-plus' FROM maildrop; UPDATE maildrop SET asked = 0"
tells "a: login: not tried with PLAIN, because earlier runs used SCRAM-SHA-256-PLUS, which is stronger; if its operator has changed the server, run mailhaul --accept-weaker-login a; otherwise another host may be impersonating it"

bad 'a password that was refused a moment ago' 77 "password = 'not mine'"
"$MAILHAUL" -c "$WORK/$ROW/mailhaul.conf" >first 2>&1
tells 'a: login: not tried, because the server refused this password at @TIME@ (server said: "[AUTH] wrong user name or password"); correct the password; "mailhaul a" tries at once; other runs wait until @TIME@'

bad 'a password that SCRAM does not allow' 77 'port = @scram@' 'auth = scram-sha-256' "password = 'smile😀'"
tells 'a: login: SCRAM-SHA-256 cannot transmit this password: SASLprep (RFC 4013) forbids one of its characters; set auth = plain, which sends the password as it is, over TLS'

bad 'a password that SCRAM changes' 77 'port = @scram@' 'auth = scram-sha-256' "password = 'm²pass'"
tells 'a: login: the server refused the login, after SASLprep (RFC 4013) changed the password for SCRAM-SHA-256 (server said: "[AUTH] wrong user name or password, or another connection"); set auth = plain, which sends the password as it is, over TLS'

bad 'a mechanism that the server does not offer' 77 'auth = cram-md5'
tells 'a: login: the server does not offer CRAM-MD5; remove auth, or choose one that it offers: PLAIN'

bad 'a token for a server that takes none' 77 '-password' 'token_command = {"echo", "x"}'
tells 'a: login: the server offers no login with a token (OAUTHBEARER or XOAUTH2); set a password instead of token_command; many providers require an app password for POP3'

bad 'a maildrop that is in use' 75 'port = @login-in-use@'
tells 'a: login: the server refused the login (server said: "[IN-USE] not now"); another program has this maildrop open; the next run tries again'

bad 'a login too soon' 75 'port = @login-login-delay@'
tells 'a: login: the server refused the login (server said: "[LOGIN-DELAY] not now"); run mailhaul less often: the server limits how often you may log in'

bad 'a server with a temporary problem' 75 'port = @login-sys-temp@'
tells 'a: login: the server refused the login (server said: "[SYS/TEMP] not now"); the server has a temporary problem; the next run tries again'

bad 'a server with a permanent problem' 76 'port = @login-sys-perm@'
tells "a: login: the server refused the login (server said: \"[SYS/PERM] not now\"); ask the server's operator"

bad 'a maildrop in use, without a code' 75 'port = @refused-locked@'
tells 'a: login: the server refused the login (server said: "maildrop already locked"); another program has this maildrop open; the next run tries again'

bad 'a login too soon, without a code' 75 'port = @refused-limit@'
tells 'a: login: the server refused the login (server said: "Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the POP3 server."); run mailhaul less often: the server limits how often you may log in'

bad 'a server with a temporary problem, without a code' 75 'port = @pass-internal@'
tells 'a: login: the server refused the login (server said: "internal server error"); the server has a temporary problem; the next run tries again'

bad 'a login refused without [AUTH] if AUTH-RESP-CODE is announced' 75 'port = @coded-none@'
tells 'a: login: the server refused the login (server said: "no"); the server does not say that the password is wrong, so the next run tries again; if this persists, check user and password'

bad 'a login without a reply' 75 'port = @auth-silent@' 'timeout = 1s'
tells 'a: login: the reply to AUTH PLAIN did not arrive within 1 s; the next run tries again; if the server needs longer, raise timeout'

bad 'a password without a reply' 75 'port = @pass-silent@' 'timeout = 1s'
tells 'a: login: the reply to PASS did not arrive within 1 s; the next run tries again; if the server needs longer, raise timeout'

bad 'a server that sends challenges without end' 77 'port = @auth-endless-questions@' 'auth = plain'
tells "a: login: the server asks for more than PLAIN provides; check user and password; if they are right, ask the server's operator: another host may be impersonating the server"

# ---- The session ----

bad 'a server that hangs up at the login' 75 'port = @die-auth-cut@'
tells 'a: login: the connection was cut off before the reply to AUTH PLAIN; the next run tries again'

bad 'a server that hangs up at CAPA and then at LIST' 75 'port = @capa-and-list-hang-up@'
tells 'a: list: the server closed the connection before the reply to LIST; the next run tries again'

bad 'a server that accepts the login and then refuses to continue' 75 'port = @last-words-capa@'
tells 'a: list: the server accepted the login and then ended the session (server said: "[SYS/TEMP] Mailbox cannot be opened"); the server has a temporary problem; the next run tries again'

bad 'a server that accepts the login and then refuses to continue, without a code' 75 'port = @last-words-capa-uncoded@'
tells 'a: list: the server accepted the login and then ended the session (server said: "not in this way"); the server has a temporary problem; the next run tries again'

bad 'a server that refuses the listing and hangs up' 75 'port = @last-words-list@'
tells 'a: list: the server refused LIST (server said: "not today"); the server has a temporary problem; the next run tries again'

bad 'a refused listing' 76 'port = @list-refused@'
tells "a: list: the server refused LIST (server said: \"no\"); the next run tries again; if this persists, send the output of mailhaul -vv to the server's operator"

bad 'a listing without a reply' 75 'port = @list-silent@' 'timeout = 1s'
tells 'a: list: the reply to LIST did not arrive within 1 s; the next run tries again; if the server needs longer, raise timeout'

bad 'a listing that has a message twice' 76 'port = @list-doubled@'
tells "a: list: the server's LIST reply lists message 1 twice; the next run tries again; if this persists, send the output of mailhaul -vv to the server's operator"

bad 'a listing of words' 76 'port = @list-words@'
tells "a: list: the server's LIST reply has a line without a message number (server said: \"one hundred\"); the next run tries again; if this persists, send the output of mailhaul -vv to the server's operator"

bad 'a UID of a message that is not listed' 76 'port = @uidl-unlisted-first@'
tells "a: list: the server's UIDL reply lists message 1, which its LIST reply does not; the next run tries again; if this persists, send the output of mailhaul -vv to the server's operator"

bad 'endless capabilities' 76 'port = @capa-endless-list@'
tells "a: login: the server announces more than 1000 capabilities; the next run tries again; if this persists, send the output of mailhaul -vv to the server's operator"

bad 'a message that stalls' 75 'port = @body-stall@' 'timeout = 1s'
tells 'a: fetch: message 2 (UID uid-0002) of 158 bytes did not arrive: too little of the reply to RETR 2 arrived within 1 s; the next run tries again; if the server needs longer, raise timeout'

bad 'a connection that breaks inside a message' 75 'port = @die-body-cut@'
tells 'a: fetch: message 2 (UID uid-0002) of 158 bytes did not arrive: the connection was cut off during the reply to RETR 2; the next run tries again'

bad 'refused messages' 75 'port = @retr-refused-all@'
tells 'a: fetch: the server refused to send message 1 (server said: "not now"); it stays on the server; the next run tries again' \
  'a: fetch: the server refused to send message 2 (server said: "not now"); it stays on the server; the next run tries again' \
  'a: fetch: the server refused to send message 3 (server said: "not now"); it stays on the server; the next run tries again'

bad 'a message larger than max_message_size' 0 'port = @large@' 'max_message_size = 100k'
tells 'a: message 1 stays on the server: its size, 408912 bytes, exceeds max_message_size; raise max_message_size to fetch it'

bad 'a refused QUIT' 76 'port = @quit-refused@' 'leave_on_server = no'
tells "a: quit: the server could not delete all messages marked for deletion (server said: \"some messages were not removed\"); the next run tries again; if this persists, send the output of mailhaul -vv to the server's operator"

bad 'messages that stay on the server after deletion' 0 'port = @stays-done-ids@' 'leave_on_server = no'
"$MAILHAUL" -c mailhaul.conf >first 2>&1
tells "a: the server still lists 5 messages that it reported as deleted; they are not stored again; ask the server's operator why it keeps them"

# ---- The state and the destination ----

bad 'a Maildir that is a file' 74
: >Mail
tells 'a: store: the directory Mail cannot be created: a file has this name; name another path, or move that file away'

bad 'an mbox that is a directory' 74 'deliver_to = "mbox:inbox"'
mkdir inbox
tells 'a: store: the mbox inbox is not a regular file; name a file in deliver_to, or use maildir: for a directory'

bad 'an mbox in a directory without write permission' 74 'deliver_to = "mbox:spool/me"'
mkdir spool && chmod 500 spool
modes_count
tells 'a: store: the mbox spool/me does not exist and cannot be created: Permission denied; have an administrator create it for you, or name an mbox in your home directory, such as "mbox:~/inbox"'

bad 'an mbox and a message whose Content-Length is wrong' 0 'port = @bodied@' 'deliver_to = "mbox:inbox"'
tells 'a: message 1 (UID 1) has a body although its field Content-Length says 0; mutt and neomutt would delete the body from the mbox; use another reader, or deliver to a Maildir'

bad 'a Maildir without write permission' 74
mkdir -p state Mail/new Mail/cur Mail/tmp && chmod 500 Mail Mail/*
modes_count
tells 'a: store: the Maildir Mail cannot be written: Permission denied; check its permissions and its disk; nothing is deleted from the server until then'

bad 'a message larger than the file size limit' 74 'port = @large@'
UNDER='prlimit --fsize=200000'
tells 'a: store: message 1 (UID 1) of 408912 bytes cannot be stored: the Maildir Mail cannot be written: File too large; raise the limit on file sizes, now 200000 bytes (ulimit -f); nothing is deleted from the server until then'

bad 'a full disk' 75
UNDER="env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -P $WORK/$ROW/Mail/new -e trace=fsync -e inject=fsync:error=ENOSPC"
needs 'strace cannot trace here' strace -qq -o trace -e trace=none true
tells 'a: store: message 1 (UID 1) of 22 bytes cannot be stored: the Maildir Mail cannot be synced: No space left on device; free disk space; nothing is deleted from the server until then'

bad 'a state without write permission' 74
mkdir state && chmod 500 state
modes_count
tells 'a: state: the lock file state/a.lock cannot be opened: Permission denied; check the permissions of this file and its directory, or set another state_dir'

bad 'a state whose directory has lost its write permission' 74
"$MAILHAUL" -c mailhaul.conf >first 2>&1 && chmod 500 state
modes_count
tells "a: state: the state file state/a.db cannot be written: attempt to write a readonly database; check the directory's permissions and the free space on its disk"

bad 'a state that is a file' 74
: >state
tells 'a: state: the directory state cannot be created: a file has this name; name another path, or move that file away'

bad 'a damaged state' 74
mkdir state && head -c 3000 /dev/zero | tr '\0' x >state/a.db
tells 'a: state: the state file state/a.db cannot be read: file is not a database; it is damaged, or not a state file of mailhaul: move it away, then run mailhaul verify --rebuild for this account'

bad 'a state of a newer version' 74
mkdir state && sqlite3 state/a.db 'PRAGMA application_id = 1835559985; PRAGMA user_version = 99; CREATE TABLE message(uid)'
tells 'a: state: the state file state/a.db was written by a newer version of mailhaul; use that version again, or move the file away and run mailhaul verify --rebuild for this account'

bad 'a state that others can write' 74
mkdir -m 777 state
tells 'a: state: the state directory state cannot be trusted: other users can write to the directory state; run: chmod o-w state'

bad 'a state with a table of another program' 74
"$MAILHAUL" -c mailhaul.conf >first 2>&1 && sqlite3 state/a.db 'CREATE TABLE theirs(x)'
tells 'a: state: the tables of the state file state/a.db are not as mailhaul made them; another program changed it: move it away, then run mailhaul verify --rebuild for this account'

bad 'a link in place of a lock file' 74
mkdir -m 700 state && ln -s elsewhere state/a.lock
tells 'a: state: the lock file state/a.lock is not a regular file; move it away; for a state elsewhere, set state_dir'

bad 'a database of another program' 74
mkdir state && sqlite3 state/a.db 'CREATE TABLE theirs(x)'
tells 'a: state: the file state/a.db is not a state file of mailhaul; move it away, or set another state_dir'

bad 'another run that holds the account' 75
UNDER="python3 $WORK/hold state/a.lock"
tells 'a: state: another run of mailhaul is fetching this account; the next run tries again'

bad 'a log that cannot be written' 77 "password = 'not mine'"
echo 'log = "file:/dev/full"' >>mailhaul.conf
tells 'the log /dev/full cannot be written: No space left on device; check its directory, permissions and disk; until then, its lines go to standard error' \
  'a: login: the server refused the login (server said: "[AUTH] wrong user name or password"); check user and password; many providers require an app password for POP3'

# ---- verify ----

bad 'options of verify that exclude each other' 64
ARGUMENTS='-c mailhaul.conf verify --rebuild --refetch'
tells '--rebuild cannot be combined with --refetch or --ignore-missing; run mailhaul verify --rebuild first'

bad 'verify without a state' 74
ARGUMENTS='-c mailhaul.conf verify'
tells 'a: verify: there is no state file state/a.db, which would record the delivered messages; fetch the account first, or see --rebuild in mailhaul(1)'

bad 'verify of messages delivered to a command' 78 'deliver_to = pipe' 'deliver_command = {"true"}'
ARGUMENTS='-c mailhaul.conf verify --rebuild a'
tells 'a: rebuild: the account delivers to a command, so the location of its messages is unknown; name other accounts'

bad 'a rebuild without any message' 74
mkdir -p Mail/cur Mail/new Mail/tmp
ARGUMENTS='-c mailhaul.conf verify --rebuild a'
tells 'a: rebuild: there is no message in Mail, so the state was not rebuilt; check deliver_to; without a state, the next fetch takes all messages as new'

bad 'a missing Maildir' 74
"$MAILHAUL" -c mailhaul.conf >first 2>&1 && rm -r Mail
ARGUMENTS='-c mailhaul.conf verify'
tells 'a: verify: the destination Mail/new cannot be read: No such file or directory; mount its disk; to start with an empty destination, run: mkdir -p Mail/new'

# ---- Commands ----

bad 'a missing delivery command' 78 'deliver_to = pipe' 'deliver_command = {"no-such-program"}'
tells 'a: store: the command no-such-program cannot be started: No such file or directory; install it, or give its full path if PATH does not include its directory'

bad 'a delivery command that fails' 74 'deliver_to = pipe' 'deliver_command = {"sh", "-c", "echo no rule for this >&2; exit 1"}'
tells 'a: store: message 1 (UID 1) of 22 bytes with the subject "one" was refused: deliver_command sh exited with status 1: no rule for this; it stays on the server; the next run tries again (refusal 1 of 5)'

bad 'a delivery command that fails temporarily' 75 'deliver_to = pipe' 'deliver_command = {"sh", "-c", "exit 75"}'
tells 'a: store: message 1 (UID 1) of 22 bytes with the subject "one" was refused: deliver_command sh exited with status 75; it stays on the server; the next run tries again'

bad 'a delivery command that is killed by a signal' 74 'deliver_to = pipe' 'deliver_command = {"sh", "-c", "kill -9 $$"}'
tells 'a: store: message 1 (UID 1) of 22 bytes with the subject "one" was refused: deliver_command sh was killed by signal 9 (Killed); it stays on the server; the next run tries again (refusal 1 of 5)'

bad 'a missing directory for temporary files' 74 'deliver_to = pipe' 'deliver_command = {"true"}'
UNDER="env TMPDIR=$WORK/missing"
tells 'a: store: the directory @WORK@/missing, which holds messages for deliver_command, cannot be written: No such file or directory; set TMPDIR to an existing directory where you may create files'

bad 'a delivery command that does not end' 75 'deliver_to = pipe' 'deliver_command = {"sleep", "20"}' 'deliver_timeout = 1s'
tells 'a: store: message 1 (UID 1) of 22 bytes with the subject "one" was refused: the command sleep took longer than 1 s; it stays on the server; raise deliver_timeout if the command needs longer'

bad 'a failing on_new_mail command' 75 'on_new_mail = {"sh", "-c", "echo index is locked >&2; exit 1"}'
tells 'a: on_new_mail: sh exited with status 1: index is locked; the mail is stored; the command runs again when new mail arrives'

done_messages
