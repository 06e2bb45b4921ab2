#!/usr/bin/env python3
"""Reads the output of probes.bt while the traced processes live; writes Tetragon events.

usage: bpftrace probes.bt | capture.py READY-FILE > events.ndjson 2> bases.txt

READY-FILE appears once the probes are attached. bases.txt gets the load address of each process's
modules: never part of the dump, but the proof that they differed.
"""

import base64
import re
import sys

import elfsym
from agent import Agent

LIBPRICING = "/opt/shop/lib/libpricing.so.1"
LIBSCORE = "/opt/shop/lib/libscore.so"


def records(lines):
    """(name, numbers-and-text, kernel stack, user addresses) of each "@name ... @end" block."""
    for line in lines:
        if line.startswith("Lost "):
            sys.exit(f"capture.py: bpftrace: {line}")
        if not line.startswith("@"):
            continue
        name, _, rest = line[1:].rstrip("\n").partition(" ")
        stacks, part = {"kernel": [], "user": []}, None
        for line in lines:
            if line.startswith("@end"):
                break
            part = line[1:].strip() if line.startswith("@") else part
            if line.strip() and not line.startswith("@"):
                stacks[part].append(line.split())
        kernel = [frame[1].rpartition("+") for frame in stacks["kernel"]]
        yield (name, rest, [(symbol, int(offset)) for symbol, _, offset in kernel],
               [int(frame[0], 16) for frame in stacks["user"]])


def unescape(text):
    """bpftrace's %r: bytes that do not print are \\xNN."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode("latin-1"))


def bytes_argument(raw, size):
    b64 = base64.b64encode(raw).decode()
    if len(raw) < size:
        return {"truncated_bytes_arg": {"bytes_arg": b64, "orig_size": str(size)}}
    return {"bytes_arg": b64}


class Capture:
    """One method a record name; each gets the text after (time, pid, tid) already taken off."""

    def __init__(self, agent):
        self.agent, self.open_calls = agent, {}

    def feed(self, name, rest, kernel, user):
        ktime, pid, tid, *rest = rest.split(" ", 3)
        at = (int(ktime), int(pid), int(tid))
        getattr(self, "on_" + name)(at, rest[0] if rest else "", kernel, user)

    def hook(self, at, function, args, policy, user, **more):
        ktime, pid, tid = at
        process = self.agent.find(pid)
        if process:
            stack = self.agent.user_stack(process, user)
            self.agent.kprobe(process, ktime, tid, function, args, policy, stack, **more)

    def on_fork(self, at, text, _kernel, _user):
        self.agent.fork(at[0], at[1], int(text))

    def on_exec(self, at, text, _kernel, _user):
        self.agent.executed(at[0], at[1], text)

    def on_exit(self, at, text, _kernel, _user):
        self.agent.exited(at[0], at[1], int(text))

    def on_open(self, at, text, _kernel, user):
        dfd, flags, path = text.split(" ", 2)
        # Held back: the agent merges entry and return into one event. Its selector is a prefix.
        if path.startswith("/opt/shop/"):
            process = self.agent.find(at[1])
            stack = self.agent.user_stack(process, user) if process else []
            args = [{"int_arg": int(dfd)}, {"string_arg": path}, {"int_arg": int(flags)}]
            self.open_calls[at[2]] = (at, process, args, stack)

    def on_opened(self, at, text, _kernel, _user):
        start, process, args, stack = self.open_calls.pop(at[2], (None, None, None, None))
        if process:
            self.agent.kprobe(process, start[0], start[2], "__x64_sys_openat", args, "shop-files",
                              stack, ret={"int_arg": int(text)})

    def on_write(self, at, text, _kernel, user):
        fd, size, data = text.split(" ", 2)
        text = bytes_argument(unescape(data), int(size))
        args = [{"int_arg": int(fd)}, text, {"size_arg": size}]
        self.hook(at, "__x64_sys_write", args, "shop-writes", user)

    def on_connect(self, at, text, _kernel, user):
        fd, data = text.split(" ", 1)
        raw = unescape(data)
        if int.from_bytes(raw[:2], "little") != 2:
            return
        address = {"family": "AF_INET", "addr": ".".join(map(str, raw[4:8])),
                   "port": int.from_bytes(raw[2:4], "big")}
        args = [{"int_arg": int(fd)}, {"sockaddr_arg": address}]
        self.hook(at, "__x64_sys_connect", args, "shop-network", user)

    def on_state(self, at, text, kernel, user):
        state, sport, dport, saddr, daddr, cookie = text.split()
        sock = {"family": "AF_INET", "type": "SOCK_STREAM", "protocol": "IPPROTO_TCP",
                "saddr": saddr, "daddr": daddr}
        if int(sport):
            sock["sport"] = int(sport)
        sock.update(dport=int(dport), cookie=cookie, state="TCP_CLOSE")
        args = [{"sock_arg": sock}, {"int_arg": int(state)}]
        self.hook(at, "inet_sk_state_store", args, "shop-network", user, kernel=kernel)

    def on_execve(self, at, text, _kernel, user):
        self.hook(at, "__x64_sys_execve", [{"string_arg": text}], "shop-exec", user)

    def on_pricing_quote(self, at, text, _kernel, _user):
        qty, sku = text.split(" ", 1)
        self.uprobe(at, LIBPRICING, {"symbol": "pricing_quote"},
                    [{"string_arg": sku}, {"int_arg": int(qty)}])

    def on_score_order(self, at, text, _kernel, _user):
        """The policy names this one by file offset, as for a file without symbols."""
        qty, cents = text.split()
        elf = elfsym.load(LIBSCORE)
        symbol = next(s for s in elf.symbols(elfsym.SHT_DYNSYM) if s.name == "score_order")
        section = elf.sections[symbol.shndx]
        self.uprobe(at, LIBSCORE, {"offset": str(symbol.value - section.addr + section.offset)},
                    [{"long_arg": cents}, {"int_arg": int(qty)}])

    def uprobe(self, at, path, where, args):
        process = self.agent.find(at[1])
        if process:
            self.agent.uprobe(process, at[0], at[2], path, where, args)


def main():
    agent = Agent(sys.stdout)
    capture = Capture(agent)
    for name, rest, kernel, user in records(iter(sys.stdin.readline, "")):
        if name == "tick":
            open(sys.argv[1], "w", encoding="ascii").close()
        else:
            capture.feed(name, rest, kernel, user)
    for pid, path, base in agent.bases:
        print(pid, path, hex(base), file=sys.stderr)
    if agent.lost:
        sys.exit(f"capture.py: {agent.lost} stacks lost: a process ended before its maps were read")


if __name__ == "__main__":
    main()
