"""Mutations of network, servers and the way to them: options, addresses, keys, commands."""

from tests.mutation.mutation import Mutation, mutated

_compat = mutated(
    "sovereign/components/_hcloud_compat.py",
    "tests/components/test_server.py",
    "tests/components/test_network.py",
)
_server = mutated("sovereign/components/server.py", "tests/components/test_server.py")
_network = mutated("sovereign/components/network.py", "tests/components/test_network.py")
_access = mutated("sovereign/components/access.py", "tests/components/test_access.py")
_control_plane = mutated(
    "sovereign/components/control_plane.py", "tests/components/test_control_plane.py"
)
_pool = mutated("sovereign/components/worker_pool.py", "tests/components/test_worker_pool.py")
_ssh = mutated("sovereign/components/ssh.py", "tests/components/test_ssh.py")
_SECRECY = "tests/program/test_secrecy.py"

SERVERS: tuple[Mutation, ...] = (
    _compat(
        "no ignore_changes", 'ignore_changes=["userData", "image", "sshKeys", "location"],', ""
    ),
    _compat(
        "ignore_changes in Python's names", 'ignore_changes=["userData",', 'ignore_changes=["user",'
    ),
    _compat("an attachment that never came", "network.ip and network.mac_address", "network.ip"),
    _compat("no delete_before_replace", "delete_before_replace=True,\n", ""),
    _compat("no replacement trigger", "replacement_trigger=generation,", ""),
    _compat(
        "servers are never protected",
        "replacement_trigger=generation,\n        protect=protect,",
        "replacement_trigger=generation,\n        protect=False,",
        "tests/components/test_control_plane.py",
    ),
    _compat(
        "the network is never protected",
        'ignore_changes=["ipRange"], protect=protect)',
        'ignore_changes=["ipRange"], protect=False)',
    ),
    _compat(
        "a changed range reaches the provider",
        'ignore_changes=["ipRange"], protect=protect)',
        "protect=protect)",
    ),
    _compat("a changed range passes", "actual is not None and actual != planned", "actual is None"),
    _compat("no alias_ips", ", ip=address, alias_ips=[])", ", ip=address)"),
    _compat("no subnet id", "subnet_id=subnet, ip=address", "ip=address"),
    _compat("no pinned address", "ip=address, alias_ips=[])", "alias_ips=[])"),
    _compat(
        "a missing address passes",
        "for network in networks or []:",
        'if not networks:\n            return ""\n        for network in networks or []:',
    ),
    _compat("firewalls may be renamed", 'ignore_changes=["name", "labels"])', "ignore_changes=[])"),
    _compat(
        "ids stay texts",
        "return resource_id.apply(int)",
        "return resource_id.apply(lambda found: found)  # type: ignore",
    ),
    _server(
        "a host key of generation 1",
        "secrets.host_key(text, plan.name, plan.generation)",
        "secrets.host_key(text, plan.name, 1)",
        "tests/components/test_server.py",
        "tests/components/test_ssh.py",
    ),
    _server(
        "user_data in clear",
        "user_data=user_data,",
        "user_data=pulumi.Output.unsecret(user_data),",
        _SECRECY,
    ),
    _server(
        "the seed in user_data",
        "render(plan.cloud_config, pair.private, pair.public)",
        "render(plan.cloud_config, pair.private, pair.private)",
    ),
    _server("half a protection", "rebuild_protection=protect,", "rebuild_protection=False,"),
    _server(
        "the firewall of the other role",
        "network.firewall_ids[plan.role]",
        'network.firewall_ids["worker"]',
    ),
    _server("no graceful stop", "shutdown_before_deletion=True,", ""),
    _server(
        "the planned address is taken for the real one",
        "private_ip=compat.private_ip(server, plan.name),",
        "private_ip=pulumi.Output.from_input(plan.private_ip),",
    ),
    _server(
        "the host key is the public address's",
        "host_key=pulumi.Output.unsecret(keys.apply(lambda pair: pair.public)),",
        "host_key=server.ipv4_address,",
        "tests/components/test_ssh.py",
    ),
    _network(
        "rules for everybody", "source_ips=list(rule.sources),", 'source_ips=["0.0.0.0/0", "::/0"],'
    ),
    _network("outbound rules", 'direction="in",', 'direction="out",'),
    _network("another zone", "network_zone=plan.network.zone,", 'network_zone="eu-central",'),
    _network("groups that do not spread", 'type="spread",', 'type="pack",'),
    _network(
        "no guard of the network's range",
        'plan.network.cidr, "network.cidr"',
        'network.ip_range, "network.cidr"',
        "tests/components/test_network.py::test_a_range_that_differs_in_the_cloud_ends_in_one_sentence",
    ),
    _network("unlabelled firewalls", "rules=rules,\n            labels=labels,", "rules=rules,"),
    _network(
        "facts of other ranges",
        '"podCidr": plan.network.pod_cidr,',
        '"podCidr": plan.network.service_cidr,',
    ),
    _access("a secret public key", "pulumi.Output.unsecret(deploy)", "deploy"),
    _access("extra keys are forgotten", "            **extra_keys,\n", ""),
    _access("two keys of one name", "parent=self, delete_before_replace=True)", "parent=self)"),
    _control_plane("protection is not handed on", "protect=plan.protect)", "protect=False)"),
    _control_plane(
        "facts without nodes",
        '"nodes": [server.facts(node) for node in plan.control_planes],',
        '"nodes": [],',
    ),
    _pool("protected workers", "protect=False)", "protect=True)"),
    _pool(
        "a pool's location is the Sovereign's", '"location": pool.location,', '"location": "nbg1",'
    ),
    _ssh("the host key is not pinned", "        host_key=node.host_key,\n", ""),
    _ssh(
        "commands are logged", '"logging": remote.Logging.NONE', '"logging": remote.Logging.STDOUT'
    ),
    _ssh("stdin in clear", "pulumi.Output.secret(stdin)", "pulumi.Output.unsecret(stdin)"),
    _ssh("values are not quoted", "{shlex.quote(value)}", "{value}"),
    _ssh(
        "no server's id among the triggers",
        "triggers=[node.server.id, *triggers],",
        "triggers=list(triggers),",
    ),
    _ssh("no update", "        update=text,\n", ""),
    _ssh(
        "a leave that runs at creation",
        "delete=catalog.load().scripts[script],",
        "create=catalog.load().scripts[script],",
    ),
    _ssh(
        "secrets in the command line",
        "create=text,",
        'create=pulumi.Output.concat(text, variables.get("TOKEN", "")),',
        _SECRECY,
    ),
    _ssh("another user", 'user="root",', 'user="ubuntu",'),
    _ssh(
        "dials are not bounded as configured",
        "dial_error_limit=login.dial_error_limit,",
        "dial_error_limit=10,",
    ),
)
