/* SPDX-License-Identifier: Apache-2.0 */
#include "event/folded.h"

/* The number behind the last blank; the stack before it. */
static bool cut_count(sv *line, uint64_t *count)
{
	size_t blank = sv_rfind(*line, ' ');
	uint64_t n = 0;

	if (blank == SIZE_MAX || blank + 1 == line->n)
		return false;
	for (size_t i = blank + 1; i < line->n; i++) {
		unsigned int digit = (unsigned int)line->p[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*count = n;
	*line = sv_first(*line, blank);
	return n > 0;
}

/* False for a frame that is no frame of the machine. */
static bool to_frame(sv name, struct adapter_frame *f)
{
	*f = (struct adapter_frame){.symbol = name};
	if (sv_ends(name, SV("_[i]")))
		return false;
	if (sv_ends(name, SV("_[k]")) || sv_ends(name, SV("_[j]"))) {
		f->kernel = name.p[name.n - 2] == 'k';
		f->symbol.n -= SV("_[k]").n;
	}
	if (sv_eq(f->symbol, SV("[unknown]")))
		f->symbol.n = 0;
	return true;
}

bool folded_parse(struct folded *f, sv line, struct sample *x)
{
	size_t n = 0;

	*x = (struct sample){.provider = SV("folded"), .frames = f->frames};
	if (!cut_count(&line, &x->count))
		return false;
	while (line.n) {
		size_t semicolon = sv_rfind(line, ';');
		size_t from = semicolon == SIZE_MAX ? 0 : semicolon + 1;

		if (n == SAMPLE_MAX_FRAMES)
			return false;
		if (from < line.n &&
		    to_frame(sv_from(line, from), &f->frames[n])) {
			f->frames[n].caller = n && f->frames[n - 1].kernel ==
							   f->frames[n].kernel;
			n++;
		}
		line = sv_first(line, semicolon == SIZE_MAX ? 0 : semicolon);
	}
	x->n_frames = n;
	return n > 0;
}
