"""Where tables are printed: as wide as the terminal, or as a log is read where there is none."""

from rich.console import Console


def console(*, stderr: bool = False, plain_width: int = 120) -> Console:
    """A console on stdout or stderr; `plain_width` are its columns where there is no terminal."""
    found = Console(stderr=stderr, highlight=False)
    if found.is_terminal:
        return found
    return Console(stderr=stderr, highlight=False, width=plain_width)
