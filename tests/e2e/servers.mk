# End-to-end tests against servers that are not installed. tests/e2e/fetch-servers.sh downloads them; see
# tests/e2e/lib/unpacked.sh.
server_tests = \
	tests/e2e/courier-faults.sh \
	tests/e2e/courier-fetch.sh \
	tests/e2e/courier-utf8.sh \
	tests/e2e/cyrus-fetch.sh \
	tests/e2e/dovecot-faults.sh \
	tests/e2e/mailutils-fetch.sh \
	tests/e2e/nginx-fetch.sh \
	tests/e2e/perdition-fetch.sh \
	tests/e2e/popa3d-fetch.sh \
	tests/e2e/solid-fetch.sh \
	tests/e2e/twisted-fetch.sh
check_SCRIPTS += $(server_tests)

# These tests need the program; lib/common.sh also requires the test server.
$(server_tests:.sh=.log): $(pop3_server) src/mailhaul

EXTRA_DIST += $(server_tests) \
	tests/e2e/fetch-servers.sh \
	tests/e2e/lib/courier.sh \
	tests/e2e/lib/cyrus.sh \
	tests/e2e/lib/mailutils.sh \
	tests/e2e/lib/nginx.sh \
	tests/e2e/lib/perdition.sh \
	tests/e2e/lib/pop3_talk.py \
	tests/e2e/lib/popa3d.sh \
	tests/e2e/lib/real-server.sh \
	tests/e2e/lib/solid.sh \
	tests/e2e/lib/stunnel.sh \
	tests/e2e/lib/twisted.sh \
	tests/e2e/lib/unpacked.sh \
	tests/support/cyrus_helper.py tests/support/twisted_pop3.py
