"""A bridge from one total to another: what each change adds or takes away, one below the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from hepaplan.reports.number_text import number_text
from hepaplan.reports.study.canvas import name_axis
from hepaplan.reports.study.draw_bars import ROOM, VALUE_POINTS, write_name
from hepaplan.reports.study.drawn import axis_start, signed
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import INK, PALETTE

END_HUE, MORE_HUE, LESS_HUE = f"#{PALETTE[0]}", f"#{PALETTE[4]}", f"#{PALETTE[1]}"


def draw_waterfall(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw both ends as whole bars and each change between them; return where the axis starts.

    What is added is light, what is taken away hatched, so that they differ without colour.
    """
    rows = picture.frame
    amounts, starts, ends = (rows.iloc[:, column].to_numpy(float) for column in (1, 2, 3))
    start = axis_start(picture)
    changes = signed(picture.x_format, float(np.abs(amounts).max()), "no change")
    axes.set_yticks([])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    last = len(rows) - 1
    for place, name in enumerate(rows.iloc[:, 0].astype(str)):
        write_name(axes, name, place)
        whole = place in (0, last)
        hue = END_HUE if whole else MORE_HUE if amounts[place] >= 0 else LESS_HUE
        look: dict[str, Any] = {"color": hue, "edgecolor": f"#{INK}", "linewidth": 0.6}
        if hue == LESS_HUE:
            look |= {"hatch": "////", "facecolor": "white", "edgecolor": hue}
            del look["color"]
        left = start if whole else min(starts[place], ends[place])
        right = ends[place] if whole else max(starts[place], ends[place])
        axes.barh(place, right - left, left=left, height=0.66, **look)
        if place < last:
            axes.plot([ends[place]] * 2, [place, place + 1], color=f"#{INK}", linewidth=0.7)
        text = number_text(amounts[place], picture.x_format if whole else changes)
        axes.annotate(text, (max(left, right), place), (4, 0), textcoords="offset points",
                      va="center", fontsize=VALUE_POINTS)  # fmt: skip
    furthest = float(max(starts.max(), ends.max(), start))
    least = float(min(start or starts.min(), ends.min(), start))
    axes.set_xlim(least, furthest + ROOM * ((furthest - least) or 1.0))
    name_axis(axes.xaxis, picture.x_title, picture.x_format, ticks=5)
    patches = [
        Patch(facecolor=MORE_HUE, edgecolor=f"#{INK}", linewidth=0.6),
        Patch(facecolor="white", edgecolor=LESS_HUE, hatch="////", linewidth=0.6),
    ]
    figure = axes.get_figure(root=True)
    figure.legend(patches, ["adds", "takes away"], loc="outside upper left", ncols=2)  # type: ignore[union-attr]
    if not start:
        return ()
    return (f"The axis starts at {number_text(start, picture.x_format)}, not at 0.",)
