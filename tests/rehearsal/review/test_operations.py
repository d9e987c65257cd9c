"""Steps of an engine as operations, one per resource."""

from rehearsal.review.operations import findings, operations, own_errors
from rehearsal.runtime.model import Level, Op, Result, Step, Violation

SERVER = "urn:pulumi:dev::p::hcloud:index/server:Server::one"
STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"


def step(op: Op, *keys: str, replace: tuple[str, ...] = ()) -> Step:
    return Step(SERVER, op, "hcloud:index/server:Server", "one", keys, replace, inputs={"a": 1})


def test_the_steps_of_a_replacement_are_one_operation() -> None:
    """With all keys, those that force it, and which half comes first."""
    (found,) = operations(
        [
            step(Op.DELETE_REPLACED),
            step(Op.REPLACE, "image", "labels", replace=("image",)),
            step(Op.CREATE_REPLACEMENT, "image", "labels", replace=("image",)),
        ]
    )
    assert (found.action, found.keys, found.replace_keys) == (
        "replace",
        ("image", "labels"),
        ("image",),
    )
    assert found.old_first
    assert found.inputs == {"a": 1}


def test_a_replacement_whose_old_half_goes_last_is_told_apart() -> None:
    """Create before delete."""
    (found,) = operations([step(Op.CREATE_REPLACEMENT), step(Op.REPLACE), step(Op.DELETE_REPLACED)])
    assert not found.old_first


def test_each_other_step_keeps_its_name() -> None:
    """Create, update, delete, same."""
    for op in (Op.CREATE, Op.UPDATE, Op.DELETE, Op.SAME):
        assert operations([step(op)])[0].action == op.value


def test_the_fix_of_a_message_stands_apart() -> None:
    """As the packs end their messages; what is said of the stack has no resource."""
    said = Violation("network", "r", Level.MANDATORY, SERVER, "too many: 3 > 2. Fix: use fewer")
    of_stack = Violation("network", "s", Level.ADVISORY, STACK, "odd")
    found = findings([said, said, of_stack])
    assert [(one.resource, one.message, one.fix) for one in found] == [
        ("one", "too many: 3 > 2", "use fewer"),
        ("", "odd", ""),
    ]


def test_what_a_policy_refused_is_no_error_of_the_program() -> None:
    """It is a finding already; another reason stays."""
    said = Violation("network", "r", Level.MANDATORY, SERVER, "too many")
    errors = ("network/r refuses one: too many", "the program failed: x")
    result = Result(False, True, (), {}, {}, (), (said,), (), errors)
    assert own_errors(result) == ("the program failed: x",)
