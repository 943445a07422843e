#ifndef MAILHAUL_CONFIG_TOKEN_H
#define MAILHAUL_CONFIG_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_END,	    /* the end of the text */
	TOKEN_WORD,	    /* text without quotes */
	TOKEN_QUOTED,	    /* text in quotes, with them; it may extend over several lines */
	TOKEN_MARK,	    /* one of { } ( ) = , */
	TOKEN_APPEND,	    /* += */
	TOKEN_OPEN_QUOTE,   /* text from a quote to the end of the file */
	TOKEN_OPEN_COMMENT, /* a comment that is not closed before the end of the file */
};

/* A part of the text of a configuration file, with the line on which it starts. */
struct token {
	enum token_kind kind;
	const char *text;
	size_t length;
	unsigned line;
	bool first; /* the first token of its line */
};

/* The position in a text. The text is terminated by NUL and contains no other NUL. A copy marks a place to return to. */
struct tokens {
	const char *at;
	unsigned line;
	bool first;
};

/* Starts at the beginning of a text, which must outlive *s and all tokens. */
void tokens_begin(struct tokens *s, const char *text);

/* Stores the next token. Blanks and comments separate tokens. Repeats TOKEN_END at the end. */
void tokens_next(struct tokens *s, struct token *t);

/* Moves to the end of the line on which `t` starts. */
void tokens_skip_line(struct tokens *s, const struct token *t);

/* Returns whether the token is this mark. */
bool token_is(const struct token *t, char mark);

/* Returns whether a quoted text extends over more than one line, or is not closed at all. */
bool token_spans_lines(const struct token *t);

/* Returns whether the token is this word. */
bool token_is_word(const struct token *t, const char *word);

/* Returns the length of a blank or line break at `text`, in bytes, or 0. No-break spaces are blanks. */
size_t token_blank(const char *text);

/* Returns whether `text` starts with a quotation mark that programs other than editors of text do not use. */
bool token_is_typographic(const char *text);

#endif
