"""A plugin that serves components: its process, and the construction of components by it.

Source of the procedure: `pulumi/pkg/resource/deploy/source_eval.go` (3.259) and
`pulumi/provider/server.py` (3.272).
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc

from rehearsal.runtime.served import Served

START_LIMIT_S: Final = 60.0
_UNEXPECTED: Final = re.compile(r"Unexpected <class '[^']*'>: ")
"""What grpc puts before the text of an exception that a handler lets out."""


class PluginFailed(Exception):
    """A plugin that is not there, does not start, or refuses a component."""


class ComponentProvider:
    """A running plugin."""

    def __init__(
        self,
        package: str,
        folder: Path,
        engine: str,
        environment: Mapping[str, str],
        on_line: Callable[[str, str], None],
    ) -> None:
        """Start it on the Python that also runs the program, and wait until it serves."""
        if not (folder / "PulumiPlugin.yaml").is_file() or not (folder / "__main__.py").is_file():
            raise PluginFailed(
                f"{folder} is no plugin in Python: it needs PulumiPlugin.yaml and __main__.py"
            )
        self._title = f"the plugin {package}"
        self._served = Served(
            self._title,
            [str(folder), engine],
            folder,
            environment,
            on_line,
            failure=PluginFailed,
        )
        try:
            self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self._served.connect())
            configure = proto.ConfigureRequest(acceptSecrets=True, acceptResources=True)
            self._served.call(self._stub.Configure, configure, limit_s=START_LIMIT_S)
        except PluginFailed:
            self._served.close()
            raise

    def schema(self) -> str:
        """The package's schema, JSON."""
        answer = self._served.call(
            self._stub.GetSchema, proto.GetSchemaRequest(), limit_s=START_LIMIT_S
        )
        return str(answer.schema)

    def construct(self, request: proto.ConstructRequest) -> proto.ConstructResponse:
        """Let the plugin register a component and its children, however long they take.

        Raises PluginFailed; wrong arguments are said in the plugin's own words.
        """
        try:
            response: proto.ConstructResponse = self._stub.Construct(request)
        except grpc.RpcError as error:
            said = (error.details() or str(error.code())).splitlines()[0]
            if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                said = f"{self._title} failed: {_UNEXPECTED.sub('', said).removesuffix(':')}"
            raise PluginFailed(said) from None
        return response

    def close(self) -> None:
        """End the process."""
        self._served.close()
