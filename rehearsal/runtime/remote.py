"""Components that a plugin constructs: the program's registration in, the plugin's answer out.

The plugin registers the component and its children with this run's monitor, so policies, state and
drivers see them as they see the program's own.
"""

import os
import threading
from collections.abc import Callable
from typing import Final

from pulumi.runtime.proto import alias_pb2, resource_pb2
from pulumi.runtime.proto import provider_pb2 as proto

from rehearsal.runtime import project
from rehearsal.runtime import urn as urns
from rehearsal.runtime.child import clean_environment
from rehearsal.runtime.component_provider import ComponentProvider, PluginFailed
from rehearsal.runtime.deployment import Aborted, Answer, Deployment
from rehearsal.runtime.goal import from_request
from rehearsal.runtime.registration import Registrar
from rehearsal.runtime.values import from_struct

_LISTS: Final = (
    "dependencies",
    "additionalSecretOutputs",
    "ignoreChanges",
    "replaceOnChanges",
    "aliases",
)
_SCALARS: Final = ("type", "name", "parent", "protect", "deletedWith", "retainOnDelete")
"""What a registration and an order to construct call the same."""
_MESSAGES: Final = (
    ("customTimeouts", "customTimeouts"),
    ("hooks", "resource_hooks"),
    ("replacement_trigger", "replacement_trigger"),
)
"""Field of a registration and of an order; the messages have the same fields."""


class RemoteComponents:
    """The plugins of one run, each started when the first of its components is registered."""

    def __init__(
        self, deployment: Deployment, registrar: Registrar, on_line: Callable[[str, str], None]
    ) -> None:
        self._run = deployment
        self._registrar = registrar
        self._on_line = on_line
        self._lock = threading.Lock()
        self._providers: dict[str, ComponentProvider] = {}
        self.address = ""
        """Where monitor and engine are served; set before the program starts."""

    def construct(self, request: resource_pb2.RegisterResourceRequest) -> Answer:
        """Bring a component about; raises Aborted where the plugin says no."""
        run = self._run
        if run.aborted:
            raise Aborted("the run has stopped")
        goal = from_request(request)
        urn = run.urn_of(goal)
        blocked = run.needs_failed(goal)
        if blocked:
            names = ", ".join(urns.name_of(one) for one in blocked)
            run.journal.say("warning", urn, f"skipped: it depends on {names}, which failed")
            return run.fail(urn)
        self._registrar.default_provider(goal.type, goal.version, urn)
        run.journal.learn(goal.inputs)
        try:
            response = self._provider(urns.package_of(goal.type)).construct(self._order(request))
        except PluginFailed as error:
            if run.aborted:  # a child was refused, and the plugin only passes that on
                raise Aborted("the run has stopped") from None
            raise run.abort(urn, str(error)) from None
        return Answer(
            response.urn,
            outputs=from_struct(response.state),
            dependencies={
                key: tuple(found.urns) for key, found in sorted(response.stateDependencies.items())
            },
        )

    def close(self) -> None:
        """End all plugins."""
        for provider in self._providers.values():
            provider.close()

    def _provider(self, package: str) -> ComponentProvider:
        request = self._run.request
        with self._lock:
            if package not in self._providers:
                folder = project.read(request.program).plugins.get(package)
                if folder is None:
                    raise PluginFailed(
                        f"the program uses a component of the package {package!r}, and its "
                        "Pulumi.yaml names no directory with that plugin under `packages`"
                    )
                self._providers[package] = ComponentProvider(
                    package,
                    folder,
                    self.address,
                    clean_environment(os.environ, request),
                    self._on_line,
                )
            return self._providers[package]

    def _order(self, request: resource_pb2.RegisterResourceRequest) -> proto.ConstructRequest:
        asked = self._run.request
        order = proto.ConstructRequest(
            project=asked.project,
            stack=asked.stack,
            organization="organization",
            config=dict(asked.config),
            configSecretKeys=list(asked.secret_keys),
            dryRun=self._run.dry_run,
            parallel=asked.parallel,
            monitorEndpoint=self.address,
            inputs=request.object,
            inputDependencies={
                key: proto.ConstructRequest.PropertyDependencies(urns=found.urns)
                for key, found in request.propertyDependencies.items()
            },
            accepts_output_values=True,
        )
        for name in _LISTS:
            getattr(order, name).extend(getattr(request, name))
        for name in _SCALARS:
            setattr(order, name, getattr(request, name))
        order.aliases.extend(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs)
        order.providers.update(request.providers)
        for source, target in _MESSAGES:
            if request.HasField(source):  # type: ignore[arg-type]
                getattr(order, target).ParseFromString(getattr(request, source).SerializeToString())
        if request.deleteBeforeReplaceDefined:
            order.deleteBeforeReplace = request.deleteBeforeReplace
        return order
