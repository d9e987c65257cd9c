"""Mutations of environments and preflight: what they must not promise, hide or overlook."""

from tests.mutation.mutation import Mutation, mutated

_PREFLIGHT = "tests/preflight"
_NEW, _COMPARISON = (f"tests/environments/test_{name}.py" for name in ("new", "comparison"))
_checks = mutated("sovereign/preflight/checks.py", f"{_PREFLIGHT}/test_preflight_command.py")
_stock = mutated("sovereign/preflight/stock.py", f"{_PREFLIGHT}/test_stock.py")
_limits = mutated("sovereign/preflight/limits.py", f"{_PREFLIGHT}/test_limits.py")
_look = mutated("sovereign/preflight/look.py", f"{_PREFLIGHT}/test_preflight_command.py")
_price = mutated("sovereign/preflight/price.py", f"{_PREFLIGHT}/test_checks.py")
_policies = mutated("sovereign/environments/policies.py", _NEW, _COMPARISON)
_difference = mutated("sovereign/environments/difference.py", _COMPARISON)
_stack = mutated("sovereign/environments/stack.py", _NEW)
_pack = mutated("rehearsal/runtime/policy/pack.py", _COMPARISON)
_billed = mutated("rehearsal/review/billed.py", "tests/rehearsal/review/test_money.py")

ENVIRONMENTS: tuple[Mutation, ...] = (
    _checks("a reading token is enough for an up", '"error" if for_up else "note"', '"note"'),
    _stock(
        "a deprecated fallback is recommended",
        "    if offer.unavailable_after:\n        return f",
        "    if False:\n        return f",
    ),
    _stock("fallbacks are not looked at", "    if group.fallback_types:\n", "    if False:\n"),
    _limits(
        "load balancers of others take no attachment",
        'for kind in ("servers", "load_balancers")',
        'for kind in ("servers", "networks")',
    ),
    _limits("a limit is never exceeded", "    if used > limit:\n", "    if False:\n"),
    _look(
        "a silent endpoint is waited for",
        "timeout=TIMEOUT_S)\n\n\ndef _budget",
        "timeout=60)\n\n\ndef _budget",
    ),
    _look("the client waits for ever", "        timeout=TIMEOUT_S,\n", ""),
    _price(
        "another location's prices",
        "project.books.get(group.location, _NONE)",
        "next(iter(project.books.values()))",
    ),
    _policies(
        "dev's configuration is nobody's", "for name in (stack, FALLBACK)", "for name in (stack,)"
    ),
    _policies(
        "a protected environment is judged as dev", "STRICT if strict else FALLBACK", "FALLBACK"
    ),
    _policies("a configuration is overwritten", " if not file.exists()}", "}"),
    _difference("versions are compared as texts", "[int(each) for each in", "[each for each in"),
    _stack(
        "the cloud controller floats",
        '        "cloudController": {"version": pinned.cloud_controller.version},\n',
        "",
    ),
    _pack(
        "an environment without a file has no rules of dev",
        'for name in (stack, "dev"))',
        "for name in (stack,))",
    ),
    _billed("a server without IPv4 pays for one", 'net.get("ipv4Enabled") is not False', "True"),
    _billed("an address is paid for twice", ' and not net.get("ipv4")', ""),
    _billed(
        "another controller's load balancer is ours", ' and not spec.get("loadBalancerClass")', ""
    ),
    _billed(
        "a volume of unknown size is free",
        'return Billed("other", f"volume',
        'return Billed("volume", f"volume',
    ),
)
