#!/bin/sh
# Server texts that imitate commands of a terminal, or lines of mailhaul.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# words KIND SUFFIX LINES: prints the rows. LINES is empty if a failure is one line.
words() {
  cat <<TABLE
words-$1-greeting$2         60 0${3}  3 0 a text in a greeting is harmless: $1$2
words-$1-greeting-refused$2 60 76${3} 0 3 a text in a refusing greeting is harmless: $1$2
words-$1-no-greeting$2      60 76${3} 0 3 a text instead of a greeting is harmless: $1$2
words-$1-capa$2             60 0${3}  3 0 a text in capabilities is harmless: $1$2
words-$1-login-refused$2    60 77${3} 0 3 a text in a refused login is harmless: $1$2
words-$1-challenge$2        60 77${3} 0 3 a text in a challenge is harmless: $1$2
words-$1-list$2             60 76${3} 0 3 a text in LIST is harmless: $1$2
words-$1-list-refused$2     60 76${3} 0 3 a text in a refused LIST is harmless: $1$2
words-$1-size$2             60 76${3} 0 3 a text in a size is harmless: $1$2
words-$1-uid$2              60 0${3}  3 0 a text in a UID is harmless: $1$2
words-$1-retr$2             60 0${3}  3 0 a text in the reply to RETR is harmless: $1$2
words-$1-retr-refused$2     60 75${3} 2 1 a text in a refused RETR is harmless: $1$2
words-$1-dele-refused$2     60 75${3} 3 1 a text in a refused DELE is harmless: $1$2
words-$1-quit-refused$2     60 76${3} 3 3 a text in a refused QUIT is harmless: $1$2
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
