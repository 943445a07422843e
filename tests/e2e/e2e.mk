# End-to-end tests: the program against real servers. See tests/tests.mk. The long ones come first.
e2e_tests = \
	tests/e2e/full-disk.sh \
	tests/e2e/lost-state.sh \
	tests/e2e/mbox-locks.sh \
	tests/e2e/faults.sh \
	tests/e2e/crash.sh \
	tests/e2e/accounts.sh \
	tests/e2e/addresses.sh \
	tests/e2e/certificate-checks.sh \
	tests/e2e/certificate-dates.sh \
	tests/e2e/certificate-strength.sh \
	tests/e2e/check-command.sh \
	tests/e2e/columns.sh \
	tests/e2e/config-mistakes.sh \
	tests/e2e/config-paths.sh \
	tests/e2e/config.sh \
	tests/e2e/cron.sh \
	tests/e2e/dane.sh \
	tests/e2e/demo.sh \
	tests/e2e/destination.sh \
	tests/e2e/dovecot-fetch.sh \
	tests/e2e/dovecot-no-mailbox.sh \
	tests/e2e/economy.sh \
	tests/e2e/fetch-every.sh \
	tests/e2e/fetch-json.sh \
	tests/e2e/few-files.sh \
	tests/e2e/identity.sh \
	tests/e2e/instructions.sh \
	tests/e2e/interrupt.sh \
	tests/e2e/key-exchange.sh \
	tests/e2e/key-log.sh \
	tests/e2e/keyring.sh \
	tests/e2e/large-message.sh \
	tests/e2e/limits.sh \
	tests/e2e/list.sh \
	tests/e2e/log.sh \
	tests/e2e/login-binding.sh \
	tests/e2e/login-external.sh \
	tests/e2e/login-failures.sh \
	tests/e2e/login-gssapi.sh \
	tests/e2e/login-oauth.sh \
	tests/e2e/login-prepared.sh \
	tests/e2e/login-secrets.sh \
	tests/e2e/login-weaker.sh \
	tests/e2e/login.sh \
	tests/e2e/manual-examples.sh \
	tests/e2e/mbox-recovery.sh \
	tests/e2e/messages.sh \
	tests/e2e/new-mail.sh \
	tests/e2e/old-state.sh \
	tests/e2e/order.sh \
	tests/e2e/other-maildrop.sh \
	tests/e2e/pins.sh \
	tests/e2e/pkcs11.sh \
	tests/e2e/plain-filesystem.sh \
	tests/e2e/progress.sh \
	tests/e2e/readers-locks.sh \
	tests/e2e/readers-recovery.sh \
	tests/e2e/readers-verify.sh \
	tests/e2e/rebuild.sh \
	tests/e2e/rebuild-foreign.sh \
	tests/e2e/recovery.sh \
	tests/e2e/refused-delivery.sh \
	tests/e2e/refused-password.sh \
	tests/e2e/retention.sh \
	tests/e2e/root.sh \
	tests/e2e/samples.sh \
	tests/e2e/secret-files.sh \
	tests/e2e/shared-state.sh \
	tests/e2e/standard-descriptors.sh \
	tests/e2e/state.sh \
	tests/e2e/status-runs.sh \
	tests/e2e/status.sh \
	tests/e2e/storage-failure.sh \
	tests/e2e/systemd.sh \
	tests/e2e/temporary-files.sh \
	tests/e2e/trusted-files.sh \
	tests/e2e/trusted-state.sh \
	tests/e2e/umask.sh \
	tests/e2e/unchanged.sh \
	tests/e2e/verify-moved.sh \
	tests/e2e/verify.sh \
	tests/e2e/worker-memory.sh
check_SCRIPTS += $(e2e_tests) tests/fresh/packages.sh

# These tests need the program and its test server.
$(e2e_tests:.sh=.log): $(pop3_server) src/mailhaul
tests/e2e/few-files.log: $(old_kernel)
tests/e2e/large-message.log tests/e2e/lost-state.log: tests/bench/measure
tests/e2e/instructions.log: $(decode)
tests/e2e/plain-filesystem.log: $(plain_fs)
tests/e2e/key-exchange.log: $(with_mlkem)
tests/e2e/shared-state.log: $(no_locks)
tests/e2e/storage-failure.log: $(short_writes)

EXTRA_DIST += $(e2e_tests) \
	tests/e2e/lib/certificates.sh \
	tests/e2e/lib/common.sh \
	tests/e2e/lib/compare.py \
	tests/e2e/lib/dovecot.sh \
	tests/e2e/lib/kerberos.sh \
	tests/e2e/lib/messages.sh \
	tests/e2e/lib/old_state.py \
	tests/e2e/lib/order.py \
	tests/e2e/lib/pop3_dump.py \
	tests/e2e/lib/pop3_ready.py \
	tests/e2e/lib/ports.sh \
	tests/e2e/lib/readers.sh \
	tests/e2e/lib/softhsm.sh \
	tests/e2e/lib/tap.sh \
	tests/e2e/lib/trust.sh \
	tests/e2e/lib/wait.sh \
	tests/fresh/packages.sh tests/fresh/run.sh tests/support/ask_on_tty.py tests/support/between.py \
	tests/support/demo.sh tests/support/held_secrets.py tests/support/introspect.py tests/support/json_lines.py tests/support/on_tty.py tests/support/with_signals.py

#? picture         make the picture in README from a run of the demo
# Creates the picture in README from a real run.
picture: $(pop3_server) src/mailhaul
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/support/picture.sh '$(abs_top_srcdir)/doc/terminal.svg'
.PHONY: picture
EXTRA_DIST += tests/support/picture.py tests/support/picture.sh

#? check-fresh     run the commands of README in minimal Debian systems; needs root and the network
# Runs both commands of README in minimal systems made by debootstrap; needs root and the network.
check-fresh:
	$(SHELL) $(srcdir)/tests/fresh/run.sh

#? check-crash     kill a run, and fail its system calls, at every point; an hour or more
# Tries every point where a run can be killed or fail, instead of a sample; takes an hour or more.
check-crash: $(pop3_server) src/mailhaul
	CRASH_POINTS=all srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/e2e/crash.sh
	FAULT_POINTS=all srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/e2e/faults.sh
.PHONY: check-fresh check-crash
