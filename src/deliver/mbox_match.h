#ifndef MAILHAUL_DELIVER_MBOX_MATCH_H
#define MAILHAUL_DELIVER_MBOX_MATCH_H

#include <stdbool.h>
#include <stdint.h>

struct destination_matcher;
struct error;
struct mbox_file;
struct mbox_intent;

/*
 * Searches an mbox for the messages of an intent that are not marked in *found (one entry per extent), and marks those
 * that it finds. A message matches if it has our From_ line and the matcher accepts it. The range from `from` to `to`
 * already belongs to other extents. Each message stands for one extent. Sets ERROR_STORAGE.
 */
bool mbox_match(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t from, uint64_t to,
    const struct destination_matcher *matcher, bool *found, struct error *err);

#endif
