"""`sovereign.Reference`: what an app stack reads of its Sovereign, run on the embedded runtime."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

import pulumi
import pytest

from rehearsal.runtime import UNKNOWN, Result, Secret
from sovereign.contract import CONTRACT
from sovereign.reference import Reference, attribute
from tests.configurations import ROOT
from tests.rehearsal.runtime.workbench import Workbench

VALUES: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "object": {"a": "b"},
    "array of string": ["a"],
}
STACK = "organization/sovereign/prod"
READER = f"""
from sovereign import Reference

cluster = Reference({STACK!r})
for name in {[attribute(promise.name) for promise in CONTRACT]!r}:
    pulumi.export(name, getattr(cluster, name))
"""


OURS = {"PYTHONPATH": str(ROOT)}
"""So that the program finds this `sovereign`, whichever is installed."""


def bring_up(bench: Workbench, **changes: Any) -> None:
    """A stack with the promised outputs, changed as said; None leaves one out."""
    found = {promise.name: VALUES[promise.type] for promise in CONTRACT} | changes
    lines = [
        f"pulumi.export({name!r}, {_text(value, secret=name == 'kubeconfig')})"
        for name, value in found.items()
        if value is not None
    ]
    result = bench.up("\n".join(lines), project="sovereign", stack="prod")
    assert result.succeeded, result.errors


def _text(value: Any, *, secret: bool) -> str:
    return f"pulumi.Output.secret({value!r})" if secret else repr(value)


def read(bench: Workbench) -> Result:
    return bench.up(READER, environment=OURS)


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
    bring_up(bench)
    result = read(bench)
    assert result.errors == ()
    outputs: Mapping[str, Any] = result.outputs
    assert outputs["kubeconfig"] == Secret("text")
    for promise in CONTRACT:
        if not promise.secret:
            assert outputs[attribute(promise.name)] == VALUES[promise.type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contractVersion": 2}, ("keeps version 2", "knows version 1", "install the release")),
        ({"contractVersion": 0}, ("keeps version 0", "needs version 1", "run `pulumi up` there")),
        ({"contractVersion": None}, ("no output contractVersion", "so it is no Sovereign")),
        ({"gatewayClass": None}, ("has no output gatewayClass", "run it there again")),
    ],
)
def test_another_contract_ends_in_one_sentence(
    bench: Workbench, changes: dict[str, Any], said: tuple[str, ...]
) -> None:
    """It names the stack, both versions, and what to do; no traceback."""
    bring_up(bench, **changes)
    result = read(bench)
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
