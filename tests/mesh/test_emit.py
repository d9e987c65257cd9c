"""`sovereign mesh`: builders without Pulumi."""

import json
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from sovereign import mesh
from sovereign.cli.mesh import app
from sovereign.mesh import registry


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _emitted(*arguments: str) -> list[dict[str, Any]]:
    done = _run("emit", *arguments)
    assert done.exit_code == 0, done.output
    return list(yaml.safe_load_all(done.stdout))


def _set(**settings: str) -> list[str]:
    return [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]


def test_the_list_names_every_builder_with_its_help() -> None:
    """One line each."""
    lines = _run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [builder.name for builder in registry.BUILDERS]
    assert all(len(line) <= 100 for line in lines)


def test_the_list_as_json_has_an_example_of_each() -> None:
    """Which runs as it stands."""
    rows = json.loads(_run("list", "--json").stdout)
    breaker = next(row for row in rows if row["name"] == "circuit-breaker")
    assert breaker["example"] == (
        "sovereign mesh emit circuit-breaker --set 'service=shop/api-service'"
    )
    assert breaker["makes"] == "manifests"


def test_what_is_emitted_is_what_python_makes() -> None:
    """The issue's own example."""
    settings = _set(tier="critical", service="shop/api")
    assert _emitted("circuit-breaker", *settings) == mesh.circuit_breaker(
        service="shop/api", tier="critical"
    )


def test_settings_have_the_types_of_the_arguments() -> None:
    """Numbers, truth, workloads, repeated keys, records, text with '=' in it."""
    emitted = _emitted(
        "allow",
        *_set(to="shop/app=api", egress="true"),
        *("--set", "callers=app=web", "--set", "callers=ops/app.kubernetes.io/name=probe,tier=a"),
        *("--set", "ports=80", "--set", "ports=443"),
    )
    assert emitted == mesh.allow(
        to=mesh.Workload({"app": "api"}, "shop"),
        callers=[
            mesh.Workload({"app": "web"}),
            mesh.Workload({"app.kubernetes.io/name": "probe", "tier": "a"}, "ops"),
        ],
        ports=[80, 443],
        egress=True,
    )
    emitted = _emitted(
        "circuit-breaker",
        *_set(service="shop/api", port="80", timeout="5s"),
        *("--set", "settings.max_connections=7", "--set", "retries.attempts=2"),
        *("--set", "retries.codes=503"),
    )
    assert emitted == mesh.circuit_breaker(
        service="shop/api",
        port=80,
        timeout="5s",
        settings=mesh.ServiceSettings(max_connections=7),
        retries=mesh.Retries(attempts=2, codes=(503,)),
    )


def test_a_record_is_changed_on_top_of_the_arguments_own_default() -> None:
    """A database proxy keeps its 3 s, 50 and 2 where only the queue is set."""
    emitted = _emitted(
        "database-proxy", *_set(service="shop/db"), "--set", "settings.max_pending_requests=9"
    )
    cluster = emitted[0]["spec"]["resources"][1]
    assert cluster["connect_timeout"] == "3s"
    assert cluster["circuit_breakers"]["thresholds"][0] == {
        "priority": "DEFAULT",
        "max_connections": 50,
        "max_pending_requests": 9,
        "max_retries": 2,
    }


@pytest.mark.parametrize("builder", registry.BUILDERS, ids=lambda builder: builder.name)
def test_every_builder_prints_its_example(builder: registry.Builder) -> None:
    """As YAML and as JSON, the same."""
    written = _run("emit", builder.name, "--example")
    as_json = _run("emit", builder.name, "--example", "--json")
    assert (written.exit_code, as_json.exit_code) == (0, 0)
    documents = list(yaml.safe_load_all(written.stdout))
    made = documents if builder.makes == "manifests" else documents[0]
    assert json.loads(as_json.stdout) == made


REFUSED = {
    "an unknown builder": (["circuit"], "there is no such builder"),
    "a missing argument": (["circuit-breaker"], "write for example service=shop/api-service"),
    "an unknown setting": (["block-metadata", *_set(nme="a")], "known: exempt_namespaces, name"),
    "no setting at all": (["block-metadata", "--set", "name"], "write --set key=value"),
    "no number": (["probes", *_set(port="http")], "must be a whole number"),
    "no truth": (["default-deny", *_set(namespace="a", egress="no")], "write true or false"),
    "one value for two": (["probes", *_set(port="1"), *_set(port="2")], "takes one value"),
    "no such word": (["circuit-breaker", *_set(tier="vip")], "critical, standard, background"),
    "no workload": (["allow", *_set(to="shop")], "write for example shop/app=api"),
    "no part": (["probes", "--set", "port.a=1"], "has no parts"),
    "a record as text": (["circuit-breaker", *_set(settings="big")], "connect_timeout"),
    "a wrong label": (["gateway", *_set(route_namespaces="a")], "must be key=value"),
    "a wrong value": (["circuit-breaker", *_set(service="api")], "namespace/name"),
    "an example of one's own": (["probes", "--example", *_set(port="1")], "settings of its own"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_usage_ends_with_2_and_a_sentence(case: str) -> None:
    """On stderr; nothing that could be applied is printed."""
    arguments, sentence = REFUSED[case]
    done = _run("emit", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_all_problems_are_said_at_once() -> None:
    """Also as JSON."""
    bad = [*_set(to="shop", foo="1", authentication="X"), "--set", "ports=a", "--json"]
    answer = json.loads(_run("emit", "require-mtls", *bad).stdout)
    assert answer["result"] == "refused"
    assert [error["path"] for error in answer["errors"]] == [
        "--set foo",
        "--set callers",
        "--set authentication",
        "--set ports[0]",
        "--set to",
    ]
