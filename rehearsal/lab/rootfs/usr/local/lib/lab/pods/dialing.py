"""Why a connection did not come about, in the words of Go's dialer and TLS, as the real programs
print them."""

import errno
import socket
import ssl
from pathlib import Path

DIAL_LIMIT_S = 5.0
"""Go's client waits 30 s; the words are the same."""
UNKNOWN_AUTHORITY = (
    "tls: failed to verify certificate: x509: certificate signed by unknown authority"
)
_WORDS = {
    errno.ECONNREFUSED: "connect: connection refused",
    errno.EHOSTUNREACH: "connect: no route to host",
    errno.ENETUNREACH: "connect: network is unreachable",
    errno.ECONNRESET: "read: connection reset by peer",
}


def reason(error: OSError, host: str, port: int) -> str:
    """The words for `error` of a connection to `host:port`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return UNKNOWN_AUTHORITY
    if isinstance(error, TimeoutError):
        return f"dial tcp {host}:{port}: i/o timeout"
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {host}: no such host"
    words = _WORDS.get(error.errno or 0)
    return f"dial tcp {host}:{port}: {words or error}"


def failure(host: str, port: int) -> str:
    """Why `host:port` takes no TCP connection, or empty."""
    try:
        socket.create_connection((host, port), DIAL_LIMIT_S).close()
    except OSError as error:
        return reason(error, host, port)
    return ""


def is_mismatch(error: BaseException) -> bool:
    """Whether a certificate is good, but for other names."""
    return isinstance(error, ssl.SSLCertVerificationError) and "mismatch" in str(error)


def mismatch(authority: Path, host: str, port: int) -> str:
    """The words where `host:port` shows a certificate of that authority for other names."""
    context = ssl.create_default_context(cafile=str(authority))
    context.check_hostname = False
    with (
        socket.create_connection((host, port), DIAL_LIMIT_S) as plain,
        context.wrap_socket(plain) as secured,
    ):
        shown = secured.getpeercert() or {}
    names = sorted(str(name[1]) for name in shown.get("subjectAltName", ()))
    return (
        "tls: failed to verify certificate: x509: certificate is valid for "
        f"{', '.join(names)}, not {host}"
    )
