#ifndef MAILHAUL_CONFIG_STATEMENTS_H
#define MAILHAUL_CONFIG_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/fault.h"
#include "config/token.h"

enum statement_kind {
	STATEMENT_OPTION,      /* NAME = VALUE, or NAME = {VALUE, ...} */
	STATEMENT_SECTION,     /* NAME {, or NAME TITLE { */
	STATEMENT_SECTION_END, /* } */
	STATEMENT_CALL,	       /* NAME(VALUE, ...) */
	STATEMENT_OTHER,       /* none of these; `fault` says why */
};

/* A statement of a configuration file. Its texts belong to the text, and its values to the reader. */
struct statement {
	enum statement_kind kind;
	unsigned line;	      /* where it starts */
	struct token name;    /* its length is 0 if there is no name */
	struct token *values; /* the values, or the title of a section */
	size_t count;
	bool list;	    /* the values are in braces */
	bool append;	    /* += instead of = */
	bool torn;	    /* a quote is not closed, so that it is unknown which text was meant to be in quotes */
	bool open_comment;  /* the rest of the text is in a comment that is not closed */
	struct fault fault; /* the mistake in it, if there is one */
	const char *end;    /* the end of the part that was understood */
};

/*
 * Splits the text of a configuration file into statements, without knowing the names of options. After a mistake it
 * continues with the next statement.
 */
struct statements {
	struct tokens tokens;
	struct token *values;
	size_t count;
};

/* The hint of faults that single quotes correct, if the value is meant as it was written. */
extern const char statements_quote_it[];

/* Starts at the beginning of a text that is terminated by NUL and must outlive the reader and its statements. */
void statements_begin(struct statements *s, const char *text);
void statements_end(struct statements *s);

/* Reads the next statement, which is valid until the next call. Returns false at the end of the text. */
bool statements_next(struct statements *s, struct statement *st);

#endif
