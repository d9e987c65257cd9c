"""The result as a Mermaid graph, with what changes marked by sign, word and color. Pure."""

from collections import Counter
from collections.abc import Iterator

from rehearsal.review.escape import mermaid
from rehearsal.review.nodes import Node
from rehearsal.review.review import Review

MOST_UNCHANGED = 6
"""Unchanged nodes of a pool that are drawn one by one."""
MOST_CHANGED = 20
"""Changed nodes of a pool that are drawn one by one."""
SIGNS = {
    "same": "",
    "new": "+ new",
    "gone": "- gone",
    "replaced": "± replaced",
    "powered-off": "! powered off",
    "reattached": "! network off and on",
    "changed": "~ changed",
}
STYLES = """\
  classDef same fill:#f6f8fa,stroke:#8c959f,color:#1f2328
  classDef new fill:#dafbe1,stroke:#1a7f37,color:#1f2328
  classDef gone fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:4 3
  classDef danger fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:3px
  classDef changed fill:#fff8c5,stroke:#9a6700,color:#1f2328
  classDef outside fill:#ffffff,stroke:#8c959f,color:#1f2328"""
CLASSES = {"replaced": "danger", "powered-off": "danger", "reattached": "danger"}


def topology(review: Review) -> str:
    """The graph's text, without a fence; empty where there is no server."""
    if not review.nodes:
        return ""
    return "\n".join(["flowchart TB", *_lines(review), STYLES])


def _lines(review: Review) -> Iterator[str]:
    pools = dict.fromkeys((node.role, node.pool) for node in review.nodes)
    network = mermaid(review.cluster or "servers")
    cidr = mermaid(review.ranges.get("network.cidr", ""))
    yield '  internet(["internet"]):::outside'
    yield f'  subgraph network["network {network} {cidr}"]'
    for index, (role, pool) in enumerate(pools):
        title = _title(role, pool)
        yield f'    subgraph pool{index}["{title}"]'
        mine = [node for node in review.nodes if (node.role, node.pool) == (role, pool)]
        yield from _nodes(index, mine)
        yield "    end"
    yield "  end"
    for index, (role, _) in enumerate(pools):
        opened = _open_to(review, role)
        if opened:
            yield f'  internet -->|"{opened}"| pool{index}'
        if role == "worker" and any(role == "control-plane" for role, _ in pools):
            first = next(n for n, (other, _) in enumerate(pools) if other == "control-plane")
            yield f'  pool{index} -->|"API 6443"| pool{first}'


def _title(role: str, pool: str) -> str:
    if role == "control-plane":
        return "control plane"
    return f"pool {mermaid(pool)}" if role == "worker" else "servers"


def _nodes(index: int, mine: list[Node]) -> Iterator[str]:
    changed = [node for node in mine if node.fate != "same"]
    unchanged = [node for node in mine if node.fate == "same"]
    drawn = [*unchanged[:MOST_UNCHANGED], *changed[:MOST_CHANGED]]
    for number, node in enumerate(drawn):
        kind = CLASSES.get(node.fate, node.fate)
        yield f'      n{index}x{number}["{_label(node)}"]:::{kind}'
    rest = [*unchanged[MOST_UNCHANGED:], *changed[MOST_CHANGED:]]
    for fate, count in sorted(Counter(node.fate for node in rest).items()):
        kind = CLASSES.get(fate, fate)
        said = SIGNS[fate] or "unchanged"
        yield f'      more{index}{kind}["{count} more, {mermaid(said)}"]:::{kind}'


def _label(node: Node) -> str:
    kind = node.type_after or node.type_before
    if node.type_before and node.type_after and node.type_before != node.type_after:
        kind = f"{node.type_before} to {node.type_after}"
    parts = [node.name, ", ".join(part for part in (kind, node.private_ip) if part)]
    return "<br/>".join(mermaid(part) for part in (*parts, SIGNS[node.fate]) if part)


def _open_to(review: Review, role: str) -> str:
    """The open ports of the firewalls that are named after the role."""
    ending = {"control-plane": "-control-plane", "worker": "-workers"}.get(role)
    if ending is None:
        return ""
    found: dict[str, None] = {}
    for rule in review.rules_after:
        if rule.firewall.endswith(ending):
            found[f"{rule.protocol} {rule.port} from {', '.join(rule.sources[:2])}"] = None
    listed = list(found)
    more = [f"and {len(listed) - 3} more"] if len(listed) > 3 else []
    return "<br/>".join(mermaid(line) for line in (*listed[:3], *more))
