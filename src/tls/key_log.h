#ifndef MAILHAUL_TLS_KEY_LOG_H
#define MAILHAUL_TLS_KEY_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/*
 * A file that receives the keys of TLS sessions for debugging. Anybody with these keys can decrypt the recorded
 * traffic, passwords included. Processes may share one file.
 */
struct key_log;

/*
 * Opens the file to append to it, or creates it with mode 0600. Sets ERROR_USAGE if it cannot be written, is not a
 * regular file, belongs to another user, or is accessible to others.
 */
bool key_log_open(struct key_log **out, const char *path, struct error *err);

/* Closes and frees *k and sets it to NULL; *k may be NULL. */
void key_log_close(struct key_log **k);

/*
 * Appends a line with a label, the client's random bytes and a key, in the NSS key log format, which Wireshark and
 * other programs read. Write errors are ignored.
 */
void key_log_add(const struct key_log *k, const char *label, const unsigned char *random, size_t random_length,
    const unsigned char *key, size_t key_length);

#endif
