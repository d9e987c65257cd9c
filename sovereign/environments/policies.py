"""What the policy packs of a program demand of an environment: `policies/<pack>/config.NAME.json`.

An environment without a file of its own is judged by dev's, else by the rules' defaults: here, in
a rehearsal, in `sovereign review --live` and in examples/ci/up.sh alike.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sovereign.problems import ConfigError, Problem

FOLDER: Final = "policies"
MANIFEST: Final = "PulumiPolicy.yaml"
FALLBACK: Final = "dev"
STRICT: Final = "prod"
"""Whose configuration a protected environment begins with."""


def packs(program: Path) -> list[Path]:
    """The program's own packs."""
    return sorted(path.parent for path in (program / FOLDER).glob(f"*/{MANIFEST}"))


def file_of(pack: Path, stack: str) -> Path | None:
    """The configuration that counts for an environment; None: the rules' defaults."""
    files = (pack / f"config.{name}.json" for name in (stack, FALLBACK))
    return next((file for file in files if file.is_file()), None)


def demanded(program: Path, stack: str) -> dict[str, Any]:
    """`policies.<pack>.<rule>` -> what the configuration says of it. Raises ConfigError."""
    found: dict[str, Any] = {}
    for pack in packs(program):
        file = file_of(pack, stack)
        for rule, said in (_read(file) if file else {}).items():
            found[f"{FOLDER}.{pack.name}.{rule}"] = said
    return found


def write(program: Path, name: str, *, strict: bool) -> list[Path]:
    """Give a new environment a configuration for every pack: production's where it is `strict`,
    else dev's. A file that is there stays. Returns what was written; raises ConfigError where
    nothing strict is there to copy.
    """
    wanted = [(pack, pack / f"config.{name}.json") for pack in packs(program)]
    texts = {file: _text(pack, strict) for pack, file in wanted if not file.exists()}
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    return list(texts)


def _text(pack: Path, strict: bool) -> str:
    source = pack / f"config.{STRICT if strict else FALLBACK}.json"
    if source.is_file():
        return source.read_text(encoding="utf-8")
    if not strict:
        return "{}\n"
    rule = "is what the pack's configuration of a protected environment is copied from"
    fix = "write it, with what production demands ({} if nothing)"
    raise ConfigError([Problem(str(source), "no such file", rule, fix)])


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        rule, fix = "must be JSON", "correct it"
        raise ConfigError([Problem(str(file), str(error), rule, fix)]) from None
    if not isinstance(found, dict):
        rule, fix = "must be a JSON object, rule by rule", "compare with config.dev.json"
        raise ConfigError([Problem(str(file), repr(found)[:40], rule, fix)])
    return found
