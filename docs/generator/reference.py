"""The pages of docs/reference/, each with what makes it."""

from pathlib import Path

from docs.generator import commands, configuration, outputs

PAGES = {
    "configuration.md": configuration.page,
    "outputs.md": outputs.page,
    "commands.md": commands.page,
}
REFERENCE = Path(__file__).resolve().parents[1] / "reference"
