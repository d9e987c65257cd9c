"""The form in which the real kubernetes provider keeps objects and releases, so that it finds
nothing to change in a state that this runtime left. Pure.

Source: states of pulumi-kubernetes 4.34 after an `up` in the lab, executed.
"""

import base64
import zlib
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.runtime.values import Properties, Unknown, has_unknown, plain

INPUTS: Final = "__inputs"
"""Output that repeats the inputs: what the provider compares the next ones with."""
RELEASE_DEFAULTS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(
        (
            *("allowNullValues", "atomic", "cleanupOnFail", "createNamespace", "dependencyUpdate"),
            *("devel", "disableCRDHooks", "disableOpenapiValidation", "disableWebhooks"),
            *("forceUpdate", "lint", "recreatePods", "renderSubchartNotes", "replace"),
            *("resetValues", "reuseValues", "skipCrds", "verify", "waitForJobs"),
        ),
        False,
    ),
    **dict.fromkeys(("description", "keyring", "postrender"), ""),
}
"""What the provider's check adds to a release."""
SDK_ONLY: Final = "compat"
"""What the SDK sends with a release and the provider drops."""


def checked_release(inputs: Properties) -> Properties:
    """A release's inputs with the provider's defaults."""
    given = {key: value for key, value in inputs.items() if key != SDK_ONLY}
    return {**RELEASE_DEFAULTS, **given}


def checked_object(inputs: Properties) -> Properties:
    """An object's inputs; a Secret's texts encoded, as its API keeps them."""
    texts = inputs.get("stringData")
    if inputs.get("kind") != "Secret" or texts is None or has_unknown(texts):
        return inputs
    encoded = {key: _encoded(text) for key, text in plain(texts).items()}
    kept = {key: value for key, value in inputs.items() if key != "stringData"}
    return {**kept, "data": {**(inputs.get("data") or {}), **encoded}}


def object_outputs(urn: str, inputs: Properties, live: Mapping[str, Any]) -> Properties:
    """An object as the cluster holds it, and what the provider notes beside it."""
    return {
        **inputs,
        **live,
        INPUTS: inputs,
        "__initialApiVersion": inputs.get("apiVersion"),
        "__fieldManager": f"pulumi-kubernetes-{zlib.crc32(urn.encode()):08x}",
    }


def release_outputs(inputs: Properties, status: Mapping[str, Any]) -> Properties:
    """A release that was installed."""
    return {**inputs, INPUTS: inputs, "status": dict(status)}


def _encoded(text: object) -> str:
    assert not isinstance(text, Unknown)
    return base64.b64encode(str(text).encode()).decode()
