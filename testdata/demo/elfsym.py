"""ELF files as the Tetragon agent reads them: its look-up rules, faults included."""

import functools
import struct
from collections import namedtuple

Section = namedtuple("Section", "type addr offset size link entsize")
Symbol = namedtuple("Symbol", "name info shndx value size")

SHT_SYMTAB, SHT_NOTE, SHT_DYNSYM, STT_FUNC = 2, 7, 11, 2


class Elf:
    """A little-endian ELF64 file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path}: not a little-endian ELF64 file")
        head = struct.unpack_from("<HHIQQQIHHHHHH", self.data, 16)
        rows = self._table("<IIQQQQIIQQ", head[5], head[10], head[11])
        self.sections = [Section(t, a, o, s, l, e) for _, t, _, a, o, s, l, _, _, e in rows]

    def _table(self, fmt, offset, size, count):
        return [struct.unpack_from(fmt, self.data, offset + i * size) for i in range(count)]

    def symbols(self, kind):
        """The symbols of .symtab or .dynsym, without the null symbol, as Go's debug/elf does."""
        for s in self.sections:
            if s.type != kind:
                continue
            names = self.sections[s.link].offset
            rows = self._table("<IBBHQQ", s.offset, s.entsize, s.size // s.entsize)
            return [Symbol(self._string(names + n), info, shndx, value, size)
                    for n, info, _, shndx, value, size in rows[1:]]
        return []

    def _string(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode()

    def build_id(self):
        """The GNU build-id as bytes, empty where there is none."""
        for s in self.sections:
            at, end = s.offset, s.offset + s.size
            while s.type == SHT_NOTE and at + 12 <= end:
                namesz, descsz, kind = struct.unpack_from("<III", self.data, at)
                desc = at + 12 + (namesz + 3 & ~3)
                if kind == 3 and self.data[at + 12:at + 16] == b"GNU\0":
                    return self.data[desc:desc + descsz]
                at = desc + (descsz + 3 & ~3)
        return b""

    def agent_symbol(self, file_offset):
        """What pkg/procsyms does: the first symbol, .symtab then .dynsym, that covers the offset.

        Not a function test but `Info & STT_FUNC`; no pc-1 for return addresses; offsets by section.
        """
        for s in self.symbols(SHT_SYMTAB) + self.symbols(SHT_DYNSYM):
            if not s.info & STT_FUNC or s.shndx >= len(self.sections):
                continue
            section = self.sections[s.shndx]
            start = (s.value - section.addr + section.offset) % 2**64
            if start <= file_offset < start + s.size:
                return s.name
        return ""


@functools.lru_cache(maxsize=64)
def load(path):
    """The file at path, or None where it cannot be read as ELF."""
    try:
        return Elf(path)
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=4096)
def agent_symbol(path, file_offset):
    elf = load(path)
    return elf.agent_symbol(file_offset) if elf else ""
