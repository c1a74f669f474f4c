"""Helpers to look into figures."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from armutsexpertise.publish import style


@pytest.fixture
def texts_of():
    """Return a function that lists all words of a figure."""

    def collect(figure):
        with style.context():
            FigureCanvasAgg(figure).draw()
        artists = figure.findobj(lambda item: hasattr(item, "get_text"))
        return [a.get_text() for a in artists if a.get_visible() and a.get_text()]

    return collect
