#!/bin/sh
# Several accounts, the command line, errors in the configuration, and two runs at once.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letters 1 3
serve --dir mail
fresh_configuration
configure good 'deliver_to = "maildir:Good"'
PASSWORD_LINE="password = 'wrong'" configure bad 'deliver_to = "maildir:Bad"'
SERVER_PORT=1 configure down 'deliver_to = "maildir:Down"'

run
check 'the most serious failure gives the exit code, with 32 for the one that is well' exits 109
check 'the others are still fetched' count_is Good/new 3
check 'each failure is one line' [ "$(wc -l <err)" -eq 2 ]
run good
check 'one account can be named' exits 0
run good down
check 'two, too' exits 107
run bad down
check 'where none is well, it is the most serious failure alone' exits 77
run goood
check 'an unknown account is refused' exits 64
check 'with the nearest name' says err 'mailhaul: there is no account or command goood; did you mean good?'
run fetsh
check 'an unknown verb likewise' says err 'mailhaul: there is no account or command fetsh; did you mean fetch?'
run fetch good
check 'the verb fetch is understood' exits 0
run --kep
check 'an unknown option is refused' exits 64
check 'with the nearest one' says err 'mailhaul: there is no option --kep; did you mean --keep?'
run -q bad
check '-q still tells failures' contains err 'mailhaul: bad: login: '
"$MAILHAUL" --help >out 2>err
check '--help goes to standard output' contains out 'Usage: mailhaul'
"$MAILHAUL" --version >out 2>err
check '--version names the libraries' contains out 'GnuTLS'
STATUS=0
"$MAILHAUL" >out 2>err || STATUS=$?
check 'without a configuration it ends with 78' exits 78
check 'and says where one is looked for' says err \
  "mailhaul: there is no configuration; write $WORK/.config/mailhaul/mailhaul.conf (see mailhaul.conf(5)) or name one with -c"

chmod 644 mailhaul.conf
STATUS=0
"$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
check 'a password that others can read is refused' exits 78
check 'with the chmod that fixes it' says err \
  'mailhaul: mailhaul.conf: the file contains a password and can be read by others; run: chmod 600 mailhaul.conf'
printf 'account "x" {\n  server = "a"\n' >mailhaul.conf.in
run
check 'a configuration that was cut short is refused' exits 78
printf 'account "x" {\n  port = 70000\n  order = sideways\n  leave_on_server = 14\n}\n' >mailhaul.conf.in
run
check 'all wrong values are told in one go' [ "$(grep -c '^mailhaul: mailhaul.conf:[234]: ' err)" -eq 3 ]

# While one run holds the account, a second one ends with a temporary failure.
fresh_configuration
configure slow 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; echo yes >started; while [ ! -e go ]; do sleep 0.05; done"}'
write_configuration
"$MAILHAUL" -c mailhaul.conf slow >first.out 2>first.err &
first=$!
wait_for started 'the command is not started'
run slow
check 'a second run of the same account leaves' exits 75
check 'and says why' says err \
  'mailhaul: slow: state: another run of mailhaul is fetching this account; the next run tries again'
: >go
wait "$first"
check 'the first one is not disturbed' [ $? -eq 0 ]

done_testing
