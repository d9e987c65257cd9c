"""The program run without an engine, and everything it registered as plain data.

A monitor of our own keeps the raw requests, which Pulumi's mocks hide (options, secret signatures:
pulumi#14421), answers as the providers would, and refuses what mocks let pass (duplicate URNs).
Assertions run on the returned `Recording`, after every output has resolved.
"""

import asyncio
import json
import logging
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor, MockSettings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_in_stack

from sovereign.program import run
from tests.configurations import OPERATORS

SEED = "a-seed-for-tests-of-more-than-32-characters"
HCLOUD_TOKEN = "hcloud-token-of-the-tests"
CLUSTER_PASSWORD = "administrator-key-of-the-cluster"
K3S_YAML = f"""\
apiVersion: v1
kind: Config
clusters:
- name: default
  cluster: {{certificate-authority-data: Q0E=, server: 'https://127.0.0.1:6443'}}
users:
- name: default
  user: {{client-certificate-data: Q0VSVA==, client-key-data: {CLUSTER_PASSWORD}}}
contexts:
- name: default
  context: {{cluster: default, user: default}}
current-context: default
"""
UNKNOWN = rpc.UNKNOWN


@dataclass(frozen=True)
class Secret:
    """A value that went over the wire with the secret signature."""

    value: Any


def label(urn: str) -> str:
    """`Server dev-default-1` for the URN of that server; empty for none."""
    type_, _, name = urn.rpartition("::")
    return f"{type_.rpartition(':')[2]} {name}".strip()


@dataclass(frozen=True)
class Registration:
    """One request to register a resource, as the engine would have got it."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    """Label of the component that it belongs to."""
    inputs: Mapping[str, Any]
    """Secrets as `Secret`; what is not known yet as `UNKNOWN`."""
    request: Any
    """The protobuf message, for options."""

    @property
    def label(self) -> str:
        """`Server dev-default-1`: what tests call it by."""
        return label(self.urn)

    @property
    def dependencies(self) -> set[str]:
        """Labels of the resources that must exist first."""
        return {label(urn) for urn in self.request.dependencies}

    @property
    def deleted_with(self) -> str:
        """Label of the resource whose deletion makes this one's needless, or empty."""
        return label(self.request.deletedWith)

    @property
    def replacement_trigger(self) -> Any:
        """None where there is no trigger."""
        trigger = plain(self.request.replacement_trigger)
        return None if trigger == UNKNOWN else trigger


@dataclass
class Recording:
    """Everything a run registered."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    """By URN."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """Stack outputs; secrets as `Secret`."""
    component_outputs: dict[str, Any] = field(default_factory=dict)
    """What components registered as outputs, by URN."""

    def __iter__(self) -> Iterator[Registration]:
        return iter(sorted(self.registrations.values(), key=lambda found: found.urn))

    def of(self, type_: str) -> list[Registration]:
        """All resources of a type, by URN."""
        return [found for found in self if found.type == type_]

    def one(self, type_: str, name: str | None = None) -> Registration:
        """The only resource of that type (and name)."""
        (found,) = (one for one in self.of(type_) if name in (None, one.name))
        return found

    def command(self, name: str) -> Registration:
        """The SSH command of that name."""
        return self.one(COMMAND, name)

    def stdin(self, command: str) -> dict[str, str]:
        """The variables that a command gets, read as a shell would read them."""
        secret = self.command(command).inputs["stdin"]
        assert isinstance(secret, Secret)
        return dict(_variables(secret.value))


COMMAND = "command:remote:Command"
SERVER = "hcloud:index/server:Server"
RELEASE = "kubernetes:helm.sh/v3:Release"
CLUSTER_SECRET = "kubernetes:core/v1:Secret"


def _variables(text: str) -> Iterator[tuple[str, str]]:
    for word in shlex.split(text):
        name, _, value = word.partition("=")
        yield name, value


def plain(value: Any) -> Any:
    """A protobuf Struct or Value as Python values: whole numbers as int, secrets as `Secret`."""
    if isinstance(value, Struct):
        found = {key: plain(inner) for key, inner in value.fields.items()}
        return Secret(found["value"]) if rpc._special_sig_key in found else found
    match value.WhichOneof("kind"):
        case "struct_value":
            return plain(value.struct_value)
        case "list_value":
            return [plain(inner) for inner in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def reveal(value: Any) -> Any:
    """The same without the marks of secrecy."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(inner) for key, inner in value.items()}
    return [reveal(inner) for inner in value] if isinstance(value, list) else value


Answer = Callable[[Registration, dict[str, Any]], dict[str, Any]]
"""What the cloud says: the registration and the usual outputs in, other outputs out."""


class Monitor(MockMonitor):
    """Stands for engine and providers; keeps what it is asked."""

    def __init__(self, recording: Recording, answer: Answer | None, preview: bool) -> None:
        super().__init__(None)  # type: ignore[arg-type] # no mocks: every request is answered here
        self.recording = recording
        self.answer = answer
        self.preview = preview
        self.ids: dict[str, int] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 # protobuf's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        if urn in self.recording.registrations:
            raise AssertionError(f"duplicate URN: {urn}")
        kept = resource_pb2.RegisterResourceRequest()
        kept.CopyFrom(request)
        registration = Registration(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=label(request.parent),
            inputs=plain(request.object),
            request=kept,
        )
        self.recording.registrations[urn] = registration
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        outputs = self._outputs(registration)
        if self.answer is not None:
            outputs = self.answer(registration, outputs)
        state = Struct()
        state.CopyFrom(request.object)
        extra = Struct()
        extra.update(outputs)
        for key, value in extra.fields.items():
            state.fields[key].CopyFrom(value)
        identity = "" if self.preview else self._id(registration)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=state)

    def _id(self, registration: Registration) -> str:
        """An id as the provider gives it, the same at each run: made from type and name."""
        match registration.type:
            case "hcloud:index/networkSubnet:NetworkSubnet":
                return f"{registration.inputs['networkId']}-{registration.inputs['ipRange']}"
            case type_ if type_.startswith("hcloud:"):
                return str(1000 + sum(f"{type_}/{registration.name}".encode()))
            case _:
                return registration.name

    def _outputs(self, registration: Registration) -> dict[str, Any]:
        """What the provider computes."""
        match registration.type:
            case "hcloud:index/server:Server":
                if self.preview:
                    return {"ipv4Address": UNKNOWN, "networks": UNKNOWN}
                asked = reveal(registration.inputs["networks"])
                last = asked[0]["ip"].rpartition(".")[2]
                networks = [{**one, "macAddress": "86:00:00:00:00:01"} for one in asked]
                return {"ipv4Address": f"198.51.100.{last}", "networks": networks}
            case "command:remote:Command":
                if self.preview:
                    return {"stdout": UNKNOWN, "stderr": UNKNOWN}
                reads = registration.name.endswith("-kubeconfig")
                return {"stdout": K3S_YAML if reads else "done", "stderr": ""}
            case _:
                return {}

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 # protobuf's name
        outputs = plain(request.outputs)
        if "::pulumi:pulumi:Stack::" in request.urn:
            self.recording.outputs.update(outputs)
        else:
            self.recording.component_outputs[request.urn] = outputs
        return empty_pb2.Empty()


def record(
    cluster: Any,
    *,
    operators: Any = OPERATORS,
    mirror: str | None = None,
    seed: str = SEED,
    preview: bool = False,
    answer: Answer | None = None,
    extra: Mapping[str, str] = {},
) -> Recording:
    """Run the program as stack `dev` with that `sovereign:cluster`; what it raises is raised."""
    if answer is None and not extra:
        return _recorded(json.dumps(cluster), json.dumps(operators), mirror, seed, preview)
    return _run(json.dumps(cluster), json.dumps(operators), mirror, seed, preview, answer, extra)


@cache
def _recorded(
    cluster: str, operators: str, mirror: str | None, seed: str, preview: bool
) -> Recording:
    return _run(cluster, operators, mirror, seed, preview, None, {})


def _run(
    cluster: str,
    operators: str,
    mirror: str | None,
    seed: str,
    preview: bool,
    answer: Answer | None,
    extra: Mapping[str, str],
) -> Recording:
    config = {
        "sovereign:cluster": cluster,
        "sovereign:operatorCidrs": operators,
        "sovereign:seed": seed,
        "hcloud:token": HCLOUD_TOKEN,
        **extra,
    }
    if mirror is not None:
        config["sovereign:artifactMirror"] = mirror
    config = {key: value for key, value in config.items() if value != "null"}
    recording = Recording()
    monitor = Monitor(recording, answer, preview)
    return asyncio.run(_session(monitor, config, preview))


async def _session(monitor: Monitor, config: Mapping[str, str], preview: bool) -> Recording:
    settings.configure(
        MockSettings(  # type: ignore[no-untyped-call]
            monitor=monitor,
            monitor_features=set(),
            engine=MockEngine(logging.getLogger("tests.recording")),
            project="sovereign",
            stack="dev",
            dry_run=preview,
            organization="organization",
            callbacks=None,
        )
    )
    pulumi.runtime.set_all_config(dict(config), ["sovereign:seed", "hcloud:token"])
    settings.set_root_resource(None)  # type: ignore[arg-type] # one stack per run
    settings.SETTINGS.rpc_manager.clear()  # a run that failed leaves its tasks behind
    settings.SETTINGS.outputs.clear()
    await run_in_stack(run)
    return monitor.recording
