"""Forms that the output's definitions ask for. What does not fit is reported, never emitted.

Sources: HTTPRoute of Gateway API 1.6.1 (patterns and validation rules), RFC 1123.
"""

import ipaddress
import re

_HOST = re.compile(r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,256}")
_HEADER_VALUE = re.compile(r"[!-~]+([\t ]?[!-~]+)*")
_PATH = re.compile(r"/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*")
_PATH_REFUSED = re.compile(r"//|/\./|/\.\./|%2f|%2F|/\.\.?$")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_GO_DURATION = re.compile(r"(\d+(\.\d+)?(h|ms|m|s|us|ns))+")
_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)")
_NANOSECONDS = {"h": 3_600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")


def host_name(text: str) -> bool:
    """A host name, at most with a leading `*.`."""
    return len(text) <= 253 and _HOST.fullmatch(text) is not None


def plain_host(text: str) -> bool:
    """A host name without wildcard."""
    return host_name(text) and not text.startswith("*")


def label(text: str) -> bool:
    """A name of a namespace or a Service."""
    return _LABEL.fullmatch(text) is not None


def object_name(text: str) -> bool:
    """A name of an object; leaves room for what the converter appends."""
    return len(text) <= 200 and plain_host(text)


def label_values(labels: dict[str, object]) -> bool:
    """Labels, each with a text that Kubernetes takes."""
    return all(
        isinstance(value, str) and len(value) <= 63 and _LABEL_VALUE.fullmatch(value)
        for value in labels.values()
    )


def header_name(text: str) -> bool:
    """A header's or query parameter's name."""
    return _HEADER_NAME.fullmatch(text) is not None


def header_value(text: str) -> bool:
    """A header's value, printable and not empty."""
    return len(text) <= 4096 and _HEADER_VALUE.fullmatch(text) is not None


def path(text: str) -> bool:
    """An absolute path that a match may name."""
    fits = len(text) <= 1024 and _PATH.fullmatch(text) is not None
    return fits and _PATH_REFUSED.search(text) is None


def port(number: int | None) -> bool:
    """1 to 65535."""
    return number is not None and 1 <= number <= 65535


def cidr(text: str) -> str | None:
    """An address or range as a range (`192.0.2.1` -> `192.0.2.1/32`); None if it is neither."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return None


def duration(text: str | None) -> str | None:
    """Istio's duration (`1.5s`) as Gateway API writes it (`1s500ms`); None where it cannot be."""
    if text is None or not _GO_DURATION.fullmatch(text):
        return None
    nanoseconds = round(sum(float(n) * _NANOSECONDS[unit] for n, unit in _GO_PART.findall(text)))
    milliseconds, rest = divmod(nanoseconds, 10**6)
    if rest or milliseconds > 99_999 * 1000:
        return None
    seconds, thousandths = divmod(milliseconds, 1000)
    parts = [f"{seconds}s" if seconds else "", f"{thousandths}ms" if thousandths else ""]
    return "".join(parts) or "0s"
