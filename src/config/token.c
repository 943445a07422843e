#include "config.h"

#include "config/token.h"

#include <string.h>

static const char no_break_space[] = "\xc2\xa0", byte_order_mark[] = "\xef\xbb\xbf";

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

size_t token_blank(const char *text)
{
	if (*text && strchr(" \t\r\n\f\v", *text))
		return 1;
	if (starts_with(text, no_break_space))
		return strlen(no_break_space);
	return starts_with(text, byte_order_mark) ? strlen(byte_order_mark) : 0;
}

bool token_is_typographic(const char *text)
{
	static const char *const marks[] = {"\u201c", "\u201d", "\u201e", "\u201f", "\u2018", "\u2019", "\u201a",
	    "\u201b", "\u00ab", "\u00bb", "\u2039", "\u203a", "\u2032", "\u2033", "\u300c", "\u300d", "\uff02",
	    "\uff07", "\u00b4", "`"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (starts_with(text, marks[i]))
			return true;
	}
	return false;
}

void tokens_begin(struct tokens *s, const char *text)
{
	*s = (struct tokens){.at = text, .line = 1, .first = true};
}

/* Moves to a place that follows in the text, and counts the lines up to it. */
static void move_to(struct tokens *s, const char *to)
{
	for (; s->at < to; s->at++) {
		if (*s->at == '\n') {
			s->line++;
			s->first = true;
		}
	}
}

/* Moves over a comment. Returns false if it is not closed. */
static bool skip_comment(struct tokens *s)
{
	const char *end;

	if (!starts_with(s->at, "/*")) {
		s->at += strcspn(s->at, "\n");
		return true;
	}
	end = strstr(s->at + 2, "*/");
	move_to(s, end ? end + 2 : s->at + strlen(s->at));
	return end != NULL;
}

/* Moves to the next token. Returns false if there is a comment that is not closed, and sets *line to its line. */
static bool skip_blanks(struct tokens *s, unsigned *line)
{
	for (;;) {
		size_t blank = token_blank(s->at);

		*line = s->line;
		if (blank > 0)
			move_to(s, s->at + blank);
		else if (*s->at != '#' && !starts_with(s->at, "//") && !starts_with(s->at, "/*"))
			return true;
		else if (!skip_comment(s))
			return false;
	}
}

static const char *end_of_word(const char *c)
{
	while (*c && !strchr("#\"'={}(),", *c) && token_blank(c) == 0 && !starts_with(c, "/*") && !starts_with(c, "+="))
		c++;
	return c;
}

/* Returns the end of a quoted text, and sets *closed. A backslash before a quote keeps it from closing the text. */
static const char *end_of_quoted(const char *c, bool *closed)
{
	char quote = *c++;

	while (*c && *c != quote)
		c += *c == '\\' && c[1] ? 2 : 1;
	*closed = *c != '\0';
	return c + *closed;
}

void tokens_next(struct tokens *s, struct token *t)
{
	const char *end;
	bool closed = true;

	*t = (struct token){.kind = TOKEN_END};
	if (!skip_blanks(s, &t->line)) {
		t->kind = TOKEN_OPEN_COMMENT;
		t->text = s->at;
		return;
	}
	t->text = s->at;
	t->first = s->first;
	if (!*s->at)
		return;
	if (*s->at == '"' || *s->at == '\'') {
		end = end_of_quoted(s->at, &closed);
		t->kind = closed ? TOKEN_QUOTED : TOKEN_OPEN_QUOTE;
	} else if (strchr("={}(),", *s->at)) {
		end = s->at + 1;
		t->kind = TOKEN_MARK;
	} else if (starts_with(s->at, "+=")) {
		end = s->at + 2;
		t->kind = TOKEN_APPEND;
	} else {
		end = end_of_word(s->at);
		t->kind = TOKEN_WORD;
	}
	t->length = (size_t)(end - s->at);
	move_to(s, end);
	s->first = false;
}

void tokens_skip_line(struct tokens *s, const struct token *t)
{
	s->at = t->text + strcspn(t->text, "\n");
	s->line = t->line;
	s->first = false;
}

bool token_is(const struct token *t, char mark)
{
	return t->kind == TOKEN_MARK && *t->text == mark;
}

bool token_spans_lines(const struct token *t)
{
	return t->kind == TOKEN_OPEN_QUOTE || (t->kind == TOKEN_QUOTED && memchr(t->text, '\n', t->length));
}

bool token_is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && t->length == strlen(word) && memcmp(t->text, word, t->length) == 0;
}
