#include "config.h"

#include "config/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mechanism.h"
#include "base/memory.h"
#include "base/secret.h"
#include "config/account.h"
#include "config/netrc.h"
#include "config/plain_text.h"
#include "fs/private_file.h"
#include "fs/trust.h"
#include "io/process.h"
#include "io/terminal.h"

enum {
	PASSWORD_OCTETS_MOST = 64 * 1024,
	COMMAND_SECONDS = 60,
};

/* Returns the account's command that prints its secret, or NULL if it has none. */
static char **command_of(const struct account *a)
{
	if (a->login.source == SECRET_TOKEN_COMMAND)
		return a->login.token_command;
	return a->login.source == SECRET_COMMAND ? a->login.password_command : NULL;
}

static bool run_command(const char *option, char **command, struct buf *output, struct error *err)
{
	const struct process_request request = {
	    .argv = command,
	    .input = -1,
	    .output = output,
	    .output_most = PASSWORD_OCTETS_MOST,
	    .seconds = COMMAND_SECONDS,
	};
	struct process *process;
	char words[256], end[PROCESS_END];
	int status;

	if (!process_start(&process, &request, err))
		return false;
	if (!process_finish(&process, &status, words, sizeof(words), err)) {
		err->kind = ERROR_CONFIG;
		return error_hint(err, "run it by hand: %s must not wait for input", option);
	}
	if (status == 0)
		return true;
	if (!words[0]) {
		error_set(err, ERROR_CONFIG, "%s %s %s and printed no error message", option, command[0],
		    process_end_words(status, end));
		return error_hint(err, "run the command by hand to see why it fails");
	}
	error_set(err, ERROR_CONFIG, "%s %s %s: %s", option, command[0], process_end_words(status, end), words);
	return error_hint(err, "run the command by hand to see why it fails");
}

static bool fail_file(const char *option, const char *path, struct error *err)
{
	error_errno(err, ERROR_CONFIG, errno, "%s %s cannot be read", option, path);
	return error_hint(err, "check the path and the file's permissions");
}

/*
 * Reads a file with a secret. Others must be able neither to read nor to change a `private` file. systemd credentials
 * are exempt because the mask of their access list looks like permissions for others.
 */
static bool read_file(const char *option, const char *path, bool private, struct buf *output, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char hint[PRIVATE_FILE_HINT];
	struct stat st;
	ssize_t n = 0;
	bool ok = false;

	if (fd < 0)
		return fail_file(option, path, err);
	if (fstat(fd, &st) != 0) {
		fail_file(option, path, err);
	} else if (private && !private_file(path, &st, PRIVATE_FROM_ALL, hint)) {
		error_set(err, ERROR_CONFIG, "%s %s can be read by others", option, path);
		error_hint(err, "%s", hint);
	} else if (!private || !S_ISREG(st.st_mode) || trust_file(ERROR_CONFIG, option, path, &st, err)) {
		while (output->length < PASSWORD_OCTETS_MOST &&
		    (n = read(fd, output->data + output->length, PASSWORD_OCTETS_MOST - output->length)) > 0)
			output->length += (size_t)n;
		ok = n >= 0 || fail_file(option, path, err);
	}
	close(fd);
	return ok;
}

/* Returns what follows the name of the option in messages. */
static const char *place_of(const struct account *a)
{
	switch (a->login.source) {
	case SECRET_COMMAND:
	case SECRET_TOKEN_COMMAND:
		return command_of(a)[0];
	case SECRET_FILE:
		return a->login.password_file;
	case SECRET_CREDENTIAL:
		return a->login.password_credential;
	case SECRET_NETRC:
		return a->login.password_netrc;
	default:
		return "input";
	}
}

static const char *option_of(const struct account *a)
{
	static const char *const options[] = {
	    [SECRET_COMMAND] = "password_command",
	    [SECRET_TOKEN_COMMAND] = "token_command",
	    [SECRET_FILE] = "password_file",
	    [SECRET_CREDENTIAL] = "password_credential",
	    [SECRET_NETRC] = "password_netrc",
	    [SECRET_PROMPT] = "password_prompt",
	};

	return options[a->login.source];
}

/* Removes a byte order mark, and refuses what is not text. */
static bool check_text(const struct account *a, struct buf *text, struct error *err)
{
	enum plain_text form = plain_text(text);

	if (form == PLAIN_TEXT)
		return true;
	error_set(err, ERROR_CONFIG, "%s %s %s %s", option_of(a), place_of(a), command_of(a) ? "printed" : "contains",
	    form == PLAIN_TEXT_WIDE ? "UTF-16 or UTF-32" : "a NUL byte");
	if (command_of(a))
		return error_hint(err, "make it print plain text in UTF-8");
	if (a->login.source == SECRET_PROMPT)
		return error_hint(err, "type only the password");
	return error_hint(err, "save it as plain text in UTF-8");
}

static bool read_credential(const struct account *a, struct buf *output, struct error *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char *path;
	bool ok;

	if (!directory) {
		error_set(err, ERROR_CONFIG, "there is no credential %s: CREDENTIALS_DIRECTORY is not set",
		    a->login.password_credential);
		return error_hint(err,
		    "run mailhaul as a systemd service with LoadCredential=, or set the password in another way");
	}
	path = memory_format("%s/%s", directory, a->login.password_credential);
	ok = read_file("password_credential", path, false, output, err);
	free(path);
	return ok;
}

static bool read_netrc(const struct account *a, struct buf *output, struct error *err)
{
	struct buf text = {0};
	bool ok;

	buf_reserve(&text, PASSWORD_OCTETS_MOST + 1);
	ok = read_file("password_netrc", a->login.password_netrc, true, &text, err);
	ok = ok && check_text(a, &text, err);
	if (ok && !netrc_find(buf_string(&text), a->server, a->login.user, output)) {
		error_set(err, ERROR_CONFIG, "password_netrc %s has no password for %s at %s", a->login.password_netrc,
		    a->login.user, a->server);
		ok = error_hint(err, "add an entry: machine %s login %s password ...", a->server, a->login.user);
	}
	buf_wipe(&text);
	return ok;
}

static bool ask(const struct account *a, struct buf *output, struct error *err)
{
	char *question = memory_format("Password for %s (%s at %s): ", a->name, a->login.user, a->server);
	bool ok = terminal_ask(question, output, err);

	free(question);
	return ok;
}

/* Reads everything that the account's source provides into *output, which has enough room for it. */
static bool read_source(const struct account *a, struct buf *output, struct error *err)
{
	switch (a->login.source) {
	case SECRET_COMMAND:
		return run_command("password_command", a->login.password_command, output, err);
	case SECRET_TOKEN_COMMAND:
		return run_command("token_command", a->login.token_command, output, err);
	case SECRET_FILE:
		return read_file("password_file", a->login.password_file, true, output, err);
	case SECRET_CREDENTIAL:
		return read_credential(a, output, err);
	case SECRET_NETRC:
		return read_netrc(a, output, err);
	default:
		return ask(a, output, err);
	}
}

static bool fail_empty(const struct account *a, struct error *err)
{
	const char *what = a->login.source == SECRET_TOKEN_COMMAND ? "token" : "password";

	if (!command_of(a)) {
		error_set(err, ERROR_CONFIG, "%s %s contains no password", option_of(a), place_of(a));
		return error_hint(err, "write the password on its first line");
	}
	error_set(err, ERROR_CONFIG, "%s %s printed no %s", option_of(a), place_of(a), what);
	return error_hint(err, "make it print the %s on its first line", what);
}

/* What follows the first line is not the password, and may be anything. */
static void keep_first_line(struct buf *text)
{
	const char *end = memchr(buf_string(text), '\n', text->length);

	if (end)
		text->length = (size_t)(end - text->data);
}

static bool obtain(struct account *a, struct error *err)
{
	struct buf output = {0};
	size_t length;
	bool ok;

	/* Reserve room for everything at once, so that a growing buffer leaves no copy of the secret in memory. */
	buf_reserve(&output, PASSWORD_OCTETS_MOST + 1);
	ok = read_source(a, &output, err);
	keep_first_line(&output);
	ok = ok && check_text(a, &output, err);
	if (ok) {
		length = strcspn(buf_string(&output), "\r\n");
		if (length > 0)
			a->login.password = secret_make(output.data, length);
		else
			ok = fail_empty(a, err);
	}
	buf_wipe(&output);
	return ok;
}

static bool same_command(const struct account *a, const struct account *b)
{
	char **one = command_of(a), **other = command_of(b);

	if (!one || !other || a->login.source != b->login.source)
		return false;
	for (; *one && *other && strcmp(*one, *other) == 0; one++)
		other++;
	return !*one && !*other;
}

/* Copies the result of another account's command, a secret or a failure. Returns false if there is no result yet. */
static bool share(struct account *a, const struct account *other, struct error *err)
{
	if (other->login.password)
		a->login.password =
		    secret_make(secret_text(other->login.password), secret_length(other->login.password));
	else if (other->login.failure)
		*err = *other->login.failure;
	return other->login.password || other->login.failure;
}

bool password_obtain(struct account *const *accounts, size_t index, struct error *err)
{
	struct account *a = accounts[index];

	if (a->login.password || (a->login.mechanism && a->login.mechanism->secret == MECHANISM_NOTHING))
		return true;
	if (a->login.failure) {
		*err = *a->login.failure;
		return false;
	}
	for (size_t i = 0; i < index; i++) {
		if (same_command(accounts[i], a) && share(a, accounts[i], err))
			return a->login.password != NULL;
	}
	if (obtain(a, err))
		return true;
	a->login.failure = memory_zeroed(1, sizeof(*err));
	*a->login.failure = *err;
	return false;
}
