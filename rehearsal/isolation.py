"""A rehearsal cannot touch anything real: what it forgets of the caller's environment, and what it
gives the program instead."""

import os
from collections.abc import Mapping, MutableMapping

DROPPED_PREFIXES = ("HCLOUD_", "PULUMI_")
DROPPED = ("KUBECONFIG",)
KEPT = ("PULUMI_HOME",)
"""Where the real engine's plugins are; which backend it uses is always said beside it."""
PASSPHRASE = "rehearsal"
TOKEN = "rehearsal" + "0" * 55
"""64 characters, as Hetzner's tokens have; good for nothing outside."""
SEED = "a-throw-away-seed-that-only-rehearsals-use"
CALLER_CIDR = "203.0.113.0/24"
"""Documentation range (RFC 5737) that the node model takes as the operator's."""
DEFAULTS = {"sovereign:seed": SEED, "sovereign:operatorCidrs": [CALLER_CIDR]}
"""For a stack file that has none."""
LAB_SERVICES = "198.18.0.1"
"""Address inside the lab where its hosts find what they download (RFC 2544: for benchmarks)."""
LAB_SETTINGS = [f"sovereign:artifactMirror=http://{LAB_SERVICES}"]
"""`--set` of every run in the lab, over whatever the stack file says."""


def forget(environment: MutableMapping[str, str]) -> list[str]:
    """Remove every variable that names a real cloud, cluster or backend; returns their names."""
    found = [name for name in environment if name.startswith(DROPPED_PREFIXES) or name in DROPPED]
    names = [name for name in found if name not in KEPT]
    for name in names:
        del environment[name]
    return sorted(names)


def forget_callers_environment() -> list[str]:
    """`forget` for this process, before anything else runs in it."""
    return forget(os.environ)


def program_environment(endpoint: str) -> Mapping[str, str]:
    """What the rehearsed program finds: the simulator, and a token that opens nothing else."""
    return {"HCLOUD_ENDPOINT": endpoint, "HCLOUD_TOKEN": TOKEN}
