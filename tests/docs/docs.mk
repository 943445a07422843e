# Tests of the documents against the sources and the program. See tests/tests.mk.
docs_tests = \
	tests/docs/completions.sh \
	tests/docs/developer-pages.sh \
	tests/docs/examples.sh \
	tests/docs/help.sh \
	tests/docs/json.sh \
	tests/docs/manual.sh \
	tests/docs/pages.sh \
	tests/docs/readme.sh \
	tests/docs/style.sh \
	tests/docs/words.sh
check_SCRIPTS += $(docs_tests)

# These tests need the program.
tests/docs/completions.log tests/docs/developer-pages.log tests/docs/examples.log tests/docs/help.log tests/docs/json.log tests/docs/manual.log \
tests/docs/pages.log \
tests/docs/readme.log tests/docs/style.log tests/docs/words.log: src/mailhaul

EXTRA_DIST += $(docs_tests) tests/docs/lib.sh tests/docs/blocks.sh tests/docs/words tests/support/complete_on_tty.py
