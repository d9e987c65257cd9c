"""The workflows in examples/ci: valid for their platform, scripts sound, nothing given away."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from sovereign.cli import app
from tests.configurations import ROOT

CI = ROOT / "examples" / "ci"
GITHUB = sorted((CI / "github").glob("*.yml"))
FORGEJO = sorted((CI / "forgejo").glob("*.yml"))
GITLAB = CI / "gitlab" / ".gitlab-ci.yml"
BIN = Path(sys.executable).parent
SCHEMAS = {
    "vendor.github-workflows": [*GITHUB, *FORGEJO],
    "vendor.gitlab-ci": [GITLAB],
}
"""Forgejo's and Gitea's workflows are GitHub's but for `uses:`, which may be a URL."""


def document(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in found.items()}  # YAML 1.1


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in document(file)["jobs"].values():
        yield from job.get("steps", ())


def scripts() -> Iterator[tuple[str, str]]:
    """Every shell text of every workflow, with where it stands."""
    for file in (*GITHUB, *FORGEJO):
        for number, step in enumerate(steps(file)):
            if "run" in step:
                yield f"{file.parent.name}/{file.name} step {number}", step["run"]
    for name, job in document(GITLAB).items():
        if isinstance(job, dict):
            for key in ("before_script", "script"):
                for number, text in enumerate(job.get(key, ())):
                    yield f"gitlab {name} {key} {number}", text


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_workflow_is_valid_by_its_platforms_schema(schema: str) -> None:
    """GitHub's and GitLab's, as check-jsonschema carries them."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema]
    done = subprocess.run(
        [*command, *map(str, SCHEMAS[schema])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_workflow_is_found(tmp_path: Path) -> None:
    """The schema is not one that takes everything."""
    broken = document(CI / "github" / "review.yml")
    broken["jobs"]["review"]["stepz"] = []
    file = tmp_path / "broken.yml"
    file.write_text(yaml.safe_dump(broken), encoding="utf-8")
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    assert subprocess.run([*command, str(file)], capture_output=True, check=False).returncode == 1


def test_githubs_workflows_pass_actionlint(tmp_path: Path) -> None:
    """Expressions, contexts and job references as well."""
    linter = shutil.which("actionlint")
    if linter is None:
        pytest.skip("actionlint is not on PATH")
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for file in GITHUB:
        shutil.copy(file, folder / file.name)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = subprocess.run([linter], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("where", "text"), [*scripts()], ids=[where for where, _ in scripts()])
def test_every_script_passes_shellcheck_and_holds_no_expression(where: str, text: str) -> None:
    """What a stranger chooses (a branch's name) reaches a script as a variable only."""
    assert "${{" not in text, where
    shell = "sh" if where.startswith("gitlab") else "bash"
    done = subprocess.run(
        [str(BIN / "shellcheck"), "--shell", shell, "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_shared_scripts_pass_shellcheck() -> None:
    """They are POSIX and may be executed."""
    files = sorted(CI.glob("*.sh"))
    command = [str(BIN / "shellcheck"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert all(file.stat().st_mode & stat.S_IXUSR for file in files)


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_githubs_actions_are_pinned_by_commit(file: Path) -> None:
    """With the tag beside it, for Renovate and for people."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if "uses:" in line and "./" not in line:
            assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("file", [CI / "github" / "review.yml", CI / "forgejo" / "review.yml"])
def test_what_runs_the_code_of_a_pull_request_has_nothing_worth_taking(file: Path) -> None:
    """No secret, no credentials in the clone, the harmless trigger."""
    workflow = document(file)
    assert list(workflow["on"]) == ["pull_request"]
    review = workflow["jobs"]["review"]
    assert "secrets" not in json.dumps(review)
    assert "token" not in json.dumps(review).lower()
    assert review["steps"][0]["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_githubs_preview_may_only_read_and_its_commenter_runs_nothing_of_the_change() -> None:
    """The one has the code and no right, the other the right and no code."""
    review = document(CI / "github" / "review.yml")
    assert review["permissions"] == {}
    assert review["jobs"]["review"]["permissions"] == {"contents": "read"}
    comment = document(CI / "github" / "review-comment.yml")
    assert list(comment["on"]) == ["workflow_run"]
    assert comment["on"]["workflow_run"]["workflows"] == [review["name"]]
    assert comment["jobs"]["comment"]["permissions"] == {
        "actions": "read",
        "pull-requests": "write",
    }
    used = [step.get("uses", "") for step in comment["jobs"]["comment"]["steps"]]
    assert not [one for one in used if "checkout" in one]


def test_both_workflows_name_the_same_stacks() -> None:
    """Or one of them would have no comment."""
    stacks = document(CI / "github" / "review.yml")["jobs"]["review"]["strategy"]["matrix"]["stack"]
    (step,) = [one for one in steps(CI / "github" / "review-comment.yml") if "run" in one]
    assert step["env"]["STACKS"].split() == stacks


def used_commands() -> Iterator[tuple[str, str]]:
    """Every `sovereign` and `pulumi` command with its options, from workflows and scripts."""
    texts = [text for _, text in scripts()]
    texts += [file.read_text(encoding="utf-8") for file in sorted(CI.glob("*.sh"))]
    for text in texts:
        joined = re.sub(r"\\\n\s*", " ", text)
        for line in joined.splitlines():
            if line.lstrip().startswith("#"):
                continue
            for program, rest in re.findall(r"(?:^|[ /])(sovereign|pulumi) ([a-z].*)", line):
                yield program, rest.split("||")[0].split(" >")[0]


def test_the_commands_of_ours_exist_with_their_options() -> None:
    """As `--help` lists them."""
    runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    found = {rest for program, rest in used_commands() if program == "sovereign"}
    assert {rest.split()[0] for rest in found} == {"review", "preflight"}
    for rest in found:
        shown = runner.invoke(app, [rest.split()[0], "--help"]).output
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in shown, (rest, option)


def test_the_commands_of_the_engine_exist_with_their_options() -> None:
    """Asked of the real engine where it is installed."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        pytest.skip("the real engine, `pulumi`, is not on PATH")
    found = {rest for program, rest in used_commands() if program == "pulumi"}
    verbs = {" ".join(rest.split(" --")[0].split()) for rest in found}
    assert verbs == {"up", "refresh", "policy analyze"}
    for rest in found:
        verb = rest.split(" --")[0].split()
        shown = subprocess.run(
            [pulumi, *verb, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for option in re.findall(r"--[a-z-]+", rest):
            assert f"{option} " in shown, (rest, option)


def stand_in(directory: Path, name: str, body: str) -> None:
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'#!/bin/sh\necho "{name} $*" >>"$RECORD"\n{body}\n', encoding="utf-8")
    file.chmod(0o755)


def run(script: list[str], directory: Path, **variables: str) -> tuple[int, list[str]]:
    """The exit code and what the stand-ins were asked for."""
    record = directory / "record"
    record.touch()
    path = f"{directory / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "RECORD": str(record), **variables}
    done = subprocess.run(script, cwd=directory, env=environment, check=False, capture_output=True)
    return done.returncode, record.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("refusing", "reached"), [("preflight", 1), ("review", 2), ("", 3)])
def test_up_stops_at_the_first_step_that_refuses(
    tmp_path: Path, refusing: str, reached: int
) -> None:
    """Nothing is brought up that cannot be ordered or that the review refuses."""
    stand_in(tmp_path, ".venv/bin/sovereign", f'[ "$1" != "{refusing or "-"}" ]')
    stand_in(tmp_path / "bin", "pulumi", "")
    code, asked = run(["sh", str(CI / "up.sh"), "prod"], tmp_path)
    assert code == (1 if refusing else 0)
    assert len(asked) == reached
    if not refusing:
        assert "--policy-pack-config policies/network/config.prod.json" in asked[-1]


@pytest.mark.parametrize(("drift", "audit", "code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)])
def test_the_night_asks_both_and_fails_with_either(
    tmp_path: Path, drift: int, audit: int, code: int
) -> None:
    """Drift does not hide a broken rule."""
    stand_in(tmp_path / "bin", "pulumi", f'[ "$1" = refresh ] && exit {drift}; exit {audit}')
    ended, asked = run(["sh", str(CI / "nightly.sh"), "dev"], tmp_path)
    assert (ended, len(asked)) == (code, 2)
    assert "--expect-no-changes" in asked[0]
    assert asked[1].startswith("pulumi policy analyze --stack dev")


MARKER = "<!-- sovereign-review stack=dev -->"


@pytest.mark.parametrize("existing", [True, False])
def test_github_updates_its_one_comment_or_makes_it(tmp_path: Path, existing: bool) -> None:
    """The pull request of a fork is found by its commit; a stranger's comment is left alone."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    pulls = [{"number": 7, "head": {"sha": "abc"}}, {"number": 8, "head": {"sha": "other"}}]
    mine = {"id": 42, "user": {"login": "github-actions[bot]"}, "body": f"{MARKER}\nold"}
    theirs = {"id": 41, "user": {"login": "mallory"}, "body": f"{MARKER}\nfake"}
    (tmp_path / "pulls").write_text(json.dumps(pulls), encoding="utf-8")
    comments = [theirs, mine] if existing else [theirs]
    (tmp_path / "comments").write_text(json.dumps(comments), encoding="utf-8")
    answers = 'case "$*" in *"--silent"*) ;; *comments*) cat comments ;; *pulls*) cat pulls ;; esac'
    stand_in(tmp_path / "bin", "gh", answers)
    made = tmp_path / "reviews" / "review-dev" / "dev.md"
    made.parent.mkdir(parents=True)
    made.write_text(f"{MARKER}\n## Refuse\n", encoding="utf-8")
    (step,) = [one for one in steps(CI / "github" / "review-comment.yml") if "run" in one]
    variables = {"REPOSITORY": "o/r", "OWNER": "mallory", "BRANCH": "b", "COMMIT": "abc"}
    code, asked = run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        tmp_path,
        **variables,
        FORK="true",
        STACKS="dev",
    )
    assert code == 0
    made_new, updated = "POST repos/o/r/issues/7/comments", "PATCH repos/o/r/issues/comments/42"
    wanted = updated if existing else made_new
    assert wanted in asked[-1]
    posted = (tmp_path / "comment.md").read_text(encoding="utf-8")
    assert posted.splitlines()[0] == MARKER
    assert "From a fork" in posted
    assert "## Refuse" in posted


def test_github_posts_nothing_that_is_no_review(tmp_path: Path) -> None:
    """An artifact whose first line is another is refused."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    pulls = '[{"number": 7, "head": {"sha": "abc"}}]'
    stand_in(tmp_path / "bin", "gh", f"echo '{pulls}'")
    made = tmp_path / "reviews" / "dev.md"
    made.parent.mkdir()
    made.write_text("approved by nobody\n", encoding="utf-8")
    (step,) = [one for one in steps(CI / "github" / "review-comment.yml") if "run" in one]
    variables = {"REPOSITORY": "o/r", "OWNER": "m", "BRANCH": "b", "COMMIT": "abc"}
    script = ["bash", "-eo", "pipefail", "-c", step["run"]]
    code, asked = run(script, tmp_path, **variables, FORK="false", STACKS="dev")
    assert code == 1
    assert not [line for line in asked if "--silent" in line]


def commenting() -> dict[str, tuple[str, dict[str, str]]]:
    """The scripts that comment with curl, each with its variables."""
    (forgejo,) = [
        step["run"]
        for step in document(CI / "forgejo" / "review.yml")["jobs"]["comment"]["steps"]
        if "run" in step
    ]
    gitlab = document(GITLAB)["review-comment"]["script"][-1]
    return {
        "forgejo": (forgejo, {"API": "http://f/api", "NUMBER": "7", "TOKEN": "hunted-token"}),
        "gitlab": (
            gitlab,
            {
                "CI_API_V4_URL": "http://g",
                "CI_PROJECT_ID": "1",
                "CI_MERGE_REQUEST_IID": "7",
                "REVIEW_TOKEN": "hunted-token",
            },
        ),
    }


@pytest.mark.parametrize("platform", ["forgejo", "gitlab"])
@pytest.mark.parametrize("existing", [True, False])
def test_the_others_update_their_one_comment_or_make_it(
    tmp_path: Path, platform: str, existing: bool
) -> None:
    """And the token is in no command line."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    script, variables = commenting()[platform]
    listed = [{"id": 42, "body": f"{MARKER}\nold"}] if existing else [{"id": 1, "body": "hello"}]
    stand_in(tmp_path / "bin", "curl", f"echo '{json.dumps(listed)}'".replace("\\n", " "))
    stand_in(tmp_path / "bin", "apt-get", "")
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "dev.md").write_text(f"{MARKER}\n## Refuse\n", encoding="utf-8")
    code, asked = run(["sh", "-e", "-c", script], tmp_path, STACK="dev", **variables)
    assert code == 0
    last = asked[-1]
    assert ("PATCH" in last or "PUT" in last) is existing
    assert last.endswith("/42") is existing
    assert "hunted-token" not in "\n".join(asked)
    body = json.loads((tmp_path / "body.json").read_text(encoding="utf-8"))
    assert body == {"body": f"{MARKER}\n## Refuse\n"}
