"""Provider resources (`pulumi:providers:<package>`): a package's configuration, no object."""

import uuid
from typing import Final

from rehearsal.runtime.compare import differences
from rehearsal.runtime.decide import Diff
from rehearsal.runtime.drivers.hcloud.api import NotLoopback, require_loopback
from rehearsal.runtime.drivers.port import CheckFailed, Created, NothingToLookUp, Subject
from rehearsal.runtime.record import Record
from rehearsal.runtime.urn import package_of
from rehearsal.runtime.values import Properties, plain

INTERNAL: Final = "__internal"
_ADDED: Final = {"command": {"__pulumi-go-provider-version": "1.2.0"}}
"""What a provider notes of itself in its configuration (pulumi-command 1.2.1, executed)."""
CLUSTER_IDENTIFIER: Final = "clusterIdentifier"
_ACTIVE_CLUSTER: Final = ("kubeconfig", "context", "cluster")


class ProviderDriver(NothingToLookUp):
    """Keeps the configuration of providers and says when another one means other objects."""

    def check(self, subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
        """An hcloud provider must say that it stays on this machine."""
        del old
        if package_of(subject.type) == "hcloud":
            endpoint = plain(inputs.get("endpoint"))
            if not subject.name.startswith("default") and endpoint is None:
                raise CheckFailed(
                    f"the provider {subject.name!r} has no endpoint, so the real one would call "
                    "api.hetzner.cloud (it ignores hcloud:endpoint): use the default provider"
                )
            if isinstance(endpoint, str):
                try:
                    require_loopback(endpoint)
                except NotLoopback as error:
                    raise CheckFailed(str(error)) from None
        return {INTERNAL: {}, **inputs, **_ADDED.get(package_of(subject.type), {})}

    def diff(self, subject: Subject, old: Record, inputs: Properties) -> Diff:
        """Another Kubernetes cluster means other objects; everything else is changed in place.

        With `clusterIdentifier` a changed kubeconfig is the same cluster (pulumi-kubernetes#4019).
        """
        before, now = plain(old.inputs), plain(inputs)
        changes = differences(before, now)
        if package_of(subject.type) != "kubernetes" or not changes:
            return Diff(changes)
        identifier = now.get(CLUSTER_IDENTIFIER)
        if identifier and identifier == before.get(CLUSTER_IDENTIFIER):
            return Diff(changes)
        replace = {str(path[0]) for path in changes if path[0] in _ACTIVE_CLUSTER}
        if identifier and before.get(CLUSTER_IDENTIFIER):
            replace.add(CLUSTER_IDENTIFIER)
        return Diff(changes, tuple(sorted(replace)))

    def plan(self, subject: Subject, inputs: Properties, old: Record | None) -> Properties:
        """The outputs of a provider are its inputs."""
        del subject, old
        return {key: value for key, value in inputs.items() if key != INTERNAL}

    def create(self, subject: Subject, inputs: Properties) -> Created:
        """Give it an id."""
        return Created(str(uuid.uuid4()), self.plan(subject, inputs, None))

    def update(self, subject: Subject, old: Record, inputs: Properties, diff: Diff) -> Properties:
        """Take the new configuration."""
        del diff
        return self.plan(subject, inputs, old)

    def delete(self, subject: Subject, old: Record) -> None:
        """Nothing to delete."""
        del subject, old
