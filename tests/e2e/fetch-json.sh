#!/bin/sh
# fetch --json: the report of a run for programs.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# json EXPRESSION: evaluates it with the lines (l), the lines of an account by its name (a), and the last line (s).
json() { keep_json; python3 -c "
import json, sys
l = [json.loads(line) for line in open('out')]
a = {x['account']: x for x in l if x['type'] == 'fetch'}
s = l[-1]
sys.exit(0 if $1 else '\n'.join(map(str, l)))"; }

mkdir mail
for n in 1 2 3; do printf 'Subject: %s\n\nbody\n' "$n" >"mail/$n"; done
serve --dir mail
fresh_configuration
configure good 'deliver_to = "maildir:Good"'
run --json
check 'a run that is well exits with 0' exits 0
check 'and says nothing on standard error' [ ! -s err ]
check 'an account that is well has an object' json "[x['type'] for x in l] == ['fetch', 'summary'] and a['good']['result'] == 'ok' and a['good']['failure'] is None and a['good']['exit_code'] == 0"
check 'with what was done' json "(a['good']['new'], a['good']['bytes'], a['good']['deleted'], a['good']['left_on_server']) == (3, 51, 0, 3)"
check 'the summary comes last' json "s['result'] == 'ok' and s['accounts'] == s['accounts_ok'] == 1 and s['new'] == 3 and s['exit_code'] == 0 and 'account' not in s and s['milliseconds'] >= a['good']['milliseconds']"
run --json -q
check '-q does not keep it back' json "s['result'] == 'ok' and s['new'] == 0"
run --json -v
check '-v adds what is logged' json "any(x['type'] == 'log' and x['level'] == 'verbose' and x['account'] == 'good' for x in l)"
check 'which still goes to standard error, too' contains err 'mailhaul: good: '

PASSWORD_LINE="password = 'wrong'" configure bad 'deliver_to = "maildir:Bad"'
SERVER_PORT=1 configure down 'deliver_to = "maildir:Down"'
run --json
check 'with accounts that fail, the exit status is that of the most serious failure, with 32 for the one that is well' exits 109
check 'and the run is partial' json "(s['result'], s['accounts'], s['accounts_ok'], s['accounts_partial'], s['accounts_failed'], s['exit_code']) == ('partial', 3, 1, 0, 2, 109)"
check 'a failure has step, cause and what fixes it' json "a['bad']['result'] == 'failed' and a['bad']['failure']['step'] == 'login' and a['bad']['failure']['hint'] and not a['bad']['failure']['temporary'] and a['bad']['exit_code'] == 77"
check 'and what the server said' json "'wrong' in a['bad']['failure']['server_reply'] or a['bad']['failure']['server_reply']"
check 'one that may pass is said to be temporary' json "a['down']['failure']['temporary'] and a['down']['exit_code'] == 75 and a['down']['failure']['server_reply'] is None"
check 'standard error has the same in words' [ "$(grep -c '^mailhaul: ' err)" = 2 ]
run --json bad down
check 'where all fail, the run has failed' json "s['result'] == 'failed' and s['accounts_failed'] == 2"

fresh_configuration
configure some 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "! grep -q \"Subject: 2\""}'
run --json
check 'a message that is not taken is a problem of its own' json "[x['type'] for x in l] == ['problem', 'fetch', 'summary'] and l[0]['failure']['step'] == 'store' and l[0]['exit_code'] == s['exit_code'] != 0"
check 'and makes the account, and so the run, a partial one' json "a['some']['result'] == 'partial' and a['some']['new'] == 2 and s['result'] == 'partial' and s['accounts_partial'] == 1"

run --json -n
check 'a dry run tells of each message' json "[x['type'] for x in l] == ['message'] * 3 + ['fetch', 'summary'] and [(x['known'], x['fetch']) for x in l[:3]] == [(True, False), (False, True), (True, False)]"
check 'and of nothing done' json "s['new'] == 0 and s['result'] == 'ok'"

printf 'account "x" {\n' >mailhaul.conf.in
run --json
check 'where the configuration is wrong, the run has failed' json "len(l) == 1 and s['result'] == 'failed' and s['accounts'] == 0 and s['exit_code'] == 78"
check 'and standard error says why' contains err 'mailhaul.conf'
fits_schema
done_testing
