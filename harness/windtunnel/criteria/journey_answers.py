"""What a journey that failed was answered: whether the service failed it, or its own function."""

from windtunnel.records import RequestFailure, Response


def got_whole_answers(response: Response) -> bool:
    """Whether all that was asked got a whole answer, good or not, and in a journey's time."""
    if response.steps is None:
        return response.status is not None
    if not response.steps or response.failure is RequestFailure.TIMED_OUT:
        return False
    return all(step.status is not None for step in response.steps)


def failed_by_itself(response: Response) -> bool:
    """Whether it is a journey that failed by its own function, such as an assertion in it.

    Each of its steps had a whole answer, and the last one was no error.
    """
    own = response.steps is not None and response.failure is RequestFailure.JOURNEY
    return own and response.status is None and got_whole_answers(response)
