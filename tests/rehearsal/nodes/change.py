"""One field that differs from what the program sends to the healthy dev Sovereign."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from rehearsal.nodes.project import Attachment, Rule

SERVER = "dev-control-plane-1"
WORKERS = ("dev-default-1", "dev-default-2")


@dataclass(frozen=True)
class Change:
    """One field that differs from what the program sends. `to` None removes it."""

    where: str
    """cilium, controller, release, k3s, user-data, file, join, machine, secret, kubeconfig,
    connection, manifests."""
    path: str = ""
    """Dotted keys; for `file` the file's path, for `machine` and `connection` the field."""
    to: Any = None
    node: str = ""
    """A node's name, `workers`, or empty for all."""

    def concerns(self, where: str, node: str = "") -> bool:
        """Whether it is about that part (of that node)."""
        chosen = node in WORKERS if self.node == "workers" else self.node in ("", node)
        return self.where == where and chosen


NOTHING = Change("nothing")


def changed(values: Mapping[str, Any], changes: tuple[Change, ...]) -> dict[str, Any]:
    """Values with one dotted path set or removed."""
    result = copy.deepcopy(dict(values))
    for change in changes:
        *parents, last = change.path.split("/") if "/" in change.path else change.path.split(".")
        inner = result
        for key in parents:
            inner = inner.setdefault(key, {}) if isinstance(inner, dict) else inner[int(key)]
        if change.to is None:
            inner.pop(last, None)
        else:
            inner[int(last) if isinstance(inner, list) else last] = change.to
    return result


def changed_yaml(text: str, change: Change) -> str:
    """YAML text with one path of it set or removed."""
    header = "#cloud-config\n" if text.startswith("#cloud-config") else ""
    return header + yaml.safe_dump(changed(yaml.safe_load(text), (change,)))


def changed_files(files: list[dict[str, str]], change: Change) -> list[dict[str, str]]:
    """`write_files` with the content of one path set, or without that file."""
    kept = [file for file in files if file["path"] != change.path]
    if len(kept) == len(files):
        raise AssertionError(f"no file {change.path} in user_data")
    return [*kept, *([{"path": change.path, "content": change.to}] if change.to else [])]


def machine_field(change: Change) -> Any:
    """The value of a server\'s field as the project holds it."""
    if change.path == "attachments":
        return tuple(Attachment(*entry) for entry in change.to or ())
    if change.path == "rules":
        return tuple(Rule(p, port, tuple(sources)) for p, port, sources in change.to or ())
    return tuple(change.to) if isinstance(change.to, list) else change.to
