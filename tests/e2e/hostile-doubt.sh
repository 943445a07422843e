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
doubt-moves 60 76 5 1 an incomplete message stays on the server
TABLE
  moves "$way" <rows >rows.moved
  play <rows.moved
  case $way in
  renumbered)
    switch renumbered renumbered
    for_both <<'TABLE'
doubt-moves 60 0 5 1 an incomplete message stays on the server under another UID
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
doubt-moves 60 0 - 2 a session without the message in its listing forgets nothing
TABLE
    moves "$way" <rows >rows.moved
    again <rows.moved
    for plain in '' -plain; do rm "doubt-moves$plain@$way/hidden"; done
    LEAVE=no
    if [ "$way" = resized ]; then
      switch resized whole
      for plain in '' -plain; do grow "doubt-moves$plain@resized"; done
      for_both <<'TABLE'
doubt-moves 60 0 7 0 a message that returns with another size is fetched again, and deleted when complete
TABLE
      moves resized <rows >rows.moved
      again <rows.moved
    else
      for_both <<'TABLE'
doubt-moves 60 0 - 1 a message that returns is not deleted
TABLE
      moves away <rows >rows.moved
      again <rows.moved
    fi
    ;;
  esac
done

for_both <<'TABLE'
doubt-made 60 76 5 1 an incomplete message without a UID stays on the server
TABLE
play <rows
for plain in '' -plain; do rm -r "doubt-made$plain/state"; done
for_both <<'TABLE'
doubt-made 60 0 5 1 an incomplete message without a UID stays on the server when the state is lost
TABLE
again <rows

PARTIAL=12
for_both <<'TABLE'
doubt-cut-anywhere 60 76:11 12 12 messages that are all truncated at different places stay on the server
doubt-cut-at-8000  60 76:11 12 12 messages that are all truncated at the same place stay on the server
TABLE
play <rows
PARTIAL=6
for_both <<'TABLE'
doubt-first-six 60 76:6 30 6 only the first six messages are truncated, and they stay on the server
TABLE
play <rows
PARTIAL=0

MORE='max_message_size = 1M'
for_both <<'TABLE'
passing-breaks  60 75 - - without UIDL and TOP, a message breaks the connection
passing-endless 60 76 4 1 without UIDL and TOP, a message is endless
TABLE
play <rows
for_both <<'TABLE'
passing-breaks  60  0 5 0 the next run fetches the other messages first, and deletes them
passing-endless 60  0 4 1 the next run does not request the endless message
TABLE
again <rows

# Both copies of a message that was fetched again, and an earlier state.
MORE='' LEAVE=forever PARTIAL=1
play <<'TABLE'
doubt-moves@old 60 76 5 5 an incomplete message is stored
TABLE
cp -r doubt-moves@old/state state.old
touch doubt-moves@old/whole && grow doubt-moves@old
again <<'TABLE'
doubt-moves@old 60 0 6 5 it is fetched again when complete
TABLE
rm -r doubt-moves@old/state
cp -r state.old doubt-moves@old/state
again <<'TABLE'
doubt-moves@old 60 0 6 5 it is not fetched again with the earlier state
TABLE

# Mail that the server keeps although it was deleted, with all its capabilities, and without TOP, UIDL or both. It
# is recognized by its header or byte by byte, until the server is fixed and deletes it.
MORE='' PARTIAL=0 LEAVE=no
rows_of() { # WAY STATUS FORM... <KINDS
  _way=$1 _status=$2 && shift 2
  while read -r _kind; do
    for _form; do echo "stays-$_way-$_kind$_form 60 $_status 5 5 $_way, $_kind$_form"; done
  done
}
{
  printf '%s\n' dated alike ids | rows_of cut 75 '' -notop -nouidl -none
  printf '%s\n' dated alike ids | rows_of refused 76 '' -notop -nouidl -none
  printf '%s\n' dated alike ids | rows_of 'done' 0 '' -notop
  echo ids | rows_of 'done' 0 -nouidl
} >stays
for_both <stays
sed 's/ 5 5 / 5 5 messages are fetched: /' rows >rows.first
play <rows.first
# Without an answer to QUIT that says they are gone, nothing is reported about it; otherwise it is reported once.
sed 's/ 5 5 / 5 5 a second run stores nothing again: /; /^stays-done/s/ 60 0 / 60 0:1 /' rows >rows.again
again <rows.again
sed 's/ 5 5 / 5 5 a third run stores nothing again: /' rows >rows.again
again <rows.again
heal
awk '{ $3 = 0; $5 = 0; $6 = "a fixed server deletes the messages: " $6; print }' rows >rows.again
again <rows.again

retrieved() { [ "$(grep -c '^RETR' "$1/transcript")" = "$2" ]; }
check 'messages with a unique header are not retrieved again' retrieved stays-cut-ids 5
# Five when they arrive, then five in each run. In the two that break at QUIT, a session that deletes fewer takes
# three of them.
check 'messages with the same header are compared byte by byte' retrieved stays-cut-alike 26

# Neither UIDL nor TOP, and sessions that break off.
for_both <<'TABLE'
stays-retr-3-dated 60 75 - 5 without UIDL and TOP, the connection is cut at RETR
stays-retr-3-ids   60 75 - 5 without UIDL and TOP, the connection is cut at RETR of messages of one size
stays-dele-3-dated 60 75 5 5 without UIDL and TOP, the connection is cut at DELE
stays-dele-3-ids   60 75 5 5 without UIDL and TOP, the connection is cut at DELE of messages of one size
stays-dele-5-dated 60 75 5 5 without UIDL and TOP, the connection is cut at the last DELE
TABLE
titled 'the break is reported' <rows >rows.first
play <rows.first
awk '{ $3 = "-:-"; $4 = $5 = "-"; $6 = "a second run: " $6; print }' rows >rows.again
again <rows.again
heal
awk '{ $3 = 0; $4 = 5; $5 = 0; $6 = "all messages are delivered once and deleted: " $6; print }' rows >rows.again
again <rows.again

# A second message with the same text is a message of its own, as is another text under an earlier UID.
same_again() { cp "$1/mail/0001" "$1/mail/0006" && cp "$1/expect/0001" "$1/expect/0006"; }
for_both <<'TABLE'
stays-cut-alike@twice      60 75 5 5 messages are fetched and stay on the server
stays-cut-alike-none@twice 60 75 5 5 messages are fetched and stay on a server without UIDL and TOP
reused                     60 75 5 5 messages are fetched and stay on a server that reuses a UID
TABLE
sed 's/@twice-plain/-plain@twice/' rows >rows.twice
play <rows.twice
for directory in $(awk '!/^reused/ { print $1 }' rows.twice); do same_again "$directory"; done
for directory in reused reused-plain; do
  cp "$directory/mail/0003" two && sed 's/0003/0009/' two >"$directory/mail/0003"
  tr -d '\r' <"$directory/mail/0003" >"$directory/expect/0009"
done
heal
awk '{ $3 = 0; $4 = 6; $5 = 0; $6 = "a new message with an old text or an old UID is fetched: " $6; print }' rows.twice >rows.again
again <rows.again

# Other UIDs, other sizes, both, or no UIDL in one session; and a gateway that adds fields to RETR's answer but not
# to TOP's. If nothing is unchanged, nothing can be recognized.
for_both <<'TABLE'
moves-dated   60 0 5 5 messages without Message-ID
moves-alike   60 0 5 5 messages that all have the same header
moves-ids     60 0 5 5 messages with unique headers
moves-scanned 60 0 5 5 messages to which a gateway adds a field
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
  titled 'the messages are fetched' <"rows.$table" >rows.first
  play <rows.first
  for directory in $(awk '{ print $1 }' "rows.$table"); do
    case $directory in
    *@both) touch "$directory/renumbered" "$directory/resized" ;;
    *) touch "$directory/${directory#*@}" ;;
    esac
  done
  titled 'the messages are known' <"rows.$table" >rows.again
  again <rows.again
  again <rows.again
  for directory in $(awk '{ print $1 }' "rows.$table"); do
    rm -f "$directory/renumbered" "$directory/resized" "$directory/unlisted" "$directory/hidden"
  done
  titled 'the messages are known when the server is as before' <"rows.$table" >rows.again
  again <rows.again
done

# If other messages are unchanged, the text of a vanished message is a new message.
PARTIAL=0
for_both <<'TABLE'
moves-alike 60 0 5 5 messages with the same header are fetched
TABLE
play <rows
for directory in moves-alike moves-alike-plain; do
  mv "$directory/mail/0002" "$directory/mail/0006" && cp "$directory/expect/0002" "$directory/expect/0006"
done
for_both <<'TABLE'
moves-alike 60 0 6 5 a message with the text of one that is gone is fetched
TABLE
again <rows
check 'it is retrieved only once' retrieved moves-alike 6

# If answers to RETR are swapped, a new message is not mistaken for a missing one whose size has changed.
for_both <<'TABLE'
moves-swapped 60 0 5 5 messages are fetched before the replies are swapped
TABLE
play <rows
for directory in moves-swapped moves-swapped-plain; do
  sed 's/0005/0009/' "$directory/mail/0005" >"$directory/mail/0006" && tr -d '\r' <"$directory/mail/0006" >"$directory/expect/0006"
  touch "$directory/renumbered" "$directory/resized" "$directory/swapped"
done
for_both <<'TABLE'
moves-swapped 60 76 6 6 a new message is fetched although RETR swaps its reply with another one
TABLE
again <rows
LEAVE=no

# A message that does not fit on the disk does not prevent the others from arriving.
printf '#!/bin/sh\nulimit -f 2000\nexec "%s" "$@"\n' "$MAILHAUL" >limited && chmod +x limited
MAILHAUL=$WORK/limited PARTIAL=0 LEAVE=no
play <<'TABLE'
doubt-disk 60 74 - - a message larger than the file size limit is a storage failure
TABLE
check 'the message that cannot be stored is reported' grep -q '^mailhaul: a: store: message 2 (UID uid-0002) of 2[0-9]* bytes cannot be stored: ' doubt-disk/err
again <<'TABLE'
doubt-disk 60 74 4 - the next run fetches the other messages
TABLE

done_hostile
