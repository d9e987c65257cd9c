"""What Pulumi's ResourceMonitor service has and the embedded runtime has not: refused by name."""

# ruff: noqa: N802 - the protocol names the methods

from typing import Any, NoReturn

import grpc
from pulumi.runtime.proto import callback_pb2, resource_pb2, resource_pb2_grpc

from rehearsal.runtime.deployment import Deployment


class Refusals(resource_pb2_grpc.ResourceMonitorServicer):
    """The part of the monitor that says no."""

    def __init__(self, deployment: Deployment) -> None:
        self._run = deployment

    def Call(self, request: resource_pb2.ResourceCallRequest, context: Any) -> NoReturn:
        """Not here."""
        self._refuse(context, f"Call of the method {request.tok}")

    def ExistsResource(self, request: resource_pb2.ExistsResourceRequest, context: Any) -> NoReturn:
        """Not here."""
        self._refuse(context, f"ExistsResource of {request.type} {request.id!r}")

    def RegisterErrorHook(
        self, request: resource_pb2.RegisterErrorHookRequest, context: Any
    ) -> NoReturn:
        """Not here."""
        self._refuse(context, f"the error hook {request.name!r}")

    def RegisterStackInvokeTransform(
        self, request: callback_pb2.Callback, context: Any
    ) -> NoReturn:
        """Not here."""
        del request
        self._refuse(context, "a transform of provider functions")

    def RegisterPackage(
        self, request: resource_pb2.RegisterPackageRequest, context: Any
    ) -> NoReturn:
        """Not here."""
        self._refuse(context, f"the parameterized package {request.name!r}")

    def _refuse(self, context: Any, feature: str) -> NoReturn:
        sentence = f"{feature}: the embedded runtime does not have it; the real engine does"
        self._run.abort("", sentence)
        context.abort(grpc.StatusCode.UNIMPLEMENTED, sentence)
        raise AssertionError
