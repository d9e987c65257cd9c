"""Files whose change alters what judges a change, and stack files that it does not judge."""

from pathlib import Path

JUDGES = (
    "policies",
    "rehearsal",
    "sovereign/plan/checks",
    "sovereign/prices.yaml",
    "sovereign/server_types.yaml",
    "sovereign/versions.yaml",
    "sovereign/cli/review.py",
    "sovereign/cli/stack_file.py",
    "examples/ci",
    ".ci",
    ".github",
    ".forgejo",
    ".gitea",
    ".gitlab-ci.yml",
    "Makefile",
    "pyproject.toml",
    "requirements*.in",
    "requirements*.txt",
)
"""Patterns below the top of a repository: rules, the review itself, what starts it and what it is
installed from.
"""
STACK_FILES = "Pulumi.*.yaml"


def touched(head: Path, base: Path) -> tuple[str, ...]:
    """What of it differs between two trees, directories with a slash."""
    found: dict[str, None] = {}
    for pattern in JUDGES:
        for name in sorted({at.name for top in (head, base) for at in top.glob(pattern)}):
            path = str(Path(pattern).with_name(name))
            if files(head, path) != files(base, path):
                inside = any((top / path).is_dir() for top in (head, base))
                found[f"{path}/" if inside else path] = None
    return tuple(found)


def files(top: Path, path: str) -> dict[str, bytes]:
    """Name -> contents of a file, or of all below a directory."""
    root = top / path
    listed = [root] if root.is_file() else sorted(root.rglob("*"))
    return {
        str(file.relative_to(top)): file.read_bytes()
        for file in listed
        if file.is_file() and "__pycache__" not in file.parts
    }


def other_stack_files(head: Path, base: Path, stack: str) -> tuple[str, ...]:
    """Stack files of one program that differ, but that of a stack."""
    names = {file.name for side in (head, base) for file in side.glob(STACK_FILES)}
    return tuple(
        name
        for name in sorted(names - {f"Pulumi.{stack}.yaml"})
        if files(head, name) != files(base, name)
    )
