"""Mutations of the review: what it must not overlook, let through or give away."""

from tests.mutation.mutation import Mutation, mutated

_TESTS = "tests/rehearsal/review"
_hazards = mutated("rehearsal/review/hazards.py", f"{_TESTS}/test_hazards.py")
_nodes = mutated("rehearsal/review/nodes.py", f"{_TESTS}/test_hazards.py")
_reasons = mutated("rehearsal/review/reasons.py", f"{_TESTS}/test_markdown.py")
_ranges = mutated("rehearsal/review/preparation.py", f"{_TESTS}/test_preparation.py")
_escape = mutated(
    "rehearsal/review/escape.py", f"{_TESTS}/test_escape.py", f"{_TESTS}/test_markdown.py"
)
_fitting = mutated("rehearsal/review/fitting.py", f"{_TESTS}/test_markdown.py")
_money = mutated("rehearsal/review/money.py", f"{_TESTS}/test_money.py")
_margins = mutated("rehearsal/review/margins.py", f"{_TESTS}/test_margins.py")
_secrecy = mutated("rehearsal/review/secrecy.py", f"{_TESTS}/test_secrecy.py")
_settings = mutated("rehearsal/review/settings.py", f"{_TESTS}/test_settings.py")
_revision = mutated("rehearsal/review/revision.py", f"{_TESTS}/test_revision.py")
_operations = mutated("rehearsal/review/operations.py", f"{_TESTS}/test_operations.py")
_live = mutated("rehearsal/review/live.py", f"{_TESTS}/test_live.py")
_exposure = mutated("rehearsal/review/exposure.py", f"{_TESTS}/test_exposure.py")
_bare = mutated("rehearsal/review/hazards.py", f"{_TESTS}/test_exposure.py")
_accepted = mutated("rehearsal/review/acceptance.py", f"{_TESTS}/test_acceptance.py")
_decided = mutated("rehearsal/review/reasons.py", f"{_TESTS}/test_acceptance.py")
_judges = mutated("rehearsal/review/judges.py", f"{_TESTS}/test_judges.py")
_unjudged = mutated("rehearsal/review/unjudged.py", f"{_TESTS}/test_sections.py")
_additions = mutated("rehearsal/review/additions.py", f"{_TESTS}/test_additions.py")
_facts = mutated("rehearsal/review/facts.py", f"{_TESTS}/test_hazards.py")

REVIEWS: tuple[Mutation, ...] = (
    _hazards("one member is a quorum", "needed, up = len(members) // 2 + 1,", "needed, up = 1,"),
    _hazards(
        "the only control plane is only looked at",
        'yield Reason("refuse", "quorum", lost, what, "go to three',
        'yield Reason("look", "quorum", lost, what, "go to three',
    ),
    _hazards("others take every control plane's place", "len(leaving) == count and", "False and"),
    _hazards("a worker leaves with a control plane", "elif conflicting:", "elif False:"),
    _hazards("members that leave are off", "and n not in leaving]", "]"),
    _hazards("a power-off keeps the API", "if up < needed:", "if up < 0:"),
    _hazards("a new environment is at risk", "if not before.servers:", "if False:"),
    _hazards("labels restart nodes", "if key not in LIVE_K3S_OPTIONS", "if key"),
    _hazards("no k3s option restarts a node", "        if restarts:\n", "        if False:\n"),
    _hazards("a network may be deleted", "if one.type in FATAL else", "if False else"),
    _hazards("half a pool is a whole one", "all(node.disturbed for node in mine)", "mine"),
    _nodes("a new type is taken over live", '("serverType", "publicNets", ', '("publicNets", '),
    _nodes("an address change is harmless", 'if "networks" in touched:', "if False:"),
    _reasons("a mandatory finding is only looked at", 'if "refuse" in weights:', "if False:"),
    _reasons(
        "old advice blocks",
        'one.level == "advisory" and one not in known',
        'one.level == "advisory"',
    ),
    _ranges("ranges may change", "if path in before and before[path] != new", "if False"),
    _escape("tags pass", '.replace("<", "&lt;")', ""),
    _escape("mentions pass", r"[@#!%&~^$](?=\w)", r"[#!%&~^$](?=\w)"),
    _escape("links pass", r"([\\`*_\[\]|~$])", r"([\\`*_|~$])"),
    _escape("a fence of one", "max((len(run) for", "min((len(run) for"),
    _escape("direction marks pass", '("Cc", "Cf", "Co", "Cs", "Cn")', '("Cc", "Co", "Cs", "Cn")'),
    _escape("a second marker passes", '.replace("<!--", f"<{BREAK}!--")', ""),
    _escape("cells are split in code", '.replace("|", "\\\\|")', ""),
    _fitting("nothing is cut", "if size(joined()) <= limit - RESERVE:", "if True:"),
    _fitting("a cut is not said", "    if cut:\n", "    if not cut:\n"),
    _money(
        "a missing price is no change",
        "if len(known) == len(moves) else None",
        "if known else None",
    ),
    _margins("a limit is tight when exceeded", "TIGHT = 0.8", "TIGHT = 1.1"),
    _secrecy("passphrases stay", "|PASSPHRASE|", "|"),
    _secrecy("base64 passes", "found |= {own, ", "found = {secret} or {own, "),
    _secrecy("a quoted line passes", "(text, *text.splitlines())", "(text,)"),
    _settings("a plain seed is shown", "secret = secret or path in SECRET_KEYS", "pass"),
    _settings(
        "ciphertexts are equal", "if one != other:", "if one != other and not _encrypted(one):"
    ),
    _exposure("only half the world is wide", "WIDE = 1 / 256", "WIDE = 1 / 2"),
    _exposure(
        "a deleted firewall protects",
        "return value is not None and _id(value) not in gone",
        "return value is not None",
    ),
    _bare(
        "the last firewall may go",
        'yield Reason("refuse", "network", node.name, what, FIREWALL_FIX)',
        'yield Reason("look", "network", node.name, what, FIREWALL_FIX)',
    ),
    _accepted("an acceptance lasts for ever", "elif until < today:", "elif False:"),
    _decided("an acceptance is of anybody", "*sorted(among)", ""),
    _decided("what the engine refuses is accepted", "and one.source in ACCEPTABLE", ""),
    _judges("workflows judge nothing", '    ".github",\n', ""),
    _unjudged("silence is not shown", "    return found\n", "    return []\n"),
    _additions("an autoscaler makes nothing", "sum(_autoscaled(resources))", "0"),
    _revision("the trial merge is the change", "parents[0].startswith", "parents[1].startswith"),
    _revision("the tip is the base", '_git(program, "merge-base", "HEAD", tip)', "tip"),
    _operations("a refusal is an error, too", "if one not in policies))", "))"),
    _live(
        "secrets of the state are text", "if value.get(SIGNATURE) == SECRET_SIGNATURE:", "if False:"
    ),
    _live("advice is old though something goes", "return () if changed else", "return"),
    _live("old advice is new", "if step.op is Op.SAME}", "if step.op is Op.CREATE}"),
    _facts("an unfinished preview deletes", "        if self.complete:\n", "        if True:\n"),
)
