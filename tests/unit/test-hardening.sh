#!/bin/sh
# The program is built with each protection that the compiler knows, and the linker has marked it so.
# shellcheck disable=SC2317 # check runs them
set -u
srcdir=${srcdir:-.}
# shellcheck source=SCRIPTDIR/../e2e/lib/tap.sh
. "$srcdir/tests/e2e/lib/tap.sh"
PROGRAM=${MAILHAUL:-src/mailhaul}
[ -x "$PROGRAM" ] || bail "no program $PROGRAM"
[ -e Makefile ] || skip_all 'no build directory'
! ./config.status --config | grep -q -- --disable-hardening || skip_all 'the build has --disable-hardening'

# variable NAME: prints the value of a variable of the build.
variable() { sed -n "s/^$1 = *//p" Makefile; }
COMPILER=$(variable CC)
WORK=$(mktemp -d) || bail 'no temporary directory'
trap 'rm -rf "$WORK"' EXIT
echo '#include <string.h>
int main(void) { return 0; }' >"$WORK/main.c"
# knows FLAG...: the compiler accepts these without a warning.
# shellcheck disable=SC2086 # a command and its options
knows() { $COMPILER -O2 -Werror "$@" "$WORK/main.c" -o "$WORK/main" >/dev/null 2>&1; }
sanitized() { [ -n "$(variable CFLAGS_SAN)" ]; }

# used FLAG VARIABLE: the build has this option, or the compiler does not know it.
used() {
  if knows "$1"; then
    check "the build has $1" eval "case ' $(variable "$2") ' in *' $1 '*) ;; *) false ;; esac"
  else
    skip "the build has $1" 'the compiler does not know it'
  fi
}
used -fstack-protector-strong CFLAGS_HARD
used -fstack-clash-protection CFLAGS_HARD
used -fcf-protection=full CFLAGS_HARD
used -mbranch-protection=standard CFLAGS_HARD
if sanitized; then
  skip 'the build has -ftrivial-auto-var-init=zero' 'it would hide errors from the sanitizers'
  skip 'the build has the highest level of _FORTIFY_SOURCE' 'the sanitizers check the same'
else
  if knows -ftrivial-auto-var-init=zero; then used -ftrivial-auto-var-init=zero CFLAGS_HARD; else used -ftrivial-auto-var-init=pattern CFLAGS_HARD; fi
  level=2
  ! knows -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 || level=3
  check 'the build has the highest level of _FORTIFY_SOURCE' grep -qx "#define FORTIFY_LEVEL $level" config.h
fi
used -pie LDFLAGS_HARD
used -Wl,-z,relro LDFLAGS_HARD
used -Wl,-z,now LDFLAGS_HARD

command -v readelf >/dev/null || { skip 'the linker has marked the program' 'readelf is not installed'; done_testing; }
readelf -hldW --dyn-syms "$PROGRAM" >"$WORK/elf" 2>&1 || bail "not an ELF file: $(head -1 "$WORK/elf")"
has() { grep -Eq -- "$1" "$WORK/elf" || { cat "$WORK/elf"; return 1; }; }
check 'the program can be loaded at any address' has 'Type: *DYN'
check 'its tables of addresses are read-only after the start' has GNU_RELRO
check 'all its symbols are bound at the start' has '\((FLAGS|FLAGS_1)\).*NOW'
check 'its stack is not executable' has 'GNU_STACK .* RW '
writable_code() { ! grep -E '^ *LOAD .* RWE ' "$WORK/elf"; }
check 'no part of it is both writable and executable' writable_code
check 'it checks its stack' has '__stack_chk_(fail|guard)'
case " $(variable CFLAGS) $(variable CPPFLAGS) " in
  *' -O0 '* | *_FORTIFY_SOURCE=0*) skip 'it checks the bounds of copies' 'the build does not optimize' ;;
  *' -O'*) if sanitized; then skip 'it checks the bounds of copies' 'the sanitizers do'; else check 'it checks the bounds of copies' has '__(memcpy|snprintf|vsnprintf)_chk'; fi ;;
  *) skip 'it checks the bounds of copies' 'the build does not optimize' ;;
esac
if [ "$(uname -m)" = x86_64 ] && knows -fcf-protection=full && command -v objdump >/dev/null; then
  # The start-up code of the C library has a few marks also in a build without this option.
  marked() { [ "$(objdump -d "$PROGRAM" | grep -c endbr64)" -gt 100 ]; }
  check 'indirect jumps can reach only the start of its functions' marked
else
  skip 'indirect jumps can reach only the start of its functions' 'the test knows only x86-64'
fi

done_testing
