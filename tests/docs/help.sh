#!/bin/sh
# --help fits a screen of 24 lines and 80 columns.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

status=0
"$program" --help >"$work/help" 2>"$work/errors" || status=$?

is_said() { [ "$status" -eq 0 ] && [ ! -s "$work/errors" ] && grep -q '^Usage: mailhaul ' "$work/help"; }
check '--help exits with 0 and prints the usage on standard output' is_said

is_low() { [ "$(wc -l <"$work/help")" -le 24 ]; }
check '--help has at most 24 lines' is_low

is_narrow() { ! awk 'length > 80 { print; wide = 1 } END { exit !wide }' "$work/help"; }
check '--help has at most 80 columns' is_narrow

check '--help is plain ASCII without tabs' is_plain "$work/help"

same_help() {
  for words in -h help '--help --headers list' 'help list'; do
    # shellcheck disable=SC2086 # words
    "$program" $words >"$work/other" || return 1
    case $words in
      *list) grep -q '^Usage: mailhaul list ' "$work/other" ;;
      *) cmp "$work/help" "$work/other" ;;
    esac || { echo "$words" && return 1; }
  done
}
check '-h and help print the same as --help, and that of a command with its name' same_help
version_is_short() { [ "$("$program" -V)" = "$("$program" --version)" ]; }
check '-V prints the same as --version' version_is_short
help_is_narrow() {
  "$program" help fetch check verify list status config help >"$work/all" &&
    ! awk 'length > 80 { print; wide = 1 } END { exit !wide }' "$work/all"
}
check 'the help of each command has at most 80 columns' help_is_narrow
help_of_help() { "$program" help help >"$work/help-help" && [ "$(grep -c '^ ' "$work/help-help")" = 2 ]; }
check 'the help of help has only --help and --version' help_of_help
unknown_command() {
  code=0
  "$program" help lst 2>"$work/errors" || code=$?
  [ "$code" = 64 ] && grep -q 'did you mean list?' "$work/errors"
}
check 'help refuses an unknown command' unknown_command

makefiles() { cat "$source"/Makefile.am "$source"/tests/*.mk "$source"/tests/*/*.mk; }
targets_are_listed() {
  makefiles | sed -n 's/^\.PHONY: //p' | tr ' ' '\n' | grep -vx help >"$work/targets"
  makefiles | sed -n 's/^#? \([a-z-]*\) .*/\1/p' | grep -vxE 'all|install|check|distcheck' >"$work/listed"
  same 'the targets' "$work/targets" 'make help' "$work/listed"
}
check 'make help lists every target' targets_are_listed

done_testing
