"""Options of commands that look at one program."""

from pathlib import Path
from typing import Annotated

import typer

ProgramDirectory = Annotated[
    Path,
    typer.Option(
        "--program", exists=True, file_okay=False, help="Directory of the Pulumi program."
    ),
]
