"""What a program reads of other stacks: they come up before it, in the same rehearsed world.

A stack whose program is in the repository comes up from there, as the base has it; for any other a
Sovereign of one control plane and one worker stands in, whose outputs have the form that the
contract gives them (`docs/outputs.schema.json`).
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from rehearsal.pulumi_cli import COPIED_NOT
from rehearsal.review.embedded import World, lend_environment
from rehearsal.review.secrecy import Secrets
from rehearsal.review.stack import Reader, Unreadable, program_of
from rehearsal.runtime.model import Result

_UNKNOWN = re.compile(r'unknown stack "organization/([\w.-]+)/([\w.-]+)"')
"""How a stack reference fails; the quoted name is the program's."""
PROGRAM = "from sovereign.program import run\n\nrun()\n"
DEEPEST = 4


@dataclass
class Lender:
    """Brings up what a program misses, and runs it again."""

    world: World
    reader: Reader
    tops: tuple[Path, ...]
    """Where programs are looked for, the first one first."""
    scratch: Path
    secrets: Secrets
    notes: list[str] = field(default_factory=list)
    """What was lent, in sentences."""
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def satisfied(self, attempt: Callable[[], Result]) -> Result:
        """The result of the attempt once every stack that it asks for is there, or cannot be."""
        while True:
            result = attempt()
            asked = {found for error in result.errors for found in _UNKNOWN.findall(error)}
            if not asked - self._asked:
                return result
            for project, stack in sorted(asked - self._asked):
                self._asked.add((project, stack))
                self._bring_up(project, stack)

    def on(self, backend: Path) -> "Lender":
        """The same on another backend, which gets what was lent on this one."""
        for project, stack in self._asked:
            name = Path(".pulumi", "stacks", project, f"{stack}.json")
            if (self.world.backend / name).is_file():
                (backend / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.world.backend / name, backend / name)
        return replace(self, world=replace(self.world, backend=backend))

    def _bring_up(self, project: str, stack: str) -> None:
        name = f"{project}/{stack}"
        try:
            found = next((at for top in self.tops for at in _programs(top, project)), None)
            own = found if found and (found / f"Pulumi.{stack}.yaml").is_file() else None
            program = own or self._stand_in(project, stack)
            lend_environment(program)
            read = self.reader.of(stack).read(program)
        except Unreadable as unreadable:
            self.notes.append(f"The stack `{name}` that the program reads: {unreadable}")
            return
        result = self.world.up(program_of(read, read.config), stack, ())
        self.secrets.inside(result.outputs, *(step.inputs for step in result.steps))
        where = "from its own program" if own else "as a Sovereign of placeholders"
        failed = (
            "" if result.succeeded else f"; it does not come up: {'; '.join(result.errors[:3])}"
        )
        self.notes.append(f"The program reads the stack `{name}`: brought up {where}{failed}.")

    def _stand_in(self, project: str, stack: str) -> Path:
        program = self.scratch / f"{project}-{stack}"
        program.mkdir(parents=True)
        written = {
            "Pulumi.yaml": {"name": project, "runtime": "python"},
            f"Pulumi.{stack}.yaml": {"config": dict(self.reader.smallest())},
        }
        for name, content in written.items():
            (program / name).write_text(yaml.safe_dump(content), encoding="utf-8")
        (program / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        return program


def _programs(top: Path, project: str) -> Iterator[Path]:
    """Directories of that project's programs, the highest first."""
    found = []
    for path, directories, files in os.walk(top):
        depth = len(Path(path).relative_to(top).parts)
        skipped = depth == DEEPEST
        directories[:] = [] if skipped else sorted({*directories} - {*COPIED_NOT})
        if "Pulumi.yaml" in files and _name(Path(path, "Pulumi.yaml")) == project:
            found.append((depth, path))
    return (Path(path) for _, path in sorted(found))


def _name(file: Path) -> str:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return ""
    return str(content.get("name", "")) if isinstance(content, dict) else ""
