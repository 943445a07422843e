#!/bin/sh
# The manual pages and --help describe everything that the program accepts and prints, and nothing else.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

"$program" --help >"$work/help" || bail '--help fails'

# ---- the configuration ----

table 'account_options[]' "$source/src/config/account_options.c" | sed -n 's/^[[:space:]]*{"\([a-z0-9_]*\)",.*/\1/p' \
  >"$work/account-options"
sed -n '/is_top_level(const char/,/^}/s/.*names\[\] = {\(.*\)};/\1/p' "$source/src/config/unknown_option.c" | tr -d '" ' |
  tr , '\n' >"$work/top-options"
sed -n 's/^\.It Ic \([a-z0-9_]*\).*/\1/p' "$configuration_page" >"$work/page-options"

options_are_documented() {
  cat "$work/top-options" "$work/account-options" >"$work/options"
  same 'the sources' "$work/options" 'mailhaul.conf(5)' "$work/page-options"
}
check 'mailhaul.conf(5) has every option of the configuration and no others' options_are_documented

each_once() {
  repeated=$(sort "$work/page-options" | uniq -d)
  [ -z "$repeated" ] || { echo "more than once: $repeated" && return 1; }
}
check 'mailhaul.conf(5) has each option once' each_once

in_order() {
  grep -Fxf "$work/account-options" "$work/page-options" >"$work/page-order"
  diff "$work/account-options" "$work/page-order"
}
check 'source and mailhaul.conf(5) have the account options in the same order' in_order

# entry OPTION: prints its text in mailhaul.conf(5), on one line.
entry() {
  awk -v option="$1" '
    /^\.It Ic / { inside = $3 == option; next }
    /^\.S[hs] / { inside = 0 }
    inside' "$configuration_page" | tr '\n' ' '
}

defaults_are_told() {
  code=0
  for option in $(grep -Evx 'account|defaults|include' "$work/page-options"); do
    entry "$option" | grep -Eq 'default|Required' || { echo "no word on the default of $option" && code=1; }
  done
  return "$code"
}
check 'each option has its default, or is marked as required' defaults_are_told

# default_is OPTION CONSTANT FILE: whether the page gives the constant's value, as a number or a time.
default_is() {
  value=$(sed -n "s/.*[^A-Z_]$2 = \([0-9]*\).*/\1/p" "$source/$3")
  [ -n "$value" ] || { echo "$2 is not in $3" && return 1; }
  minutes=$((value / 60))m
  entry "$1" | grep -Eq "default is ($value|${value}s|$minutes)\\." ||
    { echo "the default of $1 is not $value in mailhaul.conf(5)" && return 1; }
}

# Checks that the page gives the default of each option in the table.
initial_values_are_told() {
  table 'account_options[]' "$source/src/config/account_options.c" | tr -d '\n' | sed 's/},/}\n/g' |
    sed -n 's/.*{"\([a-z_]*\)".*\.initial = "\([^"]*\)".*/\1 \2/p' >"$work/initial"
  [ -s "$work/initial" ] || { echo 'no default was found' && return 1; }
  while read -r option value; do
    entry "$option" | grep -Eq "default is $value\\." || { echo "the default of $option is not $value" && return 1; }
  done <"$work/initial"
}
defaults_are_right() { default_is jobs SETTINGS_JOBS src/config/settings.h && initial_values_are_told; }
check 'the numeric defaults are those of the source' defaults_are_right

# Each value that the command config marks as a default is the one in mailhaul.conf(5).
shown_defaults_are_told() {
  code=0
  echo "state_dir = 'x' account x { server = x user = x password_prompt = yes deliver_to = 'mbox:x' }" >"$work/least.conf"
  HOME=$work "$program" -c "$work/least.conf" config >"$work/effective" || return 1
  sed -n 's/^ *\([a-z_]*\) = \([^ ]*\) *# default$/\1 \2/p' "$work/effective" >"$work/shown"
  [ "$(wc -l <"$work/shown")" -gt 15 ] || { echo 'too few defaults are shown' && cat "$work/effective" && return 1; }
  while read -r option value; do
    [ "$value" != 0s ] || value=0
    entry "$option" | sed 's/\.\{0,1\}Cm //g' |
      grep -Eq "default(,| is) $value ?[.,:]|It $value ([^.]*\. )?This is the default|$value , the default," ||
      { echo "config shows the default $value for $option; mailhaul.conf(5) has another" && code=1; }
  done <"$work/shown"
  return "$code"
}
check 'the defaults that config shows are those of mailhaul.conf(5)' shown_defaults_are_told

# ---- the command line ----

command_options | sed '/^$/d' >"$work/command-options"

# flags FILE: prints the word after each Fl in the lines of a page.
flags() { awk '{ for (i = 1; i < NF; i++) if ($i == "Fl" || $i == ".Fl") print $(i + 1) }' "$1"; }

command_options_are_documented() {
  grep '^\.It Fl ' "$command_page" >"$work/entries"
  flags "$work/entries" >"$work/page-flags"
  same 'the source' "$work/command-options" 'mailhaul(1)' "$work/page-flags"
}
check 'mailhaul(1) has every command-line option and no others' \
  command_options_are_documented

synopsis_is_complete() {
  sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$command_page" >"$work/synopsis"
  # An option with two names is listed by its short one.
  grep '^\.It Fl ' "$command_page" | awk '{ print $3 }' >"$work/first-names"
  flags "$work/synopsis" | sed '/^-/!s/./&\
/g' | sed '/^$/d' >"$work/synopsis-flags"
  same 'the list of options' "$work/first-names" 'SYNOPSIS' "$work/synopsis-flags"
}
check 'the synopsis of mailhaul(1) has every option' synopsis_is_complete

no_other_option() {
  code=0
  for flag in $(flags "$command_page" && flags "$configuration_page" && flags "$json_page"); do
    case $flag in
      -*) grep -Fqx -- "$flag" "$work/command-options" || { echo "no such option: -$flag" && code=1; } ;;
      *)
        for letter in $(printf '%s\n' "$flag" | fold -w 1); do
          grep -Fqx -- "$letter" "$work/command-options" || { echo "no such option: -$letter" && code=1; }
        done
        ;;
    esac
  done
  return "$code"
}
check 'the pages name no option that does not exist' no_other_option

# flags_in_help FILE: prints the options that have a line in the help.
flags_in_help() {
  sed -n 's/^ *-\([a-zA-Z]\), --.*/\1/p' "$1"
  sed -n 's/^ *\(-[a-zA-Z], \)\{0,1\}-\(-[a-z][a-z-]*\).*/\2/p' "$1"
}
help_has_the_options() {
  "$program" help fetch check verify list status config help >"$work/help-all" || return 1
  flags_in_help "$work/help-all" | sort -u >"$work/help-options"
  same 'the source' "$work/command-options" 'mailhaul help COMMAND...' "$work/help-options"
}
check 'the help of the commands has every command-line option and no others' help_has_the_options
each_help_fits_its_command() {
  code=0
  for command in fetch check verify list status config help; do
    "$program" help "$command" >"$work/help-own" || return 1
    flags_in_help "$work/help-own" | while read -r flag; do
      case $flag in -every) flag=-every=5m ;; -tls-key-log | -config) flag=$flag=x ;; c) flag=cx ;; esac
      "$program" "$command" "-$flag" --help >/dev/null || exit 1
    done || code=1
  done
  return "$code"
}
check 'the help of each command has only options that it accepts' each_help_fits_its_command

commands_are_documented() {
  table 'struct command commands[]' "$source/src/cmd/cli.c" | sed -n 's/^[^"]*"\([a-z-]*\)".*/\1/p' >"$work/commands"
  sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$command_page" | grep -o 'Cm [a-z-]*' | sed 's/^Cm //' \
    >"$work/page-commands"
  same 'the source' "$work/commands" 'the synopsis of mailhaul(1)' "$work/page-commands"
}
check 'mailhaul(1) has every command and no others' commands_are_documented

# ---- exit codes ----

# number_of: translates sysexits names to numbers, one per line.
number_of() {
  sed -e s/EX_OK/0/ -e s/EX_USAGE/64/ -e s/EX_DATAERR/65/ -e s/EX_NOINPUT/66/ -e s/EX_NOUSER/67/ \
    -e s/EX_NOHOST/68/ -e s/EX_UNAVAILABLE/69/ -e s/EX_SOFTWARE/70/ -e s/EX_OSERR/71/ -e s/EX_OSFILE/72/ \
    -e s/EX_CANTCREAT/73/ -e s/EX_IOERR/74/ -e s/EX_TEMPFAIL/75/ -e s/EX_PROTOCOL/76/ -e s/EX_NOPERM/77/ \
    -e s/EX_CONFIG/78/
}

cat "$source"/src/*/*.c | grep -o 'EX_[A-Z]*' | number_of >"$work/codes"
sed -n 's/.*EXIT_CRITICAL = \([0-9]*\),.*/\1/p' "$source/src/cmd/status.c" >>"$work/codes"
sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It \([0-9]*\)$/\1/p' "$command_page" >"$work/page-codes"
partial=$(sed -n 's/.*PARTIAL = \([0-9]*\).*/\1/p' "$source/src/cmd/exit_code.c")
sed -n '/^Exit status:/,/^$/p' "$work/help" | grep -v "^$partial more " | grep -o '[0-9][0-9]*' >"$work/help-codes"

check 'mailhaul(1) has every exit code of the sources and no others' \
  same 'the sources' "$work/codes" 'mailhaul(1)' "$work/page-codes"
check '--help and mailhaul(1) say what is added if only some accounts fail' \
  sh -c "grep -q '^$partial more ' '$work/help' && grep -q ', $partial is added to the exit' '$command_page'"
check '--help has every exit code of the sources and no others' \
  same 'the sources' "$work/codes" '--help' "$work/help-codes"

order_is_told() {
  order=$(awk '/mildest_first\[\]/ { inside = 1 } inside { print } inside && /};/ { exit }' \
    "$source/src/cmd/exit_code.c" | grep -o 'EX_[A-Z]*' | number_of |
    awk '{ line = $1 (NR > 1 ? ", " : "") line } END { print line }')
  [ -n "$order" ] || { echo 'no order in the source' && return 1; }
  grep -Fqx "$order." "$command_page" || { echo "mailhaul(1) does not say: $order." && return 1; }
}
check 'mailhaul(1) gives the order of precedence of exit codes' order_is_told

done_testing
