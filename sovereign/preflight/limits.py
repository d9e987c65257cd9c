"""Hetzner's limits and what is left of them. Pure.

Sources: docs "Networks overview", "Placement groups", "Firewalls FAQ"; quotas of an account cannot
be read by API (KH#760, hetznercloud/hcloud-go#302), so what counts towards them is said.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sovereign.preflight.finding import Finding
from sovereign.preflight.project import Project
from sovereign.preflight.stock import own
from sovereign.preflight.wanted import Wanted

PROJECT_LIMITS: Final = {"firewalls": 50, "placement_groups": 50}
"""Per project."""
ATTACHMENT_LIMIT: Final = 100
"""Servers and load balancers of one network."""
QUOTAS: Final[Mapping[str, str]] = {
    "servers": "servers",
    "primary_ips": "primary addresses",
    "networks": "networks",
    "load_balancers": "load balancers",
    "volumes": "volumes",
    "ssh_keys": "SSH keys",
}
"""What an account limits -> what a person calls it."""
ADDRESSES_PER_SERVER: Final = 2
"""A primary IPv4 and a primary IPv6 are made with each server."""


def judge(wanted: Wanted, project: Project) -> Iterator[Finding]:
    """Everything that is counted."""
    for kind, limit in PROJECT_LIMITS.items():
        there, new = len(project.of(kind)), _new(kind, wanted, project)
        subject = f"{kind.replace('_', ' ')} of the project"
        fix = "use another project, or denser ids"
        yield _counted(subject, f"{there} there + {new} new", there + new, limit, fix)
    yield _attachments(wanted, project)
    yield _account(wanted, project)


def _new(kind: str, wanted: Wanted, project: Project) -> int:
    there = {one.name for one in project.of(kind)}
    return len(set(wanted.names.get(kind, ())) - there)


def _attachments(wanted: Wanted, project: Project) -> Finding:
    """Of the cluster's network: its servers, and what others attached to it."""
    networks = {one.id for one in own(wanted, project) if one.kind == "networks"}
    servers = set(wanted.names["servers"])
    strangers = {
        kind: sum(
            not networks.isdisjoint(one.networks) and one.name not in servers
            for one in project.of(kind)
        )
        for kind in ("servers", "load_balancers")
    }
    said = (
        f"{len(servers)} servers + {strangers['load_balancers']} load balancers and "
        f"{strangers['servers']} other servers that are on it"
    )
    fix = "take what is not needed off the network, or use smaller pools"
    used = len(servers) + sum(strangers.values())
    return _counted("attachments of the network", said, used, ATTACHMENT_LIMIT, fix)


def _account(wanted: Wanted, project: Project) -> Finding:
    """The quotas are not known; what will count towards them is."""
    counts = []
    for kind, noun in QUOTAS.items():
        new = _new(kind, wanted, project)
        if kind == "primary_ips":
            new = ADDRESSES_PER_SERVER * _new("servers", wanted, project)
        counts.append(f"{noun} {len(project.of(kind))} + {new}")
    said = f"there + new: {', '.join(counts)}; the quotas are not in the API"
    return Finding("note", "limit", "the account", said, "compare with Limits in the console")


def _counted(subject: str, said: str, used: int, limit: int, fix: str) -> Finding:
    if used > limit:
        return Finding("error", "limit", subject, f"{said} = {used} of {limit}", fix)
    return Finding("ok", "limit", subject, f"{said} = {used} of {limit}, {limit - used} left")
