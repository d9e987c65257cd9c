"""Refusals that a person accepts: by id, for a time, with a reason, and in sight."""

from dataclasses import replace
from datetime import date

import pytest

from rehearsal.review.acceptance import KEY, acceptances
from rehearsal.review.facts import Problem
from rehearsal.review.markdown import comment
from rehearsal.review.review import Review, review
from tests.rehearsal.review.situations import SMALL, Cluster, altered, change

TODAY = date(2026, 11, 22)
REBUILT = altered(SMALL, "dev-control-plane-1", generation=2)
WHY = "until 2026-12-01, made anew on purpose (alice)"


def refusals(found: Review) -> list[str]:
    return [one.id for one in found.reasons if one.weight == "refuse"]


def test_an_accepted_refusal_is_only_looked_at_and_says_who_and_why() -> None:
    """What is meant can be rolled out by the shipped pipeline."""
    refused = review(change(SMALL, REBUILT))
    (id_,) = refusals(refused)
    assert refused.verdict == "refuse"
    assert f"_Meant? Accept `{id_}`" in comment(refused)
    found = review(change(SMALL, REBUILT, accepted={id_: WHY}))
    assert found.verdict == "look"
    assert f"**Accepted** in the stack file (`{id_}`): {WHY}" in comment(found)


def test_an_acceptance_is_of_one_thing_only() -> None:
    """Of another node, or of one node more, it is none; and it is named as unused."""
    bare = altered(SMALL, "dev-default-1", firewalls=())
    (id_,) = refusals(review(change(SMALL, bare)))
    both: Cluster = altered(bare, "dev-default-2", firewalls=())
    for other in (both, altered(SMALL, "dev-default-2", firewalls=())):
        found = review(change(SMALL, other, accepted={id_: WHY}))
        assert found.verdict == "refuse"
        assert f"`{id_}`, which is no reason against this change" in " ".join(found.notes)


def test_all_subjects_of_one_sentence_have_one_id() -> None:
    """So a comment names it once."""
    bare = altered(SMALL, "dev-default-1", firewalls=())
    bare = altered(bare, "dev-default-2", firewalls=())
    found = review(change(SMALL, bare))
    assert len(refusals(found)) == 2
    assert len(set(refusals(found))) == 1


def test_what_the_engine_refuses_as_well_cannot_be_accepted() -> None:
    """A refused setting, a failing program: they have no id."""
    problem = Problem("network.podCidr", "x", "must be a range", "write one")
    facts = replace(change(SMALL, SMALL), problems=(problem,), errors=("the program failed",))
    assert refusals(review(facts)) == ["", ""]
    assert review(replace(facts, accepted={"": WHY})).verdict == "refuse"


def test_a_valid_entry_of_the_stack_file_counts_until_its_day() -> None:
    """That day included."""
    assert acceptances({KEY: {"a": WHY}}, TODAY) == ({"a": WHY}, [])
    assert acceptances({KEY: {"a": WHY}}, date(2026, 12, 1))[0] == {"a": WHY}
    assert acceptances({}, TODAY) == ({}, [])


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        ("until 2026-11-21, why", "ended on 2026-11-21"),
        ("until 2026-02-31, why", "must read"),
        ("until 2026-12-01", "must read"),
        ("because", "must read"),
        (True, "must read"),
    ],
)
def test_another_entry_does_not_count_and_that_is_said(entry: object, note: str) -> None:
    """Past, no day, no reason, no text."""
    found, notes = acceptances({KEY: {"quorum-1": entry}}, TODAY)
    assert found == {}
    assert note in notes[0]


def test_a_list_accepts_nothing() -> None:
    """It maps ids to reasons."""
    found, notes = acceptances({KEY: ["quorum-1"]}, TODAY)
    assert (found, len(notes)) == ({}, 1)
