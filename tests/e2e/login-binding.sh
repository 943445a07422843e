#!/bin/sh
# Logins bound to the TLS connection, with TLS 1.3 and 1.2, and an attacker between client and server.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letters 1 3
said() { sed -n 's/^mailhaul: [^ ]*: C: \(AUTH\|USER\|PASS\|APOP\|\*\)/\1/p' err | tr '\n' ';'; }
said_is() { [ "$(said)" = "$1" ] || { said; show; return 1; }; }
mute() { lacks out 'pass word' && lacks err 'pass word'; }

fresh_configuration
for tls in 3 2; do
  for hash in 256 1; do
    word=scram-sha-$hash-plus name=SCRAM-SHA-$hash-PLUS
    serve --dir mail --scram "$name" --priority "NORMAL:-VERS-ALL:+VERS-TLS1.$tls"
    configure "auto-$tls-$hash" 'deliver_to = "maildir:Mail"'
    configure "named-$tls-$hash" "auth = $word" 'deliver_to = "maildir:Mail"'
    for account in auto named; do
      run -vv "$account-$tls-$hash"
      check "$name over TLS 1.$tls logs in ($account)" exits 0
      check 'only $name is sent' said_is "AUTH $name ****;****;"
      check 'the connection has the configured TLS version' contains err "(TLS1.$tls)"
      check 'no secret is printed' mute
    done
    PASSWORD_LINE="password = 'not mine'" configure "wrong-$tls-$hash" 'deliver_to = "maildir:Wrong"'
    run -vv "wrong-$tls-$hash"
    check 'a wrong password has exit code 77' exits 77
    check 'no weaker mechanism is tried' said_is "AUTH $name ****;****;"
  done
done

# The attacker has a valid certificate for the name, and relays everything.
serve --dir mail --scram SCRAM-SHA-256-PLUS
start_server between.port python3 "$E2E_DIR/../support/between.py" --cert certs/server.pem --port-file between.port "$PORT"
between=$STARTED
trap 'kill "$between"; finish' EXIT
SERVER_PORT=$(cat between.port)
configure plain 'auth = plain' 'deliver_to = "maildir:Plain"'
configure bound 'auth = auto' 'deliver_to = "maildir:Bound"'
run plain
check 'a login without channel binding does not notice an attacker' exits 0
run -vv bound
check 'a login with channel binding fails at the attacker' exits 77
check 'no other mechanism is tried' said_is 'AUTH SCRAM-SHA-256-PLUS ****;****;'
check 'no mail is fetched from the attacker' [ ! -e Bound/new/* ]
run bound
check 'the failure is one line' says err \
  'mailhaul: bound: login: the server refused the login (server said: "[AUTH] wrong user name or password, or another connection"); check user and password; many providers require an app password for POP3'
done_testing
