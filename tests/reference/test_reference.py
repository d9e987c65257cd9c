"""`sovereign.Reference`: what an app stack reads of its Sovereign, run on the embedded runtime."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

import pulumi
import pytest

from rehearsal.runtime import UNKNOWN, Secret
from sovereign.contract import CONTRACT
from sovereign.reference import Reference, attribute
from tests.reference.stacks import OURS, STACK, bring_up, read
from tests.rehearsal.runtime.workbench import Workbench

VALUES: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "object": {"a": "b", "count": 3, "part": 0.5, "on": True, "all": [{"n": 4}]},
    "array of string": ["a"],
}
ATTRIBUTES = [attribute(promise.name) for promise in CONTRACT]


def outputs(**changes: Any) -> dict[str, Any]:
    """The promised outputs, changed as said."""
    return {promise.name: VALUES[promise.type] for promise in CONTRACT} | changes


def test_every_promised_output_is_a_typed_attribute() -> None:
    """Named in snake_case, with the type of the contract; and there is no other."""
    hints = get_type_hints(Reference)
    assert hints.pop("name") is str
    assert set(hints) == {attribute(promise.name) for promise in CONTRACT}
    python = {"string": str, "integer": int, "object": dict, "array of string": list}
    for promise in CONTRACT:
        hint = hints[attribute(promise.name)]
        assert get_origin(hint) is pulumi.Output
        (inner,) = get_args(hint)
        assert (get_origin(inner) or inner) is python[promise.type], promise.name


def test_values_come_as_they_are_and_secrets_stay_secret(bench: Workbench) -> None:
    """Of all outputs only the kubeconfig is one."""
    bring_up(bench, outputs())
    result = read(bench, *ATTRIBUTES)
    assert result.errors == ()
    found: Mapping[str, Any] = result.outputs
    assert found["kubeconfig"] == Secret("text")
    for promise in CONTRACT:
        if not promise.secret:
            assert found[attribute(promise.name)] == VALUES[promise.type]


def test_whole_numbers_are_integers(bench: Workbench) -> None:
    """On the wire they are floats; an id that is written into a name has no `.0`."""
    bring_up(bench, outputs(networkId=4711))
    found = read(bench, "network_id", "pools").outputs
    assert found["network_id written"] == "4711"
    assert found["pools written"] == json.dumps(VALUES["object"], sort_keys=True)


def test_what_nobody_reads_may_be_missing(bench: Workbench) -> None:
    """An output that a newer release promises breaks only who reads it."""
    bring_up(bench, outputs(gatewayClass=None))
    result = read(bench, "network_id", "kubeconfig")
    assert result.errors == ()
    assert result.outputs["network_id"] == 1


def test_a_name_that_the_contract_lacks_is_refused(bench: Workbench) -> None:
    """With the name; mypy refuses it, too, or it would call the ignored error an unused one."""

    def mistaken(cluster: Reference) -> Any:
        return cluster.kubeconfg  # type: ignore[attr-defined]

    del mistaken
    bring_up(bench, outputs())
    result = read(bench, "kubeconfg")
    (error,) = result.errors
    assert error.endswith("a Sovereign promises no output 'kubeconfg'")


@pytest.mark.parametrize(
    ("changes", "read_too", "said"),
    [
        ({"contractVersion": 2}, (), ("keeps version 2", "knows version 1", "install the release")),
        ({"contractVersion": 0}, (), ("keeps version 0", "needs version 1", "run `pulumi up`")),
        ({"contractVersion": None}, (), ("no output contractVersion", "so it is no Sovereign")),
        ({"contractVersion": 2, "pools": None}, ("pools",), ("keeps version 2",)),
        (
            {"gatewayClass": None},
            ("gateway_class",),
            ("has no output gatewayClass", "run it there"),
        ),
    ],
)
def test_another_contract_ends_in_one_sentence(
    bench: Workbench, changes: dict[str, Any], read_too: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """It names the stack, both versions, and what to do; no traceback. Nothing need be read."""
    bring_up(bench, outputs(**changes))
    result = read(bench, *read_too)
    assert not result.succeeded
    (error,) = result.errors
    assert f"the stack {STACK} " in error
    for part in said:
        assert part in error
    assert "Traceback" not in str(result.diagnostics)


def test_a_stack_that_is_not_there_is_named(bench: Workbench) -> None:
    """By the engine itself."""
    result = read(bench)
    assert f'unknown stack "{STACK}"' in result.errors[0]


def test_what_is_not_known_yet_stays_so(bench: Workbench) -> None:
    """In a preview outputs may be unknown: what is made of them is unknown, and nothing fails."""
    result = bench.preview(
        """
        import asyncio

        class Unknown:
            def __init__(self, name, opts):
                pass

            def get_output(self, name):
                def done(value):
                    found = asyncio.Future()
                    found.set_result(value)
                    return found
                return pulumi.Output(done(set()), done(None), done(False))

        pulumi.StackReference = Unknown
        from sovereign import Reference

        cluster = Reference("organization/sovereign/prod")
        hcloud.SshKey("key", name="key", public_key=cluster.api_endpoint)
        """,
        environment=OURS,
    )
    assert result.errors == ()
    (key,) = [step for step in result.steps if step.name == "key"]
    assert key.inputs["publicKey"] is UNKNOWN


def test_the_package_is_cheap_to_import() -> None:
    """Pulumi is imported when `Reference` is asked for, not before; other names are refused."""
    code = (
        "import sys, sovereign\n"
        "assert 'pulumi' not in sys.modules\n"
        "assert sovereign.Reference.__module__ == 'sovereign.reference'\n"
        "assert 'pulumi_hcloud' not in sys.modules\n"
        "sovereign.Nothing\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("module 'sovereign' has no attribute 'Nothing'")
