"""Write every generated file anew; a test fails where one is not what this writes."""

from docs.generator.reference import FILES


def main() -> None:
    """Write every file."""
    for path, text in FILES.items():
        path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
