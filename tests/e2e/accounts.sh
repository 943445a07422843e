#!/bin/sh
# Several accounts, the command line, errors in the configuration, and two runs at once.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letters 1 3
serve --dir mail
fresh_configuration
configure good 'deliver_to = "maildir:Good"'
PASSWORD_LINE="password = 'not mine'" configure bad 'deliver_to = "maildir:Bad"'
SERVER_PORT=1 configure down 'deliver_to = "maildir:Down"'

run
check 'the exit code is that of the most serious failure plus 32 if another account succeeded' exits 109
check 'the other accounts are fetched' count_is Good/new 3
check 'each failure is one line' [ "$(wc -l <err)" -eq 2 ]
run good
check 'one account can be named' exits 0
run good down
check 'two accounts can be named' exits 107
run bad down
check 'if no account succeeds, the exit code is that of the most serious failure' exits 77
run goood
check 'an unknown account is refused' exits 64
check 'the message names the most similar account' says err 'mailhaul: there is no account or command goood; did you mean good?'
run fetsh
check 'for an unknown word, the message names the most similar command' says err 'mailhaul: there is no account or command fetsh; did you mean fetch?'
run fetch good
check 'the command fetch is accepted' exits 0
run --kep
check 'an unknown option is refused' exits 64
check 'the message names the most similar option' says err 'mailhaul: there is no option --kep; did you mean --keep?'
run -q bad
check '-q does not suppress failures' contains err 'mailhaul: bad: login: '
"$MAILHAUL" --help >out 2>err
check '--help goes to standard output' contains out 'Usage: mailhaul'
"$MAILHAUL" --version >out 2>err
check '--version names the libraries' contains out 'GnuTLS'
STATUS=0
"$MAILHAUL" >out 2>err || STATUS=$?
check 'a missing configuration gives exit code 78' exits 78
# messages.sh has the rest, which depends on whether this build is installed.
check 'the message names the path where the configuration is expected' grep -qE \
  "^mailhaul: there is no configuration; .* $WORK/.config/mailhaul/mailhaul.conf( |\$)" err

chmod 644 mailhaul.conf
STATUS=0
"$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
check 'a configuration with a password that others can read is refused' exits 78
check 'the message has the chmod command that fixes it' says err \
  'mailhaul: mailhaul.conf: the file contains a password and can be read by others; run: chmod 600 mailhaul.conf'
printf 'account "x" {\n  server = "a"\n' >mailhaul.conf.in
run
check 'a truncated configuration is refused' exits 78
printf 'account "x" {\n  port = 70000\n  order = sideways\n  leave_on_server = 14\n}\n' >mailhaul.conf.in
run
check 'all invalid values are reported in one run' [ "$(grep -c '^mailhaul: mailhaul.conf:[234]: ' err)" -eq 3 ]

# While one run holds the account, a second one ends with a temporary failure.
fresh_configuration
configure slow 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; echo yes >started; while [ ! -e go ]; do sleep 0.05; done"}'
write_configuration
"$MAILHAUL" -c mailhaul.conf slow >first.out 2>first.err &
first=$!
wait_for started 'the command is not started'
run slow
check 'a second run of the same account is a temporary failure' exits 75
check 'the message says that another run is fetching the account' says err \
  'mailhaul: slow: state: another run of mailhaul is fetching this account; the next run tries again'
: >go
wait "$first"
check 'the first run is not disturbed' [ $? -eq 0 ]

done_testing
