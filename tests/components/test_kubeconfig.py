"""The operator's kubeconfig: dialled at the public address, verified by the private one."""

import yaml

from sovereign.components.kubeconfig import for_operators
from tests.components.test_k3s_join import moved
from tests.configurations import dev
from tests.recording import CLUSTER_PASSWORD, K3S_YAML, Secret, record


def test_server_and_name_to_verify_are_the_two_addresses() -> None:
    """The certificate holds the private one only."""
    config = yaml.safe_load(
        for_operators(K3S_YAML, cluster="dev", public_ip="198.51.100.2", private_ip="10.0.1.2")
    )
    assert config["clusters"] == [
        {
            "name": "dev",
            "cluster": {
                "certificate-authority-data": "Q0E=",
                "server": "https://198.51.100.2:6443",
                "tls-server-name": "10.0.1.2",
            },
        }
    ]


def test_cluster_user_and_context_have_the_sovereigns_name() -> None:
    """So that several files merge; credentials stay."""
    config = yaml.safe_load(
        for_operators(K3S_YAML, cluster="prod", public_ip="192.0.2.1", private_ip="10.0.1.2")
    )
    assert config["users"][0]["name"] == config["current-context"] == "prod"
    assert config["contexts"] == [{"name": "prod", "context": {"cluster": "prod", "user": "prod"}}]
    assert config["users"][0]["user"]["client-key-data"] == CLUSTER_PASSWORD


def test_the_exported_one_follows_what_the_cloud_answers() -> None:
    """Read over SSH, rewritten with both outputs, secret."""
    kubeconfig = record(dev(), answer=moved("dev-control-plane-1", "10.0.1.77")).outputs[
        "kubeconfig"
    ]
    assert isinstance(kubeconfig, Secret)
    cluster = yaml.safe_load(kubeconfig.value)["clusters"][0]["cluster"]
    assert cluster["tls-server-name"] == "10.0.1.77"
    assert cluster["server"] == "https://198.51.100.2:6443"
