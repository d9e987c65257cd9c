"""Write docs/reference/ anew; a test fails where it is not what this writes."""

from docs.generator.reference import PAGES, REFERENCE


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
