"""The first boot: cloud-init writes the files, then runs the commands of user_data.

cloud-init makes one `sh` script of `runcmd`; it goes on after a failing command unless `set -e`
came before, and
only the last exit code counts [cloud-init `cc_runcmd`, `cc_scripts_user`]. Limits are compared,
never waited for.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field

from rehearsal.nodes.artifacts import Downloads
from rehearsal.nodes.project import Machine
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.nodes.user_data import CloudConfig

LIBRARY = "/usr/local/lib/sovereign/"
SYSCTL_DIRECTORY = "/etc/sysctl.d/"


@dataclass
class Boot:
    """How far the first boot came; kept, for cloud-init runs once per server."""

    errors: list[str] = field(default_factory=list)
    """What cloud-init reports beside the commands."""
    commands_failed: str = ""
    """Why `runcmd` ended badly, or empty."""
    sysctls: dict[str, str] = field(default_factory=dict)
    """Kernel settings that were applied."""

    @property
    def failed(self) -> bool:
        """Whether `cloud-init status` says error."""
        return bool(self.errors or self.commands_failed)


@dataclass(frozen=True)
class Node:
    """What the commands of a boot see of their host."""

    name: str
    machine: Machine
    config: CloudConfig
    downloads: Downloads
    surroundings: Surroundings


def boot(node: Node) -> Boot:
    """The first boot from nothing."""
    result = Boot(errors=list(node.config.errors))
    run_commands(node, result)
    return result


def run_commands(node: Node, result: Boot) -> None:
    """Run `runcmd` (again: every command of it is idempotent) and note how it ended in `result`."""
    stops = False
    failure = ""
    for command in node.config.commands:
        words = _words(command)
        if words[:2] == ("set", "-e"):
            stops = True
            continue
        failure = _run(node, result, words)
        if failure and stops:
            break
    result.commands_failed = failure


def _words(command: tuple[str, ...] | str) -> tuple[str, ...]:
    return tuple(shlex.split(command)) if isinstance(command, str) else command


def _run(node: Node, result: Boot, words: tuple[str, ...]) -> str:
    """Run one command; answer with what it said where it failed."""
    if not words:
        return ""
    program, *arguments = words
    if program.startswith("/") and program not in node.config.files:
        return f"runcmd: {program}: not found"
    runner = _PROGRAMS.get(program.removeprefix(LIBRARY))
    return runner(node, result, arguments) if runner else ""


def _wait_for_address(node: Node, _result: Boot, arguments: list[str]) -> str:
    if len(arguments) != 2 or not arguments[1].isdecimal():
        return "wait-for-address.sh: ADDRESS LIMIT_S expected"
    address, limit = arguments
    late = node.surroundings.private_nic_delay_s > int(limit)
    if address in node.machine.addresses and not late:
        return ""
    return (
        f"{node.name} has no NIC with the private address {address} after {limit} s. Its "
        "server is probably not "
        'attached to the network: run "pulumi up --refresh", which attaches it and tries again.'
    )


def _fetch(node: Node, _result: Boot, arguments: list[str]) -> str:
    if len(arguments) != 5:
        return "fetch-artifact.sh: URL DEST MODE SHA256|- CHECKSUM_URL|- expected"
    url, destination, _mode, sha256, checksums = arguments
    return node.downloads.fetch(url, destination, sha256, checksums)


def _sysctl(node: Node, result: Boot, arguments: list[str]) -> str:
    match arguments:
        case ["--system"]:
            paths = sorted(path for path in node.config.files if path.startswith(SYSCTL_DIRECTORY))
        case ["-p", path] if path in node.config.files:
            paths = [path]
        case ["-p", path]:
            return f'sysctl: cannot open "{path}": No such file or directory'
        case _:
            return ""
    for path in paths:
        for line in node.config.files[path].splitlines():
            name, separator, value = line.partition("=")
            if separator and not name.lstrip().startswith(("#", ";")):
                result.sysctls[name.strip()] = value.strip()
    return ""


_PROGRAMS: dict[str, Callable[[Node, Boot, list[str]], str]] = {
    "wait-for-address.sh": _wait_for_address,
    "fetch-artifact.sh": _fetch,
    "sysctl": _sysctl,
}
