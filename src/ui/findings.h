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
 * not found unchanged in its place and for each copy without a record, and one for each account.
 */
void findings_print(const char *account, const struct verify_finding *finding, bool json);
void findings_summarize(const char *account, const struct verify_summary *summary, bool json);

/*
 * Prints what can be done about the findings: a line for each kind of remedy, or nothing. ignored: missing messages
 * were not reported.
 */
void findings_advise(const char *account, const struct verify_summary *summary, bool ignored);

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
