#include "config.h"

#include "config/value_text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "base/buf.h"
#include "base/memory.h"
#include "base/platform.h"
#include "config/fault.h"
#include "config/token.h"

enum { NAME_SHOWN = 40 };

/* Returns whether a byte is written as \xNN. A NUL would end the text. */
static bool is_hexadecimal(const char *c)
{
	return c[0] == 'x' && isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2]) &&
	    strncmp(c + 1, "00", 2) != 0;
}

static bool is_octal(const char *c)
{
	return strchr("0123", c[0]) && strspn(c, "01234567") >= 3 && strncmp(c, "000", 3) != 0;
}

/* Returns whether what follows a backslash in double quotes is allowed. */
static bool escape_is_good(const char *c, enum value_escapes escapes)
{
	if (strchr("\\\"$", *c))
		return true;
	if (is_hexadecimal(c))
		return escapes != VALUE_ESCAPES_NONE;
	return escapes == VALUE_ESCAPES_ALL && (strchr("nrte\n", *c) || is_octal(c));
}

/* Returns the value of a variable, or NULL if it is not set. The name is not terminated by NUL. */
static char *variable(const char *name, size_t length)
{
	char *copy = memory_zeroed(length + 1, 1);
	char *value;

	memcpy(copy, name, length);
	value = getenv(copy);
	platform_wipe(copy, length);
	free(copy);
	return value;
}

/* Checks "${NAME}" or "${NAME:-TEXT}" in double quotes. `name` follows the opening brace. */
static bool check_variable(const struct token *value, const char *name, bool secret, struct fault *f)
{
	static const char hint[] = "put the value in single quotes to take ${...} literally, or set the variable";
	const char *end = value->text + value->length, *brace = memchr(name, '}', (size_t)(end - name));
	const char *colon;

	if (!brace)
		return fault_set(f, value->line, "put the value in single quotes to take ${ literally",
		    "a ${ is not followed by }");
	colon = memchr(name, ':', (size_t)(brace - name));
	if (colon && colon[1] == '-')
		return true;
	if (variable(name, (size_t)(brace - name)))
		return true;
	if (secret)
		return fault_set(f, value->line, hint, "an environment variable in the value is not set");
	return fault_set(f, value->line, hint, "the environment variable %.*s is not set",
	    brace - name > NAME_SHOWN ? NAME_SHOWN : (int)(brace - name), name);
}

bool value_text_check(const struct token *value, enum value_escapes escapes, bool secret, struct fault *f)
{
	const char *end = value->text + value->length;

	if (*value->text != '"')
		return true;
	for (const char *c = value->text + 1; c < end; c++) {
		if (*c == '\\') {
			if (!escape_is_good(c + 1, escapes))
				return fault_set(f, value->line,
				    "put the value in single quotes, or write \\\\ for each backslash",
				    "a backslash in double quotes would be lost or change the text");
			c++;
		} else if (*c == '$' && c[1] == '{' && !check_variable(value, c + 2, secret, f)) {
			return false;
		}
	}
	return true;
}

/* libConfuse's words may repeat parts of a value, which may be a password. */
static void ignore_error(cfg_t *cfg, const char *format, va_list args)
{
	(void)cfg;
	(void)format;
	(void)args;
}

/* Appends a value in quotes, because libConfuse drops some characters of words without quotes. */
static void append_value(struct buf *text, const struct token *value)
{
	if (value->kind == TOKEN_QUOTED) {
		buf_append(text, value->text, value->length);
		return;
	}
	buf_append_string(text, "'");
	for (size_t i = 0; i < value->length; i++) {
		if (value->text[i] == '\\')
			buf_append_string(text, "\\");
		buf_append(text, value->text + i, 1);
	}
	buf_append_string(text, "'");
}

/* Returns copies of the values, and wipes those of libConfuse, which it does not wipe itself. */
static char **take_values(cfg_opt_t *option)
{
	unsigned count = cfg_opt_size(option);
	char **texts = memory_zeroed((size_t)count + 1, sizeof(*texts));

	for (unsigned i = 0; i < count; i++) {
		char *value = cfg_opt_getnstr(option, i);

		texts[i] = memory_copy_string(value);
		platform_wipe(value, strlen(value));
	}
	return texts;
}

char **value_text_read(const struct token *values, size_t count)
{
	cfg_opt_t options[] = {CFG_STR_LIST("values", NULL, CFGF_NONE), CFG_END()};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	struct buf text = {0};
	size_t size = sizeof("values = {}\n");
	char **texts;
	bool ok;

	if (!cfg)
		memory_exhausted();
	cfg_set_error_function(cfg, ignore_error);
	/* A buffer that grows would leave a copy of the text in memory. */
	for (size_t i = 0; i < count; i++)
		size += 2 * values[i].length + sizeof("'',");
	buf_reserve(&text, size);
	buf_append_string(&text, "values = {");
	for (size_t i = 0; i < count; i++) {
		buf_append_string(&text, i > 0 ? "," : "");
		append_value(&text, &values[i]);
	}
	buf_append_string(&text, "}\n");
	ok = cfg_parse_buf(cfg, buf_string(&text)) == CFG_SUCCESS;
	texts = take_values(cfg_getopt(cfg, "values"));
	cfg_free(cfg);
	buf_wipe(&text);
	if (ok)
		return texts;
	value_text_free(texts);
	return NULL;
}

/* Appends a piece of a text to `out`, or only counts it if out is NULL. Returns the new length of the text. */
static size_t put(char *out, size_t before, const char *piece, size_t length)
{
	if (out)
		memcpy(out + before, piece, length);
	return before + length;
}

/* The values of environment variables that secrets contain. */
static struct {
	char **values;
	size_t count;
} used;

void value_text_wipe_variables(void)
{
	for (size_t i = 0; i < used.count; i++)
		platform_wipe(used.values[i], strlen(used.values[i]));
}

static void note_used(char *value)
{
	for (size_t i = 0; i < used.count; i++) {
		if (used.values[i] == value)
			return;
	}
	used.values = memory_resize(used.values, used.count + 1, sizeof(*used.values));
	used.values[used.count++] = value;
}

/* Appends the value of "${NAME}" or "${NAME:-TEXT}", from the opening brace to the closing one. */
static size_t put_variable(char *out, size_t length, const char *open, const char *close)
{
	const char *name = open + 1, *colon = memchr(name, ':', (size_t)(close - name));
	char *value;

	if (colon && colon[1] != '-')
		colon = NULL;
	value = variable(name, (size_t)((colon ? colon : close) - name));
	if (!value)
		return colon ? put(out, length, colon + 2, (size_t)(close - colon - 2)) : length;
	note_used(value);
	return put(out, length, value, strlen(value));
}

/* Writes the text that a value stands for, or only counts its bytes if out is NULL. Returns its length. */
static size_t unquote(const struct token *value, char *out)
{
	char quote = value->kind == TOKEN_QUOTED ? *value->text : '\0';
	const char *c = value->text + (quote != '\0'), *end = value->text + value->length - (quote != '\0');
	size_t written = 0;

	while (c < end) {
		const char *close =
		    quote == '"' && c[0] == '$' && c[1] == '{' ? memchr(c, '}', (size_t)(end - c)) : NULL;

		if (close) {
			written = put_variable(out, written, c + 1, close);
			c = close + 1;
			continue;
		}
		if (quote && *c == '\\' && (quote == '"' || strchr("\\'", c[1])))
			c++;
		written = put(out, written, c++, 1);
	}
	return written;
}

/* libConfuse and the stream that it reads from leave copies of what they read in memory that they free. */
char **value_text_read_secret(const struct token *value)
{
	char **texts = memory_zeroed(2, sizeof(*texts));

	texts[0] = memory_zeroed(unquote(value, NULL) + 1, 1);
	unquote(value, texts[0]);
	return texts;
}

void value_text_free(char **texts)
{
	for (char **text = texts; text && *text; text++) {
		platform_wipe(*text, strlen(*text));
		free(*text);
	}
	free(texts);
}

const char *value_text_library_version(void)
{
	return confuse_version;
}
