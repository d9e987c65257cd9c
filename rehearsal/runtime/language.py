"""How a program is started in its language: Python, or Node for TypeScript and JavaScript.

Source of the procedures: `pulumi-language-python-exec` and `pulumi-language-nodejs` (pulumi 3.259).
"""

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rehearsal.runtime import launch, project
from rehearsal.runtime.model import Request

LEASH_JS: Final = Path(__file__).with_name("leash.js")
NODE_HOST: Final = Path("node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js")

_CIRCULAR: Final = re.compile(r"^<ref \*\d+> ")
"""How Node begins to print an error that holds itself."""


class LanguageMissing(Exception):
    """This machine lacks what a program's language needs; the text says what and how to get it."""


@dataclass(frozen=True)
class Start:
    """How to start a program."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beside the stack's own."""


def require(program: Path) -> None:
    """Check that a program could start; raises LanguageMissing, or FileNotFoundError."""
    match project.read(program).runtime:
        case "python":
            if not (program / "__main__.py").is_file():
                raise FileNotFoundError(f"there is no program: {program}/__main__.py")
        case "nodejs":
            _node()
            _node_host(program)
        case other:
            raise LanguageMissing(
                f"the embedded runtime runs programs in python and nodejs, and {program} is one in "
                f"{other!r}; the real engine runs it"
            )


def start(request: Request, monitor: str, engine: str) -> Start:
    """The command for a program, with the addresses of monitor and engine."""
    if project.read(request.program).runtime == "python":
        settings: dict[str, Any] = {
            "monitor": monitor,
            "engine": engine,
            "project": request.project,
            "stack": request.stack,
            "parallel": request.parallel,
            "dry_run": request.command.dry_run,
            "organization": "organization",
            "root_directory": str(request.program.resolve()),
        }
        return Start([sys.executable, "-u", str(Path(launch.__file__)), json.dumps(settings)])
    return _start_node(request, monitor, engine)


def reason(logged: str) -> str:
    """The line of a logged failure that says why: Python's last, Node's last above the stack."""
    lines = [line.strip() for line in logged.strip().splitlines()]
    above = [line for line in lines if not line.startswith("at ") and line != "}"]
    return _CIRCULAR.sub("", (above or lines)[-1])


def _start_node(request: Request, monitor: str, engine: str) -> Start:
    options = project.read(request.program).options
    command = [
        *(_node(), "--require", str(LEASH_JS), str(_node_host(request.program))),
        *(f"--monitor={monitor}", f"--engine={engine}", f"--project={request.project}"),
        *(f"--stack={request.stack}", "--organization=organization"),
        *(f"--root-directory={request.program.resolve()}", f"--pwd={request.program.resolve()}"),
        *(f"--parallel={request.parallel}", *(["--dry-run"] if request.command.dry_run else [])),
        ".",
    ]
    typescript = options.get("typescript", True)
    return Start(command, {"PULUMI_NODEJS_TYPESCRIPT": "true"} if typescript else {})


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise LanguageMissing("the program is one for Node, and `node` is not on PATH; install it")
    return found


def _node_host(program: Path) -> Path:
    """The SDK's own launcher, of the program's packages or those of a directory above."""
    root = program.resolve()
    for directory in (root, *root.parents):
        if (directory / NODE_HOST).is_file():
            return directory / NODE_HOST
    raise LanguageMissing(
        f"the npm packages of {program} are not installed; run `npm ci --prefix {program}`"
    )
