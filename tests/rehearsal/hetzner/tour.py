"""A tour of every call the simulator has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.rehearsal.hetzner.api import PUBLIC_KEY, Api, rule, server_body


@dataclass(frozen=True)
class Stop:
    """A call and its answer; ``shape`` is the path as the description writes it."""

    method: str
    shape: str
    body: Any
    status: int
    answer: Any


class Tour:
    """Makes one resource of each kind and calls everything on it, in an order that works.

    ``before`` is called before each call with method, shape, path and body.
    """

    def __init__(
        self, api: Api, before: Callable[[str, str, str, Any], None] | None = None
    ) -> None:
        self.api = api
        self.stops: list[Stop] = []
        self._before = before

    def call(self, method: str, shape: str, body: Any = None, *ids: int, **query: str) -> Any:
        """Make the call; the shape's placeholders are filled with ``ids`` in order."""
        path = shape
        for id_ in ids:
            path = _fill(path, id_)
        if self._before:
            self._before(method, shape, path, body)
        answer = self.api.call(method, path, body, **query)
        assert answer.status < 300, (method, path, answer)
        self.stops.append(Stop(method, shape, body, answer.status, answer.body))
        return answer.body

    def read(self, plural: str, id_: int) -> None:
        """List, get and the four ways to the actions of a kind."""
        self.call("GET", f"/{plural}")
        self.call("GET", f"/{plural}/{{id}}", None, id_)
        if plural not in ("ssh_keys", "placement_groups"):
            self.actions(plural, id_)

    def actions(self, plural: str, id_: int) -> None:
        """The calls that read actions."""
        self.call("GET", f"/{plural}/actions")
        listed = self.call("GET", f"/{plural}/{{id}}/actions", None, id_)["actions"]
        for action in listed[:1]:
            self.call("GET", f"/{plural}/actions/{{id}}", None, action["id"])
            shape = f"/{plural}/{{id}}/actions/{{action_id}}"
            self.call("GET", shape, None, id_, action["id"])

    def act(self, plural: str, id_: int, command: str, **body: Any) -> Any:
        """One action; ``{}`` is sent as no body."""
        return self.call("POST", f"/{plural}/{{id}}/actions/{command}", body or None, id_)

    def run(self) -> "Tour":
        """All of it."""
        for part in self._catalogue, self._keys_and_groups, self._network, self._servers:
            part()
        return self

    def _catalogue(self) -> None:
        for shape in ("/locations", "/server_types", "/images", "/load_balancer_types"):
            listed = next(iter(self.call("GET", shape).values()))
            self.call("GET", f"{shape}/{{id}}", None, listed[0]["id"])
        for shape in ("/pricing", "/isos", "/certificates", "/floating_ips"):
            self.call("GET", shape)
        self.actions("images", 161547269)

    def _keys_and_groups(self) -> None:
        key = {"name": "k", "public_key": PUBLIC_KEY, "labels": {"a": "b"}}
        self.key = self.call("POST", "/ssh_keys", key)["ssh_key"]["id"]
        self.call("PUT", "/ssh_keys/{id}", {"name": "k2", "labels": {}}, self.key)
        group = {"name": "g", "type": "spread", "labels": {"a": "b"}}
        self.group = self.call("POST", "/placement_groups", group)["placement_group"]["id"]
        self.call("PUT", "/placement_groups/{id}", {"name": "g2", "labels": {}}, self.group)
        firewall = {"name": "f", "labels": {"a": "b"}, "rules": [rule(description="SSH")]}
        self.firewall = self.call("POST", "/firewalls", firewall)["firewall"]["id"]
        self.call("PUT", "/firewalls/{id}", {"name": "f2", "labels": {}}, self.firewall)
        self.act("firewalls", self.firewall, "set_rules", rules=[rule(), rule(port="80-81")])
        address = {"name": "ip", "type": "ipv4", "location": "nbg1", "labels": {}}
        self.address = self.call("POST", "/primary_ips", address)["primary_ip"]["id"]
        update = {"name": "ip2", "labels": {}, "auto_delete": False}
        self.call("PUT", "/primary_ips/{id}", update, self.address)

    def _network(self) -> None:
        network = {
            "name": "n",
            "ip_range": "10.0.0.0/16",
            "labels": {"a": "b"},
            "expose_routes_to_vswitch": False,
            "subnets": [{"type": "cloud", "ip_range": "10.0.1.0/24", "network_zone": "eu-central"}],
            "routes": [{"destination": "10.42.0.0/24", "gateway": "10.0.1.2"}],
        }
        self.network = self.call("POST", "/networks", network)["network"]["id"]
        update = {"name": "n2", "labels": {}, "expose_routes_to_vswitch": True}
        self.call("PUT", "/networks/{id}", update, self.network)
        subnet = {"type": "cloud", "ip_range": "10.0.2.0/24", "network_zone": "eu-central"}
        route = {"destination": "10.42.1.0/24", "gateway": "10.0.1.2"}
        self.act("networks", self.network, "add_subnet", **subnet)
        self.act("networks", self.network, "delete_subnet", ip_range="10.0.2.0/24")
        self.act("networks", self.network, "add_route", **route)
        self.act("networks", self.network, "delete_route", **route)
        self.act("networks", self.network, "change_ip_range", ip_range="10.0.0.0/15")
        self.act("networks", self.network, "change_protection", delete=False)

    def _servers(self) -> None:
        public_net = {"enable_ipv4": True, "enable_ipv6": True, "ipv4": self.address}
        body = server_body(
            ssh_keys=["k2"],
            user_data="#cloud-config",
            labels={"role": "worker"},
            firewalls=[{"firewall": self.firewall}],
            placement_group=self.group,
            public_net=public_net,
            start_after_create=True,
        )
        self.server = self.call("POST", "/servers", body)["server"]["id"]
        self.call("PUT", "/servers/{id}", {"name": "a2", "labels": {"role": "x"}}, self.server)
        self._on_the_server()
        self._volume()
        self._load_balancer()
        for plural, id_ in self._everything():
            self.read(plural, id_)
        self.call("GET", "/networks/{id}/members", None, self.network)
        self.call("GET", "/actions", None, id="1")
        self.call("GET", "/actions/{id}", None, next(iter(self.api.simulator.state.actions)))
        self._take_down()

    def _everything(self) -> Iterator[tuple[str, int]]:
        yield "ssh_keys", self.key
        yield "placement_groups", self.group
        yield "firewalls", self.firewall
        yield "primary_ips", self.address
        yield "networks", self.network
        yield "servers", self.server
        yield "volumes", self.volume
        yield "load_balancers", self.balancer

    def _on_the_server(self) -> None:
        def act(command: str, **body: Any) -> None:
            self.act("servers", self.server, command, **body)

        act("attach_to_network", network=self.network, ip="10.0.1.2", alias_ips=["10.0.1.8"])
        act("change_alias_ips", network=self.network, alias_ips=["10.0.1.9"])
        act("change_dns_ptr", ip="198.51.100.1", dns_ptr="a.example")
        act("change_protection", delete=False, rebuild=False)
        for command in ("enable_backup", "disable_backup", "reboot", "reset", "shutdown"):
            act(command)
        act("poweron")
        act("poweroff")
        act("remove_from_placement_group")
        act("add_to_placement_group", placement_group=self.group)
        self.act("primary_ips", self.address, "unassign")
        assignee = {"assignee_id": self.server, "assignee_type": "server"}
        self.act("primary_ips", self.address, "assign", **assignee)
        self.act(
            "primary_ips", self.address, "change_dns_ptr", ip="198.51.100.1", dns_ptr="b.example"
        )
        self.act("primary_ips", self.address, "change_protection", delete=False)
        act("change_type", server_type="cpx32", upgrade_disk=True)
        act("rebuild", image="debian-13", user_data="#cloud-config")
        applied = [{"type": "server", "server": {"id": self.server}}]
        self.act("firewalls", self.firewall, "remove_from_resources", remove_from=applied)
        selector = {"type": "label_selector", "label_selector": {"selector": "role=x"}}
        self.act("firewalls", self.firewall, "apply_to_resources", apply_to=[selector])

    def _volume(self) -> None:
        body = {"name": "v", "size": 10, "server": self.server, "format": "ext4", "labels": {}}
        self.volume = self.call("POST", "/volumes", body)["volume"]["id"]
        self.call("PUT", "/volumes/{id}", {"name": "v2", "labels": {}}, self.volume)
        self.act("volumes", self.volume, "detach")
        self.act("volumes", self.volume, "resize", size=20)
        self.act("volumes", self.volume, "change_protection", delete=False)
        self.act("volumes", self.volume, "attach", server=self.server, automount=False)

    def _load_balancer(self) -> None:
        check = {"protocol": "http", "port": 6443, "interval": 15, "timeout": 10, "retries": 3}
        check["http"] = {"domain": None, "path": "/version", "tls": True, "status_codes": ["401"]}
        service = {"protocol": "tcp", "listen_port": 6443, "destination_port": 6443}
        body = {
            "name": "lb",
            "load_balancer_type": "lb11",
            "location": "nbg1",
            "network": self.network,
            "labels": {},
            "algorithm": {"type": "round_robin"},
            "public_interface": True,
            "services": [{**service, "proxyprotocol": False, "health_check": check}],
            "targets": [{"type": "label_selector", "label_selector": {"selector": "role=x"}}],
        }
        made = self.call("POST", "/load_balancers", body)
        self.balancer = made["load_balancer"]["id"]
        self.call("PUT", "/load_balancers/{id}", {"name": "lb2", "labels": {}}, self.balancer)

        def act(command: str, **body: Any) -> None:
            self.act("load_balancers", self.balancer, command, **body)

        target = {"type": "server", "server": {"id": self.server}}
        https = {"protocol": "https", "listen_port": 443, "destination_port": 80}
        act("add_service", **https, proxyprotocol=True, health_check=check)
        act("update_service", listen_port=443, health_check={"interval": 20})
        self.call("GET", "/load_balancers/{id}", None, self.balancer)
        act("delete_service", listen_port=443)
        act("add_target", **target, use_private_ip=True)
        act("remove_target", **target)
        act("remove_target", **body["targets"][0])
        act("disable_public_interface")
        act("enable_public_interface")
        act("change_type", load_balancer_type="lb21")
        act("change_algorithm", type="least_connections")
        act("change_protection", delete=False)
        act("detach_from_network", network=self.network)
        act("attach_to_network", network=self.network, ip="10.0.1.250")
        act("add_target", **target, use_private_ip=True)

    def _take_down(self) -> None:
        self.act("servers", self.server, "detach_from_network", network=self.network)
        self.act("volumes", self.volume, "detach")
        selector = {"type": "label_selector", "label_selector": {"selector": "role=x"}}
        self.act("firewalls", self.firewall, "remove_from_resources", remove_from=[selector])
        self.call("DELETE", "/servers/{id}", None, self.server)
        for plural, id_ in self._everything():
            if plural != "servers":
                self.call("DELETE", f"/{plural}/{{id}}", None, id_)


def _fill(shape: str, id_: int) -> str:
    head, _, rest = shape.partition("{")
    return f"{head}{id_}{rest.partition('}')[2]}"
