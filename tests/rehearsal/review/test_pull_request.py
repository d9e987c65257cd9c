"""Pull requests against this program, rehearsed: its own code, its own rules, both revisions."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from rehearsal.review import command, comparison
from rehearsal.review.embedded import open_world
from rehearsal.review.lending import Lender
from rehearsal.review.markdown import comment
from rehearsal.review.review import Review, review, without
from rehearsal.review.secrecy import Secrets
from rehearsal.session import SCRIPTS
from sovereign.cli.review import Reader
from tests.configurations import ROOT
from tests.rehearsal.review.test_revision import git

DEFAULT = "      default: {serverType: cpx32, image: ubuntu-24.04, ids: [1, 2]}"
BATCH = "      batch: {serverType: cpx42, image: ubuntu-24.04, ids: [10]}"
POOL = (DEFAULT, f"{DEFAULT}\n{BATCH}")
CIDR = ("podCidr: 10.42.0.0/16", "podCidr: 10.44.0.0/16")
OPEN = ("config:\n", "config:\n  sovereign:operatorCidrs: [0.0.0.0/0]\n")
WORKER = ("ids: [1, 2]", "ids: [1, 2, 3]")
LABEL = ("ids: [1, 2]", "ids: [1, 2], labels: {team: blue}")
WORKERS_RULES = """_rule("SSH", ssh_port, {}),)
    return FirewallPlan(f"{{cluster}}-workers\""""
FIREWALL = (
    WORKERS_RULES.format("operators"),
    WORKERS_RULES.format('("0.0.0.0/1", "128.0.0.0/1")'),
)
STACK, CODE = "Pulumi.dev.yaml", "sovereign/plan/firewall.py"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree's program as the only commit of a repository."""
    directory = tmp_path_factory.mktemp("repository")
    for name in ("__main__.py", "Pulumi.yaml", STACK):
        shutil.copy(ROOT / name, directory / name)
    for name in ("sovereign", "policies"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, directory / name, symlinks=True, ignore=ignored)
    (directory / ".gitignore").write_text(".venv\n__pycache__\n", encoding="utf-8")
    git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "base")
    (directory / ".venv").symlink_to(Path(sys.prefix).resolve())
    return directory


@pytest.fixture(scope="module")
def world(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Reviewer"]:
    """The base, brought up once for all changes."""
    scratch = tmp_path_factory.mktemp("scratch")
    reader, secrets = Reader(command, "dev"), Secrets()
    before = comparison.base_of(repository, None, reader, scratch / "base")
    assert before.stack is not None
    with open_world(scratch, SCRIPTS, Console(quiet=True)) as opened:
        lender = Lender(opened, reader, (repository,), scratch / "lent", secrets)
        before = comparison.brought_up(before, before.stack, "dev", lender)
        yield Reviewer(repository, before, lender)


class Reviewer:
    """Reviews edits of the repository, one after the other, over the same base."""

    def __init__(self, repository: Path, before: comparison.Old, lender: Lender) -> None:
        self.repository, self.before, self._lender = repository, before, lender

    def review(self, *edits: tuple[str, tuple[str, str]]) -> Review:
        """The review of some edits, each a file, a text in it and its replacement."""
        try:
            for name, (old, new) in edits:
                file = self.repository / name
                text = file.read_text(encoding="utf-8")
                assert old in text
                file.write_text(text.replace(old, new), encoding="utf-8")
            head = self._lender.reader.read(self.repository)
            facts = comparison.change_over("dev", head, self.before, self._lender)
            return without(review(facts), self._lender.secrets.mask)
        finally:
            git(self.repository, "checkout", "-q", "-f", "main")


def said(found: Review) -> str:
    return "\n".join(f"{one.weight} {one.subject}: {one.what}" for one in found.reasons)


def test_the_base_comes_up_with_its_own_code_and_without_any_secret(world: Reviewer) -> None:
    """All of it, from the commit."""
    assert world.before.base.origin == "revision"
    assert world.before.base.revision == git(world.repository, "rev-parse", "--short=12", "main")
    assert len(world.before.resources) > 30


def test_a_pool_an_open_firewall_and_a_changed_range_are_refused_with_reasons(
    world: Reviewer,
) -> None:
    """The rehearsed pull request: one comment says refuse, why, and what else it would do."""
    found = world.review((STACK, POOL), (STACK, CIDR), (STACK, OPEN))
    assert found.verdict == "refuse"
    assert "refuse sovereign:operatorCidrs[0]: found '0.0.0.0/0'; everyone" in said(found)
    assert "refuse network.podCidr: found 10.44.0.0/16; the cluster was made with" in said(found)
    assert [node.name for node in found.nodes if node.fate == "new"] == ["dev-batch-10"]
    assert found.cost.difference == 69.99
    text = comment(found)
    assert "## ⛔ Refuse" in text
    assert "everyone on the internet would reach SSH" in text
    assert "a range never changes under running nodes" in text


def test_one_more_pool_alone_is_approved(world: Reviewer) -> None:
    """With its nodes, its cost and no reason against it."""
    found = world.review((STACK, POOL))
    assert (found.verdict, found.reasons) == ("approve", ())
    assert found.counts["delete"] == 0
    assert found.cost.difference == 69.99


def test_an_open_firewall_alone_is_refused_by_configuration(world: Reviewer) -> None:
    """Before the program runs; the rest is previewed with the old value."""
    found = world.review((STACK, OPEN))
    assert found.verdict == "refuse"
    assert found.set_back == ("sovereign:operatorCidrs",)
    assert found.complete


def test_a_firewall_opened_in_code_is_refused_by_policy(world: Reviewer) -> None:
    """In two halves, past the configuration's check: the pack sees the registration."""
    found = world.review((CODE, FIREWALL))
    assert found.verdict == "refuse"
    assert "refuse dev-workers: network/world-open-ports: 22/tcp open to the IPv4" in said(found)
    opened = [(one.firewall, one.sources) for one in found.openings if one.added]
    assert opened == [("dev-workers", "0.0.0.0/1"), ("dev-workers", "128.0.0.0/1")]


def test_taking_the_firewall_off_the_servers_is_refused(world: Reviewer) -> None:
    """By what is lost, whatever the rules of that day say about it."""
    bare = ("firewall_ids=[network.firewall_ids[plan.role]],", "firewall_ids=[],")
    found = world.review(("sovereign/components/server.py", bare))
    lost = [one for one in found.reasons if one.what.startswith("no firewall is left")]
    assert {one.weight for one in lost} == {"refuse"}
    assert {one.subject for one in lost} == {node.name for node in found.nodes}


def test_another_only_control_plane_is_accepted_in_the_stack_file(
    world: Reviewer,
) -> None:
    """By the id that the refusal shows; then it is to be looked at, with the reason."""
    other = ("ids: [1]}", "ids: [2]}")
    found = world.review((STACK, other))
    (refused,) = [one for one in found.reasons if one.weight == "refuse"]
    assert (refused.source, f"`{refused.id}`" in comment(found)) == ("quorum", True)
    entry = f"config:\n  review:accepted: {{{refused.id}: 'until 2999-12-31, meant (alice)'}}\n"
    found = world.review((STACK, other), (STACK, ("config:\n", entry)))
    assert found.verdict == "look"
    assert "meant (alice)" in comment(found)


def test_a_changed_range_alone_is_refused(world: Reviewer) -> None:
    """No policy can see it, and the pod range no provider either."""
    found = world.review((STACK, CIDR))
    assert found.verdict == "refuse"
    assert [one.subject for one in found.reasons] == ["network.podCidr"]


def test_a_program_that_stops_is_refused_and_the_comment_says_that_it_is_not_everything(
    world: Reviewer,
) -> None:
    """No deletion is claimed of what it did not reach."""
    broken = (
        "super().__init__(",
        "raise pulumi.RunError('broken on purpose')\n        super().__init__(",
    )
    found = world.review(("sovereign/components/ready_gate.py", broken))
    assert (found.verdict, found.complete) == ("refuse", False)
    assert "broken on purpose" in said(found)
    assert {node.fate for node in found.nodes} == {"same"}
    assert "The preview stopped before its end" in comment(found)


def test_a_label_and_one_more_worker_are_approved(world: Reviewer) -> None:
    """Harmless: nothing restarts, nobody is let in."""
    found = world.review((STACK, LABEL))
    assert (found.verdict, found.reasons) == ("approve", ())
    found = world.review((STACK, WORKER))
    assert (found.verdict, found.reasons) == ("approve", ())
    assert [node.name for node in found.nodes if node.fate != "same"] == ["dev-default-3"]


def test_a_change_of_the_rules_is_judged_by_the_old_rules_as_well(world: Reviewer) -> None:
    """A pull request cannot loosen its own judge unseen."""
    loosened = (
        'id="world-open-ports",\n    level="mandatory"',
        'id="world-open-ports",\n    level="advisory"',
    )
    found = world.review((CODE, FIREWALL), ("policies/network/rules/firewall.py", loosened))
    assert found.verdict == "refuse"
    assert "the change alters what judges it: `policies/`" in said(found).lower()


def test_an_encrypted_setting_that_changes_is_to_be_looked_at(world: Reviewer) -> None:
    """Placeholders cannot tell what follows from it; no key is needed to say so."""
    secure = ("config:\n", "config:\n  sovereign:seed: {secure: v1:abc:def}\n")
    found = world.review((STACK, secure))
    assert found.verdict == "look"
    assert "Secret settings change: `sovereign:seed`" in said(found)
    assert "v1:abc" not in comment(found)


def test_secrets_of_stack_file_and_program_are_in_no_comment(world: Reviewer) -> None:
    """A plain seed, and keys that the program derives and prints into names and labels."""
    seed = "hunted-seed-0123456789-0123456789-0123456789"
    plain = ("config:\n", f"config:\n  sovereign:seed: {seed}\n")
    stolen = '{**labels, "leak": __import__("os").environ["HCLOUD_TOKEN"][:63]}'
    leak = ("labels=labels,", f"labels={stolen},")
    found = world.review((STACK, plain), ("sovereign/components/network.py", leak))
    text = comment(found) + str(vars(found))
    assert seed not in text
    assert "PRIVATE KEY" not in text
    assert "K10" not in text
