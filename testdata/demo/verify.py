#!/usr/bin/env python3
"""Judges a dump with programs that nobody here wrote: readelf, addr2line and gdb.

usage: verify.py DUMP.ndjson.gz SYSROOT [OTHER-DUMP.ndjson.gz]

Every user frame in a module below SYSROOT must lie in an executable PT_LOAD and resolve to a
function. Then: where the agent's symbol and gdb's answer for pc-1 (pc for the innermost frame)
differ. With a second dump of as many rounds: has it the same stacks, as (module, offset), equally
often?
"""

import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter

# Same build-id and layout as the stripped one, but with names.
NAMED_TWIN = {"/opt/shop/bin/worker-slim": "/opt/shop/bin/worker"}


def events(dump):
    with gzip.open(dump, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def stacks(dump):
    """(hook, [frame, ...]) of each process_kprobe with a user stack."""
    bodies = [e["process_kprobe"] for e in dump if "process_kprobe" in e]
    return [(b["function_name"], b["user_stack_trace"]) for b in bodies if "user_stack_trace" in b]


def in_file(frame):
    return frame.get("module", "").startswith("/")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def executable_segments(path):
    """(offset, vaddr, file size) of the R E segments, from readelf's own table."""
    load = r"LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+) 0x\w+ R E"
    rows = re.findall(load, run("readelf", "-lW", path))
    return [tuple(int(x, 16) for x in row) for row in rows]


def address(segments, offset):
    for start, vaddr, size in segments:
        if start <= offset < start + size:
            return vaddr + offset - start
    return None


def addr2line(path, addresses):
    out = run("addr2line", "-f", "-e", path, *map(hex, addresses)).splitlines()
    return dict(zip(addresses, out[::2]))


def gdb(path, addresses):
    """Function names by gdb; the empty string where gdb has none."""
    asks = [x for a in addresses for x in ("-ex", f"info symbol {a:#x}")]
    plain = ("-ex", "set print demangle off", "-ex", "set print asm-demangle off")
    out = run("gdb", "-batch", "-nx", *plain, *asks, path).splitlines()
    names = [re.sub(r"( \+ \d+)? in section .*", "", line) for line in out]
    return {a: "" if n.startswith("No symbol") else n for a, n in zip(addresses, names)}


def look_up(wanted, sysroot):
    """{(module, offset, innermost): (addr2line's function at pc, gdb's at pc-1)}."""
    answers = {}
    for module in {m for m, _, _ in wanted}:
        path = sysroot + NAMED_TWIN.get(module, module)
        segments = executable_segments(path)
        at = {w: address(segments, w[1]) for w in wanted if w[0] == module}
        lost = [w for w, a in at.items() if a is None]
        if lost:
            sys.exit(f"verify.py: outside every executable segment: {lost}")
        probe = {w: a if w[2] else a - 1 for w, a in at.items()}
        lines = addr2line(path, sorted(set(at.values())))
        names = gdb(path, sorted(set(probe.values())))
        answers.update({w: (lines[at[w]], names[probe[w]]) for w in at})
    return answers


def judge(dump, sysroot):
    counts, rows = Counter(), Counter()
    frames = [(f, i == 0) for _, stack in stacks(dump) for i, f in enumerate(stack)]
    ours = [(f["module"], int(f["offset"]), inner, f.get("symbol", "")) for f, inner in frames
            if in_file(f) and os.path.exists(sysroot + f["module"])]
    answers = look_up({w[:3] for w in ours}, sysroot)
    unresolved = sorted(w[:2] for w in ours if answers[w[:3]][0] in ("", "??"))
    for *where, symbol in ours:
        name = answers[tuple(where)][1]
        kind = "same" if symbol == name else "different" if symbol else "absent"
        counts[kind] += 1
        rows[(where[0], where[1], symbol or "-", name or "-", kind)] += kind != "same"
    print(f"user frames: {len(frames)}, in our modules: {len(ours)}, "
          f"distinct places: {len(answers)}, not resolved by addr2line: {len(unresolved)}")
    print(f"agent's symbol against gdb at pc-1: {dict(sorted(counts.items()))}")
    print(f"{'frames':>6} {'module':<28} {'offset':>7}  {'agent':<38} gdb at pc-1")
    for (module, offset, symbol, name, _), n in sorted(rows.items()):
        if n:
            print(f"{n:>6} {module:<28} {offset:>7}  {symbol:<38} {name}")
    return 1 if unresolved else 0


def call_paths(dump):
    """How often each stack occurs. Only frames in files: a garbage one in [stack] never recurs."""
    return Counter((hook, tuple((f["module"], f["offset"]) for f in stack if in_file(f)))
                   for hook, stack in stacks(dump))


def compare(a, b):
    one, two = call_paths(a), call_paths(b)
    print(f"call paths: {len(one)} and {len(two)} distinct, "
          f"{sum(one.values())} and {sum(two.values())} stacks, "
          f"{len(one.keys() & two.keys())} paths in both, counts equal: {one == two}")
    return 0 if one == two else 1


def main():
    dump, sysroot = events(sys.argv[1]), sys.argv[2].rstrip("/")
    kinds = Counter(next(iter(e)) for e in dump)
    print(f"events: {len(dump)} {dict(kinds.most_common())}")
    print(f"hooks: {dict(Counter(h for h, _ in stacks(dump)).most_common())}")
    status = judge(dump, sysroot)
    if len(sys.argv) > 3:
        status |= compare(dump, events(sys.argv[3]))
    sys.exit(status)


if __name__ == "__main__":
    main()
