"""Who may ask the supervisor for what: the server token, the agent token, and each node's own
password, which a Secret of the cluster remembers."""

import asyncio
import base64
import hashlib
import hmac
import os
import secrets

from rehearsal.lab.k3s import wire
from rehearsal.lab.k3s.api import Api, Refused
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.nodes.tokens import Token, fingerprint, parse

_SECRETS = "/api/v1/namespaces/kube-system/secrets"


def basic(user: str, token: str) -> dict[str, str]:
    """The header by which a node shows its token."""
    credentials = base64.b64encode(f"{user}:{password(token)}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def password(token: str) -> str:
    """The part of a token that is secret."""
    if parse(token).ca_hash:
        return token.partition("::")[2].rpartition(":")[2]
    return token


def shown(head: wire.Head) -> Token | None:
    """The token of a request's header, or None."""
    scheme, _, encoded = head.get("Authorization").partition(" ")
    if scheme != "Basic":
        return None
    try:
        _, _, word = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return Token("", fingerprint(word))


def same(token: Token | None, own: str) -> bool:
    """Whether a request's token is that one."""
    return token is not None and hmac.compare_digest(token.fingerprint, parse(own).fingerprint)


def write_tokens(paths: Paths, ca_hash: str, token: str, agent_token: str) -> None:
    """The files from which an operator reads the full tokens."""
    server = f"K10{ca_hash}::server:{password(token)}\n"
    agent = f"K10{ca_hash}::node:{password(agent_token)}\n"
    write(paths.server / "token", server)
    write(paths.server / "agent-token", server if agent_token == token else agent)
    node_token = paths.server / "node-token"
    node_token.unlink(missing_ok=True)
    node_token.symlink_to(paths.server / "token")


def kept_token(paths: Paths) -> str:
    """The token that this server was started with before, or empty."""
    file = paths.server / "token"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def node_password(paths: Paths) -> str:
    """This host's own, made once."""
    if not paths.node_password.is_file():
        write(paths.node_password, f"{secrets.token_hex(16)}\n")
    return paths.node_password.read_text(encoding="utf-8").strip()


def secret_path(node: str) -> str:
    """URL path of the Secret that remembers a node's password."""
    return f"{_SECRETS}/{node}.node-password.k3s"


async def admits(api: Api, node: str, offered: str) -> bool:
    """Whether `offered` is the password of the node of that name; the first one to come sets it.

    Raises:
        Refused, OSError, TimeoutError: the API server cannot say.
    """
    path = secret_path(node)
    try:
        kept = await api.call("GET", path)
    except Refused as problem:
        if problem.code != 404:
            raise
        kept = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": path.rpartition("/")[2]},
            "immutable": True,
            "stringData": {"hash": await asyncio.to_thread(_hashed, offered, os.urandom(8))},
        }
        await api.call("POST", _SECRETS, kept)
        return True
    remembered = base64.b64decode(kept["data"]["hash"]).decode()
    salt = bytes.fromhex(remembered.split(":")[1])
    return hmac.compare_digest(remembered, await asyncio.to_thread(_hashed, offered, salt))


def _hashed(text: str, salt: bytes) -> str:
    digest = hashlib.scrypt(text.encode(), salt=salt, n=4096, r=8, p=1)
    return f"$1:{salt.hex()}:{base64.b64encode(digest).decode()}"
