"""What the sidecar left in workloads goes, and OpenTelemetry stays as it is."""

from typing import Any

import pytest
import yaml

from sovereign.mesh.istio.sidecar import of_istio
from sovereign.mesh.istio.status import Status
from sovereign.mesh.istio.telemetry import compare
from tests.mesh.istio.conversion import LOST, Convert

TRACED = {
    "name": "web",
    "image": "web",
    "env": [
        {"name": "OTEL_SERVICE_NAME", "value": "web"},
        {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://collector.opentelemetry:4318"},
    ],
}
ANNOTATIONS = {
    "sidecar.istio.io/proxyCPU": "100m",
    "traffic.sidecar.istio.io/excludeOutboundPorts": "4318",
    "prometheus.istio.io/merge-metrics": "true",
    "instrumentation.opentelemetry.io/inject-java": "true",
}


def _deployment(**pod: Any) -> dict[str, Any]:
    template = {
        "metadata": {
            "labels": {"app": "web", "sidecar.istio.io/inject": "true"},
            "annotations": dict(ANNOTATIONS),
        },
        "spec": {"containers": [TRACED], **pod},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template},
    }


def test_the_sidecars_annotations_and_labels_go(convert: Convert) -> None:
    """All others stay, OpenTelemetry's above all."""
    found = convert(yaml.safe_dump(_deployment()))
    (cleaned,) = found.migration.cleaned
    metadata = cleaned["spec"]["template"]["metadata"]
    assert metadata["labels"] == {"app": "web"}
    assert metadata["annotations"] == {"instrumentation.opentelemetry.io/inject-java": "true"}
    at = "spec.template.metadata"
    assert found.status(f'{at}.annotations["sidecar.istio.io/proxyCPU"]') is Status.REMOVED
    assert found.status(f"{at}.labels.app") is Status.UNTOUCHED
    assert found.migration.complete
    assert found.migration.telemetry.settings == 3


def test_an_injected_sidecar_goes_with_its_volumes(convert: Convert) -> None:
    """A volume that another container mounts stays."""
    mounting = {**TRACED, "volumeMounts": [{"name": "istio-token", "mountPath": "/t"}]}
    pod = {
        "containers": [{"name": "istio-proxy", "image": "x", "env": []}, mounting],
        "initContainers": [{"name": "istio-init", "image": "x"}],
        "volumes": [{"name": "istio-envoy"}, {"name": "istio-token"}, {"name": "own"}],
    }
    (cleaned,) = convert(yaml.safe_dump(_deployment(**pod))).migration.cleaned
    spec = cleaned["spec"]["template"]["spec"]
    assert [container["name"] for container in spec["containers"]] == ["web"]
    assert "initContainers" not in spec
    assert [volume["name"] for volume in spec["volumes"]] == ["istio-token", "own"]


def test_a_label_that_a_selector_uses_stays_and_is_said(convert: Convert) -> None:
    """Without it the Service would find no pod."""
    label = "service.istio.io/canonical-name"
    pod = _deployment()
    pod["spec"]["template"]["metadata"]["labels"][label] = "web"
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    service["spec"] = {"selector": {label: "web"}, "ports": [{"port": 80}]}
    found = convert(yaml.safe_dump_all([pod, service]))
    assert found.lost() == {f'spec.template.metadata.labels["{label}"]'}
    (cleaned,) = found.migration.cleaned
    assert label in cleaned["spec"]["template"]["metadata"]["labels"]


def test_a_namespace_is_injected_no_more(convert: Convert) -> None:
    """The label by name and the one by revision; labels that this empties go as a whole."""
    text = yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}},
        }
    )
    (cleaned,) = convert(text).migration.cleaned
    assert cleaned["metadata"] == {"name": "shop"}


def test_a_command_that_speaks_to_the_sidecar_is_found(convert: Convert) -> None:
    """A job that ends its sidecar would fail without one."""
    container = {
        "name": "web",
        "command": ["sh", "-c", "curl -X POST localhost:15020/quitquitquit"],
    }
    found = convert(yaml.safe_dump(_deployment(containers=[container])))
    assert found.lost() == {"spec.template.spec.containers[0].command[2]"}


def test_an_object_without_a_sidecar_is_not_written_again(convert: Convert) -> None:
    """Nothing is made of it, and each field is accounted for as untouched."""
    found = convert("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c}}")
    assert not found.migration.cleaned
    assert not found.migration.manifests
    assert found.status("data.b") is Status.UNTOUCHED


@pytest.mark.parametrize(
    ("key", "istio"),
    [
        ("istio-injection", True),
        ("istio.io/rev", True),
        ("security.istio.io/tlsMode", True),
        ("instrumentation.opentelemetry.io/inject-java", False),
        ("notistio.io/x", False),
        ("app", False),
    ],
)
def test_a_key_is_istios_by_its_domain(key: str, istio: bool) -> None:
    """Not by a text that happens to be in it."""
    assert of_istio(key) is istio


def test_a_changed_setting_of_opentelemetry_is_found() -> None:
    """Variables, annotations and its own objects; moved containers are no change."""
    before = _deployment(containers=[{"name": "istio-proxy"}, TRACED])
    instrumentation = {
        "apiVersion": "opentelemetry.io/v1alpha1",
        "kind": "Instrumentation",
        "metadata": {"name": "default"},
        "spec": {"propagators": ["tracecontext"]},
    }
    same = compare([before, instrumentation], [_deployment(), instrumentation])
    assert same.untouched
    changed = _deployment()
    changed["spec"]["template"]["metadata"]["annotations"] = {}
    changed["spec"]["template"]["spec"]["containers"] = [{**TRACED, "env": TRACED["env"][1:]}]
    other = {**instrumentation, "spec": {"propagators": ["b3"]}}
    found = compare([before, instrumentation], [changed, other])
    assert not found.untouched
    assert len(found.changed) == 3


def test_a_setting_that_leans_on_istio_is_named(convert: Convert) -> None:
    """A collector in Istio's namespace goes away with it."""
    env = [{"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://otel.istio-system:4318"}]
    found = convert(yaml.safe_dump(_deployment(containers=[{"name": "web", "env": env}])))
    (leaning,) = found.migration.telemetry.leaning
    assert "istio-system" in leaning


@pytest.mark.parametrize("kind", ["Gateway", "ServiceEntry", "EnvoyFilter", "Telemetry", "New"])
def test_a_kind_that_is_not_converted_is_lost_as_a_whole(convert: Convert, kind: str) -> None:
    """With what to do instead."""
    text = f"{{apiVersion: networking.istio.io/v1, kind: {kind}, metadata: {{name: a}}}}"
    found = convert(text)
    assert found.status("metadata.name") is LOST
    assert found.note("kind")


def test_one_object_twice_is_not_guessed(convert: Convert) -> None:
    """Two different ones of a name, or a name that is taken already."""
    rule = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule"}
    rule["metadata"] = {"name": "a", "namespace": "shop"}  # type: ignore[assignment]
    one = {**rule, "spec": {"host": "a", "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}}}
    two = {**rule, "spec": {"host": "a", "trafficPolicy": {"outlierDetection": {}}}}
    found = convert(yaml.safe_dump_all([one, two, one]))
    assert len(found.migration.manifests) == 1
    assert "exists already" in found.note("spec.host", document=1)
    assert not found.lost(document=2)
    twice = convert(yaml.safe_dump_all([_deployment(), _deployment(hostNetwork=True)]))
    assert not twice.migration.cleaned
    assert "more than once" in twice.note("kind", document=1)
