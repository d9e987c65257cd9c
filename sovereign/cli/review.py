"""`sovereign review`: what a change does, as one comment, before it is merged.

The rehearsal makes it; this module lends it the reading, planning and pricing of a stack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from sovereign import catalog
from sovereign.cli import exits, optional, stack_file
from sovereign.cli.plan import plan_of
from sovereign.cli.rehearse import Stack
from sovereign.environments import stack as environment
from sovereign.plan import SovereignPlan
from sovereign.plan.cost import PriceBook, price_book
from sovereign.problems import ConfigError

EPILOG = (
    "Examples: sovereign review | sovereign review --base origin/main --output review.md | "
    "sovereign review --json | sovereign review --all review | "
    "sovereign review --live --stack prod. "
    "Exit codes: 0 approve or look, 1 refuse, 2 bad usage, 3 something this machine lacks."
)
Base = Annotated[
    str | None,
    typer.Option(
        metavar="REV",
        help="Compare with where HEAD left this revision; default: the default branch.",
    ),
]
ProgramDirectory = Annotated[
    Path,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Directory of the Pulumi program, of a Sovereign or any other.",
    ),
]
Every = Annotated[
    Path | None,
    typer.Option(
        "--all",
        file_okay=False,
        metavar="DIR",
        help="Review every stack that has a file on either side: DIR/STACK.md and DIR/STACK.json.",
    ),
]
Live = Annotated[
    bool,
    typer.Option("--live", help="Ask the real engine about the stack's real state; not for forks."),
]
Output = Annotated[
    Path | None, typer.Option(dir_okay=False, metavar="FILE", help="Write the comment there.")
]
Limit = Annotated[
    int, typer.Option(min=4000, help="Bytes a comment may have; GitLab takes 1000000.")
]


def review(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    base: Base = None,
    live: Live = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Exactly one JSON object on stdout.")
    ] = False,
    output: Output = None,
    every: Every = None,
    limit: Limit = 65_536,
) -> None:
    """Say what the work tree changes, whether to approve it and why, as one Markdown comment.

    The base revision comes up on the embedded engine with placeholder secrets, the work tree is
    previewed over it. No account, no passphrase, no cluster.
    """
    rehearsal = optional.rehearsal(partial(_unavailable, stack) if as_json else None).the_review()
    if every and (as_json or output or live):
        typer.echo(
            "--all writes files of its own: leave --json, --output and --live away", err=True
        )
        raise typer.Exit(exits.USAGE)
    if every:
        reader = Reader(rehearsal, stack)
        raise typer.Exit(
            rehearsal.every(program=program, base=base, reader=reader, directory=every, limit=limit)
        )
    raise typer.Exit(
        rehearsal.review(
            stack=stack,
            program=program,
            base=base,
            reader=Reader(rehearsal, stack),
            use_engine=live,
            as_json=as_json,
            output=output,
            limit=limit,
        )
    )


@dataclass(frozen=True)
class Reader:
    """Reading, planning and pricing one stack, for whoever may not import them."""

    rehearsal: ModuleType
    stack: str

    def of(self, stack: str) -> "Reader":
        """The same for another stack."""
        return replace(self, stack=stack)

    def smallest(self) -> Mapping[str, Any]:
        """Configuration of a Sovereign of one control plane and one worker."""
        wish = environment.Wish("lent", "nbg1", 1, 1, "cpx32", protect=False)
        return {stack_file.CLUSTER_KEY: environment.cluster(wish)}

    def read(self, program: Path) -> stack_file.StackFile:
        """The stack with placeholders for what is encrypted, and the rehearsal's defaults."""
        try:
            found = stack_file.read(program, self.stack, placeholder="placeholder for {key}")
        except ConfigError as error:
            raise self.rehearsal.Unreadable(self._problems(error)) from None
        return found.with_defaults(self.rehearsal.DEFAULTS) if found.is_sovereign else found

    def inspect(self, config: Mapping[str, Any]) -> tuple[SovereignPlan | None, Sequence[Any]]:
        """The plan, or every problem; nothing for a program that is not a Sovereign's."""
        if stack_file.CLUSTER_KEY not in config:
            return None, ()
        file = stack_file.StackFile(Path(), "sovereign", self.stack, dict(config), ())
        try:
            return plan_of(file), ()
        except ConfigError as error:
            return None, self._problems(error)

    def prices(self, config: Mapping[str, Any]) -> PriceBook:
        """The stack's own price book where it has one, else the packaged one."""
        cluster = config.get(stack_file.CLUSTER_KEY)
        own = cluster.get("prices") if isinstance(cluster, Mapping) else None
        if isinstance(own, Mapping):
            return price_book(own, sample=False)
        return price_book(catalog.load().prices, sample=True)

    def _problems(self, error: ConfigError) -> list[Any]:
        return [self.rehearsal.Problem(p.path, p.value, p.rule, p.fix) for p in error.problems]


def _unavailable(stack: str, sentence: str) -> dict[str, Any]:
    """The answer of docs/review.schema.json where the package that makes it is not there."""
    said = [{"path": "", "value": "", "rule": sentence, "fix": "make setup"}]
    answer = {"schemaVersion": 1, "command": "review", "stack": stack, "engine": "embedded"}
    return {**answer, "result": "unavailable", "errors": said}
