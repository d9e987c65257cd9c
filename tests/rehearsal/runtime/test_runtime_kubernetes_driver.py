"""Kubernetes objects and Helm releases through the cluster port."""

import base64

from rehearsal.nodes.ports import ApiRefused, ApiUnreachable
from rehearsal.runtime import UNKNOWN
from tests.rehearsal.runtime.workbench import Workbench, done

PROVIDER = """
p = k8s.Provider("p", kubeconfig=pulumi.Output.secret(cfg.get("kubeconfig") or "kubeconfig-1"),
    cluster_identifier=cfg.get("cluster"))
"""
RELEASE = """
r = k8s.helm.v3.Release("r", name="cilium", namespace=cfg.get("namespace") or "kube-system",
    chart="cilium", version=cfg.get("version") or "1.20.2",
    repository_opts={"repo": "https://helm.cilium.io"},
    values={"k8sServiceHost": "10.0.1.2", "token": pulumi.Output.secret("hunter2-value")},
    opts=O(provider=p))
"""
CONFIG_MAP = """
m = k8s.core.v1.ConfigMap("m", metadata={"name": "m", "namespace": "apps"},
    data={"k": cfg.get("value") or "1"}, opts=O(provider=p))
pulumi.export("uid", m.metadata.uid)
"""


def test_a_release_is_handed_over_with_its_values(bench: Workbench) -> None:
    """Name, namespace, chart, version, repository; secret values arrive, and only there."""
    result = bench.up(PROVIDER + RELEASE)
    assert result.errors == ()
    (release,) = bench.cluster.releases
    assert (release.name, release.namespace) == ("cilium", "kube-system")
    assert (release.chart, release.version) == ("cilium", "1.20.2")
    assert release.repo == "https://helm.cilium.io"
    assert release.values == {"k8sServiceHost": "10.0.1.2", "token": "hunter2-value"}
    assert bench.cluster.kubeconfigs == ["kubeconfig-1"]
    assert "hunter2" not in bench.state_file.read_text()
    assert "kubeconfig-1" not in bench.state_file.read_text()


def test_an_object_comes_back_as_the_cluster_holds_it(bench: Workbench) -> None:
    """A preview does not know what the server will add, and asks nobody."""
    before = bench.preview(PROVIDER + CONFIG_MAP)
    assert before.outputs == {"uid": UNKNOWN}
    assert bench.cluster.objects == []
    result = bench.up(PROVIDER + CONFIG_MAP)
    assert result.outputs == {"uid": "u-1"}
    (manifest,) = bench.cluster.objects
    assert manifest["apiVersion"] == "v1"
    assert manifest["kind"] == "ConfigMap"
    assert bench.state()["m"]["id"] == "apps/m"


def test_a_custom_resource_of_any_kind_is_applied(bench: Workbench) -> None:
    """Gateway API objects have no class of their own in the SDK."""
    bench.up(
        PROVIDER
        + """
k8s.apiextensions.CustomResource("g", api_version="gateway.networking.k8s.io/v1", kind="Gateway",
    metadata={"name": "g", "namespace": "apps"}, spec={"gatewayClassName": "cilium"},
    opts=O(provider=p))
"""
    )
    (manifest,) = bench.cluster.objects
    assert manifest["kind"] == "Gateway"
    assert manifest["spec"] == {"gatewayClassName": "cilium"}


def test_without_an_explicit_provider_nothing_is_sent(bench: Workbench) -> None:
    """An ambient kubeconfig is never picked up."""
    result = bench.up('k8s.core.v1.Namespace("n", metadata={"name": "n"})\n')
    assert not result.succeeded
    assert "pass an explicit one" in result.errors[0]
    assert bench.cluster.objects == []


def test_an_update_applies_again_and_another_name_is_another_object(bench: Workbench) -> None:
    """Delete first where old and new would collide, create first where they cannot."""
    bench.up(PROVIDER + CONFIG_MAP + RELEASE)
    changed = bench.up(PROVIDER + CONFIG_MAP + RELEASE, config={"trial:value": "2"})
    assert done(changed) == [("m", "update")]
    moved = bench.up(
        PROVIDER + CONFIG_MAP + RELEASE,
        config={"trial:value": "2", "trial:namespace": "elsewhere"},
    )
    assert [op for name, op in done(moved) if name == "r"] == [
        "create-replacement",
        "replace",
        "delete-replaced",
    ]
    assert bench.cluster.removed == ["kube-system/cilium"]


def test_a_changed_kubeconfig_replaces_everything_unless_the_cluster_is_identified(
    bench: Workbench,
) -> None:
    """pulumi-kubernetes#4019: with `cluster_identifier` it is the same cluster."""
    program = PROVIDER + CONFIG_MAP
    bench.up(program)
    replaced = bench.up(program, config={"trial:kubeconfig": "kubeconfig-2"})
    assert ("m", "replace") in done(replaced)
    bench.up(program, config={"trial:cluster": "dev"})
    same = bench.up(program, config={"trial:cluster": "dev", "trial:kubeconfig": "kubeconfig-3"})
    assert done(same) == []
    assert done(bench.up(program, config={"trial:cluster": "prod"})) != []


def test_a_cluster_that_says_no_or_nothing_is_quoted(bench: Workbench) -> None:
    """The reason is the operator's, not a stack trace."""
    for refusal in (ApiUnreachable("connection refused"), ApiRefused("release did not get ready")):
        bench.cluster.refusal = refusal
        result = bench.up(PROVIDER + RELEASE)
        assert result.errors == (f"kubernetes:helm.sh/v3:Release 'r': {refusal.reason}",)
        assert "r" not in bench.state()


def test_shapes_are_checked_before_anything_is_planned(bench: Workbench) -> None:
    """A name that no API server accepts."""
    result = bench.preview(
        PROVIDER
        + 'k8s.core.v1.Namespace("n", metadata={"name": "Not_A_Name"}, opts=O(provider=p))\n'
    )
    assert "RFC 1123" in result.errors[0]


def test_an_object_without_a_name_gets_one_and_keeps_it(bench: Workbench) -> None:
    """As the real provider names it."""
    program = PROVIDER + 'k8s.core.v1.Namespace("n", opts=O(provider=p))\n'
    bench.up(program)
    name = bench.state()["n"]["id"]
    assert name.startswith("n-")
    assert done(bench.up(program)) == []
    assert bench.destroy().succeeded
    assert bench.cluster.removed == [name]


def test_the_data_of_a_secret_is_encrypted_in_the_state(bench: Workbench) -> None:
    """Even where the program forgot to mark it, on the way out."""
    bench.up(
        PROVIDER
        + """
k8s.core.v1.Secret("s", metadata={"name": "s"}, opts=O(provider=p),
    string_data={"token": pulumi.Output.secret("hunter2-token")})
"""
    )
    encoded = base64.b64encode(b"hunter2-token").decode()
    assert bench.cluster.objects[0]["data"] == {"token": encoded}
    assert "hunter2" not in bench.state_file.read_text()
    assert encoded not in bench.state_file.read_text()


def test_objects_and_releases_are_kept_as_the_real_provider_keeps_them(bench: Workbench) -> None:
    """Defaults filled in, inputs repeated: it finds nothing to change in a state of ours."""
    bench.up(PROVIDER + CONFIG_MAP + RELEASE)
    release, config_map, provider = (bench.state()[name] for name in ("r", "m", "p"))
    assert release["inputs"]["atomic"] is False
    assert release["inputs"]["keyring"] == ""
    assert "compat" not in release["inputs"]
    assert "ciphertext" in release["outputs"]["__inputs"]
    assert config_map["outputs"]["__inputs"] == config_map["inputs"]
    assert config_map["outputs"]["__initialApiVersion"] == "v1"
    assert config_map["outputs"]["__fieldManager"].startswith("pulumi-kubernetes-")
    assert provider["inputs"]["version"]
    assert "hunter2" not in bench.state_file.read_text()
    assert done(bench.up(PROVIDER + CONFIG_MAP + RELEASE)) == []
