"""Durations as Gateway API writes them (GEP-2257: `30s`, `1m30s`, `100ms`), and as Envoy reads
them (protobuf JSON: seconds with a fraction, `0.1s`).
"""

import re

_FORM = re.compile(r"([0-9]{1,5}(h|m|s|ms)){1,4}")
_PART = re.compile(r"([0-9]{1,5})(h|ms|m|s)")
_MILLISECONDS = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def milliseconds(text: str) -> int:
    """The length; ValueError where the text is no duration."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise ValueError(f"{text!r} is no duration")
    return sum(int(number) * _MILLISECONDS[unit] for number, unit in _PART.findall(text))


def envoy(text: str) -> str:
    """`100ms` -> `0.1s`, for Envoy."""
    seconds, rest = divmod(milliseconds(text), 1000)
    return f"{seconds}.{rest:03}".rstrip("0").rstrip(".") + "s"


def seconds(text: str) -> float:
    """`1m30s` -> 90.0."""
    return milliseconds(text) / 1000


def prometheus(text: str) -> str:
    """`90s` -> `1m30s`: Prometheus wants its units in descending order."""
    rest = milliseconds(text)
    parts = []
    for unit in ("h", "m", "s", "ms"):
        number, rest = divmod(rest, _MILLISECONDS[unit])
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
