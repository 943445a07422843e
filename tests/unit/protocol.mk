# Unit tests of base, io and pop3.
EXTRA_DIST += tests/unit/check_main.h tests/unit/replay.h
unit_tests += \
	tests/unit/test-base \
	tests/unit/test-buf \
	tests/unit/test-error \
	tests/unit/test-escape \
	tests/unit/test-net \
	tests/unit/test-parse \
	tests/unit/test-process \
	tests/unit/test-reply \
	tests/unit/test-reply-body \
	tests/unit/test-stream
