"""Mutations of the recovery: what it takes for its own, what it deletes, in which order."""

from tests.mutation.mutation import Mutation, mutated

_decide = mutated("sovereign/recover/decide.py", "tests/recover/test_decide.py")
_deployment = mutated("sovereign/recover/deployment.py", "tests/recover/test_deployment.py")
_carry_out = mutated("sovereign/recover/carry_out.py", "tests/recover/test_carry_out.py")
_engine = mutated("sovereign/recover/engine.py", "tests/recover/test_engine.py")
_project = mutated("sovereign/recover/project.py", "tests/recover/test_project.py")

RECOVER: tuple[Mutation, ...] = (
    _decide(
        "ids count without their kind",
        "(one.kind, one.id) not in known]",
        "one.id not in {k for _, k in known}]",
    ),
    _decide("a server is imported", "elif made.kind is not Kind.SERVER:", "elif True:"),
    _decide("a protected server is deleted", "elif made.protected:", "elif False:"),
    _decide("somebody else's object is taken", "    if differs:\n", "    if False:\n"),
    _decide("used objects are deleted", "    if users:\n", "    if False:\n"),
    _decide("lone servers are deleted", "    if one.kind is Kind.SERVER:\n", "    if False:\n"),
    _decide("an empty state deletes", "elif not own:", "elif False:"),
    _decide(
        "--delete ends protection",
        "if one.name in chosen and not one.protected:",
        "if one.name in chosen:",
    ),
    _decide("Helm is not mentioned", "elif operation.type == helm.RELEASE:", "elif False:"),
    _decide("a finished deletion is done again", "if operation.urn in gone:", "if False:"),
    _decide("a doomed server still counts", "if name not in going]", "]"),
    _deployment(
        "a replaced object is forgotten", 'result.append({**entry, "delete": True})', "pass"
    ),
    _deployment(
        "a deleted object is deleted again", 'if not entry.get("pendingReplacement") and', "if"
    ),
    _deployment("operations stay pending", '    result.pop("pending_operations", None)\n', ""),
    _deployment("mentions stay", "        _unmention(entry, gone)\n", "        pass\n"),
    _deployment(
        "an interrupted replacement counts as known",
        ' and not entry.get("pendingReplacement")\n    }',
        "\n    }",
    ),
    _carry_out(
        "groups go before servers", "sorted(held, key=lambda one: ORDER.index(one.kind))", "held"
    ),
    _carry_out("an idle recovery writes", "if recovered != deployment:", "if True:"),
    _carry_out("nothing is read after an import", "stack.refresh(list(imported))", "pass"),
    _carry_out("every deletion counts as done", "and not project.exists(TYPES", "and (TYPES"),
    _engine("a living run's lock is broken", "stale=here and not _alive(pid)", "stale=here"),
    _engine("another machine's lock is broken", "stale=here and not", "stale=not"),
    _project(
        "one label is enough",
        "for key, value in wanted.items())",
        "for key, value in [*wanted.items()][:1])",
    ),
)
