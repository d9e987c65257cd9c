"""The dashboard: JSON that Grafana imports, queries that Prometheus parses."""

import json
from pathlib import Path
from typing import Any

from sovereign.mesh import dashboard, dashboard_json, hubble_metrics, service_level_rules
from tests.mesh.observability.promtool import check_rules

FOUND = dashboard_json(service="shop/api")
PANELS: list[dict[str, Any]] = FOUND["panels"]


def _expressions() -> list[str]:
    return [target["expr"] for panel in PANELS for target in panel["targets"]]


def test_every_query_is_promql(tmp_path: Path) -> None:
    """Prometheus' own parser reads them, Grafana's variable filled in."""
    texts = [text.replace("$__rate_interval", "5m") for text in _expressions()]
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(texts)]
    assert check_rules([{"name": "dashboard", "rules": rules}], tmp_path) == ""


def test_it_has_what_grafana_needs_to_open_it() -> None:
    """Title, identity, schema version, a data source that the reader chooses, placed panels."""
    assert FOUND["title"] == "shop/api: service level"
    assert 0 < len(FOUND["uid"]) <= 40
    assert isinstance(FOUND["schemaVersion"], int)
    assert [variable["name"] for variable in FOUND["templating"]["list"]] == ["datasource"]
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["type"] == "timeseries"
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


def test_no_two_panels_lie_on_each_other() -> None:
    """Grafana would move them about."""
    cells = [
        (x, y)
        for panel in PANELS
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))


def test_objectives_and_thresholds_are_lines() -> None:
    """The figures of the requirement: target and alert of each objective."""
    lines = {
        panel["title"]: [
            step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        ]
        for panel in PANELS[:3]
    }
    assert lines == {
        "Availability": [None, 99.5, 99.9],
        "Latency, 95th percentile": [None, 0.5, 1.0],
        "Error rate": [None, 0.1, 1.0],
    }


def test_it_shows_what_the_rules_record() -> None:
    """A renamed series would leave a panel empty."""
    rules = service_level_rules(service="shop/api")[0]["spec"]["groups"][0]["rules"]
    recorded = {rule["record"] for rule in rules if "record" in rule}
    assert recorded == {text.partition("{")[0] for text in _expressions()[:3]}


def test_queries_use_only_labels_that_hubble_is_told_to_give() -> None:
    """Without the context labels a query finds nothing."""
    given = hubble_metrics()[-1].partition("labelsContext=")[2].split(",")
    for name in ("destination_namespace", "destination_workload", "source_workload"):
        assert name in given
        assert any(name in text for text in _expressions())


def test_the_config_map_holds_the_same_json() -> None:
    """What the sidecar hands to Grafana is what is imported by hand."""
    (made,) = dashboard(service="shop/api", namespace="monitoring")
    assert made["metadata"]["namespace"] == "monitoring"
    assert made["metadata"]["labels"] == {"grafana_dashboard": "1"}
    assert json.loads(made["data"]["shop-api.json"]) == FOUND
