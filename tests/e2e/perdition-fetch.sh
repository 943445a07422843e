#!/bin/sh
# Fetches mail from a real Dovecot through a real perdition, which is a POP3 proxy.
. "${srcdir:-.}/tests/e2e/lib/perdition.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'perdition_stop; finish' EXIT

count=60
use_proxy perdition "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'the third run succeeds' exits 0
talk 1: 1:'USER leave' 1:'PASS leave\nSTAT' 1:NOOP 0:QUIT || bail 'it does not talk'
check 'perdition loses a command that follows PASS in the same packet' [ "$(grep -c '^+OK [0-9]* [0-9]' said)" -eq 0 ]
check 'mailhaul sends no command in the packet of PASS' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"

done_testing
