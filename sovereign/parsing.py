"""From what an operator wrote to `Settings`, or to every problem of it at once.

Pydantic names the broken values; each is said as path, value, rule and fix, then taken out, so that
what is left can be checked further (also by the plan) in the same run.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from sovereign.config import ClusterConfig, Settings
from sovereign.problems import ConfigError, Problem, nearest

OPERATORS_COMMAND = "pulumi config set --path 'sovereign:operatorCidrs[0]' 203.0.113.7/32"


def parse(cluster: Any, operator_cidrs: Any, artifact_mirror: Any = None) -> Settings:
    """Check the types and ranges of every value; raises ConfigError with all problems at once."""
    settings, problems = inspect(cluster, operator_cidrs, artifact_mirror)
    if problems:
        raise ConfigError(problems)
    assert settings is not None
    return settings


def inspect(
    cluster: Any, operator_cidrs: Any, artifact_mirror: Any = None
) -> tuple[Settings | None, tuple[Problem, ...]]:
    """As `parse`, but returns the problems, and the settings as they would be without the broken
    values.

    The repaired settings let the plan report its own problems of the same configuration in the same
    run. They are None only where `sovereign:cluster` is no mapping.
    """
    problems: list[Problem] = []
    if operator_cidrs is None:
        problems.append(
            Problem(
                "sovereign:operatorCidrs",
                "nothing",
                "the list says who may reach SSH and the Kubernetes API, [] means nobody",
                f"run: {OPERATORS_COMMAND}",
            )
        )
    elif not isinstance(operator_cidrs, list) or not all(
        isinstance(cidr, str) for cidr in operator_cidrs
    ):
        problems.append(
            Problem(
                "sovereign:operatorCidrs",
                _shorten(operator_cidrs),
                "must be a list of CIDR blocks",
                f"run: {OPERATORS_COMMAND}",
            )
        )
        operator_cidrs = None
    if not (artifact_mirror is None or _is_place(artifact_mirror)):
        problems.append(
            Problem(
                "sovereign:artifactMirror",
                _shorten(artifact_mirror),
                "must be a URL or an absolute directory",
                "run: pulumi config set sovereign:artifactMirror https://mirror.example",
            )
        )
        artifact_mirror = None
    model, cluster_problems = _cluster(cluster)
    problems.extend(cluster_problems)
    if model is None:
        return None, tuple(problems)
    settings = Settings(model, tuple(operator_cidrs or ()), (artifact_mirror or "").rstrip("/"))
    return settings, tuple(problems)


def _is_place(mirror: Any) -> bool:
    return isinstance(mirror, str) and (mirror[:1] in ("", "/") or "://" in mirror)


def _cluster(raw: Any) -> tuple[ClusterConfig | None, list[Problem]]:
    if not isinstance(raw, Mapping):
        rule = "must be the mapping that describes the cluster"
        fix = "write it in Pulumi.<stack>.yaml as Pulumi.dev.yaml does"
        return None, [Problem("sovereign:cluster", _shorten(raw), rule, fix)]
    repaired: dict[str, Any] = _copy(raw)
    problems: list[Problem] = []
    while True:
        try:
            return ClusterConfig.model_validate(repaired), problems
        except ValidationError as error:
            said = {problem.path for problem in problems}
            found = [_problem(detail, repaired) for detail in error.errors()]
            problems.extend(problem for problem in found if problem.path not in said)
            dropped: set[tuple[str | int, ...]] = set()
            for detail in reversed(error.errors()):
                if not any(detail["loc"][: len(path)] == path for path in dropped):
                    _drop(repaired, detail)
                    missing = detail["type"] == "missing" and len(detail["loc"]) > 1
                    dropped.add(detail["loc"][:-1] if missing else detail["loc"])


def _problem(detail: Any, raw: Mapping[str, Any]) -> Problem:
    location: tuple[str | int, ...] = detail["loc"]
    path = _path(location)
    kind = detail["type"]
    if kind == "missing":
        return Problem(path, "nothing", "is required", f"add `{path}:`")
    if kind == "extra_forbidden":
        fix = nearest(str(location[-1]), _known_keys(location[:-1]), title="known keys")
        return Problem(path, "an unknown key", "unknown keys are refused", fix)
    value = _shorten(detail.get("input"))
    if location == ("apiServerAddress",):
        return Problem(path, value, _address_rule(str(detail.get("input")), raw), _ADDRESS_FIX)
    if kind == "unknown_word":
        context = detail["ctx"]
        return Problem(path, value, detail["msg"], nearest(context["word"], context["known"]))
    message = detail["msg"][0].lower() + detail["msg"][1:]
    rule = "must be a mapping" if kind in ("model_type", "dict_type") else message
    return Problem(path, value, rule, f"correct `{path}`")


def _path(location: tuple[str | int, ...]) -> str:
    """As an operator reads it: `pools.default.ids[0]`; the node ids of `generations` are keys."""
    path = ""
    for before, part in zip(("", *location), location, strict=False):
        if isinstance(part, int) and before != "generations":
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{part}"
    return path.removeprefix(".")


_ADDRESS_FIX = (
    "write control-plane-ip (the control plane's private address) or node-local (127.0.0.1:6444)"
)


def _address_rule(value: str, raw: Mapping[str, Any]) -> str:
    host, _, port = value.rpartition(":")
    loopback = (host or value) in ("127.0.0.1", "localhost", "::1", "[::1]")
    if loopback and port in ("", "6443", value):
        agents = "this Sovereign has pools" if raw.get("pools") else "a pool added later has agents"
        return (
            "nothing listens on 127.0.0.1:6443 on a k3s agent, so Cilium on every worker would get "
            f"'connection refused' and stay NotReady ({agents})"
        )
    return "an address is derived, never typed in: it is the control plane's own output"


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    model: Any = ClusterConfig
    for part in location:
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == part), None)
        model = (field and _model_of(field.annotation)) or model
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _model_of(annotation: Any) -> Any:
    """The section that a type holds: itself, or the one inside a list, a mapping or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = map(_model_of, getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)


def _drop(raw: Any, detail: Any) -> None:
    """Remove what a validation error points at, so that the rest can still be checked.

    The name, which has no default, gets a placeholder; a missing key takes its whole section along,
    the last item of a list the list.
    """
    location = [part for part in detail["loc"] if part != "[key]"]
    if location == ["name"]:
        raw["name"] = "unnamed"
        return
    _remove(raw, location[:-1] if detail["type"] == "missing" else location)


def _remove(raw: Any, location: list[str | int]) -> None:
    *parents, last = location
    node = raw
    for part in parents:
        node = node[part]
    if isinstance(node, dict):
        node.pop(last if last in node else str(last))
    elif len(node) > 1:
        node.pop(last)
    else:
        _remove(raw, parents)


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list) else value


def _shorten(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
