"""Stack files as operators write them: whatever is in one, the answer is a sentence."""

from pathlib import Path

import pytest

from sovereign.cli import stack_file
from sovereign.problems import ConfigError

PROJECT = "name: sovereign\nruntime: python\n"


def refused(tmp_path: Path, text: bytes, *settings: str, project: str = PROJECT) -> str:
    """What is said of a stack file with that text."""
    (tmp_path / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_bytes(text)
    with pytest.raises(ConfigError) as error:
        stack_file.read(tmp_path, "dev", settings)
    return str(error.value)


@pytest.mark.parametrize("text", [b"config: [a]\n", b"config: 3\n"])
def test_a_configuration_that_is_no_mapping_is_refused(tmp_path: Path, text: bytes) -> None:
    """By the file, the value found and the rule."""
    said = refused(tmp_path, text)
    assert "Pulumi.dev.yaml: config" in said
    assert "must be a mapping" in said


def test_a_projects_configuration_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    """The project's own file is named."""
    said = refused(tmp_path, b"config: {}\n", project=f"{PROJECT}config: [a]\n")
    assert "Pulumi.yaml: config" in said


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """Latin-1 of an old editor."""
    assert "must be a file in UTF-8" in refused(tmp_path, "config: {a: ä}\n".encode("latin-1"))


def test_a_setting_inside_a_value_is_refused(tmp_path: Path) -> None:
    """`sovereign:cluster` is a text here, and nothing is inside a text."""
    said = refused(tmp_path, b"config: {'sovereign:cluster': dev}\n", "pools={}")
    assert "`sovereign:cluster` is a value, nothing is inside it" in said


@pytest.mark.parametrize(
    "text", ["config: {}", "config:", "config: {'sovereign:cluster': }"], ids=str
)
def test_a_setting_goes_into_what_is_empty(tmp_path: Path, text: str) -> None:
    """An empty place in YAML is no value."""
    (tmp_path / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    found = stack_file.read(tmp_path, "dev", ["cilium.mtu=1400"])
    assert found.config["sovereign:cluster"] == {"cilium": {"mtu": 1400}}
