# End-to-end tests against a hostile server (tests/support/hostile.py). See tests/tests.mk.
hostile_tests = \
	tests/e2e/hostile-breaks.sh \
	tests/e2e/hostile-evidence.sh \
	tests/e2e/hostile-blanks.sh \
	tests/e2e/hostile-bodies.sh \
	tests/e2e/hostile-doubt.sh \
	tests/e2e/hostile-drops.sh \
	tests/e2e/hostile-echo.sh \
	tests/e2e/hostile-endless.sh \
	tests/e2e/hostile-known.sh \
	tests/e2e/hostile-fallback.sh \
	tests/e2e/hostile-forms.sh \
	tests/e2e/hostile-lists.sh \
	tests/e2e/hostile-logins.sh \
	tests/e2e/hostile-out-of-sync.sh \
	tests/e2e/hostile-sizes.sh \
	tests/e2e/hostile-texts.sh
check_SCRIPTS += $(hostile_tests)

# These tests need the program, the test server for its certificates, and a measurement of their memory.
$(hostile_tests:.sh=.log): $(pop3_server) src/mailhaul tests/bench/measure

EXTRA_DIST += $(hostile_tests) \
	tests/e2e/lib/hostile.sh tests/e2e/lib/memory.sh \
	tests/support/hostile.py tests/support/hostile_run.py tests/support/hostile_scenarios.py \
	tests/support/hostile_session.py \
	tests/support/scenarios_breaks.py tests/support/scenarios_doubt.py tests/support/scenarios_echo.py tests/support/scenarios_evidence.py \
	tests/support/scenarios_forms.py tests/support/scenarios_logins.py tests/support/scenarios_sizes.py
