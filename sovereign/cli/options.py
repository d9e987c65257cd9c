"""Options of commands that look at one program."""

from pathlib import Path
from typing import Annotated

import typer

ProgramDirectory = Annotated[
    Path, typer.Option("--program", help="Directory of the Pulumi program.")
]
