"""What rules say of mutual authentication and of images."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.mesh import policy
from tests.policies.cases.releases import cilium
from tests.policies.cases.stacks import Typed
from tests.policies.registrations import UNKNOWN

AUTHENTICATION, IMAGES = "authentication-needs-spire", "images-pinned"


def demanding(mode: Any = "required") -> Typed:
    """Return a policy whose callers must authenticate."""
    return policy({"ingress": [{"authentication": {"mode": mode}}]})


SPIRE = {"authentication": {"enabled": True, "mutual": {"spire": {"enabled": True}}}}
DEMAND = "spec.ingress[0].authentication.mode is `required`, but"
NO_SPIRE = "values.authentication.mutual.spire.enabled is not set"
AUTHENTICATIONS = [
    Case(AUTHENTICATION, "compliant", [demanding(), cilium("1.20.2", **SPIRE)]),
    Case(AUTHENTICATION, "compliant", [demanding("disabled"), cilium("1.20.2")], None),
    Case(AUTHENTICATION, "missing", [cilium("1.20.2")], None),
    Case(
        AUTHENTICATION,
        "violating",
        [demanding()],
        [(f"{DEMAND} this stack installs no SPIRE, and the setting `spire` says that none runs")],
    ),
    Case(
        AUTHENTICATION,
        "violating",
        [demanding(), cilium("1.20.2", authentication={"enabled": True})],
        [f"{DEMAND} {NO_SPIRE}"],
    ),
    Case(
        AUTHENTICATION,
        "violating",
        [demanding(), cilium("1.21.0", **SPIRE)],
        [f"{DEMAND} Cilium 1.21 is not known to carry it"],
    ),
    Case(
        AUTHENTICATION,
        "violating",
        [cilium("1.20.2", authentication={"enabled": True})],
        [f"values.authentication.enabled is true, but {NO_SPIRE}"],
    ),
    Case(
        AUTHENTICATION,
        "unknown",
        [policy({"egress": UNKNOWN}), demanding(UNKNOWN)],
        ["deferred: spec.egress", "deferred: spec.ingress[0].authentication.mode"],
    ),
    Case(
        AUTHENTICATION,
        "unknown",
        [demanding(), cilium("1.20.2", authentication=UNKNOWN)],
        ["deferred: values.authentication", "deferred: values.authentication"],
    ),
    Case(AUTHENTICATION, "configured", [demanding()], [], {"spire": True}),
]


def pod(image: Any, key: str = "containers") -> dict[str, Any]:
    """Return a Pod of one container."""
    return {"spec": {key: [{"name": "web", "image": image}]}}


CRON = {"spec": {"jobTemplate": {"spec": {"template": pod("busybox")}}}}
APP = "spec.containers[0].image is `app:lts`,"
FLOATING = "without a fixed tag or digest"
IMAGE_CASES = [
    Case(IMAGES, "compliant", pod("registry.example.com:5000/shop/api:1.4.2")),
    Case(IMAGES, "compliant", pod(f"nginx:latest@sha256:{'0' * 64}")),
    Case(IMAGES, "compliant", {"spec": {"java": {"image": "otel/java:2.20.0"}}}),
    Case(IMAGES, "missing", {}, None),
    Case(
        IMAGES,
        "violating",
        pod("registry.example.com:5000/shop/api"),
        [f"spec.containers[0].image is `registry.example.com:5000/shop/api`, {FLOATING}"],
    ),
    Case(
        IMAGES,
        "violating",
        pod("nginx:latest", "initContainers"),
        [f"spec.initContainers[0].image is `nginx:latest`, {FLOATING}"],
    ),
    Case(
        IMAGES,
        "violating",
        CRON,
        [f"spec.jobTemplate.spec.template.spec.containers[0].image is `busybox`, {FLOATING}"],
    ),
    Case(
        IMAGES,
        "violating",
        {"spec": {"python": {"image": "otel/python"}}},
        [f"spec.python.image is `otel/python`, {FLOATING}"],
    ),
    Case(IMAGES, "unknown", pod(UNKNOWN), ["deferred: spec.containers[0].image"]),
    Case(IMAGES, "unknown", {"spec": {"containers": UNKNOWN}}, ["deferred: spec.containers"]),
    Case(IMAGES, "configured", pod("localhost/web"), [], {"except": ["localhost/"]}),
    *[
        Case(
            IMAGES,
            "violating",
            pod(f"app:{tag}"),
            [f"spec.containers[0].image is `app:{tag}`, {FLOATING}"],
        )
        for tag in ("stable", "main", "edge", "nightly", "canary", "dev", "stable-alpine")
    ],
    *[
        Case(IMAGES, "compliant", pod(f"app:{tag}"))
        for tag in ("main-3f2a91c", "stable-2026.11.1", "1.29-alpine", "development")
    ],
    Case(IMAGES, "configured", pod("app:lts"), [f"{APP} {FLOATING}"], {"channels": ["lts"]}),
    Case(IMAGES, "configured", pod("app:stable"), [], {"channels": ["lts"]}),
]

CASES = [*AUTHENTICATIONS, *IMAGE_CASES]
