# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "The whole chain", minutes: 75, slides: "91"}
# ---

# %% [markdown]
# # 13 The whole chain
#
# **In this notebook** you learn
# - to put what you wrote in twelve notebooks together: from the scanner to a corrected PET,
# - where two steps meet, and what goes wrong at such a joint,
# - to measure after each step how wrong the map and the PET still are,
# - to tell which step is worth its work, by leaving it out, and which tissue the error comes from,
# - what the whole course was about, and where to go on.
#
# Time: about 75 minutes. Slide: 91. You need whatever you solved of the notebooks 01 to 12. Where
# you did not, the course's own function steps in.
#
# There are 5 exercises and 3 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter). The first time, nine heads are made; that
# takes some seconds.

# %%
import time

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from course_lib.data import chain_study as study
from course_lib.data import phantom
from course_lib.display.chain_pieces import PARTS, SLICES, Pieces, errors_of, pet_of, truth
from course_lib.display.figures import Panel, image_row
from course_lib.display.widgets import whole_chain as widgets
from course_lib.imaging import air_segmentation, attenuation, contours, forests, networks, training
from course_lib.imaging.outer_holes import contour_mask
from course_lib.imaging.registration import register
from course_lib.imaging.shape_models import fit_shape_model
from course_lib.imaging.shape_search import fit_to_points
from course_lib.imaging.transforms import apply, translation
from course_lib.notebook import ask, check, own, show_progress, use

# %% [markdown]
# ## 1 The last patient
#
# *About 3 minutes, slides 2, 3 and 91.*
#
# One more patient comes from the PET/MR scanner, one whom no notebook has seen. There is a
# T1-weighted image, a pair of ultra-short echoes, and a PET without attenuation correction. There
# is metal at the teeth. There is no CT. The physician wants to read the PET. What do we do?
#
# The department has an archive: six other people who had an MR image and a CT. And there is one
# person who had both echoes and a CT, from whom we can learn what an echo says about bone.
#
# All of them are phantoms, so the true CT of the patient is known. It lies in a drawer, and is
# used for one thing: to measure how wrong we are, after each step.

# %%
patient, archive, known = study.patient(), study.archive(), study.learned_from()
mouth = 3 * 5 + 2  # the slice with most of the hole
image_row(
    [
        Panel(patient.t1[mouth], "T1-weighted MR", "a.u.", (0, 1000)),
        Panel(patient.ute1[mouth], "first echo", "a.u.", (0, 4500)),
        Panel(patient.nac_pet[mouth], "PET, not corrected", "kBq/mL", (0, 2), "magma"),
        Panel(patient.ct[mouth], "CT, in the drawer", "HU", (-1000, 1500)),
    ],
    alt=(
        "An axial slice through the mouth in four images. In the T1-weighted image and in the "
        "first echo, a large piece of the lips and the teeth is black and open to the outside. In "
        "the PET the outline of the face is complete, but faint. In the CT, lips and teeth are "
        "there."
    ),
)

# %%
phantom.CARD

# %% [markdown]
# ## 2 Whose functions?
#
# *About 2 minutes.*
#
# `own` looks into the notebooks beside this one. It takes out each function that you wrote, checks
# it as its notebook does, and hands it over if it is right. If not, you get the course's own. The
# table says whose each one is, and why. Nothing in the chain below changes when you go back and
# solve one more exercise, but then it is yours. Try it: solve one, save that notebook, and run this
# cell again.

# %%
(
    stored_to_hu, relative_to_region, z_score_in_mask,
    air_mask, r2star, fit_curve, continuous_map,
    first_then, normalized_correlation,
    local_ncc, atlas_ranks, rank_weights, fuse_ct,
    gradient_magnitude, stack_features, mean_of_trees,
    offsets_to_landmarks, nearest_labels, landmark_majority, fill_outer_hole,
) = own(
    "stored_to_hu", "relative_to_region", "z_score_in_mask",
    "air_mask", "r2star", "fit_curve", "continuous_map",
    "first_then", "normalized_correlation",
    "local_ncc", "atlas_ranks", "rank_weights", "fuse_ct",
    "gradient_magnitude", "stack_features", "mean_of_trees",
    "offsets_to_landmarks", "nearest_labels", "landmark_majority", "fill_outer_hole",
)  # fmt: skip

# %% [markdown]
# (While a notebook is graded, its neighbours are not there, and all functions are the course's own.
# A grade never depends on another notebook.)
#
# ## 3 How wrong is it?
#
# *About 10 minutes.*
#
# Before the first step, decide how to measure. The truth is the PET corrected with the attenuation
# map of the true CT. After each step there is another PET. For each, two numbers, over all tissue:
# the mean of the differences in percent, which shows a bias, and the mean of their absolute
# values, in which nothing cancels.
#
# $$\text{percent} = 100 \cdot
# \frac{\text{PET after the step} - \text{right PET}}{\text{right PET}}$$
#
# ### Exercise: the errors after each step


# %% exercise="step_errors"
def step_errors(reference, images, mask):
    """Measure how wrong an image is after each step, in percent of the reference.

    reference: array. images: list of N arrays of its shape. mask: bool array of its shape.
    Returns an array (N, 2). For each image, over the voxels of the mask: the mean of the percent
    differences, and the mean of their absolute values.
    Raises a ValueError if the mask is empty, or the reference is not above 0 in all of it.
    """
    # BEGIN SOLUTION
    if not mask.any() or (reference[mask] <= 0).any():
        raise ValueError("Percent need a mask in which the reference is above 0.")
    right = reference[mask]
    percents = [100 * (image[mask] - right) / right for image in images]
    return np.array([(p.mean(), np.abs(p).mean()) for p in percents])
    # END SOLUTION


# %%
check("step_errors", step_errors)

# %% [markdown]
# We look at three regions: all tissue, the brain, and the mouth, up to 20 mm from the metal. And
# we look at every third axial slice, 9 mm apart, to save time. That is no approximation here: the
# rays of the phantom's PET lie in axial slices, so no slice changes another.
#
# The zeroth step is to do nothing.

# %%
my_step_errors = use("step_errors", step_errors)
true_ct, right_pet, inside, (tissue, brain, near_metal) = truth()
HEAD = "step                               map, HU   PET, %: tissue   brain   mouth    bias"
lines = []


def line_of(name, hu):
    """Correct the PET with a map, and write how wrong both are."""
    pet = pet_of(hu)
    wrong = [my_step_errors(right_pet, [pet], where)[0] for where in (tissue, brain, near_metal)]
    made = np.full(true_ct.shape, -1000.0) if hu is None else hu
    in_hu = np.abs(made - true_ct)[inside].mean()
    unsigned = " ".join(f"{each[1]:7.2f}" for each in wrong)
    return f"{name:34s} {in_hu:7.0f}         {unsigned} {wrong[0][0]:+7.2f}"


def report(name, hu):
    """Show how wrong a step is beside the one before, and keep its line for the table."""
    lines.append(line_of(name, hu))
    print("\n".join([HEAD, *lines[-2:]]))


report("no correction", None)

# %% [markdown]
# Nearly three quarters of the signal are missing, most of it in the middle of the brain.
#
# ## 4 Notebook 02: an outline, filled with water
#
# *About 3 minutes, slides 11 to 18.*
#
# The simplest map: wherever there is something, there is water. To find out where something is, we
# need a threshold for a T1-weighted image in arbitrary units. A reference region makes the units
# meaningful: the mean of the air above the head becomes 1, and pure noise stays below 2.42 in 99 of
# 100 voxels (the Rayleigh distribution of notebook 03).

# %%
above = np.zeros(patient.t1.shape, bool)
above[-study.EMPTY_SLICES :] = True
empty = air_segmentation.neighbor_vote(relative_to_region(patient.t1, above) < 2.42)
parts, _ = ndimage.label(empty)
outside = parts == parts[-1, 0, 0]  # the air around, and whatever opens into it
water = np.where(outside, -1000.0, 0.0)[SLICES]
report("02 water inside the outline", water)

# %% [markdown]
# From 73 to 12 %: most of the attenuation is water. What is left is the skull, which is missing,
# and the mouth, where the hole is open to the outside and counts as air.
#
# ## 5 Notebook 03: bone and air from two echoes
#
# *About 4 minutes, slides 19 to 24.*
#
# The thresholds come from each scan's own noise. The curve from R2* to HU comes from the person who
# had both echoes and a CT.


# %%
def air_and_rate(first, second, echo_ms):
    """Return the air of a person, and R2* in 1/s."""
    limits = [air_segmentation.noise_threshold(each[above], 0.01) for each in (first, second)]
    noise = air_segmentation.noise_threshold(first[above], np.exp(-0.5))
    air = air_segmentation.neighbor_vote(air_mask(first, second, *limits))
    return air, r2star(first, second, echo_ms, noise)


known_air, known_rate = air_and_rate(known.ute1, known.ute2, known.settings.echo_ms)
bone = ~known_air & (known_rate >= 100)
curve = fit_curve(known_rate[bone], known.ct[bone].astype(float), 3)
soft_hu = float(np.median(known.ct[~known_air & (known_rate < 100)]))

air, rate = air_and_rate(patient.ute1, patient.ute2, patient.echo_ms)
own_hu = continuous_map(rate[SLICES], air[SLICES], curve, (100, 700), soft_hu)
report("03 bone and air from two echoes", own_hu)

# %% [markdown]
# The patient's own bone brings the brain from 12 % to 1.6 %. Two echoes, one logarithm, one curve:
# that is the largest single gain of the chain. Around the mouth 8 % are left, because metal takes
# the signal away, and no signal is what we call air.
#
# ## 6 Notebooks 01, 04 and 05: six other people
#
# *About 18 minutes, slides 4 to 10 and 25 to 34.*
#
# The archive stores a CT as whole numbers with a slope and an intercept (notebook 01), on a grid of
# its own (notebook 04), of a person who lay differently (notebook 05). Three joints, and each of
# them fails without an error message.

# %%
for scan in archive[:3]:
    print(f"{scan.stored_ct.dtype} from {scan.stored_ct.min()} to {scan.stored_ct.max()}, ", end="")
    print(f"slope {scan.slope:g}, intercept {scan.intercept:g}, shape {scan.t1.shape}, ", end="")
    print(f"first voxel at {scan.origin} mm")
print(f"The patient: shape {patient.t1.shape}, first voxel at {patient.origin} mm")

# %% [markdown]
# ### Exercise: where do I look?
#
# A registration gave a matrix. As in notebook 05, it moves what the *archived* scan shows onto the
# patient, in mm. To fill voxel (z, y, x) of the patient, you must know where to look in the
# archived scan: from the patient's index to mm (mind the origin), **back** through the matrix, and
# from mm to the index of the other grid. A grid is a tuple: (spacing, origin), both in mm.


# %% exercise="source_index"
def source_index(index, grid, matrix, source_grid):
    """Find where voxels of one scan lie in another one that was registered to it.

    index: array (N, 3), voxels of the fixed scan. grid: tuple of its spacing and origin, arrays of
    3 numbers in mm. matrix: 4 x 4, moves points of the source onto the fixed scan, in mm.
    source_grid: spacing and origin of the source. Returns an array (N, 3), not rounded.
    Raises a ValueError if a spacing is not positive.
    """
    # BEGIN SOLUTION
    if (grid[0] <= 0).any() or (source_grid[0] <= 0).any():
        raise ValueError("A spacing is not positive.")
    points = grid[1] + index * grid[0]
    inverse = np.linalg.inv(matrix)
    there = points @ inverse[:3, :3].T + inverse[:3, 3]
    return (there - source_grid[1]) / source_grid[0]
    # END SOLUTION


# %%
check("source_index", source_index)

# %% [markdown]
# Now each person of the archive is registered to the patient, with normalised correlation, since
# two MR images differ in gain, and affinely, since heads differ in size. `register` counts mm from
# the first voxel of each scan; `first_then` puts the origins around its matrix.

# %%
my_source_index = use("source_index", source_index)
grid = (patient.spacing, patient.origin)
index = np.stack(np.indices(patient.t1.shape), axis=-1)[SLICES].reshape(-1, 3)


def matrix_of(scan):
    """Register a scan of the archive; the matrix moves it onto the patient, in mm."""
    found = register(
        patient.t1,
        scan.t1,
        patient.spacing,
        "ncc",
        moving_spacing=scan.spacing,
        freedom="affine",
        resolutions_mm=(8, 4),
        start=translation(scan.origin - patient.origin),
    )
    inner = first_then(translation(-scan.origin), found.transform)
    return first_then(inner, translation(patient.origin))


def read(image, scan, matrix, beyond):
    """Read an image of the archive at the voxels of the patient's slices, linearly."""
    places = my_source_index(index, grid, matrix, (scan.spacing, scan.origin))
    values = ndimage.map_coordinates(
        image.astype(np.float32), places.T, order=1, mode="constant", cval=beyond
    )
    return values.reshape(true_ct.shape)


hu_of = {scan: stored_to_hu(scan.stored_ct, scan.slope, scan.intercept) for scan in archive}
matrices = {scan: matrix_of(scan) for scan in archive}
lying = {scan: np.eye(4) for scan in archive}  # as they lay in the scanner
middle = 16  # the slice through the brain, 18 mm above the commissures
for number, scan in enumerate(archive, 1):
    before, after = (read(scan.t1, scan, m[scan], 0.0)[middle] for m in (lying, matrices))
    alike = [normalized_correlation(patient.t1[SLICES][middle], each) for each in (before, after)]
    print(f"person {number}: correlation {alike[0]:.3f}, registered {alike[1]:.3f}")

# %% [markdown]
# All six fit better than before. How do the two kinds of knowledge come together? The patient's own
# map knows this very skull, but is noisy, and wrong where the metal is. The mean of the six others
# is blurred, but knows no metal. The simplest idea is a good one: **average the two**. Their errors
# have different causes, so part of them cancels. There is one exception: where we know that the
# own map shows an artefact, it has nothing to say.
#
# ### Exercise: combine two maps


# %% exercise="combine_maps"
def combine_maps(own, others, untrusted):
    """Average two maps; where the own one is not to be trusted, take the other one alone.

    own, others: arrays of one shape in HU. untrusted: bool array of that shape.
    Returns an array of decimal numbers. Raises a ValueError if the shapes of the maps differ.
    """
    # BEGIN SOLUTION
    if own.shape != others.shape:
        raise ValueError(f"The shapes {own.shape} and {others.shape} differ.")
    return np.where(untrusted, others, (own.astype(float) + others) / 2)
    # END SOLUTION


# %%
check("combine_maps", combine_maps)

# %%
my_combine_maps = use("combine_maps", combine_maps)
nowhere = np.zeros(true_ct.shape, bool)
ct_raw, ct_moved = (
    np.stack([read(hu_of[scan], scan, m[scan], -1000.0) for scan in archive])
    for m in (lying, matrices)
)
raw_hu = my_combine_maps(own_hu, ct_raw.mean(axis=0), nowhere)
print("\n".join([HEAD, lines[-1], line_of("01, 04 not yet registered", raw_hu)]))

# %% [markdown]
# Worse than the two echoes alone! On the same grid, in the right unit, and still useless: six
# skulls beside the patient's make a thick, pale seventh. That is what half a chain looks like, and
# no step to stop at. On to the end of the joint:

# %%
mean_hu = ct_moved.mean(axis=0)
report("01, 04, 05 mean of six others", my_combine_maps(own_hu, mean_hu, nowhere))

# %% [markdown]
# Registered, the six others help: 2.35 in place of 3.10 % in all tissue, and 3 in place of 8 %
# around the mouth, since they have no metal there. **But look at the brain:** it became worse, 1.81
# in place of 1.63 %. The mean of six skulls is too wide, and the brain pays. A chain need not be
# better everywhere after each step, and one number does not tell.
#
# ### Quiz: two errors at once

# %%
ask("two_errors")

# %% quiz="two_errors"
quiz_two_errors = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_two_errors", quiz_two_errors)

# %% [markdown]
# ## 7 Notebook 06: believe the right one at each place
#
# *About 3 minutes, slides 35 to 39.*
#
# The mean believes everybody alike. Your fusion by rank asks at each voxel who is most like the
# patient around here.


# %%
def fused_from(m, ct):
    """Fuse the CT of the others with weights by their rank around each voxel."""
    alike = np.array(
        [
            [local_ncc(*pair, 5) for pair in zip(patient.t1[SLICES].astype(float), mr, strict=True)]
            for mr in (read(scan.t1, scan, m[scan], 0.0) for scan in archive)
        ]
    )
    return fuse_ct(ct, rank_weights(atlas_ranks(alike), 1.0))


fused_hu = fused_from(matrices, ct_moved)
report("06 fused by rank", my_combine_maps(own_hu, fused_hu, nowhere))

# %% [markdown]
# 1.78 % in all tissue and 1.22 % in the brain. Around the mouth it became a little worse, 3.37 in
# place of 3.05 %: in the hole, the own map says -1000 HU, and half of that is left, whoever the
# other half comes from.
#
# ## 8 Notebooks 08, 09 and 10: would learning do better?
#
# *About 8 minutes, slides 45 to 73.*
#
# In place of fusing six CTs we could *learn* from the six: features of each voxel of the registered
# MR images (notebook 08) to HU, with a forest (09) or a network (10). The T1-weighted images come
# from six scanners, so they are z-scored inside the head first (02). **Before you run the cell:**
# will a forest of 20 trees beat the fusion? What does the fusion know that a voxel with seven
# numbers does not?

# %%
z, y, x = (np.linspace(-1, 1, n) for n in true_ct.shape)
places = [np.broadcast_to(each, true_ct.shape) for each in (z[:, None, None], y[:, None], x)]


def table_of(t1, mask):
    """Return seven features of each voxel in a mask: brightness, two blurs, edges, position."""
    scaled = z_score_in_mask(t1, t1 > 0.25 * np.percentile(t1, 99))
    blurred = [np.stack([ndimage.gaussian_filter(s, w) for s in scaled]) for w in (1.0, 2.5)]
    edges = np.stack([gradient_magnitude(each, tuple(patient.spacing[1:])) for each in blurred[0]])
    return stack_features([scaled, *blurred, edges, *places], mask)


rng = np.random.default_rng(13)
head = ndimage.binary_dilation(water > -1000, np.ones((1, 3, 3)))
tables, targets = [], []
for number, scan in enumerate(archive):
    some = np.zeros(head.shape, bool)
    some.ravel()[rng.choice(np.flatnonzero(head), 2000, replace=False)] = True
    tables.append(table_of(read(scan.t1, scan, matrices[scan], 0.0), some))
    targets.append(ct_moved[number][some])
training_table, hu_known = np.concatenate(tables), np.concatenate(targets)
center, width = training_table.mean(axis=0), training_table.std(axis=0)
new_table = table_of(patient.t1[SLICES].astype(float), head)

forest = forests.fit_forest(training_table, hu_known, rng=rng, trees=20, min_leaf=5)
start = networks.new_network([7, 24, 1], rng, last="linear")
trained = training.train(
    start, (training_table - center) / width, hu_known[:, None] / 1000, rng=rng, epochs=20, batch=50
)
predicted = {
    "forest": mean_of_trees(np.array([tree.answers(new_table) for tree in forest.trees])),
    "network": 1000 * trained.network.predict((new_table - center) / width)[:, 0],
}
print("in place of the fusion       map, HU   PET, %: tissue   brain")
for name, values in {"fusion by rank": None, **predicted}.items():
    hu = fused_hu.copy()
    if values is not None:
        hu = np.full(true_ct.shape, -1000.0)
        hu[head] = values
    wrong = errors_of(my_combine_maps(own_hu, hu, nowhere))
    print(f"{name:28s} {wrong.map_hu:7.0f} {wrong.body:16.2f} {wrong.brain:7.2f}")

# %% [markdown]
# <details><summary>What we see</summary>
#
# Both are worse than the fusion, 3.9 % with the forest and 2.6 % with the network, with the same
# six people to learn from. In a T1-weighted image bone and air are both black, and seven numbers of
# a voxel and its surroundings hardly tell them apart. The fusion does not need to: it looks up what
# lies at this very place in six CTs. With hundreds of people, and a network that sees whole
# images, the order turns round (Ladefoged et al. 2020 ask how many it takes). "Simple tools are
# often wanted", says slide 91, because they work with limited data, and because one can say why
# they did what they did.
# </details>
#
# We keep the fusion.
#
# ## 9 Notebook 11: metal or sinus?
#
# *About 4 minutes, slides 74 to 87.*
#
# The own map has holes inside the head. Some are sinuses and must stay. One is metal and must go.
# What tells them apart is where they lie among the landmarks. The landmarks of the six others are
# carried to the patient by their matrices, averaged, and replaced by the nearest shape that the
# model calls legal. Then each voxel without signal gets its offsets, five neighbours vote at each
# landmark, and the landmarks vote. As on slide 87, 210 voxels of artefacts and 650 of sinuses were
# marked, in five people.

# %%
marked = study.marked_voids()
shapes = np.stack([scan.landmarks_mm for scan in archive])
carried = np.mean([apply(matrices[s], s.landmarks_mm) for s in archive], axis=0)
landmarks = fit_to_points(carried, fit_shape_model(shapes)).points_mm

known_offsets = np.concatenate(
    [offsets_to_landmarks(each.points_mm, each.landmarks_mm) for each in marked]
)
kinds = np.concatenate([each.kinds for each in marked])
parts, _ = ndimage.label(air)
voids = (air & (parts != parts[-1, 0, 0]))[SLICES]  # air that is not open to the outside
offsets = offsets_to_landmarks(index[voids.ravel()] * patient.spacing + patient.origin, landmarks)
votes = np.stack(
    [nearest_labels(known_offsets[:, k], kinds, offsets[:, k], 5) for k in range(len(landmarks))],
    axis=1,
)
inner_hole = nowhere.copy()
inner_hole[voids] = landmark_majority(votes) == study.ARTEFACT
really = patient.voids[SLICES] == phantom.INNER_HOLE
print(f"{voids.sum()} voxels without signal inside the head, {inner_hole.sum()} called metal;")
print(f"{(inner_hole & really).sum()} of these really are, of {really.sum()} in all")
report("11 inner hole filled", my_combine_maps(own_hu, fused_hu, inner_hole))

# %% [markdown]
# A small hole, a small gain: 0.03 points in all tissue, half a point around the mouth. Nothing
# changes in the brain, nor should it. (The lecture fills with the value of soft tissue. Here the
# fused CT of the others is at hand, and knows about teeth.)
#
# ### Quiz: a hole in the way

# %%
ask("hole_in_the_way")

# %% quiz="hole_in_the_way"
quiz_hole_in_the_way = "C"  # "A", "B", "C", "D" or "E"

# %%
check("quiz_hole_in_the_way", quiz_hole_in_the_way)

# %% [markdown]
# ## 10 Notebook 12: where does the face end?
#
# *About 4 minutes, slides 88 to 90.*
#
# The larger hole is open to the outside, and MR cannot tell it from the air in front of the face.
# The PET can: it has an outline, even without correction. Chan-Vese finds it in each slice, after
# everything brighter than 0.5 kBq/mL was made equal, or it would find the brain. Your
# `fill_outer_hole` fills what lies inside that outline and is open to the outside; we look at what
# it has filled. One caution: the outline of the PET is blurred and reaches up to two voxels beyond
# the skin. A thin rim all around is no hole, so an opening takes it away.


# %%
def outline(image):
    """Mark the body in a slice of the PET without correction."""
    clipped = np.minimum(image, 0.5)
    if np.ptp(clipped) < 0.25:
        return np.zeros(image.shape, bool)  # nothing but noise
    return contour_mask(contours.chan_vese(clipped, mu=0.1).level_set)


mu_own = attenuation.attenuation_map(np.where(air, -1000.0, 40.0))[SLICES]
filled = mu_own.copy()
for number, image in enumerate(patient.nac_pet[SLICES]):
    body = outline(image)
    if body.any():
        filled[number] = fill_outer_hole(mu_own[number], body, 0.0975, 0.05)
outer_hole = ndimage.binary_opening(filled != mu_own, np.ones((1, 3, 3)))
whole_hu = my_combine_maps(own_hu, fused_hu, inner_hole | outer_hole)
report("12 outer hole filled", whole_hu)

# %% [markdown]
# The mouth comes from 2.9 to 1.6 %, all tissue to 1.69 %. The whole table:

# %%
print("\n".join([HEAD, *lines]))

# %% [markdown]
# From 73 % to less than two: the physician can read this PET.
#
# ## 11 Walk through it
#
# *About 5 minutes.*
#
# Here is the chain again, made with the functions of the table above. **Tasks:**
# 1. Go from step to step in the slice through the mouth. At which step do the teeth appear?
# 2. Stay at the step 03, and look at the sinuses. Where is the PET still wrong by more than 5 %,
#    and why there?
# 3. Which curves rise once, and at which step?

# %%
others = {
    (False, False): ct_raw.mean(axis=0),
    (True, False): mean_hu,
    (False, True): fused_from(lying, ct_raw),
    (True, True): fused_hu,
}
chain = Pieces(water, own_hu, others, inner_hole, outer_hole)
widgets.walk_through(chain)

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. The jaw is there from step 03 on, in fragments, because bone decays fast. The teeth inside the
#    hole come with the six others, but at half their density; at full density only when the hole is
#    known to be one.
# 2. Half of this slice reads more than 5 % too low, and most so around the nasal cavity and the
#    sinuses, up to 15 %. There thin bone lies next to air: too thin for a voxel of 3 mm, so that it
#    is averaged with air, or outvoted by it.
# 3. Two do: the brain at "01 04 05", and the mouth at "06".
# </details>
#
# ## 12 What is each step worth?
#
# *About 14 minutes.*
#
# The order in which we measured flatters some steps: whoever comes first takes the large errors.
# Another question is fairer: **what does the finished chain lose when one step is left out?**
# Switch steps off, one at a time. Predict before each: which one hurts most, which one hardly?

# %%
widgets.leave_out(chain)

# %% [markdown]
# ### Exercise: the costs of leaving out
#
# Make a list of it. The cost of a step is how much the error rises without it; it may be below 0,
# if the chain is better off without.


# %% exercise="costs_of_leaving_out"
def costs_of_leaving_out(error, without):
    """Rank steps by what it costs to leave them out.

    error: of the whole chain. without: dict from each step's name to the error without that step.
    Returns a list of tuples (name, cost), the largest cost first.
    Raises a ValueError if there are no steps.
    """
    # BEGIN SOLUTION
    if not without:
        raise ValueError("There are no steps.")
    costs = [(name, value - error) for name, value in without.items()]
    return sorted(costs, key=lambda pair: pair[1], reverse=True)
    # END SOLUTION


# %%
check("costs_of_leaving_out", costs_of_leaving_out)

# %%
my_costs = use("costs_of_leaving_out", costs_of_leaving_out)
whole = errors_of(whole_hu)
without = {said: errors_of(chain.hu(set(PARTS) - {part})) for part, said in PARTS.items()}
for region in ("body", "mouth"):  # all tissue, and up to 20 mm from the metal
    print(f"What it costs to leave a step out, PET of the {region}, in points of percent:")
    rises = {said: getattr(errors, region) for said, errors in without.items()}
    for said, cost in my_costs(getattr(whole, region), rises):
        print(f"   {said:32s} {cost:+8.2f}")

# %% [markdown]
# Read it twice. The dearest slip, 135 points, is the one that takes a single line to avoid: the
# intercept of notebook 01, forgotten. No method of this course can make up for a wrong unit. Then
# come the two echoes. Registration and the others cost about as much: if you do not register, you
# can as well leave the others out. Both holes cost less than 0.1 points in all tissue, but in the
# mouth 0.4 and 1.3, and there the fusion by rank does a little harm. **Whether a step is worth its
# work depends on where the physician looks.** A hospital that scans brains may skip notebooks 11
# and 12; one that scans tumours of the jaw may not.
#
# ### Which tissue does the error come from?
#
# The map is not perfect yet. Where would the next step have to help? An **error budget** shares the
# sum of all absolute errors among the tissues.
#
# ### Exercise: an error budget


# %% exercise="error_budget"
def error_budget(reference, made, labels):
    """Share the error of a map among the tissues.

    reference, made: arrays of one shape. labels: array of whole numbers of that shape.
    Returns a dict from each label that occurs to its part of the sum of all absolute errors, in
    percent.
    Raises a ValueError if the shapes differ, or there is no error at all.
    """
    # BEGIN SOLUTION
    if reference.shape != made.shape:
        raise ValueError(f"The shapes {reference.shape} and {made.shape} differ.")
    errors = np.abs(made.astype(float) - reference)
    if errors.sum() == 0:
        raise ValueError("There is no error to share.")
    return {
        int(label): 100 * errors[labels == label].sum() / errors.sum()
        for label in np.unique(labels)
    }
    # END SOLUTION


# %%
check("error_budget", error_budget)

# %%
my_budget = use("error_budget", error_budget)
labels = patient.labels[SLICES]
budget = my_budget(
    attenuation.attenuation_map(true_ct), attenuation.attenuation_map(whole_hu), labels
)
print("tissue                    share of the head   share of the error")
for label in sorted(budget, key=lambda each: -budget[each]):
    size = f"{100 * (labels[labels > 0] == label).mean():14.1f} %" if label else "   (outside)    "
    print(f"{phantom.TISSUES[label].name:24s} {size} {budget[label]:15.1f} %")

# %% [markdown]
# Compact bone is an eighth of the head and makes nearly a third of the error. The next shares are
# the air in front of the skin and the fat beneath it: borders, where the others' heads end a little
# too early or too late. The brain with its fluid, more than two fifths of the head, makes 9 % of
# the error. So the next step would not be a better brain, but a registration that bends, so that
# skull lies on skull and skin on skin.
#
# ### Quiz: whose share?

# %%
ask("share_of_bone")

# %% quiz="share_of_bone"
quiz_share_of_bone = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_share_of_bone", quiz_share_of_bone)

# %% [markdown]
# ## 13 In practice
#
# *About 2 minutes.*
#
# The joint of section 6, index to mm and back to index, is what every image with a header does by
# itself in SimpleITK: spacing and origin travel with it, and nobody can forget them. Its agreement
# with yours, and the time:

# %%
scan = archive[0]
start = time.perf_counter()
ours = read(scan.t1, scan, matrices[scan], 0.0)
our_ms = 1000 * (time.perf_counter() - start)

start = time.perf_counter()
images = []
for array, spacing, origin in (
    (patient.t1[SLICES], patient.spacing * (3, 1, 1), patient.origin + patient.spacing * (2, 0, 0)),
    (scan.t1, scan.spacing, scan.origin),
):
    image = sitk.GetImageFromArray(array.astype(np.float32))
    image.SetSpacing(spacing[::-1].tolist())  # SimpleITK counts X, Y, Z
    image.SetOrigin(origin[::-1].tolist())
    images.append(image)
inverse = np.linalg.inv(matrices[scan])[:3][:, [2, 1, 0, 3]][::-1]
transform = sitk.AffineTransform(inverse[:, :3].ravel().tolist(), inverse[:, 3].tolist())
theirs = sitk.GetArrayFromImage(sitk.Resample(images[1], images[0], transform, sitk.sitkLinear))
their_ms = 1000 * (time.perf_counter() - start)
places = my_source_index(index, grid, matrices[scan], (scan.spacing, scan.origin))
within = ((places >= 0) & (places <= np.array(scan.t1.shape) - 1)).all(axis=1)
apart = np.abs(ours - theirs).ravel()[within].max()
print(f"SimpleITK Resample: largest difference {apart:.2f} a.u., ", end="")
print(f"ours {our_ms:.0f} ms, theirs {their_ms:.0f} ms")

# %% [markdown]
# Two things to know: SimpleITK counts (X, Y, Z), and it wants the transform from the fixed scan to
# the moving one, our inverse. At the border of the archived scan the two go on differently for half
# a voxel; we compared inside.
#
# A hospital keeps such a chain as one program under version control, with a test patient whose
# result is known, and runs that after each update of any part, the scanner's software included.
#
# ## 14 In the hospital: when it fails
#
# *About 4 minutes.*
#
# **The patient moved between MR and PET.** Every step of our chain was right, and its map lies
# beside the PET. We shift the finished map toward the back, by one voxel, two, and four:

# %%
for voxels in (0, 1, 2, 4):
    moved = np.roll(whole_hu, voxels, axis=1)
    wrong = errors_of(moved)
    print(f"{3 * voxels:3d} mm: PET wrong by {wrong.body:5.2f} % in all tissue", end=", ")
    print(f"by {wrong.brain:5.2f} % in the brain, map by {wrong.map_hu:.0f} HU")
shown = np.full(true_ct.shape, np.nan)
shown[tissue] = 100 * (pet_of(np.roll(whole_hu, 2, axis=1))[tissue] / right_pet[tissue] - 1)
image_row(
    [
        Panel(whole_hu[middle], "map", "HU", (-1000, 1500)),
        Panel(np.roll(whole_hu, 2, axis=1)[middle], "map, 6 mm too far back", "HU", (-1000, 1500)),
        Panel(shown[middle], "error of the PET", "%", (-15, 15), "RdBu_r"),
    ],
    alt=(
        "An axial slice through the brain: the map, the same map shifted by 6 mm toward the back, "
        "and the error of the PET corrected with the shifted map: dark red at the back rim of the "
        "head, dark blue at the front rim, and pale inside. Purple: no tissue."
    ),
)

# %% [markdown]
# With 6 mm the PET is wrong by 5.2 %, more than with the two echoes alone. Nothing in the map shows
# it: it is a good map of a head that lies elsewhere. Only a look at map and PET on top of each
# other does, or a registration of the two (notebook 05).
#
# **The chain is tuned to this patient.** We chose 0.5 kBq/mL, patches of 5 x 5, a decay of 1, every
# number of it, and looked at the result of *this* patient while doing so. We ran the same chain on
# three further phantoms, the numbers 9, 10 and 11. It ends at 1.8, 1.8 and 1.3 % in all tissue.
# Most steps help there, too, but in number 9 the mean of six others gains nothing in all tissue,
# and the last step makes it worse by 0.03 points. And in the numbers 9 and 10 the six others
# *alone* would have been better for the PET, 1.6 %, although their map is worse by more than 30 HU.
# One patient proves that a chain can work. It takes hundreds to say how well (Ladefoged et al. 2017
# took 359).
#
# **Errors that repair each other.** The two echoes make the PET 2 % too low, the six others 1 % too
# high; together the bias is nearly 0. Nice, but luck: if somebody improves one half, the whole
# becomes worse, and a test of the whole alone will blame the improvement.
#
# **What none of the steps can see.** A piece of skull that was removed (notebook 06), a shunt, a
# child among adults, arms in the field of view.
#
# ### Before you trust a chain, ask
# 1. Which unit, which grid, which direction, at each joint?
# 2. What is the error after each step, in the region that matters, and not only at the end?
# 3. What happens without each step?
# 4. How many patients was it tried on who had no part in making it?
# 5. Who notices when a step fails silently?

# %% [markdown]
# ## Go further (not graded)
#
# HU or attenuation, which should be averaged? PET needs 1/cm, and the two lines from HU to 1/cm
# have a bend. So the mean of two HU is not the HU of the mean attenuation. Is it better to convert
# each CT first, and average then?

# %%
in_mu = [attenuation.attenuation_map(hu) for hu in (own_hu, fused_hu)]
both = np.where(inner_hole | outer_hole, in_mu[1], (in_mu[0] + in_mu[1]) / 2)
nac_pet = patient.nac_pet[SLICES]
for name, mu_map in (
    ("mean of HU", attenuation.attenuation_map(whole_hu)),
    ("mean of 1/cm", both),
):
    pet = phantom.correct_attenuation(nac_pet, mu_map, study.SPACING_MM)
    bias, unsigned = my_step_errors(right_pet, [pet], tissue)[0]
    print(f"{name:13s} bias {bias:+.2f} %, without signs {unsigned:.2f} %")

# %% [markdown]
# <details><summary>What we see</summary>
#
# Where one map says bone and the other air, the mean of HU is 125 for 1250 and -1000, which stops
# more than the mean of their attenuations. So averaging HU makes skulls a little too dense. Here
# that makes up for the bias of the echoes, and averaging 1/cm, which is the honest way, looks worse
# by 0.1 points. Errors that repair each other, once more.
# </details>
#
# ## What you have learned
#
# - **Preprocessing comes before everything** [slide 91]. Units, grids, noise: plain work, and the
#   dearest slips of all.
# - **Registration joins what belongs together**: scans of one visit, of two visits, of two people.
# - **Simple tools go far**, with few patients, and one can say why they did what they did. A
#   logarithm, a mean, a rank, a vote.
# - **Every method has a place where it fails**, and usually it fails silently. Know the place, and
#   look there.
# - **A number needs its region, its sign and its unit.** Dice of air hides bone, means hide
#   errors, a good body hides a bad mouth.
# - **Test on what you know**: a phantom, a formula, a patient who had both scans.
#
# | notebook | what it gave to the chain |
# |---|---|
# | 01 | stored numbers become HU |
# | 02 | a threshold without units; features of six scanners on one scale |
# | 03 | bone and air of this patient |
# | 04 | index and mm, and back |
# | 05 | six others lie where the patient lies |
# | 06 | at each place, the right one of the six |
# | 07 | no link of this chain: it reads what comes out of it, lesions and their volumes over time |
# | 08, 09, 10 | another way to the same map, for those who have many patients |
# | 11 | the hole inside |
# | 12 | the hole at the face |

# %%
show_progress()

# %% [markdown]
# ## Where to go on
#
# - **Do it with real scans.** Researchers can ask for PET, MR and CT of 37 people (Merida et al.
#   2021). Begin with one of them and the first three steps. Read the header before the pixels.
# - **Replace one step and measure.** A registration that bends in place of the affine one (ANTs, or
#   SimpleITK's `BSplineTransform`); a network that sees whole slices in place of ranks.
# - **Simulate what we left out.** Our PET is corrected in the image. STIR (Thielemans et al. 2012)
#   reconstructs from projections, with scatter.
# - **Go back** to the map of the course, [00 The map of the course](00_course_map.ipynb), and solve
#   what is still open. Then run this notebook again: the table of section 2 is the course's last
#   grade, and nobody but you needs to see it.
#
# ## Further reading
#
# - Ladefoged CN et al. A multi-centre evaluation of eleven clinically feasible brain PET/MRI
#   attenuation correction techniques using a large cohort of patients. NeuroImage 147, 2017.
#   doi:10.1016/j.neuroimage.2016.12.010. How chains like ours compare.
# - Ladefoged CN et al. Region specific optimization of continuous linear attenuation coefficients
#   based on UTE (RESOLUTE): application to PET/MR brain imaging. Physics in Medicine and Biology
#   60(20), 2015. doi:10.1088/0031-9155/60/20/8047. Two echoes and masks from an atlas together.
# - Burgos N et al. Attenuation correction synthesis for hybrid PET-MR scanners: application to
#   brain studies. IEEE Transactions on Medical Imaging 33(12), 2014. doi:10.1109/TMI.2014.2340135.
# - Ladefoged CN et al. AI-driven attenuation correction for brain PET/MRI: clinical evaluation of a
#   dementia cohort and importance of the training group size. NeuroImage 222, 2020.
#   doi:10.1016/j.neuroimage.2020.117221. How many patients a network needs.
# - Ladefoged CN et al. Dental artifacts in the head and neck region: implications for Dixon-based
#   attenuation correction in PET/MR. EJNMMI Physics 2, article 8, 2015.
#   doi:10.1186/s40658-015-0112-5. What such holes did in 148 patients.
# - Merida I et al. CERMEP-IDB-MRXFDG: a database of 37 normal adult human brain [18F]FDG PET, T1
#   and FLAIR MRI, and CT images available for research. EJNMMI Research 11, 2021, article 91.
#   doi:10.1186/s13550-021-00830-6.
# - Teuho J et al. Magnetic resonance-based attenuation correction and scatter correction in
#   neurological PET/MR imaging. Frontiers in Physics 7, 2020. doi:10.3389/fphy.2019.00243.
# - Thielemans K et al. STIR: software for tomographic image reconstruction release 2. Physics in
#   Medicine and Biology 57(4), 2012. doi:10.1088/0031-9155/57/4/867.
