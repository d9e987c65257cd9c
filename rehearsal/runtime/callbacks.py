"""Calls back into the program: transforms and resource hooks.

The SDK starts a gRPC server in the program's process; a callback is a target and a token.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from rehearsal.runtime.goal import Goal
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import Properties, to_struct

MessageT = TypeVar("MessageT", bound=Message)


class HookFailed(Exception):
    """A hook of the program raised an error."""


class TransformFailed(Exception):
    """A transform of the program raised an error."""


class Callbacks:
    """Connections to the program's callback servers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channels: dict[str, grpc.Channel] = {}

    def invoke(
        self, callback: callback_pb2.Callback, request: Message, answer: MessageT
    ) -> MessageT:
        """Call and fill `answer`; raises grpc.RpcError where the program's function raised."""
        with self._lock:
            channel = self._channels.get(callback.target)
            if channel is None:
                channel = grpc.insecure_channel(callback.target)
                self._channels[callback.target] = channel
        stub = callback_pb2_grpc.CallbacksStub(channel)
        response = stub.Invoke(
            callback_pb2.CallbackInvokeRequest(
                token=callback.token, request=request.SerializeToString()
            )
        )
        answer.ParseFromString(response.response)
        return answer

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
            self._channels.clear()


class Transforms:
    """Transforms of the stack and of single resources."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._of_stack: list[callback_pb2.Callback] = []

    def add(self, callback: callback_pb2.Callback) -> None:
        """From now on transform every registration."""
        self._of_stack.append(callback)

    def apply(
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceRequest:
        """The registration after its own transforms and those of the stack."""
        for callback in [*request.transforms, *self._of_stack]:
            question = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=request.object,
                options=_options(request),
            )
            try:
                answer = self._callbacks.invoke(
                    callback, question, resource_pb2.TransformResponse()
                )
            except grpc.RpcError as error:
                raise TransformFailed(f"a transform failed: {_reason(error)}") from None
            request = _transformed(request, answer)
        return request


_SAME_NAME = (
    ("dependencies", "depends_on"),
    ("ignoreChanges", "ignore_changes"),
    ("replaceOnChanges", "replace_on_changes"),
    ("additionalSecretOutputs", "additional_secret_outputs"),
    ("aliases", "aliases"),
    ("replace_with", "replace_with"),
    ("hideDiffs", "hide_diff"),
)
"""Lists of a registration and of a transform's options."""
_SCALARS = (
    ("version", "version"),
    ("provider", "provider"),
    ("deletedWith", "deleted_with"),
    ("pluginDownloadURL", "plugin_download_url"),
    ("importId", "import"),
)


def _options(
    request: resource_pb2.RegisterResourceRequest,
) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions()
    for field, option in _SAME_NAME:
        getattr(options, option).extend(getattr(request, field))
    for field, option in _SCALARS:
        setattr(options, option, getattr(request, field))
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.HasField("replacement_trigger"):
        options.replacement_trigger.CopyFrom(request.replacement_trigger)
    if request.HasField("hooks"):
        options.hooks.CopyFrom(request.hooks)
    options.providers.update(request.providers)
    return options


def _transformed(
    request: resource_pb2.RegisterResourceRequest, answer: resource_pb2.TransformResponse
) -> resource_pb2.RegisterResourceRequest:
    result = resource_pb2.RegisterResourceRequest()
    result.CopyFrom(request)
    result.object.CopyFrom(answer.properties)
    if not answer.HasField("options"):
        return result
    options = answer.options
    for field, option in _SAME_NAME:
        result.ClearField(field)  # type: ignore[arg-type]
        getattr(result, field).extend(getattr(options, option))
    for field, option in _SCALARS:
        setattr(result, field, getattr(options, option))
    for field, option in (("protect", "protect"), ("retainOnDelete", "retain_on_delete")):
        if options.HasField(option):  # type: ignore[arg-type]
            setattr(result, field, getattr(options, option))
    result.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    result.deleteBeforeReplace = options.delete_before_replace
    for field, option in (
        ("customTimeouts", "custom_timeouts"),
        ("replacement_trigger", "replacement_trigger"),
        ("hooks", "hooks"),
    ):
        result.ClearField(field)  # type: ignore[arg-type]
        if options.HasField(option):  # type: ignore[arg-type]
            getattr(result, field).CopyFrom(getattr(options, option))
    return result


@dataclass(frozen=True)
class _Hook:
    callback: callback_pb2.Callback
    on_dry_run: bool
    ignore_errors: bool


class Hooks:
    """The resource hooks that the program registered."""

    def __init__(self, callbacks: Callbacks, *, dry_run: bool) -> None:
        self._callbacks = callbacks
        self._dry_run = dry_run
        self._hooks: dict[str, _Hook] = {}

    def add(self, request: resource_pb2.RegisterResourceHookRequest) -> None:
        """Remember a hook under its name."""
        self._hooks[request.name] = _Hook(
            request.callback, request.on_dry_run, request.ignore_errors
        )

    def call(self, point: str, goal: Goal, new: Record, old: Record | None) -> None:
        """Run the hooks bound to a point of a resource's life; raises HookFailed."""
        for name in goal.hooks.get(point, ()):
            hook = self._hooks.get(name)
            if hook is None:
                raise HookFailed(f"the {point} hook {name!r} is bound but was never registered")
            if self._dry_run and not hook.on_dry_run:
                continue
            question = resource_pb2.ResourceHookRequest(
                urn=new.urn,
                id=new.id,
                name=goal.name,
                type=goal.type,
                new_inputs=_visible(new.inputs),
                old_inputs=_visible(old.inputs) if old is not None else None,
                new_outputs=_visible(new.outputs) if point.startswith("after") else None,
                old_outputs=_visible(old.outputs) if old is not None else None,
            )
            try:
                answer = self._callbacks.invoke(
                    hook.callback, question, resource_pb2.ResourceHookResponse()
                )
                error = answer.error
            except grpc.RpcError as failure:
                error = _reason(failure)
            if error and not hook.ignore_errors:
                raise HookFailed(f"the {point} hook {name!r} failed: {error}")


def _visible(properties: Properties) -> object:
    return to_struct({key: value for key, value in properties.items() if key[:2] != "__"})


def _reason(error: grpc.RpcError) -> str:
    lines: Iterable[str] = str(error.details() or error.code()).splitlines()
    return next(iter(lines), "no reason given")
