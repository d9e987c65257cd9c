"""The cloud-config that a server was created with, read as cloud-init reads it."""

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from rehearsal.nodes import yaml_text
from rehearsal.nodes.ssh_keys import public_key

HEADER = "#cloud-config"
RESTART_SSH = "/restart-ssh.sh"
SSHD_DIRECTORY = "/etc/ssh/sshd_config.d/"


@dataclass(frozen=True)
class CloudConfig:
    """What a boot takes from user_data."""

    files: Mapping[str, str]
    """Path -> content of `write_files`."""
    host_keys: tuple[str, ...]
    """Public host keys of the private ones given in `ssh_keys`; empty: the host makes its own."""
    authorized_keys: tuple[str, ...]
    hostname: str
    """Empty: the server's name."""
    commands: tuple[tuple[str, ...] | str, ...]
    """`runcmd`: an argument list, or a line for the shell."""
    errors: tuple[str, ...]
    """What cloud-init reports of the text itself."""

    @property
    def ssh_ports(self) -> frozenset[int]:
        """Where sshd listens: every `Port` of its files once `restart-ssh.sh` made the service take
        over from Ubuntu's socket unit, which keeps 22."""
        lines = (
            line.split()
            for path, content in self.files.items()
            if path.startswith(SSHD_DIRECTORY) and path.endswith(".conf")
            for line in content.splitlines()
        )
        ports = {
            int(words[1])
            for words in lines
            if len(words) == 2 and words[0].lower() == "port" and words[1].isdecimal()
        }
        takes_over = any(RESTART_SSH in str(command) for command in self.commands)
        return frozenset(ports if ports and takes_over else {22})


def parse(user_data: str) -> CloudConfig:
    """Read `user_data`; what cloud-init would not take becomes an error of the boot, not an
    exception."""
    if not user_data.strip():
        return _nothing()
    if user_data.splitlines()[0].strip() != HEADER:
        return _nothing("Unhandled non-multipart (text/x-not-multipart) userdata")
    try:
        config = yaml_text.load(user_data)
    except yaml.YAMLError as problem:
        return _nothing(f"Failed loading yaml blob. Invalid format: {_where(problem)}")
    if not isinstance(config, dict):
        return _nothing("Failed loading yaml blob. Yaml load allows (<class 'dict'>,) root types")
    errors: list[str] = []
    return CloudConfig(
        files=_files(config.get("write_files"), errors),
        host_keys=_host_keys(config.get("ssh_keys"), errors),
        authorized_keys=tuple(str(key) for key in config.get("ssh_authorized_keys") or ()),
        hostname=str(config.get("hostname") or ""),
        commands=_commands(config.get("runcmd"), errors),
        errors=tuple(errors),
    )


def _nothing(*errors: str) -> CloudConfig:
    return CloudConfig(
        files={}, host_keys=(), authorized_keys=(), hostname="", commands=(), errors=errors
    )


def _where(problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "unreadable"


def _files(entries: Any, errors: list[str]) -> dict[str, str]:
    files: dict[str, str] = {}
    for number, entry in enumerate(entries or (), 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            errors.append(f"No path provided to write for entry {number} in module write_files")
            continue
        try:
            files[entry["path"]] = _content(entry)
        except ValueError:
            errors.append(f"Undecodable content for {entry['path']} in module write_files")
    return files


def _content(entry: Mapping[str, Any]) -> str:
    content = str(entry.get("content", ""))
    encoding = str(entry.get("encoding", "text/plain")).lower()
    if encoding == "text/plain":
        return content
    raw = base64.b64decode(content, validate=True)
    try:
        return (gzip.decompress(raw) if encoding.startswith("gz") else raw).decode()
    except OSError as problem:
        raise ValueError("not gzip") from problem


def _host_keys(keys: Any, errors: list[str]) -> tuple[str, ...]:
    found = []
    for name, text in (keys or {}).items():
        if not name.endswith("_private"):
            continue
        try:
            found.append(public_key(str(text)))
        except ValueError:
            errors.append(f"ssh_keys.{name} is not a private key")
    return tuple(found)


def _commands(entries: Any, errors: list[str]) -> tuple[tuple[str, ...] | str, ...]:
    commands: list[tuple[str, ...] | str] = []
    for entry in entries or ():
        if isinstance(entry, str):
            commands.append(entry)
        elif isinstance(entry, list):
            commands.append(tuple(str(word) for word in entry))
        else:
            errors.append("Failed to shellify runcmd: neither a list nor a string")
    return tuple(commands)
