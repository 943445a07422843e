#!/bin/sh
# The connection fails: cut (without close_notify), closed (with it), or reset, at every kind of position.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

places='handshake before-greeting greeting capa capa-middle auth auth-middle capa-again list list-middle list-line uidl-middle
  retr retr-status before-header header header-line body body-line dot dot-cr between after-last
  dele dele-middle dele-all quit quit-middle'
# table STATUS HERE LEFT SENTENCE
table() {
  for way in cut close reset plain; do
    for place in $places quit-done; do echo "die-$place-$way 60 $1 $2 $3 $4: $place-$way"; done
  done
  echo "die-record-torn 60 $1 $2 $3 $4: record-torn"
}

# After QUIT the server may have deleted before the connection failed. If it fails after a message while more
# commands are in flight, the same run tries again with one command at a time, which succeeds; a reset may lose the
# message. A server that hangs up at CAPA is not asked again.
table 75 - 4 'a failed connection loses nothing' | awk '
  $1 ~ /-quit-done-/ { $4 = 4; $5 = 0 }
  $1 ~ /^die-capa-(cut|close|reset|plain)$/ { $3 = 0; $4 = 4; $5 = 0 }
  $1 ~ /-(between|after-last)-(cut|close)|-after-last-plain/ { $3 = 0; $4 = 4; $5 = 0 }
  $1 ~ /-(between|after-last)-reset/ { $3 = "-:-"; $4 = $5 = "-" }
  { print }' >rows
play <rows
heal
table 0 4 0 'the next run fetches and deletes the rest' >rows
again <rows

# All messages that had arrived complete were kept, so the next run did not fetch them again.
fetched_once() {
  for place in between dele dele-middle dele-all quit quit-middle; do
    for way in cut close plain; do
      sed '1,/^\* honest/d' "die-$place-$way/transcript" >second
      case $place in
      between) [ "$(grep -c '^RETR' second)" -le 3 ] || { echo "$place-$way" && return 1; } ;;
      *) ! grep '^RETR' second || { echo "$place-$way" && return 1; } ;;
      esac
    done
  done
}
check 'complete messages are not fetched again' fetched_once

done_hostile
