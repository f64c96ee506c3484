"""How the scenarios run on several workers: beside each other, and what measures alone at the end.

Without this, xdist would give each worker tests of any kind, and the figures of one would be made
beside the load of another.
"""

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

MEASURING = ("test_pooling.py", "test_response.py")
"""The files whose scenarios measure times."""

ALONE = "alone"
"""The one unit of work that all of them make."""


class MeasuringAlone(LoadScopeScheduling):
    """Hands out what does not measure first; then one worker measures, and no other runs."""

    def _split_scope(self, nodeid: str) -> str:
        """Let each test be a unit by itself, but those that measure."""
        path = nodeid.partition("::")[0]
        return ALONE if path.endswith(MEASURING) else nodeid

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Note it, and see whether the worker that is to measure may begin."""
        super().mark_test_complete(node, item_index, duration)
        for other in self.nodes:
            if other in self.registered_collections:  # one that replaces a crashed worker is late
                self._reschedule(other)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if ALONE in self.workqueue:
            self.workqueue.move_to_end(ALONE)
        # At the start: a worker without another unit waits, for `_reschedule` to decide.
        if next(iter(self.workqueue), ALONE) != ALONE or self._others_are_done(node):
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if list(self.workqueue) == [ALONE]:
            self._begin_measuring(node)
        elif not self.workqueue or self._pending_of(self.assigned_work[node]) < 2:
            # A worker runs a test once it knows the next one: two are enough, and none waits behind
            # a long one.
            super()._reschedule(node)

    def _begin_measuring(self, node: WorkerController) -> None:
        """Send every worker home but the first, which measures once they are done."""
        staying = [each for each in self.nodes if not each.shutting_down]
        if node in staying[1:]:
            node.shutdown()
        elif node in staying and self._others_are_done(node):
            self._assign_work_unit(node)
            node.shutdown()  # That is, after all that it has been given.

    def _others_are_done(self, node: WorkerController) -> bool:
        return not any(
            self._pending_of(work) for other, work in self.assigned_work.items() if other != node
        )
