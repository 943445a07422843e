#ifndef MAILHAUL_UI_FINDINGS_H
#define MAILHAUL_UI_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"

struct error;
struct verify_finding;
struct verify_summary;

/*
 * The output of the command verify on standard output. It has a line or an object (ui/jsonl) for each message that is
 * not found unchanged in its place, and one for each account.
 */
void findings_print(const char *account, const struct verify_finding *finding, bool json);
void findings_summarize(const char *account, const struct verify_summary *summary, bool json);

/* Reports that an account cannot be verified because it delivers to a command. */
void findings_cannot(const char *account, bool json);

/*
 * Reports as JSON why an account was not verified. report_error reports it as text. step: STEP_VERIFY or
 * STEP_REBUILD.
 */
void findings_fail(const char *account, enum step step, const struct error *err);

/* Reports after a fetch how many of the messages to be fetched again are now in the destination. */
void findings_regained(const char *account, uint64_t wanted, uint64_t regained, bool json);

/* Reports after the state was rebuilt. */
void findings_rebuilt(const char *account, uint64_t messages, bool json);

#endif
