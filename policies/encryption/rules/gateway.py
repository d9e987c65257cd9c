"""Traffic from outside enters through TLS."""

from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import GATEWAY
from .framework.values import Unknown, at, entries, shown, text, unknowns

TLS_PROTOCOLS = ("HTTPS", "TLS")


def listeners_use_tls(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge every listener of a Gateway."""
    listeners = at(props, "spec", "listeners")
    if isinstance(listeners, Unknown):
        return [Deferred(listeners.path)]
    outcomes: list[Outcome] = []
    for index, listener in enumerate(entries(listeners)):
        where = f"spec.listeners[{index}] {shown(at(listener, 'name'))}"
        outcomes += _listener(listener, where, entries(settings["plainProtocols"]))
    return outcomes if entries(listeners) else None


def _listener(listener: object, where: str, plain_protocols: Sequence[object]) -> list[Outcome]:
    protocol, mode = at(listener, "protocol"), at(listener, "tls", "mode")
    references = at(listener, "tls", "certificateRefs")
    if isinstance(protocol, Unknown):
        return [Deferred(protocol.path)]
    if protocol in plain_protocols:
        return []
    if protocol not in TLS_PROTOCOLS:
        return [Violation(f"{where} speaks {shown(protocol)} in clear")]
    waiting = list(unknowns([mode, references]))
    if isinstance(mode, Unknown):
        return [Deferred(each.path) for each in waiting]
    if mode == "Passthrough":
        return (
            []
            if protocol == "TLS"
            else [Violation(f"{where} passes HTTPS through, which only TLS may")]
        )
    if text(mode) not in ("", "Terminate"):
        return [Violation(f"{where} has the TLS mode {shown(mode)}")]
    if waiting:
        return [Deferred(each.path) for each in waiting]
    if not any(text(at(each, "name")) for each in entries(references)):
        return [Violation(f"{where} terminates TLS without certificateRefs")]
    return []


GATEWAY_LISTENER_TLS = ResourceRule(
    id="gateway-listener-tls",
    level="mandatory",
    severity="critical",
    prevents="Nothing from outside enters a Gateway in clear.",
    learned_from=(
        "Gateway API: TLS guide",
        "requirement: cilium-gateway, HTTPS 443, TLS Terminate",
    ),
    fix="use protocol: HTTPS with tls: {mode: Terminate, certificateRefs: [{name: <secret>}]}",
    tags=("encryption-in-transit", "nist-800-53:SC-8"),
    settings={
        "plainProtocols": {
            "type": "array",
            "items": {"type": "string", "enum": ["HTTP", "TCP", "UDP"]},
            "default": [],
            "description": "Protocols without TLS that are accepted, such as HTTP for a redirect.",
        }
    },
    subjects=(GATEWAY,),
    check=listeners_use_tls,
)
