"""Every failing stack shows its symptom through the tools people use, and its cure works. The table is challenges.py's."""
import pytest

import challenges


@pytest.mark.parametrize("challenge", challenges.CHALLENGES, ids=lambda c: c["stack"])
def test_symptom_and_cure(challenge):
    challenges.play(challenge)
