"""Pulumi's ResourceMonitor service: what the program's SDK talks to."""

# ruff: noqa: N802 - the protocol names the methods

import threading
from collections.abc import Callable
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import callback_pb2, resource_pb2

from rehearsal.runtime import urn as urns
from rehearsal.runtime.callbacks import Hooks, TransformFailed, Transforms
from rehearsal.runtime.deployment import Aborted, Answer, Deployment
from rehearsal.runtime.goal import Unsupported, from_request
from rehearsal.runtime.outputs import register_outputs
from rehearsal.runtime.reading import Reader
from rehearsal.runtime.record import Record
from rehearsal.runtime.refusals import Refusals
from rehearsal.runtime.registration import Registrar
from rehearsal.runtime.remote import RemoteComponents
from rehearsal.runtime.values import from_struct, to_struct

FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
)
"""What the SDK may send. Some of it is refused by name, in a better sentence than the SDK's own."""
OLD_FEATURE_NAMES: Final = {
    "secrets",
    "resourceReferences",
    "outputValues",
    "aliasSpecs",
    "deletedWith",
    "transforms",
    "resourceHooks",
    "replacementTrigger",
}
"""The same for SDKs before GetDeploymentInfo."""


class MonitorService(Refusals):
    """Turns calls into registrations, reads and functions, and answers in the SDK's words."""

    def __init__(
        self,
        deployment: Deployment,
        registrar: Registrar,
        components: RemoteComponents,
        reader: Reader,
        transforms: Transforms,
        hooks: Hooks,
    ) -> None:
        super().__init__(deployment)
        self._registrar = registrar
        self._components = components
        self._reader = reader
        self._transforms = transforms
        self._hooks = hooks
        self.program_done = threading.Event()
        """Set when the program has registered everything."""
        self.may_exit = threading.Event()
        """Set it to let the program's process end."""

    def GetDeploymentInfo(
        self, request: empty_pb2.Empty, context: Any
    ) -> resource_pb2.DeploymentInfo:
        """Project, stack and what the SDK may send."""
        del request, context
        asked = self._run.request
        return resource_pb2.DeploymentInfo(
            project=asked.project,
            stack=asked.stack,
            organization="organization",
            config=dict(asked.config),
            configSecretKeys=list(asked.secret_keys),
            dryRun=self._run.dry_run,
            parallel=asked.parallel,
            supportedFeatures=FEATURES,
        )

    def SupportsFeature(
        self, request: resource_pb2.SupportsFeatureRequest, context: Any
    ) -> resource_pb2.SupportsFeatureResponse:
        """The same, one by one."""
        del context
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in OLD_FEATURE_NAMES)

    def RegisterResource(
        self, request: resource_pb2.RegisterResourceRequest, context: Any
    ) -> resource_pb2.RegisterResourceResponse:
        """Bring a resource about."""

        def register() -> Answer:
            transformed = self._transforms.apply(request)
            if transformed.remote:
                return self._components.construct(transformed)
            return self._registrar.register(from_request(transformed))

        urn = urns.make(
            self._run.request.stack,
            self._run.request.project,
            request.parent,
            request.type,
            request.name,
        )
        answer: Answer = self._guarded(context, urn, register)
        return resource_pb2.RegisterResourceResponse(
            urn=answer.urn,
            id=answer.id,
            object=to_struct(_visible(answer.outputs)),
            result=resource_pb2.FAIL if answer.failed else resource_pb2.SUCCESS,
            propertyDependencies={
                key: resource_pb2.RegisterResourceResponse.PropertyDependencies(urns=urns_)
                for key, urns_ in answer.dependencies.items()
            },
        )

    def RegisterResourceOutputs(
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: Any
    ) -> empty_pb2.Empty:
        """A component or the stack says what it offers."""
        del context
        register_outputs(self._run, request.urn, from_struct(request.outputs))
        return empty_pb2.Empty()

    def ReadResource(
        self, request: resource_pb2.ReadResourceRequest, context: Any
    ) -> resource_pb2.ReadResourceResponse:
        """Look an object up."""
        asked = self._run.request
        urn = urns.make(asked.stack, asked.project, request.parent, request.type, request.name)
        draft = Record(
            urn=urn,
            type=request.type,
            custom=True,
            id=request.id,
            inputs=from_struct(request.properties),
            parent=request.parent,
            provider=request.provider,
            dependencies=tuple(request.dependencies),
        )
        answer: Answer = self._guarded(
            context, urn, lambda: self._reader.read(draft, request.version)
        )
        return resource_pb2.ReadResourceResponse(
            urn=answer.urn, id=answer.id, properties=to_struct(_visible(answer.outputs))
        )

    def Invoke(
        self, request: resource_pb2.ResourceInvokeRequest, context: Any
    ) -> resource_pb2.ResourceInvokeResponse:
        """Call a provider function."""
        result = self._guarded(
            context,
            "",
            lambda: self._reader.invoke(
                request.tok, from_struct(request.args), request.provider, request.version
            ),
        )
        return resource_pb2.ResourceInvokeResponse(**{"return": to_struct(result)})

    def RegisterStackTransform(
        self, request: callback_pb2.Callback, context: Any
    ) -> empty_pb2.Empty:
        """Transform every registration from now on."""
        del context
        self._transforms.add(request)
        return empty_pb2.Empty()

    def RegisterResourceHook(
        self, request: resource_pb2.RegisterResourceHookRequest, context: Any
    ) -> empty_pb2.Empty:
        """Remember a hook."""
        del context
        self._hooks.add(request)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: empty_pb2.Empty, context: Any) -> empty_pb2.Empty:
        """The program has nothing more to register: hold it until the run is over."""
        del request, context
        self.program_done.set()
        self.may_exit.wait()
        return empty_pb2.Empty()

    def _guarded(self, context: Any, urn: str, call: Callable[[], Any]) -> Any:
        """Answer, or stop the program: UNAVAILABLE ends it quietly, anything else with a trace."""
        try:
            return call()
        except Aborted as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except Unsupported as error:
            self._run.abort(urn, str(error))
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        except TransformFailed as error:
            self._run.abort(urn, str(error))
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except Exception as error:
            if _is_grpc_abort(error):
                raise
            sentence = f"the embedded runtime failed: {type(error).__name__}: {error}"
            self._run.abort(urn, sentence)
            context.abort(grpc.StatusCode.UNAVAILABLE, sentence)
        raise AssertionError


def _is_grpc_abort(error: Exception) -> bool:
    """`context.abort` raises a bare Exception to leave the handler."""
    return type(error) is Exception


def _visible(outputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in outputs.items() if not key.startswith("__")}
