#ifndef MAILHAUL_TLS_KEY_LOG_H
#define MAILHAUL_TLS_KEY_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/*
 * A file that gets the keys of TLS sessions, for those who have to read what went over the line. With it
 * anybody can, passwords included. Processes may share one.
 */
struct key_log;

/*
 * Makes the file for the user alone, or goes on at its end. ERROR_USAGE when it cannot be written, is no
 * regular file, another user's, or one that others may use.
 */
bool key_log_open(struct key_log **out, const char *path, struct error *err);

/* NULL is accepted. */
void key_log_close(struct key_log **k);

/*
 * Adds a key under its label and the client's random octets, as a line of the format that NSS began and that
 * programs like Wireshark read. What does not fit on the disk is missing.
 */
void key_log_add(const struct key_log *k, const char *label, const unsigned char *random, size_t random_length,
    const unsigned char *key, size_t key_length);

#endif
