#include "config.h"

#include "config/password.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "config/account.h"
#include "io/process.h"

enum {
	PASSWORD_OCTETS_MOST = 64 * 1024,
	COMMAND_SECONDS = 60,
};

static bool run_command(const struct account *a, struct buf *output, struct error *err)
{
	struct process *process;
	char words[256];
	int status;

	/* The collected octets must not be moved about in memory: room for all of them at once. */
	buf_reserve(output, PASSWORD_OCTETS_MOST);
	if (!process_start(&process, a->password_command, -1, output, PASSWORD_OCTETS_MOST, COMMAND_SECONDS, err))
		return false;
	if (!process_finish(&process, &status, words, sizeof(words), err)) {
		err->kind = ERROR_CONFIG;
		return error_mend(err, "password_command must not wait for somebody");
	}
	if (status == 0)
		return true;
	error_set(err, ERROR_CONFIG, "password_command %s ended with status %d%s%s", a->password_command[0], status,
	    words[0] ? ": " : "", words);
	return error_mend(err, "run the command by hand to see what it wants");
}

bool password_obtain(struct account *a, struct error *err)
{
	struct buf output = {0};
	size_t length;
	bool ok;

	if (a->password)
		return true;
	ok = run_command(a, &output, err);
	if (ok) {
		length = output.length > 0 ? strcspn(buf_string(&output), "\r\n") : 0;
		if (length > 0) {
			a->password = secret_make(output.data, length);
		} else {
			error_set(err, ERROR_CONFIG, "password_command %s printed no password", a->password_command[0]);
			ok = error_mend(err, "it has to print the password as its first line");
		}
	}
	buf_wipe(&output);
	return ok;
}
