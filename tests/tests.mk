# The tests. Included by the top Makefile.am; paths are from the top of the tree.

# The server for the demo and the end-to-end tests. It has no requirements beyond those of the build.
pop3_server = tests/support/pop3-server
tests_support_pop3_server_SOURCES = \
	tests/support/certificate.c tests/support/certificate.h \
	tests/support/pop3_capability.c tests/support/pop3_capability.h \
	tests/support/pop3_maildrop.c tests/support/pop3_maildrop.h \
	tests/support/pop3_scram.c tests/support/pop3_scram.h \
	tests/support/pop3_server.c \
	tests/support/pop3_session.c tests/support/pop3_session.h \
	tests/support/pop3_wire.c tests/support/pop3_wire.h \
	tests/support/sample_mail.c tests/support/sample_mail.h \
	tests/support/whole_file.c tests/support/whole_file.h
tests_support_pop3_server_CPPFLAGS = $(GNUTLS_CFLAGS) $(GSASL_CFLAGS)
tests_support_pop3_server_LDADD = $(GNUTLS_LIBS) $(GSASL_LIBS)

#? demo-server     build the test server, tests/support/pop3-server
demo-server: $(pop3_server)
.PHONY: demo-server

# Every unit test is linked with these.
LDADD = $(check_LIBRARIES) src/libmailhaul.a $(LIBRARIES_USED) $(CHECK_LIBS)

check_LIBRARIES =
check_PROGRAMS =
check_SCRIPTS =
TESTS = $(check_PROGRAMS) $(check_SCRIPTS)

if TESTS_ENABLED
check_PROGRAMS += $(unit_tests)
check_LIBRARIES += tests/support/libsupport.a
endif
EXTRA_PROGRAMS += $(pop3_server)
CLEANFILES += $(pop3_server)

# Preloaded by tests in tests/e2e/.
no_locks = tests/support/no_locks.so
$(no_locks): tests/support/no_locks.c
	$(AM_V_CC)$(MKDIR_P) tests/support && $(CC) $(CFLAGS) -D_GNU_SOURCE -shared -fPIC -o $@ $(srcdir)/tests/support/no_locks.c
short_writes = tests/support/short_writes.so
$(short_writes): tests/support/short_writes.c
	$(AM_V_CC)$(MKDIR_P) tests/support && $(CC) $(CFLAGS) -D_GNU_SOURCE -shared -fPIC -o $@ $(srcdir)/tests/support/short_writes.c
old_kernel = tests/support/old_kernel.so
$(old_kernel): tests/support/old_kernel.c
	$(AM_V_CC)$(MKDIR_P) tests/support && $(CC) $(CFLAGS) -D_GNU_SOURCE -shared -fPIC -o $@ $(srcdir)/tests/support/old_kernel.c
plain_fs = tests/support/plain_fs.so
$(plain_fs): tests/support/plain_fs.c
	$(AM_V_CC)$(MKDIR_P) tests/support && $(CC) $(CFLAGS) -D_GNU_SOURCE -shared -fPIC -o $@ $(srcdir)/tests/support/plain_fs.c
with_mlkem = tests/support/with_mlkem.so
$(with_mlkem): tests/support/with_mlkem.c
	$(AM_V_CC)$(MKDIR_P) tests/support && $(CC) $(CFLAGS) $(GNUTLS_CFLAGS) -D_GNU_SOURCE -shared -fPIC -o $@ $(srcdir)/tests/support/with_mlkem.c
EXTRA_DIST += tests/support/no_locks.c tests/support/old_kernel.c tests/support/plain_fs.c tests/support/short_writes.c tests/support/with_mlkem.c
CLEANFILES += $(no_locks) $(old_kernel) $(plain_fs) $(short_writes) $(with_mlkem)

# Each Check case, and each line of a shell test, is a separate result.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(srcdir)/tests/support/timed-driver.sh $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
AM_LOG_DRIVER_FLAGS = --ignore-exit
AM_SH_LOG_DRIVER_FLAGS = --ignore-exit
AM_TESTS_ENVIRONMENT = \
	CK_VERBOSITY=silent CK_TAP_LOG_FILE_NAME=-; export CK_VERBOSITY CK_TAP_LOG_FILE_NAME; \
	srcdir='$(srcdir)'; export srcdir; \
	PATH='$(TESTS_PATH)'"$$PATH"; export PATH;

check-local: check-TESTS
	@$(SHELL) $(srcdir)/tests/support/slowest.sh $(TEST_LOGS:.log=.trs)
EXTRA_DIST += tests/support/slowest.sh tests/support/timed-driver.sh

# This test waits in real time, so it starts first.
unit_tests = tests/unit/test-lock
tests_support_libsupport_a_SOURCES = tests/support/script.c tests/support/script.h
tests_support_libsupport_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
include tests/unit/protocol.mk
include tests/unit/store.mk
include tests/docs/docs.mk
include tests/e2e/e2e.mk
include tests/e2e/hostile.mk
include tests/e2e/servers.mk
include tests/fuzz/fuzz.mk
include tests/bench/bench.mk
include tests/campaign/campaign.mk
include tests/packages/packages.mk

#? check-unit      run the unit tests
check-unit: all
	$(MAKE) check TESTS='$(unit_tests)'
.PHONY: check-unit

# A quick check during development: the unit tests, and the most informative scripts. It takes less than a minute
# with two processors.
#? check-quick     run the unit tests and five scripts, in less than a minute
quick_e2e = tests/e2e/hostile-out-of-sync.sh tests/e2e/login.sh tests/e2e/samples.sh tests/e2e/identity.sh tests/e2e/recovery.sh
check-quick: all
	CK_EXCLUDE_TAGS='exhaustive waiting' $(MAKE) check TESTS='$(unit_tests) $(quick_e2e)'
.PHONY: check-quick

#? lint            run shellcheck, codespell, clang-tidy and clang-format
# Checks the style and looks for likely errors with several programs.
lint: all
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/lint.sh
.PHONY: lint
EXTRA_DIST += tests/lint.sh

#? check-valgrind  run the unit tests and two scripts under valgrind
# Runs the unit tests and some complete runs under valgrind, which is at least ten times slower. Tests of commands
# that cannot be started are left out. Most tests of a suite share a process, whose exit status reports a leak: see
# tests/unit/check_main.h. The scripts take longest, so they start first.
valgrind_command = valgrind -q --suppressions=$(abs_top_srcdir)/tests/valgrind.supp --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
valgrind_e2e = tests/e2e/accounts.sh tests/e2e/samples.sh
check-valgrind: all $(pop3_server)
	CK_FORK=no CK_EXCLUDE_TAGS='spawn-errors file-limits exhaustive' $(MAKE) check TESTS='$(valgrind_e2e) $(unit_tests)' \
	    AM_LOG_DRIVER_FLAGS= LOG_COMPILER='$(valgrind_command)' VALGRIND='$(valgrind_command)' CK_TIMEOUT_MULTIPLIER=20
.PHONY: check-valgrind
EXTRA_DIST += tests/valgrind.supp

#? coverage        print the lines that the tests reach; configure with --enable-coverage
# Prints the lines of src/ that the tests reach, per file and in total; needs configure --enable-coverage.
coverage:
	find . -name '*.gcda' -exec rm -f {} +
	$(MAKE) check
	$(SHELL) $(srcdir)/tests/coverage.sh
.PHONY: coverage
EXTRA_DIST += tests/coverage.sh
