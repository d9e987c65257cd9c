"""Parts of the comment that say what it is about, and what it is not."""

from dataclasses import replace

from rehearsal.review.facts import Finding
from rehearsal.review.markdown import comment
from rehearsal.review.review import review
from tests.rehearsal.review.situations import SMALL, change


def test_what_could_not_be_evaluated_is_counted_shown_and_weighs_nothing() -> None:
    """A first preview cannot know every address; a rule without a subject is named as well."""
    said = "deferred: api-server-address: values.k8sServiceHost is unknown until `pulumi up`"
    deferred = Finding("network", "network-deferred", "deferred", "cilium", said)
    theirs = Finding("own", "slow", "deferred", "", "deferred: later")
    facts = change(SMALL, SMALL, findings=(deferred, theirs), idle=("network/route-retry",))
    found = review(facts)
    assert found.verdict == "approve"
    text = comment(found)
    assert "; 2 findings wait for values that only `up` knows" in text
    assert "Not evaluated: 2 waiting for a value, 1 without a subject" in text
    assert (
        "| `network/api-server-address` | `cilium` | "
        "values.k8sServiceHost is unknown until `pulumi up` |"
    ) in text
    assert "| `own/slow` | — | later |" in text
    assert "| `network/route-retry` | — | nothing of its kind is in this stack |" in text
    assert "Not evaluated" not in comment(review(change(SMALL, SMALL)))


def test_the_comment_says_which_commit_it_is_about() -> None:
    """An older comment is known as one."""
    text = comment(review(change(SMALL, SMALL, head="aaaaaaaaaaaa")))
    assert "Commit `aaaaaaaaaaaa`. Compared with `0123456789ab`" in text


def test_other_stack_files_that_change_are_named_in_sight() -> None:
    """Approved is this stack, not the other."""
    facts = change(SMALL, SMALL, others=("Pulumi.prod.yaml",))
    lines = comment(review(facts)).splitlines()
    named = [n for n, line in enumerate(lines) if "`Pulumi.prod.yaml` changes, too" in line]
    assert named
    assert named[0] < lines.index("### Cost per month")


def test_a_deleted_stack_file_is_to_be_looked_at() -> None:
    """What it has made stays."""
    found = review(change(None, replace(SMALL, nodes=()), orphan="Pulumi.qa.yaml", operations=()))
    assert found.verdict == "look"
    assert "`Pulumi.qa.yaml`: the stack's file is deleted" in comment(found)
