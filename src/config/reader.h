#ifndef MAILHAUL_CONFIG_READER_H
#define MAILHAUL_CONFIG_READER_H

#include <stdbool.h>

#include "config/statements.h"

struct file;
struct part;
struct section;

/* The state of parsing a file. */
struct reader {
	struct file *file;
	struct part *part;
	struct statements statements;
	struct section *section;	      /* the section that is open, or NULL */
	struct section *last;		      /* the last section of this file, or NULL */
	unsigned opened;		      /* the line of the section that is open; 0: none is */
	unsigned skipped;		      /* the number of unknown sections that are open */
	unsigned password_line, mistake_line; /* where the last password and the last mistake end */
	bool torn;			      /* a quote was not closed: any text may be a part of a password */
	bool open_comment;		      /* the file ends in a comment */
};

/* Parses the text of a file: adds sections, settings, problems, and the files that it includes. */
void reader_parse(struct file *f, struct part *part, const char *text);

/* Adds a problem in a line of the file. A section that is open is broken then. */
void reader_complain(struct reader *r, unsigned line, const char *what, const char *hint);

/* Shows the text of a statement below the last problem, unless a part of it may be a secret. */
void reader_show(struct reader *r, const struct statement *st);

/* Takes an option of the open section, or of the top level if none is open. Returns false if it does not have it. */
bool reader_take_option(struct reader *r, const struct statement *st);

/* Takes include("FILE"): adds a file to be parsed after this one. */
void reader_take_include(struct reader *r, const struct statement *st);

#endif
