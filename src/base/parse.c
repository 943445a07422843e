#include "config.h"

#include "base/parse.h"

#include <string.h>
#include <strings.h>

bool parse_number(const char *text, size_t length, uint64_t most, uint64_t *out)
{
	uint64_t value = 0;

	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9 || value > (most - digit) / 10 || digit > most)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

bool parse_size(const char *text, uint64_t *out)
{
	static const char *const units[] = {"", "k", "M", "G"};
	size_t digits = count_digits(text);
	const char *unit = text + digits;

	for (unsigned i = 0; i < 4; i++) {
		size_t length = strlen(units[i]);
		const char *rest = unit + length;

		if (strncasecmp(unit, units[i], length) != 0)
			continue;
		if (*rest != '\0' && strcasecmp(rest, "B") != 0 && (i == 0 || strcasecmp(rest, "iB") != 0))
			continue;
		if (!parse_number(text, digits, UINT64_MAX >> (10 * i), out))
			return false;
		*out <<= 10 * i;
		return true;
	}
	return false;
}

bool parse_duration(const char *text, int64_t *seconds)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	const int64_t longest = (int64_t)100 * 366 * 86400;
	size_t digits = count_digits(text);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t value;

		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		if (!parse_number(text, digits, (uint64_t)(longest / units[i].seconds), &value))
			return false;
		*seconds = (int64_t)value * units[i].seconds;
		return true;
	}
	return false;
}
