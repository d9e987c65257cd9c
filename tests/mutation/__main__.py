"""`python -m tests.mutation [--only PATTERN] [--json] [--processes N]`: break the product on
purpose, line by line, and see a test go red for each. Exit 1 where a mutation survived.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence

from tests.mutation.mutation import Mutation
from tests.mutation.runner import BrokenRun, Verdict, run
from tests.mutation.table import MUTATIONS


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the chosen mutations, print a line for each as it ends, then the sum."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--only", default="", help="regular expression of file and defect")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--processes", type=int, default=2, help="how many run side by side")
    parser.add_argument("--list", action="store_true", help="only list the mutations")
    given = parser.parse_args(arguments)
    chosen = [one for one in MUTATIONS if re.search(given.only, f"{one.file} {one.what}")]
    if given.list:
        print("\n".join(f"{one.file}: {one.what}" for one in chosen))  # noqa: T201
        return 0
    verdicts: list[Verdict] = []
    try:
        for verdict in run(chosen, given.processes):
            verdicts.append(verdict)
            print(_line(verdict), file=sys.stderr if given.json else sys.stdout, flush=True)
    except BrokenRun as broken:
        print(broken, file=sys.stderr)  # noqa: T201
        return 1
    survived = [one.mutation for one in verdicts if not one.killed]
    if given.json:
        print(json.dumps(_summary(verdicts), indent=1))  # noqa: T201
    else:
        print(f"\n{len(verdicts) - len(survived)} killed, {len(survived)} survived")  # noqa: T201
    return 1 if survived or not verdicts else 0


def _line(verdict: Verdict) -> str:
    state = "killed  " if verdict.killed else "SURVIVED"
    mutation = verdict.mutation
    return f"{state} {verdict.seconds:5.1f} s  {mutation.file}: {mutation.what}  [{verdict.by}]"


def _summary(verdicts: Sequence[Verdict]) -> dict[str, object]:
    def said(mutation: Mutation) -> dict[str, object]:
        return {"file": mutation.file, "what": mutation.what, "tests": list(mutation.tests)}

    return {
        "killed": sum(one.killed for one in verdicts),
        "survived": sum(not one.killed for one in verdicts),
        "mutations": [
            {**said(one.mutation), "killed": one.killed, "by": one.by} for one in verdicts
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
