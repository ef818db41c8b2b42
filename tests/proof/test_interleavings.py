"""Two use cases, step by step against each other: whatever the order, the end is one of the right ones."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.proof.amounts import ONLY, SEED, amount, part, share
from tests.proof.scenes import SCENES, Scene
from tests.proof.stepper import Played, Schedule, Stepper, parsed, written
from tests.proof.world import World
from truflow.db import engine

EACH = amount("schedules", 6, 280)
"""Schedules of each scene."""

THIS = "tests/proof/test_interleavings.py"


def schedules(steps: tuple[int, ...], most: int, dice: random.Random) -> Iterator[Schedule]:
    """First every single change of turns, as far as they go, then two to five changes at random places."""
    single = [((who, k),) for who in (0, 1) for k in range(1, steps[who])]
    dice.shuffle(single)
    seen = 0
    for schedule in single[: max(1, most // 2) if most < len(single) * 2 else len(single)]:
        seen += 1
        yield (*schedule, (1 - schedule[0][0], 10_000))
    for _ in itertools.count(seen):
        who = dice.randrange(2)
        changes = dice.randint(2, 5)
        yield tuple(((who + n) % 2, dice.randint(1, max(2, steps[(who + n) % 2] // 2))) for n in range(changes))


def play(world: World, stepper: Stepper, name: str, scene: Scene, schedule: Schedule) -> Played:
    world.fresh()
    played = stepper.play(scene.set_up(world), schedule)
    about = f"{name}:{written(schedule)}\n" + "\n".join(played.trace)
    assert played.outcomes in scene.ends, f"{played.outcomes}\n{about}"
    world.rest()
    world.stands(about, lost_answers=scene.lost_answers)
    return played


@pytest.mark.races
@pytest.mark.parametrize("name", SCENES)
def test_every_order_ends_legally(world: World, name: str) -> None:
    scene = SCENES[name]
    dice = random.Random(f"{SEED} {name}")
    with world.database.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
        stepper = Stepper(engine(), watch)
        with part(f"interleavings {name}", f"'{THIS}::test_every_order_ends_legally[{name}]'") as told:
            if ONLY:
                played = play(world, stepper, name, scene, parsed(ONLY.split(":")[-1]))
                print("\n".join(played.trace))
                return
            ends: Counter[str] = Counter()
            first = play(world, stepper, name, scene, ())
            for schedule in share(list(itertools.islice(schedules(first.steps, EACH, dice), EACH))):
                ends[" / ".join(play(world, stepper, name, scene, schedule).outcomes)] += 1
            told.counts = {"schedules": ends.total(), "steps": "+".join(map(str, first.steps)), **ends}
            told.oracle = world.seen.looked
