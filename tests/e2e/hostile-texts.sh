#!/bin/sh
# Server texts that imitate commands of a terminal, or lines of mailhaul.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# words KIND SUFFIX LINES: prints the rows. LINES is empty if a failure is one line.
words() {
  cat <<TABLE
words-$1-greeting$2         10 0${3}  3 0 in a greeting: $1$2
words-$1-greeting-refused$2 10 76${3} 0 3 in a greeting that refuses: $1$2
words-$1-no-greeting$2      10 76${3} 0 3 instead of a greeting: $1$2
words-$1-capa$2             10 0${3}  3 0 in capabilities: $1$2
words-$1-login-refused$2    10 77${3} 0 3 in a refused login: $1$2
words-$1-challenge$2        10 77${3} 0 3 in a challenge: $1$2
words-$1-list$2             10 76${3} 0 3 in LIST: $1$2
words-$1-list-refused$2     10 76${3} 0 3 in a refused LIST: $1$2
words-$1-size$2             10 76${3} 0 3 in a size: $1$2
words-$1-uid$2              10 0${3}  3 0 in a UID: $1$2
words-$1-retr$2             10 0${3}  3 0 in the answer to RETR: $1$2
words-$1-retr-refused$2     10 75${3} 2 1 in a refused RETR: $1$2
words-$1-dele-refused$2     10 75${3} 3 1 in a refused DELE: $1$2
words-$1-quit-refused$2     10 76${3} 3 3 in a refused QUIT: $1$2
TABLE
}
# With a line end inside, the text after it is an answer of its own.
newline() {
  words newline "$1" "$2" | awk -v lines="$2" '
    # After RETR it is the beginning of the message.
    $1 ~ /-retr@/ { next }
    $1 ~ /-challenge@/ { $3 = "76" lines }
    $1 ~ /-greeting@|-uid@/ { $3 = "76" lines; $4 = 0; $5 = 3 }
    $1 ~ /-retr-refused@/ { $3 = "-:-"; $4 = "-"; $5 = 3 }
    $1 ~ /-dele-refused@/ { $3 = "-:-"; $4 = $5 = "-" }
    { print }'
}
{ for kind in escapes nul 8-kb; do words "$kind" @quiet ''; done && newline @quiet ''; } >rows
play <rows
FLAGS=-vv
{ for kind in escapes nul 8-kb; do words "$kind" @wire :-; done && newline @wire :-; } >rows
play <rows

done_hostile
