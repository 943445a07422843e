#!/bin/sh
# A message that came with another size than the server gave stays in doubt whatever changes around it.
. "${srcdir:-.}/tests/e2e/hostile-lib.sh"

both() { awk -v form="$1" '{ name = $1; $1 = ""; print name form $0 form }'; }
for_both() {
  cat >one
  both '' <one >rows
  both -plain <one >>rows
}
switch() { for _plain in '' -plain; do touch "doubt-moves$_plain@$1/$2"; done; }
# new_mail FOLDER: a message more. grow FOLDER: the second message gets a line more.
new_mail() {
  printf 'Subject: six\r\nMessage-ID: <6@example.org>\r\n\r\nsix\r\n' >"$1/mail/0006" && tr -d '\r' <"$1/mail/0006" >"$1/expect/0006"
}
grow() { printf 'more\r\n' >>"$1/mail/0002" && printf 'more\n' >>"$1/expect/0002"; }
# The folder's "@" goes behind what tells the forms apart.
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
    # Another message, so that the listing is not empty.
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

# Both copies of a message that was fetched again, and the state of before.
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

# A message that does not fit on the disk keeps no others away.
printf '#!/bin/sh\nulimit -f 2000\nexec "%s" "$@"\n' "$MAILHAUL" >limited && chmod +x limited
MAILHAUL=$WORK/limited PARTIAL=0 LEAVE=no
play <<'TABLE'
doubt-disk 10 74 - - a message that is larger than a file may be is a failure to store
TABLE
check 'the line names it' grep -q '^mailhaul: a: store: message 2 (UID uid-0002) of 2[0-9]* octets cannot be stored: ' doubt-disk/err
again <<'TABLE'
doubt-disk 10 74 4 - the next run brings the others
TABLE

done_hostile
