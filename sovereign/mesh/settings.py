"""From `key=value` texts to the typed arguments of a builder.

The builder's own annotations say what a value is. A key with dots reaches into a record
(`settings.max_connections=50`); a key given several times is a list. All problems are said at once.
"""

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sovereign.problems import ConfigError, Problem

Texts = Mapping[str, Sequence[str]]


def pairs(texts: Sequence[str]) -> dict[str, list[str]]:
    """`key=value` texts by key, in order; ConfigError where one has no key or no `=`."""
    found: dict[str, list[str]] = {}
    problems = []
    for text in texts:
        key, equals, value = text.partition("=")
        if key and equals:
            found.setdefault(key, []).append(value)
        else:
            rule = "is no setting"
            problems.append(Problem("--set", repr(text), rule, "write --set key=value"))
    if problems:
        raise ConfigError(problems)
    return found


def arguments(
    build: Callable[..., Any], settings: Texts, example: Texts | None = None
) -> dict[str, Any]:
    """The builder's keyword arguments; ConfigError with every unknown key, wrong value and missing
    argument, for which `example` has something to write.
    """
    hints = get_type_hints(build)
    parameters = inspect.signature(build).parameters
    reader = _Reader(example or {})
    known = {name: hints[name] for name in parameters}
    missing = {
        name for name, found in parameters.items() if found.default is inspect.Parameter.empty
    }
    defaults = {name: found.default for name, found in parameters.items()}
    made = reader.record("", known, missing, defaults, settings)
    if reader.problems:
        raise ConfigError(reader.problems)
    return made


class _Reader:
    def __init__(self, example: Texts) -> None:
        self._example = example
        self.problems: list[Problem] = []

    def record(
        self,
        path: str,
        known: Mapping[str, Any],
        required: set[str],
        defaults: Mapping[str, Any],
        settings: Texts,
    ) -> dict[str, Any]:
        """The fields that settings name; those that are required must be among them."""
        made = {}
        heads = {key.partition(".")[0] for key in settings}
        for name in sorted(heads - set(known)):
            fix = f"known: {', '.join(known)}"
            self._add(path + name, settings.get(name, ["…"])[0], "there is no such setting", fix)
        for name in sorted(required - heads):
            hint = self._example.get(path + name, ["…"])[0]
            self._add(path + name, None, "is required", f"write for example {path}{name}={hint}")
        for name in sorted(heads & set(known)):
            inner = {
                key.removeprefix(f"{name}."): texts
                for key, texts in settings.items()
                if key.startswith(f"{name}.")
            }
            value = (
                self._inside(path + name, known[name], defaults.get(name), inner)
                if inner
                else self._value(path + name, known[name], settings[name])
            )
            if value is not MISSING:
                made[name] = value
        return made

    def _inside(self, path: str, hint: Any, default: Any, settings: Texts) -> Any:
        """A record, on top of the default one where there is a default."""
        kind = next((k for k in _alternatives(hint) if is_dataclass(k)), None)
        if kind is None:
            self._add(path, next(iter(settings)), "has no parts", f"write --set {path}=…")
            return MISSING
        hints = get_type_hints(kind)
        base = default if is_dataclass(default) else None
        required = {
            field.name
            for field in fields(kind)
            if base is None and field.default is MISSING and field.default_factory is MISSING
        }
        made = self.record(f"{path}.", hints, required, vars(base) if base else {}, settings)
        if required - set(made):
            return MISSING
        return kind(**{**(vars(base) if base else {}), **made})  # type: ignore[operator]

    def _value(self, path: str, hint: Any, texts: Sequence[str]) -> Any:
        kinds = [kind for kind in _alternatives(hint) if kind is not type(None)]
        kind = kinds[0]
        origin = get_origin(kind)
        if origin is not None and _is(origin, Mapping):
            return self._mapping(path, texts)
        if origin is not None and _is(origin, Sequence):
            return self._many(path, get_args(kind)[0], texts)
        if len(texts) > 1:
            self._add(path, list(texts), "takes one value", "write it once")
            return MISSING
        return self._one(path, kind, texts[0])

    def _many(self, path: str, kind: Any, texts: Sequence[str]) -> Any:
        values = [self._one(f"{path}[{number}]", kind, text) for number, text in enumerate(texts)]
        return MISSING if MISSING in values else tuple(values)

    def _mapping(self, path: str, texts: Sequence[str]) -> Any:
        found = {}
        for text in texts:
            key, equals, value = text.partition("=")
            if not (key and equals):
                self._add(path, text, "must be key=value", f"write --set {path}=key=value")
                return MISSING
            found[key] = value
        return found

    def _one(self, path: str, kind: Any, text: str) -> Any:
        if get_origin(kind) is Literal:
            if text in get_args(kind):
                return text
            words = ", ".join(get_args(kind))
            self._add(path, text, f"must be one of: {words}", "choose one of these")
            return MISSING
        try:
            return _convert(kind, text)
        except ValueError as error:
            self._add(path, text, f"must be {_TITLES.get(kind, kind.__name__)}", str(error))
            return MISSING

    def _add(self, path: str, value: object, rule: str, fix: str) -> None:
        found = "nothing" if value is None else repr(value)
        self.problems.append(Problem(f"--set {path}", found, rule, fix))


_TITLES: dict[Any, str] = {int: "a whole number", float: "a number", bool: "true or false"}


def _convert(kind: Any, text: str) -> Any:
    """ValueError, with the fix as its text, where the text is no such value."""
    if kind is str:
        return text
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError("write true or false")
        return text == "true"
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ValueError("write digits") from None
    if not hasattr(kind, "parse"):
        raise ValueError(f"set its parts: {', '.join(f.name for f in fields(kind))}")
    return kind.parse(text)


def _alternatives(hint: Any) -> tuple[Any, ...]:
    union = get_origin(hint) in (Union, types.UnionType)
    return get_args(hint) if union else (hint,)


def _is(origin: Any, base: type) -> bool:
    return isinstance(origin, type) and issubclass(origin, base)
