# The switches of mailhaul's build, one macro each.

# MH_C17: a compiler that accepts -std=gnu17, which AC_PROG_CC does not ask for by itself.
AC_DEFUN([MH_C17],[
  MH_APPEND_FLAG([CFLAGS_STD],[-std=gnu17])
  AS_IF([test -z "$CFLAGS_STD"],[AC_MSG_ERROR([a compiler for C17 is needed: gcc 8 or clang 6 at least])])
  AC_SUBST([CFLAGS_STD])
])

# MH_APPEND_FLAG(VARIABLE, FLAG): adds FLAG if compiler and linker take it.
AC_DEFUN([MH_APPEND_FLAG],[
  AS_VAR_PUSHDEF([cache],[mh_cv_flag_$2])
  AC_CACHE_CHECK([whether $CC accepts $2],[cache],[
    mh_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([],[])],[AS_VAR_SET([cache],[yes])],[AS_VAR_SET([cache],[no])])
    CFLAGS=$mh_save_CFLAGS
  ])
  AS_VAR_IF([cache],[yes],[$1="$$1 $2"])
  AS_VAR_POPDEF([cache])
])

# MH_LARGE_FILES_AND_TIMES: off_t and time_t of 64 bits, also on 32-bit systems. Autoconf has AC_SYS_YEAR2038 only
# from 2.72 on. OWN_TIME_BITS tells src/tls/tls_dates.c that libraries were built with another time_t.
AC_DEFUN([MH_LARGE_FILES_AND_TIMES],[
  AC_CACHE_CHECK([whether time_t has 64 bits],[mh_cv_time_64],[
    AC_COMPILE_IFELSE([MH_TIME_PROGRAM],[mh_cv_time_64=yes],[mh_cv_time_64=no])
  ])
  AC_SYS_LARGEFILE
  AS_IF([test $mh_cv_time_64 = no],[
    AC_CACHE_CHECK([whether _TIME_BITS gives time_t 64 bits],[mh_cv_time_bits],[
      AC_COMPILE_IFELSE([MH_TIME_PROGRAM([[
        #undef _TIME_BITS
        #define _TIME_BITS 64
      ]])],[mh_cv_time_bits=yes],[mh_cv_time_bits=no])
    ])
    AS_IF([test $mh_cv_time_bits = yes],[
      AC_DEFINE([_TIME_BITS],[64],[Number of bits in time_t, on hosts where this is settable.])
      AC_DEFINE([OWN_TIME_BITS],[1],[Define to 1 if only this file, not the compiler, gives time_t 64 bits.])
    ])
  ])
])

# MH_TIME_PROGRAM([PROLOGUE]): a program that compiles only with a time_t of 64 bits.
AC_DEFUN([MH_TIME_PROGRAM],[AC_LANG_PROGRAM([$1
  [#include <time.h>
  static int has_64_bits[sizeof(time_t) >= 8 ? 1 : -1];]],[(void)has_64_bits;])])

# MH_WARNINGS: a strict set for everybody; errors only with --enable-werror, which CI uses.
AC_DEFUN([MH_WARNINGS],[
  AC_ARG_ENABLE([werror],[AS_HELP_STRING([--enable-werror],[turn compiler warnings into errors])],
    [],[enable_werror=no])
  CFLAGS_WARN=
  m4_foreach_w([flag],[-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wconversion -Wformat=2 -Wcast-qual -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wnull-dereference
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op],
    [MH_APPEND_FLAG([CFLAGS_WARN],flag)
  ])
  mh_werror_summary="strict"
  AS_IF([test "x$enable_werror" = xyes],[CFLAGS_WARN="$CFLAGS_WARN -Werror"; mh_werror_summary="strict, as errors"])
  AC_SUBST([CFLAGS_WARN])
])

# MH_HARDENING: on unless --disable-hardening.
AC_DEFUN([MH_HARDENING],[
  AC_ARG_ENABLE([hardening],
    [AS_HELP_STRING([--disable-hardening],[leave out stack protector, _FORTIFY_SOURCE, PIE, RELRO and the like])],
    [],[enable_hardening=yes])
  CFLAGS_HARD= LDFLAGS_HARD= mh_hardening=no
  AS_IF([test "x$enable_hardening" != xno],[
    m4_foreach_w([flag],[-fstack-protector-strong -fstack-clash-protection -fcf-protection=full
      -mbranch-protection=standard -fPIE],
      [MH_APPEND_FLAG([CFLAGS_HARD],flag)
    ])
    MH_APPEND_FLAG([LDFLAGS_HARD],[-pie])
    MH_APPEND_FLAG([LDFLAGS_HARD],[-Wl,-z,relro])
    MH_APPEND_FLAG([LDFLAGS_HARD],[-Wl,-z,now])
    # Sanitizers and fuzzers bring checks of their own; both at once hide errors.
    AS_CASE([x$enable_sanitizers:x$enable_fuzzers],[x:x|xno:x|x:xno|xno:xno],[
      MH_APPEND_FLAG([CFLAGS_HARD],[-ftrivial-auto-var-init=zero])
      # Clang before 16 has only the other value without a further option.
      AS_CASE([$CFLAGS_HARD],[*auto-var-init*],[],[MH_APPEND_FLAG([CFLAGS_HARD],[-ftrivial-auto-var-init=pattern])])
      MH_FORTIFY_LEVEL
    ])
    mh_hardening=yes
  ])
  AC_SUBST([CFLAGS_HARD])
  AC_SUBST([LDFLAGS_HARD])
])

# MH_FORTIFY_LEVEL: defines the highest level of _FORTIFY_SOURCE that compiler and C library know. config.h uses it only
# where the compiler optimizes, and where neither a distribution nor the user has set a level.
AC_DEFUN([MH_FORTIFY_LEVEL],[
  AC_CACHE_CHECK([for the highest level of _FORTIFY_SOURCE],[mh_cv_fortify],[
    mh_cv_fortify=2
    mh_save_CFLAGS=$CFLAGS; CFLAGS="$CFLAGS -O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([#include <string.h>],[])],[mh_cv_fortify=3])
    CFLAGS=$mh_save_CFLAGS
  ])
  AC_DEFINE_UNQUOTED([FORTIFY_LEVEL],[$mh_cv_fortify],[Define to the level of _FORTIFY_SOURCE for an optimized build.])
  AH_BOTTOM([#if defined FORTIFY_LEVEL && defined __OPTIMIZE__ && !defined _FORTIFY_SOURCE
#define _FORTIFY_SOURCE FORTIFY_LEVEL
#endif])
])

# MH_SANITIZERS: --enable-sanitizers[=LIST], address,undefined without a list.
AC_DEFUN([MH_SANITIZERS],[
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],[build with sanitizers (address,undefined)])],
    [],[enable_sanitizers=no])
  CFLAGS_SAN= mh_sanitizers=no
  AS_CASE([$enable_sanitizers],[no],[],[
    AS_IF([test "x$enable_sanitizers" = xyes],[enable_sanitizers=address,undefined])
    mh_sanitizers=$enable_sanitizers
    CFLAGS_SAN="-fsanitize=$enable_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
    AC_MSG_CHECKING([whether $CC links with $CFLAGS_SAN])
    mh_save_CFLAGS=$CFLAGS; CFLAGS="$CFLAGS $CFLAGS_SAN"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([],[])],[AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no]); AC_MSG_ERROR([this compiler cannot build with the sanitizers asked for])])
    CFLAGS=$mh_save_CFLAGS
  ])
  AM_CONDITIONAL([SANITIZERS],[test "x$mh_sanitizers" != xno])
  AC_SUBST([CFLAGS_SAN])
])

# MH_FUZZERS: libFuzzer targets, clang only.
AC_DEFUN([MH_FUZZERS],[
  AC_ARG_ENABLE([fuzzers],[AS_HELP_STRING([--enable-fuzzers],[build the libFuzzer targets (clang)])],
    [],[enable_fuzzers=no])
  AS_IF([test "x$enable_fuzzers" = xyes],[
    mh_save_CFLAGS=$CFLAGS; CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([],[])],[],[AC_MSG_ERROR([--enable-fuzzers needs clang with libFuzzer: CC=clang])])
    CFLAGS=$mh_save_CFLAGS
    CFLAGS_SAN="$CFLAGS_SAN -fsanitize=fuzzer-no-link"
  ])
  AM_CONDITIONAL([FUZZERS],[test "x$enable_fuzzers" = xyes])
])

# MH_COVERAGE: gcov counters; `make coverage` prints lines covered a file.
AC_DEFUN([MH_COVERAGE],[
  AC_ARG_ENABLE([coverage],[AS_HELP_STRING([--enable-coverage],[build with coverage counters])],
    [],[enable_coverage=no])
  CFLAGS_COV=
  AS_IF([test "x$enable_coverage" = xyes],[CFLAGS_COV="--coverage -O0"])
  AM_CONDITIONAL([COVERAGE],[test "x$enable_coverage" = xyes])
  AC_SUBST([CFLAGS_COV])
])

# MH_REPRODUCIBLE_TARBALL: with GNU tar, `make dist` makes the same tarball of the same files, wherever and whenever it
# runs. Makefile.am has DIST_DATE. It replaces the command that AM_INIT_AUTOMAKE has chosen.
AC_DEFUN([MH_REPRODUCIBLE_TARBALL],[
  AC_CACHE_CHECK([for GNU tar],[mh_cv_gnu_tar],[
    mh_cv_gnu_tar=none
    for mh_tar in tar gtar gnutar; do
      AS_IF([$mh_tar --sort=name --version >/dev/null 2>&1],[mh_cv_gnu_tar=$mh_tar; break])
    done
  ])
  AS_IF([test "$mh_cv_gnu_tar" != none],[
    am__tar="$mh_cv_gnu_tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner"
    am__tar="$am__tar --mode=u+w,go=rX --mtime=\"\$(DIST_DATE)\" -chf - \"\$\$tardir\""
  ])
])
