"""What a script that runs k3s' own installer makes of a server: its role and k3s' options.

A script is read, not run: an option counts where it stands, on the command line or in a file that
the script writes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .packed import unpacked
from .rule import Props
from .values import Unknown, at, text

SCRIPTS = ("userData", "create", "update")
"""Of a server and of a command."""
INSTALLER = re.compile(r"get\.k3s\.io|\bINSTALL_K3S_")
ROLE = re.compile(
    r"""(?:\bsh\s+-s\s+(?:--?\s+)?|\bINSTALL_K3S_EXEC\s*[=:]\s*["']?\s*|/k3s\s+)(server|agent)\b"""
)
ELSEWHERE = re.compile(r"""(?:\bsh\s+-s\b|\bINSTALL_K3S_EXEC\b)[^\n|;]*\$|--config\b""")
COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
VALUED = ("flannel-backend",)
"""Options that take a value; any other is a switch, whatever word follows."""
COMMAND_WHY = "is not in the script, and what else is on the server cannot be seen"


@dataclass(frozen=True)
class Install:
    """One script that installs k3s. `role` is `server`, `agent`, or empty where it names both."""

    role: str
    readable: str
    complete: bool
    """Whether an option that is missing here is missing."""

    def option(self, name: str) -> object:
        """Return an option's value, of a switch whether it is on; `None` where it is missing."""
        found = _option(name).search(self.readable)
        if found is None:
            return None
        return found["value"] if name in VALUED else found["value"] != "false"


@lru_cache(maxsize=64)
def _option(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?:--|^[ \t]*|[{{,][ \t]*)["']?{re.escape(name)}["']?(?![\w-])"""
        rf"""(?:[ \t]*[=:][ \t]*|[ \t]+)?["']?(?P<value>[^\s"',}}]*)""",
        re.MULTILINE,
    )


@lru_cache(maxsize=1024)
def opened(script: str) -> str:
    """Return a script with what is packed in it."""
    return "\n".join(each for each, _ in unpacked(script, ""))


@lru_cache(maxsize=1024)
def read(script: str) -> Install | None:
    """Return what a script installs; `None` where it does not run the installer."""
    readable = COMMENT.sub("", opened(script)).replace("\\\n", " ")
    if not INSTALLER.search(readable):
        return None
    roles = {each[1] for each in ROLE.finditer(readable)}
    if not roles:
        roles = {"agent" if "K3S_URL" in readable else "server"}
    role = roles.pop() if len(roles) == 1 else ""
    return Install(role, readable, not ELSEWHERE.search(readable))


def installs(props: Props) -> Iterator[tuple[str, Install]]:
    """Yield the property and what it installs, of user data and of commands."""
    for key in SCRIPTS:
        found = read(text(at(props, key)))
        if found is not None:
            yield key, found


def role_by_script(props: Props) -> str:
    """Return `server` or `agent` where the scripts of a resource install one of them."""
    roles = {each.role for _, each in installs(props)}
    return roles.pop() if len(roles) == 1 else ""


def servers(props: Props, options: Sequence[str]) -> list[object]:
    """Return k3s' servers as K3sJoin lists them, name, role and options, read from scripts."""
    found: list[object] = []
    for key, each in installs(props):
        if each.role != "server":
            continue
        complete = each.complete and key == "userData"
        config = {name: each.option(name) for name in options}
        missing = {
            name: Unknown(f"{key}: {name}", COMMAND_WHY)
            for name, value in config.items()
            if value is None and not complete
        }
        found.append({"name": key, "role": "server", "config": {**config, **missing}})
    return found
