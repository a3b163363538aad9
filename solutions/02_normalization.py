# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Intensity normalization", minutes: 90, slides: "11-18"}
# ---

# %% [markdown]
# # 02 Intensity normalization
#
# **In this notebook** you learn
# - why an MR image of one patient cannot be compared with that of another, and what to do about it,
# - to write min-max scaling, stretching with clamping, z-normalisation and scaling by a reference
#   region, and to say which of them one bright lesion ruins,
# - to show a CT in a window, and why that picture must never be saved in place of the CT,
# - to bring a model's output back into HU exactly, and what a stretched scale does to its errors,
# - to augment images reproducibly, and which images must not be augmented.
#
# Time: about 90 minutes. Slides: 11 to 18. You need numpy arrays and the ideas of mean and standard
# deviation; from notebook 01 you need HU and the line `value = slope * stored + intercept`.
#
# There are 12 exercises and 4 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np

from course_lib.data import datasets, patients, templates
from course_lib.display.figures import Panel, image_row
from course_lib.display.widgets import normalization as widgets
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 Two patients, two scanners
#
# *About 5 minutes, slide 11.*
#
# The thread of this course is a patient on a PET/MR scanner. A model shall predict a CT from the
# patient's MR image. It was trained on other patients. Can it read this one?
#
# MR images are in **arbitrary units**. The scanner multiplies the signal by whatever fits its
# electronics and its number format; a 70 on one scanner and a 200 on another can be the same
# tissue. Slide 11 shows this with two subjects: a region reads **70** in subject A and **200** in
# subject B. After scaling it reads **0.58** and **0.61**. Only then can the two be compared.
#
# The slide's pictures are lost. The two brains below are ours, made from one average brain seen
# with two scanners' settings, so that their grey matter gives the slide's numbers.
#
# **Before you touch the menu:** which normalization brings the two readings of grey matter closest?
# Does any of them make the two equal?

# %%
widgets.compare_patients()

# %% [markdown]
# <details><summary>What we see</summary>
#
# The scanner's own units are no help: A's white matter (about 110) is darker than B's grey matter
# (200). Every normalization puts both brains on one scale, and the two histograms then lie over
# each other. The readings come close but never meet, because the two scanners do not only differ by
# a factor and an offset: their contrast differs, and the two slices hold different shares of
# tissue. No straight line mends that. Normalization makes images comparable, not equal.
# </details>
#
# Where does the brain come from, and may we use it?

# %%
templates.CARD

# %%
subject_a, subject_b = patients.two_patients()
for patient in (subject_a, subject_b):
    inside = patient.image[patient.grey_matter]
    print(
        f"{patient.name}: {patient.image.dtype}, 0 to {patient.image.max()}, "
        f"grey matter {inside.mean():.0f}"
    )

# %% [markdown]
# ## 2 Min-max scaling
#
# *About 7 minutes, slide 12.*
#
# The simplest scale puts the darkest value at 0 and the brightest at 1 [slide 12]:
#
# $$g(x, y) = \frac{f(x, y) - v_{min}}{v_{max} - v_{min}}$$
#
# Two inputs have no answer: a constant image (0 / 0), and an image that holds NaN. A function in a
# hospital says so with an error. It must never return a picture that looks fine and is wrong.
#
# ### Exercise: min-max scaling


# %% exercise="min_max"
def min_max(image):
    """Scale an image so that its smallest value becomes 0 and its largest 1.

    image: array of any shape and number type. Returns an array of decimal numbers.
    Raises a ValueError if the image is constant or holds NaN.
    """
    # BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    low, high = image.min(), image.max()
    if np.isnan(low) or low == high:
        raise ValueError(f"The image ranges from {low} to {high}; it cannot be scaled to 0..1.")
    return (image - low) / (high - low)
    # END SOLUTION


# %%
check("min_max", min_max)

# %%
my_min_max = use("min_max", min_max)
for patient in (subject_a, subject_b):
    print(
        f"{patient.name}: grey matter {my_min_max(patient.image)[patient.grey_matter].mean():.2f}"
    )

# %% [markdown]
# These are the slide's 0.58 and 0.61.
#
# ## 3 Stretching, and clamping
#
# *About 7 minutes, slides 12 and 14.*
#
# Min-max lets the image decide on its range. Often *you* want to decide: from which value
# $v_{min}$ to which value $v_{max}$ the image is stretched, and onto which range
# $[v_{min,d}; v_{max,d}]$ of the display or the model [slides 12 and 14]:
#
# $$g = \frac{f - v_{min}}{v_{max} - v_{min}} \, (v_{max,d} - v_{min,d}) + v_{min,d}$$
#
# followed by **clamping**: what falls below $v_{min,d}$ becomes $v_{min,d}$, what rises above
# $v_{max,d}$ becomes $v_{max,d}$. Clamping is where information dies. Two values beyond the same
# end become one, and no inverse brings them apart again. Remember that for section 12.
#
# ### Exercise: stretch and clamp


# %% exercise="stretch"
def stretch(image, low, high, new_low, new_high):
    """Map [low; high] linearly to [new_low; new_high] and clamp what lies outside.

    image: array. low, high, new_low, new_high: numbers. Returns an array of the same shape.
    Raises a ValueError if low is not below high.
    """
    # BEGIN SOLUTION
    if low >= high:
        raise ValueError(f"low is {low} and high is {high}; low must be below high.")
    share = (image - low) / (high - low)
    return np.clip(share * (new_high - new_low) + new_low, new_low, new_high)
    # END SOLUTION


# %%
check("stretch", stretch)

# %% [markdown]
# ## 4 z-normalisation
#
# *About 12 minutes, slide 12.*
#
# For MR, most preprocessing uses another scale: average becomes 0, one standard deviation becomes 1
# [slide 12]:
#
# $$g(x, y) = \frac{f(x, y) - \mu}{\sigma}$$
#
# The lecture's $\sigma$ is the deviation of the population, with $n$ in the denominator and not
# $n - 1$. For a slice of 40 000 pixels the difference is 0.001 %. It matters when your results are
# compared with those of another program; section 11 has an example.
#
# ### Exercise: z-score


# %% exercise="z_score"
def z_score(image):
    """Scale an image to mean 0 and standard deviation 1 (of the population).

    image: array. Returns an array of the same shape.
    Raises a ValueError if the image is constant.
    """
    # BEGIN SOLUTION
    deviation = np.std(image)
    if deviation == 0:
        raise ValueError("The image is constant; its standard deviation is 0.")
    return (image - np.mean(image)) / deviation
    # END SOLUTION


# %%
check("z_score", z_score)

# %% [markdown]
# Mean and deviation of *what*? A slice is mostly air, and how much air depends on the field of view
# that the technologist chose. **Predict:** the same head is scanned again with a wider field of
# view, so there is more air around it. Does the z-score of its white matter change?

# %%
my_z_score = use("z_score", z_score)
for air_mm in (0, 20, 40, 80):
    wider = np.pad(subject_a.image, air_mm)  # pixels of 1 mm
    white = np.pad(subject_a.white_matter, air_mm)
    print(
        f"{air_mm:2d} mm more air on each side: white matter {my_z_score(wider)[white].mean():.2f}"
    )

# %% [markdown]
# From 1.69 to 3.25, and nothing in the patient changed. A model trained on the first would take the
# second for something never seen. So mean and deviation are taken **inside the brain**, and the
# whole image is then scaled with these two numbers.
#
# ### Exercise: z-score inside a mask


# %% exercise="z_score_in_mask"
def z_score_in_mask(image, mask):
    """Scale an image with the mean and the standard deviation inside a mask.

    image: array. mask: bool array of the same shape, True inside.
    Returns the whole image, scaled, inside and outside of the mask.
    Raises a ValueError if the mask is empty.
    """
    # BEGIN SOLUTION
    if not mask.any():
        raise ValueError("The mask is empty; there is nothing to take mean and deviation of.")
    inside = image[mask]
    return (image - inside.mean()) / inside.std()
    # END SOLUTION


# %%
check("z_score_in_mask", z_score_in_mask)

# %%
my_z_score_in_mask = use("z_score_in_mask", z_score_in_mask)
for air_mm in (0, 20, 40, 80):
    wider, brain = np.pad(subject_a.image, air_mm), np.pad(subject_a.brain, air_mm)
    white = np.pad(subject_a.white_matter, air_mm)
    reading = my_z_score_in_mask(wider, brain)[white].mean()
    print(f"{air_mm:2d} mm more air on each side: white matter {reading:.2f}")

# %% [markdown]
# ## 5 One bright lesion
#
# *About 8 minutes, slide 12.*
#
# Slide 12 warns of areas of high intensity. A vessel with inflowing blood, a lesion that took up
# contrast agent, fat at the edge: a few per cent of the voxels can be several times as bright as
# the rest. The healthy tissue around them is what it was. But its normalized value?
#
# A common remedy is to stretch between **percentiles** and not between minimum and maximum. With
# your `stretch` this is one line, and one voxel can no longer decide on the scale:
# `stretch(image, *np.percentile(image, [1, 99]), 0, 1)`.
#
# **Predict, then look:**
# 1. Which of the four methods suffers most from a small lesion, and which least?
# 2. Let the lesion grow. At which radius do the percentiles break down, and why so suddenly?
# 3. Look at the lesion itself in the picture under percentiles, at a radius of 6 mm. What is the
#    price of robustness?

# %%
widgets.bright_lesion()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Min-max suffers most: the lesion becomes 1, and all healthy tissue is squeezed below 1 / 4. The
#    percentiles suffer least. The z-score lies between: the lesion moves the mean a little and the
#    deviation much. In the brain mask it moves more than in the whole slice, because there the
#    lesion is a larger share of the voxels.
# 2. As soon as the lesion fills more than 1 % of the slice, the 99th percentile lies *in* the
#    lesion, and percentiles turn into min-max.
# 3. The lesion is clamped to the white of white matter: you can hardly see it any more. What
#    protects the scale hides the finding. For a picture that a physician reads, that is
#    dangerous.
# </details>
#
# ### Quiz: the z-score beside a lesion
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("lesion_z")

# %% quiz="lesion_z"
quiz_lesion_z = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_lesion_z", quiz_lesion_z)

# %% [markdown]
# ## 6 A reference region
#
# *About 5 minutes, slide 13.*
#
# If you know a region that should look the same in every patient, let it set the scale [slide 13]:
# healthy background tissue in the brain, the liver in whole-body scans.
#
# $$g(x, y) = \frac{f(x, y)}{\bar{f}_{region}}$$
#
# A lesion elsewhere in the image has no influence at all. The price: someone has to find the
# region, and it has to be healthy. A factor between two scanners is removed; an offset is not.
#
# ### Exercise: relative to a reference region


# %% exercise="relative_to_region"
def relative_to_region(image, region):
    """Divide an image by its mean in a reference region.

    image: array. region: bool array of the same shape. Returns an array of the same shape.
    Raises a ValueError if the region is empty or its mean is not positive.
    """
    # BEGIN SOLUTION
    if not region.any() or image[region].mean() <= 0:
        raise ValueError("The region is empty or its mean is not positive; it is no reference.")
    return image / image[region].mean()
    # END SOLUTION


# %%
check("relative_to_region", relative_to_region)

# %%
my_relative_to_region = use("relative_to_region", relative_to_region)
for patient in (subject_a, subject_b):
    ratio = my_relative_to_region(patient.image, patient.white_matter)
    print(f"{patient.name}: grey matter is {ratio[patient.grey_matter].mean():.2f} of white matter")

# %% [markdown]
# ## 7 Images that have a unit: CT windows
#
# *About 12 minutes, slides 12 and 14.*
#
# Slide 12 ends with a question: what about images whose units are not arbitrary? CT is in HU, PET
# in kBq/mL. There 40 HU *means* something, on every scanner. Min-max or z-scores would destroy
# the meaning. So we leave the values alone and decide only **how they are shown**.
#
# CT needs about 4000 values, a screen has 256 grey values, and the eye tells apart fewer. A
# **window** spends all grey values on the part of the scale that matters [slide 14]: it is your
# `stretch`, onto 0 to 255, rounded to whole numbers.
#
# | window | from, to (HU) | centre, width (HU) | shows |
# |---|---|---|---|
# | soft tissue | -150, 250 | 50, 400 | muscle, fat, organs |
# | lung | -1000, 0 | -500, 1000 | lung, and air anywhere |
# | brain | 0, 80 | 40, 80 | grey and white matter, blood |
# | bone | -500, 1300 | 400, 1800 | the inside of bone |
# | everything | -1024, 3071 | 1023.5, 4095 | everything, and nothing well |
#
# Below is a real CT. Type the centres and widths of the table. In which window can you see the
# folds of the brain? The air cells in the bone behind the ears? The layers of the skull?

# %%
widgets.window_level()

# %%
datasets.ct_head().card

# %% [markdown]
# A trap for everybody who compares programs: DICOM knows two ways to read a window of centre $c$
# and width $w$. `LINEAR_EXACT` shows $[c - w/2;\ c + w/2]$, as we do. The older `LINEAR`, which
# holds when the header says nothing, shows $[c - w/2;\ c + w/2 - 1]$ (DICOM PS3.3, C.11.2.1). In
# a narrow window the two differ by a few grey values.
#
# ### Exercise: a CT window
#
# Real CT values come as `int16`, and your result has to be `uint8`. Both number types are small, so
# mind the order of your steps.


# %% exercise="ct_window"
def ct_window(hu, low, high):
    """Show the window [low; high] in the grey values 0 to 255.

    hu: array in HU, often int16. low, high: ends of the window in HU.
    Returns a uint8 array: at or below low 0, at or above high 255, between them linear and
    rounded to the nearest grey value.
    Raises a ValueError if low is not below high, or if hu holds NaN.
    """
    # BEGIN SOLUTION
    hu = np.asarray(hu, dtype=float)
    if low >= high:
        raise ValueError(f"The window goes from {low} to {high} HU; low must be below high.")
    if np.isnan(hu).any():
        raise ValueError("The image holds NaN, which has no grey value.")
    grey = np.clip((hu - low) / (high - low) * 255, 0, 255)
    return np.rint(grey).astype(np.uint8)
    # END SOLUTION


# %%
check("ct_window", ct_window)

# %% [markdown]
# Three windows of the lecture, by your function:

# %%
my_ct_window = use("ct_window", ct_window)
head = datasets.ct_head().values
windows = {"soft tissue": (-150, 250), "lung": (-1000, 0), "everything": (-1024, 3071)}
image_row(
    [
        Panel(
            my_ct_window(head, *ends), f"{name}, [{ends[0]}; {ends[1]}] HU", "grey value", (0, 255)
        )
        for name, ends in windows.items()
    ],
    alt=(
        "A CT slice of a head at eye level in three windows. Soft tissue: brain and muscle in "
        "greys, bone white, air black. Lung: the whole head white, grey shades only in the air of "
        "the sinuses and of the bone behind the ears. Everything: bone in greys, soft tissue one "
        "dark grey."
    ),
)

# %% [markdown]
# ### Quiz: a grey value

# %%
ask("grey_value")

# %% quiz="grey_value"
quiz_grey_value = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_grey_value", quiz_grey_value)

# %% [markdown]
# ## 8 A scale for the model, and the way back
#
# *About 8 minutes, slides 15 and 18.*
#
# A network learns best from numbers near 0 to 1. Its input, MR, may be scaled in any of the ways
# above: nobody needs the arbitrary units back. Its output is a CT, and that is used to compute
# how much radiation the head absorbs. There the unit has to come back **exactly**. So for the CT
# we choose two fixed numbers $a$ and $b$, the same for all patients, and keep them with the model
# [slide 15]:
#
# $$F(x) = \frac{x - a}{b} \qquad F^{-1}(x) = x \, b + a$$
#
# Note what would happen with min-max or a z-score here: $a$ and $b$ would come from the patient's
# own CT, which does not exist. That is why the model was built.
#
# ### Exercise: F


# %% exercise="standardize"
def standardize(values, a, b):
    """Bring values to a model's scale, F(x) = (x - a) / b, without clamping.

    values: array in the original unit. a, b: numbers. Returns an array of the same shape.
    Raises a ValueError if b is 0.
    """
    # BEGIN SOLUTION
    if b == 0:
        raise ValueError("b is 0; the scale has no inverse.")
    return (values - a) / b
    # END SOLUTION


# %%
check("standardize", standardize)

# %% [markdown]
# ### Exercise: the inverse of F


# %% exercise="restore"
def restore(scaled, a, b):
    """Bring a model's values back to the original unit; the inverse of F.

    scaled: array on the model's scale. a, b: the numbers that F was given.
    Returns an array of the same shape. Raises a ValueError if b is 0.
    """
    # BEGIN SOLUTION
    if b == 0:
        raise ValueError("b is 0; the scale has no inverse.")
    return scaled * b + a
    # END SOLUTION


# %%
check("restore", restore)

# %% [markdown]
# There and back has to be nothing at all. Is it, for every pixel of a real CT?

# %%
my_standardize, my_restore = use("standardize", standardize), use("restore", restore)
there = my_standardize(head, -1000, 2000)
back = my_restore(there, -1000, 2000)
print(f"Largest difference after there and back: {np.abs(back - head).max():.1e} HU")
print(f"Equal after rounding to whole HU: {np.array_equal(np.rint(back), head)}")

# %% [markdown]
# ### Quiz 2 of the lecture [slide 18]
#
# The same inverse, with years in the place of HU.

# %%
ask("brain_age")

# %% quiz="brain_age"
quiz_brain_age = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_brain_age", quiz_brain_age)

# %% [markdown]
# ## 9 What the loss sees
#
# *About 14 minutes, slide 16.*
#
# While it learns, the model sees only one number, the loss, on *its* scale. The lecture's is the
# **L1 loss**, a sum over all voxels [slide 16]:
#
# $$L_1 = \sum_i |y_{true,i} - y_{predicted,i}|$$
#
# ### Exercise: the L1 loss


# %% exercise="l1_loss"
def l1_loss(true, predicted):
    """Sum the absolute differences between two images.

    true, predicted: arrays of one shape. Returns one number.
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if np.shape(true) != np.shape(predicted):
        raise ValueError(f"The shapes {np.shape(true)} and {np.shape(predicted)} differ.")
    return np.abs(true - predicted).sum()
    # END SOLUTION


# %%
check("l1_loss", l1_loss)

# %% [markdown]
# Slide 16 compares two mistakes of a model: 600 HU where the truth is 500 (bone that is a little
# denser), and 50 HU where the truth is -50 (muscle in the place of fat). With min-max scaling,
# $a = -1000$ and $b = 2000$, both cost the same: 100 HU are 100 / 2000 = 0.05.

# %%
my_l1_loss = use("l1_loss", l1_loss)
for true, predicted in ((500, 600), (-50, 50)):
    pair = my_standardize(np.array([true, predicted], dtype=float), -1000, 2000)
    print(f"{true} vs {predicted} HU: loss {my_l1_loss(pair[:1], pair[1:]):.4f}")

# %% [markdown]
# Near water, 100 HU are the difference between two tissues; in bone they hardly matter. So the
# scale is **stretched** where it matters: piecewise linear, with knots at which the slope
# changes.
#
# ### Exercise: a stretched scale
#
# `knots` are HU, `values` is what they become: -1000 HU becomes 0, -100 HU becomes 0.2, and so on.
# Between two knots the line is straight. Beyond the first and the last, clamp. You may use
# `np.interp`, if you check first what it does not check.


# %% exercise="stretch_piecewise"
def stretch_piecewise(image, knots, values):
    """Map each knot to its value, linearly between knots, clamped beyond the outer ones.

    image: array. knots, values: lists of equal length. Returns an array of the same shape.
    Raises a ValueError if the knots or the values do not rise.
    """
    # BEGIN SOLUTION
    if (np.diff(knots) <= 0).any() or (np.diff(values) <= 0).any():
        raise ValueError(f"Knots {knots} and values {values} must rise.")
    return np.interp(image, knots, values)
    # END SOLUTION


# %%
check("stretch_piecewise", stretch_piecewise)

# %% [markdown]
# ### A slip on slide 16
#
# The slide says that with "intervals [-1000, -100, 100, 1000]" the loss of 500 vs 600 HU becomes
# 0.0105, and that of -50 vs 50 HU becomes 0.3. Test it. We take 0, 0.2, 0.8, 1 as values, since
# these are what give the 0.3.

# %%
my_stretch_piecewise = use("stretch_piecewise", stretch_piecewise)
shares = [0, 0.2, 0.8, 1]
for last in (1000, 2000):
    for true, predicted in ((500, 600), (-50, 50)):
        pair = my_stretch_piecewise(np.array([true, predicted]), [-1000, -100, 100, last], shares)
        loss = my_l1_loss(pair[:1], pair[1:])
        print(f"last knot {last} HU, {true} vs {predicted} HU: loss {loss:.4f}")

# %% [markdown]
# With the interval ends that the slide prints, 500 vs 600 HU gives **0.0222**. Its 0.0105 follows
# exactly when the last knot is **2000 HU**: between 100 and 2000 HU, 1900 HU share 0.2 of the
# scale, and 100 * 0.2 / 1900 = 0.0105. The 0.3 holds with both. The idea of the slide is right;
# one of its numbers is a slip. Never use a number from a slide, or from us, without computing it
# once.
#
# Play with the scale. What happens to bone when soft tissue gets 95 % of it?

# %%
widgets.stretched_scale()

# %% [markdown]
# ### Quiz: a loss on a stretched scale

# %%
ask("piecewise_loss")

# %% quiz="piecewise_loss"
quiz_piecewise_loss = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_piecewise_loss", quiz_piecewise_loss)

# %% [markdown]
# ### Exercise: the way back from a stretched scale


# %% exercise="restore_piecewise"
def restore_piecewise(scaled, knots, values):
    """Undo stretch_piecewise: bring a model's values back to HU, clamped to the outer knots.

    scaled: array on the model's scale. knots, values: as for stretch_piecewise.
    Returns an array of the same shape. Raises a ValueError if the knots or the values do not rise.
    """
    # BEGIN SOLUTION
    if (np.diff(knots) <= 0).any() or (np.diff(values) <= 0).any():
        raise ValueError(f"Knots {knots} and values {values} must rise.")
    return np.interp(scaled, values, knots)
    # END SOLUTION


# %%
check("restore_piecewise", restore_piecewise)

# %% [markdown]
# Nothing is free. Let a model be wrong by the same amount everywhere **on its own scale**: a
# standard deviation of 0.02. How many HU is that in air, in soft tissue, in bone? **Predict**,
# then run the cell. It uses the real CT.

# %%
my_restore_piecewise = use("restore_piecewise", restore_piecewise)
knots = [-1000, -100, 100, 2000]
error = np.random.default_rng(1).normal(0, 0.02, head.shape)
from_min_max = my_restore(my_standardize(head, -1000, 2000) + error, -1000, 2000)
from_stretched = my_restore_piecewise(
    my_stretch_piecewise(head, knots, shares) + error, knots, shares
)
tissues = {
    "air": (head > -1100) & (head < -900),
    "soft tissue": (head > 0) & (head < 80),
    "bone": head > 600,
}
print("mean absolute error in HU     min-max   stretched")
for name, tissue in tissues.items():
    errors = [
        np.abs(predicted - head)[tissue].mean() for predicted in (from_min_max, from_stretched)
    ]
    print(f"{name:25s} {errors[0]:11.1f} {errors[1]:11.1f}")

# %% [markdown]
# The stretched scale buys precision in soft tissue (5 in place of 32 HU) and pays with bone (150
# in place of 32 HU). Whether that is a good bargain depends on what the CT is for. For the
# attenuation of PET, bone counts; for telling tissues apart in the brain, it does not.
#
# ## 10 Augmentation
#
# *About 6 minutes, slide 17.*
#
# To prepare a model for scanners it has never seen, we change each training image at random, in the
# ways in which scanners differ: gain and offset, gamma, noise, a smooth bias field [slide 17]. Try
# them. The same seed gives the same images; without that, no training can be repeated.

# %%
widgets.augmentations()

# %% [markdown]
# ### Exercise: a random gain and offset
#
# In numpy, randomness comes from a generator, and whoever calls your function hands one in:
# `rng = np.random.default_rng(seed)`. Then `rng.uniform(0.9, 1.1)` draws a number between 0.9 and
# 1.1.


# %% exercise="random_gain_offset"
def random_gain_offset(image, rng, gain, offset):
    """Return gain * image + offset, with one random gain and one random offset for the image.

    image: array. rng: numpy.random.Generator, the only source of random numbers.
    gain, offset: tuples (low, high) from which the two numbers are drawn uniformly.
    Raises a ValueError for an inverted interval (rng.uniform does that for you).
    """
    # BEGIN SOLUTION
    return image * rng.uniform(*gain) + rng.uniform(*offset)
    # END SOLUTION


# %%
check("random_gain_offset", random_gain_offset)

# %% [markdown]
# Which images may be augmented like this? The **input** of our model is MR: its units are
# arbitrary, so gain and offset change nothing that matters. The **target** is a CT. An offset of
# 0.05 on the model's scale looks harmless. In HU it is:

# %%
my_random_gain_offset = use("random_gain_offset", random_gain_offset)
target = my_standardize(head, -1000, 2000)
spoiled = my_random_gain_offset(target, np.random.default_rng(3), (1.0, 1.001), (0.05, 0.0501))
after = my_restore(spoiled, -1000, 2000)
for name, tissue in tissues.items():
    print(f"{name:12s} {head[tissue].mean():7.0f} HU becomes {after[tissue].mean():7.0f} HU")

# %% [markdown]
# Brain now has the HU of calcified tissue, and the model is told that this is the truth. Never
# change the intensities of a quantitative target. (Moving or rotating input and target *together*
# is fine; that is topic 05.)
#
# ## 11 In practice
#
# *About 3 minutes.*
#
# In a hospital nobody writes these functions anew. These are the lines that do the same, their
# agreement with the course's own functions, and their time, measured on your computer just now.

# %%
import SimpleITK as sitk
from skimage import exposure

from course_lib.imaging import model_scaling, normalization


def milliseconds(call):
    """Return the median time of five calls in ms."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def compare(name, ours, theirs):
    """Print how far two functions are apart, and how long each takes."""
    apart = np.abs(np.asarray(ours(), dtype=float) - theirs()).max()
    times = f"ours {milliseconds(ours):5.1f} ms, theirs {milliseconds(theirs):5.1f} ms"
    print(f"{name:38s} largest difference {apart:8.1e}, {times}")


mr = templates.mni152("t1").values[70:110].astype(np.float32)  # 40 slices of 1 mm
ct = np.stack([head.astype(np.float32)] * 4)
itk_mr, itk_ct = sitk.GetImageFromArray(mr), sitk.GetImageFromArray(ct)
compare(
    "skimage exposure.rescale_intensity",
    lambda: normalization.stretch(mr, 20, 230),
    lambda: exposure.rescale_intensity(mr, in_range=(20, 230), out_range=(0.0, 1.0)),
)
compare(
    "SimpleITK IntensityWindowing",
    lambda: normalization.stretch(ct, -150, 250, 0, 255),
    lambda: sitk.GetArrayFromImage(sitk.IntensityWindowing(itk_ct, -150, 250, 0, 255)),
)
compare(
    "SimpleITK Normalize (z-score, n - 1)",
    lambda: normalization.z_score(mr),
    lambda: sitk.GetArrayFromImage(sitk.Normalize(itk_mr)),
)
compare(
    "numpy interp (stretched scale, int16)",
    lambda: model_scaling.stretch_piecewise(ct.astype(np.int16), knots, shares),
    lambda: np.interp(ct, knots, shares),
)

# %% [markdown]
# What to know before you use them:
# - `exposure.rescale_intensity(image)` without further arguments stretches from minimum to
#   maximum, and its output range depends on the dtype. Always give `in_range` and `out_range`.
# - `sitk.IntensityWindowing` keeps the type of the image; on `int16` the grey values are cut off,
#   not rounded.
# - `sitk.Normalize` divides by the deviation with n - 1. On a volume that is invisible, on nine
#   voxels it is 6 %.
# - `sitk.GetArrayViewFromImage(sitk.Normalize(image))` shows memory that is already freed, because
#   nobody holds the new image. Use `GetArrayFromImage`, which copies, or keep the image.
# - scikit-learn's `StandardScaler` divides by the deviation with n, as we do, but for each
#   *column* by itself. Given a 2-D image it normalizes every column of pixels and destroys the
#   picture; hand it `image.reshape(-1, 1)`.
# - In MONAI, `ScaleIntensityRange` is your `stretch`, and it clamps only with `clip=True`.
# - nnU-Net treats the two worlds as you do: MR gets a z-score per image; CT is clipped at two
#   percentiles and then gets $(x - a) / b$ with numbers taken from **all** training cases together,
#   the same for every patient (Isensee et al. 2021).

# %%
tiny = np.arange(9, dtype=float).reshape(3, 3)
theirs = sitk.GetArrayFromImage(sitk.Normalize(sitk.GetImageFromArray(tiny)))
print(
    f"z-score of the largest of nine voxels: ours {normalization.z_score(tiny)[2, 2]:.3f}, "
    f"SimpleITK's {theirs[2, 2]:.3f}"
)

# %% [markdown]
# ## 12 In the hospital: when it fails
#
# *About 5 minutes.*
#
# **A window is saved in place of the CT.** Somebody exports the soft-tissue window as a picture
# of 8 bits, and a model, or a physicist, later turns the grey values back into HU. Here is what
# is left:

# %%
grey = my_ct_window(head, -150, 250)
reread = grey / 255 * 400 - 150
difference = np.where(head == -2000, 0, reread - head)  # -2000 is padding, no HU
image_row(
    [
        Panel(head, "the CT", "HU", (-1000, 1500)),
        Panel(reread, "read back from the window", "HU", (-1000, 1500)),
        Panel(difference, "difference", "HU", (-1700, 1700), "RdBu_r"),
    ],
    alt=(
        "A CT slice of a head; the same slice read back from a picture of its soft-tissue window, "
        "in which air is as bright as fat and bone as dark as muscle; and the difference: up to "
        "1646 HU too low in bone, 850 HU too high in air."
    ),
)

# %% [markdown]
# For PET, HU are turned into attenuation coefficients, in 1/cm, for photons of 511 keV. This is a
# stretched scale too, with a knot near water: for a CT at 120 kV, $9.6 \cdot 10^{-5} (HU + 1000)$
# up to 47 HU, and $5.10 \cdot 10^{-5} (HU + 1000) + 0.0471$ above (Carney et al. 2006,
# doi:10.1118/1.2174132). We can use `stretch_piecewise`:


# %%
def attenuation(hu):
    """Return the attenuation coefficient at 511 keV in 1/cm."""
    water = 9.6e-5 * 1047
    return model_scaling.stretch_piecewise(
        hu, [-1000, 47, 3071], [0, water, 5.1e-5 * 4071 + 0.0471]
    )


print("attenuation in 1/cm        true   from the window")
for name, tissue in tissues.items():
    true, wrong = attenuation(head.astype(float))[tissue].mean(), attenuation(reread)[tissue].mean()
    print(f"{name:22s} {true:9.3f} {wrong:11.3f}")

# %% [markdown]
# Bone loses a quarter of its attenuation, and air almost becomes water. The picture looked perfect.
# **Save the values, not the window.** A window belongs into the header, as centre and width.
#
# **Metal or a bright vessel under min-max.** One clip, a handful of voxels:

# %%
with_clip = subject_a.image.astype(float)
with_clip[100:102, 100:102] = 30 * subject_a.image.max()
for name, image in (("without clip", subject_a.image), ("with clip", with_clip)):
    white = my_min_max(image)[subject_a.white_matter & (image == subject_a.image)].mean()
    robust = normalization.percentile_stretch(image)[subject_a.white_matter].mean()
    print(f"{name:13s} white matter: min-max {white:.3f}, percentiles {robust:.3f}")

# %% [markdown]
# **Another field of view under a z-score of the whole image**: you saw it in section 4. A brain
# mask helps, as long as the mask is right. A mask that includes the skull in one patient and not
# in the other brings the problem back.
#
# **A z-score within a large lesion.** If half the brain is diseased, mean and deviation are those
# of the disease, and the healthy half looks abnormal. Take the statistics where tissue is normal.
#
# **A quantitative target that was augmented or normalized**: you saw it in section 10. The loss is
# small, the model is wrong, and nobody notices until a phantom is scanned.
#
# **A scale that was not kept.** The model's file is passed on without its `a` and `b`. Its output
# between 0 and 1 cannot be turned into HU by anybody. Store the scale with the weights.
#
# ### Before you normalize, ask
# 1. Does the unit mean something? Then keep it, or keep the exact inverse.
# 2. From which voxels do the numbers come, and would they be the same in another field of view?
# 3. What do the brightest 1 % do to the scale, and what does the scale do to them?
# 4. Is something clamped? Then it is gone. May it be?
# 5. Can somebody repeat it, with the seed and the numbers that you stored?

# %% [markdown]
# ## Go further (not graded)
#
# Nyúl and Udupa (1999) mend differences of contrast as well: they use percentiles of the brain as
# knots and map them to fixed standard values. That is your `stretch_piecewise`, with knots that
# come from each image. Run it on the two subjects. Do the histograms agree now? Does grey matter?

# %%
percents = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99]
landmarks = [np.percentile(p.image[p.brain], percents) for p in (subject_a, subject_b)]
standard = np.mean([(marks - marks[0]) / (marks[-1] - marks[0]) for marks in landmarks], axis=0)
for patient, marks in zip((subject_a, subject_b), landmarks, strict=True):
    scaled = my_stretch_piecewise(patient.image.astype(float), marks, standard)
    median = np.median(scaled[patient.brain])
    print(
        f"{patient.name}: median of the brain {median:.2f}, "
        f"grey matter {scaled[patient.grey_matter].mean():.2f}"
    )

# %% [markdown]
# <details><summary>What we see</summary>
#
# All percentiles of the two brains agree now, as they must. Grey matter still does not: subject
# B's slice holds another share of grey matter, so its 40th percentile is another tissue. The
# method trusts that all images hold the same tissues in the same shares. For two whole heads that
# is nearly true; for two slices, or for a head with a large tumour, it is not.
# </details>
#
# ## Take along
#
# - MR has arbitrary units: normalize before you compare. Min-max trusts the extremes, percentiles
#   trust that extremes are rare, the z-score trusts mean and deviation, a reference region trusts
#   whoever drew it.
# - CT and PET have units: show them through a window, scale them with two fixed numbers, and keep
#   the inverse.
# - Clamping cannot be undone.
# - The scale decides what the loss sees, and so what the model learns.
# - Randomness comes from a generator with a seed, and never touches a quantitative target.
#
# ## Further reading
#
# - Nyúl LG, Udupa JK. On standardizing the MR image intensity scale. Magnetic Resonance in
#   Medicine 42(6), 1999. doi:10.1002/(SICI)1522-2594(199912)42:6<1072::AID-MRM11>3.0.CO;2-M.
#   Percentiles as knots of a stretched scale. Variants: Nyúl, Udupa, Zhang, IEEE Transactions on
#   Medical Imaging 19(2), 2000, doi:10.1109/42.836373.
# - Shinohara RT et al. Statistical normalization techniques for magnetic resonance imaging.
#   NeuroImage: Clinical 6, 2014. doi:10.1016/j.nicl.2014.08.008. What a good normalization should
#   achieve, and white matter as the reference.
# - Reinhold JC, Dewey BE, Carass A, Prince JL. Evaluating the impact of intensity normalization
#   on MR image synthesis. Proc. SPIE 10949, 2019. doi:10.1117/12.2513089. Seven normalizations
#   and three ways to predict one MR contrast from another: normalizing helped in all of them.
# - Isensee F et al. nnU-Net: a self-configuring method for deep learning-based biomedical image
#   segmentation. Nature Methods 18, 2021. doi:10.1038/s41592-020-01008-z.
# - Carney JP, Townsend DW, Rappoport V, Bendriem B. Method for transforming CT images for
#   attenuation correction in PET/CT imaging. Medical Physics 33(4), 2006. doi:10.1118/1.2174132.
# - Fonov V et al. Unbiased average age-appropriate atlases for pediatric studies. NeuroImage 54(1),
#   2011. doi:10.1016/j.neuroimage.2010.07.033. The brain of this notebook.
