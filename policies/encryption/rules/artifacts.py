"""Downloads are pinned by checksum, not only by version."""

from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import SOVEREIGN
from .framework.values import Unknown, at, entries, text


def pinned(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge that each artifact has a checksum of its own."""
    artifacts = at(props, "artifacts")
    if isinstance(artifacts, Unknown):
        return [Deferred(artifacts.path)]
    outcomes: list[Outcome] = []
    loose = []
    for artifact in entries(artifacts):
        state = at(artifact, "pinned")
        if isinstance(state, Unknown):
            outcomes.append(Deferred(state.path))
        elif state is not True and text(at(artifact, "name")) not in entries(settings["except"]):
            loose.append(f"{text(at(artifact, 'name'))} {text(at(artifact, 'version'))}".strip())
    if loose:
        outcomes.append(Violation(f"not pinned by checksum: {', '.join(loose)}"))
    return outcomes if entries(artifacts) else None


ARTIFACTS_PINNED = ResourceRule(
    id="artifacts-pinned",
    level="advisory",
    severity="medium",
    prevents="What is downloaded is what was reviewed, also when the release's own checksum file "
    "was changed with it.",
    learned_from=("KH v3: pinned installer and SHA-256",),
    fix="write the artifact's sha256 into sovereign/artifacts.yaml",
    tags=("supply-chain", "nist-800-53:SI-7"),
    settings={
        "except": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Names of artifacts that need no checksum of their own.",
        }
    },
    subjects=(SOVEREIGN,),
    check=pinned,
)
