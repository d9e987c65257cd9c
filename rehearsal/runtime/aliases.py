"""Who a resource used to be: aliases of its own and those it inherits from its parent. Pure.

Source: `generateAliases` in pulumi/pkg/resource/deploy/step_generator.go (3.259).
"""

from collections.abc import Mapping

from rehearsal.runtime import urn as urns
from rehearsal.runtime.goal import Alias, Goal


def candidates(goal: Goal, stack: str, project: str, aliased: Mapping[str, str]) -> list[str]:
    """The URNs under which the state may know the resource, in the order to try them.

    `aliased` maps URNs of this run to the old URNs they were found under.
    """
    own = [_collapse(goal, alias, stack, project, aliased) for alias in goal.aliases]
    found = list(own)
    if goal.parent in aliased:
        old_parent = aliased[goal.parent]
        found.append(_inherited(goal.type, goal.name, goal.parent, old_parent))
        for urn in own:
            found.append(_inherited(urns.type_of(urn), urns.name_of(urn), goal.parent, old_parent))
    return list(dict.fromkeys(found))


def _collapse(
    goal: Goal, alias: Alias, stack: str, project: str, aliased: Mapping[str, str]
) -> str:
    if alias.urn:
        return alias.urn
    parent = goal.parent
    if alias.parent:
        parent = aliased.get(alias.parent, alias.parent)
    if alias.no_parent:
        parent = ""
    return urns.make(
        alias.stack or stack,
        alias.project or project,
        parent,
        alias.type or goal.type,
        alias.name or goal.name,
    )


def _inherited(type_: str, name: str, parent: str, old_parent: str) -> str:
    """The URN of a child under the parent's old URN; a child named after the parent follows."""
    parent_name = urns.name_of(parent)
    if name.startswith(parent_name):
        name = urns.name_of(old_parent) + name.removeprefix(parent_name)
    _, _, stack_and_rest = old_parent.partition("urn:pulumi:")
    stack, project, _ = stack_and_rest.split("::", 2)
    return urns.make(stack, project, old_parent, type_, name)
