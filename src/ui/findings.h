#ifndef MAILHAUL_UI_FINDINGS_H
#define MAILHAUL_UI_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"

struct error;
struct verify_finding;
struct verify_summary;

/*
 * What the verb verify has to tell, on standard output: a line, or an object (ui/jsonl), for each message that is not
 * simply there, and one an account.
 */
void findings_print(const char *account, const struct verify_finding *finding, bool json);
void findings_summarize(const char *account, const struct verify_summary *summary, bool json);

/* Of an account that delivers to a command. */
void findings_cannot(const char *account, bool json);

/* As JSON, why an account was not verified; report_error tells people. step: "verify" or "rebuild". */
void findings_fail(const char *account, enum step step, const struct error *err);

/* After a fetch: how many of the messages that were to be fetched again are here. */
void findings_regained(const char *account, uint64_t wanted, uint64_t regained, bool json);

/* After a state was made again. */
void findings_rebuilt(const char *account, uint64_t messages, bool json);

#endif
