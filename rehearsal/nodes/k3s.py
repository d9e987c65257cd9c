"""One host's k3s: its options as the process reads them, what it listens on, and why it would not
start."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Literal

import yaml

from rehearsal.nodes import yaml_text
from rehearsal.nodes.dialing import EVERY_ADDRESS, LOOPBACK, Listener
from rehearsal.nodes.k3s_options import dropped_by_server, fatal_on_agent
from rehearsal.nodes.k3s_words import undefined

Role = Literal["server", "agent"]
KERNEL_DEFAULTS = {
    "vm.panic_on_oom": "0",
    "vm.overcommit_memory": "1",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
}
"""What the kubelet demands under `protect-kernel-defaults`; all are 0 on a stock image."""
_FILES_OF_THE_API_SERVER = ("admission-control-config-file", "audit-policy-file")


class Unreadable(ValueError):
    """config.yaml is not what k3s can read."""


@dataclass(frozen=True)
class K3s:
    """A configured k3s process."""

    role: Role
    options: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """The value of an option that is given once."""
        value = self.options.get(name, default)
        return str(value[0]) if isinstance(value, list) and value else str(value)

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return str(self.options.get(name, "false")).lower() == "true"

    def items(self, name: str) -> tuple[str, ...]:
        """The values of an option that may be repeated."""
        value = self.options.get(name, ())
        several = value if isinstance(value, list | tuple) else str(value).split(",")
        return tuple(str(item) for item in several)

    def argument(self, option: str, name: str) -> str | None:
        """The value of `name=value` within a component's arguments, the last one given."""
        return self.pairs(option).get(name)

    def pairs(self, option: str) -> dict[str, str]:
        """The `name=value` items of an option; the last one counts."""
        found = (item.partition("=") for item in self.items(option))
        return {key: value for key, _, value in found}

    @property
    def external_cloud_provider(self) -> bool:
        """Whether the kubelet registers as uninitialized and waits for a cloud controller."""
        return self.argument("kubelet-arg", "cloud-provider") == "external"

    @property
    def api_port(self) -> int:
        """Where a server answers to others."""
        return int(self.text("https-listen-port", "6443"))


def read(role: Role, text: str) -> K3s:
    """Options of a config.yaml; a key that ends in `+` appends.

    Raises:
        Unreadable: in k3s' words.
    """
    try:
        options = yaml_text.load(text) or {}
    except yaml.YAMLError as problem:
        raise Unreadable("failed to load config.yaml: it is not YAML") from problem
    if not isinstance(options, dict):
        raise Unreadable("failed to load config.yaml: cannot unmarshal into a map")
    merged: dict[str, Any] = {}
    for key, value in options.items():
        name = str(key)
        if name.endswith("+"):
            name = name.removesuffix("+")
            earlier = merged.get(name, [])
            value = [*(earlier if isinstance(earlier, list) else [earlier]), *_as_list(value)]
        merged[name] = value
    return K3s(role, merged)


def running(k3s: K3s) -> K3s:
    """What the process goes on with: a server without the keys that it skips."""
    if k3s.role == "agent":
        return k3s
    dropped = set(dropped_by_server(k3s.options))
    return K3s("server", {key: value for key, value in k3s.options.items() if key not in dropped})


def listeners(k3s: K3s) -> frozenset[Listener]:
    """What the process listens on for the API [k3s `pkg/daemons/control/server.go`,
    `pkg/agent/proxy`]."""
    if k3s.role == "server":
        return frozenset(
            {Listener(EVERY_ADDRESS, k3s.api_port), Listener(LOOPBACK, k3s.api_port + 1)}
        )
    return frozenset({Listener(LOOPBACK, int(k3s.text("lb-server-port", "6444")))})


def certificate_names(k3s: K3s, node_name: str) -> frozenset[str]:
    """Names for which a server's certificate is valid."""
    service = next(ip_network(k3s.text("service-cidr", "10.43.0.0/16"), strict=False).hosts())
    given = (k3s.text("node-ip"), k3s.text("advertise-address"), *k3s.items("tls-san"))
    own = {LOOPBACK, "localhost", "::1", "kubernetes", node_name, str(service)}
    return frozenset(own | {name for name in given if name})


def start_failure(
    k3s: K3s, *, addresses: tuple[str, ...], sysctls: Mapping[str, str], files: Mapping[str, str]
) -> str:
    """Why the process would not stay up on a host with these facts, before it talks to any other;
    or empty.

    `addresses` are the host's own, `files` what boot and k3s' own start put there.
    """
    if k3s.role == "agent":
        unknown = fatal_on_agent(k3s.options)
        if unknown:
            return undefined(unknown)
    for option in ("node-ip", "advertise-address"):
        address = k3s.text(option)
        if address and address not in addresses:
            return _not_held(k3s.role, option, address)
    if k3s.flag("protect-kernel-defaults"):
        wrong = _wrong_kernel_flags(sysctls)
        if wrong:
            return f"failed to run Kubelet: Failed to start ContainerManager: [{wrong}]"
    return _missing_file(k3s, files)


def _not_held(role: Role, option: str, address: str) -> str:
    if role == "server" and option == "node-ip":
        return (
            f"failed to start etcd: listen tcp {address}:2380: bind: cannot assign "
            "requested address"
        )
    missing = f'node IP: "{address}" not found in the host\'s network interfaces'
    return f"failed to validate nodeIP: {missing}"


def _wrong_kernel_flags(sysctls: Mapping[str, str]) -> str:
    actual = {name: sysctls.get(name, "0") for name in KERNEL_DEFAULTS}
    return ", ".join(
        f"invalid kernel flag: {name.replace('.', '/')}, expected value: {wanted}, actual "
        f"value: {actual[name]}"
        for name, wanted in KERNEL_DEFAULTS.items()
        if actual[name] != wanted
    )


def _missing_file(k3s: K3s, files: Mapping[str, str]) -> str:
    """Why the API server would not find what it is pointed to, or empty."""
    for name in _FILES_OF_THE_API_SERVER:
        path = k3s.argument("kube-apiserver-arg", name)
        for needed in (path, *_plugin_files(files.get(path or "", ""))):
            if needed and needed not in files:
                return f"apiserver exited: {name}: open {needed}: no such file or directory"
    return ""


def _plugin_files(text: str) -> list[str]:
    """Files that an AdmissionConfiguration names for its plugins."""
    document = yaml_text.load(text)
    plugins = document.get("plugins") if isinstance(document, dict) else None
    return [str(plugin["path"]) for plugin in plugins or () if "path" in plugin]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
