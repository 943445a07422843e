# Fuzz targets. Included by tests/tests.mk; paths are from the top of the tree.
#
# Each target is linked twice: as replay-NAME, which runs it on every file of its corpus in `make check`, and, if
# configured, as fuzz-NAME with libFuzzer, which `make fuzz` runs.
fuzz_support = tests/fuzz/support.c tests/fuzz/fuzz.h
fuzz_mbox_sources = tests/fuzz/fuzz-mbox-tail.c tests/fuzz/mbox-scene.c tests/fuzz/mbox-scene.h
fuzz_sasl_sources = tests/fuzz/fuzz-sasl.c tests/fuzz/sasl-server.c tests/fuzz/sasl-server.h
fuzz_libraries = tests/support/libsupport.a src/libmailhaul.a $(LIBRARIES_USED)
fuzz_linking = -fsanitize=fuzzer

fuzz_replays = \
	tests/fuzz/replay-config \
	tests/fuzz/replay-event \
	tests/fuzz/replay-header \
	tests/fuzz/replay-listing \
	tests/fuzz/replay-mbox-tail \
	tests/fuzz/replay-redact \
	tests/fuzz/replay-reply \
	tests/fuzz/replay-sasl \
	tests/fuzz/replay-state
fuzz_targets = \
	tests/fuzz/fuzz-config \
	tests/fuzz/fuzz-event \
	tests/fuzz/fuzz-header \
	tests/fuzz/fuzz-listing \
	tests/fuzz/fuzz-mbox-tail \
	tests/fuzz/fuzz-redact \
	tests/fuzz/fuzz-reply \
	tests/fuzz/fuzz-sasl \
	tests/fuzz/fuzz-state
fuzz_dictionaries = \
	tests/fuzz/config.dict \
	tests/fuzz/event.dict \
	tests/fuzz/header.dict \
	tests/fuzz/listing.dict \
	tests/fuzz/mbox-tail.dict \
	tests/fuzz/redact.dict \
	tests/fuzz/reply.dict \
	tests/fuzz/sasl.dict \
	tests/fuzz/state.dict

if TESTS_ENABLED
check_PROGRAMS += $(fuzz_replays)
endif

tests_fuzz_replay_config_SOURCES = tests/fuzz/fuzz-config.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_config_LDADD = $(fuzz_libraries)
tests_fuzz_replay_event_SOURCES = tests/fuzz/fuzz-event.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_event_LDADD = $(fuzz_libraries)
tests_fuzz_replay_header_SOURCES = tests/fuzz/fuzz-header.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_header_LDADD = $(fuzz_libraries)
tests_fuzz_replay_listing_SOURCES = tests/fuzz/fuzz-listing.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_listing_LDADD = $(fuzz_libraries)
tests_fuzz_replay_mbox_tail_SOURCES = $(fuzz_mbox_sources) tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_mbox_tail_LDADD = $(fuzz_libraries)
tests_fuzz_replay_redact_SOURCES = tests/fuzz/fuzz-redact.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_redact_LDADD = $(fuzz_libraries)
tests_fuzz_replay_reply_SOURCES = tests/fuzz/fuzz-reply.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_reply_LDADD = $(fuzz_libraries)
tests_fuzz_replay_sasl_SOURCES = $(fuzz_sasl_sources) tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_sasl_LDADD = $(fuzz_libraries)
tests_fuzz_replay_state_SOURCES = tests/fuzz/fuzz-state.c tests/fuzz/replay.c $(fuzz_support)
tests_fuzz_replay_state_LDADD = $(fuzz_libraries)

# Seconds for each target.
FUZZ_SECONDS = 60

if FUZZERS
EXTRA_PROGRAMS += $(fuzz_targets)
CLEANFILES += $(fuzz_targets)

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz-config.c $(fuzz_support)
tests_fuzz_fuzz_config_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_config_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_event_SOURCES = tests/fuzz/fuzz-event.c $(fuzz_support)
tests_fuzz_fuzz_event_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_event_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_header_SOURCES = tests/fuzz/fuzz-header.c $(fuzz_support)
tests_fuzz_fuzz_header_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_header_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_listing_SOURCES = tests/fuzz/fuzz-listing.c $(fuzz_support)
tests_fuzz_fuzz_listing_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_listing_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_mbox_tail_SOURCES = $(fuzz_mbox_sources) $(fuzz_support)
tests_fuzz_fuzz_mbox_tail_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_mbox_tail_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_redact_SOURCES = tests/fuzz/fuzz-redact.c $(fuzz_support)
tests_fuzz_fuzz_redact_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_redact_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_reply_SOURCES = tests/fuzz/fuzz-reply.c $(fuzz_support)
tests_fuzz_fuzz_reply_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_reply_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_sasl_SOURCES = $(fuzz_sasl_sources) $(fuzz_support)
tests_fuzz_fuzz_sasl_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_sasl_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)
tests_fuzz_fuzz_state_SOURCES = tests/fuzz/fuzz-state.c $(fuzz_support)
tests_fuzz_fuzz_state_LDADD = $(fuzz_libraries)
tests_fuzz_fuzz_state_LDFLAGS = $(AM_LDFLAGS) $(fuzz_linking)

#? fuzz            run the fuzz targets for FUZZ_SECONDS each; configure with --enable-fuzzers
# Findings are kept in tests/fuzz/found/NAME of the build directory.
fuzz: $(fuzz_targets)
	$(SHELL) $(srcdir)/tests/fuzz/run.sh '$(srcdir)/tests/fuzz' tests/fuzz '$(FUZZ_SECONDS)'
else
fuzz:
	@echo "make fuzz needs: ./configure CC=clang --enable-fuzzers --enable-sanitizers" >&2; exit 1
endif
.PHONY: fuzz

# Findings and learned inputs are kept until distclean.
distclean-local:
	rm -rf tests/fuzz/found tests/fuzz/learnt

EXTRA_DIST += $(fuzz_dictionaries) tests/fuzz/corpus tests/fuzz/run.sh
