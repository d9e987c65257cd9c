"""The real promtool (Debian package `prometheus`), which runs rules on given series."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

STEP_S = 15
"""Seconds between two samples."""


def promtool(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run it; skips the test where it is missing."""
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("no promtool on this machine: install the Debian package prometheus")
    return subprocess.run(
        [path, *arguments], cwd=directory, capture_output=True, text=True, check=False, timeout=60
    )


def check_rules(groups: Sequence[Mapping[str, Any]], directory: Path) -> str:
    """What `promtool check rules` finds wrong; empty where all is well."""
    (directory / "rules.yaml").write_text(yaml.safe_dump({"groups": list(groups)}))
    done = promtool("check", "rules", "rules.yaml", directory=directory)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def run_rules(
    groups: Sequence[Mapping[str, Any]],
    series: Mapping[str, Sequence[float]],
    expected: Sequence[Mapping[str, Any]],
    directory: Path,
    values: Sequence[Mapping[str, Any]] = (),
) -> str:
    """What `promtool test rules` finds other than expected; empty where nothing. `values`: queries
    with the samples they should give.
    """
    (directory / "rules.yaml").write_text(yaml.safe_dump({"groups": list(groups)}))
    inputs = [
        {"series": name, "values": " ".join(f"{value:g}" for value in values)}
        for name, values in series.items()
    ]
    test = {
        "interval": f"{STEP_S}s",
        "input_series": inputs,
        "alert_rule_test": list(expected),
        "promql_expr_test": list(values),
    }
    tests = {"rule_files": ["rules.yaml"], "evaluation_interval": "30s", "tests": [test]}
    (directory / "tests.yaml").write_text(yaml.safe_dump(tests))
    done = promtool("test", "rules", "tests.yaml", directory=directory)
    return "" if done.returncode == 0 else done.stdout + done.stderr
