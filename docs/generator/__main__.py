"""Write docs/reference/ anew; a test fails where it is not what this writes."""

from pathlib import Path

from docs.generator import commands, configuration, outputs

PAGES = {
    "configuration.md": configuration.page,
    "outputs.md": outputs.page,
    "commands.md": commands.page,
}
REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
