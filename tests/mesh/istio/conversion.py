"""Converts YAML text, and asks what became of a field."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from sovereign.mesh.durations import milliseconds
from sovereign.mesh.istio import Migration, Settings, migrate
from sovereign.mesh.istio.ledger import Entry, written
from sovereign.mesh.istio.status import Status
from sovereign.mesh.manifest import identity

CONVERTED, DIFFERENT, LOST = Status.CONVERTED, Status.DIFFERENT, Status.LOST


class Outcome:
    """A migration of one file."""

    def __init__(self, migration: Migration) -> None:
        self.migration = migration

    def __getitem__(self, name: str) -> dict[str, Any]:
        """The generated manifest of that identity, for example `HTTPRoute shop/api`."""
        return {identity(found): found for found in self.migration.manifests}[name]

    @property
    def names(self) -> list[str]:
        """Identities of everything that was generated."""
        return [identity(found) for found in self.migration.manifests]

    def entry(self, path: str, document: int = 0) -> Entry:
        """What is said of a field of a document."""
        entries = self.migration.documents[document].ledger.entries()
        return {written(entry.path): entry for entry in entries}[path]

    def status(self, path: str, document: int = 0) -> Status:
        """What became of a field."""
        return self.entry(path, document).status

    def note(self, path: str, document: int = 0) -> str:
        """Why, or how it differs."""
        return self.entry(path, document).note

    def lost(self, document: int = 0) -> set[str]:
        """Paths of what could not be converted."""
        entries = self.migration.documents[document].ledger.entries()
        return {written(entry.path) for entry in entries if entry.status is LOST}


Convert = Callable[..., Outcome]


def converter(directory: Path) -> Convert:
    """Writes a text into the directory and converts it."""

    def convert(text: str, **settings: Any) -> Outcome:
        (directory / "all.yaml").write_text(text, encoding="utf-8")
        return Outcome(migrate(directory, Settings(**settings)))

    return convert


TO_API = {"route": [{"destination": {"host": "api", "port": {"number": 80}}}]}
"""A rule that can always be written."""


def virtual_service(*rules: dict[str, Any], **spec: Any) -> str:
    """`shop/api` with these rules."""
    return yaml.safe_dump(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": "api", "namespace": "shop"},
            "spec": {"hosts": ["api"], "http": list(rules), **spec},
        }
    )


def keeps_the_rules_of_a_route(spec: dict[str, Any]) -> None:
    """HTTPRoute's validation rules in CEL, which the schema alone does not check."""
    names = [rule["name"] for rule in spec["rules"] if "name" in rule]
    assert len(names) == len(set(names))
    assert sum(len(rule["matches"]) for rule in spec["rules"]) < 128
    parents = [tuple(sorted(parent.items())) for parent in spec["parentRefs"]]
    assert len(parents) == len(set(parents))
    for rule in spec["rules"]:
        _keeps_the_rules_of_filters(rule.get("filters", []), rule["matches"])
        redirects = [f for f in rule.get("filters", []) if f["type"] == "RequestRedirect"]
        assert bool(redirects) != bool(rule.get("backendRefs"))
        for backend in rule.get("backendRefs", []):
            assert "port" in backend
            _keeps_the_rules_of_filters(backend.get("filters", []), rule["matches"])
        times = {key: milliseconds(text) for key, text in rule.get("timeouts", {}).items()}
        assert not times.get("request") or times.get("backendRequest", 0) <= times["request"]
        for match in rule["matches"]:
            path = match["path"]
            if path["type"] != "RegularExpression":
                assert path["value"].startswith("/")
                assert not any(part in path["value"] for part in ("//", "/./", "/../", "#"))


def _keeps_the_rules_of_filters(
    filters: list[dict[str, Any]], matches: list[dict[str, Any]]
) -> None:
    kinds = [found["type"] for found in filters]
    assert len(kinds) == len(set(kinds))
    assert not {"URLRewrite", "RequestRedirect"} <= set(kinds)
    if any("replacePrefixMatch" in str(found) for found in filters):
        assert [match["path"]["type"] for match in matches] == ["PathPrefix"]
