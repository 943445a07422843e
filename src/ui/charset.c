#include "config.h"

#include "ui/charset.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

bool charset_is_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool is;

	if (locale == (locale_t)0)
		return false;
	is = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return is;
}
