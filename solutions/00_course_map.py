# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "The map of the course", minutes: 45, slides: "2-3, 91"}
# ---

# %% [markdown]
# # 00 The map of the course
#
# **Image analysis in a hospital.** A guest lecture of 91 slides, turned into notebooks in which
# you write the methods yourself.
#
# **In this notebook** you learn
# - which problem holds the course together, and why it matters,
# - which way an image takes through an imaging department,
# - how to work in these notebooks,
# - whether you know what the course takes for granted (a self-test of six short exercises),
# - what you have solved so far.
#
# Time: about 45 minutes, half an hour of it for the self-test. Slides: 2-3 and 91.
#
# Run the cell below first (Shift+Enter).

# %%
import numpy as np

from course_lib.display.widgets import course_map as widgets
from course_lib.notebook import ask, check, show_map, show_progress, use

# %% [markdown]
# ## One patient, one question
#
# A patient is scanned on a PET/MR scanner. PET counts pairs of photons that leave the body in
# opposite directions, and tells where a tracer went, in kBq/mL. Many photons never arrive: the
# tissue on their way stops them. To know how many were lost, we need an **attenuation map**: for
# each voxel, how much of the radiation it stops, in 1/cm.
#
# A CT would give that map. On a PET/MR scanner there is no CT, and MR does not measure how dense
# bone is: in most MR images, bone and air are both black. So the question of the whole course is:
#
# > How do we make a map like that of a CT out of MR images, and how do we know that it is right?
#
# How wrong is PET when bone is taken for soft tissue? Move the slider, or type a number.

# %%
widgets.bone_in_the_way()

# %% [markdown]
# One wrong tissue in the map, and the number on which a physician decides is off by ten per cent.
# The curve uses the attenuation coefficients of Hubbell and Seltzer (NIST Standard Reference
# Database 126, 2004, doi:10.18434/T4D01F). How MR has been used for attenuation maps, and where
# that fails, is reviewed by Wagenknecht et al. (MAGMA 26, 2013, doi:10.1007/s10334-012-0353-4).
#
# ## The way of an image through the department
#
# Slides 2, 3 and 91 show the department in which all this happens. The slides' figure is lost;
# this drawing is ours.

# %%
widgets.department()

# %% [markdown]
# Choose a station to see which data are there, in which format and unit, and which topics of the
# course belong to it.

# %%
widgets.stations()

# %% [markdown]
# ## The topics
#
# Click on a topic to open its notebook. The topics build on each other, so take them in order.

# %%
show_map()

# %% [markdown]
# ## How to work in these notebooks
#
# 1. **Write.** In each exercise there is a cell with a function and `...` where your code goes.
#    Replace the `...` and run the cell.
# 2. **Check.** Run the cell below it, `check("name", name)`. It calls your function on several
#    inputs and shows a tick or a cross for each. For the first input that fails you see the
#    input, your result, the expected one and the difference, and, if it is a mistake that others
#    made before you, what the mistake is. Check as often as you like.
# 3. **Hints** open one by one when you check again after a failure.
# 4. **Quiz.** `ask("name")` shows a question. Answer it, read why, and ask for another one like
#    it. The question as it stands counts: type its letter into the cell below.
# 5. **Progress** is kept in one small file on this computer. Nothing is sent anywhere.
#
# An exercise that you have not solved does not stop you: later cells then use the course's own
# function, and say so.
#
# | key | what it does |
# |---|---|
# | Shift+Enter | run the cell and go on to the next |
# | Ctrl+Enter | run the cell and stay |
# | Esc, then A or B | new cell above or below |
# | Esc, then Z | undo the deletion of a cell |
# | Tab, Shift+Tab | complete a name; show what a function does |
# | Esc, then 0 twice | restart the kernel (all variables are forgotten) |
# | Ctrl+S | save |
#
# Something strange? *Run > Restart Kernel and Run All Cells* shows whether the notebook works
# from top to bottom. In a terminal, `course check 01` does the same for topic 01 and lists your
# points, and `course doctor` looks over the installation. If a new version of the course comes,
# `course lab` brings its new cells into your notebooks, keeps your answers, and keeps a backup.
#
# ## Self-test: what the course takes for granted
#
# Six short exercises with numpy, and three questions. If they go well, you are ready. If not, the
# hints say what to look up; the user guide of numpy has the chapters *The absolute basics for
# beginners*, *Indexing on ndarrays* and *Broadcasting*.
#
# ### 1. Slice, row, column
#
# A volume is an array with the axes **(Z, Y, X)**: slice, row, column. The slice comes first,
# because a scanner delivers slice after slice. A range such as `(3, 8)` names the first index and
# the one *after* the last, as everywhere in Python.
#
# Write `crop_slice`: the rectangle with the rows `y_range` and the columns `x_range` of slice
# `z`.


# %% exercise="crop_slice"
def crop_slice(volume, z, y_range, x_range):
    """Cut a rectangle out of one slice of a (Z, Y, X) volume; return a (rows, columns) array."""
    # BEGIN SOLUTION
    return volume[z, y_range[0] : y_range[1], x_range[0] : x_range[1]]
    # END SOLUTION


# %%
check("crop_slice", crop_slice)

# %%
ask("plane_shape")

# %% quiz="plane_shape"
quiz_plane_shape = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_plane_shape", quiz_plane_shape)

# %% [markdown]
# ### 2. A mask from a condition
#
# A **mask** is an array of True and False with the shape of the image. A comparison makes one:
# `image > 0`. In CT, for example, soft tissue lies between about -150 and 250 HU.
#
# Write `mask_between`: True where low <= value <= high. Both ends belong to it.


# %% exercise="mask_between"
def mask_between(image, low, high):
    """Return a bool array: True where low <= value <= high."""
    # BEGIN SOLUTION
    return (image >= low) & (image <= high)
    # END SOLUTION


# %%
check("mask_between", mask_between)

# %% [markdown]
# ### 3. The mean inside a mask
#
# Most numbers that leave an imaging department are means inside a region: the uptake of a tumour,
# the density of a vertebra. What if the region is empty? Then there is no mean, and the only
# honest answer is an error.
#
# Write `mean_in_mask`: the mean of the values where the mask is True. For a mask that is nowhere
# True, raise a `ValueError`.


# %% exercise="mean_in_mask"
def mean_in_mask(image, mask):
    """Return the mean of the image inside the mask; raise a ValueError if the mask is empty."""
    # BEGIN SOLUTION
    if not mask.any():
        raise ValueError("The mask is empty.")
    return image[mask].mean()
    # END SOLUTION


# %%
check("mean_in_mask", mean_in_mask)

# %% [markdown]
# Both functions together, on a small picture of our own: a disc of 40 HU in air of -1000 HU, with
# a spot of 900 HU in it. (`use` takes your function when it is right, and the course's own
# otherwise.)

# %%
y, x = np.mgrid[-20:21, -20:21]
head = np.where(y**2 + x**2 < 18**2, 40.0, -1000.0)
head[(y - 6) ** 2 + (x - 6) ** 2 < 3**2] = 900.0
soft_tissue = use("mask_between", mask_between)(head, -150, 250)
mean_of = use("mean_in_mask", mean_in_mask)
print(f"whole picture: {head.mean():7.1f} HU")
print(f"soft tissue:   {mean_of(head, soft_tissue):7.1f} HU")

# %% [markdown]
# ### 4. Numbers that do not fit
#
# Images are stored in small whole numbers: `uint8` holds 0 to 255, `int16` -32,768 to 32,767.
# What does not fit begins again at the other end, without a warning.

# %%
first, second = np.array([200, 3], np.uint8), np.array([100, 4], np.uint8)
first + second

# %% [markdown]
# Write `average_images`: (first + second) / 2 in decimal numbers, right for every type of image.


# %% exercise="average_images"
def average_images(first, second):
    """Return the mean of two images, value by value, as decimal numbers."""
    # BEGIN SOLUTION
    return (first.astype(float) + second.astype(float)) / 2
    # END SOLUTION


# %%
check("average_images", average_images)

# %%
ask("byte_overflow")

# %% quiz="byte_overflow"
quiz_byte_overflow = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_byte_overflow", quiz_byte_overflow)

# %%
ask("volume_memory")

# %% quiz="volume_memory"
quiz_volume_memory = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_volume_memory", quiz_volume_memory)

# %% [markdown]
# ### 5. Along which axis?
#
# Some scanners give every slice its own brightness. Before such slices are compared, each one's
# own mean is taken off.
#
# Write `subtract_slice_means`: from each slice of a (Z, Y, X) volume, subtract the mean of that
# slice. No loop is needed: `volume.mean(axis=...)` averages along one or more axes, and arrays
# whose shapes fit are matched from the last axis on (broadcasting).


# %% exercise="subtract_slice_means"
def subtract_slice_means(volume):
    """Return the (Z, Y, X) volume with the mean of each slice subtracted."""
    # BEGIN SOLUTION
    return volume - volume.mean(axis=(1, 2), keepdims=True)
    # END SOLUTION


# %%
check("subtract_slice_means", subtract_slice_means)

# %% [markdown]
# ### 6. From a formula to code
#
# Back to the photons. On a path through several tissues, the part that comes through is
# $$ T = \exp\left(-\sum_i \mu_i \, d_i\right) $$
# where $\mu_i$ is the linear attenuation coefficient of tissue $i$ (in 1/cm) and $d_i$ the length
# of the path in it. Mind the units: the lengths are given in mm, as always in this course.
#
# Write `transmission`. If a length is negative, raise a `ValueError`.


# %% exercise="transmission"
def transmission(mu_per_cm, lengths_mm):
    """Return the part of the radiation that passes through all tissues, between 0 and 1.

    mu_per_cm, lengths_mm: lists of the same length, one number for each tissue.
    """
    # BEGIN SOLUTION
    lengths_cm = np.asarray(lengths_mm) / 10
    if (lengths_cm < 0).any():
        raise ValueError("A length is negative.")
    return np.exp(-np.sum(np.asarray(mu_per_cm) * lengths_cm))
    # END SOLUTION


# %%
check("transmission", transmission)

# %% [markdown]
# With it you can compute one point of the curve at the top of this notebook: 7 mm of bone on each
# side of 150 mm of brain, once as it is and once with the bone taken for water.

# %%
through = use("transmission", transmission)
as_it_is = through([0.173, 0.097, 0.173], [7, 150, 7])
as_water = through([0.097, 0.097, 0.097], [7, 150, 7])
print(f"{as_it_is:.3f} of the photons arrive, with water instead of bone {as_water:.3f}.")
print(f"PET corrected with the wrong map is {100 * (1 - as_it_is / as_water):.1f} % too low.")

# %% [markdown]
# ## In the hospital
#
# What you just practised is where methods fail quietly. A reversed axis gives an image that looks
# like a head, with its left side on the right. An overflow gives a dark spot in the brightest
# lesion. A mean over the wrong region gives a number with two decimals. None of them raises an
# error. So two habits go through the whole course: look at shape, type and unit before anything
# else, and test a method on an image whose answer you know.
#
# ## Your progress

# %%
show_progress()

# %% [markdown]
# Next: [01 Compression and DICOM](01_compression_dicom.ipynb), in which the values of a CT are
# put into whole numbers and come back exactly.
