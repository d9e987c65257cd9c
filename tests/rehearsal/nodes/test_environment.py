"""The environment file on stdin: read back as a POSIX shell's `eval` reads it, and nothing that
would run."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.nodes.environment import NotAnEnvironment, parse, render

NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=9, max_codepoint=0x2FF, exclude_characters="\r\x7f"))


@given(st.dictionaries(NAMES, VALUES))
def test_what_is_rendered_is_read_back(variables: dict[str, str]) -> None:
    """Quotes, newlines, dollars and backslashes included."""
    assert parse(render(variables)) == variables


def test_a_shell_reads_the_same_values() -> None:
    """`eval` in sh gives what `parse` gives, for every kind of character that matters."""
    variables = {"A": 'it\'s\n"$(id)" `x` \\ * ~ #', "B": "", "C": "plain-1.2:3/4@x", "D": "''"}
    program = f"import json, os; print(json.dumps([os.environ[n] for n in {list(variables)}]))"
    shell = f'set -a; eval "$(cat)"; exec {sys.executable} -c "$0"'
    done = subprocess.run(
        ["/bin/sh", "-c", shell, program],
        input=render(variables),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == list(variables.values())
    assert parse(render(variables)) == variables


@pytest.mark.parametrize(
    "text",
    [
        "A=$(id)",
        "A=`id`",
        'A="x"',
        "A=x id",
        "A=x; id",
        "A='open",
        "id",
        "A =x",
        "1A=x",
        "A=x&",
        "export A=x",
        "A=\\x",
    ],
)
def test_what_a_shell_would_run_expand_or_split_is_refused(text: str) -> None:
    """The message names the line and repeats nothing of its value."""
    with pytest.raises(NotAnEnvironment, match="line 2 of the environment") as refused:
        parse(f"FIRST='a'\n{text}\n")
    assert "id" not in str(refused.value).replace("environment", "")
