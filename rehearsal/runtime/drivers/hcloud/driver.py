"""The driver of the package `hcloud`."""

import ipaddress
import secrets
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.runtime.decide import Diff
from rehearsal.runtime.drivers.hcloud import (
    balanced,
    firewalls,
    load_balancers,
    named,
    networks,
    schema,
)
from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.hcloud.attachments import ServerNetwork
from rehearsal.runtime.drivers.hcloud.handler import Handler, Remembering
from rehearsal.runtime.drivers.hcloud.lookups import lookup
from rehearsal.runtime.drivers.hcloud.servers import Server
from rehearsal.runtime.drivers.port import (
    CheckFailed,
    Created,
    OperationFailed,
    PartlyDone,
    Subject,
    unsupported,
)
from rehearsal.runtime.model import HetznerEndpoint
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import Properties, Unknown, plain

SUFFIX_BYTES: Final = 4
"""An automatic name ends in seven hex digits; the provider appends them with a dash."""

HANDLERS: Final[Mapping[str, Handler]] = {
    "hcloud:index/network:Network": named.NETWORK,
    "hcloud:index/networkSubnet:NetworkSubnet": networks.Subnet(),
    "hcloud:index/firewall:Firewall": firewalls.Firewall(),
    "hcloud:index/firewallAttachment:FirewallAttachment": firewalls.Attachment(),
    "hcloud:index/placementGroup:PlacementGroup": named.PLACEMENT_GROUP,
    "hcloud:index/sshKey:SshKey": named.SSH_KEY,
    "hcloud:index/server:Server": Server(),
    "hcloud:index/serverNetwork:ServerNetwork": ServerNetwork(),
    "hcloud:index/primaryIp:PrimaryIp": named.PRIMARY_IP,
    "hcloud:index/loadBalancer:LoadBalancer": load_balancers.LoadBalancer(),
    "hcloud:index/loadBalancerNetwork:LoadBalancerNetwork": load_balancers.Network(),
    "hcloud:index/loadBalancerService:LoadBalancerService": balanced.Service(),
    "hcloud:index/loadBalancerTarget:LoadBalancerTarget": balanced.Target(),
    "hcloud:index/volume:Volume": named.VOLUME,
}
"""The resource types this driver has; every other one fails by name."""


class HcloudDriver:
    """Creates, changes and deletes Hetzner's objects at an endpoint on the loopback."""

    def __init__(self, endpoint: HetznerEndpoint) -> None:
        self._api = Api(endpoint)

    def check(self, subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
        """Fill in an automatic name and refuse what the provider's own check refuses."""
        entry = _schema(subject)
        unknown = sorted(set(inputs) - set(entry.outputs) - {"__defaults"})
        if unknown:
            raise CheckFailed(f"{subject.type} has no input {unknown[0]!r}")
        checked = dict(inputs)
        filled_in: list[str] = []
        if entry.autoname and inputs.get("name") is None:
            checked["name"], filled_in = _automatic_name(subject.name, old), ["name"]
        ip_range = plain(inputs.get("ipRange"))
        if isinstance(ip_range, str):
            try:
                ipaddress.ip_network(ip_range)
            except ValueError as error:
                raise CheckFailed(f"ipRange: {ip_range!r} is not a CIDR: {error}") from None
        return checked if entry.framework else _with_defaults(checked, filled_in)

    def diff(self, subject: Subject, old: Record, inputs: Properties) -> Diff:
        """As the bridge; where the real provider crashes, refuse in words."""
        networks_input = plain(inputs.get("networks"))
        if isinstance(networks_input, Unknown) and plain(old.outputs).get("networks"):
            raise OperationFailed(
                f"the networks of server {subject.name!r} would become unknown because its "
                "network or subnet is replaced: the real provider crashes here (hcloud 1.43, "
                '"can\'t use ElementIterator on unknown value"), so keep the range as it is'
            )
        return schema.diff(_schema(subject), old, inputs)

    def plan(self, subject: Subject, inputs: Properties, old: Record | None) -> Properties:
        """What is given, the provider's defaults, and the rest unknown."""
        return schema.plan(_schema(subject), inputs, old)

    def create(self, subject: Subject, inputs: Properties) -> Created:
        """Make the object."""
        try:
            return _full(subject, _handler(subject).create(self._api, inputs), inputs)
        except PartlyDone as error:
            raise PartlyDone(str(error), _full(subject, error.done, inputs)) from None

    def update(self, subject: Subject, old: Record, inputs: Properties, diff: Diff) -> Properties:
        """Change what differs. Without a difference nothing is sent, not even a look.

        So what failed after a server was created is not made up for (data/engine-3.259, 28.3).
        """
        if not diff.changes:
            return plain(old.outputs)  # type: ignore[no-any-return]
        handler = _handler(subject)
        before = {**plain(old.inputs), **plain(old.outputs)}
        try:
            outputs = handler.update(self._api, old.id, before, inputs, set(diff.keys))
        except OperationFailed as error:
            raise PartlyDone(str(error), Created(old.id, plain(old.outputs))) from None
        return _full(subject, Created(old.id, outputs), inputs).outputs

    def delete(self, subject: Subject, old: Record) -> None:
        """Delete the object; one that is gone already is an error, as with the real provider."""
        _handler(subject).delete(self._api, old.id, {**plain(old.inputs), **plain(old.outputs)})

    def read(self, subject: Subject, id_: str) -> Created:
        """Look the object up."""
        found = _handler(subject).read(self._api, id_)
        return _full(subject, Created(id_, found), {})

    def refresh(self, subject: Subject, old: Record) -> Properties:
        """The object as the API shows it now; what it does not repeat stays as it is."""
        handler, inputs = _handler(subject), plain(old.inputs)
        if isinstance(handler, Remembering):
            found = handler.refresh(self._api, old.id, inputs)
        else:
            found = handler.read(self._api, old.id)
        return _full(subject, Created(old.id, found), inputs).outputs

    def adopt(self, subject: Subject, inputs: Properties) -> Created | None:
        """Find the object by its unique name and finish it."""
        found = _handler(subject).find(self._api, inputs)
        return None if found is None else _full(subject, found, inputs)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Data sources: locations, server types, images."""
        return lookup(self._api, token, arguments)


def _full(subject: Subject, created: Created, inputs: Properties) -> Created:
    """All outputs, with what was given where the API does not repeat it."""
    entry = _schema(subject)
    given = {key: value for key, value in inputs.items() if key in entry.outputs}
    outputs = schema.with_all_outputs(entry, {**given, **created.outputs})
    return Created(created.id, {**outputs, "id": created.id})


def _schema(subject: Subject) -> schema.ResourceSchema:
    try:
        return schema.table()[subject.type]
    except KeyError:
        raise unsupported(f"the resource type {subject.type}") from None


def _handler(subject: Subject) -> Handler:
    _schema(subject)
    return HANDLERS[subject.type]


def _automatic_name(name: str, old: Properties | None) -> str:
    if old is not None and "name" in old.get("__defaults", ()):
        return str(old["name"])
    if old is not None and isinstance(old.get("name"), str) and "__defaults" not in old:
        return str(old["name"])
    return f"{name}-{secrets.token_hex(SUFFIX_BYTES)[:7]}"


def _with_defaults(value: Any, filled_in: list[str]) -> Any:
    """Note at every level what was filled in, as the bridge does: often an empty list."""
    marked = {
        key: [_with_defaults(item, []) if isinstance(item, dict) else item for item in child]
        if isinstance(child, list)
        else child
        for key, child in value.items()
        if key != "__defaults"
    }
    return {"__defaults": filled_in, **marked}
