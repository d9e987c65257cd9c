"""The cluster's API through the real Helm and kubectl, against a real API server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from rehearsal.lab.build import Built
from rehearsal.lab.drivers import cluster as driver
from rehearsal.lab.drivers.cluster import LabCluster
from rehearsal.nodes.kubeconfig import UNAUTHORIZED
from rehearsal.nodes.ports import ApiRefused, ApiUnreachable
from tests.rehearsal.lab.drivers.operators import DEPLOYMENT, Operator, finalizers
from tests.rehearsal.lab.images.small_cluster import TOKEN, small_cluster

SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "hcloud", "namespace": "kube-system"},
    "stringData": {"token": "not-for-anybody", "network": "7"},
}


@pytest.fixture(scope="module")
def operator(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """A control plane with its API, and the operator."""
    with small_cluster(tmp_path_factory.mktemp("small"), built.bin, ["cp"]) as opened:
        yield Operator(opened, LabCluster(built.bin), tmp_path_factory.mktemp("charts"))


def test_a_release_is_installed_changed_and_removed(operator: Operator) -> None:
    """Without waiting for its workloads, which nobody runs here."""
    operator.do(lambda api, of: api.install_release(of, operator.release({})))
    first = operator.cluster.get(*DEPLOYMENT)["spec"]["template"]["spec"]
    networking = {"networking": {"enabled": True}}
    operator.do(lambda api, of: api.install_release(of, operator.release(networking)))
    second = operator.cluster.get(*DEPLOYMENT)["spec"]["template"]["spec"]
    operator.uninstalled()

    assert ("hostNetwork" in first, second["hostNetwork"]) == (False, True)
    assert operator.cluster.get("deployments", "--namespace=kube-system")["items"] == []


def test_an_install_that_was_killed_is_taken_away_and_done_again(operator: Operator) -> None:
    """Helm itself refuses it for ever: another operation is in progress, it says."""
    assert operator.killed("pending-install", "install", operator.release({}).chart) == [
        "pending-install"
    ]
    assert operator.installed({}) == ["deployed"]
    operator.uninstalled()


def test_an_upgrade_that_was_killed_is_rolled_back_and_done_again(operator: Operator) -> None:
    """To the last revision that was complete; what was asked for is then a new one."""
    assert operator.installed({}) == ["deployed"]
    left = operator.killed("pending-upgrade", "upgrade", operator.release({}).chart)
    assert left == ["deployed", "pending-upgrade"]
    assert operator.installed({"networking": {"enabled": True}})[-2:] == ["superseded", "deployed"]
    found = operator.cluster.get(*DEPLOYMENT)
    assert found["spec"]["template"]["spec"]["hostNetwork"] is True
    operator.uninstalled()


def test_an_uninstall_that_was_killed_is_finished_before_an_install(operator: Operator) -> None:
    """Its record says `uninstalling`, which Helm can neither upgrade nor install over."""
    operator.installed({})
    operator.cluster.kubectl("patch", *DEPLOYMENT, "--type=merge", "-p", finalizers("test/held"))
    assert operator.killed("uninstalling", "uninstall") == ["uninstalling"]
    operator.cluster.kubectl("patch", *DEPLOYMENT, "--type=merge", "-p", finalizers())
    assert operator.installed({}) == ["deployed"]
    operator.uninstalled()


def test_an_absent_release_is_removed_without_a_word(operator: Operator) -> None:
    """As the port promises."""
    operator.do(lambda api, of: api.uninstall_release(of, "nobody", "kube-system"))


def test_values_that_the_chart_forbids_are_a_refusal_with_helms_reason(operator: Operator) -> None:
    """The schema's sentence, without Helm's prefixes."""
    with pytest.raises(ApiRefused, match="additional properties 'replicas' not allowed"):
        operator.do(lambda api, of: api.install_release(of, operator.release({"replicas": 2})))


def test_a_kind_that_nobody_defined_is_a_refusal(operator: Operator) -> None:
    """Helm and kubectl both say which."""
    custom = {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumClusterwideNetworkPolicy",
        "metadata": {"name": "block-metadata"},
        "spec": {},
    }

    with pytest.raises(ApiRefused, match='no matches for kind "CiliumClusterwideNetworkPolicy"'):
        operator.do(lambda api, of: api.apply_object(of, custom))
    operator.do(lambda api, of: api.delete_object(of, custom))


def test_an_object_comes_back_as_the_api_holds_it(operator: Operator) -> None:
    """Created, then updated: the same object in a later version."""
    labels = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

    first = operator.do(lambda api, of: api.apply_object(of, labels))
    labels["metadata"] = {"name": "shop", "labels": {"team": "a"}}
    second = operator.do(lambda api, of: api.apply_object(of, labels))

    assert first["metadata"]["uid"] == second["metadata"]["uid"]
    assert int(second["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])
    assert second["metadata"]["labels"]["team"] == "a"
    assert "managedFields" not in second["metadata"]


def test_a_secret_is_kept_but_its_values_do_not_come_back(operator: Operator) -> None:
    """They stay where the caller holds them as secrets."""
    live = operator.do(lambda api, of: api.apply_object(of, SECRET))

    assert "not-for-anybody" not in str(live)
    assert "data" not in live
    kept = operator.cluster.get("secret", "hcloud", "--namespace=kube-system")
    assert set(kept["data"]) == {"token", "network"}


def test_an_object_is_deleted_and_an_absent_one_is_fine(operator: Operator) -> None:
    """Twice the same call."""
    operator.do(lambda api, of: api.apply_object(of, SECRET))

    for _ in range(2):
        operator.do(lambda api, of: api.delete_object(of, SECRET))

    assert (
        operator.cluster.get("secrets", "--field-selector=metadata.name=hcloud", "-A")["items"]
        == []
    )


def test_wrong_credentials_are_refused_in_kubernetes_words(operator: Operator) -> None:
    """The API answers, and says no."""
    of = operator.cluster.kubeconfig.replace(TOKEN, "somebody-else")

    with pytest.raises(ApiRefused) as by_helm:
        operator.do(lambda api, _: api.install_release(of, operator.release({})))
    with pytest.raises(ApiRefused) as by_kubectl:
        operator.do(lambda api, _: api.apply_object(of, SECRET))

    assert by_helm.value.reason == by_kubectl.value.reason == UNAUTHORIZED


def test_an_authority_that_signed_nothing_here_makes_it_unreachable(operator: Operator) -> None:
    """TLS does not verify, which is said as Go says it."""
    other = yaml.safe_load(operator.cluster.kubeconfig)
    del other["clusters"][0]["cluster"]["certificate-authority-data"]

    with pytest.raises(ApiUnreachable, match="x509: certificate signed by unknown authority"):
        operator.do(lambda api, _: api.apply_object(yaml.safe_dump(other), SECRET))


def moved(operator: Operator, server: str) -> str:
    """The kubeconfig with another server."""
    config = yaml.safe_load(operator.cluster.kubeconfig)
    config["clusters"][0]["cluster"]["server"] = server
    return yaml.safe_dump(config)


def test_a_closed_port_is_refused_and_a_dropped_packet_times_out(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words that the node model has for both."""
    monkeypatch.setattr(driver, "DIAL_LIMIT_S", 0.5)
    public = operator.cluster.lab.record(operator.cluster.servers["cp"]).public_ipv4
    closed, nobody = f"https://{public}:7443", "https://198.51.100.250:6443"

    with pytest.raises(ApiUnreachable) as refused:
        operator.do(lambda api, _: api.uninstall_release(moved(operator, closed), "a", "b"))
    with pytest.raises(ApiUnreachable) as dropped:
        operator.do(lambda api, _: api.uninstall_release(moved(operator, nobody), "a", "b"))

    assert refused.value.reason == (
        f'Get "{closed}/version": dial tcp {public}:7443: connect: connection refused'
    )
    assert dropped.value.reason == (
        f'Get "{nobody}/version": dial tcp 198.51.100.250:6443: i/o timeout'
    )


@pytest.mark.parametrize("text", ["", "contexts: []", "{current-context: a}", "a: ["])
def test_a_kubeconfig_without_a_context_is_refused(text: str) -> None:
    """Before anything is dialed or started."""
    with pytest.raises(ApiRefused, match="no usable context"):
        LabCluster(Path("/nowhere")).delete_object(text, SECRET)
