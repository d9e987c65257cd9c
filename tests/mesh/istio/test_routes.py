"""What a rule does with a request: backends, rewrites, redirects, headers, times."""

from typing import Any

import pytest

from tests.mesh.istio.conversion import LOST, TO_API, Convert, virtual_service

SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 8081}]}
"""


def _rules(convert: Convert, *rules: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    made = convert(virtual_service(*rules), **settings)["HTTPRoute shop/api"]
    found: list[dict[str, Any]] = made["spec"]["rules"]
    return found


def _destination(host: str, weight: int | None = None, port: int | None = 80) -> dict[str, Any]:
    destination = {"host": host, **({"port": {"number": port}} if port else {})}
    return {"destination": destination, **({} if weight is None else {"weight": weight})}


def test_no_weight_among_several_means_none_of_the_requests(convert: Convert) -> None:
    """Istio's default is 0 there, HTTPRoute's is 1."""
    routes = {"route": [_destination("api", 100), _destination("old")]}
    (rule,) = _rules(convert, routes)
    assert [backend["weight"] for backend in rule["backendRefs"]] == [100, 0]
    (alone,) = _rules(convert, {"route": [_destination("api", 0)]})
    assert "weight" not in alone["backendRefs"][0]


def test_one_backend_that_cannot_be_written_takes_its_rule_along(convert: Convert) -> None:
    """Without it the shares of the others would grow."""
    routes = {"route": [_destination("api", 90), _destination("www.example.com", 10)]}
    found = convert(virtual_service(routes, TO_API))
    (rule,) = found["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": "api", "port": 80}]
    assert found.status("spec.http[0].route[0].destination.host") is LOST
    assert "no Service" in found.note("spec.http[0].route[1].destination.host")


def test_a_missing_port_is_the_only_one_of_a_known_service(convert: Convert) -> None:
    """Of an unknown one it is asked for: HTTPRoute needs it."""
    found = convert(virtual_service({"route": [_destination("web", port=None)]}) + SERVICE)
    (rule,) = found["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": "web", "port": 8081}]
    unknown = convert(virtual_service({"route": [_destination("web", port=None)]}))
    assert "add port.number" in unknown.note("spec.http[0].route[0].destination.host")


def test_a_backend_of_another_namespace_gets_its_permission(convert: Convert) -> None:
    """A ReferenceGrant there, for this namespace's routes and that Service alone."""
    found = convert(virtual_service({"route": [_destination("api.other.svc.cluster.local")]}))
    grant = found["ReferenceGrant other/api-from-shop"]["spec"]
    assert [source["namespace"] for source in grant["from"]] == ["shop"]
    assert grant["to"] == [{"group": "", "kind": "Service", "name": "api"}]


def test_a_path_is_rewritten_by_the_way_it_matched(convert: Convert) -> None:
    """A prefix is replaced, an exact path wholly; each match gets a rule, for a definition allows
    one prefix only. An expression cannot be rewritten.
    """
    match = [{"uri": {"prefix": "/a"}}, {"uri": {"exact": "/b"}}]
    rules = _rules(convert, {**TO_API, "match": match, "rewrite": {"uri": "/c"}})
    assert [len(rule["matches"]) for rule in rules] == [1, 1]
    assert [rule["filters"][0]["urlRewrite"]["path"] for rule in rules] == [
        {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/c"},
        {"type": "ReplaceFullPath", "replaceFullPath": "/c"},
    ]
    found = convert(
        virtual_service({**TO_API, "match": [{"uri": {"regex": "/x"}}], "rewrite": {"uri": "/c"}})
    )
    assert found.names == []
    assert "expression" in found.note("spec.http[0].rewrite.uri")


def test_a_rewrite_of_the_host_keeps_the_matches_together(convert: Convert) -> None:
    """Only paths depend on how they matched."""
    match = [{"uri": {"prefix": "/a"}}, {"uri": {"exact": "/b"}}]
    (rule,) = _rules(convert, {**TO_API, "match": match, "rewrite": {"authority": "b.example"}})
    assert rule["filters"] == [{"type": "URLRewrite", "urlRewrite": {"hostname": "b.example"}}]


def test_a_redirect_keeps_istios_code(convert: Convert) -> None:
    """301, while HTTPRoute's own default is 302."""
    redirect = {"uri": "/n", "authority": "b.example:8443", "scheme": "https"}
    (rule,) = _rules(convert, {"redirect": redirect})
    assert rule["filters"] == [
        {
            "type": "RequestRedirect",
            "requestRedirect": {
                "statusCode": 301,
                "path": {"type": "ReplaceFullPath", "replaceFullPath": "/n"},
                "hostname": "b.example",
                "port": 8443,
                "scheme": "https",
            },
        }
    ]
    assert "backendRefs" not in rule


@pytest.mark.parametrize(
    "redirect", [{"redirectCode": 305}, {"uri": "%PREFIX()%"}, {"scheme": "ftp"}, {"port": 0}]
)
def test_a_redirect_that_cannot_be_written_is_no_route(
    convert: Convert, redirect: dict[str, Any]
) -> None:
    """It would send people somewhere else."""
    assert convert(virtual_service({"redirect": redirect})).names == []


def test_headers_are_changed_and_what_cannot_be_is_said(convert: Convert) -> None:
    """Envoy's variables and the host are no matter of a header filter."""
    change = {
        "request": {"set": {"x-a": "1", "host": "b", "x-ip": "%REQ(x)%"}, "remove": ["x-b"]},
        "response": {"add": {"x-c": "2"}},
    }
    found = convert(virtual_service({**TO_API, "headers": change}))
    (rule,) = found["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["filters"] == [
        {
            "type": "RequestHeaderModifier",
            "requestHeaderModifier": {
                "set": [{"name": "x-a", "value": "1"}],
                "remove": ["x-b"],
            },
        },
        {
            "type": "ResponseHeaderModifier",
            "responseHeaderModifier": {"add": [{"name": "x-c", "value": "2"}]},
        },
    ]
    assert found.lost() == {
        "spec.http[0].headers.request.set.host",
        "spec.http[0].headers.request.set.x-ip",
    }


def test_headers_of_one_backend_stay_with_it(convert: Convert) -> None:
    """The other share of the requests is not changed."""
    first = {**_destination("api", 50), "headers": {"request": {"set": {"x": "1"}}}}
    (rule,) = _rules(convert, {"route": [first, _destination("old", 50)]})
    assert [len(backend.get("filters", [])) for backend in rule["backendRefs"]] == [1, 0]
    assert "filters" not in rule


def test_times_are_written_as_gateway_api_reads_them(convert: Convert) -> None:
    """1.5s is 1s500ms; a try that is longer than the whole never took effect."""
    (rule,) = _rules(convert, {**TO_API, "timeout": "1.5s", "retries": {"perTryTimeout": "0.5s"}})
    assert rule["timeouts"] == {"request": "1s500ms", "backendRequest": "500ms"}
    found = convert(
        virtual_service({**TO_API, "timeout": "1s", "retries": {"perTryTimeout": "2s"}})
    )
    (rule,) = found["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["timeouts"] == {"request": "1s"}
    assert found.lost() == {"spec.http[0].retries.perTryTimeout"}


def test_retries_need_their_channel(convert: Convert) -> None:
    """On the standard channel they would vanish in silence: refused there, written elsewhere."""
    retries = {"attempts": 2, "retryOn": "gateway-error,connect-failure,429", "backoff": "100ms"}
    refused = convert(virtual_service({**TO_API, "retries": retries}))
    assert "experimental" in refused.note("spec.http[0].retries.attempts")
    assert "retry" not in refused["HTTPRoute shop/api"]["spec"]["rules"][0]
    (rule,) = _rules(convert, {**TO_API, "retries": retries}, experimental=True)
    assert rule["retry"] == {"attempts": 2, "codes": [429, 502, 503, 504], "backoff": "100ms"}
    (none,) = _rules(convert, {**TO_API, "retries": {"attempts": 0}}, experimental=True)
    assert "retry" not in none


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("mirror", {"host": "copy"}, True),
        ("mirrorPercentage", {"value": 50}, True),
        ("fault", {"abort": {"httpStatus": 500}}, True),
        ("corsPolicy", {"allowMethods": ["GET"]}, True),
        ("directResponse", {"status": 200}, False),
        ("delegate", {"name": "other"}, False),
        ("brandNew", True, False),
    ],
)
def test_what_is_not_converted_is_said(
    convert: Convert, field: str, value: Any, kept: bool
) -> None:
    """Mirrors, faults and CORS go, the request still flows; an answer or an unknown field takes the
    rule along.
    """
    found = convert(virtual_service({**TO_API, field: value}))
    assert any(path.startswith(f"spec.http[0].{field}") for path in found.lost())
    assert (found.names == ["HTTPRoute shop/api"]) is kept
