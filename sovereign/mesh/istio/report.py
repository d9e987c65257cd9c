"""The report of a migration: a table for people, plain values for programs."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from sovereign.mesh.istio.document import Document
from sovereign.mesh.istio.ledger import Entry, written
from sovereign.mesh.istio.migration import Migration
from sovereign.mesh.istio.status import Status

STYLES = {
    Status.UNTOUCHED: "dim",
    Status.CONVERTED: "green",
    Status.REMOVED: "cyan",
    Status.DIFFERENT: "yellow",
    Status.LOST: "red",
}


def as_json(migration: Migration) -> dict[str, Any]:
    """Every field of every document, the manifests, and the check of OpenTelemetry."""
    telemetry = migration.telemetry
    return {
        "complete": migration.complete,
        "summary": _summary(migration),
        "documents": [
            {
                "file": document.source.file,
                "line": document.source.line(),
                "kind": document.kind,
                "namespace": document.namespace,
                "name": document.name,
                "fields": [_field(document, entry) for entry in _in_order(document)],
            }
            for document in migration.documents
        ],
        "openTelemetry": {
            "untouched": telemetry.untouched,
            "settings": telemetry.settings,
            "changed": list(telemetry.changed),
            "leaningOnIstio": list(telemetry.leaning),
        },
        "manifests": list(migration.manifests),
        "cleaned": list(migration.cleaned),
    }


def show(migration: Migration, console: Console) -> None:
    """The report as tables; fields that stay as they are only as a number."""
    for document in migration.documents:
        source = document.source
        title = f"{document.kind or 'document'} {document.namespace}/{document.name or '-'}"
        console.print(f"\n{title}  ({source.file}:{source.line()})", style="bold", markup=False)
        entries = _in_order(document)
        spoken = [entry for entry in entries if entry.status is not Status.UNTOUCHED]
        if spoken:
            console.print(_table(document, spoken))
        if len(spoken) < len(entries):
            console.print(f"{len(entries) - len(spoken)} fields stay as they are", style="dim")
    console.print()
    for status, count in _summary(migration).items():
        console.print(f"{count:6} {status}", style=STYLES[Status(status)])
    _telemetry(migration, console)


def _table(document: Document, entries: list[Entry]) -> Table:
    table = Table()
    for title in ("line", "field", "what became of it", "where to, or why"):
        table.add_column(title, overflow="fold")  # never cut: a path must be found again
    for entry in entries:
        table.add_row(
            str(document.source.line(entry.path)),
            _escaped(written((*document.source.path, *entry.path))),
            f"[{STYLES[entry.status]}]{entry.status}[/]",
            _escaped("; ".join(text for text in (entry.to, entry.note) if text)),
        )
    return table


def _telemetry(migration: Migration, console: Console) -> None:
    found = migration.telemetry
    said = "untouched" if found.untouched else f"CHANGED: {', '.join(found.changed)}"
    console.print(f"OpenTelemetry: {found.settings} settings, {said}", markup=False)
    for setting in found.leaning:
        console.print(f"OpenTelemetry leans on Istio: {setting}", style="yellow", markup=False)


def _summary(migration: Migration) -> dict[str, int]:
    counts = Counter(
        entry.status for document in migration.documents for entry in document.ledger.entries()
    )
    return {str(status): counts[status] for status in Status}


def _field(document: Document, entry: Entry) -> dict[str, Any]:
    return {
        "path": written((*document.source.path, *entry.path)),
        "line": document.source.line(entry.path),
        "status": str(entry.status),
        "to": entry.to,
        "note": entry.note,
    }


def _in_order(document: Document) -> list[Entry]:
    """By line; what is said of a place as a whole stands where it begins."""
    return sorted(document.ledger.entries(), key=lambda entry: document.source.line(entry.path))


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
