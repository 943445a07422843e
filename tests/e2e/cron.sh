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
check 'a successful run prints nothing' silent

# The server is down for two days and some hours.
stop
at 1h
check 'the first failure is not reported' silent
check 'the exit status is 0' exits 0
check 'the state records the failure' trouble "count(*) || '/' || reported || '/' || step" 1/0/connect
at 3h
check 'two hours later the failure is not reported' silent
at 1h -n
check 'a dry run reports a failure' contains err 'mailhaul: a: connect: '
check 'a dry run has an exit status' exits 75
at 3h --strict
check '--strict reports the failure' contains err 'mailhaul: a: connect: '
check '--strict sets the exit status' exits 75
at 3h -v
check '-v reports the failure' contains err 'mailhaul: a: connect: '
at 250m
check 'after three hours the failure is reported' contains err 'it has been failing for 3 h'
check 'the report is one line' is_one_line
check 'the report has an exit status' exits 75
at 255m
check 'the failure is not reported again' silent
at 27h
check '23 hours later the failure is not reported again' silent
at 29h
check 'after a day the failure is reported again' contains err 'it has been failing for 28 h'
check 'the second report has an exit status' exits 75
at 30h
check 'the failure is not reported again on that day' silent

# Meanwhile there is a failure that does not go away by itself.
serve --dir mail
sed -i 's/pass word/wrong/' mailhaul.conf.in
at 31h
check 'a permanent failure is reported at once' contains err 'mailhaul: a: login: '
check 'a permanent failure has its exit status' exits 77
stop
at 32h
check 'after the permanent failure, the temporary one is not reported' silent
at 54h
check 'the temporary failure is reported again after a day' contains err 'it has been failing for 2 days'

sed -i 's/wrong/pass word/' mailhaul.conf.in
serve --dir mail
at 55h
check 'the recovery is reported' contains err 'mailhaul: a: works again after 2 days; the last failure was: connect: '
check 'the report of the recovery is one line' is_one_line
check 'the recovery has exit status 0' exits 0
check 'the state forgets the failure' trouble 'count(*)' 0
at 56h
check 'the next run prints nothing' silent

stop
at 57h
serve --dir mail
at 58h
check 'recovery from a failure that was not reported is not reported' silent
check 'that run succeeds' exits 0

# Two accounts, one of which fails.
SERVER_PORT=$(free_ports 1)
configure b 'deliver_to = "maildir:Mail-b"' 'report_failures_after = 1d'
configure c 'deliver_to = "maildir:Mail-c"'
SERVER_PORT=''
run_later +59h a b
check 'while one account works, the failure of another one is not reported' silent
check 'the exit status is 0 while the failure is not reported' exits 0
run_later +83h a b
check 'after report_failures_after the failure is reported' contains err 'mailhaul: b: connect: '
check 'the report about one of two accounts is one line' is_one_line
check 'the exit status has 32 added for the account that works' exits 107
run_later +84h
check 'an account without the option reports its failure at once' contains err 'mailhaul: c: connect: '
check 'no other account is reported' is_one_line

# A failure of the parent before a worker starts, and a run beside another one.
fresh_configuration
PASSWORD_LINE='password_command = {"false"}' configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
at 85h
check 'a failed password command is reported at once' contains err 'mailhaul: a: password: '
check 'the state records the step password' trouble step password
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'report_failures_after = 3h'
hold_lock state/a.lock
touch -d '+84 hours' state/a.lock
at 86h
check 'a run prints nothing while another run holds the account' silent
check 'its exit status is 0' exits 0
at 109h
check 'after a day, the other run is reported' contains err 'another run of mailhaul is fetching this account'
check 'the report of the other run has an exit status' exits 75
release_lock

rm -rf state && : >state
at 110h
check 'a state that cannot be opened is reported at once' contains err 'mailhaul: a: state: '

done_testing
