#!/bin/sh
# The layers of doc/architecture, read from the include lines of src/: a directory includes itself and the directories below
# it. Each library is used in one place, and nothing below cmd and ui prints.
# shellcheck disable=SC2317 # check runs them
set -u
srcdir=${srcdir:-.}
# shellcheck source=SCRIPTDIR/../e2e/lib/tap.sh
. "$srcdir/tests/e2e/lib/tap.sh"
cd "$srcdir" || bail 'no source directory'

# What each directory may include, besides itself and config.h.
allowed() {
  case $1 in
    main) echo cmd ;;
    cmd) echo ui verify fetch transfer config state deliver tls pop3 fs io policy base ;;
    ui) echo verify fetch transfer config state deliver tls pop3 fs io policy base ;;
    verify) echo fetch transfer config state deliver tls pop3 fs io policy base ;;
    fetch) echo transfer config state deliver tls pop3 fs io policy base ;;
    transfer) echo config state deliver tls pop3 fs io policy base ;;
    config) echo deliver tls fs io policy base ;;
    state) echo deliver fs io policy base ;;
    deliver) echo fs io policy base ;;
    tls) echo fs io base ;;
    pop3) echo io base ;;
    fs) echo io base ;;
    io) echo base ;;
    policy) echo base ;;
    base) ;;
    *) return 1 ;;
  esac
}

# Lists all includes as "FILE NAME", NAME with its quotes or brackets. Blanks around the '#' are allowed, as the
# preprocessor allows them.
includes() {
  find src -name '*.[ch]' -type f | sort | while read -r file; do
    sed -n 's/^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*\(["<][^">]*[">]\).*/\1/p' "$file" |
      while read -r name; do echo "$file $name"; done
  done
}

# Checks own headers, each named by directory and file.
floors_hold() (
  failed=0
  while read -r file name; do
    case $name in \"*) ;; *) continue ;; esac
    name=${name#\"} name=${name%\"}
    [ "$name" = config.h ] && continue
    from=${file#src/} from=${from%%/*} from=${from%.c} to=${name%%/*}
    [ -f "src/$name" ] || { echo "$file includes $name, which is not below src/" && failed=1; }
    [ "$from" = "$to" ] && continue
    below=$(allowed "$from") || { echo "$file stands on no known floor" && failed=1 && continue; }
    case " $below " in *" $to "*) continue ;; esac
    echo "$file includes $name, but $from must not know $to" && failed=1
  done <"$list"
  return "$failed"
)

# visible_in PATTERN FILE...: only those files include headers that match the pattern (of a case), and each of them
# does.
visible_in() (
  pattern=$1 failed=0 && shift
  while read -r file name; do
    # shellcheck disable=SC2254 # it is a pattern
    case $name in $pattern) ;; *) continue ;; esac
    case " $* " in *" $file "*) ;; *) echo "$file includes $name" && failed=1 ;; esac
  done <"$list"
  for file; do
    [ -f "$file" ] || { echo "there is no $file" && failed=1; }
  done
  return "$failed"
)

state_shares_the_intent_alone() { ! grep '^src/state/.* "deliver/' "$list" | grep -v '"deliver/mbox_intent.h"$'; }

# A unit is a source with its header. A header without a source of its own counts as the headers that it includes.
units() {
  sed -n 's:^src/\(.*\)\.[ch] "\([^"]*\)\.h"$:\1 \2:p' "$list" | grep -v ' config$' | sort -u | awk '
    function from(unit, part,   i, n, next_parts) {
      n = split(included[part], next_parts)
      for (i = 1; i <= n; i++) {
        if (next_parts[i] == unit || seen[unit, next_parts[i]]++) continue
        if (system("test -f src/" next_parts[i] ".c") == 0) print unit, next_parts[i]
        else from(unit, next_parts[i])
      }
    }
    { included[$1] = included[$1] " " $2 }
    END { for (unit in included) if (system("test -f src/" unit ".c") == 0) from(unit, unit) }'
}

no_circle_of_units() (
  circles=$(units | tsort 2>&1 >/dev/null)
  [ -z "$circles" ] || { echo "$circles" && return 1; }
)

# Every .c includes config.h first, then its own header if it has one.
order_holds() (
  failed=0
  for file in $(find src -name '*.c' -type f | sort); do
    own=${file#src/} own=${own%.c}.h
    [ "$file" = src/main.c ] && continue
    first=$(grep -F "$file " "$list" | head -n 1)
    [ "$first" = "$file \"config.h\"" ] || { echo "$file does not start with config.h" && failed=1; }
    [ -f "src/$own" ] || continue
    second=$(grep -F "$file " "$list" | sed -n 2p)
    [ "$second" = "$file \"$own\"" ] || { echo "$file does not include $own after config.h" && failed=1; }
  done
  return "$failed"
)

only_uid_looks_for_blanks() (
  # shellcheck disable=SC2046 # names without blanks
  ! grep -nE "uid\[0\] [!=]= ' '" $(find src -name '*.[ch]' ! -path 'src/base/uid.c')
)

printers='v?f?printf|v?dprintf|f?puts|putchar|f?putc|fwrite|perror|psignal|v?syslog|v?warnx?|v?errx?'

# Prints calls of printing functions and the streams' names in a file, less comments and strings.
prints() {
  sed -e 's/"\([^"\\]\|\\.\)*"/""/g' -e 's:/\*.*\*/::g' -e 's:/\*.*$::' -e 's:^[[:blank:]]*\*.*$::' \
    -e 's/format(printf/format(/g' "$1" |
    grep -nE "(^|[^_[:alnum:]])(($printers)[[:blank:]]*[(]|(stdout|stderr)([^_[:alnum:]]|$))"
}

only_cmd_and_ui_print() (
  failed=0
  for file in $(find src -name '*.[ch]' -type f | sort); do
    case $file in src/cmd/* | src/ui/*) continue ;; esac
    found=$(prints "$file") && echo "$file prints: $found" && failed=1
  done
  return "$failed"
)

# Excepts memory.c, which writes its last message when there is no memory for any other report.
only_memory_writes_to_a_standard_stream() {
  ! grep -rlE 'STD(OUT|ERR)_FILENO' src --include='*.[ch]' |
    grep -vE '^src/(base/memory\.c|io/process\.c|cmd/.*|ui/.*)$'
}

no_other_times() { ! grep -rnE 'gnutls_[a-z0-9_]*(_time|_update)\(' src --include='*.[ch]' | grep -v '^src/tls/tls_dates.c:'; }

list=$(mktemp) || bail 'no temporary file'
trap 'rm -f "$list"' EXIT
includes >"$list"
[ -s "$list" ] || bail 'no include line was found'

check 'a directory includes only itself and lower layers' floors_hold
check 'deliver and state share only the intent of an mbox' state_shares_the_intent_alone
check 'no unit includes itself through others' no_circle_of_units
gnutls_files='src/tls/tls.c src/tls/tls_chain.c src/tls/tls_dane.c src/tls/tls_dates.c src/tls/tls_facts.c src/tls/tls_names.c src/tls/tls_priority.c src/tls/tls_strength.c src/tls/tls_trust.c src/tls/tls_verify.c'
# shellcheck disable=SC2086 # several files
{
  check 'GnuTLS is visible only in the TLS sources' visible_in '<gnutls/*' $gnutls_files src/tls/tls_gnutls.h
  check 'only tls_dates.c takes a time from GnuTLS, whose time_t may be shorter' no_other_times
  check 'only these sources include tls/tls_gnutls.h' visible_in '"tls/tls_gnutls.h"' $gnutls_files
}
check 'GNU SASL is visible only in pop3/sasl.c' visible_in '<gsasl*' src/pop3/sasl.c
check 'SQLite is visible only in state/database.c and state/harden.c' visible_in '<sqlite3*' src/state/database.c src/state/harden.c
check 'libunbound is visible only in tls/dane.c' visible_in '<unbound*' src/tls/dane.c
check 'libConfuse is visible only in config/value_text.c' visible_in '<confuse*' src/config/value_text.c
check 'Jansson is visible only in ui/jsonl' visible_in '<jansson*' src/ui/jsonl.c
check 'zlib is visible only in deliver/maildir_content.c' visible_in '<zlib*' src/deliver/maildir_content.c
check 'Nettle is visible only in base/digest and base/base64' visible_in '<nettle/*' src/base/base64.c src/base/digest.c src/base/digest.h
check 'each source includes config.h and its own header first' order_holds
check 'only base/uid searches for the blank before a key of mailhaul' only_uid_looks_for_blanks
check 'only cmd and ui print' only_cmd_and_ui_print
check 'nothing below cmd and ui writes to a standard stream' only_memory_writes_to_a_standard_stream
done_testing
