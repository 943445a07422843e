#!/bin/sh
# A server that suddenly offers only weaker login mechanisms than in earlier runs gets no password, until the user
# says that this is right.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letter mail/1
# logins: prints the commands of a login since the last call.
logins() {
  sed -n 's/.*C: \(AUTH [A-Z0-9-]*\|USER\|PASS\|APOP\).*/\1/p' transcript | tail -n "+$((seen + 1))" | tr '\n' ';'
}
# sends COMMANDS RUN...: the run sends exactly these commands of a login.
sends() {
  _sends=$1 && shift
  seen=$(grep -c 'C: \(AUTH\|USER\|PASS\|APOP\)' transcript 2>/dev/null)
  "$@"
  [ "$(logins)" = "$_sends" ] || { logins; show; return 1; }
}
# expire: the remembered capabilities are no longer believed, as after a day.
expire() { sqlite3 state/a.db 'UPDATE maildrop SET asked = asked - 100000'; }
remembered() { sqlite3 "state/${1:-a}.db" 'SELECT mechanism FROM login'; }
# account [LINE...]: configures the only account.
account() {
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
}
# refused USED EARLIER: one line says that the weaker one was not used, and names the command.
refused() {
  exits 75 && says err "mailhaul: a: login: not tried with $1, because earlier runs used $2, which is stronger; if its operator has changed the server, run mailhaul --accept-weaker-login a; otherwise another host may be impersonating it"
}

checked() { exits 75 && contains err "not tried with $offered, because earlier runs used SCRAM-SHA-256-PLUS"; }

serve --dir mail --scram SCRAM-SHA-256-PLUS
account
check 'the first run uses channel binding' sends 'AUTH SCRAM-SHA-256-PLUS;' run
check 'it succeeds' exits 0
check 'the mechanism is recorded' [ "$(remembered)" = scram-sha-256-plus ]

# What an attacker can strip.
while read -r offered options; do
  # shellcheck disable=SC2086
  serve --dir mail $options
  expire
  check "$offered instead: no login is sent" sends '' run
  check "$offered instead: one line says why, as a temporary failure" refused "$offered" SCRAM-SHA-256-PLUS
  check "$offered instead: the next run sends no login" sends '' run
  check "$offered instead: a run that names the account sends no login" sends '' run a
  check "$offered instead: a dry run sends no login" sends '' run --dry-run
  check "$offered instead: list sends no login" sends '' run list
  check "$offered instead: check sends no login" sends '' run check
  check "$offered instead: check says why" checked
  check "$offered instead: the recorded mechanism stays" [ "$(remembered)" = scram-sha-256-plus ]
done <<'LIST'
SCRAM-SHA-256 --scram SCRAM-SHA-256
SCRAM-SHA-1-PLUS --scram SCRAM-SHA-1-PLUS
SCRAM-SHA-1 --scram SCRAM-SHA-1
PLAIN
USER --no-sasl
USER --no-capa
LIST
serve --dir mail
sqlite3 state/a.db "UPDATE maildrop SET asked = $(date +%s), capabilities = 'USER' || char(10) || 'SASL PLAIN ' || char(10)"
check 'recorded capabilities with less do not lead to a login' sends '' run
serve --dir mail --scram SCRAM-SHA-256-PLUS
check 'a server that offers it again, as one of several behind one name, is used' sends 'AUTH SCRAM-SHA-256-PLUS;' run
check 'that run is silent' eval 'exits 0 && silent'

# The failure is temporary: it obeys report_failures_after.
serve --dir mail
account 'report_failures_after = 1d'
expire
check 'it is not reported before report_failures_after' eval 'sends "" run && exits 0 && silent'

# The user decides.
account 'auth = plain'
check 'a mechanism set with auth is used' sends 'AUTH PLAIN;' run
check 'it does not replace the recorded one' [ "$(remembered)" = scram-sha-256-plus ]
account
check 'without it, the login is refused again' eval 'sends "" run && refused PLAIN SCRAM-SHA-256-PLUS'
check 'the option needs a name' eval 'run --accept-weaker-login; exits 64'
check 'the message says so' says err 'mailhaul: --accept-weaker-login needs the names of accounts; name the accounts whose server was changed'
check 'a dry run with the option logs in' sends 'AUTH PLAIN;' run --dry-run --accept-weaker-login a
check 'it records nothing' [ "$(remembered)" = scram-sha-256-plus ]
check 'the command of the hint logs in' sends 'AUTH PLAIN;' run --accept-weaker-login a
check 'it succeeds in silence' eval 'exits 0 && silent'
check 'the mechanism is forgotten' [ -z "$(remembered)" ]
check 'later runs log in' sends 'AUTH PLAIN;' run
serve --dir mail --scram SCRAM-SHA-256
expire
check 'a stronger mechanism is used when it is offered' sends 'AUTH SCRAM-SHA-256;' run
check 'it is recorded' [ "$(remembered)" = scram-sha-256 ]
serve --dir mail --scram SCRAM-SHA-1
expire
check 'the option accepts a weaker one that is not the weakest' sends 'AUTH SCRAM-SHA-1;' run --accept-weaker-login a
check 'that one is recorded' [ "$(remembered)" = scram-sha-1 ]

# It concerns this maildrop, and a password that SCRAM can transmit.
serve --dir mail
expire
check 'the weaker login is refused' eval 'sends "" run && refused PLAIN SCRAM-SHA-1'
SERVER=127.0.0.1 account
check 'another server is not concerned' sends 'AUTH PLAIN;' run
serve --dir mail --scram SCRAM-SHA-1 --password "$(printf 'pass\302\255word')"
PASSWORD_LINE="password = '$(printf 'pass\302\255word')'" account
expire
check 'a password that SASLprep would change is sent with PLAIN' sends 'AUTH PLAIN;' run
check 'that run succeeds' exits 0
check 'it does not replace the recorded mechanism' [ "$(sqlite3 state/a.db "SELECT mechanism FROM login WHERE server = 'localhost'")" = scram-sha-1 ]

# With STLS, only what is offered over TLS counts.
serve --dir mail --starttls --sasl-before-tls 'SASL SCRAM-SHA-256 PLAIN'
configure stls 'deliver_to = "maildir:Stls"' 'tls = starttls'
check 'with STLS, a mechanism offered before TLS does not count' sends 'AUTH PLAIN;' run stls
check 'nothing is recorded for it' [ -z "$(remembered stls)" ]

# A real server that drops SCRAM.
mkdir server
dovecot_make_mail mail-of-dovecot 1
DOVECOT_MECHANISMS='plain scram-sha-256' dovecot_start server || bail 'no Dovecot'
dovecot_add_user test 'pass-word-7' || bail 'no password'
at_dovecot() {
  fresh_configuration
  SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=test PASSWORD_LINE="password = 'pass-word-7'" \
    configure dovecot 'deliver_to = "maildir:Mail-of-dovecot"'
}
at_dovecot
run dovecot
check 'Dovecot: a login with SCRAM succeeds' exits 0
check 'Dovecot: SCRAM is recorded' [ "$(remembered dovecot)" = scram-sha-256 ]
dovecot_clean
DOVECOT_MECHANISMS=plain dovecot_start server || bail 'no Dovecot'
dovecot_add_user test 'pass-word-7' || bail 'no password'
sqlite3 state/dovecot.db "UPDATE login SET port = $DOVECOT_POP3S_PORT"
at_dovecot
run -vv dovecot
check 'Dovecot without SCRAM: the login is refused' eval 'exits 75 && contains err "not tried with PLAIN, because earlier runs used SCRAM-SHA-256"'
check 'Dovecot without SCRAM: no login is sent' lacks err 'C: AUTH'
run --accept-weaker-login dovecot
check 'Dovecot without SCRAM: the command of the hint works' exits 0
run dovecot
check 'Dovecot without SCRAM: the next run succeeds' eval 'exits 0 && silent'
done_testing
