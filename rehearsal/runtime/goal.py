"""What the program asks for when it registers a resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime.proto import resource_pb2

from rehearsal.runtime.values import Properties, from_struct, from_wire


class Unsupported(Exception):
    """A feature of Pulumi that this runtime does not have; the text names it and the resource."""


@dataclass(frozen=True)
class Alias:
    """Another way to say who a resource used to be; empty fields mean "as now"."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(frozen=True)
class Goal:
    """One registration, after transforms."""

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: Properties = field(default_factory=dict, repr=False)
    provider: str = ""
    version: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Any = None
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    custom_timeouts: Mapping[str, float] | None = None
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Hook point (`before_create` …) and the names of the hooks bound to it."""


HOOK_POINTS = ("before_create", "after_create", "before_update", "after_update")
UNSUPPORTED_HOOK_POINTS = ("before_delete", "after_delete", "on_error")


def from_request(request: resource_pb2.RegisterResourceRequest) -> Goal:
    """Read a registration; raises Unsupported where it asks for something this runtime lacks."""
    _refuse_unsupported(request)
    timeouts = request.customTimeouts
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=from_struct(request.object),
        provider=request.provider,
        version=request.version,
        dependencies=tuple(request.dependencies),
        property_dependencies={
            key: tuple(item.urns) for key, item in sorted(request.propertyDependencies.items())
        },
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        deleted_with=request.deletedWith,
        delete_before_replace=(
            request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
        ),
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        replacement_trigger=(
            from_wire(request.replacement_trigger)
            if request.HasField("replacement_trigger")
            else None
        ),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=(
            *(Alias(urn=urn) for urn in request.aliasURNs),
            *(_alias(item) for item in request.aliases),
        ),
        custom_timeouts=(
            {
                key: _seconds(value)
                for key in ("create", "update", "delete")
                if (value := getattr(timeouts, key))
            }
            if request.HasField("customTimeouts")
            else None
        ),
        hooks={
            point: names
            for point in HOOK_POINTS
            if (names := tuple(getattr(request.hooks, point, ())))
        },
    )


def _alias(message: Any) -> Alias:
    if message.WhichOneof("alias") == "urn":
        return Alias(urn=message.urn)
    spec = message.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn if spec.WhichOneof("parent") == "parentUrn" else "",
        no_parent=spec.noParent if spec.WhichOneof("parent") == "noParent" else False,
    )


def _refuse_unsupported(request: resource_pb2.RegisterResourceRequest) -> None:
    asked = {
        "import_": bool(request.importId),
        "replace_with": bool(request.replace_with),
        "state_migrations": bool(request.state_migrations),
        "env_var_mappings": bool(request.envVarMappings),
        "parameterized packages": bool(request.packageRef),
    }
    for point in UNSUPPORTED_HOOK_POINTS:
        asked[f"{point} hooks"] = bool(getattr(request.hooks, point, ()))
    for feature, present in asked.items():
        if present:
            raise Unsupported(
                f"{request.type} {request.name!r} uses {feature}, which the embedded runtime does "
                "not have; the real engine does"
            )


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(duration: str) -> float:
    """Seconds of a Go duration (`10m`, `1h30m`)."""
    total, number = 0.0, ""
    rest = duration
    while rest:
        if rest[0].isdigit() or rest[0] == ".":
            number, rest = number + rest[0], rest[1:]
            continue
        unit = next((unit for unit in ("ns", "us", "µs", "ms") if rest.startswith(unit)), rest[0])
        if unit not in _UNITS or not number:
            raise Unsupported(f"the timeout {duration!r} is not a duration such as 10m or 1h30m")
        total += float(number) * _UNITS[unit]
        number, rest = "", rest[len(unit) :]
    return total
