"""The real engine's plugins: which ones the program needs, and whether they are on this machine.

Nothing leads out of the lab, so the engine cannot fetch one in there.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

PROVIDERS: Final = ("hcloud", "command", "kubernetes")
LANGUAGE_HOST: Final = "pulumi-language-python"
"""Runs the program, and the policy packs too."""
NO_LANGUAGE_HOST: Final = (
    f"`pulumi` is on PATH, but {LANGUAGE_HOST}, which comes with it, is neither there nor beside "
    "it; install the whole Pulumi CLI (https://www.pulumi.com/docs/install/)"
)


@dataclass(frozen=True)
class Plugin:
    """A provider plugin in the version of its installed SDK."""

    name: str
    version: str

    @property
    def executable(self) -> str:
        """Its name on PATH, where any version counts."""
        return f"pulumi-resource-{self.name}"

    @property
    def directory(self) -> str:
        """Where the CLI keeps it below its home."""
        return f"plugins/resource-{self.name}-v{self.version}"

    @property
    def install(self) -> str:
        """The command that fetches it."""
        return f"pulumi plugin install resource {self.name} v{self.version}"


def required() -> tuple[Plugin, ...]:
    """The plugins of the program, in the versions that its SDKs ask for."""
    return tuple(Plugin(name, metadata.version(f"pulumi-{name}")) for name in PROVIDERS)


def home(environment: Mapping[str, str]) -> Path:
    """Where the CLI keeps its plugins."""
    given = environment.get("PULUMI_HOME")
    return Path(given) if given else Path(environment.get("HOME", "/root")) / ".pulumi"


def missing(plugins: Sequence[Plugin], environment: Mapping[str, str]) -> tuple[Plugin, ...]:
    """Those that are neither on PATH nor in the CLI's home."""

    def there(plugin: Plugin) -> bool:
        kept = home(environment) / plugin.directory / plugin.executable
        return kept.is_file() or _on_path(plugin.executable, environment)

    return tuple(plugin for plugin in plugins if not there(plugin))


def has_language_host(pulumi: Path, environment: Mapping[str, str]) -> bool:
    """Whether Python's language host is on PATH or, as it is installed, beside the CLI."""
    beside = pulumi.resolve().parent / LANGUAGE_HOST
    return beside.is_file() or _on_path(LANGUAGE_HOST, environment)


def _on_path(executable: str, environment: Mapping[str, str]) -> bool:
    folders = environment.get("PATH", "").split(os.pathsep)
    return any((Path(folder) / executable).is_file() for folder in folders if folder)


def sentence(plugins: Sequence[Plugin]) -> str:
    """What to do about missing ones."""
    commands = "; ".join(plugin.install for plugin in plugins)
    return (
        "the lab has no way out, so the engine's plugins must be on this machine before: run "
        f"`{commands}`"
    )
