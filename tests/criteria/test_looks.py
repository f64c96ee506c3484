"""Looking again: the first conclusive verdict counts, and chance finds no more than in one look."""

import pytest

from windtunnel import Ruling, Verdict, looks


class Looking:
    """Answers with given rulings, and notes how it was asked."""

    def __init__(self, *rulings: Ruling) -> None:
        self._rulings = iter(rulings)
        self.asked: list[tuple[int, float]] = []

    def __call__(self, size: int, confidence: float) -> Verdict:
        self.asked.append((size, confidence))
        return Verdict(criterion="c", subject="s", ruling=next(self._rulings), statement=".")


@pytest.mark.parametrize("ruling", [Ruling.PASS, Ruling.FAIL])
def test_a_conclusive_first_look_is_the_only_one(ruling: Ruling) -> None:
    looking = Looking(ruling)
    assert looks(looking, [100, 400]).ruling is ruling
    assert [size for size, _ in looking.asked] == [100]


def test_an_open_first_look_is_followed_by_a_longer_one() -> None:
    looking = Looking(Ruling.INCONCLUSIVE, Ruling.FAIL)
    assert looks(looking, [100, 400]).ruling is Ruling.FAIL
    assert [size for size, _ in looking.asked] == [100, 400]


def test_what_stays_open_is_inconclusive() -> None:
    looking = Looking(Ruling.INCONCLUSIVE, Ruling.INCONCLUSIVE)
    assert looks(looking, [100, 400]).ruling is Ruling.INCONCLUSIVE


def test_the_looks_share_the_chance_of_a_wrong_verdict() -> None:
    looking = Looking(Ruling.INCONCLUSIVE, Ruling.PASS)
    looks(looking, [100, 400], confidence=0.99)
    assert [confidence for _, confidence in looking.asked] == pytest.approx([0.995, 0.995])


def test_no_look_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one size or more"):
        looks(Looking(), [])
