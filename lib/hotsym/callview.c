/* SPDX-License-Identifier: Apache-2.0 */
#include "hotsym/callview.h"

#include "codec/pbwire.h"

static bool parse_frame(sv wire, struct callview_frame *fr)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	*fr = (struct callview_frame){.wire = wire};
	while ((r = pb_next(&c, &f)) > 0) {
		switch (f.num) {
		case 1:
			fr->module = f.data;
			break;
		case 4:
			fr->kernel = f.v != 0;
			break;
		case 5:
			fr->source_file = f.data;
			break;
		case 7:
			fr->function_name = f.data;
			break;
		case 9:
			fr->build_id = f.data;
			break;
		case 11:
			fr->function_id = f.data;
			break;
		case 13:
			fr->purl = f.data;
			break;
		case 15:
			fr->verdict = (uint8_t)f.v;
			break;
		default:
			break;
		}
	}
	return r == 0;
}

/* Two string fields of a small message. */
static bool two_strings(sv wire, uint32_t a, sv *at, uint32_t b, sv *bt)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		if (f.num == a)
			*at = f.data;
		else if (f.num == b)
			*bt = f.data;
	}
	return r == 0;
}

/* Of a FilePackage. */
static bool take_package(sv wire, struct callview *v)
{
	sv unused;

	return two_strings(wire, 1, &v->file_purl, 0, &unused);
}

static bool take_loaded(sv wire, struct callview *v)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	while ((r = pb_next(&c, &f)) > 0) {
		if (f.num == 1)
			v->loaded_path = f.data;
		else if (f.num == 2)
			v->loaded_build_id = f.data;
		else if (f.num == 3 && !take_package(f.data, v))
			return false;
	}
	return r == 0;
}

static bool add_frame(struct callview *v, sv wire)
{
	if (v->n_frames == CALLVIEW_MAX_FRAMES) {
		v->frames_cut++;
		return true;
	}
	return parse_frame(wire, &v->frames[v->n_frames++]);
}

static bool take_field(struct callview *v, const struct pb_field *f)
{
	sv unused;

	switch (f->num) {
	case 1:
		v->event_id = f->data;
		break;
	case 2:
		v->has_time = pb_get_timestamp(f->data, &v->time.sec,
					       &v->time.nsec) &&
			      timestamp_valid(v->time);
		return v->has_time;
	case 3:
		v->probe_type = (uint8_t)f->v;
		break;
	case 4:
		return two_strings(f->data, 5, &v->binary, 0, &unused);
	case 7:
		return add_frame(v, f->data);
	case 11:
		v->function_name = f->data;
		break;
	case 12:
		if (v->n_arguments < ARRAY_LEN(v->arguments))
			v->arguments[v->n_arguments++] = f->data;
		break;
	case 17:
		v->image_digest = f->data;
		break;
	case 20:
		v->node = f->data;
		break;
	case 21:
		v->cluster = f->data;
		break;
	case 42:
		v->weight = f->v;
		break;
	case 26:
		return take_loaded(f->data, v);
	case 44:
		return take_package(f->data, v);
	default:
		break;
	}
	return true;
}

bool callview_parse(sv wire, struct callview *v)
{
	struct pb_cur c = pb_walk(wire);
	struct pb_field f;
	int r;

	/* The arrays are valid up to their counts only. */
	memset(v, 0, offsetof(struct callview, arguments));
	v->n_arguments = v->n_frames = v->frames_cut = 0;
	while ((r = pb_next(&c, &f)) > 0)
		if (!take_field(v, &f))
			return false;
	return r == 0;
}
