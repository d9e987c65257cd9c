"""The plugin under the real engine, where it and the language hosts are on PATH: programs in YAML
and TypeScript preview the same Sovereign as on the embedded runtime."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from rehearsal import isolation
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from tests.configurations import ROOT
from tests.plugin.npm import install
from tests.recording import SEED

COPIED = ("sovereign", "policies", "plugin", "requirements.txt")
HOSTS = {"yaml": "pulumi-language-yaml", "typescript": "pulumi-language-nodejs"}
NAMESPACES = {"yaml": "", "typescript": "sovereign:"}
"""Of the configuration; empty: the project's own."""
WORKERS = {"yaml": 2, "typescript": 1}
LIMIT_S = 300

pytestmark = pytest.mark.skipif(
    not shutil.which("pulumi"), reason="the real engine, `pulumi`, is not on PATH"
)


@pytest.fixture(scope="module", params=HOSTS)
def language(request: pytest.FixtureRequest) -> str:
    """A language whose host is there."""
    if not shutil.which(HOSTS[request.param]):
        pytest.skip(f"{HOSTS[request.param]} is not on PATH")
    return str(request.param)


@pytest.fixture(scope="module")
def clone(language: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the program needs: the engine writes beside it."""
    clone = tmp_path_factory.mktemp(language)
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, clone / name)
    for environment in (clone / ".venv", clone / "plugin" / ".venv"):
        environment.symlink_to(ROOT / ".venv")
    if language == "typescript":
        install(clone / "examples" / language)
    else:
        shutil.copytree(ROOT / "examples" / language, clone / "examples" / language)
    return clone


def preview(clone: Path, language: str, *config: str) -> subprocess.CompletedProcess[str]:
    """A first preview under both packs, against an empty simulated project."""
    program = clone / "examples" / language
    state = clone / "state"
    state.mkdir(exist_ok=True)
    packs = [clone / "policies" / name for name in ("network", "encryption")]
    with serve(HetznerSimulator(HetznerState())) as endpoint:
        environment = {
            **os.environ,
            **isolation.program_environment(endpoint),
            "PULUMI_BACKEND_URL": f"file://{state}",
            "PULUMI_CONFIG_PASSPHRASE": isolation.PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

        def pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["pulumi", "--non-interactive", *arguments],
                cwd=program,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_S,
            )

        assert pulumi("stack", "select", "--create", "dev").returncode == 0
        key = f"{NAMESPACES[language]}seed"
        assert pulumi("config", "set", "--secret", key, SEED).returncode == 0
        for setting in config:
            assert pulumi("config", "set", "--path", *setting.split("=")).returncode == 0
        return pulumi(
            *("preview", "--json"),
            *(f"--policy-pack={pack}" for pack in packs),
            *(f"--policy-pack-config={pack / 'config.dev.json'}" for pack in packs),
        )


def test_it_previews_the_whole_sovereign(clone: Path, language: str) -> None:
    """The component, its children below it, and one server per node; nothing is refused."""
    done = preview(clone, language, f"{NAMESPACES[language]}operatorCidrs[0]=203.0.113.7/32")
    assert done.returncode == 0, done.stdout + done.stderr
    steps = json.loads(done.stdout)["steps"]
    assert {step["op"] for step in steps} == {"create"}
    kinds = Counter(step["urn"].split("::")[2].split("$")[-1] for step in steps)
    assert kinds["sovereign:index:Sovereign"] == 1
    assert kinds["hcloud:index/server:Server"] == 1 + WORKERS[language]
    inside = [step for step in steps if "sovereign:index:Sovereign$" in step["urn"]]
    assert len(inside) > 25
    assert SEED not in done.stdout


def test_a_mistake_is_one_sentence(clone: Path, language: str) -> None:
    """The engine shows the plugin's sentence and no traceback."""
    if language == "yaml":
        file = clone / "examples" / "yaml" / "Pulumi.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("name: yaml\n        location: hel1", "name: Not A Name"))
        done = preview(clone, language)
    else:
        done = preview(clone, language, "sovereign:cluster.netwrk=x")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "configuration refused, 1 problem: " in said
    assert "Traceback" not in said
