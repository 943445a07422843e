/*
 * The configuration, as `mailhaul --check-config` reads it; no command in it is run. Input: the text of main.conf
 * and, after a line "%%", that of more.conf, which it may include. A refusal has to be reported in plain lines. An
 * accepted configuration has to be complete and within its bounds.
 */
#include "config.h"

#include "base/mechanism.h"
#include "config/account_options.h"
#include "config/problems.h"
#include "config/settings.h"
#include "deliver/destination.h"
#include "fuzz.h"

static void must_be_sound(struct account *a)
{
	MUST(account_name_is_good(a->name));
	MUST(a->server && *a->server && !strpbrk(a->server, " \t\r\n/@[]"));
	MUST(a->port >= 1 && a->port <= 65535);
	MUST(a->login.user && *a->login.user);
	MUST((a->login.password != NULL) == (a->login.source == SECRET_PASSWORD) ||
	    (a->login.mechanism && a->login.mechanism->secret == MECHANISM_NOTHING));
	MUST(!a->login.password_command || (a->login.password_command[0] && *a->login.password_command[0]));
	MUST(a->delivery.to.ops != NULL);
	MUST((a->delivery.to.path == NULL) == (a->delivery.to.ops == &pipe_ops));
	MUST((a->delivery.command != NULL) == (a->delivery.to.ops == &pipe_ops));
	MUST(a->limits.timeout >= 1 && a->limits.timeout <= 86400);
	MUST(a->limits.connect_timeout >= 1 && a->limits.connect_timeout <= 86400);
	MUST(a->delivery.command_limit >= 1 && a->delivery.command_limit <= 86400);
}

static void expect_reports(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		MUST(*problems->lines[i] && is_plain(problems->lines[i]) &&
		    (!problems->sources[i] || is_plain(problems->sources[i])));
}

/* Writes both files. Inputs with devices are skipped, because reading one may block. */
static bool write_files(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n%%\n";
	const uint8_t *cut = memmem(data, size, mark, sizeof(mark) - 1);
	size_t first = cut ? (size_t)(cut - data) : size;

	if (memmem(data, size, "/dev", 4) || memmem(data, size, "/proc", 5))
		return false;
	fuzz_write("main.conf", data, first);
	if (cut)
		fuzz_write("more.conf", cut + sizeof(mark) - 1, size - first - (sizeof(mark) - 1));
	else
		fuzz_remove("more.conf");
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = {0};
	struct settings settings;
	char *path;
	bool ok;

	setenv("HOME", fuzz_directory(), 1);
	if (size == 0 || !write_files(data, size))
		return 0;
	path = fuzz_path("main.conf");
	ok = settings_load(&settings, path, &problems);
	MUST(ok == (problems.count == 0));
	expect_reports(&problems);
	if (ok) {
		MUST(settings.jobs >= 1 && settings.jobs <= 100);
		MUST(settings.state_dir && *settings.state_dir && settings.count > 0);
		for (size_t i = 0; i < settings.count; i++)
			must_be_sound(&settings.accounts[i]);
	}
	settings_free(&settings);
	problems_free(&problems);
	free(path);
	return 0;
}
