"""A container's environment: literals, fields of its pod, keys of Secrets and ConfigMaps."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.lab.k3s.api import Api, Object, Refused
from rehearsal.lab.k3s.kubelet.place import API, Place

_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_INDEXED = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")
_FORBIDDEN = 403


class CannotStart(Exception):
    """A container waits, for `reason`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Configuration:
    """Secrets and ConfigMaps of a pod's namespace, as far as the node may read them."""

    def __init__(self, api: Api, namespace: str) -> None:
        self._api, self._namespace = api, namespace

    async def keys(self, kind: str, name: str) -> dict[str, str] | None:
        """Key -> value of a `secret` or `configmap`; None where it does not exist."""
        path = f"/api/v1/namespaces/{self._namespace}/{kind}s/{name}"
        try:
            found = await self._api.call("GET", path)
        except Refused as problem:
            if problem.code == 404:
                return None
            # The node authorizer learns of a pod a moment after the kubelet does.
            waits = "ContainerCreating" if problem.code == _FORBIDDEN else "CreateContainerError"
            raise CannotStart(waits, str(problem)) from problem
        data = {key: str(value) for key, value in (found.get("data") or {}).items()}
        if kind == "configmap":
            return data
        return {
            key: base64.b64decode(value).decode("utf-8", "replace") for key, value in data.items()
        }


async def environment(
    place: Place, pod: Object, container: Object, configuration: Configuration
) -> dict[str, str]:
    """All of it, what the lab adds included.

    Raises:
        CannotStart: something that it names is missing.
    """
    metadata = pod["metadata"]
    found = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOSTNAME": place.name if pod["spec"].get("hostNetwork") else metadata["name"],
        "KUBERNETES_SERVICE_HOST": place.service_address,
        "KUBERNETES_SERVICE_PORT": "443",
        "LAB_API": API,
        "LAB_POD": f"{metadata['namespace']}/{metadata['name']}",
    }
    for source in container.get("envFrom", ()):
        found |= await _all_keys(source, configuration)
    for entry in container.get("env", ()):
        value = await _value(place, pod, entry, configuration)
        if value is not None:
            found[entry["name"]] = expand(value, found)
    return found


def expand(text: str, known: Mapping[str, str]) -> str:
    """`$(NAME)` within a value or an argument; an unknown name stays as it is."""

    def one(match: re.Match[str]) -> str:
        return "$" if match[1] is None else known.get(match[1], match[0])

    return _REFERENCE.sub(one, text)


async def _all_keys(source: Mapping[str, Any], configuration: Configuration) -> dict[str, str]:
    kind = "secret" if "secretRef" in source else "configmap"
    reference = source["secretRef" if kind == "secret" else "configMapRef"]
    keys = await configuration.keys(kind, reference["name"])
    if keys is None and not reference.get("optional"):
        raise _missing(kind, reference["name"])
    return {f"{source.get('prefix', '')}{key}": value for key, value in (keys or {}).items()}


async def _value(
    place: Place, pod: Object, entry: Mapping[str, Any], configuration: Configuration
) -> str | None:
    origin = entry.get("valueFrom")
    if not origin:
        return str(entry.get("value", ""))
    if "fieldRef" in origin:
        return field(place, pod, origin["fieldRef"]["fieldPath"])
    for kind, reference in (("secret", "secretKeyRef"), ("configmap", "configMapKeyRef")):
        if reference in origin:
            return await _key(kind, origin[reference], pod, configuration)
    return "0"  # resources are not limited here


async def _key(
    kind: str, reference: Mapping[str, Any], pod: Object, configuration: Configuration
) -> str | None:
    name, key = reference["name"], reference["key"]
    keys = await configuration.keys(kind, name)
    if keys is None:
        if reference.get("optional"):
            return None
        raise _missing(kind, name)
    if key not in keys and not reference.get("optional"):
        label = {"secret": "Secret", "configmap": "ConfigMap"}[kind]
        message = f"couldn't find key {key} in {label} {pod['metadata']['namespace']}/{name}"
        raise CannotStart("CreateContainerConfigError", message)
    return keys.get(key)


def _missing(kind: str, name: str) -> CannotStart:
    return CannotStart("CreateContainerConfigError", f'{kind} "{name}" not found')


def field(place: Place, pod: Object, path: str) -> str:
    """A `fieldRef`; empty for one that this kubelet does not know."""
    status = pod.get("status", {})
    indexed = _INDEXED.fullmatch(path)
    if indexed:
        return str((pod["metadata"].get(indexed[1]) or {}).get(indexed[2], ""))
    section, _, name = path.partition(".")
    if path in ("status.hostIP", "status.hostIPs"):
        return place.address
    if path == "status.podIPs":
        return str(status.get("podIP", ""))
    return str(pod.get(section, {}).get(name, ""))
