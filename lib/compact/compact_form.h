/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_form.h - functions whose call is told by what it did to what
 * ("openat /etc/passwd"), as tetra(1) does for the hooks of Tetragon's example
 * policies. Arguments are found by what they are, not by their place: a policy
 * names them in any order and leaves out what it likes.
 */
#ifndef RT_COMPACT_FORM_H
#define RT_COMPACT_FORM_H

#include "compact/compact_line.h"

struct compact_form {
	sv name;	  /* of the syscall or the kernel's function */
	const char *word; /* in the column of types */
	const char *parts;
};

/* NULL: none of its own. */
const struct compact_form *compact_form_find(sv function, sv syscall);

/*
 * Appends the arguments (field `num` of body), a blank before each; false,
 * and nothing, where none of those that the form is about is there.
 */
bool compact_form_put(struct compact_line *l, const struct compact_form *f,
		      sv body, uint32_t num);

#endif
