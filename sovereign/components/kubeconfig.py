"""The operator's kubeconfig: k3s' own, dialled at a public address, verified by the private one."""

import yaml


def for_operators(k3s_yaml: str, *, cluster: str, public_ip: str, private_ip: str) -> str:
    """k3s.yaml with another server.

    The certificate holds the private address only, so that is what the client verifies (`tls-
    server-name`); the public one needs no place in it. Cluster, user and context get the
    Sovereign's name, so that several files merge.
    """
    config = yaml.safe_load(k3s_yaml)
    entry = config["clusters"][0]
    entry["name"] = cluster
    entry["cluster"]["server"] = f"https://{public_ip}:6443"
    entry["cluster"]["tls-server-name"] = private_ip
    config["users"][0]["name"] = cluster
    config["contexts"] = [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}]
    config["current-context"] = cluster
    return str(yaml.safe_dump(config, sort_keys=True))
