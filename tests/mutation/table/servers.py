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
    _compat("an attachment that never came", "address and (hardware or public)", "address"),
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
        "ignore_changes=list(frozen), protect=protect)",
        "ignore_changes=list(frozen), protect=False)",
    ),
    _compat(
        "a changed range reaches the provider",
        "ignore_changes=list(frozen), protect=protect)",
        "protect=protect)",
    ),
    _compat("a changed location passes", "found and found != location", "not found"),
    _compat(
        "another seed passes",
        "found and found.split()[:2] != public.split()[:2]",
        "not found",
        "tests/components/test_access.py",
    ),
    _compat(
        "a comment makes another key",
        "found.split()[:2] != public.split()[:2]",
        "found != public",
        "tests/components/test_access.py",
    ),
    _compat(
        "another key replaces the deploy key",
        'delete_before_replace=True, ignore_changes=["publicKey"]',
        "delete_before_replace=True",
        "tests/components/test_access.py",
    ),
    _compat("a changed range passes", "actual is not None and actual != planned", "actual is None"),
    _compat("no alias_ips", ", ip=address, alias_ips=[])", ", ip=address)"),
    _compat("no subnet id", "subnet_id=subnet, ip=address", "ip=address"),
    _compat("no pinned address", "ip=address, alias_ips=[])", "alias_ips=[])"),
    _compat(
        "a missing address passes",
        "for address, hardware in interfaces:",
        'if not interfaces:\n            return ""\n        for address, hardware in interfaces:',
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
        "private_ip=compat.private_ip(server, plan.name, plan.location),",
        "private_ip=pulumi.Output.from_input(plan.private_ip),",
    ),
    _server(
        "the host key is the public address's",
        "host_key=public_half(keys),",
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
    _access("a secret public key", "pulumi.Output.unsecret(", "pulumi.Output.from_input("),
    _access("extra keys are forgotten", ", *(key.id for key in extra)]", "]"),
    _access("the seed is not compared", "compat.guard_seed(made, deploy)", "made.id"),
    _network("a zone that reaches the provider", '["ipRange", "networkZone"]', '["ipRange"]'),
    _access("two keys of one name", "parent=self, delete_before_replace=True)", "parent=self)"),
    _control_plane(
        "protection is not handed on", "protect=plan.protect, after", "protect=False, after"
    ),
    _control_plane(
        "a raised generation waits for nobody",
        "protect=plan.protect, after=after)",
        "protect=plan.protect)",
    ),
    _control_plane("raised generations side by side", "raised.append(made[-1].server)", "pass"),
    _control_plane(
        "workers leave through a server that is gone",
        'raised: list[pulumi.Resource] = [worker.server for worker in args["workers"]]',
        "raised: list[pulumi.Resource] = []",
    ),
    _control_plane(
        "a control plane leaves once for all generations", "triggers=[node.generation],", ""
    ),
    _control_plane(
        "everybody leaves at the first bring-up",
        "if node.generation > 1:\n                after",
        "if made:\n                after",
    ),
    _control_plane("a protected control plane leaves", '"yes" if plan.protect else ""', '""'),
    _control_plane(
        "it is asked to leave through itself",
        "self._retire(node, made[0], args, raised)",
        "self._retire(node, made[-1], args, raised)",
    ),
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
