"""What both packs share: plain values, who is looked at, what a pack remembers of a run."""

from typing import Any

import pytest
from pulumi_policy.proxy import unknown_checking_proxy

from policies.framework.subjects import CILIUM, CLOUD_CONTROLLER, GATEWAY, chart_name
from policies.framework.values import Unknown, at, plain, shown
from tests.policies.registrations import UNKNOWN, dev
from tests.policies.wire import running

RELEASE = "kubernetes:helm.sh/v3:Release"


def test_plain_values_hold_no_proxy_no_float_and_no_bookkeeping() -> None:
    """Unknowns keep their path, whole numbers are integers, `__defaults` is gone."""
    given = {"a": [{"b": UNKNOWN, "c": 2.0}, UNKNOWN], "d": 2.5, "e": True, "__defaults": []}

    assert plain(unknown_checking_proxy(given)) == {
        "a": [{"b": Unknown("a[0].b"), "c": 2}, Unknown("a[1]")],
        "d": 2.5,
        "e": True,
    }
    assert type(plain({"c": 2.0})["c"]) is int  # type: ignore[index]


def test_below_an_unknown_everything_is_unknown() -> None:
    """A rule that reads deeper learns what is waited for; what is missing is `None`."""
    props = {"values": Unknown("values")}

    assert at(props, "values", "encryption", "type") == Unknown("values")
    assert at({"values": {}}, "values", "encryption", "type") is None


def test_messages_show_values_shortly() -> None:
    """A message names what was found without printing pages of it."""
    assert shown(None) == "not set"
    assert shown(True) == "true"
    assert shown("x" * 500) == f"`{'x' * 80}`"
    assert shown({"a": 1}) == "a map with 1 keys"
    assert shown([1, "b"]) == "[1, `b`]"


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        ("cilium", "cilium"),
        ("oci://quay.io/cilium/cilium", "cilium"),
        ("./charts/cilium-1.20.2.tgz", "cilium"),
        ("https://helm.cilium.io/cilium-1.20.2.tgz", "cilium"),
        ("hcloud-cloud-controller-manager-1.35.0.tgz", "hcloud-cloud-controller-manager"),
        ("cilium-mesh/", "cilium-mesh"),
    ],
)
def test_a_chart_is_known_however_it_is_given(chart: str, name: str) -> None:
    """Repository name, archive, address: one chart."""
    assert chart_name({"chart": chart}) == name


@pytest.mark.parametrize(
    ("kind", "props", "looked_at"),
    [
        (RELEASE, {"chart": "cilium"}, True),
        (RELEASE, {"chart": "vendored", "name": "cilium"}, True),
        (RELEASE, {"chart": "grafana", "name": "grafana"}, False),
        ("kubernetes:helm.sh/v4:Chart", {"chart": "cilium"}, True),
        ("sovereign:index:Cilium", {"values": {}}, True),
        ("sovereign:index:K3sJoin", {}, False),
    ],
)
def test_cilium_is_our_component_or_any_release_of_the_chart(
    kind: str, props: dict[str, Any], looked_at: bool
) -> None:
    """Rules on Cilium's values hold for programs that are not ours."""
    assert CILIUM.holds(kind, props) is looked_at
    assert not CLOUD_CONTROLLER.holds(kind, props)


def test_a_gateway_is_one_in_any_version() -> None:
    """v1 and v1beta1 have the same listeners."""
    assert GATEWAY.holds("kubernetes:gateway.networking.k8s.io/v1beta1:Gateway", {})
    assert not GATEWAY.holds("kubernetes:gateway.networking.k8s.io/v1:GatewayClass", {})


def test_without_remembered_inputs_a_stack_rule_reads_outputs() -> None:
    """An audit that shows the stack only still finds the incident."""
    stack = dev()
    release = stack["Release dev-cilium"]
    release.inputs["values"]["k8sServiceHost"] = "127.0.0.1"
    with running("network") as network:
        verdict = network.judge_stack(stack)

    assert verdict.at_level("mandatory") == {"api-server-address"}


def test_what_was_deferred_is_told_once_per_value() -> None:
    """Two rules on one unknown are two lines; one rule on it is one, however often it is asked."""
    stack = dev(control_planes=3, preview=True)
    with running("network") as network:
        said = [each.message.splitlines()[-1] for each in network.judge(stack).findings]

    assert said == [
        "deferred: api-server-address: values.k8sServiceHost is unknown until `pulumi up`",
        "deferred: api-server-address: values.k8s.apiServerURLs is unknown until `pulumi up`",
        (
            "deferred: api-server-every-control-plane: values.k8s.apiServerURLs is unknown until "
            "`pulumi up`"
        ),
    ]
