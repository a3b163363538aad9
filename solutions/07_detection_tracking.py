# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Detection and tracking", minutes: 90, slides: "40-44"}
# ---

# %% [markdown]
# # 07 Detection and tracking
#
# **In this notebook** you learn
# - to turn an image into one number that a physician acts on: the callosal angle, in four steps,
# - to fit a line to points in any direction, and to say why regression cannot,
# - to find lesions, to number them, and to measure their volumes,
# - to say what became of each lesion between two visits: stable, grown, shrunk, new, vanished,
#   split or merged,
# - to keep the number of a lesion over many visits, and to carry the result back to the scan,
# - what happens to all of this when a scan was not registered, or its slices are thick.
#
# Time: about 90 minutes. Slides: 40 to 44. From notebook 02 you need the bias of a coil, from 04
# the nearest neighbour for labels, from 05 rigid registration and the inverse of a matrix, from
# 06 Dice.
#
# There are 10 exercises and 4 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np

from course_lib.data import phantom
from course_lib.data.lesion_series import lesion_series
from course_lib.data.phantom import tissues
from course_lib.display.detection_figures import draw_recovered, scanned_tissue
from course_lib.display.figures import Panel, image_row
from course_lib.display.tracking_figures import draw_strip, draw_volumes
from course_lib.display.widgets import detection_tracking as widgets
from course_lib.imaging import (
    components,
    detection,
    lesion_fates,
    lines,
    metrics,
    registration,
    tracking,
)
from course_lib.imaging.rotations import rigid_parameters
from course_lib.imaging.transforms import invert
from course_lib.imaging.warping import warp
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 A dementia that can be treated
#
# *About 4 minutes, slides 40 and 41.*
#
# Our patient came to the PET/MR scanner because of memory and gait. Six notebooks were about the
# attenuation map that PET needs. But the MR images that gave us this map are also read for what
# they show, and more and more often a program reads them first.
#
# The brain has hollow spaces filled with fluid, the **ventricles**. In *normal pressure
# hydrocephalus* they widen and push the brain upward. It looks like Alzheimer's disease, but it
# can be treated: a tube drains the fluid, and some patients walk again. One sign is an angle. Cut
# the head through the posterior commissure, perpendicular to the line between both commissures, and
# measure how far the ventricles open upward. This **callosal angle** is about 100 to 120 degrees in
# healthy people and 50 to 80 in this disease (Ishii et al. 2008). Among patients who were operated
# on, those who got better had a mean of 59 degrees before, those who did not 68 (Virhammar et al.
# 2014).
#
# So a few degrees matter. The lecture measures the angle in four steps [slide 40]:
#
# 1. align the MR to standard space and select the standard slice,
# 2. find the first row without brain tissue in the centre columns,
# 3. fit a line to points of brain tissue on each side,
# 4. take the angle between the lines.
#
# The slide's pictures are lost. Ours is a phantom: the anatomy of a real average brain, in which we
# painted ventricles of an angle **that we know**. Go through the steps. Then change the angle.

# %%
widgets.callosal_angle()

# %%
head = phantom.head()  # 2 mm
slab = phantom.with_callosal_angle(head, 70)  # seven coronal slices, pixels of 1 mm
tissue = slab.tissue[slab.centre_slice]
print(f"{tissue.shape[0]} rows, {tissue.shape[1]} columns, {tissue.sum()} pixels of brain tissue")

# %% [markdown]
# Where does the head come from?

# %%
phantom.CARD

# %% [markdown]
# `tissue` is the input of all that follows: True in grey and white matter, False in fluid, bone,
# scalp and air, with the top of the head in the first row. How one gets it from an image, and what
# happens when it is wrong, comes in section 5.
#
# ## 2 The first row without tissue
#
# *About 6 minutes, slide 40.*
#
# Walk down along the middle of the brain: first the gap between the hemispheres with tissue at its
# sides, then the corpus callosum, then the ventricle. There the tissue ends. Two traps lie on the
# way, and the slide does not mention them:
#
# - Above the head there is no brain tissue either. The row meant is the first empty one **below the
#   top of the brain**.
# - The gap between the hemispheres is empty as well, but narrow. So one looks at several **centre
#   columns**, and a row is empty only when *none* of them holds tissue. In this course they are the
#   middle 5 mm.
#
# ### Exercise: the first empty row


# %% exercise="first_empty_row"
def first_empty_row(tissue, columns):
    """Find the first row without brain tissue in the centre columns, below the top of the brain.

    tissue: (rows, columns) bool array, top of the head in the first row.
    columns: first centre column, and the one after the last: tissue[:, first:stop].
    Returns the number of the row. Raises a ValueError if the columns hold no tissue, or if tissue
    goes on to the last row.
    """
    # BEGIN SOLUTION
    first, stop = columns
    filled = tissue[:, first:stop].any(axis=1)
    if not filled.any():
        raise ValueError("There is no brain tissue in the centre columns.")
    top = filled.argmax()
    below = np.flatnonzero(~filled[top:])
    if below.size == 0:
        raise ValueError("Brain tissue goes on to the last row; there is no ventricle.")
    return int(top + below[0])
    # END SOLUTION


# %%
check("first_empty_row", first_empty_row)

# %%
my_first_empty_row = use("first_empty_row", first_empty_row)
columns = detection.center_columns(tissue.shape[1], slab.spacing_mm)
row = my_first_empty_row(tissue, columns)
print(f"Centre columns {columns}: row {row}. The vertex was painted at row {slab.apex[0]:.1f}.")

# %% [markdown]
# ## 3 A line through points
#
# *About 8 minutes, slide 40.*
#
# From that row the ventricle is followed to both sides. Each column gives one point: the lowest
# tissue on top of the ventricle. `detection.roof_points` collects them, from the centre outward,
# as (row, column).

# %%
left, right = detection.roof_points(tissue, row, columns)
print("left, first five:", left[:5].tolist())
print("right, first five:", right[:5].tolist())

# %% [markdown]
# Which line lies nearest to these points? Not the one of **regression**. That one fits
# $row = a \cdot column + b$ and adds up squared errors *along the rows*. A steep roof then comes
# out too flat, a vertical one has no slope at all, and the result changes when the image is turned.
# Rows and columns are equals here. So we add up squared distances *perpendicular* to the line
# (Pearson 1901). With the mean $\bar{p}$ of the points $p_i$ we look for the direction $d$ of
# length 1 with the largest spread:
#
# $$\max_{|d| = 1} \sum_i \big((p_i - \bar{p}) \cdot d\big)^2$$
#
# It is the first right singular vector of the table of $p_i - \bar{p}$, or the eigenvector of the
# largest eigenvalue of the covariance. Both know no sign: $d$ and $-d$ are the same line. For the
# angle we need the one that points **outward**, from the first point toward the last.
#
# ### Exercise: a line through points


# %% exercise="fit_line"
def fit_line(points):
    """Fit a line to points, with the least sum of squared perpendicular distances.

    points: (N, 2) array of (row, column), in mm. Returns (point, direction): the mean of the
    points, and a direction of length 1 that points from the first point toward the last.
    Raises a ValueError if all points are the same.
    """
    # BEGIN SOLUTION
    points = np.asarray(points, dtype=float)
    if (points == points[0]).all():
        raise ValueError("All points are the same; a line needs two different ones.")
    mean = points.mean(axis=0)
    direction = np.linalg.svd(points - mean, full_matrices=False)[2][0]
    if direction @ (points[-1] - points[0]) < 0:
        direction = -direction
    return mean, direction
    # END SOLUTION


# %%
check("fit_line", fit_line)

# %% [markdown]
# How much does it matter? We turn 20 points of a roof, with half a millimetre of noise, to steeper
# and steeper lines. **Predict:** where does regression begin to fail?

# %%
my_fit_line = use("fit_line", fit_line)
rng = np.random.default_rng(1)
print("true slope (degrees)   regression   perpendicular")
for true in (20, 50, 70, 80, 88):
    direction = np.array([np.sin(np.deg2rad(true)), np.cos(np.deg2rad(true))])
    noisy = np.outer(np.arange(20.0), direction) + rng.normal(0, 0.5, (20, 2))
    slope = np.polyfit(noisy[:, 1], noisy[:, 0], 1)[0]
    mine = my_fit_line(noisy)[1]
    print(
        f"{true:20d} {np.rad2deg(np.arctan(slope)):12.1f} "
        f"{np.rad2deg(np.arctan2(mine[0], mine[1])):15.1f}"
    )

# %% [markdown]
# ## 4 The angle
#
# *About 7 minutes, slide 40.*
#
# Two directions $a$ and $b$ enclose the angle
#
# $$\varphi = \arccos \frac{a \cdot b}{|a| \, |b|}$$
#
# Two *lines* meet at two angles that add up to 180 degrees. The directions decide which one is
# meant; that is why they had to point outward. An absolute value around the product would always
# give the acute one, and healthy people have obtuse ones.
#
# ### Exercise: the angle between two directions


# %% exercise="angle_between"
def angle_between(first, second):
    """Measure the angle between two directions, in degrees from 0 to 180.

    first, second: arrays of two numbers, of any length but 0.
    Raises a ValueError if a direction has the length 0.
    """
    # BEGIN SOLUTION
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    if lengths == 0:
        raise ValueError("A direction of length 0 has no angle.")
    cosine = np.dot(first, second) / lengths
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1, 1))))
    # END SOLUTION


# %%
check("angle_between", angle_between)

# %% [markdown]
# Now all four steps, on angles that we know. The roof is straight for about 25 mm, so only points
# up to there count. Points go into the line **in mm**, not in pixels.

# %%
my_angle_between = use("angle_between", angle_between)


def my_callosal_angle(tissue, spacing_mm):
    """Measure the callosal angle of one slice with square pixels, in degrees."""
    columns = detection.center_columns(tissue.shape[1], spacing_mm)
    row = my_first_empty_row(tissue, columns)
    vertex = np.array([row, (columns[0] + columns[1] - 1) / 2])
    directions = []
    for points in detection.roof_points(tissue, row, columns):
        near = np.linalg.norm((points - vertex) * spacing_mm, axis=1) <= 25
        directions.append(my_fit_line(points[near] * spacing_mm)[1])
    return my_angle_between(*directions)


painted = list(range(50, 141, 10))
measured = {}
for spacing_mm in (1.0, 2.0):
    slabs = [phantom.with_callosal_angle(head, angle, spacing_mm=spacing_mm) for angle in painted]
    measured[spacing_mm] = [
        my_callosal_angle(each.tissue[each.centre_slice], spacing_mm) for each in slabs
    ]
draw_recovered(painted, measured)

# %% [markdown]
# With pixels of 1 mm the angle comes back within 2 degrees, with pixels of 2 mm only within about 4
# here, and within 6 for other angles, because a roof of a few stairs has no exact slope. Between
# the two groups of patients above lay 9 degrees. **A measurement is worth what its resolution
# allows.**
#
# ### Quiz: an angle on pixels that are not square
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("callosal_opening")

# %% quiz="callosal_opening"
quiz_callosal_opening = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_callosal_opening", quiz_callosal_opening)

# %% [markdown]
# ## 5 Why the head has to be straight, and the skull off
#
# *About 6 minutes, slides 40 and 41.*
#
# Step 1 was still missing: align. A patient's head is rarely straight. **Predict:** the head of a
# patient with 70 degrees is turned by 14 degrees in the plane. What does the measurement say?

# %%
turned = phantom.with_callosal_angle(head, 70, turn_deg=14)
centre = turned.centre_slice
print(f"not aligned: {my_callosal_angle(turned.tissue[centre], 1.0):.0f} degrees, true: 70")

# %% [markdown]
# The patient would be sent home as healthy. In the turned head the centre columns meet the
# ventricle at another place, and the "roofs" on both sides are not the two limbs.
#
# The remedy is registration (notebook 05): move the scan onto a **standard**, here the same slice
# of another head, which has another angle. The mask goes along, with the nearest neighbour.

# %%
standard = phantom.with_callosal_angle(head, 110, seed=5)
found = registration.register(standard.image[centre], turned.image[centre], 1.0, "ncc")
middle = [120.0, 96.0]
print(f"found: a turn of {rigid_parameters(found.transform, middle).angles_deg[0]:.1f} degrees")
upright = warp(turned.tissue[centre], found.transform, 1.0, "nearest")
print(f"aligned: {my_callosal_angle(upright, 1.0):.0f} degrees, true: 70")
image_row(
    [
        Panel(standard.image[centre], "the standard", "a.u.", (0, 1100)),
        Panel(turned.image[centre], "the patient", "a.u.", (0, 1100)),
        Panel(
            warp(turned.image[centre], found.transform, 1.0, "linear"),
            "the patient, aligned", "a.u.", (0, 1100),
        ),
    ],
    alt=(
        "Three coronal T1 slices. The standard head is straight, with ventricles that open widely. "
        "The patient's head is turned by 14 degrees, with a narrow V of ventricles. Aligned, the "
        "patient's head is straight, and the V is as narrow as before."
    ),
)  # fmt: skip

# %% [markdown]
# And the mask? Brain is brighter than fluid in a T1 image, so a threshold comes to mind. Choose
# *a threshold of the whole image* in the widget of section 1, and go to step 2. The scalp is as
# bright as the brain, so the first tissue on the way down is the scalp, and the first empty row is
# the **skull**, 6 cm too high. With the skull cut away first, the same threshold is good to one or
# two degrees:

# %%
image, labels = slab.image[slab.centre_slice], slab.labels[slab.centre_slice]
inside_skull = np.isin(labels, (tissues.FLUID, tissues.GREY, tissues.WHITE))
for name, mask in (
    ("threshold, skull cut away", scanned_tissue(image, inside_skull)),
    ("threshold of the whole image", scanned_tissue(image)),
):
    row = my_first_empty_row(mask, detection.center_columns(mask.shape[1], 1.0))
    above = f"{slab.apex[0] - row:4.0f} mm above the vertex"
    try:
        print(f"{name:29s} row {row:2d}, {above}; {my_callosal_angle(mask, 1.0):.0f} degrees")
    except (ValueError, IndexError):
        print(f"{name:29s} row {row:2d}, {above}; no line can be fitted")

# %% [markdown]
# Here the failure is loud. With a thinner scalp it may be silent, and a number comes out. Whoever
# runs such a program on a thousand patients a year looks at the lines on the image, not only at
# the number.
#
# ## 6 Is the treatment working?
#
# *About 7 minutes, slides 42 and 43.*
#
# The second patient has multiple sclerosis. On FLAIR images the lesions are bright spots in the
# white matter. Once or twice a year the patient is scanned, and the neurologist asks: is anything
# **new**? Has anything grown? New lesions mean that the drug does not work, and it is changed. A
# program has four steps [slides 42 and 43]:
#
# 1. register the visits,
# 2. segment the lesions,
# 3. number them by connected components,
# 4. remap the numbers, so that a lesion has the same one at both visits.
#
# The pictures of these slides are lost too; ours follow their words. Our patient is the phantom
# with seven lesions, one for each thing that can happen to a lesion, at two visits. The head lies
# differently at the second.

# %%
study = phantom.with_lesions(head, seed=2)
baseline, follow_up = study.baseline, study.follow_up
spacing = head.spacing
moved = registration.register(baseline.image, follow_up.image, spacing, "ncc")
aligned = warp(follow_up.image, moved.transform, spacing, "linear")
plane = round((19 - head.grid.first_mm[0]) / spacing[0])  # 19 mm above the commissures
brain = np.isin(baseline.labels[plane], (tissues.GREY, tissues.WHITE))
first, second, third = (
    components.flatten(image[plane], brain, spacing[1:])[10:112, 10:88]
    for image in (baseline.image, follow_up.image, aligned)
)
image_row(
    [
        Panel(first, "baseline", "parts of the local mean", (0, 1.8)),
        Panel(second - first, "change, not registered", "parts", (-0.8, 0.8), "RdBu_r"),
        Panel(third - first, "change, registered", "parts", (-0.8, 0.8), "RdBu_r"),
    ],
    alt=(
        "A FLAIR slice of the brain with three bright lesions, and the change at the second visit. "
        "Without registration, ventricles and the rim of the brain seem to change, and the lesion "
        "at the back is a blue spot beside a red one. Registered, that lesion shows as a red ring, "
        "because it grew, and another one, at the side, as a blue spot, because it shrank."
    ),
)

# %% [markdown]
# Step 2 is a threshold again, and again it has an enemy. You met it in notebook 02: the coil's
# **bias** makes the image brighter on one side, by more than a lesion differs from healthy tissue.
#
# **Try** on the film of a third patient, which section 10 will use: which threshold finds all
# lesions of visit 2 and nothing else? Then divide by the local mean first
# ($f / \bar{f}_{local}$, a Gaussian of 20 mm inside the brain). Does the same threshold fit the
# other visits?

# %%
widgets.lesion_threshold()

# %% [markdown]
# <details><summary>What we see</summary>
#
# At visit 2 no threshold is right: the histograms of lesions and of healthy tissue overlap, and
# what is found lies where the coil is bright. Divided by the local mean, the two histograms part,
# and 1.3 to 1.4 fits all seven visits. The mean must be taken over much more than a lesion, else
# the lesion divides itself away; and inside the brain only, since air would pull it down.
# </details>
#
# For both visits of our patient:


# %%
def segment(scan, spacing):
    """Find the lesions of one visit: even brightness, threshold, components of 0.1 ml or more."""
    brain = np.isin(scan.labels, (tissues.GREY, tissues.WHITE))
    even = components.flatten(scan.image, brain, spacing)
    mask = components.segment(even, 1.4, brain)
    return components.connected_components(mask, spacing, least_ml=0.1)


before = segment(baseline, spacing)
after_in_its_scan = segment(follow_up, spacing)
for name, found_, scan in (
    ("baseline", before, baseline),
    ("follow-up", after_in_its_scan, follow_up),
):
    overlap = metrics.dice(scan.lesions > 0, found_ > 0)
    print(f"{name}: {found_.max()} lesions, Dice with the truth {overlap:.3f}")

# %% [markdown]
# Step 3 was in there: `connected_components` gives each connected part of the mask a number
# (Rosenfeld and Pfaltz 1966). Voxels hang together that touch by a face, an edge or a corner. The
# numbers come in the order in which the parts are met, **and mean nothing else**.
#
# ## 7 Volumes
#
# *About 6 minutes, slide 42.*
#
# ### Exercise: the volume of each lesion


# %% exercise="lesion_volumes"
def lesion_volumes(labels, spacing):
    """Measure the volume of every lesion in ml.

    labels: (Z, Y, X) array of whole numbers, 0 for the background.
    spacing: distances between voxel centres along (Z, Y, X), in mm.
    Returns a dict from each number that occurs to its volume. Raises a ValueError if a spacing is
    not positive.
    """
    # BEGIN SOLUTION
    if min(spacing) <= 0:
        raise ValueError(f"The spacing is {spacing} mm; all three must be positive.")
    voxel_ml = np.prod(spacing) / 1000
    numbers, voxels = np.unique(labels[labels > 0], return_counts=True)
    return dict(zip(numbers.tolist(), (voxels * voxel_ml).tolist(), strict=True))
    # END SOLUTION


# %%
check("lesion_volumes", lesion_volumes)

# %%
my_lesion_volumes = use("lesion_volumes", lesion_volumes)
print("baseline: ", {n: round(ml, 2) for n, ml in my_lesion_volumes(before, spacing).items()})
print(
    "follow-up:",
    {n: round(ml, 2) for n, ml in my_lesion_volumes(after_in_its_scan, spacing).items()},
)

# %% [markdown]
# Two lists of numbers, and lesion 2 of one has nothing to do with lesion 2 of the other.
#
# How much must a volume change before you believe it? A lesion that did **not** change lies
# differently on the voxels each time. Here the same ball is measured 300 times, each time moved by
# a part of a voxel:

# %%
rng = np.random.default_rng(4)
print("diameter   voxel (mm)      mean volume   95 % of measurements")
for steps in ((1.0, 1.0, 1.0), (2.0, 2.0, 2.0), (5.0, 1.0, 1.0)):
    for diameter in (5, 8, 12):
        volumes = []
        for _ in range(300):
            axes = [np.arange(-10, 11) * s + rng.uniform(-s / 2, s / 2) for s in steps]
            z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
            count = np.count_nonzero(z**2 + y**2 + x**2 < (diameter / 2) ** 2)
            volumes.append(count * np.prod(steps) / 1000)
        low, high = np.percentile(volumes, [2.5, 97.5])
        size = " x ".join(f"{s:g}" for s in steps)
        print(
            f"{diameter:5d} mm   {size:12s} {np.mean(volumes):9.3f} ml   {low:.3f} to {high:.3f} ml"
        )

# %% [markdown]
# With voxels of 1 mm the smallest lesion is within 15 % of its volume. In slices of 5 mm it has
# anything from almost nothing to half as much again, and yet nothing happened to it. So changes
# below a **tolerance** are called stable. This course takes 25 %; your own hospital's number
# follows from scanning somebody twice.
#
# ### Quiz: a diameter and a volume

# %%
ask("diameter_growth")

# %% quiz="diameter_growth"
quiz_diameter_growth = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_diameter_growth", quiz_diameter_growth)

# %% [markdown]
# ## 8 Who overlaps whom
#
# *About 12 minutes, slide 43.*
#
# Bring the follow-up's lesions onto the baseline (labels: nearest neighbour). Then lesions that
# **overlap** are the same. All that is needed stands in one table: row $i$, column $j$ counts the
# voxels that are lesion $i$ before and lesion $j$ after. Row 0 and column 0 are the background,
# so that each row adds up to the size of its lesion.
#
# ### Exercise: the overlap table


# %% exercise="overlap_table"
def overlap_table(before, after):
    """Count in how many voxels each lesion before meets each lesion after.

    before, after: arrays of whole numbers, of one shape and any number of axes; 0 is the
    background. Returns a table of whole numbers: row = number before, column = number after, both
    from 0 to the largest number. Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if before.shape != after.shape:
        raise ValueError(f"The shapes {before.shape} and {after.shape} differ.")
    table = np.zeros((before.max() + 1, after.max() + 1), dtype=int)
    np.add.at(table, (before, after), 1)
    return table
    # END SOLUTION


# %%
check("overlap_table", overlap_table)

# %%
my_overlap_table = use("overlap_table", overlap_table)
after = warp(after_in_its_scan, moved.transform, spacing, "nearest")
print(my_overlap_table(before, after))

# %% [markdown]
# Read it. Which row has two entries beside column 0? Which column? Which row has none, and which
# column?
#
# One voxel of overlap proves nothing: registration and segmentation both err by a voxel. So an
# overlap counts only if it is at least a given **share of the smaller** of the two lesions. The
# smaller one, because a crumb that broke off a large lesion overlaps only a little of that, but
# lies inside it with all it has.
#
# ### Exercise: which lesions are linked


# %% exercise="linked_lesions"
def linked_lesions(table, least_share):
    """Tell which lesions overlap by enough to belong together.

    table: overlap table with the background in row 0 and column 0. least_share: 0 to 1.
    Returns a bool table without the background: row i - 1 for lesion i before, column j - 1 for
    lesion j after. True where the overlap is above 0 and at least least_share times the size of
    the smaller lesion. Raises a ValueError if least_share is not within 0 and 1.
    """
    # BEGIN SOLUTION
    if not 0 <= least_share <= 1:
        raise ValueError(f"The least share is {least_share}; 0 to 1 is allowed.")
    overlaps = table[1:, 1:]
    smaller = np.minimum(table.sum(axis=1)[1:, None], table.sum(axis=0)[None, 1:])
    return (overlaps > 0) & (overlaps >= least_share * smaller)
    # END SOLUTION


# %%
check("linked_lesions", linked_lesions)

# %% [markdown]
# ### Exercise: grown, shrunk or stable
#
# A tolerance of 25 % must mean the same in both directions: a lesion that has grown has shrunk when
# time runs backward. From 4 to 5 is 25 % more; from 5 to 4 is 20 % less. So compare **the larger
# with the smaller**: it has changed if the larger is more than (1 + tolerance) times the smaller.


# %% exercise="compare_volumes"
def compare_volumes(before, after, tolerance):
    """Return "grown", "shrunk" or "stable".

    before, after: volumes in one unit. tolerance: 0.25 for 25 %; exactly that is still stable.
    Raises a ValueError if a volume is not positive.
    """
    # BEGIN SOLUTION
    if before <= 0 or after <= 0:
        raise ValueError(f"The volumes are {before} and {after}; both must be positive.")
    if after > (1 + tolerance) * before:
        return "grown"
    if before > (1 + tolerance) * after:
        return "shrunk"
    return "stable"
    # END SOLUTION


# %%
check("compare_volumes", compare_volumes)

# %% [markdown]
# ### Quiz: what happened?

# %%
ask("lesion_fate")

# %% quiz="lesion_fate"
quiz_lesion_fate = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_lesion_fate", quiz_lesion_fate)

# %% [markdown]
# ## 9 The fate of every lesion
#
# *About 12 minutes, slide 43.*
#
# The slide shows "overlapping clusters" and a "new cluster". There is more. Links make **groups**:
# start with one lesion before, add all after that are linked to it, then all before that are linked
# to these, and so on, until nothing is added. The numbers on both sides name the fate:
#
# | before | after | fate |
# |---|---|---|
# | 1 | 0 | vanished |
# | 0 | 1 | new |
# | 1 | 1 | stable, grown or shrunk |
# | 1 | several | split |
# | several | 1 | merged |
# | several | several | mixed |
#
# ### Exercise: match lesions
#
# You may call `my_overlap_table`, `my_linked_lesions` and `my_compare_volumes`; they are right in
# any case.

# %%
my_linked_lesions = use("linked_lesions", linked_lesions)
my_compare_volumes = use("compare_volumes", compare_volumes)


# %% exercise="match_lesions"
def match_lesions(before, after, tolerance, least_share):
    """Find what became of every lesion between two visits.

    before, after: label arrays on one grid. tolerance: for volumes. least_share: for links.
    Returns a list of (fate, numbers before, numbers after), as ("split", (2,), (1, 3)), in any
    order; numbers in tuples, empty where there is none. Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    table = my_overlap_table(before, after)
    links = my_linked_lesions(table, least_share)
    sizes_before, sizes_after = table.sum(axis=1), table.sum(axis=0)
    changes, seen = [], set()
    for start in np.unique(before[before > 0]):
        if start in seen:
            continue
        earlier, later = {int(start)}, set()
        while True:
            later = {int(j) + 1 for i in earlier for j in np.flatnonzero(links[i - 1])}
            partners = {int(i) + 1 for j in later for i in np.flatnonzero(links[:, j - 1])}
            if partners <= earlier:
                break
            earlier |= partners
        seen |= earlier
        if not later:
            fate = "vanished"
        elif len(earlier) == len(later) == 1:
            sizes = sizes_before[min(earlier)], sizes_after[min(later)]
            fate = my_compare_volumes(*sizes, tolerance)
        elif len(earlier) == 1:
            fate = "split"
        else:
            fate = "merged" if len(later) == 1 else "mixed"
        changes.append((fate, tuple(sorted(earlier)), tuple(sorted(later))))
    for number in np.unique(after[after > 0]):
        if not links[:, number - 1].any():
            changes.append(("new", (), (int(number),)))
    return changes
    # END SOLUTION


# %%
check("match_lesions", match_lesions)

# %% [markdown]
# What happened to our patient, with registration and without? The last line is the truth, which
# only a phantom has. **Predict** first: how far off was the head? (A few mm and degrees.) Which
# lesions will suffer, large or small ones?

# %%
my_match_lesions = use("match_lesions", match_lesions)


def report(before, after):
    """List the fates, with the numbers of the baseline."""
    return sorted(
        f"{fate} {', '.join(map(str, earlier))}".strip()
        for fate, earlier, _ in my_match_lesions(before, after, 0.25, 0.1)
    )


def truth_of(study, labels):
    """List the true fates, with the numbers that the segmentation gave at the baseline."""
    table = lesion_fates.overlap_table(study.baseline.lesions, labels)
    ours = table[:, 1:].argmax(axis=1) + 1
    return sorted(
        f"{lesion.fate} {', '.join(map(str, sorted(ours[list(lesion.baseline)])))}".strip()
        for lesion in study.truth
    )


true_fates = truth_of(study, before)
registered, unregistered = report(before, after), report(before, after_in_its_scan)
print("registered:    ", "; ".join(registered))
print("not registered:", "; ".join(unregistered))
print("truth:         ", "; ".join(true_fates))

# %% [markdown]
# Registered, every fate is right. Without registration the lesion that had *grown* is reported as
# *vanished*, and a *new* one beside it. To the neurologist a new lesion means: the drug fails. So
# a few millimetres of motion would have changed the treatment.
#
# How well do two visits have to lie on each other? **Move** the second visit below; at 0 mm it lies
# as it should. Then ask for a
# larger share of overlap. Which lesions are lost first, and why do split and merged ones hold out?

# %%
widgets.shifted_visit()

# %% [markdown]
# <details><summary>What we see</summary>
#
# Up to 4 mm all fates are right. At 6 mm the three smallest lesions are lost: a lesion is lost
# when it moves by its own diameter, and one of 6 mm does so before one of 20. Each lost lesion is
# counted twice, as vanished and as new. With a least share of 0.5 that happens at 4 mm already;
# with 0.8, at 2 mm. Large lesions, and those in two parts, still overlap after a move of 8 mm.
# </details>
#
# ## 10 A number for life: the film
#
# *About 11 minutes, slides 42 and 43.*
#
# With more than two visits, the list of fates is no longer enough. One wants a **film** in which
# lesion 5 is lesion 5 from the first visit to the last, in one colour. Here are seven visits of a
# third patient. Set the visit to 1 and go through them with the numbers that each visit gives by
# itself (hold the arrow key on the slider). Then keep the numbers. Then leave out the registration.

# %%
widgets.lesion_film()

# %% [markdown]
# To keep numbers, a rule is needed for lesions that split or merge. This is a common one:
#
# 1. The largest overlap of all linked pairs gives its number away first; then the next largest, if
#    neither of its lesions is taken; and so on. So the largest part of a split lesion keeps the
#    number, and a merged lesion has that of its largest part.
# 2. All others get new numbers, from `next_number` on, in the order of their numbers. Over many
#    visits `next_number` must be larger than **all numbers ever used**, or a new lesion is given
#    the number, and the past, of one that vanished.
#
# ### Exercise: keep the numbers
#
# Write all names into a list first and rename all voxels at once, `names[after]`.


# %% exercise="keep_numbers"
def keep_numbers(before, after, next_number, least_share):
    """Renumber the lesions of a later visit so that each keeps its earlier number.

    before, after: label arrays on one grid. next_number: first number for new lesions.
    least_share: how much overlap counts. Returns the lesions after, in the numbers before.
    Raises a ValueError if next_number is not larger than all numbers before.
    """
    # BEGIN SOLUTION
    if next_number <= before.max():
        raise ValueError(f"The number {next_number} is in use; {before.max()} is the largest.")
    table = my_overlap_table(before, after)
    overlaps = np.where(my_linked_lesions(table, least_share), table[1:, 1:], 0)
    names = np.zeros(table.shape[1], dtype=int)
    while overlaps.any():
        i, j = np.unravel_index(overlaps.argmax(), overlaps.shape)
        names[j + 1] = i + 1
        overlaps[i, :] = 0
        overlaps[:, j] = 0
    for number in np.unique(after[after > 0]):
        if names[number] == 0:
            names[number] = next_number
            next_number += 1
    return names[after]
    # END SOLUTION


# %%
check("keep_numbers", keep_numbers)

# %% [markdown]
# Now the whole film from the images alone: register every visit onto the first (the head moved
# within the plane, so one slice is enough), even brightness, threshold, components, and your
# numbers.

# %%
my_keep_numbers = use("keep_numbers", keep_numbers)
series = lesion_series(moved=True)
matrices, aligned_visits, kept, next_number = [], [], [], 1
for image, brain in zip(series.images, series.brain, strict=True):
    in_plane = registration.register(
        series.images[0][series.plane], image[series.plane], series.spacing[1:], "ncc"
    )
    matrix = np.eye(4)
    matrix[1:, 1:] = in_plane.transform
    even = components.flatten(image, brain, series.spacing)
    found_ = components.connected_components(
        components.segment(even, 1.4, brain), series.spacing, least_ml=0.05
    )
    on_first = warp(found_, matrix, series.spacing, "nearest")
    earlier = kept[-1] if kept else np.zeros_like(on_first)
    kept.append(my_keep_numbers(earlier, on_first, next_number, 0.1))
    next_number = max(next_number, int(kept[-1].max()) + 1)
    matrices.append(matrix)
    aligned_visits.append(warp(image, matrix, series.spacing, "linear"))
draw_strip(
    {"your film: one number, one lesion": [visit[series.plane] for visit in kept]},
    [image[series.plane] for image in aligned_visits],
    series.months,
)

# %% [markdown]
# And the volumes, by your `lesion_volumes`, one line for each number:

# %%
by_visit = [my_lesion_volumes(visit, series.spacing) for visit in kept]
numbers = sorted(set().union(*by_visit))
volumes = [[visit.get(number, 0.0) for number in numbers] for visit in by_visit]
for number, first, last in zip(numbers, volumes[0], volumes[-1], strict=True):
    print(f"lesion {number}: {first:.2f} ml at month 0, {last:.2f} ml at month 36")
draw_volumes(numbers, volumes, series.months)

# %% [markdown]
# Look for these four in the film:
#
# - A **merger**: at month 24 one line jumps and another ends. Nothing jumped in the brain. The
#   merged lesion carries the volume of both. Somebody who only reads the line sees a lesion that
#   doubled.
# - A **split**: a line falls and a new number appears. It is not a new lesion. The list of fates
#   says *split*; the film alone does not.
# - A lesion that was **missed once**, at month 12, comes back under a new number. It counts as
#   vanished, and later as new. Each visit is only compared with the one before.
# - One that is really **new**, at month 18.
#
# Numbers and fates belong together. Either alone misleads.
#
# ## 11 Back to the scan
#
# *About 5 minutes, slide 44.*
#
# The result lies on the grid of the first visit. The neurologist looks at today's scan, as it came
# from the scanner. So the lesions are carried back [slide 44]. Registration found the transform $T$
# that moves the scan onto the common grid; the way back is its inverse:
#
# $$p_{scan} = T^{-1} \, p_{common}$$
#
# The inverse of "turn, then move" is "move back, then turn back". And numbers are labels: nearest
# neighbour, or lesion 4 gets a rim of lesions 1, 2 and 3.
#
# ### Quiz: where is it in the scan?

# %%
ask("carried_point")

# %% quiz="carried_point"
quiz_carried_point = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_carried_point", quiz_carried_point)

# %% [markdown]
# ### Exercise: carry lesions back
#
# You may use `invert(matrix)` and `warp(labels, matrix, spacing, method)` of notebook 05.


# %% exercise="carry_back"
def carry_back(labels, matrix, spacing):
    """Bring lesions from the common grid back to the scan they belong to.

    labels: bool or whole numbers, on the common grid. matrix: homogeneous, in mm; it moves the
    scan onto the common grid. spacing: in mm. Returns an array of the same shape and type.
    Raises a ValueError if the labels hold decimal numbers.
    """
    # BEGIN SOLUTION
    if np.asarray(labels).dtype.kind not in "biu":
        raise ValueError("These are no labels; they hold decimal numbers.")
    return warp(labels, invert(matrix), spacing, "nearest")
    # END SOLUTION


# %%
check("carry_back", carry_back)

# %%
my_carry_back = use("carry_back", carry_back)
back = my_carry_back(kept[-1], matrices[-1], series.spacing)
forward = warp(kept[-1], matrices[-1], series.spacing, "nearest")
true_lesions = series.lesions[-1] > 0
for name, labels in (("carried back", back), ("by mistake moved on", forward)):
    print(
        f"{name:20s} Dice with the lesions of the scan {metrics.dice(true_lesions, labels > 0):.2f}"
    )
draw_strip(
    {
        "on the scan as it was. Left: carried back. Right: moved on": [
            back[series.plane], forward[series.plane],
        ]
    },
    [series.images[-1][series.plane]] * 2,
    [36, 36],
)  # fmt: skip

# %% [markdown]
# ## 12 In practice
#
# *About 3 minutes.*
#
# The same steps with the libraries of a hospital's research group: their agreement with the
# course's functions, and the time on your computer just now.

# %%
import SimpleITK as sitk
from skimage import measure
from skimage.metrics import contingency_table


def milliseconds(call):
    """Return the median time of five calls in ms."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def compare(name, ours, theirs, agreement):
    """Print how far two functions agree, and how long each takes."""
    said = agreement(ours(), theirs())
    times = f"ours {milliseconds(ours):6.1f} ms, theirs {milliseconds(theirs):6.1f} ms"
    print(f"{name:38s} {said:34s} {times}")


mask = before > 0
itk_mask = sitk.GetImageFromArray(mask.astype(np.uint8))
itk_after = sitk.GetImageFromArray(after.astype(np.int32))


def with_simpleitk():
    """Move labels: SimpleITK is given the way from the result back to the image."""
    transform = sitk.AffineTransform(3)
    steps = moved.transform[:3, :3][::-1, ::-1]  # (x, y, z) in place of (z, y, x)
    transform.SetMatrix(steps.ravel().tolist())
    transform.SetTranslation(moved.transform[:3, 3][::-1].tolist())
    itk_after.SetSpacing(spacing)
    result = sitk.Resample(itk_after, itk_after, transform, sitk.sitkNearestNeighbor, 0.0)
    return sitk.GetArrayFromImage(result)


def volumes_by_simpleitk():
    """Measure volumes with SimpleITK, in ml."""
    shapes = sitk.LabelShapeStatisticsImageFilter()
    image = sitk.GetImageFromArray(before)
    image.SetSpacing(spacing)
    shapes.Execute(image)
    return [shapes.GetPhysicalSize(label) / 1000 for label in shapes.GetLabels()]


def same_share(ours, theirs):
    """Say how many voxels differ."""
    return f"{np.count_nonzero(ours != theirs)} of {ours.size} voxels differ"


def largest_difference(ours, theirs):
    """Say how far numbers are apart."""
    return f"largest difference {np.abs(np.subtract(ours, theirs)).max():.0e}"


points = np.random.default_rng(4).normal(size=(40, 2)) * [9, 1]
compare(
    "skimage LineModelND",
    lambda: np.abs(lines.fit_line(points).direction),
    lambda: np.abs(measure.LineModelND.from_estimate(points).direction),
    largest_difference,
)
compare(
    "skimage label",
    lambda: components.connected_components(mask, spacing),
    lambda: measure.label(mask, connectivity=3),
    same_share,
)
compare(
    "SimpleITK ConnectedComponent",
    lambda: components.connected_components(mask, spacing),
    lambda: sitk.GetArrayFromImage(sitk.ConnectedComponent(itk_mask, True)),
    same_share,
)
compare(
    "SimpleITK LabelShapeStatistics",
    lambda: list(components.volumes_ml(before, spacing).values()),
    volumes_by_simpleitk,
    largest_difference,
)
compare(
    "skimage contingency_table",
    lambda: lesion_fates.overlap_table(before, after),
    lambda: contingency_table(before, after).toarray(),
    largest_difference,
)
compare(
    "SimpleITK Resample, labels carried back",
    lambda: tracking.carry_back(after, moved.transform, spacing),
    with_simpleitk,
    same_share,
)

# %% [markdown]
# What to know before you use them:
# - `measure.label(mask)` joins corners by default (`connectivity` = number of axes), as does
#   `sitk.ConnectedComponent(image, True)`; without the `True` it joins faces only, and so does
#   `scipy.ndimage.label`. One lesion becomes three, and nobody is told.
# - `sitk.RelabelComponent` sorts by size. Then number 1 is the largest lesion *of that visit*: the
#   numbers jump whenever one lesion outgrows another.
# - `sitk.Resample` is given the transform from the result to the image, the inverse of the motion:
#   to carry back, hand it the transform that registration found, not its inverse. And it
#   interpolates linearly unless told otherwise: `sitk.sitkNearestNeighbor` for labels.
# - SimpleITK's points are (x, y, z), our arrays (z, y, x).
# - Bias is removed with `sitk.N4BiasFieldCorrection` (Tustison et al. 2010). It models the bias
#   as a smooth function; our division by the local mean is its poor relative, quick and good
#   enough here.
# - Segmentation is done by networks today. What follows it, numbers and fates, is done as here.
#
# ## 13 In the hospital: when it fails
#
# *About 3 minutes.*
#
# **Thick slices.** Many FLAIR scans have slices of 5 mm and more. Here is the second visit of our
# patient again, with three slices of 2 mm averaged to one of 6 mm. It is the same scan, the same
# minute, and the same threshold, so every lesion has to be *stable*:

# %%
thick_spacing = (6.0, *spacing[1:])
slices = len(follow_up.image) // 3 * 3


def in_thick_slices(volume):
    """Average three slices of 2 mm to one of 6 mm."""
    return volume[:slices].astype(float).reshape(-1, 3, *volume.shape[1:]).mean(axis=1)


brain_share = in_thick_slices(np.isin(follow_up.labels, (tissues.GREY, tissues.WHITE)))
thick_brain = brain_share > 0.5
thick_even = components.flatten(in_thick_slices(follow_up.image), thick_brain, thick_spacing)
thick = components.connected_components(
    components.segment(thick_even, 1.4, thick_brain), thick_spacing, least_ml=0.1
)
thin = after_in_its_scan[:slices]
thick_on_thin = np.repeat(thick, 3, axis=0)  # each thick slice three times
thin_ml = my_lesion_volumes(thin, spacing)
thick_ml = my_lesion_volumes(thick_on_thin, spacing)
for fate, one, other in my_match_lesions(thin, thick_on_thin, 0.25, 0.1):
    volumes_of = (sum(ml[n] for n in part) for ml, part in ((thin_ml, one), (thick_ml, other)))
    print("{:9s} {:.2f} ml, in thick slices {:.2f} ml".format(fate, *volumes_of))

# %% [markdown]
# Most lesions "shrank", in no time and without a drug. A thick slice holds a little of a lesion and
# much of healthy tissue, and their mean stays below the threshold. **A patient who changes the
# scanner, or the protocol, between two visits has changes of the scanner.** The registration was
# perfect, the segmentation ran, nothing warned.
#
# **A head that was not aligned, a visit that was not registered**: you saw it in sections 5 and
# 9. In both cases a plausible result came out.
#
# **The brain itself moves.** A tumour pushes, an abscess shrinks, the brain loses volume. Rigid
# registration cannot follow that. Lesions wander by more than their size and are counted as
# vanished and new. Deformable registration can follow, but it may also squeeze a growing lesion
# back to its old size, and the growth is gone. Measure volumes before you deform.
#
# **Many lesions become one.** In patients with a heavy load, lesions touch. Then a single component
# fills half of the white matter, and every visit is "mixed". Numbers of lesions mean nothing there;
# report the total volume, or look at texture (notebook 08).
#
# **The wrong plane.** The callosal angle is defined on one plane. A few millimetres in front of it,
# or a tilt of the nod, and the angle is another one. Our phantom has the same angle in all its
# slices, so it cannot show this; a patient will.
#
# ### Before you trust a change, ask
# 1. Same scanner, same sequence, same slice thickness, same software?
# 2. Registered? Looked at, not only reported as converged?
# 3. Is the change larger than what two scans of an unchanged patient differ by?
# 4. Is it new, or a part of a split, or one that was missed last time?
# 5. Do all numbers come with a picture on the scan, in the scan's own space?

# %% [markdown]
# ## Go further (not graded)
#
# A lesion that was missed once should not lose its number. Compare each visit not with the one
# before, but with a **memory**: all numbers so far, each where it was seen last. Two lines do it.
# Which lesion now keeps its number through the gap? What is the price, when a new lesion appears
# years later where an old one had healed?

# %%
memory, remembered, next_number = np.zeros_like(kept[0]), [], 1
for visit in kept:
    named = my_keep_numbers(memory, visit, next_number, 0.1)
    next_number = max(next_number, int(named.max()) + 1)
    memory = np.where(np.isin(memory, named) & (named == 0), 0, memory)  # it has moved
    memory = np.where(named > 0, named, memory)
    remembered.append(named)
draw_strip(
    {
        "each visit against the one before": [visit[series.plane] for visit in kept],
        "each visit against the memory": [visit[series.plane] for visit in remembered],
    },
    [image[series.plane] for image in aligned_visits],
    series.months,
)

# %% [markdown]
# ## Take along
#
# - A measurement is a chain: align, select, find, fit. Test it on something whose answer is known,
#   at the resolution that you will get.
# - A line through points is fitted perpendicular, in mm, and has no direction until you give it
#   one.
# - Component numbers mean nothing over time. Overlap, counted in a table, says who is who.
# - One and one is stable, grown or shrunk; one and several split; several and one merged. Report
#   the fate together with the number.
# - Without registration, lesions that grew become *vanished* and *new*, and that changes a
#   treatment.
# - Results go back to the scan through the inverse of the whole transform, with the nearest
#   neighbour.
#
# In notebook 08 we ask what a lesion, or any pixel, **looks** like: features and texture.
#
# ## Further reading
#
# - Ishii K et al. Clinical impact of the callosal angle in the diagnosis of idiopathic normal
#   pressure hydrocephalus. European Radiology 18(11), 2008. doi:10.1007/s00330-008-1044-4.
# - Virhammar J, Laurell K, Cesarini KG, Larsson EM. The callosal angle measured on MRI as a
#   predictor of outcome in idiopathic normal-pressure hydrocephalus. Journal of Neurosurgery
#   120(1), 2014. doi:10.3171/2013.8.JNS13575. 59 degrees in patients who got better, 68 in the
#   others.
# - Relkin N et al. Diagnosing idiopathic normal-pressure hydrocephalus. Neurosurgery 57(3
#   Supplement), 2005. doi:10.1227/01.NEU.0000168185.29659.C5. What else belongs to the diagnosis.
# - Pearson K. On lines and planes of closest fit to systems of points in space. Philosophical
#   Magazine 2(11), 1901. doi:10.1080/14786440109462720. The line of section 3.
# - Rosenfeld A, Pfaltz JL. Sequential operations in digital picture processing. Journal of the ACM
#   13(4), 1966. doi:10.1145/321356.321357. Connected components.
# - Carass A et al. Longitudinal multiple sclerosis lesion segmentation: resource and challenge.
#   NeuroImage 148, 2017. doi:10.1016/j.neuroimage.2016.12.064. Real patients over time, and how far
#   programs and physicians disagree.
# - Schmidt P et al. Automated segmentation of changes in FLAIR-hyperintense white matter lesions in
#   multiple sclerosis on serial magnetic resonance imaging. NeuroImage: Clinical 23, 2019.
#   doi:10.1016/j.nicl.2019.101849. A pipeline like this one, with a test for each change.
# - Tustison NJ et al. N4ITK: improved N3 bias correction. IEEE Transactions on Medical Imaging
#   29(6), 2010. doi:10.1109/TMI.2010.2046908.
