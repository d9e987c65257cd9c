"""Options that must be equal on all servers, as servers compare them."""

from collections.abc import Mapping

from rehearsal.nodes.k3s import K3s
from rehearsal.nodes.k3s_options import EQUAL_ON_ALL_SERVERS
from rehearsal.nodes.tokens import parse

_SERVICE_LB = "disable=servicelb"
_AGENT_TOKEN = "agent-token"


def critical(k3s: K3s, agent_token: str) -> dict[str, str]:
    """Option -> value; of the agent token its fingerprint."""
    plain = {name: str(k3s.options.get(name, "")).lower() for name in sorted(EQUAL_ON_ALL_SERVERS)}
    return {
        **plain,
        _AGENT_TOKEN: parse(agent_token).fingerprint,
        _SERVICE_LB: str("servicelb" in k3s.items("disable")),
    }


def different(mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """The options in which two servers differ, by name; the item of `disable` comes last."""
    names = sorted(mine, key=lambda name: (name == _SERVICE_LB, name))
    return [name for name in names if mine[name] != theirs.get(name)]
