"""What a run tells while it runs, and how it calls back into the program."""

from rehearsal.runtime import ResourceEnded, ResourceFailed, ResourceStarted
from tests.rehearsal.runtime.workbench import Workbench

TAKEN = 'hcloud.PlacementGroup("taken", name="taken", type="spread")\n'


def test_events_tell_the_story_of_every_resource(bench: Workbench) -> None:
    """Begin, then end or failure, with operation, type and name: enough to draw a tree."""
    bench.up(TAKEN)
    bench.events.clear()
    bench.up(TAKEN + 'hcloud.PlacementGroup("x", name="taken", type="spread")\n')
    story = [
        (type(one).__name__, one.step.name, one.step.op.value)
        for one in bench.events
        if isinstance(one, ResourceStarted | ResourceEnded | ResourceFailed)
    ]
    assert ("ResourceStarted", "x", "create") in story
    assert ("ResourceFailed", "x", "create") in story
    assert ("ResourceEnded", "taken", "same") in story
    started = [one for one in bench.events if isinstance(one, ResourceStarted)]
    assert all(one.parent.endswith("trial-dev") for one in started if one.step.name == "x")


def test_hooks_and_transforms_run_in_the_program(bench: Workbench) -> None:
    """A hook that raises fails its resource; a transform changes what is registered."""
    program = """
    def shout(args):
        return pulumi.ResourceTransformResult({**args.props, "labels": {"by": "us"}}, args.opts)

    def refuse(args):
        raise ValueError("not today")

    hook = pulumi.ResourceHook("refuse", refuse)
    hcloud.PlacementGroup("a", name="a", type="spread", opts=O(transforms=[shout]))
    hcloud.PlacementGroup("b", name="b", type="spread",
        opts=O(hooks=pulumi.ResourceHookBinding(before_create=[hook])))
    """
    result = bench.up(program)
    assert bench.state()["a"]["inputs"]["labels"] == {"by": "us"}
    assert "b" not in bench.state()
    assert "not today" in result.errors[0]
