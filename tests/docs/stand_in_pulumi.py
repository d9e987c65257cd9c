"""In place of the Pulumi CLI when the documents' commands are run: it knows the real one's verbs
and options, refuses what that would refuse, and does nothing.

pulumi_commands.json holds the verbs that our documents use, with their options as the CLI's own
--help (3.259) lists them: those that take a value, and switches.
"""

import json
import sys
from pathlib import Path

COMMANDS = Path(__file__).resolve().with_name("pulumi_commands.json")
ANSWERS = {
    "whoami": {"user": "ops", "url": "s3://state"},
    "stack export": {"version": 3, "deployment": None},
}
"""What `sovereign recover` reads: a backend elsewhere, a stack that was never brought up."""
HIDDEN = ("--event-log",)
"""Options that --help does not list; with PULUMI_DEBUG_COMMANDS the real one takes them."""


def main(arguments: list[str]) -> int:
    """The exit code: 0 where the real CLI would accept the command line, 255 where not."""
    commands = json.loads(COMMANDS.read_text(encoding="utf-8"))
    verb = next((v for v in (" ".join(arguments[:2]), arguments[0]) if v in commands), None)
    if verb is None:
        _say(f'error: unknown command "{arguments[0]}" for "pulumi"')
        return 255
    known = commands[verb]
    rest = arguments[len(verb.split()) :]
    while rest:
        name, equals, _ = rest.pop(0).partition("=")
        if not name.startswith("-"):
            continue
        if name in (*known["value"], *HIDDEN):
            if not equals and not rest:
                _say(f"error: flag needs an argument: {name}")
                return 255
            if not equals:
                rest.pop(0)
        elif name not in known["switch"]:
            _say(f"error: unknown flag: {name}")
            return 255
    if verb in ANSWERS:
        sys.stdout.write(f"{json.dumps(ANSWERS[verb])}\n")
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
