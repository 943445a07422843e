#!/bin/sh
# Examples in the documents work unchanged: configurations are valid, scripts are valid shell, and commands use
# existing options.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"
# shellcheck source=tests/docs/blocks.sh
. "$source/tests/docs/blocks.sh"
umask 077
HOME=$work
export HOME
unset XDG_CONFIG_HOME XDG_STATE_HOME
command_options | sed '/^$/d' >"$work/options"

# An account that completes a file.
account='account "other" {
  server = "pop.example.org" user = "me" password_command = {"true"} deliver_to = "pipe"
  deliver_command = {"true"}
}'

# is_understood FILE: whether the program accepts it as a configuration. It is asked for an account that does not
# exist, so that it does nothing more. Included files are created.
is_understood() {
  directory=$(dirname "$1")
  included=0
  for file in $(sed -n 's/^[[:space:]]*include("\(.*\)").*/\1/p' "$1"); do
    included=$((included + 1))
    printf '%s\n' "$account" | sed "s/other/included-$included/" >"$directory/$file"
  done
  status=0
  "$program" -c "$1" nosuchaccount >"$work/said" 2>&1 || status=$?
  cat "$1" "$work/said"
  [ "$status" -eq 64 ] && grep -q 'there is no account .*nosuchaccount' "$work/said"
}

# completed FILE: prints a part of an account, with the missing lines.
completed() {
  echo 'account "example" {'
  echo 'server = "pop.example.org"'
  echo 'user = "me"'
  grep -q password "$1" || echo 'password_command = {"true"}'
  grep -q deliver_to "$1" || echo 'deliver_to = "maildir:Mail"'
  cat "$1"
  echo '}'
}

is_understood_in_an_account() {
  completed "$1" >"$1.whole"
  is_understood "$1.whole"
}

is_shell() { sh -n "$1"; }

is_crontab() {
  cat "$1"
  ! grep -Evq '^([0-9*/,-]+[[:space:]]+){5}/[^[:space:]]+' "$1"
}

# has_right_options FILE: checks the options after each "mailhaul" that is used as a command in it.
has_right_options() {
  awk '
    { n = split($0, word, /[[:space:]]+/); command = 0
      for (i = 1; i <= n; i++) {
        if (word[i] ~ /(^|\/)mailhaul$/) command = 1
        else if (word[i] ~ /^[|&;>]/) command = 0
        else if (command && word[i] ~ /^--/) { sub(/=.*/, "", word[i]); print substr(word[i], 2) }
        else if (command && word[i] ~ /^-./)
          for (k = 2; k <= length(word[i]); k++) print substr(word[i], k, 1)
      } }' "$1" >"$work/used"
  cat "$1"
  unknown=$(grep -Fvxf "$work/options" "$work/used")
  [ -z "$unknown" ] || { echo "no such option: $unknown" && return 1; }
}

# try DOCUMENT DIRECTORY: runs a test for each block of it.
try() {
  configurations=0
  for block in $(cd "$2" && printf '%s\n' * | sort -n); do
    kind=${block##*.}
    line=${block%.*}
    block=$2/$block
    case $kind in
      conf)
        check "the configuration at line $line of $1 is valid" is_understood "$block"
        configurations=$((configurations + 1))
        ;;
      account) check "the options at line $line of $1 are valid" is_understood_in_an_account "$block" ;;
      shell) check "the script at line $line of $1 is valid shell" is_shell "$block" ;;
      crontab) check "the crontab line at line $line of $1 is valid" is_crontab "$block" ;;
      output | text) ;;
      *) not_ok "a comment says what the example at line $line of $1 is (found: $kind)" ;;
    esac
    case $kind in
      shell | crontab | text)
        ! grep -Eq '(^|[ /])mailhaul( |$)' "$block" ||
          check "the commands at line $line of $1 have existing options" has_right_options "$block"
        ;;
    esac
  done
}

for page in "$command_page" "$json_page" "$configuration_page"; do
  name=$(basename "$page")
  mkdir "$work/$name"
  cut_page "$page" "$work/$name"
  try "$name" "$work/$name"
done
check 'mailhaul.conf(5) has more than five complete configurations' [ "$configurations" -gt 5 ]

mkdir "$work/README"
cut_text "$source/README" "$work/README"
try README "$work/README"
check 'README has a configuration' [ "$configurations" -gt 0 ]

# The program has been given each of these configurations above.
providers_have_recipes() {
  code=0
  for server in pop.gmail.com outlook.office365.com pop.mail.yahoo.com pop.fastmail.com pop.gmx.net; do
    grep -qF "server = \"$server\"" "$work/mailhaul.conf.5"/*.conf || { echo "no configuration with $server" && code=1; }
  done
  [ "$(grep -lF 'server = "pop.gmail.com"' "$work/mailhaul.conf.5"/*.conf | wc -l)" -eq 2 ] ||
    { echo 'pop.gmail.com has no configurations for a password and for a token' && code=1; }
  return "$code"
}
check 'mailhaul.conf(5) has a configuration for each provider' providers_have_recipes
token_is_used() { grep -lF 'outlook.office365.com' "$work/mailhaul.conf.5"/*.conf | xargs grep -q '^ *token_command = '; }
check 'the recipe for Outlook.com, which requires a token, has a token_command' token_is_used

example=$source/conf/mailhaul.cron.example
sed -n 's/^#*\([0-9*].*\)/\1/p' "$example" >"$work/crontab"
check 'the crontab lines of conf/mailhaul.cron.example are valid' is_crontab "$work/crontab"
check 'conf/mailhaul.cron.example has at least three crontab lines' [ "$(wc -l <"$work/crontab")" -gt 2 ]
check 'the commands in it have existing options' has_right_options "$work/crontab"
others() { ! sed -e '/^#/d' -e '/^$/d' -e '/^[A-Z]*=/d' "$example" | grep -Fvxf "$work/crontab"; }
check 'the other lines in it are comments and variables' others

example=$source/conf/mailhaul.conf.example
cp "$example" "$work/example.conf"
chmod 600 "$work/example.conf"
check 'conf/mailhaul.conf.example is valid' is_understood "$work/example.conf"
sed 's/^\( *\)#\([a-z_]* = \)/\1\2/' "$example" >"$work/everything.conf"
check 'conf/mailhaul.conf.example has more than five lines that are commented out' test "$(diff "$example" "$work/everything.conf" | grep -c '^>')" -gt 5
check 'it is valid with these lines' is_understood "$work/everything.conf"

done_testing
