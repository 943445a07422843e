# Unit tests of base, io and pop3.
EXTRA_DIST += tests/unit/check_main.h tests/unit/refusal_texts.h tests/unit/replay.h tests/unit/scram_server.h tests/unit/talk.h
unit_tests += \
	tests/unit/test-asked \
	tests/unit/test-base \
	tests/unit/test-base64 \
	tests/unit/test-buf \
	tests/unit/test-capability \
	tests/unit/test-decimal \
	tests/unit/test-error \
	tests/unit/test-escape \
	tests/unit/test-interrupt \
	tests/unit/test-login \
	tests/unit/test-login-choice \
	tests/unit/test-login-scram \
	tests/unit/test-login-token \
	tests/unit/test-maildrop \
	tests/unit/test-net \
	tests/unit/test-parse \
	tests/unit/test-process \
	tests/unit/test-race \
	tests/unit/test-redact \
	tests/unit/test-refusal \
	tests/unit/test-refusal-words \
	tests/unit/test-reply \
	tests/unit/test-reply-body \
	tests/unit/test-reply-odd \
	tests/unit/test-sasl \
	tests/unit/test-scan \
	tests/unit/test-session \
	tests/unit/test-session-ask \
	tests/unit/test-session-begin \
	tests/unit/test-session-queue \
	tests/unit/test-stream \
	tests/unit/test-uid
