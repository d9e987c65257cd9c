"""Timeouts and retries. One that cannot be written is reported; the request still flows."""

from typing import Any

from sovereign.mesh import durations
from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import Settings
from sovereign.mesh.istio.field import Field

RETRY_CODES = {
    "5xx": (500, 502, 503, 504),
    "gateway-error": (502, 503, 504),
    "retriable-4xx": (409,),
    "envoy-ratelimited": (429,),
}
CONNECTION = ("connect-failure", "refused-stream", "reset", "reset-before-request")
ISTIO_CODES = (503,)
"""Of Istio's own default for `retryOn`, beside failed connections and gRPC statuses."""
EXPERIMENTAL = (
    "`retry` of HTTPRoute is in Gateway API's experimental channel alone, elsewhere it is dropped "
    "in silence: install that channel (Cilium 1.20) and give --experimental"
)


def limits(rule: Field, settings: Settings) -> dict[str, Any]:
    """`timeouts` and `retry` of the rule."""
    timeouts: dict[str, str] = {}
    request = _duration(rule["timeout"], "timeouts.request")
    if request is not None:
        timeouts["request"] = request
    retries = rule["retries"]
    each_try = _duration(retries["perTryTimeout"], "timeouts.backendRequest")
    if each_try is not None and _longer(each_try, request):
        retries["perTryTimeout"].lost("longer than the whole timeout, so it never took effect")
    elif each_try is not None:
        timeouts["backendRequest"] = each_try
    made: dict[str, Any] = {"timeouts": timeouts} if timeouts else {}
    retry = _retry(retries, settings)
    return {**made, "retry": retry} if retry else made


def _longer(each_try: str, request: str | None) -> bool:
    whole = durations.milliseconds(request) if request else 0
    return 0 < whole < durations.milliseconds(each_try)


def _duration(field: Field, to: str) -> str | None:
    if not field.present:
        return None
    found = shapes.duration(field.text)
    if found is None:
        field.lost("not a duration that Gateway API can write (whole milliseconds)")
        return None
    field.converted(to)
    return found


def _retry(field: Field, settings: Settings) -> dict[str, Any] | None:
    if not field.present:
        return None
    attempts = field["attempts"]
    if attempts.whole == 0:
        attempts.converted("no retry")
        for key in ("retryOn", "backoff", "retryRemoteLocalities", "retryIgnorePreviousHosts"):
            field[key].differs("without attempts it says nothing")
        return None
    if not settings.experimental:
        for key, below in field.entries():
            if key != "perTryTimeout":
                below.lost(EXPERIMENTAL)
        return None
    made: dict[str, Any] = {}
    if field.value == {}:
        field.differs("Istio's default, written out", "retry")
    if attempts.present and attempts.whole is None:
        attempts.lost("must be a whole number")
    elif attempts.whole is not None:
        made["attempts"] = attempts.whole
        attempts.converted("retry.attempts")
    codes = _codes(field["retryOn"])
    if codes:
        made["codes"] = sorted(codes)
    backoff = _duration(field["backoff"], "retry.backoff")
    if backoff is not None:
        made["backoff"] = backoff
    for key in ("retryRemoteLocalities", "retryIgnorePreviousHosts"):
        field[key].lost("Gateway API leaves the choice of the next backend to the implementation")
    return made or None


def _codes(field: Field) -> set[int]:
    if not field.present:
        return set(ISTIO_CODES)
    if field.text is None:
        field.lost("must be a text")
        return set()
    codes: set[int] = set()
    unknown = []
    for word in (part.strip() for part in field.text.split(",")):
        if word.isdecimal() and word.isascii() and 400 <= int(word) <= 599:
            codes.add(int(word))
        elif word in RETRY_CODES:
            codes.update(RETRY_CODES[word])
        elif word not in CONNECTION:
            unknown.append(word)
    if unknown:
        field.lost(f"HTTPRoute retries by status code; it has no {', '.join(unknown)}")
    else:
        field.differs(
            "written as status codes; failed connections are always retried", "retry.codes"
        )
    return codes
