"""Mutations of what app stacks and other languages see: reader, arguments, plugin."""

from tests.mutation.mutation import Mutation, mutated

_reference = mutated("sovereign/reference.py", "tests/reference/test_reference.py")
_arguments = mutated("sovereign/hosted/arguments.py", "tests/plugin/test_schema.py")
_sections = mutated("sovereign/hosted/sections.py", "tests/plugin/test_schema.py")
_wire = mutated("sovereign/wire.py", "tests/reference/test_reference.py")
_given = mutated("sovereign/hosted/given.py", "tests/plugin/test_component.py")
_sovereign = mutated("sovereign/hosted/sovereign.py", "tests/plugin/test_component.py")
_provider = mutated("sovereign/hosted/provider.py", "tests/plugin/test_component.py")

LANGUAGES: tuple[Mutation, ...] = (
    _reference("a newer contract is read", "if version > CONTRACT_VERSION:", "if version > 99:"),
    _reference("an older contract is read", "if version < CONTRACT_VERSION:", "if version < 0:"),
    _reference("any stack is a Sovereign", "if version is None:", 'if version == "":'),
    _reference("a missing output is None", "if found[1] is None:", "if found[1] is ...:"),
    _reference(
        "every output is read at once",
        ".apply(self._checked)\n",
        ".apply(self._checked)\n        for one in CONTRACT:\n            self._read(one.name)\n",
    ),
    _reference(
        "the version is checked when something is read",
        'get_output("contractVersion").apply(self._checked)',
        'get_output("contractVersion")',
    ),
    _arguments("every key is required", "else NotRequired[annotation]", "else annotation"),
    _arguments("no defaults in the schema", 'return f"Default: {json.dumps(value)}."', 'return ""'),
    _sections(
        "no texts of shared fields", "for cls in reversed(model.__mro__):", "for cls in [model]:"
    ),
    _wire("numbers of the contract are floats", "return int(value)", "return value"),
    _given("numbers of arguments are floats", "return whole_numbers(value)", "return value"),
    _given(
        "outputs pass", "if isinstance(value, pulumi.Output | Unknown):", "if value is Unknown:"
    ),
    _sovereign("a seed of any length", "return program.checked_seed(seed)", "return seed"),
    _sovereign("no seed is fine", 'if args.get("seed") is None:', 'if args.get("seed") == "":'),
    _sovereign(
        "errors without details",
        "return InputPropertiesError(str(error), [])",
        "return InputPropertiesError(str(error))",
    ),
    _provider(
        "unknown keys are dropped",
        "        return inputs\n",
        "        return super().map_inputs(inputs, component_def)\n",
    ),
    _provider("a traceback for the operator", "raise refusal(error.inner) from None", "raise"),
    _provider(
        "the host's own provider serves",
        "    host.ComponentProvider = Provider  # type: ignore[attr-defined]\n",
        "",
        "tests/plugin/test_schema.py",
    ),
    _provider(
        "the seed is no secret",
        '["secret"] = True\n    for promise',
        '["secret"] = False\n    for promise',
        "tests/plugin/test_schema.py",
    ),
)
