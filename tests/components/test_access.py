"""Access: the deploy key and the operators' keys on every new server."""

from typing import Any

import pulumi
import pytest

from sovereign import secrets
from tests.configurations import dev
from tests.recording import SEED, SERVER, Registration, record

KEY = "hcloud:index/sshKey:SshKey"
ALICE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def test_the_deploy_key_is_derived_from_the_seed_and_public() -> None:
    """Its public half is no secret: a secret would hide it in every preview."""
    key = record(dev()).one(KEY)
    assert (key.name, key.inputs["name"]) == ("dev-deploy", "dev-deploy")
    assert key.inputs["publicKey"] == secrets.deploy_key(SEED, "dev").public


def test_extra_keys_are_put_on_servers_after_the_deploy_key() -> None:
    """Each with the cluster's name in front, for names are unique in a project."""
    recording = record(dev(ssh={"extraKeys": {"alice": ALICE}}))
    assert recording.one(KEY, "dev-alice").inputs["publicKey"] == ALICE
    for server in recording.of(SERVER):
        assert {"SshKey dev-deploy", "SshKey dev-alice"} <= server.dependencies
        assert len(server.inputs["sshKeys"]) == 2
    facts = recording.one("sovereign:index:Access").inputs
    assert facts == {"extraKeys": ["alice"]}


def test_a_key_is_deleted_before_its_successor_is_created() -> None:
    """Hetzner refuses two keys with one name in a project."""
    assert record(dev()).one(KEY).request.deleteBeforeReplace


def test_an_environment_that_was_made_with_another_seed_is_refused_in_one_sentence() -> None:
    """No node lets the new keys in, and replacing the key could take its servers along."""

    def made_before(registration: Registration, outputs: dict[str, Any]) -> dict[str, Any]:
        return {**outputs, "publicKey": ALICE} if registration.name == "dev-deploy" else outputs

    with pytest.raises(pulumi.RunError) as refused:
        record(dev(), answer=made_before)
    assert str(refused.value) == (
        "sovereign:seed: found another seed than this environment was made with; no node would "
        "let its keys in; write the earlier seed again, or make a new environment"
    )
    assert list(record(dev()).one(KEY, "dev-deploy").request.ignoreChanges) == ["publicKey"]


def test_a_comment_beside_the_key_is_no_other_seed() -> None:
    """Hetzner may keep the line with another one."""

    def commented(registration: Registration, outputs: dict[str, Any]) -> dict[str, Any]:
        if registration.name != "dev-deploy":
            return outputs
        kind, blob = secrets.deploy_key(SEED, "dev").public.split()[:2]
        return {**outputs, "publicKey": f"{kind} {blob} laptop"}

    assert record(dev(), answer=commented).of(SERVER)


@pytest.mark.parametrize("other", ["another-seed-of-more-than-32-characters-", SEED + "x"])
def test_another_seed_gives_another_deploy_key(other: str) -> None:
    """Nothing of the key is fixed."""
    first = record(dev()).one(KEY).inputs["publicKey"]
    assert record(dev(), seed=other).one(KEY).inputs["publicKey"] != first
