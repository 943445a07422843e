#!/bin/sh
# fetch --json: the report of a run for programs.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
for n in 1 2 3; do printf 'Subject: %s\n\nbody\n' "$n" >"mail/$n"; done
serve --dir mail
fresh_configuration
configure good 'deliver_to = "maildir:Good"'
run --json
check 'a successful run has exit code 0' exits 0
check 'nothing is printed on standard error' [ ! -s err ]
check 'a successful account has one object' json "[x['type'] for x in lines] == ['fetch', 'summary'] and fetched['good']['result'] == 'ok' and fetched['good']['failure'] is None and fetched['good']['exit_code'] == 0"
check 'the object has the counts of the run' json "(fetched['good']['new'], fetched['good']['bytes'], fetched['good']['deleted'], fetched['good']['left_on_server']) == (3, 60, 0, 3)"
check 'the last line is the summary' json "last['result'] == 'ok' and last['accounts'] == last['accounts_ok'] == 1 and last['new'] == 3 and last['exit_code'] == 0 and 'account' not in last and last['milliseconds'] >= fetched['good']['milliseconds']"
run --json -q
check '-q does not suppress JSON' json "last['result'] == 'ok' and last['new'] == 0"
run --json -v
check '-v adds log lines' json "any(x['type'] == 'log' and x['level'] == 'verbose' and x['account'] == 'good' for x in lines)"
check '-v also logs to standard error' contains err 'mailhaul: good: '

PASSWORD_LINE="password = 'not mine'" configure bad 'deliver_to = "maildir:Bad"'
SERVER_PORT=1 configure down 'deliver_to = "maildir:Down"'
run --json
check 'the exit code is that of the most serious failure plus 32 if another account succeeded' exits 109
check 'the result of the run is partial' json "(last['result'], last['accounts'], last['accounts_ok'], last['accounts_partial'], last['accounts_failed'], last['exit_code']) == ('partial', 3, 1, 0, 2, 109)"
check 'a failure has its step, cause and hint' json "fetched['bad']['result'] == 'failed' and fetched['bad']['failure']['step'] == 'login' and fetched['bad']['failure']['hint'] and not fetched['bad']['failure']['temporary'] and fetched['bad']['exit_code'] == 77"
check 'a failure quotes the server' json "'wrong' in fetched['bad']['failure']['server_reply'] or fetched['bad']['failure']['server_reply']"
check 'a temporary failure is marked' json "fetched['down']['failure']['temporary'] and fetched['down']['exit_code'] == 75 and fetched['down']['failure']['server_reply'] is None"
check 'standard error has a line for each failure' [ "$(grep -c '^mailhaul: ' err)" = 2 ]
run --json bad down
check 'if all accounts fail, the result is failed' json "last['result'] == 'failed' and last['accounts_failed'] == 2"

fresh_configuration
configure some 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "! grep -q \"Subject: 2\""}'
run --json
check 'a refused message is reported as a problem' json "[x['type'] for x in lines] == ['problem', 'fetch', 'summary'] and lines[0]['failure']['step'] == 'store' and lines[0]['exit_code'] == last['exit_code'] != 0"
check 'the results of the account and of the run are partial' json "fetched['some']['result'] == 'partial' and fetched['some']['new'] == 2 and last['result'] == 'partial' and last['accounts_partial'] == 1"

run --json -n
check 'a dry run has an object for each message, and refused ones last' json "[x['type'] for x in lines] == ['message'] * 3 + ['fetch', 'summary'] and [(x['known'], x['fetch']) for x in lines[:3]] == [(True, False), (True, False), (False, True)]"
check 'the summary of a dry run counts no new messages' json "last['new'] == 0 and last['result'] == 'ok'"

printf 'account "x" {\n' >mailhaul.conf.in
run --json
check 'with an invalid configuration, the result is failed' json "len(lines) == 1 and last['result'] == 'failed' and last['accounts'] == 0 and last['exit_code'] == 78"
check 'standard error names the invalid file' contains err 'mailhaul.conf'
fits_schema
done_testing
