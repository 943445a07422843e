#include "config.h"

#include "config/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <confuse.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/platform.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/log_place.h"
#include "config/path.h"
#include "config/problems.h"
#include "config/unknown_option.h"
#include "fs/directory.h"

enum { FILE_OCTETS_MOST = 4 * 1024 * 1024, PARTS_MOST = 64, OPTIONS_MOST = 64 };

/*
 * libconfuse accepts a file that ends inside a section or a comment. This option is appended to the text. It is set
 * at the top level only if the file is complete.
 */
#define END_MARK "__end_of_file__"

/* An option that has been set, to detect duplicates. libconfuse reports lists value by value. */
struct seen {
	const cfg_opt_t *option;
	int line;
	unsigned size;
	bool complete;
};

/* One of the configuration files. */
struct part {
	char *path, *directory;
	cfg_t *cfg; /* NULL if the file has not been read or cannot be read */
	cfg_opt_t account[OPTIONS_MOST + 1], defaults[OPTIONS_MOST + 1], top[8];
	struct seen *seen;
	size_t seen_count;
	bool has_defaults;
	bool readable_by_others;
};

struct file {
	struct part *parts[PARTS_MOST];
	size_t count;
	struct problems *problems;
	struct part *current; /* the file being parsed */
};

/* libconfuse's callbacks take no context, so this points to the file while it is parsed. */
static struct file *parsing;

static void complain(int line, const char *what, const char *hint)
{
	problems_add(parsing->problems, "%s:%d: %s; %s", parsing->current->path, line, what, hint);
}

static bool follows_password(int line)
{
	const struct part *part = parsing->current;
	const struct seen *last = part->seen_count > 0 ? &part->seen[part->seen_count - 1] : NULL;

	return last && last->line == line && strcmp(last->option->name, "password") == 0;
}

/* Reports an option that its section does not have. */
static void complain_unknown(const cfg_t *cfg, const char *name)
{
	const char *names[OPTIONS_MOST + 8];
	struct unknown_option unknown;
	size_t count = 0;

	for (const cfg_opt_t *o = cfg->opts; o->name && count < OPTIONS_MOST + 8; o++)
		names[count++] = o->name;
	unknown_option(&unknown, name, strcmp(cfg->name, "root") == 0, follows_password(cfg->line), names, count);
	complain(cfg->line, unknown.what, unknown.hint);
}

__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *cfg, const char *format, va_list args)
{
	char text[512], *quote, *end;

	vsnprintf(text, sizeof(text), format, args);
	quote = strchr(text, '\'');
	end = quote ? strrchr(quote + 1, '\'') : NULL;
	if (strstr(text, END_MARK) || strncmp(text, "premature end", 13) == 0 ||
	    strncmp(text, "unterminated", 12) == 0) {
		complain(cfg->line, "the file ends inside a section, a string or a comment",
		    "add the closing }, quote or */ that is missing");
	} else if ((strncmp(text, "no such option", 14) == 0 || strncmp(text, "no sub-section", 14) == 0) && end) {
		*end = '\0';
		complain_unknown(cfg, quote + 1);
	} else if (strncmp(text, "unexpected token", 16) == 0) {
		complain(cfg->line, "there is other text where a comma or a brace is expected",
		    "check the quotes, commas and braces in this line and in those above it");
	} else if (strncmp(text, "found duplicate title", 21) == 0) {
		complain(cfg->line, "another account already has this name", "give each account its own name");
	} else {
		complain(cfg->line, text, "write an option as name = value, and a section as name { ... }");
	}
}

static struct seen *find_seen(const struct part *part, const cfg_opt_t *option)
{
	for (size_t i = part->seen_count; i > 0; i--) {
		if (part->seen[i - 1].option == option)
			return &part->seen[i - 1];
	}
	return NULL;
}

/* Returns whether an option is set twice in a section. libconfuse silently uses the last value. */
static bool is_second(const cfg_opt_t *option, int line, bool list, unsigned size)
{
	struct part *part = parsing->current;
	struct seen *s = find_seen(part, option);

	if (!s) {
		part->seen = memory_resize(part->seen, part->seen_count + 1, sizeof(*part->seen));
		s = &part->seen[part->seen_count++];
		*s = (struct seen){.option = option, .line = line};
	}
	if (s->complete)
		return true;
	/* libconfuse reports a list once for each value and once at its end. */
	s->complete = !list || size == s->size;
	s->size = size;
	return false;
}

static void check_double(const cfg_t *cfg, cfg_opt_t *opt, bool list)
{
	char what[128];

	snprintf(what, sizeof(what), "%s is set twice", opt->name);
	if (is_second(opt, cfg->line, list, cfg_opt_size(opt)))
		complain(cfg->line, what, "remove one of them");
}

/* Returns the values of an option in the form that account_set expects. The caller frees the array. */
static const char **values_of(cfg_opt_t *opt)
{
	unsigned count = cfg_opt_size(opt);
	const char **values = memory_zeroed((size_t)count + 1, sizeof(*values));

	for (unsigned i = 0; i < count; i++)
		values[i] = cfg_opt_getnstr(opt, i);
	return values;
}

/* Checks a value while it is parsed, because its line is known only then. */
static int on_account_option(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct account_option *option = account_find_option(opt->name);
	const char **values;
	struct account trial;
	struct error err;

	if (!option)
		return 0; /* only options in the table have this callback */
	values = values_of(opt);
	check_double(cfg, opt, account_value_is_list(option));
	account_init(&trial, "trial");
	if (values[0] && !account_set(&trial, option, values, "/", &err))
		complain(cfg->line, err.cause, err.hint);
	account_free(&trial);
	free(values);
	return 0;
}

static int on_top_option(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = cfg_opt_getnstr(opt, 0), *path;
	enum log_place place;
	uint64_t jobs;
	char what[256];

	check_double(cfg, opt, false);
	snprintf(what, sizeof(what), "%s = \"%s\" is not valid", opt->name, value);
	if (strcmp(opt->name, "jobs") == 0 && (!parse_number(value, strlen(value), 100, &jobs) || jobs == 0))
		complain(cfg->line, what, "set jobs to a number from 1 to 100");
	if (strcmp(opt->name, "log") == 0 && !log_place_parse(value, &place, &path))
		complain(cfg->line, what, "set log to " LOG_PLACE_EXPECTED);
	return 0;
}

static int on_defaults(cfg_t *cfg, cfg_opt_t *opt)
{
	check_double(cfg, opt, false);
	for (size_t i = 0; i < parsing->count; i++) {
		if (parsing->parts[i] != parsing->current && parsing->parts[i]->has_defaults)
			complain(cfg->line, "another file already has a defaults section", "remove one of them");
	}
	parsing->current->has_defaults = true;
	return 0;
}

static int on_account(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *name = cfg_title(cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1));

	if (!account_name_is_good(name))
		complain(cfg->line, "an account name may contain only letters, digits and . _ @ + -",
		    "rename the account");
	return 0;
}

static void add_part(struct file *f, char *path)
{
	struct part *part = memory_zeroed(1, sizeof(*part));

	part->path = path;
	part->directory = directory_of(path);
	f->parts[f->count++] = part;
}

static int on_include(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	char *path;

	(void)opt;
	if (argc != 1) {
		complain(cfg->line, "include takes exactly one file", "write include(\"FILE\")");
		return 0;
	}
	path = path_resolve(argv[0], parsing->current->directory);
	for (size_t i = 0; i < parsing->count; i++) {
		if (strcmp(parsing->parts[i]->path, path) == 0) {
			complain(cfg->line, "this file is included twice", "include it once");
			free(path);
			return 0;
		}
	}
	if (parsing->count == PARTS_MOST) {
		complain(cfg->line, "too many files are included", "put the accounts into fewer files");
		free(path);
		return 0;
	}
	add_part(parsing, path);
	return 0;
}

/* Reads a complete file. On failure it adds a problem and returns false. */
static bool read_text(struct file *f, struct part *part, struct buf *text)
{
	FILE *stream = fopen(part->path, "re");
	struct stat st;
	size_t n = 0;
	bool ok = stream && fstat(fileno(stream), &st) == 0;

	if (!ok) {
		problems_add(f->problems, "%s: the configuration cannot be read: %s; check its path and permissions",
		    part->path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		problems_add(f->problems, "%s: the configuration is not a file; name the file itself", part->path);
		ok = false;
	}
	while (ok && text->length <= FILE_OCTETS_MOST && (n = fread(buf_reserve(text, 4096), 1, 4096, stream)) > 0)
		text->length += n;
	if (ok && (ferror(stream) || text->length > FILE_OCTETS_MOST || memchr(buf_string(text), '\0', text->length))) {
		problems_add(f->problems,
		    "%s: this is not a configuration: it is not text, or it is too long; see mailhaul.conf(5) for "
		    "the format",
		    part->path);
		ok = false;
	}
	if (ok)
		part->readable_by_others = S_ISREG(st.st_mode) && (st.st_mode & 077) != 0;
	if (stream)
		fclose(stream);
	return ok;
}

static void make_section(cfg_opt_t *section)
{
	for (size_t i = 0; i < account_option_count; i++) {
		section[i] = account_value_is_list(&account_options[i])
		    ? (cfg_opt_t)CFG_STR_LIST(account_options[i].name, NULL, CFGF_NONE)
		    : (cfg_opt_t)CFG_STR(account_options[i].name, NULL, CFGF_NONE);
	}
	section[account_option_count] = (cfg_opt_t)CFG_END();
}

static void prepare(struct part *part)
{
	const cfg_opt_t top[] = {
	    CFG_SEC("account", part->account, CFGF_TITLE | CFGF_MULTI | CFGF_NO_TITLE_DUPES),
	    CFG_SEC("defaults", part->defaults, CFGF_NONE),
	    CFG_STR("jobs", NULL, CFGF_NONE),
	    CFG_STR("log", NULL, CFGF_NONE),
	    CFG_STR("state_dir", NULL, CFGF_NONE),
	    CFG_FUNC("include", on_include),
	    CFG_STR(END_MARK, NULL, CFGF_NONE),
	    CFG_END(),
	};
	char name[64];

	make_section(part->account);
	make_section(part->defaults);
	memcpy(part->top, top, sizeof(top));
	part->cfg = cfg_init(part->top, CFGF_NONE);
	if (!part->cfg)
		memory_exhausted();
	cfg_set_error_function(part->cfg, on_error);
	cfg_set_validate_func(part->cfg, "account", on_account);
	cfg_set_validate_func(part->cfg, "defaults", on_defaults);
	cfg_set_validate_func(part->cfg, "jobs", on_top_option);
	cfg_set_validate_func(part->cfg, "log", on_top_option);
	cfg_set_validate_func(part->cfg, "state_dir", on_top_option);
	for (size_t i = 0; i < account_option_count; i++) {
		snprintf(name, sizeof(name), "account|%s", account_options[i].name);
		cfg_set_validate_func(part->cfg, name, on_account_option);
		snprintf(name, sizeof(name), "defaults|%s", account_options[i].name);
		cfg_set_validate_func(part->cfg, name, on_account_option);
	}
}

static bool has_password(struct part *part)
{
	bool found = cfg_getstr(cfg_getsec(part->cfg, "defaults"), "password") != NULL;

	for (unsigned i = 0; i < cfg_size(part->cfg, "account"); i++)
		found = found || cfg_getstr(cfg_getnsec(part->cfg, "account", i), "password") != NULL;
	return found;
}

static void parse_part(struct file *f, struct part *part)
{
	struct buf text = {0};
	FILE *stream;
	int result;

	if (!read_text(f, part, &text))
		goto out;
	buf_append_string(&text, "\n" END_MARK " = 1\n");
	prepare(part);
	stream = fmemopen(text.data, text.length, "r");
	part->cfg->filename = strdup(part->path);
	if (!stream || !part->cfg->filename)
		memory_exhausted();
	parsing = f;
	f->current = part;
	result = cfg_parse_fp(part->cfg, stream);
	if (result == CFG_SUCCESS && !cfg_getstr(part->cfg, END_MARK))
		complain(part->cfg->line, "the file ends inside a comment", "add the closing */ that is missing");
	parsing = NULL;
	fclose(stream);
	if (has_password(part) && part->readable_by_others)
		problems_add(f->problems,
		    "%s: the file contains a password and can be read by others; run: chmod 600 %s", part->path,
		    part->path);
out:
	buf_wipe(&text);
}

struct file *file_read(const char *path, struct problems *problems)
{
	struct file *f = memory_zeroed(1, sizeof(*f));

	f->problems = problems;
	add_part(f, memory_copy_string(path));
	/* Parsing a file appends the files that it includes. */
	for (size_t i = 0; i < f->count; i++)
		parse_part(f, f->parts[i]);
	return f;
}

/* libconfuse does not wipe memory before it frees it. */
static void wipe_password(cfg_t *section)
{
	char *password = cfg_getstr(section, "password");

	if (password)
		platform_wipe(password, strlen(password));
}

void file_free(struct file *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct part *part = f->parts[i];

		if (part->cfg) {
			wipe_password(cfg_getsec(part->cfg, "defaults"));
			for (unsigned k = 0; k < cfg_size(part->cfg, "account"); k++)
				wipe_password(cfg_getnsec(part->cfg, "account", k));
			cfg_free(part->cfg);
		}
		free(part->seen);
		free(part->path);
		free(part->directory);
		free(part);
	}
	free(f);
}

/* Returns "FILE:LINE" of an option that was set. The caller frees it. */
static char *place_of(const struct part *part, const cfg_opt_t *option)
{
	const struct seen *s = find_seen(part, option);

	return memory_format("%s:%d", part->path, s ? s->line : 0);
}

const char *file_top_value(const struct file *f, const char *option, const char **directory, char **place)
{
	for (size_t i = 0; i < f->count; i++) {
		const char *value = f->parts[i]->cfg ? cfg_getstr(f->parts[i]->cfg, option) : NULL;

		*directory = f->parts[i]->directory;
		if (!value)
			continue;
		memory_replace(place, place_of(f->parts[i], cfg_getopt(f->parts[i]->cfg, option)));
		return value;
	}
	return "";
}

size_t file_account_count(const struct file *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->parts[i]->cfg ? cfg_size(f->parts[i]->cfg, "account") : 0;
	return count;
}

/* Returns the section of an account. Stores the file that contains it in *part. */
static cfg_t *find_account(const struct file *f, size_t index, const struct part **part)
{
	*part = f->parts[0];
	for (size_t i = 0; i < f->count; i++) {
		size_t here = f->parts[i]->cfg ? cfg_size(f->parts[i]->cfg, "account") : 0;

		*part = f->parts[i];
		if (index < here)
			return cfg_getnsec(f->parts[i]->cfg, "account", (unsigned)index);
		index -= here;
	}
	return NULL;
}

const char *file_account_name(const struct file *f, size_t index)
{
	const struct part *part;

	return cfg_title(find_account(f, index, &part));
}

void file_account_place(const struct file *f, size_t index, char *out, size_t size)
{
	const struct part *part;
	const cfg_t *section = find_account(f, index, &part);

	snprintf(out, size, "%s:%d", part->path, section->line);
}

static bool apply(const struct part *part, cfg_t *section, struct account *a, struct error *err)
{
	for (size_t i = 0; i < account_option_count; i++) {
		cfg_opt_t *option = cfg_getopt(section, account_options[i].name);
		const char **values = values_of(option);
		bool ok = !values[0] || account_set(a, &account_options[i], values, part->directory, err);

		if (ok && values[0])
			account_set_place(a, &account_options[i], place_of(part, option));
		free(values);
		if (!ok)
			return false;
	}
	return true;
}

bool file_fill_account(const struct file *f, size_t index, struct account *a, struct error *err)
{
	const struct part *part;
	cfg_t *section = find_account(f, index, &part);

	for (size_t i = 0; i < f->count; i++) {
		if (f->parts[i]->has_defaults && !apply(f->parts[i], cfg_getsec(f->parts[i]->cfg, "defaults"), a, err))
			return false;
	}
	account_end_defaults(a);
	return apply(part, section, a, err);
}

const char *file_library_version(void)
{
	return confuse_version;
}
