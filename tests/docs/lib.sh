# shellcheck shell=sh
# Shared functions of the document tests. $source is the source directory; the program is in the current directory.
# $work is a private directory.
#
#   . "${srcdir:-.}/tests/docs/lib.sh"

LC_ALL=C
export LC_ALL
source=$(cd "${srcdir:-.}" && pwd) || exit 1
# shellcheck source=tests/e2e/lib/tap.sh
. "$source/tests/e2e/lib/tap.sh"
program=$(pwd)/src/mailhaul
[ -x "$program" ] || bail "no program $program"
command_page=$source/man/mailhaul.1
configuration_page=$source/man/mailhaul.conf.5
json_page=$source/man/mailhaul-json.5

work=$(mktemp -d "${TMPDIR:-/tmp}/mailhaul-docs.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# table NAME FILE: prints the lines between "NAME... = {" and "};" of a C source.
table() {
  awk -v name="$1" '
    inside && /^[[:space:]]*};/ { exit }
    inside { print }
    index($0, name) && /= {/ { inside = 1 }' "$2"
}

# same WHAT_A FILE_A WHAT_B FILE_B: whether both have the same lines, and at least one; prints the differences.
same() {
  [ -s "$2" ] || { echo "nothing found: $1" && return 1; }
  sort -u "$2" >"$work/a"
  sort -u "$4" >"$work/b"
  comm -23 "$work/a" "$work/b" | sed "s/^/only in $1: /"
  comm -13 "$work/a" "$work/b" | sed "s/^/only in $3: /"
  cmp -s "$work/a" "$work/b"
}

# is_plain FILE: whether it is ASCII without control characters except line ends; prints the others.
is_plain() {
  ! tr -d '\n -~' <"$1" | od -An -c | grep .
}

# command_options: prints the options that the program accepts, in the form "c" and "-config".
command_options() {
  table 'struct option options[]' "$source/src/cmd/command_line.c" | sed -n 's/^[^"]*"\([a-z-]*\)".*/-\1/p'
  sed -n 's/.*char letters\[\] = "\([^"]*\)".*/\1/p' "$source/src/cmd/command_line.c" | tr -d ':+-' | fold -w 1
  echo
}
