#ifndef MAILHAUL_CONFIG_FILE_PRIVATE_H
#define MAILHAUL_CONFIG_FILE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

struct problems;

/* The options of the top level, in the order of file_top_names. */
enum file_top { FILE_TOP_JOBS, FILE_TOP_LOG, FILE_TOP_STATE_DIR, FILE_TOP_COUNT };

extern const char *const file_top_names[FILE_TOP_COUNT];

/* An option of a section. */
struct setting {
	char **values; /* as value_text_read returns them; NULL: it is not set, or not to a valid value */
	unsigned line; /* where it is set; 0: nowhere */
};

/* An account, or the defaults section. */
struct section {
	const struct part *part;
	char *name; /* NULL for the defaults section */
	unsigned line;
	bool broken;		  /* there are mistakes in it, so that options may seem to be missing */
	struct setting *settings; /* indexed like account_options */
};

/* One of the configuration files. */
struct part {
	char *path, *directory;
	struct setting top[FILE_TOP_COUNT];
	bool has_password;
};

/* A configuration file and the files that it includes. */
struct file {
	struct part **parts;
	size_t count;
	struct section **accounts;
	size_t account_count;
	struct section *defaults; /* NULL: there is none */
	bool incomplete;	  /* a file is missing, so that options may seem to be missing */
	struct problems *problems;
};

/* Adds a file to be parsed. Takes ownership of the path. Returns false if there are too many. */
bool file_add_part(struct file *f, char *path);

/* Adds a section that starts in this line. The file owns it, and takes ownership of the name. */
struct section *file_add_section(struct file *f, const struct part *part, char *name, unsigned line);

#endif
