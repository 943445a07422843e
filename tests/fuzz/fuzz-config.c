/*
 * The configuration, as `mailhaul --check-config` reads it; nothing of it is run. Input: the text of
 * main.conf, and behind a line "%%" that of more.conf, which it may include. What is refused is told
 * in plain lines; what is taken is complete and in its bounds.
 */
#include "config.h"

#include "base/mechanism.h"
#include "config/account_options.h"
#include "config/problems.h"
#include "config/settings.h"
#include "deliver/destination.h"
#include "fuzz.h"

/*
 * libconfuse 3.3 forgets the arguments of a call, such as include("a"}, that it finds an error in.
 * The process that reads a configuration with an error in it says so and ends.
 */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfuse\n";
}

static void must_be_sound(struct account *a)
{
	MUST(account_name_is_good(a->name));
	MUST(a->server && *a->server && !strpbrk(a->server, " \t\r\n/@"));
	MUST(a->port >= 1 && a->port <= 65535);
	MUST(a->user && *a->user);
	MUST((a->password != NULL) == (a->secret_source == SECRET_PASSWORD) ||
	    (a->mechanism && a->mechanism->secret == MECHANISM_NOTHING));
	MUST(!a->password_command || (a->password_command[0] && *a->password_command[0]));
	MUST(a->destination.ops != NULL);
	MUST((a->destination.path == NULL) == (a->destination.ops == &pipe_ops));
	MUST((a->deliver_command != NULL) == (a->destination.ops == &pipe_ops));
	MUST(a->timeout >= 1 && a->timeout <= 86400);
	MUST(a->connect_timeout >= 1 && a->connect_timeout <= 86400);
	MUST(a->deliver_timeout >= 1 && a->deliver_timeout <= 86400);
}

static void must_be_told(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		MUST(*problems->lines[i] && is_plain(problems->lines[i]));
}

/* Both files. Devices are left alone: reading one may wait for somebody. */
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
	must_be_told(&problems);
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
