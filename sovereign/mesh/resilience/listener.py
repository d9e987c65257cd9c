"""The listener that a service's traffic is redirected to. It has no address: Cilium's agent gives
it one.
"""

from typing import Any

TYPE = "type.googleapis.com/envoy.config.listener.v3.Listener"
_EXTENSIONS = "type.googleapis.com/envoy.extensions.filters"
_HTTP_MANAGER = f"{_EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager"
_TCP_PROXY = f"{_EXTENSIONS}.network.tcp_proxy.v3.TcpProxy"
_ROUTER = f"{_EXTENSIONS}.http.router.v3.Router"


def http_listener(name: str, route: str) -> dict[str, Any]:
    """HTTP/1 and HTTP/2, WebSocket upgrades included; routes by the named RouteConfiguration."""
    router = {"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}
    manager = {
        "@type": _HTTP_MANAGER,
        "stat_prefix": name,
        "rds": {"route_config_name": route},
        "use_remote_address": True,
        "skip_xff_append": True,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_filters": [router],
    }
    return _listener(name, "envoy.filters.network.http_connection_manager", manager)


def tcp_listener(name: str, cluster: str) -> dict[str, Any]:
    """Raw TCP to the cluster."""
    proxy = {"@type": _TCP_PROXY, "stat_prefix": name, "cluster": cluster}
    return _listener(name, "envoy.filters.network.tcp_proxy", proxy)


def _listener(name: str, filter_name: str, config: dict[str, Any]) -> dict[str, Any]:
    filters = [{"name": filter_name, "typed_config": config}]
    return {"@type": TYPE, "name": name, "filter_chains": [{"filters": filters}]}
