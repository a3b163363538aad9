# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Compression and DICOM", minutes: 90, slides: "4-10"}
# ---

# %% [markdown]
# # 01 Compression and DICOM
#
# **In this notebook** you learn
# - to store an image exactly with the fewest digits, as whole numbers with a slope and an
#   intercept,
# - to keep a region as its outline or as run lengths, to count the bytes, and to say when each of
#   them costs more than it saves,
# - to read stored numbers as Hounsfield units and to store Hounsfield units without losing any
#   value in silence,
# - to choose the slope for an integer type, and to know the largest error that it causes,
# - to write and read a real DICOM file, and to remove from its header what points at a person.
#
# Time: about 90 minutes. Slides: 4 to 10. You need numpy arrays and their types; nothing of the
# other notebooks.
#
# There are 10 exercises and 5 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import copy
import tempfile
import time
from pathlib import Path

import numpy as np
import pydicom

from course_lib.data import datasets
from course_lib.data.deidentification import deidentify, identifying_elements
from course_lib.data.dicom import read_ct
from course_lib.data.dicom_writing import ct_dataset, write
from course_lib.display.figures import Panel, image_row
from course_lib.display.outline_figures import draw_points, draw_two_outlines
from course_lib.display.widgets import compression_dicom as widgets
from course_lib.imaging import byte_counts, compression, outlines, quantization, rescaling
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 The question
#
# A patient lies in a PET/MR scanner. To know how much tracer is in the brain, the scanner must know
# how much radiation the head absorbs, and MR cannot measure that in bone. So a computer estimates a
# CT from the MR images. It stores this CT as DICOM and sends it to the scanner. The scanner reads
# it, turns it into an attenuation map, and corrects the PET.
#
# Between the two computers stands a file. A file holds whole numbers of a fixed size. **What is
# lost on the way, and would anybody notice?**
#
# Here is what such a file holds: one slice of a real CT, in Hounsfield units (HU). Air is -1000 HU,
# water is 0 HU, dense bone is 1000 HU and more.

# %%
head = datasets.ct_head()
image_row(
    [
        Panel(head.values, "The whole range", "HU"),
        Panel(head.values, "Soft tissue", "HU", limits=(-60, 140)),
    ],
    alt=(
        "A slice of a head at the level of the eyes, twice. With the whole range from -2000 to "
        "1896 HU: bright skull, gray brain, black air, and blacker corners outside a circle. With "
        "-60 to 140 HU only soft tissue has shades; brain is mid-gray."
    ),
)

# %%
head.card

# %%
print(f"{head.values.shape} pixels, {head.values.min()} to {head.values.max()} HU")
print(f"as numpy's usual 64-bit floats: {8 * head.values.size / 2**20:.1f} MiB for one slice")

# %% [markdown]
# A CT of a trunk has hundreds of slices, and a hospital makes many such scans a day. Two megabytes
# for a slice is too much. How few are enough?
#
# ## 2 The fewest digits
#
# The lecture's task: *store the image with the fewest digits, none of them negative* [slides 4-6].
# Its image holds 10, 5, 15 and -10. Every value takes the room of the longest one.
#
# ### Exercise: how many digits?


# %% exercise="digits_needed"
def digits_needed(image):
    """Return how many decimal digits every value gets when all get equally many.

    image: array of whole numbers. Returns a whole number.
    Raises a ValueError if the image holds a negative value: a sign is no digit.
    """
    # BEGIN SOLUTION
    if image.min() < 0:
        raise ValueError(f"The image holds {image.min()}; a negative value needs a sign.")
    return len(str(image.max()))
    # END SOLUTION


# %%
check("digits_needed", digits_needed)

# %% [markdown]
# The slide divides the image by 5, which gives 2, 1, 3, -2, and adds 2, which gives **4, 3, 5, 0**.
# One digit for each pixel, no sign, and nothing is lost, as long as somebody writes down how to go
# back. The usual way to write it down is
#
# $$\text{value} = \text{slope} \cdot \text{stored} + \text{intercept}$$
#
# - A stored 0 reads the **intercept**. For the smallest numbers, that must be the smallest value.
# - All other values lie whole steps above it. The largest step that fits all of them is the
#   **greatest common divisor of the differences** from the smallest value: that is the **slope**.
#
# Mind two things that the slide does not show. It adds 2 *after* dividing, so the intercept is not
# 2 but $-2 \cdot 5 = -10$. And the divisor is that of the differences: 7, 12 and 22 have no common
# divisor, but 0, 5 and 15 have one.
#
# ### Exercise: the integer image with the fewest digits


# %% exercise="integer_image"
def integer_image(image):
    """Store an image of whole numbers with the fewest non-negative digits.

    image: array of whole numbers. Returns three things: the stored array of whole numbers, the
    slope and the intercept, so that image == slope * stored + intercept.
    A constant image is stored as zeros with slope 1.
    Raises a ValueError if the image does not have an integer type.
    """
    # BEGIN SOLUTION
    if image.dtype.kind not in "iu":
        raise ValueError(f"The image has the type {image.dtype}; whole numbers are needed.")
    intercept = int(image.min())
    differences = image.astype(np.int64) - intercept
    slope = int(np.gcd.reduce(differences, axis=None)) or 1
    return differences // slope, slope, intercept
    # END SOLUTION


# %%
check("integer_image", integer_image)

# %%
my_integer_image = use("integer_image", integer_image)
spine = datasets.ct_spine()
for name, image in (
    ("lecture", np.array([[10, 5], [15, -10]])),
    ("spine", spine.values),
    ("head", head.values),
):
    stored, slope, intercept = my_integer_image(image)
    print(
        f"{name}: slope {slope}, intercept {intercept}, stored 0 to {stored.max()}: "
        f"{compression.digits_needed(stored)} decimal digits, or "
        f"{compression.digits_needed(stored, base=2)} bits"
    )

# %% [markdown]
# Twelve bits. The lecture's range of a CT, [-1024; 3071] HU, holds exactly 4096 = 2^12 values.
#
# **Labels** are another matter. In a label image, 57 may mean liver and 1003 kidney. The numbers
# are names, not amounts, so no slope is needed: a table will do, and an image of three labels needs
# the numbers 0, 1 and 2, whatever the labels are called.

# %%
labels = np.array([[0, 0, 57], [0, 1003, 57]])
compact, table = compression.compress_labels(labels)
print("stored:", compact.tolist(), "  table:", table.tolist())
print(
    "digits before and after:",
    compression.digits_needed(labels),
    compression.digits_needed(compact),
)
print("comes back:", np.array_equal(table[compact], labels))

# %% [markdown]
# ## 3 A region as its outline
#
# A surgeon draws a liver. Must all pixels be stored, or only the line around it? [slide 7]
#
# First we have to agree on what the line is. Look at the region below. On the left its boundary
# pixels are marked. They do not tell whether the hole is inside or outside, and where the region is
# one pixel wide, they are the region.
#
# So in this course an outline runs **along the edges of the pixels**. The pixel in row r and column
# c covers the square from corner (x, y) = (c, r) to (c + 1, r + 1). Every border gets a closed
# polygon, holes too. A pixel belongs to the region when its centre is enclosed an odd number of
# times. Then every mask comes back exactly, whatever it looks like.

# %%
mask = np.zeros((8, 12), dtype=bool)
mask[1:7, 1:7] = True
mask[3:5, 3:5] = False
mask[3, 7:11] = True
draw_two_outlines(mask)

# %% [markdown]
# Mind the order: points are **(x, y)**, as on the slide. Arrays are indexed **[row, column]**,
# which is (y, x). Nothing in medical imaging is mixed up more often.
#
# The lecture packs an outline as one row, $[x_1, x_2, \ldots, x_n, y_1, y_2, \ldots, y_n]$.
#
# ### Exercise: pack an outline


# %% exercise="pack_outline"
def pack_outline(points):
    """Pack points as [x1, ..., xn, y1, ..., yn].

    points: array of shape (N, 2), each row is (x, y). Returns an array of shape (2N,).
    Raises a ValueError for any other shape.
    """
    # BEGIN SOLUTION
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"The points have the shape {points.shape}; (N, 2) is needed.")
    return np.concatenate([points[:, 0], points[:, 1]])
    # END SOLUTION


# %%
check("pack_outline", pack_outline)

# %% [markdown]
# Points on a straight line between two others tell nothing new. The lecture's 9 points shrink to
# the 4 corners. The slide's figure is lost; this rectangle with its nine points is ours.

# %%
nine_points = np.array([[0, 0], [2, 0], [6, 0], [6, 1], [6, 4], [5, 4], [3, 4], [0, 4], [0, 2]])
draw_points(nine_points)

# %% [markdown]
# When does the line turn at a point? Call the step that arrives there $(a_x, a_y)$ and the step
# that leaves $(l_x, l_y)$. Both have one direction when their cross product
#
# $$a_x \, l_y - a_y \, l_x$$
#
# is 0. The outline is **closed**: the point before the first one is the last one.
#
# ### Exercise: drop collinear points


# %% exercise="drop_collinear"
def drop_collinear(points):
    """Keep the points of a closed outline at which it turns.

    points: array of shape (N, 2), each row is (x, y); the last point is joined to the first.
    Returns the corners in the same order.
    Raises a ValueError if fewer than three corners are left.
    """
    # BEGIN SOLUTION
    arriving = points - np.roll(points, 1, axis=0)
    leaving = np.roll(points, -1, axis=0) - points
    cross = arriving[:, 0] * leaving[:, 1] - arriving[:, 1] * leaving[:, 0]
    corners = points[cross != 0]
    if len(corners) < 3:
        raise ValueError("The points enclose no area.")
    return corners
    # END SOLUTION


# %%
check("drop_collinear", drop_collinear)

# %% [markdown]
# Now a real liver: from the mask to outlines, from there to packed corners, and all the way back.

# %%
my_pack, my_drop = use("pack_outline", pack_outline), use("drop_collinear", drop_collinear)
liver = datasets.liver_mask()
borders = outlines.trace(liver.values)
packed = [my_pack(my_drop(points)) for points in borders]
back = outlines.fill([row.reshape(2, -1).T for row in packed], liver.values.shape)
print(f"{len(borders)} borders: one around the liver, {len(borders) - 1} around small holes")
print(f"{sum(map(len, borders))} points, {sum(map(len, packed)) // 2} corners")
print("the mask comes back exactly:", np.array_equal(back, liver.values))

# %%
liver.card

# %% [markdown]
# Must it be exact? A point may also be dropped when the line stays *near* it. The tolerance below
# is the largest distance that a dropped point may have from the new outline (Douglas and Peucker,
# 1973).
#
# **Before you move anything:** how many of the liver's 826 corners do you need so that less than 1
# % of its pixels change? Write a number down. Then look at the bars. Which way of storing the
# *exact* region is the cheapest?

# %%
widgets.outline_tolerance()

# %% [markdown]
# <details><summary>What we see</summary>
#
# At a tolerance of 1.5 pixels 88 points are left, and 0.9 % of the pixels change. But six of the
# seven small holes have vanished. Whether they were vessels, cysts or noise, nobody will know.
#
# The cheapest exact way for this region is not the outline at all. Run lengths take 1,190 bytes,
# the corners 3,320: the border of a mask is a staircase, and every step has two corners. An outline
# wins when the border is smooth in world coordinates, or when a tolerance is allowed.
# </details>

# %%
ask("outline_numbers")

# %% quiz="outline_numbers"
quiz_outline_numbers = "E"  # "A", "B", "C", "D" or "E"

# %%
check("quiz_outline_numbers", quiz_outline_numbers)

# %% [markdown]
# ## 4 Run lengths
#
# A large part of a CT is air [slide 8]. Instead of writing -1024 four hundred times, write the
# value once and how often it follows itself.
#
# ### Exercise: run lengths of a row


# %% exercise="run_lengths"
def run_lengths(row):
    """Describe a row by its runs of equal values.

    row: array with one axis. Returns two arrays: the value of each run, and its length.
    Raises a ValueError if the row holds NaN, which equals nothing, not even itself.
    """
    # BEGIN SOLUTION
    if np.isnan(row).any():
        raise ValueError("The row holds NaN.")
    starts = np.concatenate([[0], np.flatnonzero(row[1:] != row[:-1]) + 1])
    return row[starts], np.diff(starts, append=len(row))
    # END SOLUTION


# %%
check("run_lengths", run_lengths)

# %%
my_run_lengths = use("run_lengths", run_lengths)
for name, image in (("the head", head.values), ("its bone as a mask", head.values > 300)):
    values, lengths = my_run_lengths(image.ravel())
    print(f"{name}: {len(lengths):,} runs for {image.size:,} pixels, the longest {lengths.max():,}")

# %% [markdown]
# 180 thousand runs for 262 thousand pixels: a run costs a value *and* a length, so the head as run
# lengths takes **more** room than before. Was the lecture wrong?
#
# **Before you touch the next picture:** what would have to change in this image so that run lengths
# pay off? Set the air to one value. Round to steps of 2, 4, 8 HU. What does each of them cost you?

# %%
widgets.bytes_of_a_ct()

# %% [markdown]
# <details><summary>What we see</summary>
#
# Real air is noisy: -1000 HU give or take 15. So hardly two neighbours are alike, and the only long
# runs are the padding outside the round field of view. When everything below -300 HU is set to
# -1024, half of the image becomes one value. Run lengths then take less than whole bytes, but still
# more than the fewest bits, and the sinuses and the air cells of the ear have lost their values for
# good. Rounding to 8 HU saves more and changes most pixels, by 4 HU at most; gray and white matter
# of the brain differ by about 10. (The picture and its bytes are of every second pixel.)
#
# Deflate, the method of zip and of DICOM's deflated transfer syntax, finds repetitions of any kind
# and needs no such help. It is exact, and still not the best: see section 9.
# </details>

# %%
ask("run_length_bytes")

# %% quiz="run_length_bytes"
quiz_run_length_bytes = "E"  # "A", "B", "C", "D" or "E"

# %%
check("quiz_run_length_bytes", quiz_run_length_bytes)

# %% [markdown]
# ## 5 DICOM: slope and intercept
#
# A DICOM file is a **header** and a **2-D array of pixels** [slide 8]. The header is a list of
# elements, each with a number (its tag) and a name. Here are those of a real CT of a spine that
# tell how to read its pixels:

# %%
header = pydicom.dcmread(datasets.path("ct_spine"))
header.group_dataset(0x0028)

# %% [markdown]
# Rescale Slope and Rescale Intercept are your slope and intercept. With slope 1 and intercept
# -1024, the lecture's stored row 0, 0, 0, 1034, ..., 1324, 0, 0 reads -1024, -1024, -1024, 10, ...,
# 300, -1024, -1024.
#
# One trap: numpy computes in the type of the stored array. In an unsigned type there is no -1024,
# and in 16 bits, 2 * 30000 is -5536, without a warning.
#
# ### Exercise: from stored numbers to HU


# %% exercise="stored_to_hu"
def stored_to_hu(stored, slope, intercept):
    """Read stored numbers.

    stored: array of whole numbers of any type. slope, intercept: numbers.
    Returns the values, an array of decimal numbers.
    Raises a ValueError if the slope is 0.
    """
    # BEGIN SOLUTION
    if slope == 0:
        raise ValueError("With a slope of 0 every pixel would read the same.")
    return slope * stored.astype(float) + intercept
    # END SOLUTION


# %%
check("stored_to_hu", stored_to_hu)

# %%
ask("read_value")

# %% quiz="read_value"
quiz_read_value = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_read_value", quiz_read_value)

# %% [markdown]
# The way back needs three decisions, and each is easily got wrong:
#
# 1. **Round.** Converting to an integer type cuts the decimals off. 10.9 becomes 10, and the mean
#    of the image drops by half a step.
# 2. **Look at the limits.** What does not fit wraps around: -976 becomes 64,560 in uint16.
# 3. **Refuse.** Clipping makes a picture that looks right. Somebody must be told.
#
# ### Exercise: from HU to stored numbers


# %% exercise="hu_to_stored"
def hu_to_stored(values, slope, intercept, dtype):
    """Store values as whole numbers of a type, each rounded to the nearest.

    values: array of decimal numbers, for example in HU. slope, intercept: numbers. dtype: name of
    an integer type, such as "uint16"; np.iinfo(dtype) knows its limits. Returns an array of that
    type.
    Raises a ValueError if the slope is 0, a value is not finite, or a value does not fit the type.
    """
    # BEGIN SOLUTION
    if slope == 0 or not np.isfinite(values).all():
        raise ValueError("The slope is 0, or a value is not finite.")
    stored = np.rint((values - intercept) / slope)
    limits = np.iinfo(dtype)
    if stored.min() < limits.min or stored.max() > limits.max:
        raise ValueError(f"{stored.min():.0f} to {stored.max():.0f} does not fit {dtype}.")
    return stored.astype(dtype)
    # END SOLUTION


# %%
check("hu_to_stored", hu_to_stored)

# %% [markdown]
# Now play with a whole image. The left picture is what the scanner would read. Blue pixels lie
# below the type, orange-red ones above it. Beside it is the error, and on the right the numbers
# that would be needed, with the limits of the type.
#
# **Predict first, then try:**
# 1. The spine starts in 8 bits with slope 8. Which is the smallest slope at which nothing is above
#    the type, if you may change the intercept? (The spine ranges from -896 to 1167 HU.)
# 2. Take the head in 16 bits unsigned with slope 1 and intercept -1024, as on the slide. Does it
#    fit? Let what does not fit wrap around, and look at the error's scale.
# 3. How can the head be stored without any error at all?

# %%
widgets.slope_and_intercept()

# %% [markdown]
# <details><summary>What we see</summary>
#
# 1. (1167 + 896) / 255 = 8.09, with intercept -896. In the steps of the slider: slope 8.1 with
#    intercept -896. Half a step is 4.05 HU.
# 2. No. The head has padding of -2000 outside the field of view, and some of its air is below
#    -1024. With wrap-around, the blackest part of the image reads 63,536 HU, an error of 65,536.
# 3. 16 bits signed with slope 1 and any intercept near 0: the head holds whole HU, so no step is
#    lost.
# </details>
#
# ## 6 Into a smaller type
#
# How large must the slope be? A range from low to high has to fit between the smallest and the
# largest number of the type. With $n$ numbers there are $n - 1$ steps:
#
# $$\text{slope} = \frac{\text{high} - \text{low}}{\text{largest} - \text{smallest}}, \qquad
# \text{intercept} = \text{low} - \text{slope} \cdot \text{smallest}$$
#
# ### Exercise: the smallest slope


# %% exercise="smallest_slope"
def smallest_slope(low, high, dtype):
    """Find the smallest slope with which a range fits a type, and the intercept that goes with it.

    low, high: numbers. dtype: name of an integer type, such as "int16". The whole type is used: low
    is stored as its smallest number and high as its largest. Returns slope and intercept.
    Raises a ValueError unless low is below high.
    """
    # BEGIN SOLUTION
    if not low < high:
        raise ValueError(f"The range {low} to {high} is empty or inverted.")
    limits = np.iinfo(dtype)
    slope = (high - low) / (limits.max - limits.min)
    return slope, low - slope * limits.min
    # END SOLUTION


# %%
check("smallest_slope", smallest_slope)

# %% [markdown]
# And now the lecture's quiz [slide 10].

# %%
ask("rescale")

# %% quiz="rescale"
quiz_rescale = "B"  # "A", "B" or "C"

# %%
check("quiz_rescale", quiz_rescale)

# %%
for slope, intercept in ((1.4, 1), (1.6, 0), (1, -19_660), (1, 19_660)):
    fit = quantization.fits(0, 52_427, slope, intercept, "int16")
    reach = slope * 32_767 + intercept
    print(f"slope {slope}, intercept {intercept:,}: reads up to {reach:,.1f}; fits: {fit}")
print(f"the largest value is stored as {52_427 / 1.6:,.1f}, rounded")

# %% [markdown]
# Look at the fourth line again. With the *other sign*, slope 1 fits as well: SHORT is signed, so
# intercept +19,660 uses its negative half, and whole values come back without any error. The quiz's
# answer is possible; it is not the best.
#
# What does a slope cost? Whatever is rounded to the nearest of two neighbours is never farther away
# than ... ?
#
# ### Exercise: the largest error


# %% exercise="largest_error"
def largest_error(slope):
    """Return the largest error that rounding to whole stored numbers can cause.

    slope: a number, which may be negative. Returns a number, in the unit of the image.
    Raises a ValueError if the slope is 0.
    """
    # BEGIN SOLUTION
    if slope == 0:
        raise ValueError("With a slope of 0 every stored number reads the same.")
    return abs(slope) / 2
    # END SOLUTION


# %%
check("largest_error", largest_error)

# %%
ask("rounding_error")

# %% quiz="rounding_error"
quiz_rounding_error = "B"  # "A", "B", "C", "D" or "E"

# %%
check("quiz_rounding_error", quiz_rounding_error)

# %%
my_slope, my_error = use("smallest_slope", smallest_slope), use("largest_error", largest_error)
smooth = spine.values + np.random.default_rng(1).uniform(-0.5, 0.5, spine.values.shape)
for dtype in ("uint8", "uint16"):
    slope, intercept = my_slope(smooth.min(), smooth.max(), dtype)
    found = np.abs(quantization.rounding_error(smooth, slope, intercept)).max()
    print(f"{dtype}: slope {slope:.4g} HU, half a step {my_error(slope):.4g}, found {found:.4g} HU")

# %% [markdown]
# ## 7 PET: a slope for each slice
#
# In a CT, 12 bits cover everything from air to bone in steps of 1 HU. In PET, a full bladder can
# hold hundreds of times the activity of the tissue beside it. One slope for the whole body has to
# reach the bladder, and its steps are then wide everywhere. So in PET every slice may have a slope
# of its own, and by the standard the intercept is always 0 (PS3.3, C.8.9.4).
#
# ### Exercise: the slope of each slice


# %% exercise="slope_per_slice"
def slope_per_slice(volume, dtype):
    """Return for each slice the smallest slope that fits, with intercept 0.

    volume: array of shape (Z, Y, X), activity, not negative. dtype: name of an integer type.
    The slice's largest value is stored as the type's largest number. A slice without activity gets
    slope 1. Returns an array of shape (Z,).
    Raises a ValueError if a value is negative.
    """
    # BEGIN SOLUTION
    if volume.min() < 0:
        raise ValueError(f"The volume holds {volume.min()}; activity is not negative.")
    slopes = volume.max(axis=(1, 2)) / np.iinfo(dtype).max
    slopes[slopes == 0] = 1
    return slopes
    # END SOLUTION


# %%
check("slope_per_slice", slope_per_slice)

# %% [markdown]
# pydicom comes without a PET, so the volume below is **made up**; only its range is taken from
# life. **Guess first:** by how many percent can the activity of a cold slice be wrong in 16 bits,
# if one slope serves all slices? And in 8 bits?

# %%
widgets.pet_slopes()

# %% [markdown]
# <details><summary>What we see</summary>
#
# In 16 bits the error is about 1 %, in 8 bits the tissue disappears altogether. With a slope for
# each slice both are harmless. The price: whoever reads the slices must use each slice's own slope.
# Section 10 shows what happens if not.
# </details>
#
# ## 8 A real file
#
# Time to write one. Let us say that the spine is our estimated CT, in decimals. It goes into a
# DICOM file and comes back.

# %%
folder = tempfile.TemporaryDirectory()
path = Path(folder.name, "estimated_ct.dcm")
dataset = ct_dataset(smooth, spine.spacing_mm, thickness_mm=5, slope=0.1, intercept=-1024)
write(path, dataset)
ct = read_ct(path)
print(f"{path.name}: {path.stat().st_size:,} bytes, of which pixels {ct.stored.nbytes:,}")
print(f"slope {ct.slope}, intercept {ct.intercept}, stored as {ct.stored.dtype}")
print(f"largest error: {np.abs(ct.hu - smooth).max():.3f} HU")

# %% [markdown]
# A header holds slope and intercept as **text** of at most 16 characters. A slope of 52427 / 32767
# / 3 does not fit into that. `ct_dataset` first shortens it and then stores the values with what
# will be read; the other way round, file and header would not belong together.
#
# Files arrive damaged, cut off, or are not what somebody thought. A program that reads on and shows
# *something* is the most dangerous of all. Ours refuses and says why:

# %%
whole = path.read_bytes()
damaged = {
    "truncated.dcm": whole[: len(whole) // 2],
    "letter.dcm": b"Dear colleague, please find attached ...",
    "mr.dcm": datasets.path("mr").read_bytes(),
}
for name, content in damaged.items():
    Path(folder.name, name).write_bytes(content)
    try:
        read_ct(Path(folder.name, name))
    except ValueError as refusal:
        print(refusal)

# %% [markdown]
# One kind of damage cannot be noticed: pixels that changed on the way. A DICOM file carries no
# checksum.
#
# ### Who is it?
#
# A header also says who was scanned, when, where, and by whom. Before an image leaves the hospital,
# that must go. Here is what a scanner wrote about the spine, sorted by what it tells (the publisher
# of this sample has already replaced the name):

# %%
found = identifying_elements(header)
for why in dict.fromkeys(finding.why for finding in found):
    names = [finding.name for finding in found if finding.why == why]
    print(f"{len(names):4} x {why}: {', '.join(dict.fromkeys(names))[:80]}")

# %% [markdown]
# More than a hundred of these are **private elements**: the maker of the scanner put them there,
# and only the maker knows what they hold. Now the obvious way to remove a name, and ours. The
# patient below is made up.

# %%
patient = ct_dataset(smooth, spine.spacing_mm, patient_name="Doe^Jane", patient_id="4711")
patient.StudyDate, patient.InstitutionName = "20241126", "Harbour Hospital"
patient.private_block(0x0009, "SCANNER MAKER", create=True).add_new(1, "LO", "Doe Jane, 4711")

obvious = copy.deepcopy(patient)
obvious.PatientName, obvious.PatientID = "anonymous", "0"
clean = deidentify(patient, key="kept in the safe", subject="SUBJECT-07")
for name, cleaned in (("name and number replaced", obvious), ("short list kept", clean)):
    left = [finding.name for finding in identifying_elements(cleaned)]
    print(
        f"{name}: Doe still in it: {'Doe' in str(cleaned)}; {len(left)} findings, "
        f"date: {'Study Date' in left}, hospital: {'Institution Name' in left}"
    )

# %% [markdown]
# The list of what must go is long and grows every year (PS3.15, Annex E). `deidentify` turns it
# round: it keeps a short list of elements that are needed to show the image and to measure in it,
# and drops the rest; identifiers are replaced by new ones, the same for the same old one, so that
# the slices of a scan still belong together.
#
# Be honest about what that is: **a part of the standard's Basic Profile**. It does not look at the
# pixels. Text burned into an image stays. And the slices of a head hold a face: rendered from MR,
# faces of 97 % of 157 volunteers were matched to photographs (Schwarz et al., 2021). Of ten free
# tools, one removed everything it should with its default settings (Aryanto et al., 2015).
#
# ## 9 In practice
#
# Nobody writes this by hand every day. These are the lines that a hospital would use; each is set
# beside ours, with the difference of the results and the time.


# %%
import SimpleITK as sitk
from pydicom.pixels import apply_modality_lut
from skimage.measure import find_contours


def compare(name, peer, ours, repeats=9):
    """Print how far two results are apart and how long each takes (median)."""
    difference = np.abs(np.asarray(peer(), float) - np.asarray(ours(), float)).max()
    seconds = []
    for run in (peer, ours):
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        seconds.append(1000 * sorted(times)[repeats // 2])
    print(f"{name}: difference {difference:g}; peer {seconds[0]:.2f} ms, ours {seconds[1]:.2f} ms")


spine_path = str(datasets.path("ct_spine"))
stored = header.pixel_array
compare(
    "pydicom  apply_modality_lut(stored, header)",
    lambda: apply_modality_lut(stored, header),
    lambda: rescaling.rescale(stored, header.RescaleSlope, header.RescaleIntercept),
)
compare(
    "SimpleITK  ReadImage(path), in HU at once",
    lambda: sitk.GetArrayFromImage(sitk.ReadImage(spine_path))[0],
    lambda: read_ct(spine_path).hu,
)
round_trip = outlines.fill(outlines.trace(liver.values), liver.values.shape)
print("trace and fill give the liver back:", np.array_equal(round_trip, liver.values))
contours = find_contours(liver.values.astype(float), 0.5)
print(
    f"skimage  find_contours(mask, 0.5): {len(contours)} contours, "
    f"{sum(map(len, contours)):,} points; ours: {len(borders)} outlines, "
    f"{sum(map(len, borders)):,} points"
)

# %% [markdown]
# `find_contours` runs through the middle between the centre of a pixel inside and one outside. It
# cuts the corners of the staircase, which looks smoother and is meant for drawing and measuring.
# Its points are (row, column). Ours are (x, y), along the edges.
#
# And compression? DICOM can hold pixels compressed with JPEG 2000 without loss. The file of the
# head is such a file:

# %%
compressed = pydicom.dcmread(datasets.path("ct_head"), specific_tags=["PixelData"])
sizes = byte_counts.image_bytes(head.values)
sizes["JPEG 2000 without loss, as in the file"] = len(compressed.PixelData)
for way, count in sizes.items():
    print(f"{way:40} {count:9,} bytes {count / head.values.size:5.2f} for each pixel")

# %% [markdown]
# ## 10 In the hospital: when it fails
#
# Six ways in which a correct file becomes a wrong picture. None of them raises an error by itself.
# First the window of the brain, 0 to 80 HU.

# %%
inside = np.where(head.values < -1024, -1024, head.values)
stored_head = rescaling.store(inside, 1, -1024, np.uint16)
brain = np.s_[330:400, 200:320]
ways = {
    "read correctly": rescaling.rescale(stored_head, 1, -1024),
    "tags ignored": stored_head.astype(float),
    "intercept -1000 assumed": rescaling.rescale(stored_head, 1, -1000),
    "slope 8 in 8 bits": rescaling.rescale(
        rescaling.store(np.clip(inside, -1024, 1016), 8, -1024, np.uint8), 8, -1024
    ),
}
for name, read in ways.items():
    print(f"{name:24} brain {read[brain].mean():7.1f} HU, air {read[5, 256]:7.0f} HU")
crop = np.s_[190:420, 110:400]
image_row(
    [
        Panel(read[crop], name, "HU" if name == "slope 8 in 8 bits" else "", limits=(0, 80))
        for name, read in ways.items()
    ],
    alt=(
        "Four times the same part of the brain in a window of 0 to 80 HU. Read correctly: brain in "
        "grays. Tags ignored: all white. Intercept -1000 assumed: a fine picture, but too bright "
        "by 24 HU. Slope 8 in 8 bits: the grays come in ten coarse steps."
    ),
)

# %% [markdown]
# - **Tags ignored**, or the sign of the intercept wrong: 1024 or 2048 HU off. In a picture
#   everybody sees it. At an attenuation map nobody looks. At 511 keV, water and tissue absorb about
#   $\mu = 0.096 \, (1 + \text{HU}/1000)$ per cm (scaling after Kinahan et al., 1998). Along 18 cm,
#   1024 HU too many multiply the corrected PET by $e^{0.096 \cdot 1.024 \cdot 18} = 5.9$.
# - **A wrong intercept assumed**, because "it is always -1024": 24 HU off. The picture looks fine,
#   and every threshold between gray and white matter is wrong.
# - **8 bits**: the steps are as wide as the difference between gray and white matter.
#
# The next two hide in the bright parts.

# %%
with_screw = np.where(head.values == -2000, -1024, head.values).astype(float)
with_screw[250:256, 80:140] = 9000.0  # a made-up screw
screw = {
    "true": with_screw,
    "clipped at 3071": np.clip(with_screw, -1024, 3071),
    "wrapped around in 12 bits": (np.rint(with_screw + 1024) % 4096) - 1024,
}
for name, read in screw.items():
    print(f"{name:26} the screw reads {read[252, 100]:6,.0f} HU")
image_row(
    [
        Panel(read[200:310, 60:170], name, "HU", limits=(-1024, 3071))
        for name, read in screw.items()
    ],
    alt=(
        "Bone behind the ear with a bar, a made-up screw of 9000 HU. As it is and clipped at 3071 "
        "HU the bar looks equally white. Wrapped around in 12 bits it reads 808 HU and is a gray "
        "like that of bone."
    ),
)

# %%
volume = datasets.pet(np.random.default_rng(4)).values
slopes = quantization.slope_per_slice(volume, "int16")
stored_pet = np.stack(
    [rescaling.store(plane, slope, 0, "int16") for plane, slope in zip(volume, slopes, strict=True)]
)
right = stored_pet * slopes[:, np.newaxis, np.newaxis]
first_for_all = stored_pet * slopes[0]
for z in (0, 10, 18):
    print(
        f"slice {z:2}: true peak {volume[z].max():8.1f}, read {right[z].max():8.1f}, "
        f"with the first slice's slope {first_for_all[z].max():6.1f} kBq/mL"
    )

# %% [markdown]
# - **Metal clipped** at the end of the CT range: the picture looks the same, and two thirds of the
#   screw's value are lost. Extended CT scales exist for that. **Wrapped around** in 12 bits, the
#   screw turns into bone.
# - **One slope for all slices of a PET**: with the first slice's slope, every slice has the same
#   peak. The tumour that is ten times as active as last year looks as it always did.
# - **Names left in private elements**: no picture shows it at all.
#
# **What to remember**
# - value = slope * stored + intercept. Stored numbers mean nothing without their header.
# - Round, look at the limits, refuse. Half a step is the largest error, if and only if nothing was
#   clipped.
# - Exact ways to save room exist. Which one is best depends on the image: count the bytes.
# - A header is a document about a person. Keep what you need, not what you happened to find.
#
# ## Further reading
#
# - DICOM standard, PS3.3 (C.11.1 Modality LUT, C.8.2.1 CT Image, C.8.9.4 PET Image), PS3.5
#   (transfer syntaxes), PS3.15 Annex E (confidentiality profiles).
# - Douglas and Peucker, Cartographica 10(2), 1973. doi:10.3138/FM57-6770-U75U-7727
# - Bennett, Spectra of quantized signals, Bell System Technical Journal 27(3), 1948.
#   doi:10.1002/j.1538-7305.1948.tb01340.x
# - Kinahan et al., Attenuation correction for a combined 3D PET/CT scanner, Medical Physics 25(10),
#   1998. doi:10.1118/1.598392
# - Aryanto et al., Free DICOM de-identification tools in clinical research, European Radiology
#   25(12), 2015. doi:10.1007/s00330-015-3794-0
# - Schwarz et al., Changing the face of neuroimaging research, NeuroImage 231, 2021.
#   doi:10.1016/j.neuroimage.2021.117845

# %%
folder.cleanup()
