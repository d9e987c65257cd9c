"""Pulumi's file backend: where the state lies, how it is written, who may write it.

`<backend>/.pulumi/meta.yaml` and `<backend>/.pulumi/stacks/<project>/<stack>.json`, as the real CLI
lays them out (`pulumi login file://<backend>`).
"""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

META: Final = "version: 1\n"
ORGANIZATION: Final = "organization"
"""The literal word that stands for the organization in a file backend."""
OWN_LOCKS: Final = "embedded-runtime-locks"
"""Beside the CLI's `locks`: it reads every file there as a lock of its own."""


class Locked(Exception):
    """Another run works on the same stack."""


class Backend:
    """The files of one project's stacks."""

    def __init__(self, root: Path, project: str) -> None:
        self._pulumi = root / ".pulumi"
        self._project = project

    def stack_file(self, stack: str, project: str | None = None) -> Path:
        """Where a stack's state lies."""
        return self._pulumi / "stacks" / (project or self._project) / f"{stack}.json"

    def read(self, stack: str, project: str | None = None) -> dict[str, Any] | None:
        """The deployment of a stack (`checkpoint.latest`); None where the stack does not exist."""
        path = self.stack_file(stack, project)
        if not path.exists():
            return None
        checkpoint = json.loads(path.read_text())["checkpoint"]
        latest: dict[str, Any] | None = checkpoint.get("latest")
        return latest or {"resources": []}

    def write(self, stack: str, deployment: str, *, durable: bool) -> None:
        """Replace a stack's state in one step; `deployment` is JSON text.

        `durable` also waits for the disk: a killed process never needs that, a power cut does.
        """
        meta = self._pulumi / "meta.yaml"
        if not meta.exists():
            meta.parent.mkdir(parents=True, exist_ok=True)
            _replace_file(meta, META, durable=durable)
        path = self.stack_file(stack)
        path.parent.mkdir(parents=True, exist_ok=True)
        identity = json.dumps(f"{ORGANIZATION}/{self._project}/{stack}")
        text = f'{{"version":3,"checkpoint":{{"stack":{identity},"latest":{deployment}}}}}\n'
        _replace_file(path, text, durable=durable)

    @contextlib.contextmanager
    def lock(self, stack: str) -> Iterator[None]:
        """Keep other runs away from a stack; raises Locked.

        The lock dies with the process. A lock of the real CLI is respected as well.
        """
        folder = self._pulumi / "locks" / ORGANIZATION / self._project / stack
        foreign = sorted(folder.glob("*.json"))
        if foreign:
            raise Locked(
                f"stack {stack} is locked by the Pulumi CLI ({foreign[0].name}): wait for it, or "
                f"run `pulumi cancel --stack {stack}` if it is gone"
            )
        own = self._pulumi / OWN_LOCKS / self._project / stack
        own.parent.mkdir(parents=True, exist_ok=True)
        with own.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Locked(f"another run works on stack {stack}: wait until it is done") from None
            yield


def _replace_file(path: Path, text: str, *, durable: bool) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as handle:
            handle.write(text)
            if durable:
                handle.flush()
                os.fsync(handle.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
