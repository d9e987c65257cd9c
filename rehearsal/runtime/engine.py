"""Pulumi's Engine service: messages of the program and of the packs, and the root resource."""

# ruff: noqa: N802 - the protocol names the methods

import threading
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from rehearsal.runtime.deployment import Deployment

_SEVERITIES: Final = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


class EngineService(engine_pb2_grpc.EngineServicer):
    """Takes messages; remembers errors in case the program fails."""

    def __init__(self, deployment: Deployment) -> None:
        self._run = deployment
        self._lock = threading.Lock()
        self._root = ""
        self.errors: list[str] = []
        """What the program logged as errors: alone they do not make a run fail."""

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:
        """A message; after the run was stopped, the program's errors only repeat the reason."""
        del context
        severity = _SEVERITIES[request.severity]
        if severity == "error":
            if self._run.aborted:
                return empty_pb2.Empty()
            with self._lock:
                self.errors.append(request.message)
        if severity != "debug":
            self._run.journal.say(severity, request.urn, request.message)
        return empty_pb2.Empty()

    def GetRootResource(
        self, request: engine_pb2.GetRootResourceRequest, context: Any
    ) -> engine_pb2.GetRootResourceResponse:
        """The URN of the stack."""
        del request, context
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(
        self, request: engine_pb2.SetRootResourceRequest, context: Any
    ) -> engine_pb2.SetRootResourceResponse:
        """Remember the URN of the stack."""
        del context
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any) -> Any:
        """Any version will do: this runtime speaks the protocol of the SDK that asks."""
        del request, context
        return engine_pb2.RequirePulumiVersionResponse()

    def StartDebugging(self, request: Any, context: Any) -> empty_pb2.Empty:
        """There is no debugger."""
        del request
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "StartDebugging: the embedded runtime has no debugger; the real engine has one",
        )
        return empty_pb2.Empty()
