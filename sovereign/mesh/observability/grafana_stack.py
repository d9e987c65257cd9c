"""Loki (logs), Mimir (metrics), Tempo (traces) and Grafana as four Helm releases, sized for one
small cluster, with everything they keep in one object store.

Nothing secret is in the values: keys and Grafana's password come from Secrets of the namespace.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sovereign.mesh import durations
from sovereign.mesh.checks import Checks
from sovereign.mesh.observability.object_storage import ObjectStorage

NAMESPACE = "observability"
_ACCESS_KEY = "${AWS_ACCESS_KEY_ID}"
_SECRET_KEY = "${AWS_SECRET_ACCESS_KEY}"


@dataclass(frozen=True)
class ChartRelease:
    """One Helm release, pinned."""

    name: str
    chart: str
    repository: str
    version: str
    namespace: str
    values: dict[str, Any]


@cache
def charts() -> dict[str, dict[str, str]]:
    """`charts.yaml`: release -> repository, chart, version."""
    text = files("sovereign.mesh.observability").joinpath("charts.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text))


def grafana_stack(
    *,
    storage: ObjectStorage,
    namespace: str = NAMESPACE,
    retention: str = "744h",
    volume_size_gi: int = 10,
    admin_secret: str = "grafana-admin",
) -> list[ChartRelease]:
    """The releases in the order of installation, Grafana last. `retention` holds for logs, metrics
    and traces; `volume_size_gi` is each part's own volume, of the cluster's default storage class.
    `admin_secret` has the keys admin-user and admin-password. Raises ConfigError.
    """
    checks = Checks("grafana-stack")
    checks.label("namespace", namespace)
    checks.name("admin_secret", admin_secret)
    checks.duration("retention", retention, "24h", "8760h")
    checks.between("volume_size_gi", volume_size_gi, 10, 10240, "gibibytes")
    storage.check(checks)
    checks.refuse()
    kept, size = durations.prometheus(retention), f"{volume_size_gi}Gi"
    values = {
        "loki": _loki(storage, kept, size),
        "mimir": _mimir(storage, kept, size),
        "tempo": _tempo(storage, kept, size),
        "grafana": _grafana(namespace, admin_secret, size),
    }
    return [
        ChartRelease(name=name, namespace=namespace, values=values[name], **pin)
        for name, pin in charts().items()
    ]


def _environment(storage: ObjectStorage) -> list[dict[str, Any]]:
    return [{"secretRef": {"name": storage.secret}}]


def _loki(storage: ObjectStorage, retention: str, size: str) -> dict[str, Any]:
    logs = f"{storage.bucket}-logs"
    index = {"prefix": "loki_index_", "period": "24h"}
    schema = {"from": "2026-01-01", "store": "tsdb", "object_store": "s3", "schema": "v13"}
    s3 = {
        "endpoint": storage.endpoint,
        "region": storage.region,
        "accessKeyId": _ACCESS_KEY,
        "secretAccessKey": _SECRET_KEY,
        "s3ForcePathStyle": True,
    }
    return {
        "deploymentMode": "Monolithic",
        "defaults": {"extraEnvFrom": _environment(storage)},
        "loki": {
            "auth_enabled": False,
            "commonConfig": {"replication_factor": 1},
            "schemaConfig": {"configs": [{**schema, "index": index}]},
            "storage": {
                "type": "s3",
                "bucketNames": {"chunks": logs, "ruler": logs, "admin": logs},
                "s3": s3,
            },
            "compactor": {"retention_enabled": True, "delete_request_store": "s3"},
            "limits_config": {"retention_period": retention},
        },
        "singleBinary": {"replicas": 1, "persistence": {"size": size}},
        **{part: {"replicas": 0} for part in ("read", "write", "backend")},
        "chunksCache": {"enabled": False},
        "resultsCache": {"enabled": False},
        "lokiCanary": {"enabled": False},
        "test": {"enabled": False},
    }


def _mimir(storage: ObjectStorage, retention: str, size: str) -> dict[str, Any]:
    """Without Kafka: ingest storage, the chart's default since 6.0, comes with a Kafka that its
    authors call a demonstration.
    """
    s3 = {
        "endpoint": storage.endpoint,
        "region": storage.region,
        "access_key_id": _ACCESS_KEY,
        "secret_access_key": _SECRET_KEY,
    }
    bucket = storage.bucket
    config = {
        "common": {"storage": {"backend": "s3", "s3": s3}},
        "blocks_storage": {"s3": {"bucket_name": f"{bucket}-metrics"}},
        "ruler_storage": {"s3": {"bucket_name": f"{bucket}-rules"}},
        "alertmanager_storage": {"s3": {"bucket_name": f"{bucket}-alerts"}},
        "ingest_storage": {"enabled": False},
        "ingester": {"push_grpc_method_enabled": True, "ring": {"replication_factor": 1}},
        "limits": {"compactor_blocks_retention_period": retention},
        "multitenancy_enabled": False,
    }
    one_zone = {"zoneAwareReplication": {"enabled": False}}
    volume = {"persistentVolume": {"size": size}}
    return {
        "global": {"extraEnvFrom": _environment(storage)},
        "mimir": {"structuredConfig": config},
        "kafka": {"enabled": False},
        "minio": {"enabled": False},
        "rollout_operator": {"enabled": False},
        "ingester": {"replicas": 1, **one_zone, **volume},
        "store_gateway": {"replicas": 1, **one_zone, **volume},
        "compactor": {"replicas": 1, **volume},
        **{part: {"replicas": 1} for part in ("querier", "query_scheduler", "distributor")},
    }


def _tempo(storage: ObjectStorage, retention: str, size: str) -> dict[str, Any]:
    s3 = {
        "bucket": f"{storage.bucket}-traces",
        "endpoint": storage.endpoint,
        "region": storage.region,
        "access_key": _ACCESS_KEY,
        "secret_key": _SECRET_KEY,
    }
    return {
        "tempo": {
            "retention": retention,
            "reportingEnabled": False,
            "storage": {"trace": {"backend": "s3", "s3": s3}},
            "extraArgs": {"config.expand-env": True},
            "extraEnvFrom": _environment(storage),
        },
        "persistence": {"enabled": True, "size": size},
    }


def _grafana(namespace: str, admin_secret: str, size: str) -> dict[str, Any]:
    sources = [
        ("Mimir", "prometheus", f"http://mimir-gateway.{namespace}/prometheus"),
        ("Loki", "loki", f"http://loki-gateway.{namespace}"),
        ("Tempo", "tempo", f"http://tempo.{namespace}:3200"),
    ]
    listed = [
        {
            "name": name,
            "type": kind,
            "uid": name.lower(),
            "url": url,
            "access": "proxy",
            "isDefault": kind == "prometheus",
        }
        for name, kind, url in sources
    ]
    return {
        "admin": {
            "existingSecret": admin_secret,
            "userKey": "admin-user",
            "passwordKey": "admin-password",
        },
        "datasources": {"datasources.yaml": {"apiVersion": 1, "datasources": listed}},
        "sidecar": {
            "dashboards": {"enabled": True, "label": "grafana_dashboard", "labelValue": "1"}
        },
        "persistence": {"enabled": True, "size": size},
        "deploymentStrategy": {"type": "Recreate"},
    }
