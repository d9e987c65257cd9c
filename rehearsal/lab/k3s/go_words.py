"""What a Go program says where a connection does not come about."""

import errno
import ssl

from cryptography import x509

from rehearsal.nodes.dialing import refused, timed_out

UNKNOWN_AUTHORITY = (
    "tls: failed to verify certificate: x509: certificate signed by unknown authority"
)
_CONNECT = {
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network is unreachable",
    errno.ECONNRESET: "connection reset by peer",
}


def reason(problem: BaseException) -> str:
    """What went wrong with a call."""
    return "context deadline exceeded" if isinstance(problem, TimeoutError) else str(problem)


def dialing(problem: BaseException, host: str, port: int, certificate: bytes = b"") -> str:
    """The sentence for `problem`; `certificate` (DER) is what the server showed, if it did."""
    if isinstance(problem, TimeoutError):
        return timed_out(host, port)
    if isinstance(problem, ConnectionRefusedError):
        return refused(host, port)
    if isinstance(problem, ssl.SSLCertVerificationError):
        if "mismatch" in str(problem) and certificate:
            return f"{_valid_for(certificate)}, not {host}"
        return UNKNOWN_AUTHORITY
    if isinstance(problem, OSError) and problem.errno in _CONNECT:
        return f"dial tcp {host}:{port}: connect: {_CONNECT[problem.errno]}"
    return f"dial tcp {host}:{port}: {problem}"


def _valid_for(certificate: bytes) -> str:
    shown = x509.load_der_x509_certificate(certificate)
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = {str(name.value) for name in names}
    return (
        "tls: failed to verify certificate: x509: certificate is valid for "
        f"{', '.join(sorted(found))}"
    )
