#!/bin/sh
# A message whose size differed from the one the server gave stays in doubt, whatever changes around it.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

both() { awk -v form="$1" '{ name = $1; $1 = ""; print name form $0 form }'; }
for_both() {
  cat >one
  both '' <one >rows
  both -plain <one >>rows
}
switch() { for _plain in '' -plain; do touch "doubt-moves$_plain@$1/$2"; done; }
# new_mail DIRECTORY: adds a message. grow DIRECTORY: adds a line to the second message.
new_mail() {
  printf 'Subject: six\r\nMessage-ID: <6@example.org>\r\n\r\nsix\r\n' >"$1/mail/0006" && tr -d '\r' <"$1/mail/0006" >"$1/expect/0006"
}
grow() { printf 'more\r\n' >>"$1/mail/0002" && printf 'more\n' >>"$1/expect/0002"; }
# The directory's "@" follows the part that distinguishes the forms.
moves() { awk -v way="$1" '{ sub(/^doubt-moves(-plain)?/, "&@" way); print }'; }

PARTIAL=1
for way in renumbered away resized; do
  for_both <<'TABLE'
doubt-moves 10 76 5 1 a message that comes short stays on the server
TABLE
  moves "$way" <rows >rows.moved
  play <rows.moved
  case $way in
  renumbered)
    switch renumbered renumbered
    for_both <<'TABLE'
doubt-moves 10 0 5 1 under another UID, too
TABLE
    moves renumbered <rows >rows.moved
    again <rows.moved
    ;;
  *)
    # Adds another message, so that the listing is not empty.
    for plain in '' -plain; do new_mail "doubt-moves$plain@$way"; done
    switch "$way" hidden
    LEAVE=forever
    for_both <<'TABLE'
doubt-moves 10 0 - 2 a session does not list it
TABLE
    moves "$way" <rows >rows.moved
    again <rows.moved
    for plain in '' -plain; do rm "doubt-moves$plain@$way/hidden"; done
    LEAVE=no
    if [ "$way" = resized ]; then
      switch resized whole
      for plain in '' -plain; do grow "doubt-moves$plain@resized"; done
      for_both <<'TABLE'
doubt-moves 10 0 7 0 back with another size, it is asked for again, and deleted when all of it is here
TABLE
      moves resized <rows >rows.moved
      again <rows.moved
    else
      for_both <<'TABLE'
doubt-moves 10 0 - 1 and when it is back, it is not deleted
TABLE
      moves away <rows >rows.moved
      again <rows.moved
    fi
    ;;
  esac
done

for_both <<'TABLE'
doubt-made 10 76 5 1 a message without UID that comes short stays on the server
TABLE
play <rows
for plain in '' -plain; do rm -r "doubt-made$plain/state"; done
for_both <<'TABLE'
doubt-made 10 0 5 1 also when the state is lost
TABLE
again <rows

PARTIAL=12
for_both <<'TABLE'
doubt-cut-anywhere 10 76:11 12 12 messages that are all cut, each in another place, stay on the server
doubt-cut-at-8000  10 76:11 12 12 and so do those that are cut in the same place
TABLE
play <rows
PARTIAL=6
for_both <<'TABLE'
doubt-first-six 10 76:6 30 6 what the first messages excuse, those after them do not
TABLE
play <rows
PARTIAL=0

MORE='max_message_size = 1M'
for_both <<'TABLE'
passing-breaks  10 75 - - without UIDL and TOP, a message breaks the connection
passing-endless 10 76 4 1 and one has no end
TABLE
play <rows
for_both <<'TABLE'
passing-breaks  10  0 5 0 the others arrive first, and are deleted
passing-endless 10  0 4 1 and it is left alone
TABLE
again <rows

# Both copies of a message that was fetched again, and an earlier state.
MORE='' LEAVE=forever PARTIAL=1
play <<'TABLE'
doubt-moves@old 10 76 5 5 a message that comes short is stored
TABLE
cp -r doubt-moves@old/state state.old
touch doubt-moves@old/whole && grow doubt-moves@old
again <<'TABLE'
doubt-moves@old 10 0 6 5 and fetched again when all of it comes
TABLE
rm -r doubt-moves@old/state
cp -r state.old doubt-moves@old/state
again <<'TABLE'
doubt-moves@old 10 0 6 5 but not once more with the state of before
TABLE

# Mail that the server keeps although it was deleted, with all its capabilities, and without TOP, UIDL or both. It
# is recognized by its header or byte by byte, until the server is fixed and deletes it.
MORE='' PARTIAL=0 LEAVE=no
rows_of() { # WAY STATUS FORM... <KINDS
  _way=$1 _status=$2 && shift 2
  while read -r _kind; do
    for _form; do echo "stays-$_way-$_kind$_form 10 $_status 5 5 $_way, $_kind$_form"; done
  done
}
{
  printf '%s\n' dated alike ids | rows_of cut 75 '' -notop -nouidl -none
  printf '%s\n' dated alike ids | rows_of refused 76 '' -notop -nouidl -none
  printf '%s\n' dated alike ids | rows_of 'done' 0 '' -notop
  echo ids | rows_of 'done' 0 -nouidl
} >stays
for_both <stays
sed 's/ 5 5 / 5 5 messages stay on the server: /' rows >rows.first
play <rows.first
# Without an answer to QUIT that says they are gone, nothing is reported about it; otherwise it is reported once.
sed 's/ 5 5 / 5 5 not stored again by a second run: /; /^stays-done/s/ 10 0 / 10 0:1 /' rows >rows.again
again <rows.again
sed 's/ 5 5 / 5 5 nor by a third: /' rows >rows.again
again <rows.again
heal
awk '{ $3 = 0; $5 = 0; $6 = "and then deleted: " $6; print }' rows >rows.again
again <rows.again

retrieved() { [ "$(grep -c '^RETR' "$1/transcript")" = "$2" ]; }
check 'headers that tell are enough' retrieved stays-cut-ids 5
# Five when they arrive, then five in each run. In the two that break at QUIT, a session that deletes fewer takes
# three of them.
check 'others are compared octet for octet' retrieved stays-cut-alike 26

# Neither UIDL nor TOP, and sessions that break off.
for_both <<'TABLE'
stays-retr-3-dated 10 75 - 5 neither UIDL nor TOP: a cut at RETR
stays-retr-3-ids   10 75 - 5 the same, and all messages have one size
stays-dele-3-dated 10 75 5 5 a cut at DELE
stays-dele-3-ids   10 75 5 5 the same, and all messages have one size
stays-dele-5-dated 10 75 5 5 a cut at the last DELE
TABLE
play <rows
awk '{ $3 = "-:-"; $4 = $5 = "-"; $6 = "a second time: " $6; print }' rows >rows.again
again <rows.again
heal
awk '{ $3 = 0; $4 = 5; $5 = 0; $6 = "then all are here once, and deleted: " $6; print }' rows >rows.again
again <rows.again

# A second message with the same text is a message of its own, as is another text under an earlier UID.
same_again() { cp "$1/mail/0001" "$1/mail/0006" && cp "$1/expect/0001" "$1/expect/0006"; }
for_both <<'TABLE'
stays-cut-alike@twice      10 75 5 5 messages stay on the server
stays-cut-alike-none@twice 10 75 5 5 the same without UIDL and TOP
reused                     10 75 5 5 the same
TABLE
sed 's/@twice-plain/-plain@twice/' rows >rows.twice
play <rows.twice
for directory in $(awk '!/^reused/ { print $1 }' rows.twice); do same_again "$directory"; done
for directory in reused reused-plain; do
  cp "$directory/mail/0003" two && sed 's/0003/0009/' two >"$directory/mail/0003"
  tr -d '\r' <"$directory/mail/0003" >"$directory/expect/0009"
done
heal
awk '{ $3 = 0; $4 = 6; $5 = 0; $6 = "a new message with an old text or UID is fetched: " $6; print }' rows.twice >rows.again
again <rows.again

# Other UIDs, other sizes, both, or no UIDL in one session; and a gateway that adds fields to RETR's answer but not
# to TOP's. If nothing is unchanged, nothing can be recognized.
for_both <<'TABLE'
moves-dated   10 0 5 5 messages stay on the server
moves-alike   10 0 5 5 all with the same header
moves-ids     10 0 5 5 with headers that tell
moves-scanned 10 0 5 5 through a gateway
TABLE
for way in renumbered resized both unlisted hidden; do
  awk -v way="$way" 'way == "both" && /scanned/ { next } { $1 = $1 "@" way; $6 = way ": " $6; print }' rows
done >rows.moved
grep -v scanned rows.moved >rows.honest
grep scanned rows.moved >rows.scanned
LEAVE=forever
for table in honest scanned; do
  # The gateway's text is not on the server.
  [ "$table" = honest ] || PARTIAL=5
  play <"rows.$table"
  for directory in $(awk '{ print $1 }' "rows.$table"); do
    case $directory in
    *@both) touch "$directory/renumbered" "$directory/resized" ;;
    *) touch "$directory/${directory#*@}" ;;
    esac
  done
  awk '{ $6 = "known: " $6; print }' "rows.$table" >rows.again
  again <rows.again
  again <rows.again
  for directory in $(awk '{ print $1 }' "rows.$table"); do
    rm -f "$directory/renumbered" "$directory/resized" "$directory/unlisted" "$directory/hidden"
  done
  awk '{ $6 = "and when it is as before: " $6; print }' "rows.$table" >rows.again
  again <rows.again
done

# If other messages are unchanged, the text of a vanished message is a new message.
PARTIAL=0
for_both <<'TABLE'
moves-alike 10 0 5 5 messages stay on the server
TABLE
play <rows
for directory in moves-alike moves-alike-plain; do
  mv "$directory/mail/0002" "$directory/mail/0006" && cp "$directory/expect/0002" "$directory/expect/0006"
done
for_both <<'TABLE'
moves-alike 10 0 6 5 the text of one that has gone is a new message
TABLE
again <rows
check 'and is not retrieved to be compared' retrieved moves-alike 6

# If answers to RETR are swapped, a new message is not mistaken for a missing one whose size has changed.
for_both <<'TABLE'
moves-swapped 10 0 5 5 messages stay on the server
TABLE
play <rows
for directory in moves-swapped moves-swapped-plain; do
  sed 's/0005/0009/' "$directory/mail/0005" >"$directory/mail/0006" && tr -d '\r' <"$directory/mail/0006" >"$directory/expect/0006"
  touch "$directory/renumbered" "$directory/resized" "$directory/swapped"
done
for_both <<'TABLE'
moves-swapped 10 76 6 6 and a new one, of a size that nothing proves, is fetched though RETR brings it in the place of another one
TABLE
again <rows
LEAVE=no

# A message that does not fit on the disk does not prevent the others from arriving.
printf '#!/bin/sh\nulimit -f 2000\nexec "%s" "$@"\n' "$MAILHAUL" >limited && chmod +x limited
MAILHAUL=$WORK/limited PARTIAL=0 LEAVE=no
play <<'TABLE'
doubt-disk 10 74 - - a message that is larger than a file may be is a failure to store
TABLE
check 'the line names it' grep -q '^mailhaul: a: store: message 2 (UID uid-0002) of 2[0-9]* bytes cannot be stored: ' doubt-disk/err
again <<'TABLE'
doubt-disk 10 74 4 - the next run brings the others
TABLE

done_hostile
