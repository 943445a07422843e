#!/bin/sh
# The scripts, commands and crontab lines of the manuals, README and conf/ run as they are printed: with all accounts up,
# and with one account down. Only paths outside the home directory are replaced.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
SOURCE=$(cd "$E2E_DIR/../.." && pwd)
# shellcheck source=tests/docs/blocks.sh
. "$SOURCE/tests/docs/blocks.sh"

# ---- a home with four accounts ----

mkdir -p mail bin backup .config/mailhaul
letters 1 3
serve --dir mail
DOWN_PORT=$(free_ports 1)
fresh_configuration
rm mailhaul.conf.in
for name in work archive inbox home; do
  if [ "$name" = home ]; then port=$DOWN_PORT; else port=@PORT@; fi
  SERVER_PORT=$port CA_FILE="$WORK/certs/ca.pem" configure "$name" "deliver_to = \"maildir:~/Mail/$name\""
done
write_configuration
mv mailhaul.conf .config/mailhaul/mailhaul.conf
chmod 600 .config/mailhaul/mailhaul.conf
sed 's,~/Mail,~/Trial,' .config/mailhaul/mailhaul.conf >try.conf
{
  echo 'state_dir = "~/backup/mailhaul"'
  sed 's,~/Mail,~/backup/Mail,' .config/mailhaul/mailhaul.conf
} >backup/mailhaul.conf
openssl x509 -in certs/server.pem -out cert.pem
ln -s "$MAILHAUL" bin/mailhaul
# Programs that would change the machine, or need an account elsewhere, only note how they are called.
for name in systemctl journalctl oama secret-tool pass; do
  printf '#!/bin/sh\necho "%s $*" >>"%s/called"\n' "$name" "$WORK" >"bin/$name"
  chmod 700 "bin/$name"
done

# The server of the account "home".
start_home() { start_server home.port "$POP3_SERVER" --cert-dir certs --user me --password 'pass word' --port "$DOWN_PORT" --port-file home.port --dir mail; }
stop_home() { kill "$STARTED" && wait "$STARTED" 2>/dev/null || :; }

# ---- running an example ----

# here FILE: replaces the paths outside the home directory.
here() { sed -e "s,/mnt/backup,$WORK/backup,g" -e "s,/usr/local/bin/mailhaul,$WORK/bin/mailhaul,g" "$1"; }

# run_shell FILE: runs a script as the user does.
run_shell() {
  STATUS=0
  here "$1" >script
  # shellcheck disable=SC2094 # the script does not read its own name
  (cd "$HOME" && PATH=$WORK/bin:$PATH exec sh ./script >out 2>err </dev/null) || STATUS=$?
}

# run_cron LINE: runs the command of a line as cron does.
run_cron() {
  STATUS=0
  printf '%s\n' "$1" >line
  command=$(here line | awk '{ sub(/^#/, ""); for (i = 1; i <= 5; i++) sub(/^[^[:space:]]+[[:space:]]+/, ""); print }')
  env -i HOME="$HOME" LOGNAME=me SHELL=/bin/sh PATH=/usr/bin:/bin ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
    /bin/sh -c "$command" >out 2>err </dev/null || STATUS=$?
}

# expected FILE: prints the exit status of an example that ends otherwise than with 0 while the account "home" is down.
expected() {
  if grep -q -- '--fail=' "$1"; then
    echo 2
  elif grep -q '^mailhaul -c ~/try.conf' "$1" || grep -qx 'mailhaul' "$1" || grep -qx 'mailhaul --dry-run' "$1"; then
    echo 107
  elif grep -qx 'mailhaul check' "$1"; then
    echo 75
  else
    echo 0
  fi
}

# needs FILE: prints the program that an example needs and that is missing.
needs() {
  for program in jq rsync sqlite3 openssl; do
    ! grep -q "\\b$program\\b" "$1" || command -v "$program" >/dev/null || echo "$program"
  done
}

# runs FILE WANTED: runs a script; its exit status is WANTED, and no shell or program complains.
runs() {
  run_shell "$1"
  exits "$2" && ! grep -E 'not found|[Ss]yntax error|usage:|there is no (option|account)' err
}

# cron_is_quiet FILE up|down: runs the lines of a crontab. With all accounts up they print nothing; else only what
# concerns the account that is down.
cron_is_quiet() {
  grep -E '^#?[0-9*]' "$1" >lines
  [ -s lines ] || return 1
  while IFS= read -r line; do
    run_cron "$line"
    echo "$line"
    if [ "$2" = up ]; then
      silent || return 1
    else
      [ ! -s out ] && ! grep -v '^mailhaul: home: ' err || { show && return 1; }
    fi
  done <lines
}

# try_all up|down: runs all blocks that were cut out.
try_all() {
  for block in blocks/*; do
    name=${block#blocks/}
    kind=${name##*.}
    wanted=0
    [ "$1" = up ] || wanted=$(expected "$block")
    missing=$(needs "$block")
    case $1 in
      up) title="the example at $name runs with all accounts up" ;;
      down) title="the example at $name runs with one account down" ;;
    esac
    if [ "$kind" = crontab ]; then
      check "$title" cron_is_quiet "$block" "$1"
    elif [ -n "$missing" ]; then
      skip "$title" "there is no $missing here"
    else
      check "$title" runs "$block" "$wanted"
    fi
  done
}

# ---- the examples ----

mkdir blocks cut
for page in mailhaul.1 mailhaul.conf.5 mailhaul-json.5; do
  mkdir "cut/$page"
  cut_page "$SOURCE/man/$page" "cut/$page"
  for block in "cut/$page"/*.shell "cut/$page"/*.crontab; do
    [ ! -e "$block" ] || cp "$block" "blocks/$page-${block##*/}"
  done
done
mkdir cut/README
cut_text "$SOURCE/README" cut/README
for block in cut/README/*.text; do
  # Tables and output are not commands. The build is run by make check-fresh.
  sed 's/^ *//' "$block" >stripped
  if grep -q '[^ ]   *[^ ]' stripped; then
    continue
  elif grep -Eq '^([0-9*/]+ ){5}/' stripped; then
    cp stripped "blocks/README-$(basename "$block" .text).crontab"
  elif grep -Eq '^(mailhaul|mkdir|systemctl)( |$)' stripped; then
    cp stripped "blocks/README-$(basename "$block" .text).shell"
  fi
done
cp "$SOURCE/conf/mailhaul.cron.example" blocks/mailhaul.cron.example.crontab
check 'there are more than 20 examples' [ "$(find blocks -type f | wc -l)" -gt 20 ]

# README's commands that copy the example have to leave this configuration alone.
copies_example() {
  (
    cd "$SOURCE" || exit 1
    HOME=$WORK/new
    mkdir -p "$HOME" && grep -hE '^(mkdir|cp|chmod) ' "$WORK"/blocks/README-*.shell |
      sed "s,/usr/local/share/doc/mailhaul/,$SOURCE/conf/," >"$WORK/copy" && sh -e "$WORK/copy"
  ) && cmp "$SOURCE/conf/mailhaul.conf.example" new/.config/mailhaul/mailhaul.conf
}
check "README's commands copy the example configuration" copies_example
for block in blocks/README-*.shell; do
  ! grep -q '^cp ' "$block" || rm "$block"
done

start_home
printf 'mailhaul\n' >first
run_shell first
check 'a first run succeeds' exits 0
try_all up
backup_has() { [ "$(find backup/Mail -type f | wc -l)" -eq "$1" ] && ls backup/mailhaul/work.db; }
check 'the backup script copies mail and state' backup_has 12
printf 'mailhaul verify -q -c ~/backup/mailhaul.conf\n' >first
run_shell first
check 'the backup is complete' eval 'exits 0 && silent'

stop_home
letter mail/4
try_all down
check 'the backup script copies the new mail of the other accounts' backup_has 15

# An account that was down from the beginning has neither mail nor state.
rm -rf .local Mail backup/Mail backup/mailhaul
for block in blocks/*; do
  ! grep -q rsync "$block" || check 'the backup script runs if one account has never been fetched' runs "$block" 0
done
check 'it copies the mail of the other accounts' backup_has 12

done_testing
