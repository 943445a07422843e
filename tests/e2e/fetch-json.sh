#!/bin/sh
# fetch --json: the report of a run for programs.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
for n in 1 2 3; do printf 'Subject: %s\n\nbody\n' "$n" >"mail/$n"; done
serve --dir mail
fresh_configuration
configure good 'deliver_to = "maildir:Good"'
run --json
check 'a run that is well exits with 0' exits 0
check 'and says nothing on standard error' [ ! -s err ]
check 'an account that is well has an object' json "[x['type'] for x in lines] == ['fetch', 'summary'] and fetched['good']['result'] == 'ok' and fetched['good']['failure'] is None and fetched['good']['exit_code'] == 0"
check 'with what was done' json "(fetched['good']['new'], fetched['good']['bytes'], fetched['good']['deleted'], fetched['good']['left_on_server']) == (3, 51, 0, 3)"
check 'the summary comes last' json "last['result'] == 'ok' and last['accounts'] == last['accounts_ok'] == 1 and last['new'] == 3 and last['exit_code'] == 0 and 'account' not in last and last['milliseconds'] >= fetched['good']['milliseconds']"
run --json -q
check '-q does not keep it back' json "last['result'] == 'ok' and last['new'] == 0"
run --json -v
check '-v adds what is logged' json "any(x['type'] == 'log' and x['level'] == 'verbose' and x['account'] == 'good' for x in lines)"
check 'which still goes to standard error, too' contains err 'mailhaul: good: '

PASSWORD_LINE="password = 'wrong'" configure bad 'deliver_to = "maildir:Bad"'
SERVER_PORT=1 configure down 'deliver_to = "maildir:Down"'
run --json
check 'with accounts that fail, the exit status is that of the most serious failure, with 32 for the one that is well' exits 109
check 'and the run is partial' json "(last['result'], last['accounts'], last['accounts_ok'], last['accounts_partial'], last['accounts_failed'], last['exit_code']) == ('partial', 3, 1, 0, 2, 109)"
check 'a failure has step, cause and what fixes it' json "fetched['bad']['result'] == 'failed' and fetched['bad']['failure']['step'] == 'login' and fetched['bad']['failure']['hint'] and not fetched['bad']['failure']['temporary'] and fetched['bad']['exit_code'] == 77"
check 'and what the server said' json "'wrong' in fetched['bad']['failure']['server_reply'] or fetched['bad']['failure']['server_reply']"
check 'one that may pass is said to be temporary' json "fetched['down']['failure']['temporary'] and fetched['down']['exit_code'] == 75 and fetched['down']['failure']['server_reply'] is None"
check 'standard error has the same in words' [ "$(grep -c '^mailhaul: ' err)" = 2 ]
run --json bad down
check 'where all fail, the run has failed' json "last['result'] == 'failed' and last['accounts_failed'] == 2"

fresh_configuration
configure some 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "! grep -q \"Subject: 2\""}'
run --json
check 'a message that is not taken is a problem of its own' json "[x['type'] for x in lines] == ['problem', 'fetch', 'summary'] and lines[0]['failure']['step'] == 'store' and lines[0]['exit_code'] == last['exit_code'] != 0"
check 'and makes the account, and so the run, a partial one' json "fetched['some']['result'] == 'partial' and fetched['some']['new'] == 2 and last['result'] == 'partial' and last['accounts_partial'] == 1"

run --json -n
check 'a dry run tells of each message' json "[x['type'] for x in lines] == ['message'] * 3 + ['fetch', 'summary'] and [(x['known'], x['fetch']) for x in lines[:3]] == [(True, False), (False, True), (True, False)]"
check 'and of nothing done' json "last['new'] == 0 and last['result'] == 'ok'"

printf 'account "x" {\n' >mailhaul.conf.in
run --json
check 'where the configuration is wrong, the run has failed' json "len(lines) == 1 and last['result'] == 'failed' and last['accounts'] == 0 and last['exit_code'] == 78"
check 'and standard error says why' contains err 'mailhaul.conf'
fits_schema
done_testing
