/* SPDX-License-Identifier: Apache-2.0 */
#include "package/jsondoc.h"

#include <jansson.h>

/* The values are jansson's own: a cast away. */
static json_t *value(const struct jsondoc *d)
{
	return (json_t *)(uintptr_t)d;
}

struct jsondoc *jsondoc_open(sv text)
{
	json_error_t e;
	json_t *j = json_loadb(text.n ? text.p : "", text.n,
			       JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &e);

	if (json_is_object(j))
		return (struct jsondoc *)j;
	json_decref(j);
	return NULL;
}

void jsondoc_close(struct jsondoc *d)
{
	json_decref(value(d));
}

sv jsondoc_string(const struct jsondoc *d, const char *key)
{
	json_t *s = json_object_get(value(d), key);

	return (sv){json_string_value(s), json_string_length(s)};
}

bool jsondoc_true(const struct jsondoc *d, const char *key)
{
	return json_is_true(json_object_get(value(d), key));
}

const struct jsondoc *jsondoc_item(const struct jsondoc *d, const char *key,
				   size_t i)
{
	json_t *list = json_object_get(value(d), key);

	return (const struct jsondoc *)json_array_get(list, i);
}
