"""What the input says about Services: their ports, their selectors, and the subsets of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import Document

MESH = "mesh"
"""The name that stands among `gateways` for callers inside the cluster."""
CLUSTER_DOMAIN = "cluster.local"
HTTP_PROTOCOLS = ("http", "http2", "grpc", "kubernetes.io/h2c", "kubernetes.io/ws")
RAW_PROTOCOLS = ("tcp", "tls", "https", "mysql", "mongo", "redis", "postgres", "udp")


@dataclass(frozen=True, order=True)
class Name:
    """Namespace and name of a Service."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class ServicePort:
    """One port of a Service."""

    number: int
    target: Any
    http: bool | None
    """Whether it speaks HTTP; None where neither name nor appProtocol says so."""


@dataclass(frozen=True)
class Service:
    """A Service whose manifest is among the input."""

    ports: Sequence[ServicePort]
    selector: dict[str, str]
    manifest_ports: Sequence[Any]


class Inventory:
    """Services and subsets of the whole input."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._services: dict[Name, Service] = {}
        self._subsets: dict[tuple[Name, str], dict[str, str]] = {}
        self.routed: set[Name] = set()
        """Services to which a VirtualService sends HTTP requests."""
        self.taken_over: set[Name] = set()
        """Services whose callers inside the cluster a VirtualService routes."""
        for document in documents:
            if document.kind == "Service" and document.group == "v1":
                self._add_service(document)
        for document in documents:
            if document.is_istio and document.kind == "DestinationRule":
                self._add_subsets(document)
            if document.is_istio and document.kind == "VirtualService":
                self._add_routed(document)

    def service(self, name: Name) -> Service | None:
        """The Service, where its manifest is among the input."""
        return self._services.get(name)

    def resolve(self, host: str, namespace: str) -> Name | None:
        """The Service that a host means in an object of that namespace, as Istio resolves it: a
        host without a dot is of that namespace, any other must be complete.
        """
        if shapes.label(host):
            return Name(namespace, host)
        parts = host.removesuffix(f".{CLUSTER_DOMAIN}").removesuffix(".svc").split(".")
        complete = host.endswith((".svc", f".svc.{CLUSTER_DOMAIN}")) and len(parts) == 2
        known = len(parts) == 2 and Name(parts[1], parts[0]) in self._services
        if (complete or known) and all(map(shapes.label, parts)):
            return Name(parts[1], parts[0])
        return None

    def only_port(self, name: Name) -> int | None:
        """The Service's port, if it is known to have exactly one."""
        service = self._services.get(name)
        return service.ports[0].number if service and len(service.ports) == 1 else None

    def subset_service(self, name: Name, subset: str) -> str | None:
        """The Service that stands for a subset; None where it cannot be made: the rule does not
        name it, or the Service itself is not among the input.
        """
        made = f"{name.name}-{subset}"
        known = (name, subset) in self._subsets and name in self._services
        return made if known and shapes.label(made) else None

    def ports_of(self, namespace: str, labels: dict[str, str]) -> list[int]:
        """Container ports of the Services that select pods with these labels, where they are
        numbers.
        """
        found = [
            port.target
            for name, service in self._services.items()
            if name.namespace == namespace
            and service.selector
            and service.selector.items() <= labels.items()
            for port in service.ports
        ]
        numbers = sorted({port for port in found if isinstance(port, int)})
        return numbers if len(numbers) == len(set(map(str, found))) else []

    def _add_service(self, document: Document) -> None:
        spec = document.spec
        ports = [
            ServicePort(number, field.value.get("targetPort", number), _http(field.value))
            for field in spec["ports"].each()
            if (number := field["port"].whole) is not None
        ]
        selector = spec["selector"].value
        if isinstance(selector, dict) and selector and shapes.label_values(selector) and ports:
            name = Name(document.namespace, document.name)
            self._services[name] = Service(ports, selector, spec["ports"].value)

    def _add_subsets(self, document: Document) -> None:
        name = self.resolve(document.spec["host"].text or "", document.namespace)
        for subset in document.spec["subsets"].each():
            labels = subset["labels"].value
            title = subset["name"].text
            good = isinstance(labels, dict) and labels and shapes.label_values(labels)
            if name is not None and title and good:
                self._subsets[(name, title)] = labels

    def _add_routed(self, document: Document) -> None:
        gateways = document.spec["gateways"]
        if not gateways.present or gateways.value in ([], None) or MESH in (gateways.texts() or []):
            hosts = [host.text for host in document.spec["hosts"].each()]
            names = [self.resolve(host, document.namespace) for host in hosts if host]
            if document.spec["http"].each():
                self.taken_over |= {name for name in names if name is not None}
        for rule in document.spec["http"].each():
            for route in rule["route"].each():
                host = route["destination"]["host"].text
                name = self.resolve(host, document.namespace) if host else None
                if name is not None:
                    self.routed.add(name)


def _http(port: Any) -> bool | None:
    """As Istio chooses a protocol: appProtocol, else the name up to its first `-`."""
    stated = port.get("appProtocol") or port.get("name")
    if not isinstance(stated, str):
        return None
    protocol = stated if stated in HTTP_PROTOCOLS else stated.partition("-")[0]
    if protocol in HTTP_PROTOCOLS:
        return True
    return False if protocol in RAW_PROTOCOLS else None
