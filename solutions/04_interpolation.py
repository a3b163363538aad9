# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Interpolation", minutes: 90, slides: "25-27"}
# ---

# %% [markdown]
# # 04 Interpolation
#
# **In this notebook** you learn
# - to say where a voxel lies in mm, and which voxel lies at a place in mm, also when slices are
#   almost nine times as thick as pixels are wide,
# - to write nearest neighbour, bilinear and trilinear interpolation,
# - to say why images take linear interpolation and labels take nearest neighbour, and to count the
#   voxels of a tissue that is not there when somebody mixes them up,
# - to bring a label volume to another grid, and to measure what is left of its volumes,
# - to fill a pixel that has no label from its neighbours.
#
# Time: about 90 minutes. Slides: 25 to 27. You need numpy arrays, and HU and the attenuation map
# from the notebooks before.
#
# There are 9 exercises and 5 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np

from course_lib.data import datasets, phantom
from course_lib.display.figures import Panel, image_row
from course_lib.display.label_figures import tissue_row
from course_lib.display.widgets import interpolation as widgets
from course_lib.imaging import interpolation
from course_lib.imaging.resampling import resample, resize
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 The question
#
# *About 5 minutes, slide 25.*
#
# In notebook 03 the patient's MR images became an attenuation map. That map lies on the grid of
# the MR scan. The PET image that it shall correct has a grid of its own, with other voxels in other
# places. So the map has to be read where it has no voxel. Tomorrow the patient is scanned again and
# lies a little differently: then every voxel of the new scan falls *between* those of the old one.
# That is why slide 25 names interpolation first when it lists what a registration is made of.
#
# **What is the value of an image at a place where nobody measured?** And may the answer be the same
# for an image and for a label?
#
# The head below is the course's digital one, with known truth. All its voxels are cubes of 2 mm; we
# shall let the PET have voxels of 3 mm.

# %%
head = phantom.head()
mu_on_pet_grid = resample(head.mu_map, head.spacing, 3.0, "linear")
print(f"attenuation map: {head.mu_map.shape} voxels of {head.spacing[0]:g} mm")
print(f"PET:             {mu_on_pet_grid.shape} voxels of 3 mm")
image_row(
    [
        Panel(head.mu_map[60], "Attenuation map, 2 mm", "1/cm", (0, 0.15)),
        Panel(mu_on_pet_grid[40], "The same on the grid of the PET, 3 mm", "1/cm", (0, 0.15)),
    ],
    alt=(
        "Two axial slices through the attenuation map of a head in 1/cm, from 0 in air to 0.145 in "
        "compact bone: on voxels of 2 mm, and on voxels of 3 mm, where edges are softer."
    ),
)

# %%
phantom.CARD

# %% [markdown]
# ## 2 Index and world
#
# *About 12 minutes, slide 26.*
#
# An array counts voxels. A patient is measured in mm. Slide 26 shows two scans whose voxels are
# 0.5 x 0.5 x **0.6** mm³ and 0.5 x 0.5 x **4.4** mm³. "Ten voxels up" is 6 mm in the one and 44 mm
# in the other. Only mm mean the same in both.
#
# In this course axes are (Z, Y, X), so the spacings of the slide read (0.6, 0.5, 0.5) and
# (4.4, 0.5, 0.5). The **origin** is the place of the *centre* of the first voxel, as in DICOM:
#
# $$\text{point} = \text{origin} + \text{index} \cdot \text{spacing}$$
#
# (A scanner may also be tilted. Then DICOM gives the directions of rows and columns too, and the
# line above becomes a matrix, as in notebook 05.)
#
# ### Exercise: from index to mm


# %% exercise="index_to_mm"
def index_to_mm(index, spacing, origin):
    """Return where voxels lie in mm.

    index: array of shape (..., 3), in the order (Z, Y, X). spacing, origin: arrays of 3 numbers
    in mm, in the same order. Returns an array of the shape of index.
    Raises a ValueError if a spacing is not positive.
    """
    # BEGIN SOLUTION
    if (spacing <= 0).any():
        raise ValueError(f"The spacing is {spacing} mm; it must be positive.")
    return origin + index * spacing
    # END SOLUTION


# %%
check("index_to_mm", index_to_mm)

# %% [markdown]
# ### Exercise: and back
#
# An index may be a fraction. 10.5 lies halfway between the voxels 10 and 11.


# %% exercise="mm_to_index"
def mm_to_index(points, spacing, origin):
    """Return the index of points in mm, not rounded.

    points: array of shape (..., 3) in mm, (Z, Y, X). spacing, origin: as in index_to_mm.
    Returns an array of the shape of points.
    Raises a ValueError if a spacing is not positive.
    """
    # BEGIN SOLUTION
    if (spacing <= 0).any():
        raise ValueError(f"The spacing is {spacing} mm; it must be positive.")
    return (points - origin) / spacing
    # END SOLUTION


# %%
check("mm_to_index", mm_to_index)

# %% [markdown]
# A radiologist reports a finding at voxel [70, 120, 90] of the thin scan. **Predict:** which voxel
# is it in the thick scan? And where would the *same index* lead there?

# %%
my_index_to_mm, my_mm_to_index = use("index_to_mm", index_to_mm), use("mm_to_index", mm_to_index)
thin, thick = np.array([0.6, 0.5, 0.5]), np.array([4.4, 0.5, 0.5])
origin = np.array([-60.0, -90.0, -70.0])
finding = my_index_to_mm(np.array([70, 120, 90]), thin, origin)
print("the finding lies at", finding, "mm")
print("index in the thick scan:", my_mm_to_index(finding, thick, origin).round(2))
print("the same index there:   ", my_index_to_mm(np.array([70, 120, 90]), thick, origin), "mm")

# %% [markdown]
# Between slice 9 and slice 10, and the same index is 266 mm higher, far above the patient. Mix-ups
# are common, because conventions differ:
#
# | | order | unit |
# |---|---|---|
# | numpy arrays, this course | (Z, Y, X) | index, or mm from the centre of the first voxel |
# | SimpleITK: `GetSize`, `GetSpacing`, `GetOrigin` | (X, Y, Z) | mm |
# | SimpleITK: `GetArrayFromImage` | (Z, Y, X) | |
# | nibabel arrays | mostly (X, Y, Z), toward right, front and top | matrix `affine`, mm |
# | DICOM `PixelSpacing` | row distance, column distance, so (Y, X) | mm |
# | DICOM `ImagePositionPatient` | (X, Y, Z), toward left, back and top | mm, per slice |
#
# ### Quiz: which voxel?
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("nearest_voxel")

# %% quiz="nearest_voxel"
quiz_nearest_voxel = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_nearest_voxel", quiz_nearest_voxel)

# %% [markdown]
# ## 3 Nearest neighbour
#
# *About 8 minutes, slide 26.*
#
# The simplest answer: take the value of the nearest voxel. Three details decide whether it is
# right.
#
# - **Round, don't cut.** The index 1.7 is nearest to 2. Halfway, at 1.5, somebody has to decide;
#   we go up: `np.floor(index + 0.5)`. (Python's `round` goes to the even number.)
# - **An image is larger than its centres.** A voxel reaches half a spacing to each side, so the
#   image begins at the index -0.5 and ends at n - 0.5.
# - **Outside, nothing was measured.** Say so. In Python `image[-1]` is the *last* slice: without a
#   check, the top of the head appears below the neck.
#
# ### Exercise: the nearest value


# %% exercise="nearest_value"
def nearest_value(image, point_mm, spacing):
    """Return the value of the voxel nearest to one point.

    image: array with 2 or 3 axes. point_mm: one number for each axis, in mm from the centre of
    the first voxel. spacing: one number for each axis, in mm. Halfway, the higher index counts.
    Raises a ValueError if the point lies more than half a voxel beyond the outermost centres.
    """
    # BEGIN SOLUTION
    nearest = np.floor(point_mm / spacing + 0.5).astype(int)
    if (nearest < 0).any() or (nearest >= image.shape).any():
        raise ValueError(f"The point {point_mm} mm lies outside the image.")
    return image[tuple(nearest)]
    # END SOLUTION


# %%
check("nearest_value", nearest_value)

# %% [markdown]
# ## 4 Linear
#
# *About 17 minutes, slide 26.*
#
# Between two voxels $a$ and $b$, at the fraction $t$ of the way (0 on $a$, 1 on $b$), draw a
# straight line:
#
# $$f = (1 - t) \, a + t \, b$$
#
# ### Quiz: between two slices

# %%
ask("between_slices")

# %% quiz="between_slices"
quiz_between_slices = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_between_slices", quiz_between_slices)

# %% [markdown]
# In two dimensions do it along the columns in both rows, and then between the two results. The
# order does not matter. Written out, each of the four pixels has a weight, the product of two:
#
# $$f = (1-s)(1-t) \, f_{00} + (1-s) \, t \, f_{01} + s \, (1-t) \, f_{10} + s \, t \, f_{11}$$
#
# where $s$ is the fraction along the rows' axis and $t$ along the columns'. In the picture, each
# weight is an area. **Predict before you move the point:** where are all four weights equal? Where
# has one pixel all of it? Then choose slices of 4.4 mm: how far, in mm, does one value reach?

# %%
widgets.point_between_pixels()

# %% [markdown]
# <details><summary>Answers</summary>
#
# In the middle of the cell all four weights are 1/4. On the centre of a pixel that pixel has the
# weight 1: linear interpolation keeps all measured values. With slices of 4.4 mm a value reaches
# almost 4.4 mm up and down, and with pixels of 0.5 mm only 0.5 mm to the sides: the cell is a
# long, thin box in the patient, even if an array looks square.
# </details>
#
# ### Exercise: a bilinear value
#
# At the border one of the four pixels does not exist. In the rim of half a pixel beyond the
# outermost centres the border's value holds: **clip** the index to 0 and n - 1 and take the lower
# pixel at most n - 2. Real images come as `uint8` or `int16`: convert to float before you subtract.


# %% exercise="bilinear_value"
def bilinear_value(image, point):
    """Interpolate linearly between the four pixels around one point.

    image: array of shape (rows, columns), at least 2 of each. point: index (row, column), may be a
    fraction. Returns a decimal number.
    Raises a ValueError if the point lies more than half a pixel beyond the outermost centres.
    """
    # BEGIN SOLUTION
    last = np.array(image.shape) - 1
    if (point < -0.5).any() or (point > last + 0.5).any():
        raise ValueError(f"The point {point} lies outside the image.")
    point = np.clip(point, 0, last)
    row, column = np.minimum(point.astype(int), last - 1)
    s, t = point - (row, column)
    (a, b), (c, d) = image[row : row + 2, column : column + 2].astype(float)
    return (1 - s) * ((1 - t) * a + t * b) + s * ((1 - t) * c + t * d)
    # END SOLUTION


# %%
check("bilinear_value", bilinear_value)

# %% [markdown]
# Your two functions at work on a real CT: the bone around the inner ear, 24 x 32 pixels of 0.43 mm,
# read at four times as many places along each axis.

# %%
my_nearest, my_bilinear = use("nearest_value", nearest_value), use("bilinear_value", bilinear_value)
ct = datasets.ct_head()
ear = ct.values[266:290, 140:172]
places = [[np.array([r, c]) for c in np.arange(0, 31, 1 / 4)] for r in np.arange(0, 23, 1 / 4)]
image_row(
    [
        Panel(
            np.array([[my_nearest(ear, p, np.ones(2)) for p in row] for row in places]),
            "Nearest neighbour", "", (-1000, 1800),
        ),
        Panel(
            np.array([[my_bilinear(ear, p) for p in row] for row in places]),
            "Bilinear", "HU", (-1000, 1800),
        ),
    ],
    alt=(
        "The bone around the inner ear in a CT, dense bone beside air cells, in HU, enlarged four "
        "times. Nearest neighbour: every pixel is a square and edges are stairs. Bilinear: smooth, "
        "without stairs."
    ),
)  # fmt: skip

# %% [markdown]
# No new detail appears on the right. Interpolation makes pixels smaller, not the scanner better.
#
# ### Exercise: trilinear weights
#
# In a volume, eight voxels take part. Write their weights: `weights[1, 0, 1]` belongs to the voxel
# one step up along Z, none along Y and one along X.


# %% exercise="trilinear_weights"
def trilinear_weights(fraction):
    """Return the weights of the eight voxels around a point.

    fraction: array of 3 numbers from 0 to 1, along (Z, Y, X), from the lower voxel.
    Returns an array of shape (2, 2, 2) whose elements add up to 1.
    Raises a ValueError if a fraction lies outside of 0 to 1.
    """
    # BEGIN SOLUTION
    if (fraction < 0).any() or (fraction > 1).any():
        raise ValueError(f"The fractions are {fraction}; they must lie in 0 to 1.")
    z, y, x = (np.array([1 - t, t]) for t in fraction)
    return z[:, None, None] * y[:, None] * x
    # END SOLUTION


# %%
check("trilinear_weights", trilinear_weights)

# %% [markdown]
# A consequence that few expect: a mean of eight noisy voxels is less noisy. If all have the noise
# $\sigma$, independent of each other, the interpolated value has $\sigma \sqrt{\sum w^2}$.
# **Predict** how much is left in the middle of eight voxels. Then compare with 64 000 voxels of
# noise.

# %%
my_weights = use("trilinear_weights", trilinear_weights)
noise = np.random.default_rng(4).normal(0, 1, (41, 41, 41))
corners = np.stack(np.meshgrid(*[np.arange(40)] * 3, indexing="ij"), axis=-1)
for t in (0.0, 0.25, 0.5):
    expected = np.sqrt((my_weights(np.full(3, t)) ** 2).sum())
    found = interpolation.linear_at(noise, corners + t).std()
    print(f"fraction {t:.2f}: expected {expected:.3f}, found {found:.3f}")

# %% [markdown]
# In the middle a third of the noise is left, on the voxel all of it. So an image that was shifted
# by half a voxel looks better than the original, and texture that you measure in it is another one.
# Whoever compares noise, texture or a PET maximum before and after must interpolate both or none.
#
# ## 5 Thick slices
#
# *About 7 minutes, slide 26.*
#
# Back to the slide's two scans. Its pictures are lost; ours is a coronal view of a real average
# brain. Its axial slices are 1 mm thick. Then we average them to thicker slices, as a scanner would
# measure them, and read the picture back at 1 mm.
#
# **Predict, then look:**
# 1. At 4 mm: what does nearest neighbour do to the edge of the brain? What does linear do?
# 2. Which of the two has the smaller error? By how much?
# 3. From which thickness on can you no longer follow the dark fold between the hemispheres and the
#    bottom of the ventricles? Does the method of interpolation change that?

# %%
widgets.thick_slices()

# %% [markdown]
# <details><summary>What we see</summary>
#
# 1. Nearest neighbour makes stairs, as high as a slice is thick. Linear has no stairs but blurs.
# 2. Linear, by about an eighth at 4 mm. The larger part of the error stays: what lies inside a
#    slice was averaged when it was measured, and no interpolation brings it back.
# 3. What runs from top to bottom survives, what lies flat disappears, in both. A coronal view of
#    slices of 4.4 mm is not a scan at 0.5 mm, however smooth it looks.
# </details>
#
# ## 6 Labels
#
# *About 17 minutes, slide 26.*
#
# Slide 26 gives the rule: **images take trilinear interpolation (or similar), labels take nearest
# neighbour**, because values such as 0 and 1 must stay whole numbers. Why not simply round? Look at
# the tissues of our head:

# %%
for tissue in phantom.TISSUES:
    print(f"{tissue.label}  {tissue.name:20s} {tissue.mu:.4f} 1/cm")

# %% [markdown]
# Labels are names. That fat has the number 3, between soft tissue and compact bone, means nothing.
#
# ### Quiz: what comes out?

# %%
ask("invented_label")

# %% quiz="invented_label"
quiz_invented_label = "A"  # "A", "B" or "C"

# %%
check("quiz_invented_label", quiz_invented_label)

# %% [markdown]
# Now bring a label volume to another grid. The patient does not change, so the old and the new
# voxels fill **the same box**, and they share its *faces*. Measured from the face, the centre of
# the new voxel $i$ lies at $(i + \frac12)$ new spacings, and the old voxel there is
#
# $$\left\lfloor \left(i + \tfrac12\right) \frac{\text{new spacing}}{\text{spacing}} \right\rfloor$$
#
# Putting the *centres* of the first voxels on each other is the commonest mistake: it moves the
# patient by half the difference of the spacings.
#
# ### Exercise: labels on a new spacing


# %% exercise="resample_labels"
def resample_labels(labels, spacing, new_spacing):
    """Give a label volume another spacing, by nearest neighbour.

    labels: array of whole numbers with the axes (Z, Y, X). spacing, new_spacing: arrays of 3
    numbers in mm. The result has round(n * spacing / new_spacing) voxels along each axis, at least
    one; both boxes begin at the same face; halfway, the higher index counts.
    Raises a ValueError if a spacing is not positive.
    """
    # BEGIN SOLUTION
    if (spacing <= 0).any() or (new_spacing <= 0).any():
        raise ValueError(f"The spacings are {spacing} and {new_spacing} mm; all must be positive.")
    chosen = []
    for n, step in zip(labels.shape, new_spacing / spacing, strict=True):
        count = max(round(n / step), 1)
        inside = np.floor((np.arange(count) + 0.5) * step).astype(int)
        chosen.append(np.minimum(inside, n - 1))
    return labels[np.ix_(*chosen)]
    # END SOLUTION


# %%
check("resample_labels", resample_labels)

# %% [markdown]
# Nearest neighbour and linear, side by side, on the tissues of the head. The picture on the right
# shows only pixels that are *invented*: none of the pixels around them has this tissue.
#
# **Look for** the line around the skin, and find out which tissue it is. What surrounds the eyes
# (slice "eyes and skull base")? Can you find a new spacing at which nothing is invented?

# %%
widgets.invented_labels()

# %% [markdown]
# <details><summary>What we see</summary>
#
# Between air (0) and soft tissue (2) lies 1, air *in* the head: a shell around the whole skin.
# Between fat (3) and the fluid of the eye (6) lie 4 and 5: the eyes get a shell of bone. Between
# compact bone (4) and cerebrospinal fluid (6) lies 5, so the skull is lined with spongy bone. At
# 2 mm the old and the new centres coincide and nothing is invented, and at 0.5 mm they are
# 3 % of the slice through the middle of the brain, as at 1.25 mm: finer is not safer.
# </details>
#
# How many are there in the whole head? A program has to find them. Take one label after the other:
# as a mask, resized *linearly*, it is above 0 wherever at least one of the voxels around has that
# label. A voxel whose label reaches it from nowhere is invented.
#
# ### Exercise: invented voxels


# %% exercise="invented_voxels"
def invented_voxels(labels, resized):
    """Find the voxels whose label none of the voxels around them has.

    labels: array of whole numbers or bool. resized: the same labels on another grid in the same
    box, however they came there. Returns a bool array of the shape of resized.
    You may use resize(mask, shape, "linear"), imported above.
    Raises a ValueError if the labels are not whole numbers.
    """
    # BEGIN SOLUTION
    if labels.dtype.kind not in "biu":
        raise ValueError(f"The labels are {labels.dtype}; whole numbers are needed.")
    explained = np.zeros(resized.shape, bool)
    for label in np.unique(labels):
        reach = resize(labels == label, resized.shape, "linear") > 0
        explained |= (resized == label) & reach
    return ~explained
    # END SOLUTION


# %%
check("invented_voxels", invented_voxels)

# %%
my_resample, my_invented = (
    use("resample_labels", resample_labels),
    use("invented_voxels", invented_voxels),
)
spacing, finer = np.array(head.spacing), np.full(3, 1.3)
nearest = my_resample(head.labels, spacing, finer)
linear = np.rint(resize(head.labels, nearest.shape, "linear")).astype(np.uint8)
wrong = my_invented(head.labels, linear)
print(f"nearest neighbour: {my_invented(head.labels, nearest).sum()} invented voxels")
print(f"linear, rounded:   {wrong.sum():,} of {linear.size:,} ({100 * wrong.mean():.1f} %)")
for tissue in phantom.TISSUES:
    count = int((wrong & (linear == tissue.label)).sum())
    if count:
        share = 100 * count / (linear == tissue.label).sum()
        print(f"   {tissue.name:20s} {count:7,} invented, {share:3.0f} % of all that it has now")

# %% [markdown]
# Two thirds of the "air in the head" are not there, and more than a fifth of the fat and of the
# spongy bone.
#
# ## 7 Volumes
#
# *About 9 minutes.*
#
# What a physician wants to know of a mask is often one number: its volume. For tumours and lesions
# it decides on treatment.
#
# ### Exercise: the volume of a mask


# %% exercise="mask_volume_ml"
def mask_volume_ml(mask, spacing):
    """Return the volume of a mask in ml; 1 ml is 1000 cubic mm.

    mask: bool array with the axes (Z, Y, X). spacing: array of 3 numbers in mm.
    Raises a ValueError if the mask is not bool: labels would count as often as their number says.
    """
    # BEGIN SOLUTION
    if mask.dtype != bool:
        raise ValueError(f"The mask holds {mask.dtype}; a bool array is needed.")
    return np.count_nonzero(mask) * np.prod(spacing) / 1000
    # END SOLUTION


# %%
check("mask_volume_ml", mask_volume_ml)

# %%
ask("lesion_volume")

# %% quiz="lesion_volume"
quiz_lesion_volume = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_lesion_volume", quiz_lesion_volume)

# %% [markdown]
# **A round trip.** The labels go to the grid of the PET, 3 mm, and come back to 2 mm. How much of
# each tissue is kept? Predict the worst tissue for linear interpolation before you run the cell.

# %%
my_volume = use("mask_volume_ml", mask_volume_ml)
pet_spacing = np.full(3, 3.0)
there_and_back = my_resample(my_resample(head.labels, spacing, pet_spacing), pet_spacing, spacing)
there = np.rint(resample(head.labels, spacing, pet_spacing, "linear"))
linear_back = np.rint(resample(there, pet_spacing, spacing, "linear")).astype(np.uint8)
print("kept after 2 mm, 3 mm, 2 mm:    volume   nearest   linear, rounded")
for tissue in phantom.TISSUES[1:]:
    before, *after = (
        my_volume(volume == tissue.label, spacing)
        for volume in (head.labels, there_and_back, linear_back)
    )
    kept = "  ".join(f"{100 * ml / before:7.0f} %" for ml in after)
    print(f"{tissue.name:28s} {before:7.0f} ml {kept}")

# %% [markdown]
# Nearest neighbour keeps all volumes within a few per cent. Voxel by voxel it is not exact (thin
# structures break up), but what is lost here is gained there. Linear interpolation is not unlucky,
# it is **biased**: each time, what has a number between its neighbours grows, and compact bone,
# squeezed between soft tissue and fluid, loses a fifth.
#
# Small things are another matter. A lesion of 8 mm in slices of 4.4 mm meets one or two slices.
# **Predict:** by how many percent does its measured volume change when the patient lies 2 mm
# higher? How small must a lesion be to be missed altogether? How thin must slices be for 5 %?

# %%
widgets.measured_volume()

# %% [markdown]
# <details><summary>What we see</summary>
#
# With a radius of 4 mm and slices of 4.4 mm the measured volume lies between 82 and 115 % of the
# true one, and nothing but luck decides. A lesion that is smaller than the distance of the slices
# can fall between two centres and have the volume 0. With slices of 2 mm it lies between 94 and 103
# %, with 1.6 mm within 5 %. The *mean* over all positions is exactly right: nearest neighbour has
# no bias here, only scatter. But a patient has one lesion, not the mean of a thousand.
#
# So between two visits, a change of 20 % of a small lesion in thick slices may be no change at all.
# Notebook 07 follows lesions over time.
# </details>
#
# ## 8 Quiz 3 of the lecture
#
# *About 7 minutes, slide 27.*
#
# Slide 27 shows coloured pixels around a white one. **Its figure is lost. The grid below is ours**,
# made so that the answer depends on the rule: the corners, the edges and one odd pixel each say
# something else.

# %%
ask("white_pixel")

# %% quiz="white_pixel"
quiz_white_pixel = "B"  # "A", "B" or "C"

# %%
check("quiz_white_pixel", quiz_white_pixel)

# %% [markdown]
# "Nearest neighbour" alone does not settle it: four neighbours are equally near. **4-connectivity**
# says who counts: above, below, left and right, at a distance of 1; corners lie at $\sqrt 2$. Among
# the four, the **majority** decides. And when two say one thing and two another? The slide does not
# ask; we take the lowest label, so that the same image always gives the same result.
#
# ### Exercise: the label that most neighbours have


# %% exercise="majority_of_neighbors"
def majority_of_neighbors(labels, row, column):
    """Return the label that most of the up to four neighbours of a pixel have.

    labels: array of whole numbers, not negative. row, column: a pixel; its own label does not
    count. Neighbours outside the image do not count. In a tie, the lowest label wins.
    Raises a ValueError if the pixel has no neighbours.
    """
    # BEGIN SOLUTION
    beside = []
    for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
        if 0 <= r < labels.shape[0] and 0 <= c < labels.shape[1]:
            beside.append(labels[r, c])
    if not beside:
        raise ValueError("The image has one pixel only; it has no neighbours.")
    found, votes = np.unique(beside, return_counts=True)
    return found[votes.argmax()]
    # END SOLUTION


# %%
check("majority_of_neighbors", majority_of_neighbors)

# %% [markdown]
# Where do white pixels come from? Here: turn a label image by 20 degrees, and **push** every pixel
# to its new place, rounded to the grid. Some places are met twice, others never.

# %%
my_majority = use("majority_of_neighbors", majority_of_neighbors)
labels = head.plane("axial", 10.0).labels
center = (np.array(labels.shape) - 1) / 2
c, s = np.cos(np.deg2rad(20)), np.sin(np.deg2rad(20))
turn = np.array([[c, -s], [s, c]])
pixels = np.argwhere(np.ones(labels.shape, bool))
pushed = np.full(labels.shape, 255, np.uint8)  # 255: no label yet
goal = np.floor((pixels - center) @ turn.T + center + 0.5).astype(int)
inside = ((goal >= 0) & (goal < labels.shape)).all(axis=1)
pushed[tuple(goal[inside].T)] = labels[tuple(pixels[inside].T)]

# The other way round: pull. For each new pixel, look where it comes from.
source = (pixels - center) @ turn + center
pulled = interpolation.nearest_at(labels, source, outside=255).reshape(labels.shape)
holes = np.argwhere((pushed == 255) & (pulled != 255))
filled = pushed.copy()
for row, column in holes:
    filled[row, column] = my_majority(pushed, row, column)
agreed = np.mean([filled[r, c] == pulled[r, c] for r, c in holes])
print(f"{len(holes)} pixels without a label after pushing, none after pulling")
print(f"filled by the majority of the neighbours: {100 * agreed:.0f} % as pulled")
tissue_row(
    [pushed, filled, pulled],
    ["Pushed", "Pushed, then filled", "Pulled"],
    alt=(
        "An axial slice of nine tissues turned by 20 degrees. Pushed: purple pixels without a "
        "label everywhere, in a regular pattern. Filled by the majority of the neighbours: none "
        "left inside. Pulled: none. Purple corners come from outside the image."
    ),
    caption="Purple: no label.",
)

# %% [markdown]
# So nobody pushes. Every program goes through the *new* grid and pulls: it asks for each new voxel
# where it comes from, and interpolates there. The transforms of notebook 05 therefore lead from the
# new image to the old one, which feels backwards to everybody at first. Filling by the majority is
# still needed where labels are truly missing: holes, contours with gaps, atlases that do not agree
# (notebook 06).
#
# ## 9 In practice
#
# *About 4 minutes.*
#
# What a hospital would use, its agreement with ours, and the time on your computer. All of them
# bring the head from 2 mm to about 3 mm in the same box.

# %%
import SimpleITK as sitk
from scipy import ndimage
from skimage import transform

SHAPE = (81, 85, 65)
hu = head.ct.astype(np.float32)


def itk_resize(volume, interpolator):
    """Bring a volume to SHAPE with SimpleITK; its order is (X, Y, Z)."""
    image = sitk.GetImageFromArray(volume)
    image.SetSpacing([2.0, 2.0, 2.0])
    new = [2.0 * old / count for old, count in zip(volume.shape[::-1], SHAPE[::-1], strict=True)]
    first = [(step - 2.0) / 2 for step in new]  # the boxes share their faces
    result = sitk.Resample(
        image, SHAPE[::-1], sitk.Transform(), interpolator, first, new, image.GetDirection()
    )
    return sitk.GetArrayFromImage(result)


def milliseconds(call):
    """Return the median time of three calls in ms."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def compare(name, ours, theirs):
    """Print how far two functions are apart, and how long each takes."""
    apart = np.abs(ours().astype(float) - theirs()).max()
    times = f"ours {milliseconds(ours):4.0f} ms, theirs {milliseconds(theirs):4.0f} ms"
    print(f"{name:44s} largest difference {apart:7.1e}, {times}")


def our_labels():
    """Return the labels by the course's function."""
    return resize(head.labels, SHAPE, "nearest")


def our_ct():
    """Return the CT by the course's function."""
    return resize(hu, SHAPE, "linear")


compare(
    "SimpleITK Resample, sitkNearestNeighbor",
    our_labels,
    lambda: itk_resize(head.labels, sitk.sitkNearestNeighbor),
)
compare("SimpleITK Resample, sitkLinear", our_ct, lambda: itk_resize(hu, sitk.sitkLinear))
compare(
    "scikit-image resize, order=1, edge",
    our_ct,
    lambda: transform.resize(hu, SHAPE, order=1, mode="edge", anti_aliasing=False),
)
ratio = np.array(SHAPE) / hu.shape
compare(
    "scipy ndimage.zoom, order=1, grid_mode=True",
    our_ct,
    lambda: ndimage.zoom(hu, ratio, order=1, mode="nearest", grid_mode=True),
)

# %% [markdown]
# What to know before you use them:
# - `ndimage.zoom` without `grid_mode=True` puts the *centres* of the outermost voxels on each
#   other. The image is stretched: at its border by half the difference of the spacings. And its
#   `order` is 3 by default, cubic splines, which overshoot: labels appear that are larger than any
#   there was.
# - `skimage.transform.resize` smooths by default when it makes an image smaller, which is right for
#   images (notebook 05) and wrong for labels: `order=0, anti_aliasing=False, preserve_range=True`.
# - `sitk.Resample` takes size, spacing and origin in the order (X, Y, Z), and linear interpolation
#   unless told otherwise: give labels `sitk.sitkNearestNeighbor`. Outside it writes 0, which is
#   water in a CT: give it -1000.
# - In MONAI, `Spacingd` takes one mode for each key; forget it for the label, and you are
#   back in section 6.
#
# ## 10 In the hospital: when it fails
#
# *About 4 minutes.*
#
# **Linear interpolation of labels, up to the PET.** The labels of our patient go to the PET's grid,
# get their attenuation there, and the PET is corrected with it.

# %%
nac = resample(head.nac_pet, spacing, pet_spacing, "linear")
true_pet = resample(head.pet, spacing, pet_spacing, "linear")
maps = {
    "labels by nearest neighbour": phantom.paint(
        my_resample(head.labels, spacing, pet_spacing), "mu"
    ),
    "labels by linear interpolation": phantom.paint(there.astype(np.uint8), "mu"),
    "the map itself, linear": mu_on_pet_grid,
}
brain = my_resample(head.labels, spacing, pet_spacing) >= 7
errors = {}
for name, mu in maps.items():
    pet = phantom.correct_attenuation(nac, mu, 3.0)
    errors[name] = 100 * (pet / np.maximum(true_pet, 0.01) - 1)
    low, high = np.percentile(errors[name][brain], [1, 99])
    print(
        f"{name:31s} PET in the brain {errors[name][brain].mean():+.1f} % (1 to 99 %: "
        f"{low:+.1f} to {high:+.1f})"
    )
image_row(
    [
        Panel(np.where(brain, error, 0)[43], name, "" if last else "%", (-3, 3), "RdBu_r")
        for (name, error), last in zip(errors.items(), (True, True, False), strict=True)
    ],
    alt=(
        "Percent error of the PET in an axial slice of the brain for three attenuation maps, from "
        "-3 to 3 %. Labels by nearest neighbour: both signs, small. Labels by linear "
        "interpolation: too low almost everywhere. The map itself, interpolated linearly: almost "
        "no error."
    ),
    caption="Blue: PET too low. Red: PET too high. Shown in the brain only.",
)

# %% [markdown]
# One per cent too low in the whole brain, because a sixth of the compact bone is taken for
# something lighter. Nobody sees it in the picture. A trial that looks for changes of a few per cent
# does. The best is to interpolate what *is* an amount: the attenuation, not its label.
#
# **The order of the spacing.** A lesion of 20 x 20 x 5 voxels in the thick scan, and somebody who
# took SimpleITK's (X, Y, Z) for (Z, Y, X):

# %%
lesion = np.zeros((9, 30, 30), bool)
lesion[2:7, 5:25, 5:25] = True
for name, given in (("right, (Z, Y, X)", thick), ("turned round, (X, Y, Z)", thick[::-1])):
    size = np.ptp(np.argwhere(lesion), axis=0) + 1
    print(f"{name:24s} volume {my_volume(lesion, given):.2f} ml, size {size * given} mm")

# %% [markdown]
# The volume is right, so the test with the volume passes. The lesion is 88 mm wide.
#
# **A small lesion in thick slices** may have the volume 0: you saw it in section 7. **Padding** is
# no HU: the CT of this course holds -2000 outside of its round field of view, and linear
# interpolation beside it gives -1500 HU, which no tissue has. Mask it before. **Interpolating
# twice** blurs twice: compose the transforms and interpolate once (notebook 05). **A smooth picture
# of thick slices** looks as if more had been measured than was.
#
# ### Before you interpolate, ask
# 1. Amounts or names? Linear or nearest.
# 2. Is the order (Z, Y, X) or (X, Y, Z), and is the origin a centre or a corner?
# 3. Do the boxes share their faces?
# 4. What is written outside, and is that a possible value?
# 5. Does the new grid have larger voxels? Then smooth first (notebook 05).

# %% [markdown]
# ## Go further (not graded)
#
# Nearest neighbour makes stairs in labels, too. There is a way that invents nothing and is
# smoother: turn each label into a mask, interpolate every mask linearly, and take the label with
# the largest share. SimpleITK has it as `sitkLabelLinear`.

# %%
smooth = np.zeros(nearest.shape, np.uint8)
largest = np.zeros(nearest.shape, np.float32)
for tissue in phantom.TISSUES:
    share = resize(head.labels == tissue.label, nearest.shape, "linear")
    smooth[share > largest] = tissue.label
    largest = np.maximum(largest, share)
print(f"invented voxels: {my_invented(head.labels, smooth).sum()}")
part = np.s_[92, 20:110, 30:120]
tissue_row(
    [my_resample(head.labels, spacing, finer)[part], smooth[part]],
    ["Nearest neighbour", "Largest share"],
    alt=(
        "A part of an axial label slice at 1.3 mm. Nearest neighbour: borders are jagged. Largest "
        "share: the same tissues with smoother borders."
    ),
)

# %% [markdown]
# Does it keep volumes? Test it with the round trip of section 7. What happens to a structure that
# is one voxel thin?
#
# ## Take along
#
# - Only mm mean the same in two scans. Write down the order of the axes.
# - Nearest neighbour copies, linear mixes. Images take linear, labels take nearest neighbour.
# - Linear interpolation of labels invents tissue: not a little here and there, but along every
#   border between labels that are not neighbours in number.
# - Interpolation adds no detail, changes noise, and is done once.
# - New grids are pulled, never pushed.
#
# ## Further reading
#
# - Lehmann TM, Gönner C, Spitzer K. Survey: interpolation methods in medical image processing. IEEE
#   Transactions on Medical Imaging 18(11), 1999. doi:10.1109/42.816070. Kernels side by side, with
#   their errors and times.
# - Thévenaz P, Blu T, Unser M. Interpolation revisited. IEEE Transactions on Medical Imaging 19(7),
#   2000. doi:10.1109/42.875199. Why splines do better than their reputation.
# - Meijering E. A chronology of interpolation. Proceedings of the IEEE 90(3), 2002.
#   doi:10.1109/5.993400. From Babylon to the scanner.
# - Grevera GJ, Udupa JK. Shape-based interpolation of multidimensional grey-level images. IEEE
#   Transactions on Medical Imaging 15(6), 1996. doi:10.1109/42.544506. Shapes between thick slices
#   from distance maps.
# - Schaerer J, Roche F, Belaroussi B. A generic interpolator for multi-label images. The Insight
#   Journal, 2014. hdl.handle.net/10380/3506. The largest share, in ITK.
# - DICOM standard, PS3.3, C.7.6.2 (Image Plane: position, orientation, pixel spacing).
