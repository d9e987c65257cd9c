"""Keys and plain values, one by one: unknown keys, keys that a line dropped, values of a wrong
form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sovereign.mesh.values.keys import dropped, fields, section_of
from sovereign.mesh.values.model import Line, Section, Values
from sovereign.problems import Problem, nearest


def unknown_keys(values: Mapping[str, Any], line: Line) -> Iterator[Problem]:
    """Keys that the chart line would ignore without a word."""
    yield from _walk(values, Values, line, "")


def _walk(
    values: Mapping[str, Any], section: type[Section], line: Line, above: str
) -> Iterator[Problem]:
    known = fields(section)
    for key, value in values.items():
        path = f"{above}{key}"
        field = known.get(str(key))
        if field is None:
            rule = "the chart ignores keys that it does not know, and says nothing"
            yield Problem(path, "an unknown key", rule, nearest(str(key), list(known)))
            continue
        gone = dropped(field, line)
        if gone is not None:
            rule = f"charts from {gone.line} on ignore this key, so its protection would be off"
            yield Problem(path, repr(value), rule, f"write {gone.instead}")
        below = section_of(field)
        if below is not None and isinstance(value, Mapping):
            yield from _walk(value, below, line, f"{path}.")


def wrong_forms(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Known keys with a value that is not of their form."""
    try:
        Values.model_validate(values)
    except ValidationError as error:
        wrong = [detail for detail in error.errors() if detail["type"] != "extra_forbidden"]
        yield from {_place(detail["loc"])[0]: _problem(detail) for detail in wrong}.values()


def _problem(detail: Any) -> Problem:
    location, field = _place(detail["loc"])
    expected = detail.get("ctx", {}).get("expected")
    rule = detail["msg"][0].lower() + detail["msg"][1:]
    if field is not None and field.description:
        rule = f"{rule}; {field.description}"
    fix = f"correct `{location}`"
    if expected and isinstance(detail["input"], str):
        fix = nearest(detail["input"], [word.strip("'") for word in _words(expected)])
    return Problem(location, repr(detail["input"]), rule, fix)


def _place(loc: tuple[str | int, ...]) -> tuple[str, Any]:
    """Path and field of an error, without the union alternatives that pydantic adds."""
    section: type[Section] | None = Values
    path: list[str] = []
    field = None
    for part in loc:
        known = fields(section) if section is not None else {}
        if isinstance(part, int):
            path[-1] = f"{path[-1]}[{part}]"
        elif part in known:
            path.append(part)
            field = known[part]
            section = section_of(field)
    return ".".join(path), field


def _words(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")
