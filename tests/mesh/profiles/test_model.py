"""The typed model of Cilium's values agrees with both charts."""

from pathlib import Path

import pytest

from sovereign.mesh.values import LINES, Line
from sovereign.mesh.values.keys import paths
from tests.mesh.profiles.charts import COMMENTED, chart


@pytest.mark.parametrize("line", LINES)
def test_every_key_of_the_model_is_one_of_the_charts(line: Line, reference: Path) -> None:
    """A key that a line would ignore cannot get into the model unmarked."""
    missing = {path for path in paths(line) if not chart(reference, line).has(path)}
    assert missing == COMMENTED[line]
    for path in missing:
        assert f"# {path.rpartition('.')[2]}:" in chart(reference, line).text


def test_the_lines_differ_in_the_old_strict_mode_alone() -> None:
    """1.20 ignores what 1.19 still reads beside the new form."""
    assert set(paths("1.19")) - set(paths("1.20")) == {
        "encryption.strictMode.enabled",
        "encryption.strictMode.cidr",
        "encryption.strictMode.allowRemoteNodeIdentities",
    }
    assert set(paths("1.20")) <= set(paths("1.19"))
