"""A simulated fine-tuning for the race: loss against rate, steps and sample, without any training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rightrate.search import Look, Race, Setup, ask, start, tell


@dataclass(frozen=True)
class Landscape:
    """Args:
    best: the rate with the lowest final loss.
    cliff: rates above it diverge after a few steps.
    noise: standard deviation of a sample's loss around its mean.
    """

    best: float = 3e-4
    cliff: float = 2e-2
    noise: float = 0.05
    seed: int = 0

    def look(self, rate: float, step: int, setup: Setup, samples: int) -> Look:
        distance = math.log10(rate / self.best)
        level = 0.3 + distance**2 * (0.15 if distance < 0 else 0.6)
        progress = max(0.02, min(1.0, rate / self.best)) * step / setup.total_steps
        level += 0.8 * math.exp(-6 * progress)
        difficulty = np.random.default_rng(self.seed).gamma(1.0, 1.0, setup.validation_samples)[:samples]
        noise = np.random.default_rng((self.seed, int(1e9 * rate) % 2**31, step)).normal(0, self.noise, samples)
        losses = difficulty * level + noise
        return Look(step, float(losses.mean()), losses)


def run(setup: Setup, landscape: Landscape = Landscape()) -> tuple[Race, list[tuple[float, int, int]]]:
    """Run a race over a landscape; also returns every leg as (rate, from, until)."""
    race, legs = start(setup), []
    while (leg := ask(race)) is not None:
        entry = race.entries[leg.index]
        legs.append((entry.learning_rate, entry.step, leg.until))
        lost = "the loss rose" if entry.learning_rate > landscape.cliff else None
        look = landscape.look(entry.learning_rate, leg.until, setup, leg.validation_samples)
        race = tell(race, leg.index, look, lost)
    return race, legs
