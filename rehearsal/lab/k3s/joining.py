"""How a host becomes part of a cluster that runs: it dials the server URL, checks the authority
against its token, and asks with the token for what it needs."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rehearsal.lab.k3s import go_words, k3s_exit, pki, supervisor
from rehearsal.lab.k3s.api import Api, Refused
from rehearsal.lab.k3s.credentials import basic
from rehearsal.nodes import k3s_words
from rehearsal.nodes.tokens import ca_mismatch, parse

_DIAL_S = 5.0


def address_of(url: str) -> tuple[str, int]:
    """Host and port of a server URL.

    Raises:
        Fatal: it is not one.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise k3s_exit.Fatal(k3s_words.not_https(url))
    return parts.hostname, parts.port or 443


async def authority(url: str, dialed: str, token: str) -> str:
    """The cluster's authority (PEM) as the server at `dialed` shows it, checked against `token`.

    Raises:
        Unreachable: there is no answer.
        Fatal: the token pins another authority.
    """
    try:
        shown = str(await Api(dialed, pki.client_context(None)).call("GET", supervisor.CA))
    except (OSError, TimeoutError, Refused) as problem:
        raise unreachable(url, problem) from problem
    mismatch = ca_mismatch(parse(token), pki.ca_hash(shown))
    if mismatch:
        raise k3s_exit.Fatal(mismatch)
    return shown


def unreachable(url: str, problem: BaseException) -> k3s_exit.Unreachable:
    """What to say of a server URL that does not answer."""
    reason = go_words.dialing(problem, *address_of(url))
    return k3s_exit.Unreachable(k3s_words.no_certificates(url, reason))


async def bootstrap(url: str, token: str) -> Mapping[str, Any]:
    """What a joining server needs.

    Raises:
        Fatal: in k3s' words, whatever stands in the way.
    """
    try:
        certificates = await authority(url, url, token)
    except k3s_exit.Unreachable as problem:
        raise k3s_exit.Fatal(str(problem)) from problem
    asked = Api(url, pki.client_context(certificates), basic("server", token))
    try:
        found: Mapping[str, Any] = await asked.call("GET", supervisor.BOOTSTRAP)
    except Refused as problem:
        raise k3s_exit.Fatal(_refused(url, problem)) from problem
    except (OSError, TimeoutError) as problem:
        host, port = address_of(url)
        reason = go_words.dialing(problem, host, port, await _shown(host, port))
        raise k3s_exit.Fatal(k3s_words.no_certificates(url, reason)) from problem
    return found


def _refused(url: str, problem: Refused) -> str:
    if problem.code == 401:
        return k3s_words.unauthorized_server(url)
    return f"{k3s_words.BOOTSTRAP}: {url}{supervisor.BOOTSTRAP}: {problem}"


async def _shown(host: str, port: int) -> bytes:
    """The certificate (DER) that a server shows to anybody."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_DIAL_S):
            _, writer = await asyncio.open_connection(host, port, ssl=pki.client_context(None))
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.close()
        return tls.getpeercert(binary_form=True) or b""
    return b""
