#ifndef MAILHAUL_FETCH_FOREIGN_H
#define MAILHAUL_FETCH_FOREIGN_H

#include <stdbool.h>

struct error;
struct plan_entry;
struct recognition;
struct top_identity;

/*
 * Messages that verify --rebuild found and that another program may have delivered (state/foreign). A listed message is
 * taken for such a message if it has the same Message-ID and header, apart from fields that delivering programs add,
 * and the same size. If only one of these agrees, the listed message is retrieved, and the body has to be the same. It
 * is deleted from the server only after it was retrieved and found to be the same byte for byte, apart from such
 * fields.
 */

/* Sets *may_be to whether the listed message has to be retrieved, to be compared with such messages. */
bool foreign_may_be(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *may_be, struct error *err);

/* Looks for the listed message among such messages. If there is one, *found is set, and the entry is known. */
bool foreign_match(const struct recognition *r, struct plan_entry *e, const struct top_identity *top, bool *found,
    struct error *err);

/* A message has come back that was not compared, or has other fields: it stays on the server as before. */
bool foreign_hold_again(const struct recognition *r, struct plan_entry *e, struct error *err);

/*
 * Retrieves the known messages whose content was not compared yet, and compares it. A message that is a different one
 * counts as new.
 */
bool foreign_compare(const struct recognition *r, struct error *err);

#endif
