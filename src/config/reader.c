#include "config.h"

#include "config/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/account_options.h"
#include "config/file_private.h"
#include "config/problems.h"
#include "config/unknown_option.h"
#include "config/value_text.h"

enum { NAMES_MOST = 64, NOTE = 160 };

void reader_complain(struct reader *r, unsigned line, const char *what, const char *hint)
{
	problems_add(r->file->problems, "%s:%u: %s; %s", r->part->path, line, what, hint);
	if (r->section)
		r->section->broken = true;
}

/* Returns whether a text may contain a secret, because it mentions one. */
static bool mentions_secret(const char *text, size_t length, bool mistake)
{
	static const char *const words[] = {"pin-value", "pas", "pwd", "tok", "secr", "PAS", "PWD", "TOK", "SECR"};

	/* Only after a mistake, the text may contain more than one option. */
	for (size_t i = 0; i < (mistake ? sizeof(words) / sizeof(words[0]) : 1); i++) {
		if (memmem(text, length, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

/* Returns the end of the text that was skipped after a mistake, in the same line and without a comment. */
static const char *end_of_skipped(const struct statement *st, const char *limit)
{
	const char *end = st->end + (*st->end == '#' ? strcspn(st->end, " \t\r\n") : 0);
	struct tokens rest = {.at = end};
	struct token t;

	/* Where no statement was recognized, other options may follow. */
	for (unsigned shown = 0; shown == 0 || st->kind != STATEMENT_OTHER; shown++) {
		tokens_next(&rest, &t);
		if (t.length == 0 || t.first || t.text >= limit)
			break;
		end = t.text + t.length;
	}
	return mentions_secret(st->end, (size_t)(end - st->end), true) ? st->end : end;
}

void reader_show(struct reader *r, const struct statement *st)
{
	const char *text = st->name.text, *value = text + st->name.length;
	bool mistake = st->fault.what[0];
	const char *end = mistake ? end_of_skipped(st, r->statements.tokens.at) : st->end;

	if (!r->torn && !st->torn && !mentions_secret(value, (size_t)(end - value), mistake))
		problems_show(r->file->problems, text, (size_t)(end - text));
}

/* Reports an option or a section that does not exist here. */
static void complain_unknown(struct reader *r, const struct statement *st)
{
	char *name = memory_format("%.*s", (int)st->name.length, st->name.text);
	const struct unknown_name unknown = {
	    .name = name,
	    .top = !r->section,
	    .after_password = r->password_line == st->line,
	    .doubtful = r->torn,
	};
	const char *names[NAMES_MOST] = {"account", "defaults", "include"};
	size_t count = r->section ? 0 : 3;
	struct unknown_option said;

	for (size_t i = 0; r->section && i < account_option_count && count < NAMES_MOST; i++)
		names[count++] = account_options[i].name;
	for (size_t i = 0; !r->section && i < FILE_TOP_COUNT; i++)
		names[count++] = file_top_names[i];
	/* An option outside of all sections was probably meant for the one before it. */
	if (!r->section && r->last && account_find_option(name))
		r->last->broken = true;
	if (r->mistake_line != st->line) {
		unknown_option(&said, &unknown, names, count);
		reader_complain(r, st->line, said.what, said.hint);
	}
	r->mistake_line = r->statements.tokens.line;
	free(name);
}

/* Reports that the section that is open has no end before this line; 0 is the end of the file. */
static void complain_open(struct reader *r, unsigned line)
{
	char what[NOTE], hint[NOTE] = "add the missing }";

	snprintf(what, sizeof(what), "the %s opened on line %u is never closed",
	    !r->section		   ? "section"
		: r->section->name ? "account"
				   : "defaults section",
	    r->opened);
	if (line > 0)
		snprintf(hint, sizeof(hint), "add the missing } above line %u", line);
	reader_complain(r, r->opened, what, hint);
}

/* Returns the name of an account, or a name for one whose name is wrong. */
static char *account_name(struct reader *r, const struct statement *st)
{
	struct fault f = st->fault;
	bool readable = st->count == 1 && value_text_check(st->values, VALUE_ESCAPES_NONE, false, &f);
	char **texts = readable ? value_text_read(st->values, 1) : NULL;
	char *name = memory_copy_string(texts ? texts[0] : "");

	value_text_free(texts);
	if (f.what[0])
		reader_complain(r, f.line, f.what, f.hint);
	else if (st->count == 0)
		reader_complain(r, st->line, "the account has no name", "write it as account \"NAME\" { ... }");
	else if (!account_name_is_good(name))
		reader_complain(r, st->line, "an account name may contain only letters, digits and . _ @ + -",
		    "rename the account");
	for (size_t i = 0; *name && i < r->file->account_count; i++) {
		if (strcmp(r->file->accounts[i]->name, name) == 0) {
			reader_complain(r, st->line, "another account already has this name",
			    "give each account its own name");
			break;
		}
	}
	return name;
}

static void open_account(struct reader *r, const struct statement *st)
{
	size_t before = r->file->problems->count;
	char *name = account_name(r, st);

	r->section = r->last = file_add_section(r->file, r->part, name, st->line);
	if (r->file->problems->count == before)
		return;
	r->section->broken = true;
	reader_show(r, st);
}

static void open_defaults(struct reader *r, const struct statement *st)
{
	const struct section *other = r->file->defaults;

	if (other) {
		reader_complain(r, st->line,
		    other->part == r->part ? "defaults is set twice" : "another file already has a defaults section",
		    "remove one of them");
		r->skipped = 1;
		return;
	}
	r->section = r->last = file_add_section(r->file, r->part, NULL, st->line);
	if (st->fault.what[0])
		reader_complain(r, st->fault.line, st->fault.what, st->fault.hint);
	else if (st->count > 0)
		reader_complain(r, st->line, "the defaults section has no name", "write it as defaults { ... }");
}

/* Reports a section that does not exist. What is in it is skipped, unless it looks like an account. */
static void take_unknown_section(struct reader *r, const struct statement *st)
{
	struct statement option = *st;

	option.kind = STATEMENT_OTHER;
	option.count = 0;
	fault_set(&option.fault, st->line, "write it as NAME = {VALUE, ...}", "the = is missing");
	if (r->skipped == 0 && !reader_take_option(r, &option))
		complain_unknown(r, st);
	if (r->opened == 0 && st->count == 1) {
		r->section = r->last = file_add_section(r->file, r->part, memory_copy_string(""), st->line);
		r->section->broken = true;
	} else {
		r->skipped++;
	}
	if (r->opened == 0)
		r->opened = st->line;
}

static void take_section(struct reader *r, const struct statement *st)
{
	bool account = token_is_word(&st->name, "account");

	if (!account && !token_is_word(&st->name, "defaults")) {
		take_unknown_section(r, st);
		return;
	}
	if (r->opened > 0)
		complain_open(r, st->line);
	r->section = NULL;
	r->skipped = 0;
	r->opened = st->line;
	if (account)
		open_account(r, st);
	else
		open_defaults(r, st);
}

static void take_section_end(struct reader *r, const struct statement *st)
{
	if (r->opened == 0) {
		if (r->last)
			r->last->broken = true;
		reader_complain(r, st->line, "there is a } but no section is open",
		    "remove it, or the } that closes the section too early");
	}
	if (r->skipped == 0)
		r->section = NULL;
	else
		r->skipped--;
	if (r->skipped == 0 && !r->section)
		r->opened = 0;
}

/* Takes what is not a statement. */
static void take_other(struct reader *r, const struct statement *st)
{
	static const char *const elsewhere = "there is other text where the name of an option is expected";
	bool quote = st->torn || st->name.length == 0;

	r->file->incomplete = r->file->incomplete || token_is_word(&st->name, "include");
	if (quote)
		reader_complain(r, st->fault.line, st->fault.what, st->fault.hint);
	else if (r->password_line == st->line)
		reader_complain(r, st->line, "there is more text after the password",
		    "put the password in single quotes");
	else if (token_is_word(&st->name, "include"))
		reader_complain(r, st->line, "the file to include is not in parentheses",
		    "write it as include(\"FILE\")");
	else if (token_is_word(&st->name, "account") || token_is_word(&st->name, "defaults"))
		reader_complain(r, st->line, st->fault.what, st->fault.hint);
	else if (!reader_take_option(r, st))
		reader_complain(r, st->line, elsewhere,
		    "write an option as NAME = VALUE, and check the quotes above it");
}

static void take(struct reader *r, const struct statement *st)
{
	switch (st->kind) {
	case STATEMENT_OPTION:
		if (r->skipped > 0)
			break;
		if (!reader_take_option(r, st))
			complain_unknown(r, st);
		break;
	case STATEMENT_CALL:
		if (r->skipped > 0)
			break;
		if (token_is_word(&st->name, "include") && !r->section)
			reader_take_include(r, st);
		else
			complain_unknown(r, st);
		break;
	case STATEMENT_SECTION:
		take_section(r, st);
		break;
	case STATEMENT_SECTION_END:
		take_section_end(r, st);
		break;
	case STATEMENT_OTHER:
		if (r->skipped == 0 || st->open_comment)
			take_other(r, st);
		break;
	}
}

void reader_parse(struct file *f, struct part *part, const char *text)
{
	struct reader r = {.file = f, .part = part};
	struct statement st;

	statements_begin(&r.statements, text);
	while (statements_next(&r.statements, &st)) {
		take(&r, &st);
		if (st.fault.what[0])
			r.mistake_line = r.statements.tokens.line;
		r.torn = r.torn || st.torn;
		r.open_comment = r.open_comment || st.open_comment;
	}
	if (r.opened > 0 && !r.open_comment)
		complain_open(&r, 0);
	if (r.open_comment)
		f->incomplete = true;
	statements_end(&r.statements);
}
