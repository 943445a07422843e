#!/bin/sh
# What cron receives about a failing account: report_failures_after, over several days of a simulated clock.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
faketime -f +1d true 2>/dev/null || skip_all 'faketime cannot set a clock here'

# at TIME ARGUMENT...: a run that much later than now.
at() { run_later "+$1" "${2:-fetch}" "${3:-a}"; }
trouble() { [ "$(sqlite3 -readonly state/a.db "SELECT $1 FROM trouble")" = "$2" ] || { sqlite3 state/a.db 'SELECT * FROM trouble'; return 1; }; }
is_one_line() { [ "$(wc -l <err)" = 1 ] || { show; return 1; }; }

mkdir mail
letter mail/1
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
run
check 'a run that succeeds is silent' silent

# The server is down for two days and some hours.
stop
at 1h
check 'the first failure is not told' silent
check 'and does not show in the exit status' exits 0
check 'but the state knows of it' trouble "count(*) || '/' || reported || '/' || step" 1/0/connect
at 3h
check 'nor is one told two hours later' silent
at 1h -n
check 'a dry run tells what it meets' contains err 'mailhaul: a: connect: '
check 'and has an exit status' exits 75
at 3h --strict
check '--strict tells it' contains err 'mailhaul: a: connect: '
check 'and has an exit status' exits 75
at 3h -v
check '-v tells it, too' contains err 'mailhaul: a: connect: '
at 250m
check 'after three hours the failure is told' contains err 'it has been failing for 3 h'
check 'in one line' is_one_line
check 'with an exit status' exits 75
at 255m
check 'then it is not told again' silent
at 27h
check 'nor 23 hours later' silent
at 29h
check 'but after a day' contains err 'it has been failing for 28 h'
check 'with an exit status again' exits 75
at 30h
check 'and then no more that day' silent

# Meanwhile there is a failure that does not go away by itself.
serve --dir mail
sed -i 's/pass word/wrong/' mailhaul.conf.in
at 31h
check 'what does not pass by itself is told at once' contains err 'mailhaul: a: login: '
check 'with its exit status' exits 77
stop
at 32h
check 'behind it, what passes is silent as before' silent
at 54h
check 'and told when its day has come' contains err 'it has been failing for 2 days'

sed -i 's/wrong/pass word/' mailhaul.conf.in
serve --dir mail
at 55h
check 'the recovery is told' contains err 'mailhaul: a: works again after 2 days; the last failure was: connect: '
check 'in one line' is_one_line
check 'with exit status 0' exits 0
check 'and the state has forgotten the trouble' trouble 'count(*)' 0
at 56h
check 'then all is silent again' silent

stop
at 57h
serve --dir mail
at 58h
check 'the recovery from what was not told is not told either' silent
check 'and succeeds' exits 0

# Two accounts, one of which fails.
SERVER_PORT=$(free_ports 1)
configure b 'deliver_to = "maildir:Mail-b"' 'report_failures_after = 1d'
configure c 'deliver_to = "maildir:Mail-c"'
SERVER_PORT=''
run_later +59h a b
check 'while one account works, another one stays silent' silent
check 'with exit status 0' exits 0
run_later +83h a b
check 'until its time has come' contains err 'mailhaul: b: connect: '
check 'in one line' is_one_line
check 'and its exit status, with 32 for the one that works' exits 107
run_later +84h
check 'an account without the option is told at once' contains err 'mailhaul: c: connect: '
check 'alone' is_one_line

# A failure of the parent before a worker starts, and a run beside another one.
fresh_configuration
PASSWORD_LINE='password_command = {"false"}' configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
at 85h
check 'a password that cannot be had is told at once' contains err 'mailhaul: a: password: '
check 'and known to the state' trouble step password
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
hold_lock state/a.lock
touch -d '+84 hours' state/a.lock
at 86h
check 'a run beside another one is silent' silent
check 'with exit status 0' exits 0
at 109h
check 'but not for longer than a day' contains err 'another run of mailhaul is fetching this account'
check 'with its exit status' exits 75
release_lock

rm -rf state && : >state
at 110h
check 'a state that cannot be opened is told at once' contains err 'mailhaul: a: state: '

done_testing
