"""Certificate authorities and what they sign: EC P-256, as k3s makes them."""

import hashlib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Usage = x509.ObjectIdentifier
_AUTHORITY_DAYS = 3650
_LEAF_DAYS = 365
SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)
CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names."""

    name: str
    groups: tuple[str, ...] = ()
    """Organizations, which are groups to Kubernetes."""
    names: tuple[str, ...] = ()
    """Addresses and DNS names that it is valid for."""


def new_key() -> str:
    """A private key as PEM."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def new_authority(name: str) -> Pair:
    """A self-signed authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _validity(x509.CertificateBuilder(), _AUTHORITY_DAYS)
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signed = builder.sign(key, hashes.SHA256())
    return Pair(signed.public_bytes(Encoding.PEM).decode(), _pem(key))


def issue(authority: Pair, subject: Subject, usages: Iterable[Usage] = CLIENT) -> Pair:
    """A key, and a certificate for it."""
    key = new_key()
    return Pair(sign(authority, subject, request(key), usages), key)


def request(key: str) -> str:
    """A signing request for a key; whom it will name is the authority's to say."""
    private = _private(key)
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def sign(
    authority: Pair,
    subject: Subject,
    signing_request: str,
    usages: Iterable[Usage] = CLIENT,
) -> str:
    """A certificate (PEM) for the key of a signing request.

    Raises:
        ValueError: the request is none.
    """
    asked = x509.load_pem_x509_csr(signing_request.encode())
    issuer = x509.load_pem_x509_certificate(authority.certificate.encode())
    key = _private(authority.key)
    builder = (
        _validity(x509.CertificateBuilder(), _LEAF_DAYS)
        .subject_name(
            x509.Name(
                [
                    *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, g) for g in subject.groups),
                    x509.NameAttribute(NameOID.COMMON_NAME, subject.name),
                ]
            )
        )
        .issuer_name(issuer.subject)
        .public_key(asked.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    if subject.names:
        names = x509.SubjectAlternativeName([_general(name) for name in subject.names])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def ca_hash(certificates: str) -> str:
    """What stands behind `K10` in a full token: the SHA-256 of the authority's PEM text."""
    return hashlib.sha256(certificates.encode()).hexdigest()


def client_context(authority: str | None, pair: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """TLS that trusts `authority` (PEM; None: whatever answers) and shows `pair`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata=authority)
    if pair is not None:
        context.load_cert_chain(*pair)
    return context


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _validity(builder: x509.CertificateBuilder, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: str) -> ec.EllipticCurvePrivateKey:
    loaded = load_pem_private_key(key.encode(), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()
