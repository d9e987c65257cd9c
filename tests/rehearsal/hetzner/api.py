"""A caller of the simulator without HTTP, and the few resources that most tests need."""

from typing import Any

from rehearsal.hetzner import Answer, HetznerSimulator, Request

Json = dict[str, Any]

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7x1yU9c0qL8vW2nq4m5b6c7d8e9f0a1b2c3d4e5f6g"


class Clock:
    """A clock that moves when it is told to; seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


class Api:
    """Calls like a client: ``api.post("/servers", name="a")``."""

    def __init__(self, simulator: HetznerSimulator) -> None:
        self.simulator = simulator

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        """The answer, whatever it is."""
        lists = {name: [value] for name, value in query.items()}
        answer = self.simulator.handle(Request(method, path, lists, body), "token")
        assert answer is not None
        return answer

    def get(self, path: str, **query: str) -> Json:
        """The body of a good answer."""
        return self._good("GET", path, None, **query)

    def post(self, path: str, **body: Any) -> Json:
        """The body of a good answer."""
        return self._good("POST", path, body)

    def put(self, path: str, **body: Any) -> Json:
        """The body of a good answer."""
        return self._good("PUT", path, body)

    def delete(self, path: str) -> Json:
        """The body of a good answer, empty for 204."""
        return self._good("DELETE", path, None)

    def refused(self, method: str, path: str, **body: Any) -> tuple[int, str]:
        """Status and error code of a refusal."""
        answer = self.call(method, path, body)
        assert answer.body is not None
        assert "error" in answer.body, f"not refused: {answer}"
        return answer.status, answer.body["error"]["code"]

    def message(self, method: str, path: str, **body: Any) -> str:
        """The text of a refusal."""
        answer = self.call(method, path, body)
        assert answer.body is not None
        return str(answer.body["error"]["message"])

    def network(self, name: str = "dev", ip_range: str = "10.0.0.0/16", subnet: str = "") -> int:
        """A network, with a subnet in eu-central where one is given."""
        id_: int = self.post("/networks", name=name, ip_range=ip_range)["network"]["id"]
        if subnet:
            self.subnet(id_, subnet)
        return id_

    def subnet(self, network: int, ip_range: str, zone: str = "eu-central") -> Json:
        """A subnet of type cloud."""
        path = f"/networks/{network}/actions/add_subnet"
        return self.post(path, type="cloud", ip_range=ip_range, network_zone=zone)

    def server(self, name: str = "a", **fields: Any) -> int:
        """A server (cpx22, ubuntu-24.04, nbg1 unless the fields say otherwise)."""
        id_: int = self.post("/servers", **server_body(name, **fields))["server"]["id"]
        return id_

    def attach(self, server: int, network: int, ip: str, **fields: Any) -> Json:
        """Put a server into a network."""
        path = f"/servers/{server}/actions/attach_to_network"
        return self.post(path, network=network, ip=ip, **fields)

    def show(self, plural: str, id_: int) -> Json:
        """A resource as the API shows it."""
        body: Json = next(iter(self.get(f"/{plural}/{id_}").values()))
        return body

    def _good(self, method: str, path: str, body: Any, **query: str) -> Json:
        answer = self.call(method, path, body, **query)
        assert answer.status < 300, answer
        return answer.body or {}


def server_body(name: str = "a", **fields: Any) -> Json:
    """The body of ``POST /servers``."""
    defaults = {"server_type": "cpx22", "image": "ubuntu-24.04", "location": "nbg1"}
    return {"name": name, **defaults, **fields}


def rule(**fields: Any) -> Json:
    """An inbound firewall rule: SSH from everywhere unless the fields say otherwise."""
    ssh = {"direction": "in", "protocol": "tcp", "port": "22", "source_ips": ["0.0.0.0/0"]}
    return {**ssh, **fields}
