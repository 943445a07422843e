# Tests of policy, store, config, cmd and ui, and of the parts of fetch that need no server. See tests/tests.mk.
unit_tests += \
	tests/unit/test-account \
	tests/unit/test-account-tls \
	tests/unit/test-account-value \
	tests/unit/test-batch \
	tests/unit/test-check-report \
	tests/unit/test-cli \
	tests/unit/test-columns \
	tests/unit/test-config-file \
	tests/unit/test-credentials \
	tests/unit/test-encoded-word \
	tests/unit/test-event \
	tests/unit/test-directory \
	tests/unit/test-header \
	tests/unit/test-header-fields \
	tests/unit/test-jobs \
	tests/unit/test-jsonl \
	tests/unit/test-large-file \
	tests/unit/test-line-ends \
	tests/unit/test-maildir \
	tests/unit/test-maildir-name \
	tests/unit/test-marks \
	tests/unit/test-mbox \
	tests/unit/test-mbox-read \
	tests/unit/test-mbox-recover \
	tests/unit/test-mbox-spool \
	tests/unit/test-mboxrd \
	tests/unit/test-netrc \
	tests/unit/test-password \
	tests/unit/test-core \
	tests/unit/test-edge-fields \
	tests/unit/test-edge-lines \
	tests/unit/test-evidence \
	tests/unit/test-patience \
	tests/unit/test-pipe \
	tests/unit/test-plan \
	tests/unit/test-progress-line \
	tests/unit/test-report \
	tests/unit/test-retention \
	tests/unit/test-secret \
	tests/unit/test-settings \
	tests/unit/test-size-rule \
	tests/unit/test-stale \
	tests/unit/test-state \
	tests/unit/test-state-archive \
	tests/unit/test-state-listing \
	tests/unit/test-state-open \
	tests/unit/test-statements \
	tests/unit/test-storage-limits \
	tests/unit/test-value-text \
	tests/unit/test-verify

tests_support_libsupport_a_SOURCES += \
	tests/unit/one_account.c \
	tests/unit/one_account.h \
	tests/unit/one_state.c \
	tests/unit/one_state.h \
	tests/unit/scratch.c \
	tests/unit/scratch.h

check_SCRIPTS += tests/unit/test-hardening.sh tests/unit/test-layers.sh
EXTRA_DIST += tests/unit/counting.h tests/unit/test-hardening.sh tests/unit/test-layers.sh
