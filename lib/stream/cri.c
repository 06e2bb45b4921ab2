/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/cri.h"

#include "text/rfc3339.h"

/* The word before the next blank; the blank goes with it. */
static sv next_word(sv *rest)
{
	size_t i = MIN(sv_find(*rest, ' '), rest->n);
	sv word = sv_first(*rest, i);

	*rest = sv_from(*rest, i + 1);
	return word;
}

bool cri_parse(sv line, struct cri_line *l)
{
	sv head = sv_first(line, CRI_PREFIX_MAX), rest = head, word;
	struct timestamp t;

	if (!rfc3339_parse(next_word(&rest), &t))
		return false;
	word = next_word(&rest);
	l->is_stderr = sv_eq(word, SV("stderr"));
	if (!l->is_stderr && !sv_eq(word, SV("stdout")))
		return false;
	word = next_word(&rest);
	if (!word.n || (word.p[0] != 'P' && word.p[0] != 'F') ||
	    (word.n > 1 && word.p[1] != ':'))
		return false;
	l->partial = word.p[0] == 'P';
	l->prefix = head.n - rest.n;
	return true;
}
