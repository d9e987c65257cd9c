"""Connection pools: limits and timeouts of the Envoy cluster."""

from collections.abc import Callable
from typing import Any

from sovereign.mesh import durations
from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field, Handler

Cluster = dict[str, Any]
LIMIT = 2**32 - 1
PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
THRESHOLDS = {
    "http1MaxPendingRequests": "max_pending_requests",
    "http2MaxRequests": "max_requests",
    "maxRetries": "max_retries",
}
NO_HTTP = "the Service does not speak HTTP (by its port's name), so nothing would read it"


class ConnectionPool:
    """What the connection pool adds to a cluster."""

    def __init__(self, *, http: bool) -> None:
        self.http = http
        self.connect_timeout: str | None = None
        self.thresholds: dict[str, int] = {}
        self.keepalive: dict[str, int] = {}
        self.common: dict[str, Any] = {}
        self.http2: dict[str, Any] | None = None
        self.use_client_protocol = False

    def read(self, field: Field) -> None:
        """Take the settings of `connectionPool`."""
        field.visit({"tcp": lambda tcp: tcp.visit(self._tcp()), "http": self._http})

    def apply(self, cluster: Cluster) -> None:
        """Write them."""
        if self.thresholds:
            limits = {"priority": "DEFAULT", **self.thresholds}
            cluster["circuit_breakers"] = {"thresholds": [limits]}
        if self.keepalive:
            cluster["upstream_connection_options"] = {"tcp_keepalive": self.keepalive}
        if self.common or self.http2 is not None or self.use_client_protocol:
            cluster["typed_extension_protocol_options"] = {PROTOCOL_OPTIONS: self._options()}

    def _options(self) -> dict[str, Any]:
        made: dict[str, Any] = {"@type": f"type.googleapis.com/{PROTOCOL_OPTIONS}"}
        if self.common:
            made["common_http_protocol_options"] = self.common
        if self.use_client_protocol:
            chosen = {"http2_protocol_options": self.http2} if self.http2 else {}
            made["use_downstream_protocol_config"] = chosen
        else:
            version = {} if self.http2 is None else self.http2
            protocol = "http_protocol_options" if self.http2 is None else "http2_protocol_options"
            made["explicit_http_config"] = {protocol: version}
        return made

    def _tcp(self) -> dict[str, Handler]:
        return {
            "maxConnections": lambda f: self._threshold(f, "max_connections"),
            "connectTimeout": self._connect_timeout,
            "tcpKeepalive": lambda below: below.visit(
                {
                    "probes": lambda f: self._keepalive_probes(f),
                    "time": lambda f: self._keepalive(f, "keepalive_time"),
                    "interval": lambda f: self._keepalive(f, "keepalive_interval"),
                }
            ),
            "maxConnectionDuration": lambda f: self._common_time(f, "max_connection_duration"),
            "idleTimeout": lambda f: f.lost("an idle time for raw TCP belongs to the listener"),
        }

    def _http(self, field: Field) -> bool:
        if not self.http:
            return field.lost(NO_HTTP)
        limits: dict[str, Handler] = {key: self._to_threshold(to) for key, to in THRESHOLDS.items()}
        return field.visit(
            {
                **limits,
                "maxRequestsPerConnection": self._requests_per_connection,
                "idleTimeout": lambda f: self._common_time(f, "idle_timeout"),
                "h2UpgradePolicy": self._upgrade,
                "useClientProtocol": self._client_protocol,
                "maxConcurrentStreams": self._streams,
            }
        )

    def _to_threshold(self, to: str) -> Handler:
        return lambda field: self._threshold(field, to)

    def _threshold(self, field: Field, to: str) -> bool:
        return _number(field, f"circuit_breakers.{to}", lambda n: self.thresholds.update({to: n}))

    def _connect_timeout(self, field: Field) -> bool:
        found = shapes.duration(field.text)
        if found is None or not durations.milliseconds(found):
            return field.lost("not a duration of whole milliseconds above 0")
        self.connect_timeout = found
        return field.converted("connect_timeout")

    def _keepalive_probes(self, field: Field) -> bool:
        write = self.keepalive.update
        return _number(field, "tcp_keepalive", lambda n: write({"keepalive_probes": n}))

    def _keepalive(self, field: Field, to: str) -> bool:
        found = shapes.duration(field.text)
        seconds, rest = divmod(durations.milliseconds(found), 1000) if found else (0, 1)
        if rest:
            return field.lost("Envoy takes whole seconds")
        self.keepalive[to] = seconds
        return field.converted("tcp_keepalive")

    def _common_time(self, field: Field, to: str) -> bool:
        found = shapes.duration(field.text)
        if found is None:
            return field.lost("not a duration of whole milliseconds")
        if not self.http:
            return field.lost(NO_HTTP)
        self.common[to] = durations.envoy(found)
        return field.converted(to)

    def _requests_per_connection(self, field: Field) -> bool:
        if field.whole == 0:
            return field.converted("unlimited, as without it")
        write = self.common.update
        return _number(
            field, "max_requests_per_connection", lambda n: write(max_requests_per_connection=n)
        )

    def _upgrade(self, field: Field) -> bool:
        if field.text == "UPGRADE":
            self.http2 = self.http2 or {}
            return field.converted("http2_protocol_options")
        if field.text in ("DEFAULT", "DO_NOT_UPGRADE"):
            return field.converted("HTTP/1.1, Envoy's default")
        return field.lost("must be UPGRADE, DO_NOT_UPGRADE or DEFAULT")

    def _client_protocol(self, field: Field) -> bool:
        if field.flag is None:
            return field.lost("must be true or false")
        self.use_client_protocol = field.flag
        return field.converted("use_downstream_protocol_config")

    def _streams(self, field: Field) -> bool:
        def write(number: int) -> None:
            self.http2 = {**(self.http2 or {}), "max_concurrent_streams": number}

        if not 1 <= (field.whole or 0) < 2**31:
            return field.lost("must be a whole number from 1")
        _number(field, "max_concurrent_streams", write)
        return field.differs("takes HTTP/2 to the Service for granted", "max_concurrent_streams")


def _number(field: Field, to: str, write: Callable[[int], None]) -> bool:
    if field.whole is None or field.whole > LIMIT:
        return field.lost("must be a whole number")
    write(field.whole)
    return field.converted(to)
