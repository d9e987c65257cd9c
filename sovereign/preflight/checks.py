"""What a look at the project means for a plan: pure, every finding at once."""

from collections.abc import Iterator
from typing import Final

from sovereign.preflight import limits, stock
from sovereign.preflight.finding import Finding, Level
from sovereign.preflight.project import Existing, Project
from sovereign.preflight.wanted import Wanted

CALLS_PER_SERVER: Final = 15
"""API requests for one new server with the polls of its actions: a generous estimate."""
CALLS_PER_UP: Final = 60
"""Requests of an up besides its servers', estimated as well."""


def judge(wanted: Wanted, project: Project, *, for_up: bool = False) -> list[Finding]:
    """Every finding, in the order of the checks: token, budget, types, names, limits.

    `for_up`: the same token is about to be used for an up, so one that may not create things, and
    too few requests, are in its way.
    """
    in_the_way: Level = "error" if for_up else "note"
    return [
        _token(project, in_the_way),
        _budget(wanted, project, in_the_way),
        *(found for group in wanted.groups for found in stock.judge(group, wanted, project)),
        *_names(wanted, project),
        *_keys(wanted, project),
        *limits.judge(wanted, project),
    ]


def _token(project: Project, reading_only: Level) -> Finding:
    if project.writable:
        return Finding("ok", "token", "HCLOUD_TOKEN", "works and may create resources")
    if project.writable is None:
        said = "works; whether it may create resources could not be found out"
        return Finding("note", "token", "HCLOUD_TOKEN", said)
    fix = "enough for preflight; `pulumi up` needs one with read and write permission"
    return Finding(reading_only, "token", "HCLOUD_TOKEN", "works and may only read", fix)


def _budget(wanted: Wanted, project: Project, too_few: Level) -> Finding:
    orders = sum(stock.missing(group, wanted, project) for group in wanted.groups)
    need = CALLS_PER_UP + CALLS_PER_SERVER * orders
    subject = "API requests"
    if project.budget is None:
        return Finding("note", "budget", subject, "the API does not say how many are left")
    said = f"{project.budget} left of this hour's, an up takes about {need}"
    if project.budget >= need:
        return Finding("ok", "budget", subject, said)
    wait = need - project.budget
    fix = f"wait about {wait} s (one comes back per second), or stop what else uses the project"
    return Finding(too_few, "budget", subject, said, fix)


def _names(wanted: Wanted, project: Project) -> Iterator[Finding]:
    own = stock.own(wanted, project)
    strangers = [
        one
        for one in project.existing
        if one.name in wanted.names.get(one.kind, ()) and one not in own
    ]
    for one in strangers:
        said = f"the name is taken by id {one.id}, which is not labelled as this environment's"
        fix = "use a project per environment, rename the cluster, or remove it there"
        yield Finding("error", "name", f"{_noun(one)} {one.name}", said, fix)
    if own:
        said = f"{len(own)} resources with the labels of {wanted.cluster} are in the project"
        fix = "fine for an environment that is up; after a killed run see `sovereign recover`"
        yield Finding("note", "name", f"cluster {wanted.cluster}", said, fix)
    if not strangers:
        count = sum(map(len, wanted.names.values()))
        yield Finding("ok", "name", f"{count} names", "none is taken by anything else")


def _keys(wanted: Wanted, project: Project) -> Iterator[Finding]:
    """Hetzner takes a public key once per project, whatever its name."""
    for name, key in wanted.extra_keys.items():
        for one in project.of("ssh_keys"):
            if one.public_key == key and one.name != name:
                said = f"the project holds this key as {one.name} already"
                fix = "remove it there: Hetzner takes a public key once per project"
                yield Finding("error", "name", f"ssh key {name}", said, fix)


def _noun(one: Existing) -> str:
    return one.kind.replace("_", " ").removesuffix("s")
