"""Every file that is made from code, each with what makes it."""

from pathlib import Path

from docs.generator import commands, configuration, outputs, typescript

PAGES = {
    "configuration.md": configuration.page,
    "outputs.md": outputs.page,
    "commands.md": commands.page,
}
ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
OUTPUTS_SCHEMA = ROOT / "docs" / "outputs.schema.json"
PLUGIN_SCHEMA = ROOT / "plugin" / "schema.json"
WRAPPER = ROOT / "examples" / "typescript" / "sovereign.ts"

FILES = {
    **{REFERENCE / name: page for name, page in PAGES.items()},
    OUTPUTS_SCHEMA: outputs.schema,
    PLUGIN_SCHEMA: typescript.package,
    WRAPPER: typescript.module,
}
"""Path -> what makes its text."""
