"""Plays the Tetragon agent: real observations in, events out, as pkg/grpc writes them.

Values follow the agent's code, not its proto comments: see the format notes in README.md.
"""

import base64
import copy
import json
import signal
import time
from datetime import datetime, timezone

import elfsym
import pods

UNSET_AUID = 4294967295


def timestamp(ns):
    """protojson's form: RFC 3339, UTC, 0, 3, 6 or 9 fraction digits."""
    text = datetime.fromtimestamp(ns // 10**9, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{ns % 10**9:09d}"
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    return text + ("." + fraction if fraction else "") + "Z"


def wall(ktime):
    """pkg/ktime: converted anew for each field, hence the few us between two times of one event."""
    return timestamp(time.time_ns() + ktime - time.clock_gettime_ns(time.CLOCK_MONOTONIC))


def exec_id(node, ktime, pid):
    return base64.b64encode(f"{node}:{ktime}:{pid}".encode()).decode()


def join_arguments(argv):
    """pkg/process/args.go: quotes around an argument with a space, nothing escaped."""
    return " ".join(f'"{a}"' if " " in a else a for a in argv)


def proc_file(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as f:
            return f.read()
    except OSError:
        return b""


def proc_status(pid, key):
    for line in proc_file(pid, "status").decode().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[-1])
    return 0


def start_ticks(pid):
    """Start time since boot in ns, 10 ms coarse: all that an agent knows of older processes."""
    stat = proc_file(pid, "stat").decode()
    return int(stat.rsplit(")", 1)[1].split()[19]) * 10**7 if stat else 0


def read_maps(pid):
    """(start, end, file offset, path, executable), in address order."""
    maps = []
    for line in proc_file(pid, "maps").decode().splitlines():
        span, perms, offset, _, _, *path = line.split(None, 5)
        start, end = (int(x, 16) for x in span.split("-"))
        maps.append((start, end, int(offset, 16), " ".join("".join(path).split()), "x" in perms))
    return maps


def user_frame(maps, addr):
    """pkg/procsyms: the last mapping that starts below addr; its end is not looked at."""
    start, _, base, path, _ = [m for m in maps if m[0] < addr][-1]
    frame = {"offset": str(addr - start + base)}
    name = elfsym.agent_symbol(path, addr - start + base) if path.startswith("/") else ""
    if name:
        frame["symbol"] = name
    if path:
        frame["module"] = path
    return frame


def kernel_frame(name, offset):
    return {"offset": str(offset), "symbol": name} if offset else {"symbol": name}


class Process:
    """One entry of the agent's process cache: `body` is what events carry."""

    def __init__(self, container, body, parent):
        self.container, self.body, self.parent = container, body, parent
        self.maps, self.loaded = [], set()

    def view(self, tid=None, refcnt=1):
        body = copy.deepcopy(self.body)
        if tid:
            body["tid"] = tid
        if not refcnt:
            del body["refcnt"]
        return body


class Agent:
    def __init__(self, out):
        self.out, self.cache, self.forks, self.shims = out, {}, {}, {}
        self.bases, self.lost = [], 0

    def write(self, kind, body, node, when):
        event = {kind: body, "node_name": node.name}
        if when:
            event["time"] = when
        event["cluster_name"] = pods.CLUSTER
        self.out.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")

    # Processes

    def fork(self, ktime, parent, child):
        self.forks[child] = (parent, ktime)

    def find(self, pid):
        """The cached process; a forked child before its exec gets a clone of its parent's entry."""
        if pid not in self.cache and pid in self.forks:
            parent, ktime = self.forks.pop(pid)
            if parent in self.cache:
                self.cache[pid] = self._clone(self.cache[parent], ktime, pid)
        return self.cache.get(pid)

    def _clone(self, parent, ktime, pid):
        body = parent.view()
        body.update(exec_id=exec_id(parent.container.node.name, ktime, pid), pid=pid,
                    flags="clone", start_time=wall(ktime),
                    parent_exec_id=parent.body["exec_id"], tid=pid)
        body["pod"]["container"]["pid"] = proc_status(pid, "NSpid")
        clone = Process(parent.container, body, parent)
        # Same layout until it execs, and then its own maps say nothing of the old image.
        clone.maps, clone.loaded = parent.maps, parent.loaded
        return clone

    def executed(self, ktime, pid, binary):
        argv = proc_file(pid, "cmdline").decode().split("\0")[:-1]
        parent = self.find(self.forks[pid][0]) if pid in self.forks else None
        old = self.cache.pop(pid, None)
        parent = old.parent if old and old.body["flags"] == "clone" else parent
        container = parent.container if parent else pods.container_of(" ".join(argv))
        if not container or not binary.startswith("/opt/shop/"):
            return
        parent = parent or self._shim(container, proc_status(pid, "PPid"))
        body = self._exec_body(container, ktime, pid, binary, argv, parent)
        process = self.cache[pid] = Process(container, body, parent)
        event = {"process": process.view(), "parent": parent.view()}
        self.write("process_exec", event, container.node, wall(ktime))

    def _exec_body(self, container, ktime, pid, binary, argv, parent):
        body = {
            "exec_id": exec_id(container.node.name, ktime, pid), "pid": pid, "uid": 10001,
            "cwd": "/", "binary": binary, "arguments": join_arguments(argv[1:]),
            "flags": "execve rootcwd clone", "start_time": wall(ktime), "auid": UNSET_AUID,
            "pod": self._pod(container, pid), "docker": self._container_id(container)[:31],
            "parent_exec_id": parent.body["exec_id"], "refcnt": 1, "tid": pid,
            "in_init_tree": True,
        }
        if container.node.env:
            pairs = [e.partition("=") for e in proc_file(pid, "environ").decode().split("\0")]
            body["environment_variables"] = [
                {"Key": k, "Value": v} for k, _, v in pairs if k in pods.ENV_SHOWN]
        return body

    def _container_id(self, container):
        return container.pod["container"]["id"].partition("//")[2]

    def _pod(self, container, pid):
        pod = copy.deepcopy(container.pod)
        started = start_ticks(self.shims.get(container.marker, pid))
        boot = time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        pod["container"]["start_time"] = timestamp((boot + started) // 10**9 * 10**9)
        pod["container"]["pid"] = proc_status(pid, "NSpid")
        return pod

    def _shim(self, container, pid):
        """The container's first parent. Its pid and start are real, but it is unshare(1)."""
        self.shims[container.marker] = pid
        ktime, node = start_ticks(pid), container.node.name
        body = {
            "exec_id": exec_id(node, ktime, pid), "pid": pid, "uid": 0, "cwd": "/",
            "binary": "/usr/bin/containerd-shim-runc-v2",
            "arguments": f"-namespace k8s.io -id {self._container_id(container)} "
                         "-address /run/containerd/containerd.sock",
            "flags": "procFS auid rootcwd", "start_time": wall(ktime), "auid": UNSET_AUID,
            "parent_exec_id": exec_id(node, start_ticks(1), 1), "refcnt": 1, "tid": pid,
        }
        return Process(container, body, None)

    def exited(self, ktime, pid, code):
        process = self.cache.pop(pid, None)
        if not process:
            return
        body = {"process": process.view(refcnt=0), "parent": process.parent.view()}
        if code & 0x7f:
            body["signal"] = signal.Signals(code & 0x7f).name
        if code >> 8:
            body["status"] = code >> 8
        body["time"] = wall(ktime)
        self.write("process_exit", body, process.container.node, wall(ktime))

    # Modules and stacks

    def see_modules(self, process):
        """Writes a loader event for each file newly mapped executable; as a rule without a time."""
        first = not process.loaded
        for start, _, offset, path, executable in process.maps:
            elf = elfsym.load(path) if executable and path.startswith("/") else None
            if not elf or path in process.loaded:
                continue
            process.loaded.add(path)
            self.bases.append((process.body["pid"], path, start - offset))
            body = {"process": process.view(), "path": path,
                    "buildid": base64.b64encode(elf.build_id()).decode(),
                    "parent": process.parent.view()}
            # An event that had to wait for its process in the agent's cache gets a time. Which ones
            # did is pretended here: the program's own file.
            late = first and path == process.body["binary"]
            when = timestamp(time.time_ns()) if late else None
            self.write("process_loader", body, process.container.node, when)

    def user_stack(self, process, addrs):
        known = all(any(m[0] <= a < m[1] for m in process.maps) for a in addrs)
        if not known and process.body["flags"] != "clone":
            process.maps = read_maps(process.body["pid"]) or process.maps
            self.see_modules(process)
        self.lost += not process.maps
        return [user_frame(process.maps, a) for a in addrs] if process.maps else []

    def kprobe(self, process, ktime, tid, function, args, policy, user=(), kernel=(), ret=None):
        body = {"process": process.view(tid), "parent": process.parent.view(),
                "function_name": function, "args": args}
        if ret is not None:
            body["return"] = ret
        body["action"] = "KPROBE_ACTION_POST"
        if kernel:
            body["kernel_stack_trace"] = [kernel_frame(*k) for k in kernel]
        body["policy_name"] = policy
        body["return_action"] = "KPROBE_ACTION_POST"
        if user:
            body["user_stack_trace"] = user
        self.write("process_kprobe", body, process.container.node, wall(ktime))

    def uprobe(self, process, ktime, tid, path, where, args):
        body = {"process": process.view(tid), "parent": process.parent.view(), "path": path}
        if "symbol" in where:
            body["symbol"] = where["symbol"]
        body["policy_name"] = "shop-functions"
        body["args"] = args
        if "offset" in where:
            body["offset"] = where["offset"]
        body["action"] = "KPROBE_ACTION_POST"
        self.write("process_uprobe", body, process.container.node, wall(ktime))
