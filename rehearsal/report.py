"""The answer of a rehearsal: one plain object, described by `docs/rehearsal.schema.json`.

The JSON answer and the tables are drawn from it. Secrets are already masked in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from rehearsal.nodes.status import ApiPath, CloudInit
from rehearsal.order import EngineName, Order, Verb
from sovereign.plan import SovereignPlan
from sovereign.plan.cost import NOT_PLANNED, sentence

SCHEMA_VERSION = 1
Outcome = Literal["succeeded", "failed", "refused", "unavailable"]
Fate = Literal["stands", "taken down"]


@dataclass(frozen=True)
class NodeReport:
    """One node. `ready` is None where nothing ran yet."""

    name: str
    role: str
    serverType: str  # noqa: N815 - the names of the JSON answer
    privateIp: str  # noqa: N815
    ready: bool | None
    reason: str
    apiAddress: str  # noqa: N815
    """host:port by which Cilium on this node reaches the API."""
    cloudInit: CloudInit | None = None  # noqa: N815
    """How its first boot ended; None where no host boots for real."""
    apiPath: ApiPath | None = None  # noqa: N815
    """The way to the API as tried from this node; None where nothing was tried."""


@dataclass(frozen=True)
class ComponentReport:
    """One component of the cluster."""

    name: str
    """What a person calls it; a property of the cluster by its own name."""
    ready: bool | None
    reason: str


@dataclass(frozen=True)
class Report:
    """The whole answer."""

    command: Verb
    engine: EngineName
    stack: str
    result: Outcome
    schemaVersion: int = SCHEMA_VERSION  # noqa: N815
    errors: Sequence[Mapping[str, str]] = ()
    durationSeconds: float = 0.0  # noqa: N815
    resources: Mapping[str, int] = field(
        default_factory=lambda: dict.fromkeys(("create", "update", "replace", "delete", "same"), 0)
    )
    nodes: Sequence[NodeReport] = ()
    components: Sequence[ComponentReport] = ()
    policyPacks: Sequence[Mapping[str, Any]] = ()  # noqa: N815
    policies: Sequence[Mapping[str, str]] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    apiCalls: Mapping[str, int] = field(  # noqa: N815
        default_factory=lambda: dict.fromkeys(("GET", "POST", "PUT", "DELETE"), 0)
    )
    monthlyCost: Mapping[str, Any] = field(default_factory=dict)  # noqa: N815
    reality: Mapping[str, str] = field(default_factory=dict)
    lab: Fate | None = None
    """What became of the lab. None where there was none, and where `errors` say what is left."""

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return asdict(self)


_LAB_HOSTS = (
    "hosts in network namespaces: real cloud-init, sshd, scripts and sockets; systemd, apt and "
    "kernel settings are stand-ins"
)
_LAB_CLUSTER = (
    "real kube-apiserver, etcd and WireGuard; k3s, kubelet, scheduler, Cilium and the cloud "
    "controller are stand-ins, no container runs"
)
REALITY: Mapping[EngineName | Literal["lab", "pulumi in the lab"], Mapping[str, str]] = {
    "embedded": {
        "program": "real, unmodified",
        "policies": "real packs over Pulumi's analyzer protocol",
        "engine": "embedded runtime, not Pulumi's engine",
        "providers": "modelled by drivers",
        "hetznerApi": "simulated on loopback",
        "nodes": "modelled from user_data, scripts and values",
        "kubernetes": "modelled",
    },
    "pulumi": {
        "program": "real, unmodified",
        "policies": "real packs, real engine",
        "engine": "Pulumi's engine, preview only",
        "providers": "real",
        "hetznerApi": "simulated on loopback",
        "nodes": "not there in a preview",
        "kubernetes": "not there in a preview",
    },
    "lab": {
        "program": "real, unmodified",
        "policies": "real packs over Pulumi's analyzer protocol",
        "engine": "embedded runtime, not Pulumi's engine",
        "providers": "drivers that use asyncssh, the real helm and the real kubectl",
        "hetznerApi": "simulated inside the lab",
        "nodes": _LAB_HOSTS,
        "kubernetes": _LAB_CLUSTER,
    },
    "pulumi in the lab": {
        "program": "real, unmodified",
        "policies": "real packs, real engine",
        "engine": "Pulumi's engine",
        "providers": "real",
        "hetznerApi": "simulated inside the lab",
        "nodes": _LAB_HOSTS,
        "kubernetes": _LAB_CLUSTER,
    },
}
"""What was real and what was modelled, by engine, and in the lab."""


def blank(order: Order) -> Report:
    """The answer before anything ran: what is planned, with nothing ready."""
    cost = order.plan.cost
    return Report(
        command=order.verb,
        engine=order.engine,
        stack=order.stack,
        result="failed",
        nodes=planned_nodes(order.plan),
        components=[
            ComponentReport(part.title, None, "not installed") for part in order.plan.components
        ],
        monthlyCost={
            "amount": cost.amount,
            "known": cost.known,
            "currency": cost.currency,
            "priceDate": cost.price_date,
            "sample": cost.sample,
            "sentence": sentence(cost),
            "lines": [asdict(line) for line in cost.lines],
            "unknown": list(cost.unknown),
            "notIncluded": NOT_PLANNED,
        },
        reality=_reality(order),
    )


def _reality(order: Order) -> Mapping[str, str]:
    if not order.lab:
        return REALITY[order.engine]
    return REALITY["lab" if order.engine == "embedded" else "pulumi in the lab"]


def planned_nodes(plan: SovereignPlan) -> list[NodeReport]:
    """The nodes of the plan, none of them there yet."""
    local = plan.api_server_address == "node-local"
    address = "127.0.0.1:6444" if local else f"{plan.control_planes[0].private_ip}:6443"
    return [
        NodeReport(
            node.name, node.role, node.server_type, node.private_ip, None, "not created", address
        )
        for node in plan.nodes
    ]


def failure(report: Report, outcome: Outcome, sentences: Sequence[str]) -> Report:
    """The report with reasons why it did not succeed."""
    said = [{"path": "", "value": "", "rule": sentence, "fix": ""} for sentence in sentences]
    return replace(report, result=outcome, errors=[*report.errors, *said])
