"""The graph: every changed node, and not more than a page of unchanged ones."""

from dataclasses import replace

from rehearsal.review.review import review
from rehearsal.review.topology import topology
from tests.rehearsal.review.situations import SMALL, Cluster, altered, change, without, workers


def test_each_fate_is_marked_by_word_and_class() -> None:
    """Color alone tells nothing to some."""
    after = altered(without(SMALL, "dev-default-2"), "dev-default-1", type="cpx42")
    graph = topology(review(change(SMALL, after)))
    assert '"dev-default-1<br/>cpx32 to cpx42, 10.0.1.20<br/>#33; powered off"]:::danger' in graph
    assert '"dev-default-2<br/>cpx32, 10.0.1.21<br/>- gone"]:::gone' in graph
    assert '"dev-control-plane-1<br/>cpx32, 10.0.1.2"]:::same' in graph


def test_a_large_pool_is_summed_up_but_for_what_changes() -> None:
    """Of ninety workers six are drawn, and the one that changes."""
    many = Cluster((*SMALL.nodes[:1], *workers(90)))
    graph = topology(review(change(many, altered(many, "dev-default-77", type="cpx42"))))
    assert "dev-default-77" in graph
    assert '"83 more, unchanged"' in graph


def test_a_large_change_is_summed_up_as_well() -> None:
    """Twenty of them are drawn."""
    many = Cluster((*SMALL.nodes[:1], *workers(90)))
    graph = topology(review(change(replace(many, nodes=many.nodes[:1]), many)))
    assert '"70 more, + new"' in graph


def test_open_ports_stand_on_the_way_in() -> None:
    """From whom, to which nodes."""
    graph = topology(review(change(SMALL, SMALL)))
    assert 'internet -->|"tcp 22 from 203.0.113.0/24"| pool1' in graph


def test_without_servers_there_is_no_graph() -> None:
    """Rather than an empty frame."""
    assert topology(review(change(None, Cluster(())))) == ""
