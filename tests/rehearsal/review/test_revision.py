"""Which revision is the base, and its files."""

import subprocess
from pathlib import Path

import pytest

from rehearsal.review.revision import NoRevision, check_out, find, reviewed


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(
        ["git", "-C", str(directory), *identity, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits on main, one on a branch, the branch checked out."""
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "first")
    git(tmp_path, "checkout", "-q", "-b", "change")
    commit(tmp_path, "second")
    git(tmp_path, "checkout", "-q", "main")
    commit(tmp_path, "third")
    git(tmp_path, "checkout", "-q", "change")
    return tmp_path


def commit(directory: Path, text: str) -> None:
    (directory / "Pulumi.yaml").write_text(f"name: {text}\n", encoding="utf-8")
    git(directory, "add", "Pulumi.yaml")
    git(directory, "commit", "-q", "-m", text)


def test_the_base_is_where_the_branch_left_the_default_branch(repository: Path) -> None:
    """Not the tip of main, which went on since."""
    found = find(repository, None)
    assert found.commit == git(repository, "rev-parse", "main~1")


def test_a_named_base_is_where_the_branch_left_it_too(repository: Path) -> None:
    """A branch that went on since, or a commit of the change's own past, which is itself."""
    left = git(repository, "rev-parse", "main~1")
    assert find(repository, "main").commit == left != git(repository, "rev-parse", "main")
    assert find(repository, "HEAD~1").commit == left


def test_the_trial_merge_of_a_platform_is_compared_with_what_it_merges_into(
    repository: Path,
) -> None:
    """GitHub checks out such a merge: its first parent is the base, the second the change."""
    change, tip = git(repository, "rev-parse", "change"), git(repository, "rev-parse", "main")
    git(repository, "checkout", "-q", "--detach", "main")
    git(repository, "merge", "-q", "--no-ff", "-X", "theirs", "-m", "trial", "change")
    assert find(repository, "main").commit == tip
    assert reviewed(repository, tip[:12]) == change[:12]


def test_the_reviewed_commit_is_named_with_what_is_not_committed(repository: Path) -> None:
    """A branch that merged main itself is its own commit; a file git does not know counts not."""
    own = git(repository, "rev-parse", "--short=12", "HEAD")
    assert reviewed(repository, "") == own
    (repository / "review.md").write_text("unknown to git", encoding="utf-8")
    assert reviewed(repository, "") == own
    (repository / "Pulumi.yaml").write_text("name: dirty\n", encoding="utf-8")
    assert reviewed(repository, "") == f"{own} and what is not committed"
    git(repository, "checkout", "-q", "Pulumi.yaml")
    git(repository, "merge", "-q", "-X", "ours", "-m", "caught up", "main")
    merged = git(repository, "rev-parse", "--short=12", "HEAD")
    assert reviewed(repository, git(repository, "rev-parse", "main")) == merged


def test_outside_git_no_commit_is_named(tmp_path: Path) -> None:
    """The comment then says nothing about it."""
    assert reviewed(tmp_path, "") == ""


def test_its_files_are_written_elsewhere_and_nothing_here_changes(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither the work tree nor the index, whatever lies in it."""
    (repository / "Pulumi.yaml").write_text("name: dirty\n", encoding="utf-8")
    program = check_out(find(repository, "main~1"), tmp_path_factory.mktemp("base"))
    assert (program / "Pulumi.yaml").read_text(encoding="utf-8") == "name: first\n"
    assert (repository / "Pulumi.yaml").read_text(encoding="utf-8") == "name: dirty\n"
    assert git(repository, "status", "--porcelain") == "M Pulumi.yaml"
    assert git(repository, "worktree", "list").count("\n") == 0


def test_an_unknown_revision_names_the_shallow_clone(repository: Path) -> None:
    """The usual cause in CI, with the fix of each platform; an option is no revision."""
    with pytest.raises(NoRevision, match="fetch-depth: 0"):
        find(repository, "no-such-revision")
    with pytest.raises(NoRevision, match="knows no revision"):
        find(repository, "--all")


def test_without_git_history_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    """One sentence instead of an error of git's."""
    with pytest.raises(NoRevision, match="not in a git repository"):
        find(tmp_path, None)


def test_a_revision_without_the_program_is_no_base(repository: Path, tmp_path: Path) -> None:
    """A directory that the change adds."""
    (repository / "new").mkdir()
    with pytest.raises(NoRevision, match="has no Pulumi program in new"):
        check_out(find(repository / "new", None), tmp_path / "base")


def test_an_unrelated_default_branch_asks_for_the_history(repository: Path) -> None:
    """No merge base: `--base`, or the whole history."""
    git(repository, "checkout", "-q", "--orphan", "apart")
    commit(repository, "apart")
    with pytest.raises(NoRevision, match="no common commit with main"):
        find(repository, None)
