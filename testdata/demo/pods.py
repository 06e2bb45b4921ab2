"""The pretended Kubernetes around the demo's real processes. Everything in this file is made up."""

import hashlib
import uuid
from collections import namedtuple

# env: whether the node's agent runs with --enable-process-environment-variables.
Node = namedtuple("Node", "name env")
Container = namedtuple("Container", "marker node pod")

CLUSTER = "shop-eu-1"
NODE_A = Node("shop-node-a", False)
NODE_B = Node("shop-node-b", True)
ENV_SHOWN = ("API_TOKEN", "DATABASE_URL", "LANG")


def made_up_hex(what):
    return hashlib.sha256(f"tetrapipe demo {what}".encode()).hexdigest()


def _uid(name):
    return str(uuid.UUID(made_up_hex("pod " + name)[:32], version=4))


def _pod(name, workload, kind, image, labels):
    repo = f"registry.example/shop/{image}"
    return {
        "namespace": "shop",
        "name": name,
        "uid": _uid(name),
        "container": {
            "id": "containerd://" + made_up_hex("container " + name),
            "name": image,
            "image": {
                "id": f"{repo}@sha256:{made_up_hex('image ' + image)}",
                "name": f"{repo}:1.4.2",
            },
        },
        "pod_labels": labels,
        "workload": workload,
        "workload_kind": kind,
    }


def _shopd(name):
    labels = {"app.kubernetes.io/name": "shopd", "pod-template-hash": "6d5f7c9b8", "tier": "front"}
    return _pod(name, "shopd", "Deployment", "shopd", labels)


def _batch(name):
    workload = name.partition("-")[0]
    return _pod(name, workload, "CronJob", "worker", {"app.kubernetes.io/name": workload})


# A process belongs to the first container whose marker is in its command line.
CONTAINERS = [
    Container("--listen=8080", NODE_A, _shopd("shopd-6d5f7c9b8-x2k4q")),
    Container("--listen=8081", NODE_B, _shopd("shopd-6d5f7c9b8-m7vzt")),
    Container("--levels=7", NODE_B, _batch("reprice-29123440-hq8dz")),
    Container("--levels=9", NODE_A, _batch("reprice-29123442-t6wlp")),
    Container("--order=21", NODE_A, _batch("replay-29123442-c8nzx")),
]


def container_of(arguments):
    for c in CONTAINERS:
        if c.marker in arguments:
            return c
    return None
