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
stls-unannounced   10 0  3 0 STLS works where CAPA does not announce it
stls-capa-refused  10 0  3 0 STLS works where CAPA is not known
stls-capa-hangs-up 10 0  3 0 STLS works where the server hangs up at CAPA
stls-capa-stalls       1 0 3 0 STLS works where nothing comes to CAPA
stls-capa-without-list 1 0 3 0 STLS works where CAPA is answered by +OK alone
stls-capa-500         10 0 3 0 STLS works where the answer to CAPA is no POP3
stls-unknown       10 69 0 3 without STLS nothing is sent
stls-early         10 69 0 3 answers that were sent in the clear before TLS are not taken for those of a login
stls-no-tls        10 75 0 3 without TLS after STLS nothing is sent
stls-cut           10 75 0 3 nor where the server hangs up at STLS
TABLE
check 'CAPA is asked for after TLS all the same' sent stls-capa-stalls 'CAPA AUTH CAPA'
for directory in stls-unknown stls-early stls-no-tls stls-cut; do
  check "not to $directory either" [ "$(grep -cv '^\*' "$directory/transcript")" = 0 ]
done

MORE=''
play <<'TABLE'
capa-hangs-up-close                   10 0 3 0 a server that hangs up at CAPA is fetched from without it
capa-hangs-up-cut                     10 0 3 0 also when it does not say so
capa-hangs-up-reset                   10 0 3 0 also by a reset
capa-hangs-up-after-login-close       10 0 3 0 a server that hangs up at CAPA after the login, too
capa-hangs-up-after-login-cut         10 0 3 0 also when it does not say so
capa-hangs-up-after-login-reset       10 0 3 0 also by a reset
capa-hangs-up-after-login-plain-close 10 0 3 0 without PIPELINING, too
capa-hangs-up-after-login-plain-cut   10 0 3 0 also when it does not say so
capa-hangs-up-after-login-plain-reset 10 0 3 0 also by a reset
capa-and-list-hang-up                 10 75 0 3 a server that then hangs up at LIST is a temporary failure
capa-cut-inside                       10 75 0 3 a connection that is cut inside the answer to CAPA says nothing about CAPA
TABLE
check 'the next session of the run goes without CAPA' sent capa-hangs-up-close 'USER PASS'
check 'and is the second' connections capa-hangs-up-close 2
check 'where CAPA before the login worked, what it said holds' sent capa-hangs-up-after-login-close 'AUTH'
check 'so that pipelining goes on' [ "$(tail -n 20 capa-hangs-up-after-login-close/transcript | grep -c -x LIST)" = 1 ]
check 'it is LIST that was not answered' grep -q 'before the reply to LIST; ' capa-and-list-hang-up/err
grep -v 'capa-and-list\|capa-cut' table | sed 's/ 3 0 / 3 0 the next run, /' >rows
known() { sqlite3 "$1/state/a.db" "$2"; }
for directory in capa-hangs-up-close capa-hangs-up-after-login-close; do known "$directory" 'UPDATE maildrop SET asked = asked - 1000'; done
known capa-hangs-up-close 'SELECT asked FROM maildrop' >asked
again <rows
check 'what is remembered is not noted again, so that the server is asked once a day' \
  [ "$(known capa-hangs-up-close 'SELECT asked FROM maildrop')" = "$(cat asked)" ]
check 'the next run remembers that' connections capa-hangs-up-close 3
check 'and does not ask' sent capa-hangs-up-close 'USER PASS'
check 'after the login, either' connections capa-hangs-up-after-login-close 3
check 'but logs in as the server announced' sent capa-hangs-up-after-login-close 'AUTH'

# The server falls silent at CAPA, gives no list, or refuses and hangs up: before the login, and after it.
for name in stalls without-list 500 no-pop3 refused-closes refused-cut refused-resets 500-closes; do
  echo "capa-$name 1 0 3 0 CAPA before the login: $name"
  echo "capa-again-$name 1 0 3 0 CAPA after the login: $name"
  echo "capa-again-$name-plain 1 0 3 0 CAPA after the login, without PIPELINING: $name"
done >rows
play <rows
for name in stalls without-list refused-closes refused-cut refused-resets 500-closes; do
  check "capa-$name: the second session goes without" sent "capa-$name" 'USER PASS'
  check "and is the last" connections "capa-$name" 2
  check "capa-again-$name: the second session goes without" sent "capa-again-$name" AUTH
done
check 'where only the words are not POP3, one session is enough' connections capa-500 1
again <rows
for name in stalls without-list refused-closes; do
  check "capa-$name: the next run does not fail first" connections "capa-$name" 3
  check "capa-again-$name: nor here" connections "capa-again-$name" 3
  check "where the login is what the server announced" sent "capa-again-$name" AUTH
done
play <<'TABLE'
greeting-421        1 75 0 3 a greeting with a code for what passes is a temporary failure
greeting-450        1 75 0 3 whatever the code
greeting-554        1 76 0 3 another one is none
capa-and-list-stall 1 75 0 3 a server that then falls silent at LIST is a temporary failure
capa-coded-closes   1 75 0 3 a server that refuses CAPA with a reason and leaves is one as well
capa-again-locked   1 75 0 3 also after the login
TABLE
check 'it is LIST that was not answered' grep -q 'the reply to LIST did not arrive' capa-and-list-stall/err
check 'a reason is not blamed on CAPA' connections capa-coded-closes 1
check 'nor after the login' connections capa-again-locked 1
# A server that was honest falls silent a day later: the client waits at CAPA once, even if the run fails.
capas() { grep -c -x CAPA capa-and-list-stall/transcript; }
heal
again <<'TABLE'
capa-and-list-stall 10 0 3 0 it is honest for once
TABLE
rm capa-and-list-stall/healthy
known capa-and-list-stall 'UPDATE maildrop SET asked = asked - 100000'
capas >capas
again <<'TABLE'
capa-and-list-stall 1 75 3 0 a day later, it falls silent
TABLE
check 'the login is what it once announced' sent capa-and-list-stall AUTH
check 'after one CAPA' [ "$(capas)" = "$(($(cat capas) + 1))" ]
again <<'TABLE'
capa-and-list-stall 1 75 3 0 and so in the next run
TABLE
check 'without another CAPA' [ "$(capas)" = "$(($(cat capas) + 1))" ]

play <<'TABLE'
auth-asks-again         10 0  3 0 a server that asks for the initial response again gets it
auth-asks-again-bare    10 0  3 0 also when it asks by a plus alone
auth-asks-again-refused 10 77 0 3 and may refuse it then
auth-endless-challenges 10 77 0 3 but not for ever
TABLE
for directory in auth-asks-again auth-asks-again-bare auth-asks-again-refused auth-endless-challenges; do
  check "$directory: twice in all" [ "$(grep -c -F "$response" "$directory/transcript")" = 2 ]
done

play <<'TABLE'
auth-go-ahead         10 0  3 0 text in the challenge of AUTH PLAIN means nothing, the response is sent again
auth-go-ahead-64      10 0  3 0 also when the text is in base64
auth-go-ahead-refused 10 77 0 3 and may be refused then
TABLE
for directory in auth-go-ahead auth-go-ahead-64 auth-go-ahead-refused; do
  check "$directory: twice in all" [ "$(grep -c -F "$response" "$directory/transcript")" = 2 ]
done

# A refusal of an unknown command says nothing about the password.
for name in command mechanism syntax type nginx state; do
  echo "auth-unknown-$name 10 0 3 0 where AUTH is refused as unknown ($name), USER and PASS are sent"
done >rows
cat >>rows <<'TABLE'
auth-unknown-coded    10 77 0 3 with [AUTH] it is the password that was refused
auth-unknown-wrong    10 77 0 3 as it is when PASS is refused then
auth-unknown-close    10 75 0 3 a server that then hangs up is a temporary failure
auth-unknown-scram    10 76 0 3 an error at SCRAM does not make mailhaul send the password itself
auth-unknown-user     10 76 0 3 a server that knows neither AUTH nor USER is not one that refuses the password
TABLE
play <rows
check 'USER follows AUTH in the same session' sent auth-unknown-command 'CAPA AUTH USER PASS CAPA'
check 'no password follows SCRAM' sent auth-unknown-scram 'CAPA AUTH'
check 'a hint says what to do' grep -q 'set auth = plain' auth-unknown-scram/err
check 'also where the server hangs up' grep -q 'set auth = user' auth-unknown-close/err
heal
again <<'TABLE'
auth-unknown-scram 10 0  3 0 no refused password is remembered after SCRAM
auth-unknown-user  10 0  3 0 nor where neither AUTH nor USER is known
TABLE
MORE='auth = plain'
play <<'TABLE'
auth-unknown-command@fixed 10 76 0 3 what auth names is not followed by another way
TABLE
check 'nothing else is sent' sent auth-unknown-command@fixed 'CAPA AUTH'
check 'a hint says what to do there, too' grep -q 'remove auth' auth-unknown-command@fixed/err
heal
again <<'TABLE'
auth-unknown-command@fixed 10 0 3 0 and the password is not remembered as refused
TABLE
MORE=''

# Refusals without a code, with AUTH-RESP-CODE and without, and at PASS.
others='gmail access unavailable open quota full slow logins migrated lookup sessions'
for way in refused coded pass; do
  for name in locked limit internal lock-file chdir level level-in-use; do echo "$way-$name 10 75 0 3 $way-$name passes"; done
  for name in wrong account code; do echo "$way-$name 10 77 0 3 $way-$name is the user's"; done
done >rows
for name in $others; do echo "pass-$name 10 75 0 3 pass-$name passes"; done >>rows
cat >>rows <<'TABLE'
pass-server-error  10 77 0 3 an error in name only is a refused password
coded-server-error 10 75 0 3 unless AUTH-RESP-CODE was announced
refused-none  10 77 0 3 a login that is refused without a reason is the user's
pass-none     10 77 0 3 also at PASS
coded-none    10 75 0 3 unless AUTH-RESP-CODE was announced
greeting-busy 10 75 0 3 a busy server is a temporary failure
TABLE
play <rows
heal
awk '$3 == 75 { print $1, $2, 0, 3, 0, $1 " is tried again at once" } $3 == 77 { print $1, $2, 77, 0, 3, $1 " is not tried again" }' table >rows
again <rows

# The server's reason before it hangs up; the texts are in tests/e2e/messages.sh.
play <<'TABLE'
last-words-capa               10 75 0 3 a refused CAPA after the login and a close is a temporary failure
last-words-capa-plain         10 75 0 3 without PIPELINING, too
last-words-capa-uncoded       10 75 0 3 also without a code
last-words-capa-uncoded-plain 10 75 0 3 also without a code and without PIPELINING
last-words-list               10 75 0 3 a refused LIST and a close is one, too
last-words-list-plain         10 75 0 3 without PIPELINING, too
last-words-no-capa            10 75 0 3 and where CAPA is not known
list-refused                  10 76 0 3 a server that refuses LIST and stays has its reasons
TABLE
check 'pipelining is not blamed where there is another reason' connections last-words-capa 1
check 'without one, CAPA may be to blame, and then pipelining' connections last-words-capa-uncoded 3

play <<'TABLE'
utf8-refused        10 0 3 0 a server that refuses UTF8 is fetched from
utf8-taken          10 0 3 0 a server that takes it, too
utf8-plain          10 0 3 0 without PIPELINING, too
utf8-loses-the-rest 1  0 3 0 a server that loses what follows UTF8 is logged in to step by step
TABLE
for directory in utf8-refused utf8-taken utf8-plain utf8-loses-the-rest; do
  check "$directory: UTF8 comes before the login" [ "$(grep -n -m 1 -x UTF8 "$directory/transcript" | cut -d: -f1)" -lt "$(grep -n -m 1 '^AUTH' "$directory/transcript" | cut -d: -f1)" ]
done
again <<'TABLE'
utf8-taken          10 0 3 0 the next run remembers UTF8
TABLE
check 'and sends it' sent utf8-taken 'UTF8 AUTH CAPA'

# The server hangs up or falls silent at UTF8.
for name in hangs-up closes stalls refused-closes refused-cut 500 500-closes; do
  echo "utf8-$name 1 0 3 0 UTF8: $name"
  echo "utf8-$name-plain 1 0 3 0 UTF8 without PIPELINING: $name"
done >rows
play <rows
for name in hangs-up closes stalls refused-closes refused-cut 500-closes; do
  check "utf8-$name: the last session goes without UTF8, and by the same login" sent "utf8-$name" 'AUTH CAPA'
  check "and the second without PIPELINING" connections "utf8-$name-plain" 2
done
check 'a server that says nothing is waited for once' connections utf8-stalls 2
again <rows
check 'the next run remembers that' sent utf8-stalls 'AUTH CAPA'
check 'and does not wait' connections utf8-stalls 3
play <<'TABLE'
utf8-stalls-weaker 1 77 0 3 no session logs in by something weaker than one before it
TABLE
check 'SCRAM-SHA-1 was tried' grep -q '^AUTH SCRAM-SHA-1' utf8-stalls-weaker/transcript
check 'and nothing else was' [ "$(grep -c '^AUTH PLAIN\|^USER\|^PASS' utf8-stalls-weaker/transcript)" = 0 ]

done_hostile
