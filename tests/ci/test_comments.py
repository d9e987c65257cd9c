"""The scripts that comment: one comment per stack, updated, ours only, never a stale verdict."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.ci.workflows import CI, GITLAB, document, named_step, run, stand_in

MARKER = "<!-- sovereign-review stack={} -->"
DEV, PROD = MARKER.format("dev"), MARKER.format("prod")
PLATFORMS = ("github", "forgejo", "gitlab")
VARIABLES = {
    "github": {
        "REPOSITORY": "o/r",
        "OWNER": "mallory",
        "BRANCH": "b",
        "COMMIT": "abcdef0123456789",
        "FORK": "true",
        "RUN": "https://run.example",
    },
    "forgejo": {
        "API": "http://f/api",
        "NUMBER": "7",
        "TOKEN": "hunted-token",
        "COMMIT": "abcdef0123456789",
        "RUN": "https://run.example",
    },
    "gitlab": {
        "CI_API_V4_URL": "http://g",
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "REVIEW_TOKEN": "hunted-token",
        "CI_COMMIT_SHA": "abcdef0123456789",
        "CI_PIPELINE_URL": "https://run.example",
    },
}
MINE = {
    "github": {"user": {"login": "github-actions[bot]"}},
    "forgejo": {"user": {"id": -2}},
    "gitlab": {"author": {"id": 99}},
}
THEIRS = {
    "github": {"user": {"login": "mallory"}},
    "forgejo": {"user": {"id": 3}},
    "gitlab": {"author": {"id": 3}},
}
GH = """
case "$*" in
  *--silent*) cp comment.md "sent-$(ls | grep -c ^sent).md" ;;
  *comments*) cat comments ;;
  *pulls*) cat pulls ;;
esac
"""
CURL = """
case "$*" in
  *"-X P"*)
    for word in "$@"; do case "$word" in @*) body=${word#@} ;; esac; done
    jq -rj .body "$body" >"sent-$(ls | grep -c ^sent).md" ;;
  *user*) echo '{"id": 99}' ;;
  *"page=1") cat comments ;;
  *page=*) echo "[]" ;;
  *) cat comments ;;
esac
"""


class Job:
    """The commenting script of a platform, in a directory with stand-ins."""

    def __init__(self, platform: str, directory: Path) -> None:
        self.platform, self.directory = platform, directory
        self.reviews = directory / ("reviews" if platform == "github" else "review")
        self.reviews.mkdir()
        pulls = [{"number": 7, "head": {"sha": "abcdef0123456789"}}]
        pulls.append({"number": 8, "head": {"sha": "other"}})
        (directory / "pulls").write_text(json.dumps(pulls), encoding="utf-8")
        stand_in(directory / "bin", "gh", GH)
        stand_in(directory / "bin", "curl", CURL)
        stand_in(directory / "bin", "apt-get", "")
        self.has()

    def made(self, stack: str, text: str) -> None:
        """A file of the artifact."""
        (self.reviews / f"{stack}.md").write_text(text, encoding="utf-8")

    def has(self, *comments: tuple[int, dict[str, Any], str]) -> None:
        """What the pull request has been commented with."""
        listed = [{"id": id_, "body": body, **who[self.platform]} for id_, who, body in comments]
        (self.directory / "comments").write_text(json.dumps(listed), encoding="utf-8")

    def run(self) -> tuple[int, list[str], list[str]]:
        """The exit code, the writing calls, and what they wrote."""
        if self.platform == "gitlab":
            shell, text = ["sh", "-e"], document(GITLAB)["review-comment"]["script"][-1]
        else:
            file = "review-comment.yml" if self.platform == "github" else "review.yml"
            shell = ["bash", "-eo", "pipefail"]
            text = named_step(CI / self.platform / file, "Comment")["run"]
        code, asked = run([*shell, "-c", text], self.directory, **VARIABLES[self.platform])
        assert "hunted-token" not in "\n".join(asked)
        calls = [line for line in asked if " PATCH " in line or " PUT " in line or " POST " in line]
        sent = sorted(self.directory.glob("sent-*.md"))
        return code, calls, [one.read_text(encoding="utf-8") for one in sent]


@pytest.fixture(params=PLATFORMS)
def job(request: pytest.FixtureRequest, tmp_path: Path) -> Job:
    """Each platform's."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    return Job(request.param, tmp_path)


def test_a_first_review_makes_a_comment_for_each_stack(job: Job) -> None:
    """Found by its first line later."""
    job.made("dev", f"{DEV}\n## Refuse\n")
    job.made("prod", f"{PROD}\n## Approve\n")
    code, calls, sent = job.run()
    assert (code, len(calls)) == (0, 2)
    assert all(" POST " in call and "7/" in call for call in calls)
    assert [text.splitlines()[0] for text in sent] == [DEV, PROD]
    assert "## Refuse" in sent[0]
    assert ("From a fork" in sent[0]) is (job.platform == "github")


def test_a_later_review_updates_its_own_comment_and_no_strangers(job: Job) -> None:
    """A stranger's that begins with the same marker is left alone."""
    job.has((41, THEIRS, f"{DEV}\nfake"), (42, MINE, f"{DEV}\r\nold"), (43, MINE, "hello"))
    job.made("dev", f"{DEV}\n## Refuse\n")
    code, calls, _ = job.run()
    assert code == 0
    assert len(calls) == 1
    assert "s/42" in calls[0]
    assert " POST " not in calls[0]


def test_a_strangers_comment_alone_is_no_comment_of_ours(job: Job) -> None:
    """Ours is made beside it."""
    job.has((41, THEIRS, f"{DEV}\nfake"))
    job.made("dev", f"{DEV}\n## Refuse\n")
    code, calls, _ = job.run()
    assert (code, len(calls)) == (0, 1)
    assert " POST " in calls[0]


def test_a_verdict_of_an_earlier_push_does_not_stand_where_nothing_was_reviewed(job: Job) -> None:
    """It says so, with the commit and where to look; the other stack's is updated as ever."""
    job.has((41, THEIRS, f"{DEV}\nfake"), (42, MINE, f"{DEV}\nApprove"), (43, MINE, f"{PROD}\n"))
    job.made("prod", f"{PROD}\n## Approve\n")
    code, calls, sent = job.run()
    assert code == 0
    assert ["s/43" in calls[0], "s/42" in calls[1], len(calls)] == [True, True, 2]
    assert sent[1].splitlines()[:3] == [DEV, "## ⛔ Not reviewed", ""]
    assert "Commit abcdef012345 could not be reviewed" in sent[1]
    assert "(https://run.example)" in sent[1]


def test_nothing_is_posted_that_is_no_review_of_its_stack(job: Job) -> None:
    """Neither another first line nor another stack's."""
    for text in ("approved by nobody\n", f"{PROD}\n## Approve\n"):
        job.made("dev", text)
        code, calls, _ = job.run()
        assert code != 0
        assert calls == []


def test_without_an_open_pull_request_of_that_commit_nothing_is_said(tmp_path: Path) -> None:
    """A newer push has a run of its own."""
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    job = Job("github", tmp_path)
    (tmp_path / "pulls").write_text("[]", encoding="utf-8")
    job.made("dev", f"{DEV}\n")
    assert job.run() == (0, [], [])
