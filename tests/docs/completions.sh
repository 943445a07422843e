#!/bin/sh
# Completions of bash, zsh and fish: they offer all commands, options and accounts, and nothing else.
# shellcheck disable=SC2317 # check runs them
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

PATH=$(dirname "$program"):$PATH
HOME=$work
export PATH HOME
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_DATA_HOME
umask 077
account() { printf 'account "%s" {\n  server = a\n  user = b\n  auth = external\n  deliver_to = "mbox:c"\n}\n' "$1"; }
mkdir -p "$work/.config/mailhaul"
for name in home work me@example.org; do account "$name"; done >"$work/.config/mailhaul/mailhaul.conf"
account other >"$work/other.conf"
account broken | sed 's/user/usr/' >"$work/broken.conf"
cd "$work" || exit 1

# ---- the right words ----

table 'struct command commands[]' "$source/src/cmd/cli.c" | sed -n 's/^[^"]*"\([a-z-]*\)".*/\1/p' >commands
table 'struct option options[]' "$source/src/cmd/command_line.c" | sed -n 's/^[^"]*"\([a-z-]*\)", \([a-z]*\)_argument.*/\1 \2/p' >long
sed -n 's/.*char letters\[\] = "[:+-]*\([^"]*\)".*/\1/p' "$source/src/cmd/command_line.c" | grep -o '[a-zA-Z]:*' >letters
# options_of COMMAND: prints the options that the command accepts. The program examines the command before it shows
# the help.
options_of() {
  while read -r name kind; do
    [ "$kind" = no ] || value='=5'
    ! "$program" "$1" "--$name${value:-}" --help >/dev/null 2>&1 || echo "--$name"
    value=''
  done <long
  while read -r letter; do
    ! "$program" "$1" "-$(echo "$letter" | tr : x)" --help >/dev/null 2>&1 || printf '%s\n' "-${letter%:}"
  done <letters
}
while read -r command; do options_of "$command" | sort >"options-of-$command"; done <commands

# ---- the offered words ----

# The lines to be completed: for each command its options, and then these.
while read -r command; do echo "mailhaul $command -"; done <commands >lines
cat >>lines <<'END'
mailhaul 
mailhaul -
mailhaul ho
mailhaul fetch 
mailhaul list w
mailhaul home 
mailhaul status me@ex
mailhaul -c other.conf list 
mailhaul -v --config=other.conf o
mailhaul -qc other.conf o
mailhaul list -c ~/other.conf 
mailhaul -c broken.conf 
mailhaul -c oth
mailhaul --config=oth
mailhaul config --na
mailhaul --tls-key-log oth list w
mailhaul list --tls-key-log oth
mailhaul help 
mailhaul help ver
END
tail -n 19 lines >wanted-lines

# complete_SHELL: reads ./lines, and writes a line of words for each.
complete_bash() { xargs_lines python3 "$source/tests/support/complete_on_tty.py" bash "$source/completions/bash/mailhaul"; }
complete_zsh() { xargs_lines python3 "$source/tests/support/complete_on_tty.py" zsh "$source/completions/zsh"; }
xargs_lines() {
  while IFS= read -r line; do set -- "$@" "$line"; done <lines
  timeout 60 "$@"
}
# shellcheck disable=SC2016 # fish's own
complete_fish() {
  LC_ALL=C.UTF-8 timeout 60 fish --no-config -c '
    source $argv[1]
    while read -l line
      echo (complete -C "$line" | string replace -r "\t.*" "" | sort -u)
    end <lines' "$source/completions/fish/mailhaul.fish"
}

# words N: prints the words offered for the N-th line, one per line, without the text after "=".
words() { sed -n "${1}p" offered | tr ' ' '\n' | sed '/^$/d; s/=.*//' | sort -u; }
options_are_offered() {
  number=0 code=0
  while read -r command; do
    number=$((number + 1))
    words "$number" >offered-options
    same "mailhaul $command" "options-of-$command" "the completion of $command" offered-options || code=1
  done <commands
  return "$code"
}
first=$(($(wc -l <commands)))
# offers N WORD...: the words for the N-th of the lines above are these.
offers() {
  words $((first + $1)) >got
  _line=$(sed -n "$1p" wanted-lines) && shift
  printf '%s\n' "$@" | sed '/^$/d' | sort >want
  cmp -s got want || { echo "for \"$_line\" there is: $(tr '\n' ' ' <got)" && return 1; }
}
commands_and_accounts() { { cat commands && printf '%s\n' home work me@example.org; } | sort >want-all; words $((first + 1)) | diff want-all -; }
commands_alone() { sort commands >want-all; words $((first + 12)) | diff want-all -; }
commands_follow_help() { sort commands >want-all; words $((first + 18)) | diff want-all -; }
fetch_options() { words $((first + 2)) | diff options-of-fetch -; }
a_file() {
  words $((first + $1)) >got
  grep -qE '^(other\.conf|--config)$' got || { cat got && return 1; }
}

for shell in bash zsh fish; do
  if ! command -v "$shell" >/dev/null 2>&1; then
    skip "$shell completes commands, options and accounts" "$shell is not installed"
    continue
  fi
  "complete_$shell" >offered 2>errors || { cat errors offered && bail "$shell does not complete"; }
  check "$shell completes the options of each command and no others" options_are_offered
  check "$shell completes commands and accounts as the first word" commands_and_accounts
  check "$shell completes the options of fetch if no command is named" fetch_options
  check "$shell completes only names with the typed beginning" offers 3 home
  check "$shell completes only accounts after a command" offers 4 home me@example.org work
  check "$shell completes a partial account name" offers 5 work
  check "$shell completes further accounts after an account" offers 6 home me@example.org work
  check "$shell completes a name with an @" offers 7 me@example.org
  check "$shell reads accounts from the file named with -c" offers 8 other
  check "$shell reads accounts from the file named with --config=" offers 9 other
  check "$shell reads accounts from the file named with -qc" offers 10 other
  check "$shell expands ~ in the name of the configuration" offers 11 other
  check "$shell completes commands if the configuration is wrong" commands_alone
  check "$shell completes file names after -c" a_file 13
  check "$shell completes file names after --config=" a_file 14
  check "$shell completes an option" offers 15 --names
  check "$shell does not take a file name for a command" offers 16 work
  check "$shell completes file names after --tls-key-log=" a_file 17
  check "$shell completes commands after help" commands_follow_help
  check "$shell completes a partial command after help" offers 19 verify
done

done_testing
