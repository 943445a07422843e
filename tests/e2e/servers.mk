# End to end against servers that are not installed: tests/e2e/fetch-servers.sh gets them, see unpacked.sh.
server_tests = \
	tests/e2e/courier-moves.sh \
	tests/e2e/courier-utf8.sh \
	tests/e2e/popa3d-moves.sh
check_SCRIPTS += $(server_tests)

# They need the program; lib.sh makes them want the test server, too.
$(server_tests:.sh=.log): $(pop3_server) src/mailhaul

EXTRA_DIST += $(server_tests) \
	tests/e2e/courier.sh tests/e2e/fetch-servers.sh tests/e2e/popa3d.sh tests/e2e/unpacked.sh
