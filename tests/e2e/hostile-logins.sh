#!/bin/sh
# Servers that behave unusually before, at or after the login: their mail has to be fetched all the same.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

response=AG1lAHBhc3Mgd29yZA==
# sent DIRECTORY COMMANDS: checks what the client sent in the last connection, up to the listing.
sent() {
  _sent=$(awk '/^\* / { n = "" } { n = n " " $1 } END { print n }' "$1/transcript" | sed 's/^ \* //; s/ UIDL.*//')
  [ "$_sent" = "$2" ] || { echo "$1: $_sent"; return 1; }
}
connections() { [ "$(grep -c '^\* ' "$1/transcript")" = "$2" ] || { cat "$1/transcript"; return 1; }; }

# No server announces STLS here.
MORE='tls = starttls'
play <<'TABLE'
stls-unannounced   60 0  3 0 STLS is used if CAPA does not announce it
stls-capa-refused  60 0  3 0 STLS is used if CAPA is refused
stls-capa-hangs-up 60 0  3 0 STLS is used if the server hangs up at CAPA
stls-capa-stalls       1 0 3 0 STLS is used if CAPA has no reply
stls-capa-without-list 1 0 3 0 STLS is used if the reply to CAPA is a bare +OK
stls-capa-500         60 0 3 0 STLS is used if the reply to CAPA is malformed
stls-promises     60 0  3 0 STLS is used if the capabilities before it are others
stls-unknown       60 69 0 3 without STLS no credential is sent
stls-early         60 69 0 3 replies sent before TLS are not taken for those of the login
stls-no-tls        60 75 0 3 without TLS after STLS no credential is sent
stls-cut           60 75 0 3 no credential is sent if the server hangs up at STLS
TABLE
check 'CAPA is sent after TLS' sent stls-capa-stalls 'CAPA AUTH CAPA'
for directory in stls-unknown stls-early stls-no-tls stls-cut; do
  check "no command is sent to $directory" [ "$(grep -cv '^\*' "$directory/transcript")" = 0 ]
done

check 'mechanisms announced before TLS are not used' sent stls-promises 'CAPA AUTH CAPA'
"$MAILHAUL" -c stls-promises/mailhaul.conf check --json >out 2>err
check 'what was announced only before TLS is not reported of the maildrop' eval \
  'contains out "LOGIN-DELAY 900" && lacks out "\"login_delay\": 900" && lacks out "\"expire\""'
MORE='tls = starttls
  auth = apop'
play <<'TABLE'
stls-apop          60 77 0 3 APOP is not possible with STLS
TABLE
check 'the timestamp of before TLS is forgotten: no digest is sent' sent stls-apop CAPA
check 'the message says why' contains stls-apop/err \
  'mailhaul: a: login: APOP is not possible with STLS: its timestamp was sent before TLS; set tls = implicit and port = 995, or remove auth'

MORE=''
play <<'TABLE'
capa-hangs-up-close                   60 0 3 0 a server that hangs up at CAPA is fetched from without CAPA
capa-hangs-up-cut                     60 0 3 0 a server that hangs up at CAPA without close_notify is fetched from without CAPA
capa-hangs-up-reset                   60 0 3 0 a server that resets at CAPA is fetched from without CAPA
capa-hangs-up-after-login-close       60 0 3 0 a server that hangs up at CAPA after the login is fetched from without it
capa-hangs-up-after-login-cut         60 0 3 0 a server that hangs up at CAPA after the login without close_notify is fetched from
capa-hangs-up-after-login-reset       60 0 3 0 a server that resets at CAPA after the login is fetched from
capa-hangs-up-after-login-plain-close 60 0 3 0 without PIPELINING, a server that hangs up at CAPA after the login is fetched from
capa-hangs-up-after-login-plain-cut   60 0 3 0 without PIPELINING, a server that hangs up there without close_notify is fetched from
capa-hangs-up-after-login-plain-reset 60 0 3 0 without PIPELINING, a server that resets at CAPA after the login is fetched from
capa-and-list-hang-up                 60 75 0 3 a server that hangs up at CAPA and then at LIST is a temporary failure
capa-cut-inside                       60 75 0 3 a connection that breaks inside the reply to CAPA is a temporary failure
TABLE
check 'the next session of the run does not send CAPA' sent capa-hangs-up-close 'USER PASS'
check 'the run has two sessions' connections capa-hangs-up-close 2
check 'the capabilities from before the login stay in use' sent capa-hangs-up-after-login-close 'AUTH'
check 'pipelining stays in use' [ "$(tail -n 20 capa-hangs-up-after-login-close/transcript | grep -c -x LIST)" = 1 ]
check 'the missing reply to LIST is reported' grep -q 'before the reply to LIST; ' capa-and-list-hang-up/err
grep -v 'capa-and-list\|capa-cut' table | sed 's/ 3 0 / 3 0 the next run succeeds: /' >rows
known() { sqlite3 "$1/state/a.db" "$2"; }
for directory in capa-hangs-up-close capa-hangs-up-after-login-close; do known "$directory" 'UPDATE maildrop SET asked = asked - 1000'; done
known capa-hangs-up-close 'SELECT asked FROM maildrop' >asked
again <rows
check 'the time of the last CAPA is not changed, so that CAPA is sent once a day' \
  [ "$(known capa-hangs-up-close 'SELECT asked FROM maildrop')" = "$(cat asked)" ]
check 'the next run has one session' connections capa-hangs-up-close 3
check 'the next run does not send CAPA' sent capa-hangs-up-close 'USER PASS'
check 'the next run has one session if CAPA fails after the login' connections capa-hangs-up-after-login-close 3
check 'the next run logs in as announced' sent capa-hangs-up-after-login-close 'AUTH'

# The server falls silent at CAPA, gives no list, or refuses and hangs up: before the login, and after it.
for name in stalls without-list 500 no-pop3 refused-closes refused-cut refused-resets 500-closes; do
  echo "capa-$name 1 0 3 0 a failing CAPA before the login is tolerated: $name"
  echo "capa-again-$name 1 0 3 0 a failing CAPA after the login is tolerated: $name"
  echo "capa-again-$name-plain 1 0 3 0 a failing CAPA after the login is tolerated without PIPELINING: $name"
done >rows
play <rows
for name in stalls without-list refused-closes refused-cut refused-resets 500-closes; do
  check "capa-$name: the second session does not send CAPA" sent "capa-$name" 'USER PASS'
  check "capa-$name: the run has two sessions" connections "capa-$name" 2
  check "capa-again-$name: the second session does not send CAPA" sent "capa-again-$name" AUTH
done
check 'capa-500: one session is enough if only the status is malformed' connections capa-500 1
again <rows
for name in stalls without-list refused-closes; do
  check "capa-$name: the next run has one session" connections "capa-$name" 3
  check "capa-again-$name: the next run has one session" connections "capa-again-$name" 3
  check "capa-again-$name: the login is the announced one" sent "capa-again-$name" AUTH
done
play <<'TABLE'
greeting-421        1 75 0 3 a greeting with code 421 is a temporary failure
greeting-450        1 75 0 3 a greeting with code 450 is a temporary failure
greeting-554        1 76 0 3 a greeting with code 554 is a permanent failure
capa-and-list-stall 1 75 0 3 a server that stalls at CAPA and then at LIST is a temporary failure
capa-coded-closes   1 75 0 3 a server that refuses CAPA with a code and hangs up is a temporary failure
capa-again-locked   1 75 0 3 a server that refuses CAPA after the login as locked and hangs up is a temporary failure
TABLE
check 'the stalled LIST is reported' grep -q 'the reply to LIST did not arrive' capa-and-list-stall/err
check 'with a reason, the session is not tried again without CAPA' connections capa-coded-closes 1
check 'with a reason after the login, the session is not tried again' connections capa-again-locked 1
# A server that was honest falls silent a day later: the client waits at CAPA once, even if the run fails.
capas() { grep -c -x CAPA capa-and-list-stall/transcript; }
heal
again <<'TABLE'
capa-and-list-stall 60 0 3 0 the server is honest in one run
TABLE
rm capa-and-list-stall/healthy
known capa-and-list-stall 'UPDATE maildrop SET asked = asked - 100000'
capas >capas
again <<'TABLE'
capa-and-list-stall 1 75 3 0 a day later, it stalls again
TABLE
check 'the login is the one announced earlier' sent capa-and-list-stall AUTH
check 'CAPA is sent once' [ "$(capas)" = "$(($(cat capas) + 1))" ]
again <<'TABLE'
capa-and-list-stall 1 75 3 0 it stalls in the next run
TABLE
check 'CAPA is not sent again' [ "$(capas)" = "$(($(cat capas) + 1))" ]

play <<'TABLE'
auth-asks-again         60 0  3 0 a server that asks for the initial response again gets it
auth-asks-again-bare    60 0  3 0 a server that asks for it with a bare plus gets it
auth-asks-again-refused 60 77 0 3 a server may refuse the repeated response
auth-endless-challenges 60 77 0 3 endless challenges are refused
TABLE
for directory in auth-asks-again auth-asks-again-bare auth-asks-again-refused auth-endless-challenges; do
  check "$directory: the response is sent twice" [ "$(grep -c -F "$response" "$directory/transcript")" = 2 ]
done

play <<'TABLE'
auth-go-ahead         60 0  3 0 a text in the challenge of AUTH PLAIN is ignored, and the response is sent again
auth-go-ahead-64      60 0  3 0 a text in base64 in the challenge of AUTH PLAIN is ignored
auth-go-ahead-refused 60 77 0 3 a server may refuse the response after such a text
TABLE
for directory in auth-go-ahead auth-go-ahead-64 auth-go-ahead-refused; do
  check "$directory: the response is sent twice" [ "$(grep -c -F "$response" "$directory/transcript")" = 2 ]
done

# A refusal of an unknown command says nothing about the password.
for name in command mechanism syntax type nginx state; do
  echo "auth-unknown-$name 60 0 3 0 USER and PASS are sent if AUTH is refused as unknown ($name)"
done >rows
cat >>rows <<'TABLE'
auth-unknown-coded    60 77 0 3 with [AUTH] the password is refused
auth-unknown-wrong    60 77 0 3 a refused PASS after an unknown AUTH is a refused password
auth-unknown-close    60 75 0 3 a server that hangs up after an unknown AUTH is a temporary failure
auth-unknown-scram    60 76 0 3 the password is not sent after an error at SCRAM
auth-unknown-user     60 76 0 3 a server that knows neither AUTH nor USER does not refuse the password
TABLE
play <rows
check 'USER follows AUTH in the same session' sent auth-unknown-command 'CAPA AUTH USER PASS CAPA'
check 'no password follows SCRAM' sent auth-unknown-scram 'CAPA AUTH'
check 'the hint is to set auth = plain' grep -q 'set auth = plain' auth-unknown-scram/err
check 'the hint is to set auth = user if the server hangs up' grep -q 'set auth = user' auth-unknown-close/err
heal
again <<'TABLE'
auth-unknown-scram 60 0  3 0 an error at SCRAM is not remembered as a refused password
auth-unknown-user  60 0  3 0 unknown commands are not remembered as a refused password
TABLE
MORE='auth = plain'
play <<'TABLE'
auth-unknown-command@fixed 60 76 0 3 a mechanism set with auth is not replaced by another one
TABLE
check 'no other login is sent' sent auth-unknown-command@fixed 'CAPA AUTH'
check 'the hint is to remove auth' grep -q 'remove auth' auth-unknown-command@fixed/err
heal
again <<'TABLE'
auth-unknown-command@fixed 60 0 3 0 the password is not remembered as refused
TABLE
MORE=''

# Refusals without a code, with AUTH-RESP-CODE and without, and at PASS.
others='gmail access unavailable open quota full slow logins migrated lookup sessions'
for way in refused coded pass; do
  for name in locked limit internal lock-file chdir level level-in-use; do echo "$way-$name 60 75 0 3 $way-$name is a temporary failure"; done
  for name in wrong account code; do echo "$way-$name 60 77 0 3 $way-$name is a refused password"; done
done >rows
for name in $others; do echo "pass-$name 60 75 0 3 pass-$name is a temporary failure"; done >>rows
cat >>rows <<'TABLE'
pass-server-error  60 77 0 3 an error text without a code is a refused password
coded-server-error 60 75 0 3 an error text without a code is a temporary failure with AUTH-RESP-CODE
refused-none  60 77 0 3 a login refused without a reason is a refused password
pass-none     60 77 0 3 a PASS refused without a reason is a refused password
coded-none    60 75 0 3 a login refused without a reason is a temporary failure with AUTH-RESP-CODE
greeting-busy 60 75 0 3 a busy server is a temporary failure
TABLE
play <rows
heal
awk '$3 == 75 { print $1, $2, 0, 3, 0, $1 " is tried again at once" } $3 == 77 { print $1, $2, 77, 0, 3, $1 " is not tried again" }' table >rows
again <rows

# The server's reason before it hangs up; the texts are in tests/e2e/messages.sh.
play <<'TABLE'
last-words-capa               60 75 0 3 a refused CAPA after the login and a close is a temporary failure
last-words-capa-plain         60 75 0 3 without PIPELINING, a refused CAPA and a close is a temporary failure
last-words-capa-uncoded       60 75 0 3 without a code, a refused CAPA and a close is a temporary failure
last-words-capa-uncoded-plain 60 75 0 3 without a code and PIPELINING, a refused CAPA and a close is a temporary failure
last-words-list               60 75 0 3 a refused LIST and a close is a temporary failure
last-words-list-plain         60 75 0 3 without PIPELINING, a refused LIST and a close is a temporary failure
last-words-no-capa            60 75 0 3 without CAPA, a refused LIST and a close is a temporary failure
list-refused                  60 76 0 3 a refused LIST without a close is a permanent failure
TABLE
check 'with a reason, the session is not tried again without pipelining' connections last-words-capa 1
check 'without a code, the session is tried without CAPA and then without pipelining' connections last-words-capa-uncoded 3

play <<'TABLE'
utf8-refused        60 0 3 0 a server that refuses UTF8 is fetched from
utf8-taken          60 0 3 0 a server that accepts UTF8 is fetched from
utf8-plain          60 0 3 0 a server that accepts UTF8 without PIPELINING is fetched from
utf8-loses-the-rest 1  0 3 0 a server that loses commands after UTF8 gets one at a time
TABLE
for directory in utf8-refused utf8-taken utf8-plain utf8-loses-the-rest; do
  check "$directory: UTF8 comes before the login" [ "$(grep -n -m 1 -x UTF8 "$directory/transcript" | cut -d: -f1)" -lt "$(grep -n -m 1 '^AUTH' "$directory/transcript" | cut -d: -f1)" ]
done
again <<'TABLE'
utf8-taken          60 0 3 0 the next run succeeds
TABLE
check 'the next run sends UTF8 at once' sent utf8-taken 'UTF8 AUTH CAPA'

# The server hangs up or falls silent at UTF8.
for name in hangs-up closes stalls refused-closes refused-cut 500 500-closes; do
  echo "utf8-$name 1 0 3 0 a failing UTF8 is tolerated: $name"
  echo "utf8-$name-plain 1 0 3 0 a failing UTF8 is tolerated without PIPELINING: $name"
done >rows
play <rows
for name in hangs-up closes stalls refused-closes refused-cut 500-closes; do
  check "utf8-$name: the last session sends no UTF8 and uses the same login" sent "utf8-$name" 'AUTH CAPA'
  check "utf8-$name-plain: the run has two sessions" connections "utf8-$name-plain" 2
done
check 'the run waits once for a server that stalls at UTF8' connections utf8-stalls 2
again <rows
check 'the next run sends no UTF8' sent utf8-stalls 'AUTH CAPA'
check 'the next run has one session' connections utf8-stalls 3
play <<'TABLE'
utf8-stalls-weaker 1 77 0 3 no session uses a weaker login than an earlier one
TABLE
check 'SCRAM-SHA-1 is tried' grep -q '^AUTH SCRAM-SHA-1' utf8-stalls-weaker/transcript
check 'no weaker login is tried' [ "$(grep -c '^AUTH PLAIN\|^USER\|^PASS' utf8-stalls-weaker/transcript)" = 0 ]

done_hostile
