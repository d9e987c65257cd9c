"""One policy pack: its process and the calls to it."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from rehearsal.runtime.policy.config import Rule, RuleConfig, reconcile
from rehearsal.runtime.served import Served
from rehearsal.runtime.values import to_struct

CALL_LIMIT_S: Final = 300.0
INSTALLED: Final = Path(__file__).resolve().parents[3] / "policies"
"""Packs that came with this package, as out of a wheel: its Python has what they need."""
NO_CONFIGURATION: Final = Path(__file__).with_name("no_configuration.json")
"""Every rule at its default."""
_LEVELS: Final = {
    proto.ADVISORY: "advisory",
    proto.MANDATORY: "mandatory",
    proto.DISABLED: "disabled",
    proto.REMEDIATE: "remediate",
}


class PackFailed(Exception):
    """A pack that does not start or does not answer."""


def python_of(pack: Path) -> Path:
    """The pack's Python; raises PackFailed where its environment is missing.

    The real engine hangs silently in that case (facts/pulumi.md §5).
    """
    manifest = pack / "PulumiPolicy.yaml"
    if not manifest.is_file():
        raise PackFailed(f"{pack} is not a policy pack: it has no PulumiPolicy.yaml")
    runtime = yaml.safe_load(manifest.read_text()).get("runtime") or {}
    options = runtime.get("options") or {} if isinstance(runtime, Mapping) else {}
    if not options.get("virtualenv"):
        raise PackFailed(
            f"the policy pack {pack} names no virtualenv, so it would run on the system Python "
            "(pulumi#19568): set runtime.options.virtualenv in its PulumiPolicy.yaml"
        )
    python = (pack / str(options["virtualenv"])).resolve() / "bin" / "python"
    if not python.exists() and pack.resolve().parent == INSTALLED:
        return Path(sys.executable)
    if not python.exists():
        raise PackFailed(
            f"the policy pack {pack} needs the environment {python.parent.parent}, which is "
            "missing: run `make setup`"
        )
    return python


def version_of(pack: Path) -> str:
    """The version in PulumiPolicy.yaml."""
    return str(yaml.safe_load((pack / "PulumiPolicy.yaml").read_text()).get("version") or "")


class Pack:
    """A running pack."""

    def __init__(
        self,
        folder: Path,
        engine: str,
        environment: Mapping[str, str],
        on_line: Callable[[str, str], None],
    ) -> None:
        """Start it; `on_line` gets severity and text of everything it prints."""
        self.folder = folder
        self.version = version_of(folder)
        self.config: dict[str, RuleConfig] = {}
        self._served = Served(
            f"the policy pack {folder.name}",
            ["pulumi.policy", engine, "."],
            folder,
            environment,
            on_line,
            failure=PackFailed,
            python=python_of(folder),
        )

    def connect(self, stack: proto.AnalyzerStackConfigureRequest) -> None:
        """Wait until it serves, tell it about the stack and learn its rules; raises PackFailed."""
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._served.connect())
        self._call(self._stub.ConfigureStack, stack)
        info = self._call(self._stub.GetAnalyzerInfo, empty_pb2.Empty())
        self.name: str = info.name
        self.rules = tuple(_rule(policy) for policy in info.policies)
        self._initial = {
            key: RuleConfig(
                _LEVELS[value.enforcementLevel], json_format.MessageToDict(value.properties)
            )
            for key, value in info.initialConfig.items()
        }

    def configure(self, given: Mapping[str, RuleConfig]) -> None:
        """Hand over the merged configuration; raises InvalidPolicyConfig."""
        self.config = reconcile(self.rules, self._initial, given)
        levels = {name: number for number, name in _LEVELS.items()}
        request = proto.ConfigureAnalyzerRequest(
            policyConfig={
                name: proto.PolicyConfig(
                    enforcementLevel=levels[rule.level],
                    properties=to_struct(dict(rule.properties)),
                )
                for name, rule in self.config.items()
            }
        )
        self._call(self._stub.Configure, request)

    def active(self, *, stack: bool, level: str = "") -> set[str]:
        """The names of the rules that are at work for resources or for the stack."""
        return {
            rule.name
            for rule in self.rules
            if rule.stack is stack
            and self.config[rule.name].level != "disabled"
            and level in ("", self.config[rule.name].level)
        }

    def remediate(self, request: proto.AnalyzeRequest) -> proto.RemediateResponse:
        """Let the pack change a resource's inputs."""
        response: proto.RemediateResponse = self._call(self._stub.Remediate, request)
        return response

    def analyze(self, request: proto.AnalyzeRequest) -> proto.AnalyzeResponse:
        """Let the pack judge a resource's inputs."""
        response: proto.AnalyzeResponse = self._call(self._stub.Analyze, request)
        return response

    def analyze_stack(self, request: proto.AnalyzeStackRequest) -> proto.AnalyzeResponse:
        """Let the pack judge the outputs of everything."""
        response: proto.AnalyzeResponse = self._call(self._stub.AnalyzeStack, request)
        return response

    def close(self) -> None:
        """End the process: it never ends by itself."""
        self._served.close()

    def _call(self, method: Any, request: Any) -> Any:
        return self._served.call(method, request, limit_s=CALL_LIMIT_S)


def _rule(policy: proto.PolicyInfo) -> Rule:
    schema = json_format.MessageToDict(policy.configSchema.properties)
    return Rule(
        name=policy.name,
        level=_LEVELS[policy.enforcementLevel],
        stack=policy.policy_type == proto.POLICY_TYPE_STACK,
        schema=schema,
        required=tuple(policy.configSchema.required),
    )


def config_path(pack: Path, stack: str) -> Path:
    """The pack's configuration for that environment: `config.<stack>.json`, else dev's, else an
    empty one. `sovereign.environments.policies` and examples/ci/up.sh choose the same way.
    """
    files = (pack / f"config.{name}.json" for name in (stack, "dev"))
    return next((file for file in files if file.is_file()), NO_CONFIGURATION)


def config_file(pack: Path, stack: str) -> dict[str, Any]:
    """What the pack's configuration for that environment holds."""
    document: dict[str, Any] = json.loads(config_path(pack, stack).read_text())
    return document
