"""`sovereign preflight`: exit codes, answers for machines, and an API that does not answer."""

import json
import socket
import time
from typing import Any

import jsonschema
import pytest
from hcloud import Client
from typer.testing import CliRunner

from sovereign.cli import app
from sovereign.hetzner_api import ENDPOINT, TOKEN, Access, connect
from sovereign.preflight.look import Unanswered, look
from tests.configurations import ROOT
from tests.preflight.asking import (
    READING,
    Change,
    project,
)


def test_before_an_up_a_reading_token_is_in_the_way() -> None:
    """The up would fail at its first resource."""
    with project() as (endpoint, _):
        environment = {TOKEN: READING, ENDPOINT: endpoint}
        runner = CliRunner()
        assert runner.invoke(app, ["preflight"], env=environment).exit_code == 0
        refused = runner.invoke(app, ["preflight", "--for-up"], env=environment)
    assert refused.exit_code == 1
    assert "1 in the way" in refused.output


@pytest.mark.parametrize(
    ("change", "code"), [(None, 0), (lambda s: s.sell_out("cpx32", "nbg1"), 1)]
)
def test_the_command_answers_with_one_object_and_a_code(change: Change | None, code: int) -> None:
    """0 with nothing in the way, 1 with something; the object says what."""
    with project(change) as (endpoint, _):
        environment = {TOKEN: "x", ENDPOINT: endpoint}
        result = CliRunner().invoke(app, ["preflight", "--json"], env=environment)
    answer = json.loads(result.stdout)
    assert result.exit_code == code
    assert answer["result"] == ("failed" if code else "succeeded")
    assert any(finding["level"] == "error" for finding in answer["findings"]) == bool(code)


def test_no_token_and_no_answer_are_said_in_one_sentence() -> None:
    """2 without a token, 1 where nobody answers; never a traceback."""
    runner = CliRunner()
    without = runner.invoke(app, ["preflight"], env={TOKEN: ""})
    assert (without.exit_code, "HCLOUD_TOKEN" in without.output) == (2, True)
    mangled = runner.invoke(app, ["preflight"], env={TOKEN: "abc…"})
    assert (mangled.exit_code, "letters and digits" in mangled.output) == (2, True)
    silent = runner.invoke(app, ["preflight"], env={TOKEN: "x", ENDPOINT: "http://127.0.0.1:1/v1"})
    assert silent.exit_code == 1
    assert "does not answer" in silent.output
    assert "Traceback" not in silent.output


def test_a_token_that_the_api_does_not_know_is_said_as_such() -> None:
    """The API's 401 becomes one sentence that says where tokens are made."""
    with (
        project() as (endpoint, _),
        pytest.raises(Unanswered, match="does not know the token of HCLOUD_TOKEN"),
    ):
        look(Access(endpoint, " "))


def test_an_endpoint_that_accepts_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the limit of one request, in one sentence; not after the client's retries."""
    monkeypatch.setattr("sovereign.preflight.look.TIMEOUT_S", 0.2)
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(Unanswered, match=r"nothing came for 0\.2 s"):
            look(Access(endpoint, "any"))
    assert time.monotonic() - started < 20


def test_hetzners_client_is_given_a_limit_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has none of its own."""
    given: list[Any] = []

    def client(*_: Any, **settings: Any) -> Client:
        given.append(settings.get("timeout"))
        return Client(*_, **settings)

    monkeypatch.setattr("sovereign.preflight.look.Client", client)
    monkeypatch.setattr("sovereign.hetzner_api.Client", client)
    with project() as (_, access):
        look(access)
    connect({TOKEN: "x"})
    assert given == [30, 30]


@pytest.mark.parametrize("arguments", [[], ["--for-up"], ["--set", "cilium.mtu=x"]])
def test_the_answer_keeps_to_its_schema(arguments: list[str]) -> None:
    """docs/preflight.schema.json: succeeded, with something in the way, refused, unanswered."""
    schema = json.loads((ROOT / "docs" / "preflight.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    with project() as (endpoint, _):
        for token, address in ((READING, endpoint), ("x", "http://127.0.0.1:1/v1")):
            environment = {TOKEN: token, ENDPOINT: address}
            result = CliRunner().invoke(app, ["preflight", "--json", *arguments], env=environment)
            jsonschema.validate(json.loads(result.stdout), schema)
