#include "config.h"

#include "config/statements.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char statements_quote_it[] = "put the value in single quotes";

void statements_begin(struct statements *s, const char *text)
{
	*s = (struct statements){0};
	tokens_begin(&s->tokens, text);
}

void statements_end(struct statements *s)
{
	free(s->values);
	*s = (struct statements){0};
}

static struct token peek(const struct statements *s)
{
	struct tokens ahead = s->tokens;
	struct token t;

	tokens_next(&ahead, &t);
	return t;
}

static struct token take(struct statements *s, struct statement *st)
{
	struct token t;

	tokens_next(&s->tokens, &t);
	st->end = t.text + t.length;
	return t;
}

static bool is_text(const struct token *t)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED || t->kind == TOKEN_OPEN_QUOTE;
}

static bool names_section(const struct token *t)
{
	return token_is_word(t, "account") || token_is_word(t, "defaults");
}

/* Returns whether the next token is the name of a statement: something that can only follow a name follows it. */
static bool name_is_next(const struct statements *s)
{
	struct tokens ahead = s->tokens;
	struct token name, next;

	tokens_next(&ahead, &name);
	tokens_next(&ahead, &next);
	if (name.kind != TOKEN_WORD)
		return false;
	if (next.kind == TOKEN_APPEND || token_is(&next, '=') || token_is(&next, '(') || token_is(&next, '{'))
		return true;
	tokens_next(&ahead, &next);
	return names_section(&name) && token_is(&next, '{');
}

static void add_value(struct statements *s, const struct token *value)
{
	s->values = memory_resize(s->values, s->count + 1, sizeof(*s->values));
	s->values[s->count++] = *value;
}

/* Returns whether a closing brace is followed by nothing that would show it to be part of a value. */
static bool ends_section(const char *brace)
{
	return !brace[1] || brace[1] == '#' || brace[1] == '}' || token_blank(brace + 1) > 0;
}

/* After a mistake: moves to the end of the line, or to the brace or the statement in it that ends this statement. */
static void skip_rest(struct statements *s, struct statement *st)
{
	unsigned depth = 0;

	for (;;) {
		struct token t = peek(s);

		if (t.kind == TOKEN_END || t.kind == TOKEN_OPEN_COMMENT || t.first)
			return;
		/* Where no statement was recognized, the text before a = may be a part of a value. */
		if (st->kind != STATEMENT_OTHER && name_is_next(s))
			return;
		if (token_is(&t, '{'))
			depth++;
		if (token_is(&t, '}') && depth == 0 && ends_section(t.text))
			return;
		if (token_is(&t, '}') && depth > 0)
			depth--;
		tokens_next(&s->tokens, &t);
		if (token_spans_lines(&t)) {
			tokens_skip_line(&s->tokens, &t);
			st->torn = true;
			return;
		}
	}
}

/* A quote has to be closed in its line. Otherwise all that follows would be misread up to the next quote. */
static void fault_quote(struct statements *s, struct statement *st, const struct token *t)
{
	size_t line = strcspn(t->text, "\n");
	const char escaped[] = {'\\', *t->text, '\0'}, *hint = "close it in the same line";

	for (size_t i = 1; i < line; i++) {
		if (strncmp(t->text + i, escaped, 2) == 0)
			hint = "write \\\\ for a backslash in quotes";
		else if (token_is_typographic(t->text + i) && t->text[i] != '`')
			hint = "close it with a straight quote, as it was opened";
	}
	fault_set(&st->fault, t->line, hint, "the quote opened on line %u is never closed", t->line);
	st->torn = true;
	tokens_skip_line(&s->tokens, t);
}

/* Finds what is wrong with a value or a title, and with the character that follows it. */
static void check_value(struct statement *st, const struct token *t)
{
	const char *next = t->text + t->length, *special = st->kind == STATEMENT_SECTION ? "+(\"'" : "+(\"'={";
	bool cut = *next == '#' || strncmp(next, "/*", 2) == 0;

	if (t->kind == TOKEN_QUOTED) {
		if (*next == ';')
			fault_set(&st->fault, t->line, "remove the semicolon", "a semicolon follows the value");
		else if (*next && token_blank(next) == 0 && !strchr("#/,={})", *next))
			fault_set(&st->fault, t->line,
			    *t->text == '"' ? "write \\\" for a quote inside double quotes"
					    : "write \\' for a quote inside single quotes",
			    "more text follows a closing quote");
		return;
	}
	if (token_is_typographic(t->text))
		fault_set(&st->fault, t->line, "use straight quotes, ' or \"", "typographic quotes are not quotes");
	if (cut)
		fault_set(&st->fault, t->line, "put the value in single quotes, or put a blank before the comment",
		    "%s, which starts a comment, follows the value immediately", *next == '#' ? "#" : "/*");
	if (t->text[t->length - 1] == '$' && *next == '{')
		fault_set(&st->fault, t->line,
		    "put the value in double quotes, or in single quotes to take it literally",
		    "${...} is replaced only in double quotes");
	if (t->text[t->length - 1] == ';')
		fault_set(&st->fault, t->line, "remove the semicolon, or put the value in single quotes",
		    "a semicolon follows the value");
	if (memchr(t->text, '+', t->length) || memchr(t->text, '*', t->length) || (*next && strchr(special, *next)) ||
	    (*next == '}' && !ends_section(next)))
		fault_set(&st->fault, t->line, statements_quote_it,
		    "the value contains special characters and has no quotes");
}

/* Checks that the line contains nothing else after a value, except other statements. */
static void check_rest(struct statements *s, struct statement *st)
{
	struct token next = peek(s);
	const struct token *last = s->count > 0 ? &s->values[s->count - 1] : NULL;

	if (!st->fault.what[0]) {
		if (next.first || next.kind == TOKEN_END || next.kind == TOKEN_OPEN_COMMENT || token_is(&next, '}') ||
		    name_is_next(s))
			return;
		if (token_is(&next, ','))
			fault_set(&st->fault, next.line,
			    "put a value with a comma in quotes, and several values in braces",
			    "a comma follows the value");
		else if (is_text(&next) && !st->list && last && last->kind == TOKEN_WORD)
			fault_set(&st->fault, next.line, statements_quote_it,
			    "the value contains blanks and has no quotes");
		else
			fault_set(&st->fault, next.line, "put the whole value in one pair of quotes",
			    "more text follows the value");
	}
	skip_rest(s, st);
}

/* Returns whether a quoted text in a list contains line breaks because its quote is not closed. */
static bool is_torn(const struct statements *s, const struct token *t)
{
	struct token next = peek(s);

	return t->kind == TOKEN_OPEN_QUOTE || (token_spans_lines(t) && !token_is(&next, ',') && !token_is(&next, '}'));
}

/* Takes the comma after a value in a list. */
static void take_comma(struct statements *s, struct statement *st)
{
	struct token next = peek(s);

	if (token_is(&next, ','))
		take(s, st);
	else if (!token_is(&next, '}') && next.kind != TOKEN_END)
		fault_set(&st->fault, next.line, "separate the values by commas",
		    "a comma is missing between two values in braces");
}

/* Takes the values and the closing brace of a list. */
static void take_list(struct statements *s, struct statement *st, unsigned line)
{
	unsigned depth = 1;

	st->list = true;
	while (depth > 0) {
		struct token t = peek(s);

		if (t.kind == TOKEN_END || t.kind == TOKEN_OPEN_COMMENT ||
		    ((t.first || st->fault.what[0]) && name_is_next(s))) {
			fault_set(&st->fault, line, "add the missing }", "the list opened on line %u is never closed",
			    line);
			return;
		}
		t = take(s, st);
		if (is_text(&t) && is_torn(s, &t)) {
			bool closed = memchr(t.text, '}', strcspn(t.text, "\n"));

			fault_quote(s, st, &t);
			if (closed)
				return;
		} else if (is_text(&t)) {
			add_value(s, &t);
			check_value(st, &t);
			take_comma(s, st);
		} else {
			depth += token_is(&t, '{');
			depth -= token_is(&t, '}');
			if (depth > 0)
				fault_set(&st->fault, t.line, "separate the values by commas, and put them in quotes",
				    "a value is missing in braces");
		}
	}
}

/* Takes the value of an option. */
static void take_value(struct statements *s, struct statement *st)
{
	struct token t = peek(s);

	st->kind = STATEMENT_OPTION;
	if (t.kind == TOKEN_END || t.kind == TOKEN_OPEN_COMMENT || token_is(&t, '}') || (t.first && name_is_next(s))) {
		fault_set(&st->fault, st->line, "write it after the =, in single quotes if it is not a simple word",
		    "the value is missing");
		return;
	}
	t = take(s, st);
	if (token_spans_lines(&t)) {
		fault_quote(s, st, &t);
		return;
	}
	if (token_is(&t, '{')) {
		take_list(s, st, t.line);
		if (st->torn)
			return;
	} else if (is_text(&t)) {
		add_value(s, &t);
		check_value(st, &t);
	} else {
		fault_set(&st->fault, t.line, statements_quote_it,
		    "the value starts with a special character and has no quotes");
	}
	check_rest(s, st);
}

static void take_call(struct statements *s, struct statement *st)
{
	static const char hint[] = "write it as include(\"FILE\")";

	st->kind = STATEMENT_CALL;
	for (;;) {
		struct token t = peek(s);

		if ((t.first && name_is_next(s)) || (!is_text(&t) && !token_is(&t, ',') && !token_is(&t, ')'))) {
			fault_set(&st->fault, st->line, hint, "the closing ) is missing");
			break;
		}
		t = take(s, st);
		if (token_is(&t, ')'))
			break;
		if (token_spans_lines(&t)) {
			fault_quote(s, st, &t);
			return;
		}
		if (is_text(&t)) {
			add_value(s, &t);
			check_value(st, &t);
		}
	}
	check_rest(s, st);
}

/* Takes the title and the opening brace of a section. */
static void take_section(struct statements *s, struct statement *st)
{
	static const char hint[] = "write it as account \"NAME\" { ... }";
	struct token t = peek(s);
	bool any = false;

	st->kind = STATEMENT_SECTION;
	while (is_text(&t) || token_is(&t, '=')) {
		if (t.first && name_is_next(s))
			break;
		t = take(s, st);
		if (token_spans_lines(&t)) {
			fault_quote(s, st, &t);
			return;
		}
		if (token_is(&t, '=')) {
			fault_set(&st->fault, t.line, hint, "a section is written without =");
		} else {
			add_value(s, &t);
			check_value(st, &t);
		}
		any = true;
		t = peek(s);
	}
	if (s->count > 1)
		fault_set(&st->fault, st->line, hint, "more text follows the name of a section");
	if (token_is(&t, '{')) {
		take(s, st);
		return;
	}
	fault_set(&st->fault, st->line, hint, "the { of a section is missing");
	if (!any && !(t.first && is_text(&t)))
		st->kind = STATEMENT_OTHER;
	skip_rest(s, st);
}

/* Takes what follows the name of a statement. */
static void take_named(struct statements *s, struct statement *st)
{
	struct tokens ahead = s->tokens;
	struct token next, after;

	tokens_next(&ahead, &next);
	tokens_next(&ahead, &after);
	if (names_section(&st->name) || token_is(&next, '{') || (is_text(&next) && token_is(&after, '{'))) {
		take_section(s, st);
	} else if (next.kind == TOKEN_APPEND || token_is(&next, '=')) {
		take(s, st);
		st->append = next.kind == TOKEN_APPEND;
		take_value(s, st);
	} else if (token_is(&next, '(')) {
		take(s, st);
		take_call(s, st);
	} else {
		fault_set(&st->fault, st->line,
		    "write an option as NAME = VALUE, and an account as account \"NAME\" { ... }", "the = is missing");
		skip_rest(s, st);
	}
}

bool statements_next(struct statements *s, struct statement *st)
{
	struct token t;

	s->count = 0;
	*st = (struct statement){.kind = STATEMENT_OTHER};
	t = take(s, st);
	st->line = t.line;
	if (t.kind == TOKEN_END)
		return false;
	if (t.kind == TOKEN_WORD) {
		st->name = t;
		take_named(s, st);
	} else if (token_is(&t, '}')) {
		st->kind = STATEMENT_SECTION_END;
	} else if (t.kind == TOKEN_OPEN_COMMENT) {
		st->open_comment = true;
		fault_set(&st->fault, t.line, "add the missing */", "the comment opened on line %u is never closed",
		    t.line);
	} else if (token_spans_lines(&t)) {
		fault_quote(s, st, &t);
	} else {
		fault_set(&st->fault, t.line, "check the quotes, commas and braces in this line and in those above it",
		    "there is other text where the name of an option is expected");
		skip_rest(s, st);
	}
	st->values = s->values;
	st->count = s->count;
	return true;
}
