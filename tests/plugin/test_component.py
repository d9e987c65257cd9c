"""A Sovereign through the plugin: the same plan and components, in the words of other languages."""

from typing import Any

import pytest

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.runtime import UNKNOWN, Level, Result, Secret
from sovereign.hosted.sovereign import decide
from sovereign.problems import ConfigError
from tests.plugin.consumer import SEED, arguments, preview
from tests.rehearsal.runtime.workbench import Workbench


@pytest.fixture(scope="module")
def fine(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A preview of the arguments as they are, judged by the packs as in production."""
    with serve(simulator := HetznerSimulator(HetznerState())) as endpoint:
        bench = Workbench(tmp_path_factory.mktemp("fine"), simulator, endpoint)
        return preview(bench, arguments(), stack="prod", judged=True)


def test_it_makes_what_the_program_makes(fine: Result) -> None:
    """Every part is a child of the Sovereign; its secret output is one before it is known."""
    parts = {step.urn.split("::")[2] for step in fine.steps}
    nested = {part for part in parts if part.startswith("sovereign:index:Sovereign$")}
    network = "sovereign:index:Sovereign$sovereign:index:Network$hcloud:index/network:Network"
    assert network in nested
    assert parts - nested == {
        "sovereign:index:Sovereign",
        "pulumi:pulumi:Stack",
        *(f"pulumi:providers:{name}" for name in ("sovereign", "hcloud", "command")),
    }
    assert fine.outputs["kubeconfig"] == Secret(UNKNOWN)
    assert fine.outputs["networkId"] is UNKNOWN


def test_component_and_children_are_judged(fine: Result) -> None:
    """Both packs are at work; what production demands and the arguments lack is refused by name,
    and what of a child is not known yet is deferred."""
    assert all(pack.evaluated > 5 for pack in fine.packs)
    mandatory = {one.policy for one in fine.violations if one.level is Level.MANDATORY}
    assert mandatory == {"sovereign-protected"}
    assert fine.refused
    (deferred,) = [one for one in fine.violations if one.level is Level.DEFERRED]
    assert deferred.urn.endswith("$kubernetes:helm.sh/v3:Release::far-cilium")


def test_whole_numbers_arrive_as_such(fine: Result) -> None:
    """On the wire they are floats; ids and generations at any depth are not."""
    servers = {step.name: step for step in fine.steps if step.type.endswith(":Server")}
    assert set(servers) == {"far-control-plane-1", "far-default-1"}
    assert "1.0" not in str(servers["far-default-1"].inputs["labels"])
    assert servers["far-default-1"].inputs["networks"][0]["ip"] == "10.0.1.20"


MISTAKES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "everything at once": (
        {
            "cluster": {
                "name": "far",
                "netwrk": {},
                "location": "mars",
                "network": {"nodeCidr": "10.9.0.0/24"},
            },
            "operatorCidrs": None,
        },
        (
            "configuration refused, 4 problems: ",
            "netwrk: found an unknown key; unknown keys are refused; did you mean `network`?",
            "location: found 'mars'",
            "network.nodeCidr: found '10.9.0.0/24'; the nodes' subnet must lie inside the network",
            'give `operatorCidrs`, for example ["203.0.113.7/32"]',
        ),
    ),
    "a short seed": (
        {"seed": "abc"},
        ("sovereign:seed: found 3 characters; at least 32 are needed",),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_operator_is_one_sentence(bench: Workbench, mistake: str) -> None:
    """In the words of a stack file, every problem at once, without the plugin's traceback."""
    changes, said = MISTAKES[mistake]
    result = preview(bench, arguments(**changes))
    assert result.refused
    (error,) = result.errors
    assert error.startswith(f"sovereign:index:Sovereign 'far': {said[0]}")
    for part in said[1:]:
        assert part in error
    printed = [one for one in result.diagnostics if one.severity == "info#err"]
    assert "Traceback" not in str(printed)
    assert SEED not in str(result.diagnostics)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": "s"}, ("cluster: found nothing", "give `cluster` as an object")),
        ({"seed": "s", "cluster": "prod"}, ("cluster: found 'prod'", "must be the mapping")),
        ({"cluster": {"name": "x"}}, ("seed: found nothing", "give a secret of 32 characters")),
        ({"operatorCidrs": "any"}, ("operatorCidrs: found 'any'", "a list of CIDR blocks")),
        ({"artifactMirror": 7}, ("artifactMirror: found 7", "or leave it away")),
    ],
)
def test_a_missing_or_wrong_argument_is_named_as_the_program_names_it(
    given: Any, said: tuple[str, ...]
) -> None:
    """Not as a key of a stack file, and with what to write in a program."""
    with pytest.raises(ConfigError) as refused:
        decide(given)
    for part in said:
        assert part in str(refused.value)
    assert "pulumi config set" not in str(refused.value)


def test_values_of_other_resources_are_refused_wherever_they_stand(bench: Workbench) -> None:
    """Known or not, plain or secret: what a cluster is made of cannot wait for the cloud."""
    nested = f"""{{
        "cluster": {{
            "name": "far",
            "network": {{"cidr": hcloud.SshKey("k", public_key="ssh-ed25519 AAAA").fingerprint}},
            "ssh": {{"extraKeys": {{"a": pulumi.Output.secret("ssh-ed25519 AAAA")}}}},
        }},
        "operatorCidrs": [pulumi.Output.from_input("203.0.113.7/32")],
        "seed": {SEED!r},
    }}"""
    (error,) = preview(bench, nested).errors
    assert "3 problems" in error
    for path in ("network.cidr", "ssh.extraKeys.a", "operatorCidrs[0]"):
        assert f"{path}: found a value of another resource, or a secret; a cluster is" in error
    assert "AAAA" not in error
