"""What Cilium's agent adds to the resources of a CiliumEnvoyConfig before Envoy gets them, as far
as a plain Envoy needs it: an address for the listener, and where routes and endpoints come from.

The agent's own code: cilium `pkg/ciliumenvoyconfig/cec_resource_parser.go`. It also qualifies
names, adds Cilium's own filters, which a plain Envoy does not have, and a protocol for gRPC.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sovereign.mesh import Manifest


@dataclass(frozen=True)
class Addition:
    """One field that the agent adds."""

    path: tuple[str | int, ...]
    """From the list of resources on."""
    value: Any


def as_the_agent_loads(
    manifest: Manifest, directory: Path
) -> tuple[list[dict[str, Any]], list[Addition]]:
    """A copy of the resources with the additions, and each addition.

    Routes and endpoints are read from files of `directory` (`routes.json`, `endpoints.json`), which
    stand for the agent's own servers. The port is Envoy's choice.
    """
    resources = copy.deepcopy(manifest["spec"]["resources"])
    additions = list(_additions(resources, directory))
    for addition in additions:
        *parents, last = addition.path
        node: Any = resources
        for part in parents:
            node = node[part]
        assert last not in node, f"{addition.path} is the manifest's own"
        node[last] = addition.value
    return resources, additions


def _additions(resources: list[dict[str, Any]], directory: Path) -> Iterator[Addition]:
    for number, resource in enumerate(resources):
        if resource["@type"].endswith(".Listener"):
            address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
            yield Addition((number, "address"), address)
            for chain, filters in enumerate(resource["filter_chains"]):
                for place, found in enumerate(filters["filters"]):
                    if "rds" in found["typed_config"]:
                        path = (number, "filter_chains", chain, "filters", place, "typed_config")
                        yield Addition((*path, "rds", "config_source"), _file(directory, "routes"))
        if resource["@type"].endswith(".Cluster") and resource["type"] == "EDS":
            source = (number, "eds_cluster_config", "eds_config")
            yield Addition(source, _file(directory, "endpoints"))


def _file(directory: Path, name: str) -> Mapping[str, Any]:
    path = str(directory / f"{name}.json")
    return {"resource_api_version": "V3", "path_config_source": {"path": path}}


def scaled(manifest: Manifest, factor: float) -> Manifest:
    """The same with Envoy's two times of ejection multiplied by `factor`, and nothing else."""
    made = copy.deepcopy(manifest)
    for resource in made["spec"]["resources"]:
        detection = resource.get("outlier_detection", {})
        for name in ("interval", "base_ejection_time"):
            if name in detection:
                detection[name] = f"{float(detection[name].removesuffix('s')) * factor:g}s"
    return made
