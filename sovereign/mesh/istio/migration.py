"""The whole migration of a directory: every document converted, cleaned or reported.

Pure but for reading: nothing is written here, and the input never.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sovereign.mesh.istio.authorization.policy import authorization_policy
from sovereign.mesh.istio.destination_rule.rule import destination_rule
from sovereign.mesh.istio.document import Document, Settings
from sovereign.mesh.istio.heads import account
from sovereign.mesh.istio.inventory import Inventory
from sovereign.mesh.istio.peer_authentication import peer_authentication
from sovereign.mesh.istio.reading import Source, read
from sovereign.mesh.istio.sidecar import clean, selected_labels
from sovereign.mesh.istio.status import Status
from sovereign.mesh.istio.telemetry import Telemetry, compare
from sovereign.mesh.istio.unconverted import unconverted
from sovereign.mesh.istio.virtual_service.route import virtual_service
from sovereign.mesh.manifest import Manifest, identity


@dataclass(frozen=True)
class Migration:
    """What came of a directory."""

    documents: Sequence[Document]
    manifests: Sequence[Manifest]
    """Objects that take the place of Istio's."""
    cleaned: Sequence[Manifest]
    """Objects of the input without what the sidecar left in them."""
    telemetry: Telemetry

    @property
    def lost(self) -> int:
        """How many fields could not be converted."""
        return sum(
            entry.status is Status.LOST
            for document in self.documents
            for entry in document.ledger.entries()
        )

    @property
    def complete(self) -> bool:
        """Whether everything was converted, and OpenTelemetry is as it was."""
        return not self.lost and self.telemetry.untouched


def migrate(directory: Path, settings: Settings | None = None) -> Migration:
    """Convert every YAML and JSON document below the directory. Raises BadInput."""
    return convert(read(directory), settings or Settings())


def convert(sources: Sequence[Source], settings: Settings) -> Migration:
    """As `migrate`, from documents that were read."""
    documents = [Document(source, settings) for source in sources]
    inventory = Inventory(documents)
    others = [document for document in documents if not document.is_istio]
    taken = {_identity(document): document for document in others if document.name}
    manifests: dict[str, Manifest] = {}
    for document in documents:
        if document.is_istio:
            made = _converted(document, inventory, settings)
            manifests |= _kept(document, made, {*taken, *manifests}, manifests)
    cleaned = _cleaned(others)
    left = [cleaned.get(_identity(document), document.value) for document in others]
    telemetry = compare([document.value for document in others], left)
    return Migration(documents, list(manifests.values()), list(cleaned.values()), telemetry)


def _cleaned(others: Sequence[Document]) -> dict[str, Manifest]:
    """Objects that the sidecar left something in, by identity, without it."""
    selected = selected_labels(others)
    count = Counter(map(_identity, others))
    cleaned: dict[str, Manifest] = {}
    for document in others:
        found = clean(document, selected)
        if found is not None and count[_identity(document)] > 1:
            document.root.lost("stands in the input more than once: which one counts?")
        elif found is not None and not (document.kind and document.name):
            document.root.lost("has no kind or name, so it cannot be written without the sidecar")
        elif found is not None:
            cleaned[_identity(document)] = found
    return cleaned


def _converted(document: Document, inventory: Inventory, settings: Settings) -> list[Manifest]:
    match document.kind:
        case "VirtualService":
            made = virtual_service(document, inventory, settings)
        case "DestinationRule":
            made = destination_rule(document, inventory)
        case "PeerAuthentication":
            made = peer_authentication(document)
        case "AuthorizationPolicy":
            made = authorization_policy(document, inventory)
        case _:
            unconverted(document)
            return []
    account(document, made)
    return made


def _kept(
    document: Document, made: list[Manifest], taken: set[str], manifests: dict[str, Manifest]
) -> dict[str, Manifest]:
    """What may be added; an object of a name that is taken makes the whole document lost, unless
    it is the same object.
    """
    named = {identity(found): found for found in made}
    clashes = [name for name in named if name in taken and manifests.get(name) != named[name]]
    if clashes:
        document.root.lost(f"{', '.join(clashes)} exists already: give one of them another name")
        return {}
    return named


def _identity(document: Document) -> str:
    return f"{document.kind} {document.namespace}/{document.name}"
