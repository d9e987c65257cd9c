"""The monitor that stands for engine and providers."""

from collections.abc import Callable
from typing import Any

from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from tests.recording.registrations import (
    UNKNOWN,
    Recording,
    Registration,
    label,
    plain,
    reveal,
)

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
                asked = reveal(registration.inputs.get("networks", []))
                last = asked[0]["ip"].rpartition(".")[2] if asked else "1"
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
