"""Pulumi's component host with our component: schema, arguments as they were sent, plain errors."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.provider.experimental import component, host
from pulumi.provider.experimental.analyzer import ComponentDefinition
from pulumi.provider.provider import ConstructResult
from pulumi.provider.server import ComponentInitError

from sovereign import __version__
from sovereign.config import ClusterConfig
from sovereign.contract import CONTRACT
from sovereign.hosted.arguments import descriptions
from sovereign.hosted.sections import sections
from sovereign.hosted.sovereign import SECRETS, Sovereign, refusal
from sovereign.problems import ConfigError

NAME = "sovereign"


class Provider(component.ComponentProvider):
    """What the host serves."""

    def __init__(
        self,
        components: list[type[pulumi.ComponentResource]],
        name: str = NAME,
        namespace: str | None = None,
        version: str = __version__,
    ) -> None:
        super().__init__(components, name, namespace, version)
        assert self.schema is not None
        self.schema = json.dumps(described(json.loads(self.schema)))

    def map_inputs(
        self, inputs: pulumi.Inputs, component_def: ComponentDefinition
    ) -> pulumi.Inputs:
        """The arguments as they were sent.

        The host's own mapping drops keys that it does not know, loses lists of enumerations and
        passes numbers on as floats (pulumi 3.272); our parser names the first and takes the rest.
        """
        del component_def
        return inputs

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make the component; a mistake of the operator ends in its sentence alone."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, ConfigError | pulumi.RunError):
                raise refusal(error.inner) from None
            raise


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what the host cannot read from annotations: texts, defaults, secrecy."""
    for section in sections(ClusterConfig):
        properties = schema["types"][f"{NAME}:index:{section.__name__}"]["properties"]
        for key, text in descriptions(section).items():
            _describe(properties[key], text)
    resource = schema["resources"][f"{NAME}:index:Sovereign"]
    for argument in SECRETS:
        resource["inputProperties"][argument]["secret"] = True
    for promise in CONTRACT:
        output = resource["properties"][promise.name]
        _describe(output, promise.meaning)
        if promise.secret:
            output["secret"] = True
    return schema


def _describe(described: dict[str, Any], text: str) -> None:
    if text:
        described["description"] = text


def schema() -> Mapping[str, Any]:
    """The package's schema, as the host answers it."""
    found: Mapping[str, Any] = json.loads(Provider([Sovereign]).schema or "")
    return found


def serve() -> None:
    """Serve until killed; the engine's address is the first argument of the command line."""
    host.ComponentProvider = Provider  # type: ignore[attr-defined]
    host.component_provider_host([Sovereign], name=NAME, version=__version__)
