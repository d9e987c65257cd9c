"""A policy pack as the engine runs it: a process of its own, spoken to over Pulumi's protocol."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from tests.policies.registrations import Registration, Registrations

POLICIES = Path(__file__).parents[2] / "policies"
LEVELS = {"advisory": 0, "mandatory": 1, "disabled": 2, "remediate": 3}


@dataclass(frozen=True)
class Finding:
    """One report of a policy."""

    policy: str
    level: str
    urn: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """Everything that a pack said about one stack."""

    findings: tuple[Finding, ...]
    evaluated: frozenset[str]

    def at_level(self, level: str) -> set[str]:
        """Return the policies that reported at that level."""
        return {each.policy for each in self.findings if each.level == level}


class RunningPack:
    """A started pack.

    A resource that has not changed since it was last shown is not sent again: the pack remembers
    it, and what rules on single resources said of it then they would say now.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        self._stub.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack="dev", project="sovereign", dry_run=True
            )
        )
        self.info = self._stub.GetAnalyzerInfo(empty_pb2.Empty())
        self._shown: dict[str, tuple[bytes, Any]] = {}

    def configure(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Send levels and settings as the engine does: schema defaults below what is given."""
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self.info.policies:
            mine = dict(given.get(policy.name, {}))
            level = mine.pop("enforcementLevel", None)
            schemas = json_format.MessageToDict(policy.configSchema).get("properties", {})
            defaults = {name: schema["default"] for name, schema in schemas.items()}
            config = request.policyConfig[policy.name]
            config.enforcementLevel = policy.enforcementLevel if level is None else LEVELS[level]
            json_format.ParseDict({**defaults, **mine}, config.properties)
        self._stub.Configure(request)
        self._shown.clear()

    def judge(self, registrations: Registrations) -> Verdict:
        """Analyze each resource's inputs, then the stack's outputs."""
        answers = [self._analyze(each) for each in registrations.values()]
        return self._verdict([*answers, self._stack(registrations)])

    def _analyze(self, each: Registration) -> Any:
        request = _resource(each)
        text = request.SerializeToString(deterministic=True)
        shown = self._shown.get(each.urn)
        if shown is None or shown[0] != text:
            shown = self._shown[each.urn] = text, self._stub.Analyze(request)
        return shown[1]

    def remediate(self, registration: Registration) -> tuple[list[str], dict[str, Any]]:
        """Let the pack change a resource's inputs: the rules that did, and the inputs then."""
        answer = self._stub.Remediate(_resource(registration))
        changed = registration.inputs
        for each in answer.remediations:
            assert each.diagnostic == ""
            changed = json_format.MessageToDict(each.properties)
        return [each.policyName for each in answer.remediations], changed

    def judge_stack(self, registrations: Registrations) -> Verdict:
        """Show the stack's outputs only."""
        return self._verdict([self._stack(registrations)])

    def _stack(self, registrations: Registrations) -> Any:
        resources = [
            analyzer_pb2.AnalyzerResource(
                type=each.type,
                name=each.name,
                urn=each.urn,
                properties=_struct(each.final),
                options=_options(each),
            )
            for each in registrations.values()
        ]
        return self._stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources))

    def _verdict(self, answers: Sequence[Any]) -> Verdict:
        return Verdict(tuple(_findings(answers)), frozenset(self._evaluated(answers)))

    def _evaluated(self, answers: Sequence[Any]) -> Iterator[str]:
        for policy in self.info.policies:
            on_stack = policy.policy_type == analyzer_pb2.POLICY_TYPE_STACK
            for answer in answers[-1:] if on_stack else answers[:-1]:
                if policy.name not in {each.policy_name for each in answer.not_applicable}:
                    yield policy.name


@contextmanager
def running(pack: str, folder: Path = POLICIES) -> Iterator[RunningPack]:
    """Start the pack, configured with its defaults, and end its process afterwards."""
    where = folder / pack
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
        "PULUMI_PROJECT": "sovereign",
        "PULUMI_STACK": "dev",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": json.dumps({}),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(where)]
    with subprocess.Popen(command, cwd=where, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                pack_ = RunningPack(channel)
                pack_.configure({})
                yield pack_
        finally:
            process.kill()


def _resource(each: Registration) -> Any:
    return analyzer_pb2.AnalyzeRequest(
        type=each.type,
        name=each.name,
        urn=each.urn,
        properties=_struct(each.inputs),
        options=_options(each),
    )


def _options(each: Registration) -> Any:
    return analyzer_pb2.AnalyzerResourceOptions(protect=each.protect)


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(properties), struct_pb2.Struct())


def _findings(answers: Sequence[Any]) -> Iterator[Finding]:
    names = {number: name for name, number in LEVELS.items()}
    for answer in answers:
        for each in answer.diagnostics:
            yield Finding(each.policyName, names[each.enforcementLevel], each.urn, each.message)
