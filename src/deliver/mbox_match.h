#ifndef MAILHAUL_DELIVER_MBOX_MATCH_H
#define MAILHAUL_DELIVER_MBOX_MATCH_H

#include <stdbool.h>
#include <stdint.h>

struct destination_matcher;
struct error;
struct mbox_file;
struct mbox_intent;

/*
 * Looks among all messages of an mbox for those of an intent that are not marked in *found (one for each of its
 * extents), and marks those that are there: with our From_ line, and with what the matcher takes for them. What is
 * in the file from `from` up to `to` stands for others already. Each message stands for one extent. ERROR_STORAGE.
 */
bool mbox_match(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t from, uint64_t to,
    const struct destination_matcher *matcher, bool *found, struct error *err);

#endif
