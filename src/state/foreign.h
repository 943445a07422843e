#ifndef MAILHAUL_STATE_FOREIGN_H
#define MAILHAUL_STATE_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/core.h"
#include "state/record.h"

struct error;
struct state;
struct state_record;

/*
 * Messages that verify --rebuild found in the destination and that mailhaul may not have delivered. The state keeps
 * their cores (policy/core). They are in doubt (STATE_DOUBT_FOREIGN) until their content was compared with the server's.
 */

/* Adds the core of a record, which state_add has added. */
bool state_add_core(struct state *s, const struct state_record *record, struct error *err);

/* Sets *any to whether there are such messages. */
bool state_has_foreign(struct state *s, bool *any, struct error *err);

/*
 * Looks for the missing message that is most like a listed one (policy/core). octets: the listed message's size by
 * LIST; whole: all of it was read. Unless *likeness is CORE_DIFFERENT, *key is the key of the record, which the caller
 * frees.
 */
bool state_find_foreign(struct state *s, const struct core *listed, uint64_t octets, bool whole, int64_t now,
    enum core_likeness *likeness, char **key, struct error *err);

/* Gives the message the UID of the listed one, whose size by LIST is octets. *delivered is the time of its delivery. */
bool state_take_foreign(struct state *s, const char *key, const char *uid, uint64_t octets, int64_t *delivered,
    struct error *err);

/* Reads the doubt about the message with this UID; STATE_SURE if there is none. */
bool state_read_doubt(struct state *s, const char *uid, enum state_doubt *doubt, struct error *err);

/* Compares the message with this UID, whose content was not compared yet, with the complete listed message. */
bool state_compare_foreign(struct state *s, const char *uid, const struct core *listed, enum core_likeness *likeness,
    struct error *err);

#endif
