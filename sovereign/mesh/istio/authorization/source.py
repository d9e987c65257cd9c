"""Who calls: `from[].source` to the peers of a rule.

Peers of one kind are alternatives of one another. Identities and addresses cannot be asked for
together, so a source that does is left out.
"""

from dataclasses import dataclass, field
from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import ROOT_NAMESPACE
from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.inventory import CLUSTER_DOMAIN
from sovereign.mesh.workload import NAMESPACE_LABEL

ACCOUNT_LABEL = "k8s:io.cilium.k8s.policy.serviceaccount"
GATEWAY_ACCOUNTS = ("istio-ingressgateway-service-account", "istio-ingressgateway")
Account = tuple[str | None, str | None]
"""Namespace and service account; None: any."""
REFUSED = {
    "notPrincipals": "a policy of Cilium names callers, it cannot name all but some",
    "notNamespaces": "a policy of Cilium names callers, it cannot name all but some",
    "notServiceAccounts": "a policy of Cilium names callers, it cannot name all but some",
    "requestPrincipals": "Cilium checks no JWT: do it in the application or a gateway before it",
    "notRequestPrincipals": "Cilium checks no JWT",
    "remoteIpBlocks": "Cilium sees the address of the connection, not X-Forwarded-For",
    "notRemoteIpBlocks": "Cilium sees the address of the connection, not X-Forwarded-For",
    "notIpBlocks": "not converted: write fromCIDRSet with `except` by hand",
}
ADDRESSES = "addresses mean callers outside the cluster: pods are known by identity alone"


@dataclass
class Peers:
    """The callers of one rule, by the key of a Cilium rule."""

    endpoints: list[dict[str, Any]] = field(default_factory=list)
    entities: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)

    def rules(self, side: dict[str, Any]) -> list[dict[str, Any]]:
        """One rule for each kind of peer, with the rest of the rule beside it."""
        kinds = {
            "fromEndpoints": self.endpoints,
            "fromEntities": self.entities,
            "fromCIDR": self.ranges,
        }
        return [{key: found, **side} for key, found in kinds.items() if found]


def add_source(source: Field, home: str, peers: Peers) -> bool:
    """Add the callers of one source; False where it cannot be written."""
    accounts: list[list[Account]] = []
    ranges: list[str] = []
    good = source.visit(
        {
            "principals": lambda f: _accounts(f, accounts, _principal),
            "namespaces": lambda f: _accounts(f, accounts, _namespace),
            "serviceAccounts": lambda f: _accounts(
                f, accounts, lambda text: _service_account(text, home)
            ),
            "ipBlocks": lambda f: _ranges(f, ranges),
            **{key: _refuse(why) for key, why in REFUSED.items()},
        }
    )
    if good and accounts and ranges:
        good = source.lost("identities and addresses together: Cilium takes either")
    if good and not accounts and not ranges:
        good = source.lost("names nobody")
    if not good:
        return False
    peers.ranges += ranges
    for account in _all_of(accounts):
        _add(account, peers)
    return True


def _refuse(why: str) -> Any:
    return lambda below: below.lost(why)


def _all_of(accounts: list[list[Account]]) -> list[Account]:
    """Callers that every list allows."""
    if not accounts:
        return []
    found = accounts[0]
    for more in accounts[1:]:
        both = [_narrowed(one, other) for one in found for other in more]
        found = [account for account in both if account is not None]
    return list(dict.fromkeys(found))


def _narrowed(one: Account, other: Account) -> Account | None:
    parts = []
    for mine, yours in zip(one, other, strict=True):
        if mine is not None and yours is not None and mine != yours:
            return None
        parts.append(yours if mine is None else mine)
    return parts[0], parts[1]


def _add(account: Account, peers: Peers) -> None:
    namespace, name = account
    if account == (None, None):
        peers.entities.append("cluster")
    elif namespace == ROOT_NAMESPACE and name in GATEWAY_ACCOUNTS:
        peers.entities.append("ingress")
    else:
        selector: dict[str, Any] = {}
        labels = {NAMESPACE_LABEL: namespace, ACCOUNT_LABEL: name}
        selector["matchLabels"] = {key: value for key, value in labels.items() if value}
        if namespace is None:
            anywhere = {"key": NAMESPACE_LABEL, "operator": "Exists"}
            selector["matchExpressions"] = [anywhere]
        peers.endpoints.append(selector)


def _accounts(below: Field, found: list[list[Account]], read: Any) -> bool:
    texts = below.texts()
    if not texts:
        return below.lost("must be a list of texts")
    accounts = [read(text) for text in texts]
    if None in accounts:
        return below.lost(
            "one of them names nobody whom Cilium knows: a whole namespace, a service account, "
            "or `*`; other wildcards and trust domains cannot be written"
        )
    found.append(accounts)
    if any(account == (None, None) for account in accounts):
        return below.differs("every pod of the cluster, mesh or not", "fromEntities: cluster")
    if any(a[0] == ROOT_NAMESPACE and a[1] in GATEWAY_ACCOUNTS for a in accounts):
        return below.differs("Istio's gateway is Cilium's now", "fromEntities: ingress")
    return below.converted("fromEndpoints")


def _principal(text: str) -> Account | None:
    if text == "*":
        return None, None
    parts = text.split("/")
    if parts[0] != CLUSTER_DOMAIN or len(parts) < 3 or parts[1] != "ns":
        return None
    if not shapes.label(parts[2]):
        return None
    if parts[3:] in (["*"], ["sa", "*"]):
        return parts[2], None
    if len(parts) == 5 and parts[3] == "sa" and shapes.label(parts[4]):
        return parts[2], parts[4]
    return None


def _namespace(text: str) -> Account | None:
    if text == "*":
        return None, None
    return (text, None) if shapes.label(text) else None


def _service_account(text: str, home: str) -> Account | None:
    namespace, slash, name = text.rpartition("/")
    space = namespace if slash else home
    return (space, name) if shapes.label(space) and shapes.label(name) else None


def _ranges(below: Field, found: list[str]) -> bool:
    texts = below.texts()
    ranges = [shapes.cidr(text) for text in texts or []]
    if not ranges or None in ranges:
        return below.lost("must be a list of addresses or CIDR ranges")
    found += [text for text in ranges if text is not None]
    return below.differs(ADDRESSES, "fromCIDR")
