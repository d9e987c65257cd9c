"""Secrets from one seed: the same ones every time, unrelated, and in forms that others read."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
)

from sovereign import secrets

SEED = "a seed of thirty-two characters!"


def test_the_same_label_gives_the_same_bytes_for_ever() -> None:
    """A changed derivation would replace every key of every cluster; so these are fixed."""
    assert secrets.derive(SEED, "purpose", "node", 1).hex() == (
        "8cde3d14afa401896281d6e4186464c1cbdc04a29545914e2672c05b6f575387"
    )
    assert secrets.agent_token(SEED, "dev") == secrets.agent_token(SEED, "dev")
    assert len(secrets.agent_token(SEED, "dev")) == 64


@pytest.mark.parametrize(
    "other",
    [
        ("other seed of thirty-two characte", "purpose", "node", 1),
        (SEED, "other", "node", 1),
        (SEED, "purpose", "other", 1),
        (SEED, "purpose", "node", 2),
    ],
)
def test_any_other_label_gives_other_bytes(other: tuple[str, str, str, int]) -> None:
    """Seed, purpose, subject and generation all count."""
    assert secrets.derive(*other) != secrets.derive(SEED, "purpose", "node", 1)


def test_server_and_agent_token_differ() -> None:
    """An agent token that is a server token would make every worker an administrator."""
    assert secrets.server_token(SEED, "dev") != secrets.agent_token(SEED, "dev")


def test_a_host_key_rotates_with_the_generation_of_its_node() -> None:
    """And is no other node's."""
    keys = {
        secrets.host_key(SEED, name, generation).public
        for name in ("dev-default-1", "dev-default-2")
        for generation in (1, 2)
    }
    assert len(keys) == 4


def test_a_key_pair_is_one_that_others_read() -> None:
    """cryptography reads the private half and finds the public one."""
    pair = secrets.deploy_key(SEED, "dev")
    key = load_ssh_private_key(pair.private.encode(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    assert public == pair.public


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen on this machine")
def test_openssh_itself_reads_the_private_half(tmp_path: Path) -> None:
    """And prints the same public one."""
    pair = secrets.host_key(SEED, "dev-default-1", 1)
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(pair.private)
    read = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(path)], capture_output=True, text=True, check=True
    )
    assert read.stdout.split()[:2] == pair.public.split()


def test_a_key_pair_is_written_the_same_way_every_time() -> None:
    """OpenSSH's check words are random elsewhere; here they would change user_data at each run."""
    assert secrets.key_pair(b"s" * 32) == secrets.key_pair(b"s" * 32)
