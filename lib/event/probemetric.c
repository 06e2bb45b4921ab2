/* SPDX-License-Identifier: Apache-2.0 */
#include "event/probemetric.h"

#include <stdio.h>

void probemetric_register(struct probemetric *m)
{
	for (size_t i = 0; i < PROBE_TYPES; i++) {
		const char *type = probe_type_name((enum probe_type)i);

		/* Numbers that no event of the agent has. */
		if (i && !strcmp(type, probe_type_name(PROBE_UNSPECIFIED)))
			continue;
		snprintf(m->label[i], sizeof(m->label[i]), "probe_type=\"%s\"",
			 type);
		m->row[i] = (struct metric){.name = m->name,
					    .help = m->help,
					    .label = m->label[i]};
		metrics_register(&m->row[i]);
	}
}
