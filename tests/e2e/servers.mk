# End-to-end tests against servers that are not installed. tests/e2e/fetch-servers.sh downloads them; see
# tests/e2e/unpacked.sh.
server_tests = \
	tests/e2e/courier-faults.sh \
	tests/e2e/courier-moves.sh \
	tests/e2e/courier-utf8.sh \
	tests/e2e/cyrus-moves.sh \
	tests/e2e/dovecot-faults.sh \
	tests/e2e/mailutils-moves.sh \
	tests/e2e/nginx-moves.sh \
	tests/e2e/perdition-moves.sh \
	tests/e2e/popa3d-moves.sh \
	tests/e2e/solid-moves.sh \
	tests/e2e/twisted-moves.sh
check_SCRIPTS += $(server_tests)

# These tests need the program; lib.sh also requires the test server.
$(server_tests:.sh=.log): $(pop3_server) src/mailhaul

EXTRA_DIST += $(server_tests) \
	tests/e2e/courier.sh tests/e2e/cyrus.sh tests/e2e/fetch-servers.sh tests/e2e/front.sh \
	tests/e2e/mailutils.sh tests/e2e/moves-lib.sh tests/e2e/nginx.sh tests/e2e/perdition.sh tests/e2e/pop3_talk.py \
	tests/e2e/popa3d.sh tests/e2e/solid.sh tests/e2e/twisted.sh tests/e2e/unpacked.sh \
	tests/support/cyrus_helper.py tests/support/twisted_pop3.py
