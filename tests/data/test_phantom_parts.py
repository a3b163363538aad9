"""The parts of the phantom: smooth fields, true deformations, and attenuation."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.data.phantom.deformations import Deformation, identity, random_subject, rigid
from course_lib.data.phantom.emission import attenuation_factor
from course_lib.data.phantom.grids import Grid, head_grid
from course_lib.data.phantom.shapes import Ellipsoid, mask_of
from course_lib.data.phantom.splines import random_field

GRID = head_grid(6.0)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Leave the user's cache alone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


def points_of(grid):
    """Return the position of each voxel, (Z, Y, X, 3) in mm."""
    return np.stack(np.meshgrid(*(a.ravel() for a in grid.axes()), indexing="ij"), axis=-1)


def test_a_smooth_field_has_mean_0_and_deviation_1():
    values = [random_field(np.random.default_rng(s), 25.0).on(GRID) for s in range(20)]
    assert np.mean(values) == pytest.approx(0, abs=0.05)
    assert np.std(values) == pytest.approx(1, rel=0.08)


def test_a_smooth_field_is_the_same_on_a_grid_and_at_its_points():
    field = random_field(np.random.default_rng(1), 30.0, components=3)
    on_grid = np.moveaxis(field.on(GRID), 0, -1)
    np.testing.assert_allclose(on_grid, field.at(points_of(GRID)), atol=2e-5)


def test_a_smooth_field_does_not_depend_on_the_spacing_of_the_grid():
    field = random_field(np.random.default_rng(1), 30.0)
    fine, coarse = field.on(head_grid(3.0)), field.on(GRID)
    np.testing.assert_allclose(fine[:, ::2, ::2, ::2], coarse, atol=2e-5)


def test_a_field_without_distance_between_knots_is_refused():
    with pytest.raises(ValueError, match="positive distance"):
        random_field(np.random.default_rng(1), 0.0)


def test_an_ellipsoid_has_the_volume_of_its_formula():
    voxels = mask_of(head_grid(2.0), Ellipsoid((10, -5, 0), (30, 20, 25))).sum()
    assert voxels * 8 == pytest.approx(4 / 3 * np.pi * 30 * 20 * 25, rel=0.01)


def test_an_ellipsoid_beside_the_middle_is_painted_on_both_sides():
    mask = mask_of(GRID, Ellipsoid((0, 0, 40), (20, 20, 20)))
    np.testing.assert_array_equal(mask, mask[..., ::-1])


def test_an_ellipsoid_outside_the_grid_paints_nothing():
    assert not mask_of(GRID, Ellipsoid((500, 0, 0), (20, 20, 20))).any()


def test_positive_rotations_turn_the_first_axis_toward_the_second():
    np.testing.assert_allclose(rigid((0, 90, 0), (0, 0, 0)).to_reference([1, 0, 0]), [0, 0, 1],
                               atol=1e-12)  # fmt: skip
    np.testing.assert_allclose(rigid((0, 0, 90), (0, 0, 0)).to_reference([1, 0, 0]), [0, 1, 0],
                               atol=1e-12)  # fmt: skip


def test_a_rigid_motion_keeps_distances():
    points = np.random.default_rng(1).normal(0, 50, (20, 3))
    moved = rigid((3, -4, 2), (1, 2, 3)).to_reference(points)
    np.testing.assert_allclose(
        np.linalg.norm(moved - moved[0], axis=1), np.linalg.norm(points - points[0], axis=1)
    )


def test_a_deformation_and_its_inverse_meet():
    for seed in range(5):
        subject = random_subject(np.random.default_rng(seed), phantom.DEFAULT)
        points = np.random.default_rng(seed).uniform(-90, 90, (200, 3))
        back = subject.from_reference(subject.to_reference(points))
        np.testing.assert_allclose(back, points, atol=1e-4)


def test_a_folding_deformation_is_named():
    field = random_field(np.random.default_rng(1), 10.0, components=3)
    folding = Deformation(np.eye(4), field, field_mm=60.0)
    with pytest.raises(ValueError, match="folds"):
        folding.from_reference(np.random.default_rng(1).uniform(-80, 80, (100, 3)))


def test_the_displacement_of_each_voxel_is_its_way_to_the_reference():
    subject = random_subject(np.random.default_rng(1), phantom.DEFAULT)
    points = points_of(GRID)
    expected = subject.to_reference(points) - points
    np.testing.assert_allclose(np.moveaxis(subject.displacement(GRID), 0, -1), expected, atol=1e-3)


def test_the_identity_moves_nothing():
    volume = np.random.default_rng(1).normal(size=GRID.shape).astype(np.float32)
    assert np.abs(identity().displacement(GRID)).max() == 0
    np.testing.assert_allclose(identity().warp(volume, GRID, order=1), volume, atol=1e-5)


def test_a_translation_by_whole_voxels_shifts_the_volume():
    volume = np.random.default_rng(1).normal(size=GRID.shape)
    moved = rigid((0, 0, 0), (6.0, 0, 12.0)).warp(volume, GRID, order=0)
    np.testing.assert_array_equal(moved[:-1, :, :-2], volume[1:, :, 2:])


def test_warping_refuses_other_grids_and_orders():
    with pytest.raises(ValueError, match="shapes must be equal"):
        identity().warp(np.zeros((2, 2, 2)), GRID, order=0)
    with pytest.raises(ValueError, match="order 0 or 1"):
        identity().warp(np.zeros(GRID.shape), GRID, order=3)


def test_labels_of_a_subject_are_the_references_at_the_true_place():
    reference = phantom.head(spacing_mm=6.0, anatomy="analytic")
    for subject in phantom.subjects(2, spacing_mm=6.0, anatomy="analytic"):
        there = points_of(GRID) + np.moveaxis(subject.displacement_mm, 0, -1)
        index = np.floor(GRID.indices(there) + 0.5).astype(int)
        index = np.clip(index, 0, np.array(GRID.shape) - 1)
        expected = reference.labels[tuple(np.moveaxis(index, -1, 0))]
        # Where a place lies half-way between two voxels, rounding may choose either.
        assert (expected == subject.labels).mean() > 0.9995


def test_subjects_differ_by_millimetres_and_do_not_depend_on_their_number():
    first, second = phantom.subjects(2, spacing_mm=6.0, anatomy="analytic")
    alone = phantom.subject(2, spacing_mm=6.0, anatomy="analytic")
    np.testing.assert_array_equal(alone.labels, second.labels)
    np.testing.assert_array_equal(alone.ct, second.ct)
    inside = first.labels > 0
    lengths = np.linalg.norm(first.displacement_mm, axis=0)[inside]
    assert 2 < lengths.mean() < 15
    ratio = first.volumes_ml["grey matter"] / second.volumes_ml["grey matter"]
    assert 0.6 < ratio < 1.6


def test_subjects_are_scanned_with_different_gains():
    people = phantom.subjects(5, spacing_mm=8.0, anatomy="analytic")
    gains = [np.median(person.t1[person.labels >= 7]) for person in people]
    assert np.ptp(gains) / np.mean(gains) > 0.05


def test_a_cylinder_attenuates_its_centre_by_the_law_of_beer_and_lambert():
    # A disc of 10 cm radius, mu 0.1/cm: every line through the centre is 20 cm long.
    y, x = np.mgrid[-60:61, -60:61] * 2.0
    disc = np.repeat(((y**2 + x**2 < 100**2) * 0.1)[None], 4, axis=0)
    factor = attenuation_factor(disc, 2.0)
    assert factor[2, 60, 60] == pytest.approx(np.exp(-2.0), rel=0.03)
    assert factor.max() <= 1


def test_at_the_rim_of_a_cylinder_the_factor_is_the_mean_over_chords():
    y, x = np.mgrid[-60:61, -60:61] * 2.0
    disc = np.repeat(((y**2 + x**2 < 100**2) * 0.1)[None], 2, axis=0)
    angles = np.linspace(0, np.pi, 1000, endpoint=False)
    expected = np.exp(-0.1 * 2 * np.sqrt(100.0**2 - (80 * np.sin(angles)) ** 2) / 10).mean()
    factor = attenuation_factor(disc, 2.0, angles=60)
    assert factor[0, 60, 100] == pytest.approx(expected, rel=0.03)


def test_without_attenuation_the_factor_is_1():
    np.testing.assert_allclose(attenuation_factor(np.zeros((3, 21, 17)), 2.0), 1, atol=1e-5)


def test_more_attenuation_never_lets_more_photons_out():
    rng = np.random.default_rng(1)
    thin = rng.uniform(0, 0.1, (4, 20, 24))
    assert (attenuation_factor(thin + 0.01, 4.0) < attenuation_factor(thin, 4.0)).all()


@pytest.mark.parametrize(
    "bad", [np.zeros((4, 4)), np.full((2, 4, 4), -1.0), np.full((2, 4, 4), np.nan),
            np.zeros((0, 4, 4)), np.full((2, 4, 4), np.inf)]
)  # fmt: skip
def test_maps_that_cannot_attenuate_are_refused(bad):
    with pytest.raises(ValueError, match="The attenuation map"):
        attenuation_factor(bad, 2.0)


def test_wrong_angles_and_shapes_are_refused():
    with pytest.raises(ValueError, match="0 angles"):
        attenuation_factor(np.zeros((2, 4, 4)), 2.0, angles=0)
    with pytest.raises(ValueError, match="must be equal"):
        phantom.correct_attenuation(np.zeros((2, 4, 4)), np.zeros((2, 4, 5)), 2.0)


def test_one_voxel_can_be_attenuated():
    assert attenuation_factor(np.full((1, 1, 1), 0.1), 4.0).shape == (1, 1, 1)


def test_positions_and_indices_are_each_others_inverse():
    grid = Grid((4, 5, 6), 2.0, (1.0, 2.0, 3.0))
    points = np.array([[3.0, 2.5, 4.0]])
    np.testing.assert_allclose(grid.positions(grid.indices(points)), points)
    assert ndimage.sum(np.ones(grid.shape)) == 120
