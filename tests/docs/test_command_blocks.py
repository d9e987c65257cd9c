"""What the documents tell people to type is typed here.

Each document gets a copy of the repository, a shell, the simulator as Hetzner's API, and the real
`sovereign` command. Pulumi's CLI is a stand-in that knows the real one's verbs and options and does
nothing; `make` runs `up`, `destroy` and `docs`, and looks its other targets up (CI runs them).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from tests.configurations import ROOT
from tests.docs.blocks import blocks, documents

PROMPT = "$ "
CUT = "…"
"""Stands for lines of output that are left out."""
BY_DOCUMENT = {
    name: [one for one in found if one.language == "sh" or one.text.startswith(PROMPT)]
    for name, found in groupby(blocks(), key=lambda block: block.document)
}
WITH_COMMANDS = [name for name, found in BY_DOCUMENT.items() if found]
ELSEWHERE = {"bash", "shell", "console", "shell-session", "zsh"}
"""Languages under which a command could hide from this test."""
LIMIT_S = 300


def test_commands_stand_in_blocks_that_are_run() -> None:
    """Another name for a shell would keep a block from being run."""
    assert [str(block) for block in blocks() if block.language in ELSEWHERE] == []


COMMANDS = (
    "sovereign ",
    "pulumi ",
    "make ",
    "kubectl ",
    "helm ",
    "k3s ",
    "npm ",
    "git ",
    "systemctl ",
)


def test_every_block_says_its_language() -> None:
    """A fence without one, or of `text`, is output: no line of it is a command, unless it begins
    with a prompt.
    """
    shown = [block for block in blocks() if block.language in ("", "text")]
    plain = [block for block in shown if not block.text.startswith(PROMPT)]
    hidden = [b for b in plain if any(line.startswith(COMMANDS) for line in b.text.splitlines())]
    assert [str(block) for block in hidden] == []


def test_no_command_hides_in_an_indented_block() -> None:
    """Markdown would show it as code, and this test would never see it."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in documents()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.startswith(tuple(f"    {command}" for command in COMMANDS))
    ]
    assert found == []


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that comes first on PATH."""
    room = tmp_path_factory.mktemp("stand-ins")
    here = Path(__file__).parent
    python = ROOT / ".venv" / "bin" / "python"
    for name in ("pulumi", "make"):
        launcher = (here / f"stand_in_{name}.sh").read_text(encoding="utf-8")
        (room / name).write_text(launcher, encoding="utf-8")
        (room / name).chmod(0o755)
    (room / "python-of-the-tests").symlink_to(python)
    (room / "stand_in_pulumi.py").symlink_to(here / "stand_in_pulumi.py")
    return room


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What a fresh clone would hold, with the virtual environment linked, and a reader's own
    manifests for what is said about migrating them.
    """
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        source, target = ROOT / name, tmp_path / "clone" / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    (tmp_path / "clone" / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "clone" / "manifests").mkdir()
    istio = Path(__file__).with_name("istio-to-migrate.yaml")
    shutil.copy(istio, tmp_path / "clone" / "manifests" / "istio.yaml")
    return tmp_path / "clone"


@pytest.fixture
def endpoint() -> Iterator[str]:
    with serve(HetznerSimulator(HetznerState())) as address:
        yield address


@pytest.mark.parametrize("document", WITH_COMMANDS)
def test_every_command_of_a_document_works(
    document: str, copy: Path, stand_ins: Path, endpoint: str, tmp_path: Path
) -> None:
    """Block after block in one shell each, all in the same clone: each ends with 0, and prints
    what the document shows below a prompt.
    """
    environment = {
        "PATH": f"{stand_ins}:{copy / '.venv' / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "HCLOUD_ENDPOINT": endpoint,
        "HCLOUD_TOKEN": "of-the-tests",
        **_of_npm(),
    }
    if not shutil.which("npm") and any("npm " in block.text for block in BY_DOCUMENT[document]):
        pytest.skip("node and npm are not on PATH")
    for block in BY_DOCUMENT[document]:
        if block.text.startswith(PROMPT):
            command, _, shown = block.text.removeprefix(PROMPT).partition("\n")
            ended = _typed(command, copy, environment)
            missing = [line for line in shown.splitlines() if line not in (*ended[1], CUT)]
            assert missing == [], f"{block} shows what `{command}` does not print"
        else:
            code, printed = _typed(block.text, copy, environment)
            said = "\n".join(printed[-40:])
            assert code == 0, f"{block} does not work:\n{block.text}\n{said}"


def _of_npm() -> dict[str, str]:
    """This machine's settings, cache and certificates, which npm would look for in HOME."""
    home = Path.home()
    trusted = {n: path for n, path in os.environ.items() if n == "NODE_EXTRA_CA_CERTS"}
    return trusted | {
        "npm_config_userconfig": str(home / ".npmrc"),
        "npm_config_cache": str(home / ".npm"),
        "npm_config_prefer_offline": "true",
    }


def _typed(commands: str, copy: Path, environment: dict[str, str]) -> tuple[int, list[str]]:
    """Exit code and lines printed, of both streams."""
    ended = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-s"],
        input=commands,
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return ended.returncode, ended.stdout.splitlines()
