import numpy as np
import pytest
from widget_parts import controls_of, picture_of

from course_lib.display.widgets import course_map
from course_lib.plan import STATIONS, TOPICS, topics_at

pytestmark = pytest.mark.slow  # draws every picture


def test_the_drawing_says_in_words_what_flows_where():
    picture = course_map.department()
    for station in STATIONS:
        assert station.name.lower() in picture.alt.lower()


@pytest.mark.parametrize("station", STATIONS, ids=lambda station: station.key)
def test_each_station_tells_its_data_format_and_topics_outside_the_picture(station):
    picture = course_map._draw_station(station.key)
    assert station.data in picture.caption
    assert station.form in picture.caption
    assert all(topic.title in picture.caption for topic in topics_at(station.key))
    assert picture.caption in picture.alt


def test_every_topic_is_needed_at_some_station():
    assert {t for station in STATIONS for t in topics_at(station.key)} == set(TOPICS)


def test_a_chosen_station_is_described_anew(monkeypatch):
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    shown = course_map.stations()
    controls_of(shown)["Station"].value = "physician"
    assert STATIONS[-1].form in picture_of(shown).caption


def test_without_bone_nothing_is_lost_and_more_bone_loses_more():
    losses = [course_map.lost_percent(mm) for mm in range(16)]
    assert losses[0] == pytest.approx(0)
    assert np.all(np.diff(losses) > 0)


def test_the_loss_is_that_of_the_law_of_lambert_and_beer():
    # 2 cm of bone instead of water, whatever the brain between.
    excess = course_map.BONE_PER_CM - course_map.WATER_PER_CM
    assert course_map.lost_percent(10) == pytest.approx(100 * (1 - np.exp(-2 * excess)))
