"""Reading the input: bad YAML gets file and line, and nothing is dropped on the way in."""

from pathlib import Path

import pytest

from sovereign.mesh.istio import BadInput, migrate
from sovereign.mesh.istio.ledger import leaves, written
from sovereign.mesh.istio.reading import read


def _read(directory: Path, text: str, name: str = "a.yaml") -> list[object]:
    (directory / name).write_text(text, encoding="utf-8")
    return [source.value for source in read(directory)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\nb: [1\n", "a.yaml:3:"),
        ("a: 1\n---\nb:\n\t- 1\n", "a.yaml:4:"),
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: `a` stands in line 1"),
        ("a: &x\n  b: *x\n", "a.yaml:1: an alias that contains itself"),
        ("a: *nowhere\n", "a.yaml:1:"),
        ("? [1, 2]\n: 3\n", "a.yaml:1: a key must be a text"),
        ("a: !unknown 1\n", "a.yaml:1:"),
        ("a: !!int x\n", "a.yaml:1:"),
    ],
)
def test_bad_yaml_names_file_and_line(tmp_path: Path, text: str, where: str) -> None:
    """A key that stands twice counts as bad: its first value would be lost."""
    with pytest.raises(BadInput) as refused:
        _read(tmp_path, text)
    assert str(refused.value).startswith(where)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """By its path below the directory."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match=r"^sub/b\.yml:1:"):
        migrate(tmp_path)


def test_files_are_read_in_order_and_below(tmp_path: Path) -> None:
    """YAML and JSON, every document; other files and empty documents are none."""
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "c.json").write_text('{"c": 1}')
    (tmp_path / "b.yml").write_text("---\nb: 1\n---\n---\nb: 2\n")
    (tmp_path / "notes.txt").write_text("a: [")
    assert _read(tmp_path, "a: 1") == [{"a": 1}, {"b": 1}, {"b": 2}, {"c": 1}]


def test_values_are_read_as_kubernetes_reads_them(tmp_path: Path) -> None:
    """Dates stay texts, keys are texts, merged mappings are whole."""
    text = "a: 2026-01-02\n8080: x\nbase: &b {c: 1, d: 2}\nmore: {<<: *b, c: 3}\n"
    (found,) = _read(tmp_path, text)
    assert found == {
        "a": "2026-01-02",
        "8080": "x",
        "base": {"c": 1, "d": 2},
        "more": {"c": 3, "d": 2},
    }


def test_a_list_is_its_items_and_what_stands_around_them(tmp_path: Path) -> None:
    """Every item is an object, and the List's own fields are accounted for too."""
    (tmp_path / "a.yaml").write_text("kind: List\napiVersion: v1\nitems:\n- {a: 1}\n- {b: 2}\n")
    around, first, second = read(tmp_path)
    assert around.value == {"kind": "List", "apiVersion": "v1"}
    assert (first.value, first.path, first.line()) == ({"a": 1}, ("items", 0), 4)
    assert (second.value, second.line(("b",))) == ({"b": 2}, 5)


def test_every_field_knows_its_line(tmp_path: Path) -> None:
    """Also one that is not in the document: the line of what would hold it."""
    (tmp_path / "a.yaml").write_text("# note\na:\n  b: 1\n  c:\n  - d\n")
    (source,) = read(tmp_path)
    assert source.line(("a", "b")) == 3
    assert source.line(("a", "c", 0)) == 5
    assert source.line(("a", "missing", "deeper")) == 2


def test_paths_are_written_as_people_write_them() -> None:
    """Keys with dots and slashes in quotes."""
    value = {"spec": {"http": [{"a-b": 1}], "empty": {}, "none": []}, "x": {"app.io/k": None}}
    assert [written(path) for path in leaves(value)] == [
        "spec.http[0].a-b",
        "spec.empty",
        "spec.none",
        'x["app.io/k"]',
    ]
    assert written(()) == "."
