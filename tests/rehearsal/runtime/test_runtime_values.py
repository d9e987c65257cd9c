"""Property values: unknown, secret, and their form on the wire."""

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.runtime.values import (
    OUTPUT_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    ResourceReference,
    Secret,
    from_struct,
    from_wire,
    has_secret,
    has_unknown,
    physical,
    plain,
    secret_texts,
    secrets_like,
    to_struct,
    to_wire,
)

LEAVES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES | st.just(UNKNOWN) | LEAVES.map(Secret),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_survives_the_wire(value: object) -> None:
    """Secrets stay secret, unknown stays unknown, whole numbers stay whole."""
    assert from_wire(to_wire(value)) == value


def test_whole_numbers_come_back_as_int_because_the_wire_only_knows_float() -> None:
    """Hetzner's client refuses 4711.0 as an id."""
    found = from_struct(to_struct({"id": 4711, "share": 0.5, "flag": True}))
    assert {key: type(value) for key, value in found.items()} == {
        "id": int,
        "share": float,
        "flag": bool,
    }


def test_an_output_value_becomes_secret_or_unknown_or_its_value() -> None:
    """The SDK wraps outputs inside arguments; nobody else should have to know."""
    known = {SIGNATURE: OUTPUT_SIGNATURE, "value": 1}
    secret = {SIGNATURE: OUTPUT_SIGNATURE, "value": "s", "secret": True}
    pending = {SIGNATURE: OUTPUT_SIGNATURE, "secret": True}
    found = from_struct(to_struct({"a": known, "b": secret, "c": pending}))
    assert found == {"a": 1, "b": Secret("s"), "c": Secret(UNKNOWN)}


def test_a_whole_resource_reaches_a_provider_as_its_id() -> None:
    """Components have none and are named by URN; an id may still be unknown."""
    value = [ResourceReference("urn:x", "7"), ResourceReference("urn:c", None)]
    assert physical(value) == ["7", "urn:c"]
    assert physical(ResourceReference("urn:x", "")) is UNKNOWN


def test_unknown_and_secret_are_found_at_any_depth() -> None:
    """A driver is never handed an unknown in an `up`."""
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert has_secret({"a": [1, {"b": Secret(1)}]})
    assert not has_unknown({"a": [1, None, ""]})
    assert plain({"a": Secret([Secret(1)])}) == {"a": [1]}


def test_outputs_are_secret_where_the_inputs_were() -> None:
    """Where the shapes differ below a secret, the whole place is secret rather than none."""
    inputs = {"values": {"token": Secret("t"), "name": "n"}, "list": [Secret(1), 2]}
    outputs = {"values": {"token": "t", "name": "n"}, "list": [1, 2, 3]}
    marked = {key: secrets_like(value, inputs[key]) for key, value in outputs.items()}
    assert marked["values"] == {"token": Secret("t"), "name": "n"}
    assert marked["list"] == Secret([1, 2, 3])


def test_short_secrets_are_not_searched_for_in_messages() -> None:
    """Masking "1" would mask half of every message."""
    assert secret_texts({"a": Secret({"b": "K10abcdef", "c": "1"})}) == {"K10abcdef"}


def test_a_secret_does_not_show_itself() -> None:
    """Neither in a traceback nor in a failed assertion."""
    assert "hunter2" not in repr(Secret("hunter2"))


def test_a_secret_inside_a_secret_stays_one() -> None:
    """The command provider's connection and the key in it: the real engine keeps both."""
    given = Secret({"host": "h", "privateKey": Secret("k"), "port": Secret(22)})
    checked = {"host": "h", "privateKey": "k", "port": 22, "user": "root"}
    assert secrets_like(checked, given) == Secret(
        {"host": "h", "privateKey": Secret("k"), "port": Secret(22), "user": "root"}
    )
    assert secrets_like(Secret(checked), given) == secrets_like(checked, given)
    assert secret_texts(Secret({"key": Secret("a-private-key")})) == {"a-private-key"}
