"""The plugin as a package, where the real engine is on PATH: the engine's own reading of its schema
is the committed one, and `pulumi package add` makes an SDK of it."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

from sovereign.contract import CONTRACT
from tests.configurations import ROOT
from tests.e2e.engine_stack import needs_engine
from tests.plugin.npm import install

COPIED = ("sovereign", "plugin", "requirements.txt")
PROVIDERS = ("hcloud", "command", "kubernetes")
PINNED = re.compile(r"^pulumi-(\w+)==([\d.]+)", re.MULTILINE)
LIMIT_S = 600
EMPTY: tuple[Any, ...] = (None, [], {})

pytestmark = needs_engine


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the plugin needs, with an environment of its own that the engine fills."""
    clone = tmp_path_factory.mktemp("package")
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, clone / name)
    equipped(clone / "plugin" / ".venv")
    held = dict(PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    for name in PROVIDERS:
        program = shutil.which(f"pulumi-resource-{name}")
        if program:  # else the engine downloads it
            folder = clone / "home" / "plugins" / f"resource-{name}-v{held[name]}"
            folder.mkdir(parents=True)
            (folder / f"pulumi-resource-{name}").symlink_to(program)
    return clone


def equipped(place: Path) -> None:
    """An environment in which everything is installed that the engine asks pip for, `wheel` by name
    only: it shares the packages of the tests."""
    venv.create(place)
    packages = place / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    named = packages / "wheel-0.dist-info"
    named.mkdir()
    (named / "METADATA").write_text("Metadata-Version: 2.1\nName: wheel\nVersion: 0\n")


def pulumi(clone: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of the CLI, that installs nothing from an index of Python."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PULUMI_HOME": str(clone / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "npm_config_prefer_offline": "true",
        "npm_config_fetch_retries": "0",
    }
    return subprocess.run(
        ["pulumi", "--non-interactive", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )


def without_nothing(value: Any) -> Any:
    """A schema without keys that hold nothing, which the engine drops or adds, and without texts of
    single items of a list, which it has no place for."""
    if isinstance(value, list):
        return [without_nothing(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: without_nothing(one) for key, one in value.items()}
    if isinstance(kept.get("items"), dict):
        kept["items"].pop("description", None)
    return {key: one for key, one in kept.items() if one not in EMPTY}


def test_the_engine_reads_the_committed_schema(clone: Path) -> None:
    """`pulumi package get-schema`: it installs, starts, asks and binds the plugin by itself."""
    done = pulumi(clone, clone, "package", "get-schema", "./plugin")
    assert done.returncode == 0, done.stderr
    committed = json.loads((ROOT / "plugin" / "schema.json").read_text(encoding="utf-8"))
    assert without_nothing(json.loads(done.stdout)) == without_nothing(committed)


def test_package_add_makes_an_sdk_with_every_output(clone: Path) -> None:
    """For a program in TypeScript that knew nothing of it: an entry in Pulumi.yaml, and types."""
    if not shutil.which("pulumi-language-nodejs"):
        pytest.skip("pulumi-language-nodejs is not on PATH")
    program = clone / "examples" / "typescript"
    install(program)
    (program / "Pulumi.yaml").write_text("name: trial\nruntime: nodejs\n", encoding="utf-8")
    done = pulumi(clone, program, "package", "add", "../../plugin")
    if any(word in done.stderr for word in ("ENOTCACHED", "ENOTFOUND", "EAI_AGAIN")):
        pytest.skip("the npm registry cannot be reached")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sovereign: ../../plugin" in (program / "Pulumi.yaml").read_text(encoding="utf-8")
    made = (program / "sdks" / "sovereign" / "sovereign.ts").read_text(encoding="utf-8")
    for promise in CONTRACT:
        assert f"readonly {promise.name}: pulumi.Output<" in made
