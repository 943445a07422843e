#ifndef MAILHAUL_UI_CHECK_JSON_H
#define MAILHAUL_UI_CHECK_JSON_H

struct check_result;
struct jsonl;

/*
 * Returns the result of a check as an object of the type "check" (man/mailhaul-json.5). The caller prints or frees
 * it.
 */
struct jsonl *check_json(const struct check_result *r);

#endif
