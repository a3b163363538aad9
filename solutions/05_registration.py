# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Registration", minutes: 90, slides: "28-34"}
# ---

# %% [markdown]
# # 05 Registration
#
# **In this notebook** you learn
# - what a map that lies a centimetre off does to PET, and how to bring it to its place,
# - to turn and move images in mm about a centre, to put transforms one after the other in the right
#   order, and to go back,
# - to measure how alike two images are: squared differences, correlation, mutual information, and
#   which of them to trust for which pair of scans,
# - to search from low to high resolution, and how far from the truth a search may begin,
# - to average PET of a patient who moves, without blur.
#
# Time: about 90 minutes. Slides: 28 to 34. From notebook 03 you need the joint histogram, from
# notebook 04 positions in mm and linear interpolation.
#
# There are 9 exercises and 5 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np
from scipy import ndimage

from course_lib.data import phantom
from course_lib.display import registration_scans as scans
from course_lib.display.cost_figures import draw_capture_range
from course_lib.display.figures import Panel, image_row
from course_lib.display.widgets import registration as widgets
from course_lib.imaging import rotations, similarity, transforms
from course_lib.imaging.coordinates import center_mm
from course_lib.imaging.global_search import SearchGrid
from course_lib.imaging.motion_compensation import align_frames
from course_lib.imaging.registration import register
from course_lib.imaging.warping import warp
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 A map in the wrong place
#
# *About 5 minutes.*
#
# In notebook 03 we made an attenuation map from MR. Sometimes there is a better one: a CT of the
# same patient, taken last week. But last week the head lay differently in the scanner. The map
# must lie on the PET, or the wrong voxels are corrected for bone.
#
# How exact has it to be? We have a phantom: move its true map to the right by a few mm and correct
# the PET with it. **Predict:** by how many per cent is PET of the brain wrong when the map is 12 mm
# off?

# %%
head = phantom.head(spacing_mm=4.0)
brain = np.isin(head.labels, (7, 8))  # grey and white matter


def pet_error(mu_map):
    """Return the error of PET in percent, everywhere, when it is corrected with a map."""
    pet = phantom.correct_attenuation(head.nac_pet, mu_map, 4.0)
    return 100 * (pet - head.pet) / np.maximum(head.pet, 0.5)


for offset_mm in (0, 4, 8, 12):
    moved_map = warp(head.mu_map, transforms.translation([0, 0, offset_mm]), 4.0, "linear")
    wrong = pet_error(moved_map)
    low, high = np.percentile(wrong[brain], [1, 99])
    print(f"map {offset_mm:2d} mm off: error of PET in the brain {low:+5.1f} to {high:+5.1f} %")

# %%
axial = 37  # a slice through the ventricles
image_row(
    [
        Panel(head.pet[axial], "PET, right map", "kBq/mL", (0, 16)),
        Panel(moved_map[axial], "map, 12 mm off", "1/cm", (0, 0.15)),
        Panel(
            np.where(brain[axial], wrong[axial], 0), "error in the brain", "%", (-15, 15), "RdBu_r"
        ),
    ],
    alt=(
        "A PET slice of a brain; the attenuation map, 12 mm too far to the right; and the error "
        "of PET in percent: one side of the brain reads up to 15 % too low, the other up to 10 % "
        "too high."
    ),
)

# %% [markdown]
# One side reads too little, the other too much. A physician who looks for dementia compares the two
# sides of the brain. A difference of 10 % is a finding, and here it comes from a map that slipped.
# **Registration** finds the motion, so that we can undo it [slide 28]. It is needed between two
# time points of one patient, between two scans of a kind, between two modalities, and between two
# patients. The slides' own pictures are lost; all pictures here are ours, made from the phantom.
#
# ## 2 Moving points, in mm
#
# *About 20 minutes, slide 28.*
#
# A point is $p = (y, x)$ in mm, in the order of the axes of an array; the centre of the first pixel
# lies at 0 mm. With a 1 put behind it, all transforms of slide 28 become matrices:
#
# $$\begin{pmatrix} y' \\ x' \\ 1 \end{pmatrix} =
# \begin{pmatrix} R & t \\ 0 & 1 \end{pmatrix}
# \begin{pmatrix} y \\ x \\ 1 \end{pmatrix}$$
#
# **Translation** and **rotation** are what one patient's head can do: they are **rigid**.
# **Scaling** and **shearing** change the head itself. They are for different patients.

# %%
plane = scans.head_slice()
slice_, middle = plane.t1.astype(float), scans.middle_mm()
four = {
    "translation": transforms.translation([20, 30]),
    "rotation": rotations.rotation(20, middle),
    "scaling": transforms.scaling([1.0, 0.8], middle),
    "shearing": transforms.shearing(0.3, middle),
}
image_row(
    [
        Panel(warp(slice_, matrix, plane.spacing_mm, "linear"), name, limits=(0, 1000))
        for name, matrix in four.items()
    ],
    alt=(
        "An MR slice of a head, moved down and to the right; turned anticlockwise; narrower than "
        "before; and sheared, so that its right side hangs lower than its left one."
    ),
    caption="MR signal, 0 to 1000 a.u.",
)

# %% [markdown]
# `warp` moves what an image shows. To fill a pixel of the result it asks the *inverse* matrix where
# that pixel came from, and interpolates there, as you did in notebook 04.
#
# A turn by the angle $\alpha$ about 0 mm is
#
# $$R = \begin{pmatrix} \cos\alpha & -\sin\alpha \\ \sin\alpha & \cos\alpha \end{pmatrix}$$
#
# Our convention: a positive turn takes the first axis, Y, toward the second, X. Since Y points
# downward on the screen, that looks anticlockwise. Other programs turn the other way. Always try
# it on one point.
#
# A head does not turn about the first pixel, somewhere in the air. It turns about a **centre**
# $c$: move $c$ to 0, turn, move it back. Which of the three matrices stands on the right?
#
# ### Exercise: a rotation about a centre


# %% exercise="rotation_about"
def rotation_about(angle_deg, center_mm):
    """Return the matrix that turns points of a plane about a centre.

    angle_deg: in degrees; positive turns the first axis, Y, toward the second, X.
    center_mm: array (y, x) in mm, the point that stays. Returns a 3 x 3 array.
    """
    # BEGIN SOLUTION
    cosine, sine = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    y, x = center_mm
    there = np.array([[1, 0, -y], [0, 1, -x], [0, 0, 1]])
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    back = np.array([[1, 0, y], [0, 1, x], [0, 0, 1]])
    return back @ turn @ there
    # END SOLUTION


# %%
check("rotation_about", rotation_about)

# %% [markdown]
# ### The order counts
#
# A head is turned by 30 degrees and moved by 40 mm. Or is it moved and then turned? **Predict:**
# are these two the same? If not, how far are the two results apart, and does that depend on the
# centre of the turn?

# %%
widgets.order_of_transforms()

# %% [markdown]
# <details><summary>What we see</summary>
#
# They differ. Moved first, the move itself is turned too. The two results are always
# $|R t - t| = 2 |t| \sin(\alpha / 2)$ apart, wherever the centre lies: 20.7 mm for 30 degrees and
# 40 mm. Where the head ends depends very much on the centre: about 0 mm it swings out of the
# image.
# </details>
#
# ### Exercise: first one, then the other
#
# One line. But which way round?


# %% exercise="first_then"
def first_then(first, second):
    """Return the one matrix that does what `first` does, and then what `second` does.

    first, second: homogeneous matrices of one shape. Returns an array of that shape.
    """
    # BEGIN SOLUTION
    return np.asarray(second) @ np.asarray(first)
    # END SOLUTION


# %%
check("first_then", first_then)

# %% [markdown]
# ### Quiz: where does the point go?
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("turn_then_move")

# %% quiz="turn_then_move"
quiz_turn_then_move = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_turn_then_move", quiz_turn_then_move)

# %% [markdown]
# ### The way back
#
# A registration finds how the second scan lies on the first. Sooner or later you need the way back:
# a lesion drawn on one scan has to appear on the other (notebook 07). For a rigid transform
# $p' = R p + t$ no equations have to be solved, because $R^{-1} = R^T$:
#
# $$p = R^T (p' - t) = R^T p' - R^T t$$
#
# ### Exercise: undo a rigid transform
#
# Write the formula, for 2-D and 3-D alike. And because it is right only for rigid transforms,
# refuse others: a scaled head or a mirrored one.


# %% exercise="undo_rigid"
def undo_rigid(matrix):
    """Return the inverse of a rigid transform.

    matrix: homogeneous, 3 x 3 or 4 x 4. Returns an array of the same shape.
    Raises a ValueError if the transform scales, shears or mirrors.
    """
    # BEGIN SOLUTION
    matrix = np.asarray(matrix, dtype=float)
    turn, offset = matrix[:-1, :-1], matrix[:-1, -1]
    if not np.allclose(turn @ turn.T, np.eye(len(turn))) or np.linalg.det(turn) < 0:
        raise ValueError(f"The matrix {matrix.tolist()} is not rigid.")
    inverse = np.eye(len(matrix))
    inverse[:-1, :-1] = turn.T
    inverse[:-1, -1] = -turn.T @ offset
    return inverse
    # END SOLUTION


# %%
check("undo_rigid", undo_rigid)

# %% [markdown]
# There and back has to be nothing at all. For points it is. Is it for an image?

# %%
my_rotation, my_first_then = use("rotation_about", rotation_about), use("first_then", first_then)
my_undo = use("undo_rigid", undo_rigid)
motion = my_first_then(my_rotation(12, middle), transforms.translation([6, -9]))
points = scans.brain_points_mm()
there_and_back = my_first_then(motion, my_undo(motion))
apart = transforms.apply(there_and_back, points) - points
print(f"points, there and back: at most {np.abs(apart).max():.1e} mm apart")
moved = warp(slice_, motion, plane.spacing_mm, "linear")
image_back = warp(moved, my_undo(motion), plane.spacing_mm, "linear")
inside = np.isin(plane.labels, (6, 7, 8))
difference = np.abs(image_back - slice_)[inside].mean()
print(f"image, there and back: {difference:.0f} a.u. apart, on average")

# %% [markdown]
# The image was interpolated twice, and each time it was blurred a little. So **compose the matrices
# first and interpolate once**, whatever the number of steps.
#
# ### Quiz: the move of an inverse

# %%
ask("inverse_move")

# %% quiz="inverse_move"
quiz_inverse_move = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_inverse_move", quiz_inverse_move)

# %% [markdown]
# ## 3 How alike are two images?
#
# *About 18 minutes, slides 30 and 31.*
#
# To find the motion, the computer tries many and keeps the best. It needs one number that says how
# well two images lie on each other. For scans in the same unit, from the same scanner, the
# simplest is **least squares**, the sum of squared differences [slide 30]:
#
# $$SSD = \sum_i (I_i - J_i)^2$$
#
# Scans come as `uint16`, where 3 - 5 is 65534. Mind the type.
#
# ### Exercise: sum of squared differences


# %% exercise="squared_differences"
def squared_differences(first, second):
    """Sum the squared differences of two images.

    first, second: arrays of one shape, of any number type. Returns one number.
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if np.shape(first) != np.shape(second):
        raise ValueError(f"The shapes {np.shape(first)} and {np.shape(second)} differ.")
    difference = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    return (difference**2).sum()
    # END SOLUTION


# %%
check("squared_differences", squared_differences)

# %% [markdown]
# Another scanner shows the same head with another gain and offset (notebook 02). The **normalised
# correlation** does not see them [slide 30]:
#
# $$NCC = \frac{\sum_i (I_i - \bar{I}) (J_i - \bar{J})}
# {\sqrt{\sum_i (I_i - \bar{I})^2 \; \sum_i (J_i - \bar{J})^2}}$$
#
# It is 1 when one image is the other times a positive gain plus an offset. For SSD low is good, for
# NCC high is good; an optimiser that looks for minima is given -NCC.
#
# ### Exercise: normalised correlation


# %% exercise="normalized_correlation"
def normalized_correlation(first, second):
    """Correlate two images after taking off their means.

    first, second: arrays of one shape. Returns one number between -1 and 1.
    Raises a ValueError if an image is constant.
    """
    # BEGIN SOLUTION
    first, second = first - np.mean(first), second - np.mean(second)
    norm = np.sqrt((first**2).sum() * (second**2).sum())
    if norm == 0:
        raise ValueError("An image is constant; it has no correlation.")
    return (first * second).sum() / norm
    # END SOLUTION


# %%
check("normalized_correlation", normalized_correlation)

# %% [markdown]
# Between MR and CT no gain helps: bone is black in MR and white in CT, air is black in both. All
# that we can ask is whether the value of one image *tells* something about the value of the other.
# The joint histogram of notebook 03 knows. When the images lie on each other, each tissue is one
# heap. When they do not, the heaps smear. **Mutual information** measures it [slide 31]:
#
# $$MI = \sum_{i,j} p(i, j) \ln \frac{p(i, j)}{p(i) \, p(j)}$$
#
# $p(i, j)$ is the joint histogram divided by its sum, $p(i)$ and $p(j)$ are its sums over columns
# and rows. For images that have nothing to do with each other $p(i, j) = p(i) p(j)$, and MI is 0.
# An empty bin adds nothing, because $p \ln p$ goes to 0 with $p$; numpy does not know that.
#
# ### Exercise: mutual information


# %% exercise="mutual_information"
def mutual_information(histogram):
    """Return the mutual information of two images, in nats, from their joint histogram.

    histogram: array with two axes, counts or shares of each pair of values. Returns one number.
    Raises a ValueError if a count is negative or all are 0.
    """
    # BEGIN SOLUTION
    counts = np.asarray(histogram, dtype=float)
    if (counts < 0).any() or counts.sum() == 0:
        raise ValueError("Counts must not be negative, and not all 0.")
    joint = counts / counts.sum()
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    there = joint > 0
    return (joint[there] * np.log(joint[there] / independent[there])).sum()
    # END SOLUTION


# %%
check("mutual_information", mutual_information)

# %% [markdown]
# Three pairs of scans of one head, laid exactly on each other and 6 mm apart. For each pair: which
# of the three numbers say that exactly is better?

# %%
my_ssd = use("squared_differences", squared_differences)
my_ncc = use("normalized_correlation", normalized_correlation)
my_mi = use("mutual_information", mutual_information)


def three_costs(fixed, moving):
    """Return SSD per pixel, NCC and MI of two images."""
    counts = similarity.joint_histogram(fixed, moving, bins=32)
    return my_ssd(fixed, moving) / fixed.size, my_ncc(fixed, moving), my_mi(counts)


for name in scans.PAIRS:
    fixed, moving = scans.pair(name)
    off = warp(moving.image, transforms.translation([0, 6]), 2.0, "linear", outside=moving.outside)
    for label, image in (("exact", moving.image), ("6 mm off", off)):
        ssd, ncc, mi = three_costs(fixed.image, image)
        print(f"{name:30s} {label:8s}  SSD {ssd:8.0f}   NCC {ncc:6.3f}   MI {mi:6.3f}")

# %% [markdown]
# For MR and CT, SSD is *lower* and NCC is *higher* when the images are 6 mm off: both prefer the
# wrong place. Only MI does not. Now the whole curves: each cost against a misalignment that we
# know. Go through the pairs. Which cost has its lowest point at 0? How wide is its valley? An
# optimiser that starts outside the valley never finds it.

# %%
widgets.costs_of_misalignment()

# %% [markdown]
# <details><summary>What we see</summary>
#
# - Two MR scans of one scanner: all three have their minimum at 0. The valleys of SSD and NCC are
#   wide and smooth; that of MI is deep, but narrow, with a flat plain around it.
# - Another scanner: SSD survives, since the gains are not too different. Do not count on it.
# - MR and CT: the minimum of SSD lies 9 mm away, with a hill at the truth. NCC is 3 mm off. Only MI
#   is right.
#
# So: SSD in one unit, NCC when gain and offset differ, MI for different modalities [slides 30, 31].
# MI works for the first two as well, but from a closer start only, and more slowly.
# </details>
#
# ### Quiz: mutual information by hand

# %%
ask("information")

# %% quiz="information"
quiz_information = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_information", quiz_information)

# %% [markdown]
# ## 4 Do it by hand
#
# *About 7 minutes, slides 28 to 31.*
#
# Before an optimiser does it, do it yourself. The second scan was taken with the head turned and
# moved. Bring it back: where both images agree, the two colours add up to white. The checkerboard
# shows both in turns: edges have to run on from field to field.
#
# 1. First the two MR scans. Which do you set first, the turn or the moves? Watch the cost and
#    follow it downhill. When you think you are there, tick the box.
# 2. Then MR and CT, in the checkerboard, with the SSD as a guide. Then with mutual information.

# %%
widgets.align_by_hand()

# %% [markdown]
# <details><summary>What we found</summary>
#
# The answer is a turn of -7 degrees, 6 mm up (-6 mm down) and 12 mm to the right. Within 1 mm and
# 1 degree the eye is content, in the skull at least. Following the SSD of MR and CT you end one
# or two cm away, and the checkerboard shows it only at the edge of the head: look there.
#
# You had three numbers to set, and each changed what was best for the others. A head in 3-D has
# six.
# </details>
#
# ## 5 From low to high resolution
#
# *About 16 minutes, slide 29.*
#
# An optimiser walks downhill, so it must start in the valley. Slide 29 has two remedies: look at
# the images at **low resolution** first (8 mm, then 4, then 2), where the valley is wide and each
# look is cheap; and before that, try a **coarse grid** of turns and moves.
#
# Low resolution does not mean "drop every second pixel". Fine structure would fold into coarse
# patterns that are not there (aliasing). Smooth first, then drop. The weights 1, 4, 6, 4, 1
# (divided by 16) are close to a Gaussian (Burt and Adelson 1983). At the border the image is
# mirrored, with the outermost pixel as the mirror.
#
# ### Exercise: halve an image properly
#
# `ndimage.correlate1d(image, weights, axis, mode="mirror")` takes a weighted mean along one axis.


# %% exercise="halve"
def halve(image):
    """Smooth an image along both axes and keep every second pixel, from the first on.

    image: array with two axes, of any number type. Returns an array of decimal numbers with half as
    many rows and columns, rounded up.
    Raises a ValueError if the image holds NaN.
    """
    # BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    if np.isnan(image).any():
        raise ValueError("The image holds NaN, which would spread.")
    weights = np.array([1, 4, 6, 4, 1]) / 16
    for axis in (0, 1):
        image = ndimage.correlate1d(image, weights, axis, mode="mirror")
    return image[::2, ::2]
    # END SOLUTION


# %%
check("halve", halve)

# %% [markdown]
# Why not simply drop pixels? A pattern of fine rings shows it best:

# %%
my_halve = use("halve", halve)
rows, columns = np.indices((128, 128)) - 64.0
rings = 50 + 50 * np.cos((rows**2 + columns**2) / 45)
image_row(
    [
        Panel(rings, "rings", "%", (0, 100)),
        Panel(rings[::2, ::2], "every second pixel", "%", (0, 100)),
        Panel(my_halve(rings), "smoothed first", "%", (0, 100)),
    ],
    alt=(
        "Rings that become finer outward. With every second pixel dropped, further sets of rings "
        "appear at the edges, which are not there. Smoothed first, the fine rings become grey."
    ),
)

# %%
levels = [slice_]
for _ in range(2):
    levels.append(my_halve(levels[-1]))
image_row(
    [
        Panel(level, f"{mm} mm, {level.size} pixels", limits=(0, 1000))
        for level, mm in zip(levels[::-1], (8, 4, 2), strict=True)
    ],
    alt="The MR slice at 8, 4 and 2 mm. At 8 mm only the outline and the ventricles are left.",
    caption="MR signal, 0 to 1000 a.u.",
)

# %% [markdown]
# ### Exercise: the best whole-pixel shift
#
# The simplest search of all: try every shift of whole pixels up to a reach, and keep the best. By a
# shift of (2, -1), what the moving image shows in row 0 and column 1 comes to lie in row 2 and
# column 0. Compare only where the two images **overlap**, and take the **mean** of the squared
# differences: a sum is small already when little overlaps.


# %% exercise="find_shift"
def find_shift(fixed, moving, reach):
    """Find by how many pixels the moving image must be moved to lie on the fixed one.

    fixed, moving: arrays of one shape, with two axes. reach: largest shift along each axis, both
    ways. Returns the shift (down, right) with the smallest mean squared difference where the images
    overlap, as two whole numbers.
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if np.shape(fixed) != np.shape(moving):
        raise ValueError(f"The shapes {np.shape(fixed)} and {np.shape(moving)} differ.")
    rows, columns = np.shape(fixed)
    best, lowest = (0, 0), np.inf
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            here = fixed[
                max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)
            ]
            there = moving[
                max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)
            ]
            cost = ((here - there) ** 2).mean()
            if cost < lowest:
                best, lowest = (down, right), cost
    return best
    # END SOLUTION


# %%
check("find_shift", find_shift)

# %% [markdown]
# The same motion, searched at 8 mm and at 2 mm. How much time does the low resolution save?

# %%
my_find_shift = use("find_shift", find_shift)
seen = warp(slice_, transforms.translation([-24, 40]), plane.spacing_mm, "linear")
seen_levels = [seen]
for _ in range(2):
    seen_levels.append(my_halve(seen_levels[-1]))
for mm, level, coarse in zip((2, 4, 8), levels, seen_levels, strict=True):
    start = time.perf_counter()
    shift = my_find_shift(level, coarse, 48 // mm)
    taken = 1000 * (time.perf_counter() - start)
    places = (2 * (48 // mm) + 1) ** 2
    found = tuple(mm * step for step in shift)
    print(f"{mm} mm: {places:4d} places in {taken:6.1f} ms, found {found} mm")

# %% [markdown]
# All three find 24 mm down and 40 mm to the left, the low resolution in a small part of the time.
# With turns, and in 3-D, the fine search would take days.
#
# ### Quiz: how many places?

# %%
ask("grid_size")

# %% quiz="grid_size"
quiz_grid_size = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_grid_size", quiz_grid_size)

# %% [markdown]
# ### From where does it find its way?
#
# The course's `register` does what slide 29 shows: a pyramid, a local optimiser at each level, and
# a coarse grid before it if you ask for one. Here it is without the grid. Turn the head at the
# start and see where it ends, at 2 mm only and with the pyramid. **Find** the largest turn from
# which each of them comes back.

# %%
widgets.where_to_start()

# %% [markdown]
# All starts at once, and the grid as well. What counts is the **error in mm**: how far the points
# of the brain are from their place after the motion and the way back that was found. The cost
# cannot tell; it is low in every valley.

# %%
today, year_ago = (scan.image for scan in scans.pair(scans.PAIRS[0]))
methods = {
    "2 mm only": {"resolutions_mm": [2]},
    "8, 4, 2 mm": {"resolutions_mm": [8, 4, 2]},
    "grid, then 8, 4, 2 mm": {
        "resolutions_mm": [8, 4, 2],
        "grid": SearchGrid(reach_mm=0, reach_deg=180, step_deg=45),
    },
}
starts = np.arange(-150, 181, 30)
errors = {name: [] for name in methods}
for turn in starts:
    motion = rotations.rotation(turn, middle)
    turned = warp(year_ago, motion, 2.0, "linear")
    for name, options in methods.items():
        result = register(today, turned, 2.0, "ssd", **options)
        errors[name].append(scans.brain_error_mm(result.transform, motion))
draw_capture_range(starts, errors)

# %% [markdown]
# <details><summary>What we see</summary>
#
# At 2 mm the optimiser comes back from 30 degrees, but not from 60; with the pyramid from 60, and
# on one side even from 90.
# The range from which a search finds the truth is called its **capture range**. Low resolution
# widens it, the grid makes it as wide as you wish, for its price in time. Upside down (180 degrees)
# a head is almost an ellipse again, with a valley of its own: there only the grid helps.
# </details>
#
# ## 6 The map comes to its place
#
# *About 3 minutes.*
#
# Back to the patient of section 1, in 3-D. The CT of last week was taken with the head turned by 4
# to 6 degrees and moved by up to a centimetre. The attenuation map made from it lies there too.
# Register the *CT* to the *MR* of today, with normalised mutual information, and move the *map*
# along:

# %%
center = center_mm(head.ct.shape, 4.0)
last_week = rotations.rigid([6, -4, 5], [8, -6, 10], center)  # what nobody knows in a hospital
ct = warp(head.ct, last_week, 4.0, "linear", outside=-1000)
map_of_ct = warp(head.mu_map, last_week, 4.0, "linear")
start = time.perf_counter()
found = register(head.t1, ct, 4.0, "nmi", resolutions_mm=[8, 4])
seconds_3d = time.perf_counter() - start
map_back = warp(map_of_ct, found.transform, 4.0, "linear")

brain_mm = 4.0 * np.argwhere(brain)[::50]
for name, way_back, mu_map in (
    ("as it was", np.eye(4), map_of_ct),
    ("registered", found.transform, map_back),
):
    ends = transforms.apply(transforms.compose(last_week, way_back), brain_mm)
    far = np.linalg.norm(ends - brain_mm, axis=1)
    low, high = np.percentile(pet_error(mu_map)[brain], [1, 99])
    print(f"{name:10s}: brain {far.mean():4.1f} mm off, error of PET {low:+5.1f} to {high:+5.1f} %")

# %% [markdown]
# From -23 and +16 % down to 2 %, with voxels of 4 mm and an error of 1 mm: a quarter of a voxel.
# That is usual for mutual information.
#
# ## 7 A patient who moves during PET
#
# *About 11 minutes, slides 32 to 34.*
#
# A PET frame takes 10 to 20 minutes, an MR image 0.5 to 3. Nobody lies still for half an hour. In a
# PET/MR scanner both run at the same time, so MR tells where the head was in each frame
# [slides 32, 33]. Then: find the motion of each frame, move each frame back, and average
# [slide 34].
#
# The phantom has a hot lesion (in the ring) and slides a little from frame to frame. **Predict:**
# with 4 frames and 3 mm per frame, how much of the lesion's maximum is lost in the mean? More
# frames or larger steps? And if the patient moves not between two frames but all the time?

# %%
widgets.moving_patient()

# %% [markdown]
# ### Exercise: the motion-corrected mean
#
# Frames come with their way back (a matrix that moves each onto the first one) and their minutes. A
# long frame holds more counts, so weight by the minutes. At the border a moved frame shows nothing:
# there, average only those that reach. Where none does, the result is 0.
#
# `warp(frame, matrix, spacing, "linear")` moves a frame. `warp(np.ones(frame.shape), matrix,
# spacing, "nearest")` is 1 where it reaches and 0 elsewhere.


# %% exercise="motion_corrected_mean"
def motion_corrected_mean(frames, matrices, spacing, minutes):
    """Move every frame back and average them, weighted by their minutes.

    frames: list of arrays of one shape, in kBq/mL. matrices: one for each frame, leads back.
    spacing: of the pixels in mm. minutes: one number for each frame.
    Returns an array in kBq/mL: the mean of the frames that reach a pixel, 0 where none does.
    Raises a ValueError if there are not as many matrices and minutes as frames.
    """
    # BEGIN SOLUTION
    if not len(frames) == len(matrices) == len(minutes):
        raise ValueError(f"{len(frames)} frames, {len(matrices)} matrices, {len(minutes)} minutes.")
    total, reached = np.zeros(np.shape(frames[0])), np.zeros(np.shape(frames[0]))
    for frame, matrix, weight in zip(frames, matrices, minutes, strict=True):
        total += weight * warp(frame, matrix, spacing, "linear")
        reached += weight * warp(np.ones(frame.shape), matrix, spacing, "nearest")
    return np.divide(total, reached, out=np.zeros_like(total), where=reached > 0)
    # END SOLUTION


# %%
check("motion_corrected_mean", motion_corrected_mean)

# %% [markdown]
# Now the whole of slide 34. The scanner does not know the motion. It has five MR images, one for
# each PET frame, and registers them; we use NCC, and compare the motion found with the true one.
# Then your function averages.

# %%
from course_lib.display.motion_figures import lesion_value, moving_scan

my_mean = use("motion_corrected_mean", motion_corrected_mean)
scan = moving_scan(count=5, step_mm=4.0)
noise = np.random.default_rng(2)
mr_images = [
    warp(slice_, motion, 2.0, "linear") + noise.normal(0, 30, slice_.shape)
    for motion in scan.motions
]
ways_back = [result.transform for result in align_frames(mr_images, 2.0, "ncc")]
for number, (way_back, motion) in enumerate(zip(ways_back, scan.motions, strict=True)):
    before = scans.brain_error_mm(np.eye(3), motion)
    after = scans.brain_error_mm(way_back, motion)
    print(f"frame {number}: moved by {before:4.1f} mm, found with an error of {after:.2f} mm")

minutes = [10, 10, 10, 10, 10]
as_it_is = my_mean(scan.frames, [np.eye(3)] * 5, 2.0, minutes)
corrected = my_mean(scan.frames, ways_back, 2.0, minutes)
for name, image in (("lying still", scan.truth), ("as it is", as_it_is), ("corrected", corrected)):
    difference = np.abs(image - scan.truth)[inside].mean()
    print(
        f"{name:12s}: maximum of the lesion {lesion_value(image):4.1f} kBq/mL, "
        f"mean error in the brain {difference:.2f} kBq/mL"
    )

# %%
image_row(
    [
        Panel(scan.frames[0], "one frame, 10 min", limits=(0, 20)),
        Panel(as_it_is, "mean, as it is", limits=(0, 20)),
        Panel(corrected, "mean, corrected", "kBq/mL", (0, 20)),
        Panel(as_it_is - corrected, "difference", "kBq/mL", (-8, 8), "RdBu_r"),
    ],
    alt=(
        "PET of a moving head: one noisy frame; the mean of five frames, blurred, with a smeared "
        "lesion; the mean of the frames after each was moved back, sharp and with little noise; "
        "and the difference of the two means, largest at the lesion and along the cortex."
    ),
)

# %% [markdown]
# ### Quiz: a lesion that moves within a frame

# %%
ask("moved_lesion")

# %% quiz="moved_lesion"
quiz_moved_lesion = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_moved_lesion", quiz_moved_lesion)

# %% [markdown]
# ## 8 In practice
#
# *About 4 minutes.*
#
# In a hospital this is done by SimpleITK (or by elastix, ANTs, FSL or SPM). The same jobs for both,
# on the same images; agreement in mm at the points of the brain, and time, measured on your
# computer just now.

# %%
import SimpleITK as sitk


def itk_image(image, spacing_mm):
    """Return an image of SimpleITK with its spacing."""
    result = sitk.GetImageFromArray(np.asarray(image, np.float32))
    result.SetSpacing([spacing_mm] * np.ndim(image))
    return result


def itk_register(fixed, moving, spacing_mm, metric, outside=0.0):
    """Register with SimpleITK at two levels; return the transform from fixed to moving."""
    method = sitk.ImageRegistrationMethod()
    if metric == "mi":
        method.SetMetricAsMattesMutualInformation(32)
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(min(1.0, 16000 / np.size(fixed)), seed=1)
    elif metric == "ncc":
        method.SetMetricAsCorrelation()
    else:
        method.SetMetricAsMeanSquares()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=1.0, minStep=1e-3, numberOfIterations=100, relaxationFactor=0.7
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2, 1])
    method.SetSmoothingSigmasPerLevel([1, 0])
    rigid = sitk.Euler2DTransform() if np.ndim(fixed) == 2 else sitk.Euler3DTransform()
    rigid.SetCenter(center_mm(np.shape(fixed), spacing_mm)[::-1])  # (x, y, z)
    method.SetInitialTransform(rigid, inPlace=False)
    return method.Execute(itk_image(fixed, spacing_mm), itk_image(moving, spacing_mm))


def as_way_back(transform, axes):
    """Write a transform of SimpleITK as our matrix, which leads from moving to fixed."""
    origin = np.array(transform.TransformPoint([0.0] * axes))[::-1]
    units = [np.array(transform.TransformPoint(list(u)))[::-1] for u in np.eye(axes)[:, ::-1]]
    pull = np.eye(axes + 1)
    pull[:-1, :-1] = np.stack([unit - origin for unit in units], axis=1)
    pull[:-1, -1] = origin
    return transforms.invert(pull)


def error_mm(way_back, motion, places):
    """Return how far places are from where they were after a motion and a way back."""
    ends = transforms.apply(transforms.compose(motion, way_back), places)
    return np.linalg.norm(ends - places, axis=1).mean()


motion_2d = transforms.invert(scans.way_back())
print(f"{'':35s} {'ours':>20s} {'SimpleITK':>20s}     apart")


def side_by_side(name, both, seconds, motion, places):
    """Print the errors of two ways back, the times they took, and how far they are apart."""
    apart = transforms.apply(both[0], places) - transforms.apply(both[1], places)
    columns = [
        f"{error_mm(way_back, motion, places):7.2f} mm, {1000 * taken:5.0f} ms"
        for way_back, taken in zip(both, seconds, strict=True)
    ]
    print(f"{name:35s}", *columns, f"{np.linalg.norm(apart, axis=1).mean():6.2f} mm")


for name, kind in zip(scans.PAIRS, ("ssd", "ncc", "mi"), strict=True):
    fixed, moving = scans.pair(name).fixed.image, scans.moved_scan(name)
    start = time.perf_counter()
    cost = "nmi" if kind == "mi" else kind
    ours = register(fixed, moving, 2.0, cost, resolutions_mm=[4, 2]).transform
    between = time.perf_counter()
    theirs = as_way_back(itk_register(fixed, moving, 2.0, kind), 2)
    seconds = between - start, time.perf_counter() - between
    side_by_side(f"{name}, {kind}", (ours, theirs), seconds, motion_2d, points)

start = time.perf_counter()
theirs = as_way_back(itk_register(head.t1, ct, 4.0, "mi"), 3)
seconds = seconds_3d, time.perf_counter() - start
both = found.transform, theirs
side_by_side("MR and CT in 3-D, mi", both, seconds, last_week, brain_mm)

# %% [markdown]
# Two programs, one answer, to a fraction of a voxel. For SSD and NCC ours walks by slopes and is
# quick. For mutual information it tries many places, and SimpleITK comes nearer to the truth.
#
# What to know before you use it:
# - SimpleITK writes points as (x, y, z), numpy as (z, y, x). `SetCenter` wants the first.
# - It returns the transform **from the fixed to the moving image**, which is what resampling needs.
#   Ours moves the moving image onto the fixed one: the inverse. Confuse them, and the image is
#   twice as far away. That is the commonest bug of all.
# - Angles are in radians, and the signs of 3-D angles follow other conventions than ours. Compare
#   transforms by where they take points, never by their angles.
# - `SetOptimizerScalesFromPhysicalShift` makes a degree and a millimetre comparable. Without it the
#   optimiser turns wildly or hardly at all.
# - Mutual information is measured at a random sample. Give a seed, or no result can be repeated.
# - The spacing has to be set. Without it everything is in voxels, and thick slices are wrong.
# - scikit-image has `registration.phase_cross_correlation`: shifts only, by Fourier transform, very
#   fast.
#
# ## 9 In the hospital: when it fails
#
# *About 6 minutes.*
#
# **The wrong cost, and nobody looks.** MR and CT by squared differences. The optimiser ends, and
# returns a transform as if nothing had happened:

# %%
ct_seen = scans.moved_scan(scans.PAIRS[2])
panels = []
for kind in ("ssd", "nmi"):
    result = register(slice_, ct_seen, 2.0, kind)
    aligned = warp(ct_seen, result.transform, 2.0, "linear", outside=-1000)
    error = scans.brain_error_mm(result.transform, motion_2d)
    print(f"{kind}: converged {result.converged}, the brain is {error:.1f} mm from its place")
    board = scans.checkerboard(slice_, (0, 1000), aligned, (-1000, 1500))
    panels.append(Panel(board, f"{kind.upper()}, error {error:.1f} mm", limits=(0, 1)))
image_row(
    panels,
    alt=(
        "Two checkerboards of MR and CT. After registration by squared differences the skull "
        "breaks off at every field. After normalised mutual information it runs on."
    ),
    caption="MR 0 to 1000 a.u., CT -1000 to 1500 HU.",
)

# %% [markdown]
# Here `converged` is false, and the picture tells all. Somebody has to look at both.
#
# **Left and right.** A head is nearly its own mirror image. Here the scan was saved mirrored, a
# slip in a file conversion, with a lesion in it. Rigid registration cannot mirror. See what it
# says:

# %%
with_lesion = slice_.copy()
with_lesion[60:68, 62:70] = 950
mirrored = with_lesion[:, ::-1].copy()
result = register(slice_, mirrored, 2.0, "ncc")
aligned = warp(mirrored, result.transform, 2.0, "linear")
print(f"NCC after registration {-result.cost:.3f}, converged {result.converged}")
image_row(
    [
        Panel(with_lesion, "the truth", limits=(0, 1000)),
        Panel(aligned, "mirrored, registered", limits=(0, 1000)),
        Panel(
            scans.checkerboard(slice_, (0, 1000), aligned, (0, 1000)), "checkerboard", limits=(0, 1)
        ),
    ],
    alt=(
        "An MR slice with a bright lesion on the right of the picture; the mirrored slice after "
        "registration, with the lesion on the left; and a checkerboard of the scan and the "
        "mirrored slice, whose edges run on almost everywhere."
    ),
    caption="MR signal, 0 to 1000 a.u.",
)

# %% [markdown]
# A correlation of 0.97, a good-looking checkerboard, and the lesion is on the wrong side. No cost
# finds this. The orientation in the DICOM header does, and a marker at the patient's side.
#
# **What is not rigid.** The jaw opens, the neck bends, the eyes turn. A registration of the whole
# head is pulled by them. Compare inside a mask of the brain or the skull only; that is what the
# "brain extraction" of slide 30 is for. In the body nothing is rigid.
#
# **A slice is not a head.** We worked in 2-D for speed. A nod moves the head out of the slice, and
# no turn within the slice brings it back. Register volumes.
#
# **A lesion that grew.** Registration treats every difference as motion. SSD pulls a non-rigid
# registration to shrink the tumour away; notebook 07 wants to measure it.
#
# **Motion within a frame.** Switch the widget of section 7 to "all the time": each frame is already
# blurred, and moving it back moves the blur. Shorter frames help, down to the point where they hold
# too few counts. And the *attenuation map* has to be moved to each frame too, or the error of
# section 1 comes back frame by frame.
#
# **PET frames as their own guide.** Without MR the PET frames themselves are registered. In the
# first minutes the tracer is still arriving, so an early frame looks like another modality.
#
# ### Before you trust a registration, ask
# 1. Do left and right, top and bottom agree with the header?
# 2. Does the cost fit the pair: one unit, one modality, or two?
# 3. Is the start within the capture range? Run it from a second start: does it end at the same
#    place?
# 4. Did somebody look at a checkerboard, at the edges, in all three directions?
# 5. How large is the error in mm, at points that were not used to find it?

# %% [markdown]
# ## Go further (not graded)
#
# Is question 3 worth its time? Register MR and CT of section 4 from eight random starts, and see
# how many end within 1 mm of the first result. Does the cost at the end tell you which ones failed?

# %%
rng = np.random.default_rng(4)
ends = []
for _ in range(8):
    first_guess = rotations.rigid(rng.uniform(-120, 120), rng.uniform(-40, 40, 2), middle)
    result = register(slice_, ct_seen, 2.0, "nmi", resolutions_mm=[8], start=first_guess)
    ends.append((result.cost, scans.brain_error_mm(result.transform, motion_2d)))
for cost, error in sorted(ends):
    print(f"cost {cost:.4f}   brain {error:5.1f} mm from its place")

# %% [markdown]
# <details><summary>What we see</summary>
#
# Several starts were beyond the capture range and ended far away, and most of these have a clearly
# higher cost. But one lies upside down, and its cost is not far from the best. A second start is
# cheap and finds most failures; the coarse grid makes them rare.
# </details>
#
# ## Take along
#
# - A map in the wrong place makes PET wrong by 10 % and more, and in opposite directions on the two
#   sides.
# - What acts first stands on the right. Turn about a centre, in mm. Compose matrices, interpolate
#   once.
# - SSD for one unit, NCC for another gain, MI for another modality.
# - Smooth before you drop pixels. Low resolution and a coarse grid widen the capture range.
# - The cost does not tell the error. Points do, and eyes.
# - Move frames back before you average them; what moved within a frame is lost.
#
# In notebook 06 other patients are registered to ours, and their CTs are put together.
#
# ## Further reading
#
# - Maintz JBA, Viergever MA. A survey of medical image registration. Medical Image Analysis 2(1),
#   1998. doi:10.1016/S1361-8415(01)80026-8. All words of the field, in order.
# - Wells WM, Viola P, Atsumi H, Nakajima S, Kikinis R. Multi-modal volume registration by
#   maximization of mutual information. Medical Image Analysis 1(1), 1996.
#   doi:10.1016/S1361-8415(01)80004-9.
# - Maes F, Collignon A, Vandermeulen D, Marchal G, Suetens P. Multimodality image registration by
#   maximization of mutual information. IEEE Transactions on Medical Imaging 16(2), 1997.
#   doi:10.1109/42.563664.
# - Studholme C, Hill DLG, Hawkes DJ. An overlap invariant entropy measure of 3D medical image
#   alignment. Pattern Recognition 32(1), 1999. doi:10.1016/S0031-3203(98)00091-0. Why *normalised*
#   mutual information.
# - Jenkinson M, Smith S. A global optimisation method for robust affine registration of brain
#   images. Medical Image Analysis 5(2), 2001. doi:10.1016/S1361-8415(01)00036-6. Coarse grid, then
#   fine.
# - Burt PJ, Adelson EH. The Laplacian pyramid as a compact image code. IEEE Transactions on
#   Communications 31(4), 1983. doi:10.1109/TCOM.1983.1095851.
# - Fitzpatrick JM, West JB, Maurer CR. Predicting error in rigid-body point-based registration.
#   IEEE Transactions on Medical Imaging 17(5), 1998. doi:10.1109/42.736021. What an error in mm
#   means.
# - Ullisch MG, Scheins JJ, Weirich C, et al. MR-based PET motion correction procedure for
#   simultaneous MR-PET neuroimaging of human brain. PLoS ONE 7(11), 2012.
#   doi:10.1371/journal.pone.0048149.
