"""Which units start with the host: the symbolic links that `systemctl enable` makes."""

from pathlib import Path

from .unit_file import DIRECTORIES, UnitFile

LINKS = DIRECTORIES[0]
"""Where an operator's links are; they are on the disk and outlive a power cut."""
TARGET = "multi-user.target"


def enabled(directory: Path = LINKS) -> list[str]:
    """Units wanted by the target that every boot reaches, in the order of their names."""
    return sorted(link.name for link in (directory / f"{TARGET}.wants").glob("*.service"))


def state(unit: UnitFile, directory: Path = LINKS) -> str:
    """What `systemctl is-enabled` says: enabled, disabled, static or masked."""
    if unit.path == Path("/dev/null"):
        return "masked"
    if any(link.is_symlink() for link in directory.glob(f"*.wants/{unit.name}")):
        return "enabled"
    return "disabled" if _links(unit, directory) else "static"


def enable(unit: UnitFile, directory: Path = LINKS) -> list[str]:
    """Make the links of `[Install]`; returns a line for each new one."""
    said = []
    for link in _links(unit, directory):
        if link.is_symlink():
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(unit.path)
        said.append(f"Created symlink {link} → {unit.path}.")
    return said


def disable(unit: UnitFile, directory: Path = LINKS) -> list[str]:
    """Remove them; returns a line for each."""
    said = []
    for link in _links(unit, directory):
        if link.is_symlink():
            link.unlink()
            said.append(f"Removed {link}.")
    return said


def _links(unit: UnitFile, directory: Path) -> list[Path]:
    wanted = [
        directory / f"{target}.{kind}" / unit.name
        for key, kind in (("WantedBy", "wants"), ("RequiredBy", "requires"))
        for value in unit.all("Install", key)
        for target in value.split()
    ]
    aliases = [directory / name for value in unit.all("Install", "Alias") for name in value.split()]
    return [*wanted, *aliases]
