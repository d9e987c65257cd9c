"""The cluster's API through the real Helm and kubectl, against a real API server."""

import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.lab import charts
from rehearsal.lab.build import Built
from rehearsal.lab.drivers import cluster as driver
from rehearsal.lab.drivers.cluster import LabCluster
from rehearsal.lab.drivers.programs import programs, shortened
from rehearsal.nodes.cloud_controller import CHART
from rehearsal.nodes.kubeconfig import UNAUTHORIZED
from rehearsal.nodes.ports import ApiRefused, ApiUnreachable, Release
from tests.rehearsal.lab.images.small_cluster import TOKEN, SmallCluster, small_cluster

SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "hcloud", "namespace": "kube-system"},
    "stringData": {"token": "not-for-anybody", "network": "7"},
}


class Operator:
    """What the operator's drivers do, from the operator's place."""

    def __init__(self, cluster: SmallCluster, api: LabCluster, directory: Path) -> None:
        self.cluster, self.api, self._directory = cluster, api, directory

    def do(self, work: Callable[[LabCluster, str], Any]) -> Any:
        """Something with the API and the administrator's kubeconfig."""
        return self.cluster.lab.as_operator(lambda: work(self.api, self.cluster.kubeconfig))

    def release(self, values: Mapping[str, Any], name: str = CHART) -> Release:
        """A release of the lab's own cloud controller."""
        archive = self._directory / f"{name}-1.35.0.tgz"
        archive.write_bytes(charts.package(CHART, "1.35.0"))
        return Release(name, "kube-system", str(archive), "1.35.0", dict(values))


@pytest.fixture(scope="module")
def operator(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """A control plane with its API, and the operator."""
    with small_cluster(tmp_path_factory.mktemp("small"), built.bin, ["cp"]) as opened:
        yield Operator(opened, LabCluster(built.bin), tmp_path_factory.mktemp("charts"))


def test_a_release_is_installed_changed_and_removed(operator: Operator) -> None:
    """Without waiting for its workloads, which nobody runs here."""
    deployment = ("deployment", CHART, "--namespace=kube-system")

    operator.do(lambda api, of: api.install_release(of, operator.release({})))
    first = operator.cluster.get(*deployment)["spec"]["template"]["spec"]
    networking = {"networking": {"enabled": True}}
    operator.do(lambda api, of: api.install_release(of, operator.release(networking)))
    second = operator.cluster.get(*deployment)["spec"]["template"]["spec"]
    operator.do(lambda api, of: api.uninstall_release(of, CHART, "kube-system"))

    assert ("hostNetwork" in first, second["hostNetwork"]) == (False, True)
    assert operator.cluster.get("deployments", "--namespace=kube-system")["items"] == []


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


def test_only_this_user_may_read_a_calls_files_and_they_end_with_it(tmp_path: Path) -> None:
    """Kubeconfig and values hold secrets."""
    with programs(tmp_path, "a kubeconfig") as call:
        files = [call.file("values.yaml", "token: x"), call.directory / "kubeconfig"]
        modes = {stat.S_IMODE(path.stat().st_mode) for path in files}
        around = stat.S_IMODE(call.directory.stat().st_mode)

    assert (modes, around) == ({0o600}, 0o700)
    assert not call.directory.exists()


def test_programs_see_nothing_of_the_callers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither another kubeconfig nor a token nor a proxy; nothing secret in the arguments."""
    for name in ("KUBECONFIG", "HCLOUD_TOKEN", "HTTPS_PROXY", "HELM_KUBETOKEN"):
        monkeypatch.setenv(name, "the-callers")
    shows = tmp_path / "helm"
    shows.write_text('#!/bin/sh\nenv; echo "$@"\n', encoding="utf-8")
    shows.chmod(0o755)

    with programs(tmp_path, "a kubeconfig") as call:
        said = call.run("helm", "version")

    assert "the-callers" not in said
    assert f"KUBECONFIG={call.directory}/kubeconfig" in said
    assert said.splitlines()[-1] == "version"


def test_a_program_that_does_not_end_is_unreachable(tmp_path: Path) -> None:
    """With the limit in the sentence."""
    sleeps = tmp_path / "kubectl"
    sleeps.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    sleeps.chmod(0o755)

    with programs(tmp_path, "") as call, pytest.raises(ApiUnreachable, match=r"apply: no end"):
        call.run("kubectl", "apply", limit_s=0.1)


def test_messages_lose_what_no_operator_needs() -> None:
    """Prefixes of programs, warnings, the hint at --debug; of the reason nothing."""
    said = (
        "WARNING: Kubernetes configuration file is group-readable.\n"
        'I1122 14:00:05.573513      56 warnings.go:70] "deprecated"\n'
        'Error: INSTALLATION FAILED: Kubernetes cluster unreachable: Get "https://a:6443/version": '
        "dial tcp a:6443: i/o timeout\n"
        "\nUse --debug flag to render out invalid YAML\n"
    )

    assert shortened(said) == 'Get "https://a:6443/version": dial tcp a:6443: i/o timeout'
    assert shortened("error: no matches for kind X\nensure CRDs are installed first\n") == (
        "no matches for kind X\nensure CRDs are installed first"
    )
    assert shortened("") == "it ended without a word"
