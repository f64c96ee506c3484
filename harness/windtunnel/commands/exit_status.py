"""What a command that judges exits with."""

from windtunnel.criteria import Ruling

STATUS = {Ruling.PASS: 0, Ruling.FAIL: 1, Ruling.INCONCLUSIVE: 3}
"""2 is click's, for a command line that it cannot read."""
