#include "config.h"

#include "config/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/file_private.h"
#include "config/file_text.h"
#include "config/problems.h"
#include "config/reader.h"
#include "config/value_text.h"
#include "fs/directory.h"

enum { PARTS_MOST = 64 };

const char *const file_top_names[FILE_TOP_COUNT] = {"jobs", "log", "state_dir"};

bool file_add_part(struct file *f, char *path)
{
	struct part *part;

	if (f->count == PARTS_MOST) {
		free(path);
		return false;
	}
	part = memory_zeroed(1, sizeof(*part));
	part->path = path;
	part->directory = directory_of(path);
	f->parts = memory_resize(f->parts, f->count + 1, sizeof(struct part *));
	f->parts[f->count++] = part;
	return true;
}

struct section *file_add_section(struct file *f, const struct part *part, char *name, unsigned line)
{
	struct section *section = memory_zeroed(1, sizeof(*section));

	*section = (struct section){.part = part, .name = name, .line = line};
	section->settings = memory_zeroed(account_option_count, sizeof(*section->settings));
	if (name) {
		f->accounts = memory_resize(f->accounts, f->account_count + 1, sizeof(struct section *));
		f->accounts[f->account_count++] = section;
	} else {
		f->defaults = section;
	}
	return section;
}

struct file *file_read(const char *path, struct problems *problems)
{
	struct file *f = memory_zeroed(1, sizeof(*f));

	f->problems = problems;
	file_add_part(f, memory_copy_string(path));
	/* Parsing a file appends the files that it includes. */
	for (size_t i = 0; i < f->count; i++) {
		struct part *part = f->parts[i];
		char exposed[PRIVATE_FILE_HINT];
		struct secret *text = file_text_read(part->path, exposed, problems);

		if (text)
			reader_parse(f, part, secret_text(text));
		else
			f->incomplete = true;
		if (part->has_password && exposed[0])
			problems_add(problems, "%s: the file contains a password and can be read by others; %s",
			    part->path, exposed);
		secret_free(&text);
	}
	return f;
}

static void free_section(struct section *section)
{
	for (size_t i = 0; section && i < account_option_count; i++)
		value_text_free(section->settings[i].values);
	if (!section)
		return;
	free(section->settings);
	free(section->name);
	free(section);
}

void file_free(struct file *f)
{
	for (size_t i = 0; i < f->account_count; i++)
		free_section(f->accounts[i]);
	free_section(f->defaults);
	for (size_t i = 0; i < f->count; i++) {
		for (size_t k = 0; k < FILE_TOP_COUNT; k++)
			value_text_free(f->parts[i]->top[k].values);
		free(f->parts[i]->path);
		free(f->parts[i]->directory);
		free(f->parts[i]);
	}
	free(f->parts);
	free(f->accounts);
	free(f);
}

const char *file_top_value(const struct file *f, const char *option, const char **directory, char **place)
{
	for (size_t i = 0; i < f->count; i++) {
		for (size_t k = 0; k < FILE_TOP_COUNT; k++) {
			const struct setting *setting = &f->parts[i]->top[k];

			if (!setting->values || strcmp(file_top_names[k], option) != 0)
				continue;
			*directory = f->parts[i]->directory;
			memory_replace(place, memory_format("%s:%u", f->parts[i]->path, setting->line));
			return setting->values[0];
		}
	}
	*directory = f->parts[0]->directory;
	return "";
}

size_t file_account_count(const struct file *f)
{
	return f->account_count;
}

const char *file_account_name(const struct file *f, size_t index)
{
	return f->accounts[index]->name;
}

void file_account_place(const struct file *f, size_t index, char *out, size_t size)
{
	snprintf(out, size, "%s:%u", f->accounts[index]->part->path, f->accounts[index]->line);
}

bool file_account_is_sound(const struct file *f, size_t index)
{
	return !f->incomplete && !f->accounts[index]->broken && !(f->defaults && f->defaults->broken);
}

static bool apply(const struct section *section, struct account *a, struct error *err)
{
	for (size_t i = 0; section && i < account_option_count; i++) {
		const struct setting *setting = &section->settings[i];
		const char *const *values = (const char *const *)setting->values;

		if (!values)
			continue;
		if (!account_set(a, &account_options[i], values, section->part->directory, err))
			return false;
		account_set_place(a, &account_options[i], memory_format("%s:%u", section->part->path, setting->line));
	}
	return true;
}

bool file_fill_account(const struct file *f, size_t index, struct account *a, struct error *err)
{
	if (!apply(f->defaults, a, err))
		return false;
	account_end_defaults(a);
	return apply(f->accounts[index], a, err);
}
