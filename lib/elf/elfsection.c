/* SPDX-License-Identifier: Apache-2.0 */
#include "elf/elfsection.h"

#include "elf/elfreader.h"

static void take(Elf_Scn *scn, const GElf_Shdr *sh, const char *name,
		 struct elfsection *want, size_t n)
{
	Elf_Data *data;

	for (size_t i = 0; i < n; i++) {
		if (want[i].data.n || strcmp(want[i].name, name) != 0)
			continue;
		data = elfread_data(scn, sh, want[i].max);
		if (data && data->d_buf)
			buf_add(&want[i].data, data->d_buf, data->d_size);
	}
}

bool elfsection_read(int fd, struct elfsection *want, size_t n,
		     struct rt_err *err)
{
	Elf_Scn *scn = NULL;
	size_t names;
	Elf *elf;

	if (!elfread_header_sane(fd, err))
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF ||
	    elf_getshdrstrndx(elf, &names) != 0) {
		elf_end(elf);
		return elfread_fail(err, "not an ELF file", 0);
	}
	while ((scn = elf_nextscn(elf, scn)) != NULL) {
		GElf_Shdr sh;
		const char *name;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(elf, names, sh.sh_name);
		if (name)
			take(scn, &sh, name, want, n);
	}
	elf_end(elf);
	return true;
}
