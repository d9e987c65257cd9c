"""What is right has no findings: random valid configurations, and every stack before it is broken.

The packs run as the engine runs them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from sovereign import catalog
from tests.policies.mutations import DECLARED, MUTATIONS
from tests.policies.mutations.mutation import Mutation
from tests.policies.registrations import application, dev, of
from tests.policies.wire import Finding, RunningPack, running
from tests.strategies import OPERATORS, clusters

KNOWN = hashlib.sha256(b"").hexdigest()
"""Of an empty file, as all charts of the mirror are; they are compared with it."""
ACCEPTED = {"node-encryption": {"accepted": True}}
"""What an operator says who switches nodeEncryption on: that its limits are known."""
CONFIGURED = [each for each in MUTATIONS if each.config]


@pytest.fixture(scope="module")
def packs() -> Iterator[list[RunningPack]]:
    """Both packs, started once."""
    with running("network") as network, running("encryption") as encryption:
        yield [network, encryption]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of this machine that charts come from."""
    return tmp_path_factory.mktemp("mirror")


def pinned(versions: Mapping[str, str], mirror: Path) -> catalog.Catalog:
    """The packaged tables with a checksum for every download in these versions, and the charts in
    the mirror; the real ones can only be had from upstream.
    """
    tables = catalog.load()
    rows = []
    for row in tables.artifacts:
        version = versions.get(row["name"].partition("-")[0], row["version"])
        known = {version: KNOWN} if row["kind"] != "manifest" else {}
        (mirror / f"{row['name']}-{version}.tgz").touch()
        rows.append({**row, "sha256": {**row["sha256"], **known}})
    return catalog.Catalog(**{**vars(tables), "artifacts": tuple(rows)})


def said(packs: list[RunningPack], stack: Any, config: Mapping[str, Any]) -> list[Finding]:
    for pack in packs:
        pack.configure(config)
    return [each for pack in packs for each in pack.judge(stack).findings]


@settings(max_examples=50)
@given(clusters(), OPERATORS)
def test_fifty_valid_configurations_have_no_findings(
    packs: list[RunningPack], mirror: Path, cluster: dict[str, Any], operators: list[str]
) -> None:
    """What the plan accepts, the packs accept, of everything that the program then registers: no
    rule is violated, none gives advice, none is deferred.
    """
    versions = {"k3s": cluster["k3s"]["version"], "cilium": cluster["cilium"]["version"]}
    tables = pinned(versions, mirror)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "load", lambda: tables)
        stack = of(cluster, operators=operators, mirror=str(mirror))
    config = ACCEPTED if cluster["cilium"]["encryption"]["nodeEncryption"] else {}

    assert said(packs, stack, config) == []


def test_downloads_without_a_checksum_are_pointed_out(packs: list[RunningPack]) -> None:
    """The packaged table has none for them: one advisory, which goes where they get one."""
    [finding] = said(packs, dev(), {})
    assert (finding.policy, finding.level) == ("artifacts-pinned", "advisory")

    exempt = DECLARED["artifacts-pinned"]["except"]
    named = finding.message.partition("checksum: ")[2].partition(". Fix")[0].split(", ")
    assert [each.partition(" ")[0] for each in named] == exempt
    assert said(packs, dev(), DECLARED) == []


@pytest.mark.parametrize("mutation", CONFIGURED, ids=[each.what for each in CONFIGURED])
def test_a_configured_rule_is_silent_before_the_stack_is_broken(
    packs: list[RunningPack], mutation: Mutation
) -> None:
    """So that it is the alteration that it reports, not the configuration."""
    if mutation.stack == "application":
        stack = application()
    else:
        stack = dev(mutation.control_planes, mutation.workers, protect=mutation.protect)

    assert said(packs, stack, {**DECLARED, **mutation.config}) == []
