"""Looking at the lab until it has come to rest, and who could not be reached."""

from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.lab import record
from rehearsal.lab.nodes import ALIKE, NotingHosts, at_rest
from rehearsal.nodes.ports import Connection, Outcome
from rehearsal.nodes.status import ApiPath, ClusterStatus, NodeStatus

ADDRESS = "198.51.100.1"
CONNECTION = Connection(ADDRESS, 22, "root", "", None, 1)


def look(reason: str, error: str = "") -> ClusterStatus:
    path = ApiPath("10.0.1.2:6443", not error, error)
    node = NodeStatus("a", "worker", "cpx32", "10.0.1.20", False, reason, "", None, path)
    return ClusterStatus((node,), ())


def test_nodes_are_at_rest_when_their_reasons_stay() -> None:
    """One look is not enough, and a change begins the wait anew."""
    same = [look("refused")] * ALIKE

    assert at_rest(same)
    assert not at_rest(same[1:])
    assert not at_rest([*same[1:], look("timeout")])
    assert at_rest([look("timeout"), *same])


def test_a_path_that_is_tried_anew_is_no_change() -> None:
    """It shows another moment each time."""
    assert at_rest([look("refused", error) for error in ("", "timeout", "refused", "")])


@dataclass
class Answers:
    """Hosts that answer one after the other."""

    outcomes: list[Outcome] = field(default_factory=list)

    def run(self, _connection: Connection, _script: str, _stdin: str) -> Outcome:
        """The next outcome."""
        return self.outcomes.pop(0)


def test_why_a_host_was_not_reached_is_kept_until_it_is(tmp_path: Path) -> None:
    """A script that fails there is no such reason."""
    record.fresh(tmp_path, "203.0.113.10").save(tmp_path)
    unreached, failed = Outcome("", "host key mismatch\n", 255), Outcome("", "no\n", 1)
    hosts = NotingHosts(Answers([unreached, failed]), tmp_path)

    hosts.run(CONNECTION, "", "")
    kept = record.load(tmp_path)
    assert kept is not None
    assert kept.noted == {ADDRESS: "host key mismatch"}

    hosts.run(CONNECTION, "", "")
    kept = record.load(tmp_path)
    assert kept is not None
    assert kept.noted == {}
