"""What a test draws from chance, by a seed: a fixed one, so that ./check says the same of the same commit; a new one each time in ./check deep."""
import os
import random

FIXED = 1


def crash_seed():
    """LOGLODE_CRASH_SEED where it is given, to have a run again."""
    given = os.environ.get("LOGLODE_CRASH_SEED")
    if given is not None:
        return int(given)
    return random.SystemRandom().randrange(1_000_000) if os.environ.get("LOGLODE_RANDOM_SEEDS") else FIXED
