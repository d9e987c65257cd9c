"""To which engine a lab belongs, and what the other one may do with it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from rehearsal import isolation
from rehearsal.hetzner.core.addresses import PUBLIC_POOLS
from rehearsal.lab import engine, record
from rehearsal.runtime.cipher import Cipher
from rehearsal.workspace import workspace_of
from tests.rehearsal.drills.stage import opened as opened_stage
from tests.rehearsal.lab.dry_engine import DryLab, StandIn, dry_lab, flags, on_path, rules


@pytest.fixture(scope="module")
def dev_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dev stack, brought up by the embedded runtime on modelled nodes."""
    folder = tmp_path_factory.mktemp("dev")
    with opened_stage(folder) as stage:
        assert stage.up().errors == ()
    return folder


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in of its own."""
    return on_path(tmp_path / "engine", monkeypatch)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DryLab]:
    """A lab without hosts, to be brought up by the real engine."""
    with dry_lab(tmp_path / "lab") as opened:
        yield opened


def test_a_takeover_previews_a_copy_of_the_embedded_runtimes_state(
    pulumi: StandIn, lab: DryLab, dev_folder: Path
) -> None:
    """No change is expected. Its kubeconfig leads to an address of the lab's public side; the state
    itself is left alone."""
    left = dev_folder / ".rehearsal" / "dev" / "backend"
    shutil.copytree(left, lab.workspace.backend)
    before = files(lab.workspace.backend)
    lab.stands(engine="embedded")
    lab.nodes.names.extend(node.name for node in lab.order.plan.nodes)
    report = lab.carry_out(verb="preview")
    assert (report.result, rules(report)) == ("succeeded", [])
    (preview,) = pulumi.operations()
    assert (preview["words"][0], flags(preview)) == ("preview", ["--expect-no-changes"])
    copy = lab.workspace.engine / "takeover" / "state"
    assert preview["environment"]["PULUMI_BACKEND_URL"] == f"file://{copy}"
    assert files(lab.workspace.backend) == before == files(copy)
    address = urlsplit(kubeconfig(json.loads(preview["state"]))["clusters"][0]["cluster"]["server"])
    assert address.port == 6443
    assert IPv4Address(address.hostname or "") in PUBLIC_POOLS[0]


def test_a_preview_of_its_own_lab_is_no_takeover(pulumi: StandIn, lab: DryLab) -> None:
    """It shows what would change, in the state that the engine has there."""
    lab.carry_out(keep=True)
    assert lab.carry_out(verb="preview").result == "succeeded"
    preview = pulumi.operations()[-1]
    assert flags(preview) == []
    assert preview["environment"]["PULUMI_BACKEND_URL"].endswith("/dev+lab/engine/state")


@pytest.mark.parametrize(
    ("stands", "asked", "verb", "used"),
    [
        ("pulumi", "pulumi", "up", "pulumi"),
        ("pulumi", "embedded", "destroy", "pulumi"),
        ("pulumi", "embedded", "status", "pulumi"),
        ("embedded", "embedded", "destroy", "embedded"),
        ("embedded", "pulumi", "preview", "pulumi"),
        ("embedded", "pulumi", "up", None),
        ("pulumi", "embedded", "up", None),
        ("pulumi", "embedded", "preview", None),
    ],
)
def test_a_lab_keeps_to_the_engine_that_brought_it_up(
    lab: DryLab, stands: str, asked: Any, verb: Any, used: str | None
) -> None:
    """Destroy and status follow it, a takeover may look at the embedded runtime's, the rest is
    refused with what to do."""
    lab.stands(engine=stands)
    order = replace(lab.order, engine=asked, verb=verb)
    if used is None:
        with pytest.raises(engine.OtherEngine, match=f"with --engine {stands}.*sovereign lab down"):
            engine.of_the_lab(order)
    else:
        assert engine.of_the_lab(order).engine == used


def test_a_lab_that_is_gone_or_is_emptied_first_binds_nobody(lab: DryLab) -> None:
    """After a reboot nothing of it is left; a run with faults begins with an empty lab."""
    lab.stands(engine="embedded", boot="another")
    assert engine.of_the_lab(lab.order).engine == "pulumi"
    broken = replace(lab.order, breaks=("nic-late",))
    other = workspace_of(lab.order.root, "dev", broken.breaks, lab=True).directory
    other.mkdir(parents=True)
    record.fresh(other, "203.0.113.10").save(other)
    assert engine.of_the_lab(broken).engine == "pulumi"


def files(directory: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {
        str(file.relative_to(directory)): file.read_bytes()
        for file in directory.rglob("*")
        if file.is_file()
    }


def kubeconfig(state: dict[str, Any]) -> dict[str, Any]:
    """The kubeconfig that a state gives to the kubernetes provider."""
    latest = state["checkpoint"]["latest"]
    cipher = Cipher.unlock(isolation.PASSPHRASE, latest["secrets_providers"]["state"]["salt"])
    (provider,) = [
        one for one in latest["resources"] if one["type"] == "pulumi:providers:kubernetes"
    ]
    text = json.loads(cipher.decrypt(provider["inputs"]["kubeconfig"]["ciphertext"]))
    found: dict[str, Any] = yaml.safe_load(text)
    return found
