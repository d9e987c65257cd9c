"""Conditions of a rule: what they become, and that none is dropped while its rule stays."""

from typing import Any

import pytest

from tests.mesh.istio.conversion import CONVERTED, DIFFERENT, LOST, Convert

ROUTE = "route: [{destination: {host: api, port: {number: 80}}}]"


def _service(*rules: str) -> str:
    body = "\n".join(f"    - {rule}" for rule in rules)
    return f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: api, namespace: shop}}
spec:
  hosts: [api]
  http:
{body}
"""


def _rule(match: str) -> str:
    return _service(f"{{match: [{match}], {ROUTE}}}")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{uri: {exact: /a}}", {"path": {"type": "Exact", "value": "/a"}}),
        ("{uri: {prefix: /a}}", {"path": {"type": "PathPrefix", "value": "/a"}}),
        ("{uri: {regex: '/a+'}}", {"path": {"type": "RegularExpression", "value": "/a+"}}),
        ("{method: {exact: GET}}", {"method": "GET"}),
        (
            "{headers: {x: {exact: '1'}}}",
            {"headers": [{"name": "x", "type": "Exact", "value": "1"}]},
        ),
        (
            "{headers: {x: {prefix: a.}}}",
            {"headers": [{"name": "x", "type": "RegularExpression", "value": r"a\..*"}]},
        ),
        (
            "{headers: {x: {}}}",
            {"headers": [{"name": "x", "type": "RegularExpression", "value": ".*"}]},
        ),
        (
            "{queryParams: {q: {regex: '1|2'}}}",
            {"queryParams": [{"name": "q", "type": "RegularExpression", "value": "1|2"}]},
        ),
        ("{}", {}),
    ],
)
def test_a_condition_is_written(convert: Convert, match: str, expected: dict[str, Any]) -> None:
    """The path stands in every match, so that its default is no surprise."""
    everything = {"path": {"type": "PathPrefix", "value": "/"}}
    (rule,) = convert(_rule(match))["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["matches"] == [{**everything, **expected}]


@pytest.mark.parametrize(
    "condition",
    [
        "scheme: {exact: https}",
        "authority: {exact: a.example.com}",
        "port: 8080",
        "sourceLabels: {app: web}",
        "sourceNamespace: web",
        "gateways: [mesh]",
        "withoutHeaders: {x: {}}",
        "ignoreUriCase: true",
        "method: {regex: 'G.*'}",
        "uri: {exact: '/a//b'}",
        "uri: {prefix: a}",
        "uri: [/a]",
        "uri: {exact: /a, prefix: /b}",
        "headers: {'x y': {exact: '1'}}",
        "headers: {x: {exact: 5}}",
        "headers: [x]",
        "something: new",
    ],
)
def test_a_match_with_a_condition_that_cannot_be_written_is_left_out_whole(
    convert: Convert, condition: str
) -> None:
    """Without the condition it would catch other requests; the next match stays."""
    found = convert(
        _rule(f"{{queryParams: {{q: {{exact: '1'}}}}, {condition}}}, {{uri: {{exact: /b}}}}")
    )
    (rule,) = found["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "Exact", "value": "/b"}}]
    left_out = {path for path in found.lost() if path.startswith("spec.http[0].match[0]")}
    assert "spec.http[0].match[0].queryParams.q.exact" in left_out
    assert "would catch other requests" in found.note("spec.http[0].match[0].queryParams.q.exact")
    assert found.lost() == left_out


def test_a_rule_without_any_match_left_never_becomes_a_catch_all(convert: Convert) -> None:
    """The rule is left out, and its whole route is lost with it."""
    found = convert(_service(f"{{match: [{{port: 8080}}], {ROUTE}}}", f"{{{ROUTE}}}"))
    (rule,) = found["HTTPRoute shop/api"]["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert found.status("spec.http[0].route[0].destination.host") is LOST
    assert found.status("spec.http[1].route[0].destination.host") is CONVERTED
    assert convert(_rule("{port: 8080}")).names == []


def test_a_prefix_says_that_it_matches_whole_elements(convert: Convert) -> None:
    """Istio's /a catches /ab, HTTPRoute's does not; / is the same in both."""
    found = convert(_rule("{uri: {prefix: /a}}, {uri: {prefix: /}}, {uri: {exact: /a}}"))
    assert found.status("spec.http[0].match[0].uri.prefix") is DIFFERENT
    assert "/ax" in found.note("spec.http[0].match[0].uri.prefix")
    assert found.status("spec.http[0].match[1].uri.prefix") is CONVERTED
    assert found.status("spec.http[0].match[2].uri.exact") is CONVERTED


def test_a_later_rule_that_now_wins_is_said(convert: Convert) -> None:
    """Istio takes the first rule that matches, HTTPRoute the most specific one."""
    general = f"{{match: [{{uri: {{prefix: /}}}}], {ROUTE}}}"
    special = f"{{match: [{{uri: {{exact: /a}}}}], {ROUTE}}}"
    assert "now wins" in convert(_service(general, special)).note("spec.http")
    ordered = convert(_service(special, general)).migration.documents[0].ledger.entries()
    assert not [entry for entry in ordered if entry.path == ("spec", "http")]


def test_a_route_takes_no_more_rules_and_matches_than_its_definition(convert: Convert) -> None:
    """Cut off they would be lost in silence; so nothing is written."""
    many = convert(_service(*[f"{{{ROUTE}}}"] * 17))
    assert many.names == []
    assert "at most 16 rules" in many.note("spec.http[0].route[0].destination.host")
    wide = convert(_rule(", ".join(["{uri: {exact: /a}}"] * 65)))
    assert wide.names == []
    assert "at most 64 matches" in wide.note("spec.http[0].match[0].uri.exact")
