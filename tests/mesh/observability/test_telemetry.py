"""Hubble, OpenTelemetry and the Grafana stack: the requirement's figures, nothing unpinned, no
secret.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from sovereign.config import HubbleConfig
from sovereign.mesh import (
    ObjectStorage,
    collector,
    grafana_stack,
    hubble_metrics,
    hubble_values,
    instrumentation,
    pod_annotations,
)
from sovereign.mesh.values import Line, check
from sovereign.mesh.values.metrics import metrics
from sovereign.problems import ConfigError
from tests import configurations
from tests.configurations import dev
from tests.mesh.clusters import CILIUM, Accepts

STACK = {
    release.name: release for release in grafana_stack(storage=ObjectStorage("shop-observability"))
}


def _paths(build: Any, **arguments: Any) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        build(**arguments)
    return [problem.path for problem in refused.value.problems]


def test_hubbles_metrics_are_the_requirements_with_http_in_its_current_form() -> None:
    """dns, drop, tcp, flow, icmp, http; the same names as the Sovereign's own default."""
    names = [metric.partition(":")[0] for metric in hubble_metrics()]
    assert names == ["dns", "drop", "tcp", "flow", "icmp", "httpV2"]
    assert names == hubble_metrics(workloads=False)
    assert hubble_metrics() == HubbleConfig().metrics


@pytest.mark.parametrize(
    ("line", "version", "k3s"),
    [("1.20", "1.20.2", "v1.36.4+k3s1"), ("1.19", "1.19.6", "v1.35.5+k3s1")],
)
def test_a_sovereign_installs_the_metrics_that_the_rules_read(
    line: Line, version: str, k3s: str
) -> None:
    """By default, and metrics with options of one's own are taken too; the check of both chart
    lines has nothing against either.
    """
    own = ["dns:query;ignoreAAAA", "httpV2:exemplars=true;labelsContext=source_workload"]
    for hubble, expected in (({}, hubble_metrics()), ({"metrics": own}, own)):
        cluster = dev(cilium={"version": version, "hubble": hubble}, k3s={"version": k3s})
        values = configurations.plan(cluster).cilium.values
        assert values["hubble"]["metrics"]["enabled"] == expected
        assert check(values, line, nodes=3) == []


@pytest.mark.parametrize("cilium", CILIUM)
def test_the_charts_own_schema_takes_the_hubble_values(cilium: str, reference: Path) -> None:
    """Both lines."""
    path = reference / f"cilium-{cilium}" / "chart" / "values.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema.pop("required", None)
    assert list(Draft7Validator(schema).iter_errors(hubble_values())) == []


def test_the_projects_check_of_values_takes_the_metrics() -> None:
    """Known names, once each, none deprecated."""
    assert list(metrics(hubble_metrics())) == []


def test_a_hubble_ui_without_relay_is_refused() -> None:
    """It would show nothing."""
    assert _paths(hubble_values, relay=False) == ["hubble.ui"]


def test_the_requirements_instrumentation() -> None:
    """All traces, parent's decision first; W3C propagation; OTLP/HTTP 4318 in `opentelemetry`."""
    (made,) = instrumentation()
    spec = made["spec"]
    assert made["metadata"]["namespace"] == "opentelemetry"
    assert spec["sampler"] == {"type": "parentbased_traceidratio", "argument": "1.0"}
    assert spec["propagators"] == ["tracecontext", "baggage"]
    assert spec["exporter"] == {"endpoint": "http://otel-collector.opentelemetry:4318"}
    for language in ("java", "python", "nodejs"):
        protocol = {"name": "OTEL_EXPORTER_OTLP_PROTOCOL", "value": "http/protobuf"}
        assert spec[language] == {"env": [protocol]}


def test_images_are_pinned_or_left_to_the_operator(accepts: Accepts) -> None:
    """By tag or digest; `:latest` and no tag at all are refused."""
    digest = "registry.example:5000/agents/python@sha256:" + "a" * 64
    made = instrumentation(images={"java": "example/java:2.1.0", "python": digest})
    accepts(made)
    assert made[0]["spec"]["python"]["image"] == digest
    assert "image" not in made[0]["spec"]["nodejs"]
    for image in ("example/java:latest", "example/java", "registry.example:5000/java", ""):
        assert _paths(instrumentation, images={"java": image}) == ["instrumentation.images.java"]


def test_what_would_send_nowhere_is_refused() -> None:
    """gRPC's port, a ratio above one, a language without an agent here."""
    assert _paths(
        instrumentation,
        sampling_ratio=1.5,
        collector="http://otel-collector.opentelemetry:4317",
        images={"cobol": "a:1"},
    ) == [
        "instrumentation.sampling_ratio",
        "instrumentation.collector",
        "instrumentation.images",
    ]


@pytest.mark.parametrize("language", ["java", "python", "nodejs"])
def test_a_pod_opts_in_by_annotation(language: Any) -> None:
    """The value names the Instrumentation."""
    assert pod_annotations(language=language) == {
        f"instrumentation.opentelemetry.io/inject-{language}": "opentelemetry/default"
    }


def test_a_pod_of_another_language_is_refused() -> None:
    """The operator would ignore the annotation."""
    bad: Any = "cobol"
    assert _paths(pod_annotations, language=bad, instrumentation="default") == [
        "pod-annotations.language",
        "pod-annotations.instrumentation",
    ]


def test_agents_send_to_the_collector_and_it_to_the_stack() -> None:
    """Service names and ports on both sides are the same."""
    (made,) = collector()
    (agents,) = instrumentation()
    host = f"{made['metadata']['name']}-collector.{made['metadata']['namespace']}"
    config = made["spec"]["config"]
    port = config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]
    assert agents["spec"]["exporter"]["endpoint"] == f"http://{host}:{port}"
    for pipeline in config["service"]["pipelines"].values():
        (exporter,) = pipeline["exporters"]
        assert exporter.partition("/")[2] in STACK
        assert STACK["loki"].namespace in config["exporters"][exporter]["endpoint"]


def test_the_stack_is_loki_mimir_tempo_grafana_each_pinned() -> None:
    """Exact versions that Renovate finds."""
    assert list(STACK) == ["loki", "mimir", "tempo", "grafana"]
    for release in STACK.values():
        assert release.version.count(".") == 2
        assert release.version.replace(".", "").isdigit()
        assert release.repository.startswith("https://")


def test_no_secret_stands_in_the_values() -> None:
    """Keys come from the environment, the password from a Secret."""
    written = yaml.safe_dump([release.values for release in STACK.values()])
    for line in written.splitlines():
        if any(word in line.lower() for word in ("secret_key", "secretaccess", "secret_access")):
            assert line.rstrip().endswith("${AWS_SECRET_ACCESS_KEY}")
    assert "adminPassword" not in written
    assert STACK["grafana"].values["admin"]["existingSecret"] == "grafana-admin"


def test_grafana_asks_the_three_stores_and_finds_dashboards_by_label() -> None:
    """The label that the dashboards carry."""
    values = STACK["grafana"].values
    sources = values["datasources"]["datasources.yaml"]["datasources"]
    assert [(one["type"], one["isDefault"]) for one in sources] == [
        ("prometheus", True),
        ("loki", False),
        ("tempo", False),
    ]
    found = values["sidecar"]["dashboards"]
    assert (found["label"], found["labelValue"]) == ("grafana_dashboard", "1")


def test_retention_and_volumes_reach_every_store() -> None:
    """One figure for logs, metrics and traces."""
    made = grafana_stack(
        storage=ObjectStorage("shop"), retention="48h", volume_size_gi=20, namespace="seen"
    )
    values = {release.name: release.values for release in made}
    limits = values["mimir"]["mimir"]["structuredConfig"]["limits"]
    assert values["loki"]["loki"]["limits_config"]["retention_period"] == "48h"
    assert limits["compactor_blocks_retention_period"] == "48h"
    assert values["tempo"]["tempo"]["retention"] == "48h"
    assert {release.namespace for release in made} == {"seen"}
    assert values["loki"]["singleBinary"]["persistence"]["size"] == "20Gi"


def test_a_stack_that_could_keep_nothing_is_refused() -> None:
    """All problems at once."""
    storage = ObjectStorage("B", endpoint="https://a.b", region="R", secret="S")
    assert _paths(
        grafana_stack, storage=storage, retention="1h", volume_size_gi=1, admin_secret="-"
    ) == [
        "grafana-stack.admin_secret",
        "grafana-stack.retention",
        "grafana-stack.volume_size_gi",
        "grafana-stack.storage.bucket",
        "grafana-stack.storage.endpoint",
        "grafana-stack.storage.region",
        "grafana-stack.storage.secret",
    ]
