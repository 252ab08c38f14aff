"""The loss curve as numbers: from series of (step, loss) to the points of an SVG, all in percent of its size.

The page draws these points without a script; while a job runs, the page's script puts newer points in their place.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Sequence

MOST_POINTS = 400  # more cannot be told apart on a screen

Series = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Reading:
    """What the curve says at one step, for the pointer: `valid` is the newest measurement until then."""

    x: float
    step: int
    train: str
    valid: str | None


@dataclass(frozen=True)
class Chart:
    """Everything the SVG needs. The lines are values of a `points` attribute, `dots` are (x, y) pairs; `best` is where the
    state lies that became the model."""

    noise: str
    train: str
    valid: str
    dots: list[tuple[float, float]]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    readings: list[Reading]
    best: Tick | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def draw(train: Series, valid: Series, total_steps: int, best_step: int | None = None) -> Chart:
    """Place the losses of training and of validation on one drawing; the x axis ends at `total_steps`."""
    train, valid = _finite(train), _finite(valid)
    last = max([total_steps, 1] + [step for step, _ in (*train, *valid)])
    highest = max([loss for _, loss in (*train, *valid)], default=1.0)
    step_x, step_y = max(1, int(_nice_step(last / 6))), _nice_step(highest / 5)
    rows = max(1, math.ceil(highest / step_y))

    def place(step: float, loss: float) -> tuple[float, float]:
        return round(100 * step / last, 2), round(100 - 100 * loss / (rows * step_y), 2)

    def line(series: Series) -> str:
        return " ".join(f"{x},{y}" for x, y in (place(*point) for point in series))

    curve = _thin(smooth(train))
    return Chart(
        noise=line(_thin(train)),
        train=line(curve),
        valid=line(valid),
        dots=[place(*point) for point in valid],
        x_ticks=[Tick(place(step, 0)[0], f"{step:,}") for step in range(0, last + 1, step_x)],
        y_ticks=[Tick(place(0, row * step_y)[1], f"{row * step_y:.3g}") for row in range(rows + 1)],
        readings=[Reading(place(step, 0)[0], step, f"{loss:.2f}", _newest(valid, step)) for step, loss in curve],
        best=Tick(place(best_step, 0)[0], f"{best_step:,}") if best_step else None,
    )


def smooth(series: Series, keep: float = 0.8) -> list[tuple[int, float]]:
    """A moving average that forgets, corrected for its start: single steps jump too much to be read."""
    out, mean = [], 0.0
    for n, (step, loss) in enumerate(series, 1):
        mean = keep * mean + (1 - keep) * loss
        out.append((step, mean / (1 - keep**n)))
    return out


def _newest(valid: Series, step: int) -> str | None:
    measured = [loss for at, loss in valid if at <= step]
    return f"{measured[-1]:.2f}" if measured else None


def _finite(series: Series) -> list[tuple[int, float]]:
    return [(step, loss) for step, loss in series if math.isfinite(loss)]


def _thin(series: Series) -> Series:
    """Every n-th point, counted from the end so that the newest is always shown."""
    stride = -(-len(series) // MOST_POINTS) or 1
    return series[::-1][::stride][::-1]


def _nice_step(rough: float) -> float:
    """The next of 1, 2, 5, 10 times a power of ten at or above `rough`."""
    power = 10 ** math.floor(math.log10(max(rough, 1e-6)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
