"""The real engine's command line: where it keeps its state, what it is told, and the copy of the
program that it runs, so that it writes nothing beside the operator's stack file.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from rehearsal.isolation import PASSPHRASE, program_environment
from rehearsal.program import Program
from rehearsal.runtime import project
from rehearsal.runtime.drivers.hcloud.api import require_loopback
from rehearsal.runtime.policy.pack import config_path

COPIED_NOT = (
    *(".git", ".venv", ".rehearsal", "__pycache__", ".mypy_cache", ".pytest_cache"),
    "node_modules",
)
STATE = "state"
TEMPORARY = "tmp"
_QUIET = ("--non-interactive", "--color", "never")
OTHER_LANGUAGE = (
    "{} is no program in Python, and only such are copied and run on the real engine from here: "
    "run `pulumi preview` in that directory (docs/languages.md)"
)


class EngineMissing(Exception):
    """The real engine, or a part of it, is not on this machine."""


class EngineFailed(Exception):
    """The engine could not even begin; the text says why."""


def find() -> str:
    """Path of the `pulumi` command; EngineMissing with one sentence where there is none."""
    found = shutil.which("pulumi")
    if found is None:
        raise EngineMissing(
            "the real engine was asked for and `pulumi` is not on PATH; install the Pulumi CLI "
            "(https://www.pulumi.com/docs/install/), or leave ENGINE away"
        )
    return found


def environment(endpoint: str, workspace: Path) -> dict[str, str]:
    """What the engine finds beside the caller's environment: a file backend, its passphrase, a
    Hetzner on this machine, and a place for what its providers leave lying (the kubernetes one: the
    administrator's kubeconfig).

    An endpoint beyond loopback is refused: with an empty one the provider would take Hetzner's own.
    """
    return {
        **program_environment(require_loopback(endpoint)),
        "PULUMI_BACKEND_URL": f"file://{(workspace / STATE).resolve()}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log, as the Automation API does
        "TMPDIR": str((workspace / TEMPORARY).resolve()),
    }


@dataclass(frozen=True)
class PulumiCli:
    """`pulumi` for one stack of one copied program."""

    pulumi: str
    directory: Path
    """The copied program."""
    stack: str
    environment: Mapping[str, str] = field(repr=False)
    """Of the whole process."""

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command; its stack is named to it."""
        return subprocess.run(
            [self.pulumi, *words, "--stack", self.stack, *_QUIET],
            cwd=self.directory,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def select(self, program: Program) -> None:
        """Make the stack where it does not exist and give it its secrets; raises EngineFailed."""
        self._must("stack", "select", "--create")
        for key in program.secret_keys:
            self._must("config", "set", "--secret", key, program.config[key])

    def _must(self, *words: str) -> None:
        done = self.run(*words)
        if done.returncode != 0:
            raise EngineFailed((done.stderr or done.stdout).strip())


def opened(
    program: Program,
    *,
    stack: str,
    workspace: Path,
    endpoint: str,
    virtualenv: Path,
    told: Mapping[str, str] | None = None,
) -> PulumiCli:
    """The program copied into the workspace, its stack selected on a backend beside it.

    The provider's own configuration (`hcloud:`) stays behind: it would come before the environment
    that names the simulator. `virtualenv` holds the program's packages, `told` is what else the
    engine finds in its environment. Raises EngineMissing and EngineFailed.
    """
    program = without_account(program)
    pulumi = find()
    if project.read(program.directory).runtime != "python":
        raise EngineFailed(OTHER_LANGUAGE.format(program.directory))
    found = environment(endpoint, workspace)
    (workspace / STATE).mkdir(parents=True, exist_ok=True)
    shutil.rmtree(workspace / TEMPORARY, ignore_errors=True)
    (workspace / TEMPORARY).mkdir(mode=0o700)
    directory = copied(program, stack, workspace, virtualenv)
    cli = PulumiCli(pulumi, directory, stack, {**os.environ, **found, **(told or {})})
    cli.select(program)
    return cli


def without_account(program: Program) -> Program:
    """The program without what its stack says of an account at Hetzner."""
    config = {key: text for key, text in program.config.items() if not key.startswith("hcloud:")}
    secret = tuple(key for key in program.secret_keys if key in config)
    return replace(program, config=config, secret_keys=secret)


def policy_arguments(packs: Sequence[Path], directory: Path, stack: str) -> list[str]:
    """Every pack of the copied program, and as many configurations as there are packs."""
    words: list[str] = []
    for pack in packs:
        words += ["--policy-pack", str(directory / "policies" / pack.name)]
    for pack in packs:
        words += ["--policy-pack-config", str(config_path(pack, stack).resolve())]
    return words


def copied(program: Program, stack: str, workspace: Path, virtualenv: Path) -> Path:
    """The program as it is, with the stack file of this rehearsal and without its secrets."""
    target = workspace / "program"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(program.directory, target, ignore=shutil.ignore_patterns(*COPIED_NOT))
    (target / ".venv").symlink_to(virtualenv.resolve())
    plain = {
        key: yaml.safe_load(text) if text[:1] in "[{" else text
        for key, text in program.config.items()
        if key not in program.secret_keys
    }
    stack_file = target / f"Pulumi.{stack}.yaml"
    stack_file.write_text(yaml.safe_dump({"config": plain}), encoding="utf-8")
    return target
