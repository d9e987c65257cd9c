"""OpenTelemetry for applications: the operator injects an agent into pods that opt in by
annotation. Independent of the mesh.

`opentelemetry.io/v1alpha1` is the only served version (operator 0.158.0). Java, Python and Node.js
speak OTLP over HTTP, port 4318.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest

NAMESPACE = "opentelemetry"
OTLP_HTTP_PORT = 4318
COLLECTOR = f"http://otel-collector.{NAMESPACE}:{OTLP_HTTP_PORT}"
LANGUAGES = ("java", "python", "nodejs")
Language = Literal["java", "python", "nodejs"]
PROPAGATORS = ("tracecontext", "baggage")
_ENDPOINT = re.compile(r"https?://[a-z0-9]([-a-z0-9.]*[a-z0-9])?:4318")
_PINNED = re.compile(
    r"[a-z0-9][-a-z0-9._/:]*(:(?!latest$)[A-Za-z0-9_][-A-Za-z0-9_.]*|@sha256:[0-9a-f]{64})"
)


def instrumentation(
    *,
    namespace: str = NAMESPACE,
    name: str = "default",
    sampling_ratio: float = 1.0,
    collector: str = COLLECTOR,
    images: Mapping[str, str] | None = None,
) -> list[Manifest]:
    """The Instrumentation for java, python and nodejs.

    `sampling_ratio` 0.0 to 1.0 is the share of traces begun here that are kept; a caller's decision
    is kept as it is. `images`: language -> pinned image; without one the operator's own version is
    used. Raises ConfigError.
    """
    checks = Checks("instrumentation")
    checks.label("namespace", namespace)
    checks.name("name", name)
    checks.between("sampling_ratio", sampling_ratio, 0.0, 1.0)
    if not _ENDPOINT.fullmatch(collector):
        rule = f"must be an OTLP/HTTP address with port {OTLP_HTTP_PORT} (4317 is gRPC)"
        checks.add("collector", collector, rule, f"write for example {COLLECTOR}")
    for language, image in (images or {}).items():
        checks.one_of("images", language, LANGUAGES)
        if not _PINNED.fullmatch(image):
            rule = "must be pinned by a tag other than latest, or by a digest"
            checks.add(f"images.{language}", image, rule, "leave it out for the operator's own")
    checks.refuse()
    spec: dict[str, Any] = {
        "exporter": {"endpoint": collector},
        "propagators": list(PROPAGATORS),
        "sampler": {"type": "parentbased_traceidratio", "argument": str(float(sampling_ratio))},
    }
    for language in LANGUAGES:
        protocol = {"name": "OTEL_EXPORTER_OTLP_PROTOCOL", "value": "http/protobuf"}
        spec[language] = {"env": [protocol]}
        if images is not None and language in images:
            spec[language]["image"] = images[language]
    return [
        manifest(
            "opentelemetry.io/v1alpha1", "Instrumentation", name, namespace=namespace, spec=spec
        )
    ]


def pod_annotations(
    *, language: Language, instrumentation: str = f"{NAMESPACE}/default"
) -> dict[str, str]:
    """The annotation by which a pod opts in; `instrumentation` is `namespace/name`. It belongs to
    the pod template, not to the Deployment. Raises ConfigError.
    """
    checks = Checks("pod-annotations")
    checks.one_of("language", language, LANGUAGES)
    checks.service("instrumentation", instrumentation)
    checks.refuse()
    return {f"instrumentation.opentelemetry.io/inject-{language}": instrumentation}
