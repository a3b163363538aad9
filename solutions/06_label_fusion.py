# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Atlases: synthetic CT and label fusion", minutes: 90, slides: "35-39"}
# ---

# %% [markdown]
# # 06 Atlases: synthetic CT and label fusion
#
# **In this notebook** you learn
# - to make a CT for a patient who only has an MR image, from the MR and CT images of other people,
# - to measure how alike two scans are, as a whole and around each voxel,
# - to rank atlases voxel by voxel, and to fuse their CT values with weights by rank,
# - to let atlases vote on labels, and to say what happens when a vote is tied,
# - to tell what a bad atlas does to each of these methods, and which faults no correlation sees.
#
# Time: about 90 minutes. Slides: 35 to 39. You need numpy arrays with several axes (`axis=0`); from
# notebook 05 the correlation of two images, and from notebook 03 why the patient needs a CT.
#
# There are 10 exercises and 5 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter). It takes some seconds the first time, while
# seven heads are made.

# %%
import time

import numpy as np
import SimpleITK as sitk

from course_lib.data import phantom
from course_lib.display.atlas_scene import BONE, SPACING_MM, one_slice, scene, target
from course_lib.display.figures import Panel, image_row
from course_lib.display.vote_figures import UNDECIDED, draw_labels
from course_lib.display.widgets import label_fusion as widgets
from course_lib.imaging import (
    atlases,
    attenuation,
    label_fusion,
    local_similarity,
    ranking,
    similarity,
)
from course_lib.imaging.metrics import mean_absolute_error
from course_lib.notebook import ask, check, use

patient = one_slice("sagittal, through the nose")
print(f"The patient: one slice of {patient.t1.shape} voxels of {SPACING_MM:g} mm")
print(f"The atlases: {patient.atlas_t1.shape}, MR and CT of {len(patient.atlas_t1)} other people")

# %% [markdown]
# ## 1 The question
#
# *About 4 minutes, slides 35 and 36.*
#
# The patient on the PET/MR scanner, the one of notebook 03, still needs a CT, so that his PET can
# be corrected. You made one from two ultra-short echoes, and bone was at the noise floor. Here is
# another idea. The hospital has a **database of other patients** who had both, an MR image and a
# CT. Warp each of them to our patient with what you know from notebook 05. Such a warped pair is
# called an **atlas**. All CTs now lie on the patient's grid. **Which of them do we believe, and
# where?**
#
# No registration is perfect. Our six atlases lie within about 3 mm of where they should, a usual
# error between two people, and a skull is 6 mm thick.
#
# The slides' pictures are lost. The heads here are those of our phantom, so the patient's true CT
# is known. It is used for nothing but measuring errors.

# %%
image_row(
    [
        Panel(patient.t1, "Patient, MR", "a.u.", (0, 1200)),
        Panel(patient.atlas_t1[0], "Atlas 1, MR", "a.u.", (0, 1200)),
        Panel(patient.atlas_ct[0], "Atlas 1, CT", "HU", (-1000, 1500)),
    ],
    alt=(
        "Sagittal slices through the nose: the T1-weighted image of the patient; that of atlas 1, "
        "a similar head with another brightness; and the CT of atlas 1, with white skull and "
        "spine, grey soft tissue, and black air in nose and throat."
    ),
)

# %%
phantom.CARD

# %% [markdown]
# ## 2 How alike are two scans?
#
# *About 9 minutes, slide 35.*
#
# $I$ is the patient's MR image, $J_n$ that of atlas $n$. They come from different scanners, so the
# same tissue has another brightness, and differences mean nothing. The **normalised
# cross-correlation** does not see gain and offset [slide 35]:
#
# $$NCC_n = \frac{1}{N} \,
# \frac{\langle I - \bar I,\ J_n - \bar J_n \rangle}{\sigma(I)\, \sigma(J_n)}$$
#
# $N$ is the number of voxels, $\langle a, b \rangle$ the sum of all products $a_i b_i$, $\bar I$ a
# mean and $\sigma$ a standard deviation of the population, with $N$ in it. The result lies between
# -1 and 1.
#
# ### Exercise: the correlation of two images


# %% exercise="global_ncc"
def global_ncc(first, second):
    """Correlate two images after taking off their means and dividing by their deviations.

    first, second: arrays of one shape. Returns one number from -1 to 1.
    Raises a ValueError if an image is constant.
    """
    # BEGIN SOLUTION
    if first.std() == 0 or second.std() == 0:
        raise ValueError("A constant image has no correlation.")
    product = (first - first.mean()) * (second - second.mean())
    return product.mean() / (first.std() * second.std())
    # END SOLUTION


# %%
check("global_ncc", global_ncc)

# %% [markdown]
# The simplest synthetic CT of the lecture: take the CT of the atlas whose MR image is most like the
# patient's.
#
# ### Exercise: pick an atlas


# %%
my_global_ncc = use("global_ncc", global_ncc)


# %% exercise="best_atlas"
def best_atlas(target, images):
    """Find the atlas whose image correlates best with the target's.

    target: array, MR image of the patient. images: list of arrays, MR images of the atlases.
    Returns the index of the atlas, from 0; the first of equals.
    Raises a ValueError if there are no atlases.
    """
    # BEGIN SOLUTION
    return int(np.argmax([my_global_ncc(target, image) for image in images]))
    # END SOLUTION


# %%
check("best_atlas", best_atlas)

# %%
my_best_atlas = use("best_atlas", best_atlas)
picked = my_best_atlas(patient.t1, list(patient.atlas_t1))
print("atlas   NCC     mean absolute error of its CT in the head")
for n, (mr, ct) in enumerate(zip(patient.atlas_t1, patient.atlas_ct, strict=True)):
    error = mean_absolute_error(patient.ct, ct, patient.body)
    print(f"  {n + 1}    {my_global_ncc(patient.t1, mr):.3f}   {error:.0f} HU", end="")
    print("   <- picked" if n == picked else "")

# %% [markdown]
# Atlas 6 wins with 0.842, and its CT is wrong by 158 HU on average. Four others would have been
# better, atlas 1 by 15 HU. Two lessons: one number for a whole slice hardly tells the atlases
# apart, and it is measured on MR, where the brain fills most of the picture and bone is black.
#
# ## 3 One atlas, or all of them?
#
# *About 4 minutes, slide 35.*
#
# Why throw five atlases away? The errors of six registrations are not the same, so averaging should
# help. **Before you run the cell:** where will the average be better than the picked atlas, and
# what will its skull look like?

# %%
averaged = atlases.average(list(patient.atlas_ct))
for name, ct in (("picked atlas", patient.atlas_ct[picked]), ("average", averaged)):
    head, bone = (mean_absolute_error(patient.ct, ct, m) for m in (patient.body, patient.bone))
    print(f"{name:13s} error in the head {head:.0f} HU, in bone {bone:.0f} HU")
image_row(
    [
        Panel(patient.ct, "True CT", "HU", (-1000, 1500)),
        Panel(
            patient.atlas_ct[picked] - patient.ct, "Picked - true", "HU", (-1000, 1000), "RdBu_r"
        ),
        Panel(averaged - patient.ct, "Average - true", "HU", (-1000, 1000), "RdBu_r"),
    ],
    alt=(
        "The true CT of the slice, and two maps of errors in HU, white where right. The picked "
        "atlas has thin lines of full blue and red along the skull, the nose and the vertebrae; "
        "the average has broader and paler ones at the same places."
    ),
)

# %% [markdown]
# The average is better in the head, 132 in place of 158 HU. But it blurs: each atlas puts the skull
# somewhere else, and the mean of bone and air is neither. A weak, wide skull absorbs too little.
#
# ## 4 Alike around each voxel
#
# *About 20 minutes, slides 35 and 36.*
#
# An atlas may fit well at the nose and badly at the neck. So ask for each voxel: how alike are the
# two images *around here*? The lecture takes a patch around the voxel and correlates the two
# patches [slide 36].
#
# Cutting out a patch for each of millions of voxels takes forever. But all that a correlation needs
# are means, and the mean over the patch around *every* voxel at once is a **box filter**. With
# $m(\cdot)$ for it,
#
# $$LNCC = \frac{m(I J) - m(I)\, m(J)}{s(I)\, s(J)}, \qquad s(I)^2 = m(I I) - m(I)^2$$
#
# This is the formula of section 2, multiplied out. Check it on paper if you do not believe it.
#
# ### Exercise: the local mean
#
# Beyond the border there is nothing. We mirror the image there, border voxels included: a row that
# begins 3, 1, 4 goes on to the left with 3, 1, 4 again. In numpy that is
# `np.pad(image, width, mode="symmetric")`. You need not visit each voxel: think of the whole image,
# shifted.


# %% exercise="local_mean"
def local_mean(image, size):
    """Average an image over the patch around each pixel: the box filter.

    image: array with two axes. size: side of the square patch, an odd number.
    Returns an array of decimal numbers of the same shape.
    Raises a ValueError if the size is even.
    """
    # BEGIN SOLUTION
    if size % 2 == 0:
        raise ValueError(f"The patch has {size} pixels along a side; an odd number is needed.")
    rows, columns = image.shape
    padded = np.pad(image, size // 2, mode="symmetric")
    total = np.zeros(image.shape)
    for y in range(size):
        for x in range(size):
            total += padded[y : y + rows, x : x + columns]
    return total / size**2
    # END SOLUTION


# %%
check("local_mean", local_mean)

# %%
ask("border_mean")

# %% quiz="border_mean"
quiz_border_mean = "D"  # "A", "B", "C", "D" or "E"

# %%
check("quiz_border_mean", quiz_border_mean)

# %% [markdown]
# ### Exercise: the local correlation
#
# Three traps lie in these few lines.
# - MR images are stored as whole numbers. 300 * 300 does not fit into 16 bits and becomes 24464,
#   without a warning.
# - Where a patch is **flat**, its deviation is 0. Nothing in it can be alike, so the correlation is
#   set to 0.
# - $m(I I) - m(I)^2$ is a difference of large numbers. Rounding can leave a little where 0 should
#   be, or slightly less than 0. Call a patch flat when this variance is below 1e-6.


# %%
my_local_mean = use("local_mean", local_mean)


# %% exercise="local_ncc"
def local_ncc(first, second, size):
    """Correlate the patches of two images around each pixel.

    first, second: arrays of one shape with two axes, often of whole numbers.
    size: side of the square patch, an odd number.
    Returns an array from -1 to 1, 0 where a patch of either image is flat (variance below 1e-6).
    Raises a ValueError if the size is even.
    """
    # BEGIN SOLUTION
    first, second = first.astype(float), second.astype(float)
    mean, other_mean = my_local_mean(first, size), my_local_mean(second, size)
    covariance = my_local_mean(first * second, size) - mean * other_mean
    variance = my_local_mean(first * first, size) - mean**2
    other_variance = my_local_mean(second * second, size) - other_mean**2
    varied = (variance > 1e-6) & (other_variance > 1e-6)
    deviations = np.sqrt(np.where(varied, variance * other_variance, 1))
    return np.where(varied, covariance / deviations, 0)
    # END SOLUTION


# %%
check("local_ncc", local_ncc)

# %%
my_local_ncc = use("local_ncc", local_ncc)
maps = np.stack([my_local_ncc(patient.t1, mr, 5) for mr in patient.atlas_t1])
image_row(
    [
        Panel(alike, f"Atlas {n + 1}", "local NCC" if n == 2 else "", (-1, 1), "RdBu_r")
        for n, alike in enumerate(maps[:3])
    ],
    alt=(
        "Maps of the local correlation of three atlases with the patient, red for 1, white for 0, "
        "blue for -1. The head is mostly dark red, with paler lines that differ from atlas to "
        "atlas. Outside the head the map is speckled around 0."
    ),
    caption="Your local NCC, patches of 5 x 5 voxels (15 mm), of three of the six atlases.",
)

# %% [markdown]
# Now look at one atlas together with the error of its CT, which a hospital would not know.
#
# **Before you move anything,** write down: do you expect the CT to be wrong where the local NCC is
# low? Then look at the three mean errors below the picture, in several slices.
# 1. With patches of 5 x 5 in the first slice, the error is *not* largest where the correlation is
#    lowest. Where in the head is the correlation low although the CT is right? Why?
# 2. Make the patch larger, up to 21. What happens to the detail of the map, and to the noise
#    outside the head?
# 3. Why is the map so noisy in air?

# %%
widgets.local_similarity()

# %% [markdown]
# <details><summary>What we see</summary>
#
# 1. Inside the brain. Grey and white matter differ in MR, and folds that do not meet pull the
#    correlation down, but in CT both are 30 to 40 HU. MR similarity is a stand-in for CT
#    similarity, and not a perfect one. At bone and air, where the CT error is made, low
#    correlation does mean a large error; the axial slices show it clearly.
# 2. Large patches give smooth maps that say less and less about the voxel in their middle; in the
#    limit they are the NCC of the whole head again. Very small patches follow the noise. Both ends
#    are bad; a side of 9 to 20 mm is a good compromise here.
# 3. In air there is nothing but noise, which is independent in two scans. Correlations of pure
#    noise are random numbers around 0, larger for small patches.
# </details>
#
# ## 5 Ranks, and weights from ranks
#
# *About 9 minutes, slide 36.*
#
# How should similarity become weight? An NCC of 0.9 is not "twice as good" as 0.45. The lecture
# uses only the order: **rank** the atlases at each voxel, and give higher weight to better ranks
# [slide 36]. The exponential is the choice of Burgos et al. (2014):
#
# $$w_n = e^{-\beta\, r_n}$$
#
# A word on words: the slide says *higher rank = higher weight*, as in the army. We count ranks from
# **0 for the best** atlas, so a smaller number is better. $\beta$ is called the decay.
#
# ### Exercise: ranks


# %% exercise="atlas_ranks"
def atlas_ranks(similarities):
    """Rank the atlases at each voxel, from 0 for the most similar one.

    similarities: array whose first axis counts the atlases; larger is more similar.
    Returns an array of whole numbers of the same shape. At each voxel every rank from 0 to N - 1
    occurs once; of equals the first atlas ranks better.
    Raises a ValueError if the similarities hold NaN.
    """
    # BEGIN SOLUTION
    if np.isnan(similarities).any():
        raise ValueError("The similarities hold NaN, which has no rank.")
    order = np.argsort(-similarities, axis=0, kind="stable")
    return np.argsort(order, axis=0)
    # END SOLUTION


# %%
check("atlas_ranks", atlas_ranks)

# %% [markdown]
# ### Exercise: weights from ranks


# %% exercise="rank_weights"
def rank_weights(ranks, decay):
    """Turn ranks into weights that fall off exponentially: 1 for the best.

    ranks: array of whole numbers of any type, 0 for the best. decay: number.
    Returns an array of the same shape.
    Raises a ValueError if the decay is negative.
    """
    # BEGIN SOLUTION
    if decay < 0:
        raise ValueError(f"The decay is {decay}; worse atlases would count more.")
    return np.exp(-decay * ranks)
    # END SOLUTION


# %%
check("rank_weights", rank_weights)

# %%
my_atlas_ranks = use("atlas_ranks", atlas_ranks)
my_rank_weights = use("rank_weights", rank_weights)
weights = my_rank_weights(my_atlas_ranks(maps), 0.5)
listed = [f"{weight:.2f}" for weight in my_rank_weights(np.arange(6), 0.5)]
print("Weights of the ranks 0 to 5:", ", ".join(listed))
for n, ranked in enumerate(my_atlas_ranks(maps)):
    share = 100 * (ranked == 0)[patient.body].mean()
    print(f"atlas {n + 1} is the best one at {share:.0f} % of the voxels of the head")

# %% [markdown]
# No atlas is the best one everywhere: the luckiest wins at a fifth of the voxels. Picking *one* for
# the whole head means to be wrong about which one in four of five places.
#
# ## 6 The fused CT
#
# *About 12 minutes, slide 36.*
#
# At each voxel, the fused value is the weighted mean of what the atlases say:
#
# $$CT = \frac{\sum_n w_n\, CT_n}{\sum_n w_n}$$
#
# ### Exercise: fuse the CT values


# %% exercise="fuse_ct"
def fuse_ct(images, weights):
    """Fuse images voxel by voxel with their weights.

    images: array whose first axis counts the atlases, CT in HU.
    weights: array of the same shape, how much each atlas counts at each voxel.
    Returns an array in HU, without the first axis.
    Raises a ValueError if all weights of a voxel are 0.
    """
    # BEGIN SOLUTION
    total = weights.sum(axis=0)
    if (total == 0).any():
        raise ValueError("All weights of a voxel are 0.")
    return (weights * images).sum(axis=0) / total
    # END SOLUTION


# %%
check("fuse_ct", fuse_ct)

# %%
ask("fused_value")

# %% quiz="fused_value"
quiz_fused_value = "E"  # "A", "B", "C", "D" or "E"

# %%
check("quiz_fused_value", quiz_fused_value)

# %% [markdown]
# Your five functions together are the *more complex solution* of slide 36.

# %%
my_fuse_ct = use("fuse_ct", fuse_ct)
fused = my_fuse_ct(patient.atlas_ct, weights)
methods = {"picked atlas": patient.atlas_ct[picked], "average": averaged, "fused by rank": fused}
for name, ct in methods.items():
    head, bone = (mean_absolute_error(patient.ct, ct, m) for m in (patient.body, patient.bone))
    print(f"{name:13s} error in the head {head:.0f} HU, in bone {bone:.0f} HU")
image_row(
    [
        Panel(fused, "Fused CT", "HU", (-1000, 1500)),
        Panel(averaged - patient.ct, "Average - true", "HU", (-1000, 1000), "RdBu_r"),
        Panel(fused - patient.ct, "Fused - true", "HU", (-1000, 1000), "RdBu_r"),
    ],
    alt=(
        "The fused CT, in which skull and vertebrae are sharper than in an average; the error map "
        "of the average; and that of the fused CT, with thinner and paler lines at the same "
        "places: skull, nose and spine."
    ),
)

# %% [markdown]
# From 158 to 132 to 106 HU. Now tune it. **Predict first:**
# 1. What is a decay of 0? What is a very large one?
# 2. Which decay is best here? Is the best one the same in all slices?
# 3. With which number of atlases does fusion become better than every single atlas?

# %%
widgets.rank_fusion()

# %% [markdown]
# <details><summary>What we see</summary>
#
# 1. With a decay of 0 all ranks weigh the same, and fusion is the plain average. With a decay of 5
#    the best atlas of each voxel has 99 % of the weight: a patchwork of single atlases, sharp but
#    noisy, with seams.
# 2. Between 1.25 and 2, depending on the slice. Burgos et al. used 0.5 with far more atlases. The
#    optimum depends on how much the similarity can be trusted: here registration errors are the
#    only difference between people, so it can be trusted more than in life. Never tune it on the
#    patients on whom you report the error.
# 3. Two are enough in the first two slices, three in the last. Each further atlas tends to help
#    less than the one before.
# </details>
#
# ### What is it worth?
#
# So far this was one slice. The same functions of the course work on whole heads, with cubes for
# patches. And the CT is only a means: what counts is the PET that is corrected with it. We turn
# each CT into an attenuation map (notebook 02, section 12) and correct the same PET with it.

# %%
heads, person = scene(), target()
brain = np.isin(heads.labels, (7, 8))
mr_images, cts = list(heads.atlas_t1), list(heads.atlas_ct)
synthetic = {
    "picked atlas": cts[atlases.best_atlas(heads.t1, mr_images)],
    "average": atlases.average(cts),
    "fused by rank": atlases.rank_fusion(heads.t1, mr_images, cts, size=5),
    "no bone (water)": np.where(heads.body, 40, -1000),
}


def corrected_pet(ct):
    """Correct the PET of the patient with the attenuation map of a CT; kBq/mL."""
    return phantom.correct_attenuation(person.nac_pet, attenuation.attenuation_map(ct), SPACING_MM)


true_pet = corrected_pet(heads.ct)
percent = {
    name: 100 * (corrected_pet(ct)[brain] / true_pet[brain] - 1) for name, ct in synthetic.items()
}
print("whole head         CT error, HU       PET error in the brain, %")
print("                   head    bone       mean    mean absolute")
for name, ct in synthetic.items():
    head, bone = (mean_absolute_error(heads.ct, ct, m) for m in (heads.body, heads.bone))
    off = percent[name]
    print(f"{name:16s} {head:6.0f} {bone:7.0f} {off.mean():+12.1f} {np.abs(off).mean():12.1f}")

# %% [markdown]
# A head without bone reads 8 % too little PET. Any of the three atlas methods repairs most of
# that. Fusion halves the error of the average, to about 0.5 %, less than the noise of a PET. This
# is the patient of notebook 03: there, the better one of your maps from two echoes was off by 1.17
# % without the signs (on a grid of 2 mm). Do not conclude that atlases always win. Our atlases are
# healthy and well registered, and section 10 shows what they cannot do and an echo can. Eleven
# methods of several kinds were compared in a multi-centre study (Ladefoged et al. 2017); the best
# ones stayed within a few per cent in nearly all patients.
#
# ## 7 Votes on labels
#
# *About 18 minutes, slides 37 to 39.*
#
# The same atlases can segment. If somebody outlined the tissues of each atlas once, the warped
# labels are guesses for our patient [slide 38]. Labels are names, so there is no average of them:
# between bone (4) and white matter (8) does not lie fluid (6). They **vote**.
#
# ### Quiz 4 of the lecture [slide 39]

# %%
ask("majority_label")

# %% quiz="majority_label"
quiz_majority_label = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_majority_label", quiz_majority_label)

# %% [markdown]
# The lecture's winner has four votes of ten. That is no majority in the strict sense, and still the
# best guess: "majority" here means the **most** votes. (The slide votes for each patch; we vote for
# each voxel.)
#
# And when two labels have equally many? The slide does not say, and a program will do something all
# the same. With `argmax` the lowest label wins, because it comes first. Nobody decided that. So we
# decide: a tie for the first place becomes the label `undecided`.
#
# ### Exercise: the majority vote


# %% exercise="fuse_labels"
def fuse_labels(labels, undecided):
    """Take at each voxel the label that most atlases give it.

    labels: array of whole numbers whose first axis counts the atlases.
    undecided: label for voxels where two or more labels share the largest number of votes.
    Returns an array of whole numbers, without the first axis.
    Raises a ValueError if the labels are not of an integer type.
    """
    # BEGIN SOLUTION
    if labels.dtype.kind not in "iu":
        raise ValueError(f"The labels hold {labels.dtype} values; whole numbers are needed.")
    names = np.unique(labels)
    votes = np.stack([(labels == name).sum(axis=0) for name in names])
    fused = names[votes.argmax(axis=0)]
    tied = (votes == votes.max(axis=0)).sum(axis=0) > 1
    return np.where(tied, undecided, fused)
    # END SOLUTION


# %%
check("fuse_labels", fuse_labels)

# %%
ask("tied_vote")

# %% quiz="tied_vote"
quiz_tied_vote = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_tied_vote", quiz_tied_vote)

# %% [markdown]
# ### Exercise: Dice
#
# How good is a segmentation? Compare it with the truth. For one tissue, with $A$ the true voxels
# and $B$ ours, the overlap of **Dice** is
#
# $$D = \frac{2\, |A \cap B|}{|A| + |B|}$$
#
# The air around the head, which everybody gets right, does not count in it.


# %% exercise="dice"
def dice(reference, predicted):
    """Measure the overlap of two masks, 2 |A and B| / (|A| + |B|).

    reference, predicted: bool arrays of one shape. Returns one number; 1 if both are empty.
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if reference.shape != predicted.shape:
        raise ValueError(f"The shapes {reference.shape} and {predicted.shape} differ.")
    total = reference.sum() + predicted.sum()
    return 2 * (reference & predicted).sum() / total if total else 1.0
    # END SOLUTION


# %%
check("dice", dice)

# %%
ask("dice_value")

# %% quiz="dice_value"
quiz_dice_value = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_dice_value", quiz_dice_value)

# %% [markdown]
# In the vote so far an atlas counts the same everywhere. But we know where it fits.
#
# ### Exercise: a weighted vote
#
# Add up the weights of the atlases that give a label, in place of counting them. Ties hardly occur
# any more; the lowest of tied labels may win.


# %% exercise="weighted_vote"
def weighted_vote(labels, weights):
    """Take at each voxel the label whose atlases weigh most together.

    labels: array of whole numbers whose first axis counts the atlases.
    weights: array of the same shape, how much each atlas counts at each voxel.
    Returns an array of whole numbers, without the first axis; of tied labels the lowest.
    Raises a ValueError if all weights of a voxel are 0.
    """
    # BEGIN SOLUTION
    if (weights.sum(axis=0) == 0).any():
        raise ValueError("All weights of a voxel are 0.")
    names = np.unique(labels)
    support = np.stack([((labels == name) * weights).sum(axis=0) for name in names])
    return names[support.argmax(axis=0)]
    # END SOLUTION


# %%
check("weighted_vote", weighted_vote)

# %%
my_fuse_labels, my_dice = use("fuse_labels", fuse_labels), use("dice", dice)
my_weighted_vote = use("weighted_vote", weighted_vote)
segmented = {
    "Picked atlas": patient.atlas_labels[picked],
    "Majority": my_fuse_labels(patient.atlas_labels, UNDECIDED),
    "Weighted by rank": my_weighted_vote(patient.atlas_labels, weights),
}
for name, labels in segmented.items():
    right = 100 * (labels == patient.labels)[patient.body].mean()
    bone = my_dice(patient.bone, np.isin(labels, BONE))
    undecided = np.count_nonzero(labels == UNDECIDED)
    print(f"{name:17s} {right:.1f} % right, Dice of bone {bone:.3f}, undecided: {undecided}")
draw_labels(
    segmented,
    alt=(
        "Three segmentations of the slice in colours. The picked atlas looks sharp and lies beside "
        "the truth; the majority vote has purple undecided voxels along all borders; the weighted "
        "vote is sharp and has no undecided voxels."
    ),
)

# %% [markdown]
# With six atlases, one voxel in eight of the head is tied, mostly three to three, and a tie counts
# as wrong here. Play with it. **Predict:**
# 1. What happens to the undecided voxels with an odd number of atlases? Do they vanish?
# 2. Let ties go to the lowest label. Which tissues does that favour? Does it look better, and *is*
#    it better?
# 3. What does the map of shares tell a physician that the segmentation alone does not?

# %%
widgets.votes()

# %% [markdown]
# <details><summary>What we see</summary>
#
# 1. They become fewer, but with nine labels they do not vanish: one to one to one is a tie of three
#    atlases.
# 2. It favours air (0 and 1) over bone (4), and bone over brain, for no other reason than their
#    numbers. More voxels are right by luck, since one of the tied labels often is the true one. A
#    rule that is at least chosen: give a tie to the label of the locally best atlas. That is what
#    the weighted vote does.
# 3. Where a result is certain. A small share of votes marks thin bone, folds, and every border, and
#    that is where the result should be checked.
# </details>
#
# ## 8 A bad atlas
#
# *About 6 minutes.*
#
# Somewhere in a database there is a scan that was registered wrongly, a CT that belongs to another
# visit, a file whose header was misread. Three faults, four methods. **For each fault, predict
# which methods suffer. Which of the faults can the NCC see?**

# %%
widgets.bad_atlases()

# %% [markdown]
# <details><summary>What we see</summary>
#
# - **Registration failed.** Picking never takes the bad atlas, because its NCC of 0.47 is far below
#   the 0.8 of the others. The average swallows a sixth of it everywhere. Fusion by rank mostly
#   gives it the last rank, 3 % of the weight, and suffers half as much. A threshold on the NCC
#   would throw it out altogether.
# - **The pair does not fit**, or **the CT was read without its intercept** (notebook 01!). The MR
#   image is perfect, so every similarity is high, and fusion *trusts* the atlas. Ranks do not help:
#   nothing that looks at MR alone can see a fault of the CT. The **median** of the CT values can,
#   as long as fewer than half of the atlases are bad, because it looks at the CT.
# - With three of six bad in the same way, the median fails as well. Votes and medians protect
#   against faults that are rare and different, not against a fault that all atlases share.
#
# So check a database before it is used, CT and MR: the range of the HU, the mutual information of
# each pair, and each atlas as a patient whose CT is predicted from all the others.
# </details>
#
# ## 9 In practice
#
# *About 4 minutes.*
#
# These are the lines that a hospital would use, their agreement with the course's own functions on
# whole heads, and their time, measured on your computer just now.


# %%
def timed(call):
    """Return the result of a call, and its time in ms."""
    start = time.perf_counter()
    result = call()
    return result, 1000 * (time.perf_counter() - start)


def compare(name, ours, theirs, inside=np.s_[:]):
    """Print how far two results are apart, and how long each took."""
    (mine, my_time), (peer, peer_time) = timed(ours), timed(theirs)
    apart = np.abs(np.asarray(mine, float) - peer)[inside].max()
    print(f"{name:42s} apart {apart:7.1e}; ours {my_time:4.0f} ms, theirs {peer_time:4.0f} ms")


segmentations = [sitk.GetImageFromArray(labels) for labels in heads.atlas_labels]
mr = heads.t1.astype(np.float32)
itk_mr = sitk.GetImageFromArray(mr)
compare(
    "majority vote: SimpleITK LabelVoting",
    lambda: label_fusion.majority_vote(heads.atlas_labels, UNDECIDED),
    lambda: sitk.GetArrayFromImage(sitk.LabelVoting(segmentations, UNDECIDED)),
)
compare(
    "local mean, without border: SimpleITK BoxMean",
    lambda: local_similarity.local_mean(mr, 5),
    lambda: sitk.GetArrayFromImage(sitk.BoxMean(itk_mr, [2, 2, 2])),
    np.s_[2:-2, 2:-2, 2:-2],
)
compare(
    "NCC of two heads: numpy corrcoef",
    lambda: np.array([similarity.ncc(heads.t1, heads.atlas_t1[0])]),
    lambda: np.corrcoef(heads.t1.ravel(), heads.atlas_t1[0].ravel())[0, 1],
    0,
)

# %% [markdown]
# What to know before you use them:
# - `sitk.LabelVoting` has the same tie rule as you, if you give it the label for undecided. If you
#   do not, it invents one: the largest label plus 1.
# - `sitk.BoxMean` averages at the border only the voxels that exist, where we mirror the image. So
#   the outermost voxels differ; that is why they are left out above.
# - SimpleITK's registration metric `SetMetricAsCorrelation` is **minus the square** of the NCC: the
#   negative of an image scores as well as the image itself.
#   `SetMetricAsANTSNeighborhoodCorrelation` is minus the mean of the squared local NCC.
#
# ### STAPLE
#
# STAPLE (Warfield et al. 2004) is another way to weigh votes. It does not look at the images at
# all. It guesses a truth from the votes, measures how often each atlas finds the structure
# (*sensitivity*) and how often it rightly leaves the rest alone (*specificity*), weighs the votes
# with these numbers, guesses again, and repeats until nothing changes. Here it segments bone, first
# with the six atlases, then with one of them shifted by 30 mm.

# %%
bones = np.isin(heads.atlas_labels, BONE)
shift = round(30 / SPACING_MM)


def with_bad_atlas(volumes):
    """Shift the first of the atlases upward by 30 mm; what leaves the volume is gone."""
    shifted = np.zeros_like(volumes[:1])
    shifted[:, shift:] = volumes[:1, :-shift]
    return np.concatenate([shifted, volumes[1:]])


print("Dice of bone        majority   STAPLE   weighted by local rank")
for name, spoil in (("six atlases", np.asarray), ("one of them bad", with_bad_atlas)):
    staple = sitk.STAPLEImageFilter()
    staple.SetForegroundValue(1)
    votes = spoil(bones)
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in votes]
    probability = sitk.GetArrayFromImage(staple.Execute(images))
    alike = local_similarity.similarity_maps(heads.t1, list(spoil(heads.atlas_t1)), 5)
    by_rank = label_fusion.weighted_vote(votes, list(ranking.rank_weights(ranking.ranks(alike))))
    results = (votes.sum(axis=0) > 3, probability > 0.5, by_rank)
    overlaps = [my_dice(heads.bone, result) for result in results]
    print(f"{name:17s} {overlaps[0]:10.3f} {overlaps[1]:8.3f} {overlaps[2]:10.3f}")
    print("   STAPLE's sensitivities:", np.round(staple.GetSensitivity(), 2))

# %% [markdown]
# With good atlases STAPLE and the majority are about equal. With a bad one STAPLE finds out, from
# the votes alone, that atlas 1 misses four fifths of the bone, and goes on without it, while the
# majority drops. The local ranks win in both cases, because they know *where* an atlas fits, and
# they have seen the images. (`sitk.MultiLabelSTAPLE` does the same for all tissues at once. It
# takes several seconds for these small heads.)
#
# The majority hides a tie here: six atlases, and bone wins with four. Change `> 3` to `>= 3`, so
# that ties go to bone. What happens to the Dice, and why?
#
# ## 10 In the hospital: when it fails
#
# *About 4 minutes.*
#
# **Atlases cannot know what none of them has.** After an operation a patient lacks a piece of the
# skull: under the skin there is soft tissue where all atlases have bone. We take that piece out of
# our patient, MR and CT.

# %%
operated = one_slice("axial, through the brain")
hole = operated.bone.copy()
hole[:38], hole[58:], hole[:, :40] = False, False, False
true_ct, mr_seen = operated.ct.copy(), operated.t1.copy()
true_ct[hole], mr_seen[hole] = 45, np.median(operated.t1[operated.labels == 2])
guess = atlases.rank_fusion(mr_seen, list(operated.atlas_t1), list(operated.atlas_ct), size=5)
best = [
    np.max(local_similarity.similarity_maps(seen, list(operated.atlas_t1), 5), axis=0)
    for seen in (operated.t1, mr_seen)
]
print(f"In the hole: truth 45 HU, fused CT {guess[hole].mean():.0f} HU")
print(f"Best local NCC there: {best[1][hole].mean():.2f}, before the operation", end=" ")
print(f"{best[0][hole].mean():.2f}")
image_row(
    [
        Panel(mr_seen, "MR", "a.u.", (0, 1200)),
        Panel(guess, "Fused CT", "HU", (-1000, 1500)),
        Panel(guess - true_ct, "Fused - true", "HU", (-1000, 1000), "RdBu_r"),
        Panel(best[1], "Best local NCC", "NCC", (-1, 1), "RdBu_r"),
    ],
    alt=(
        "Axial slices through the brain. In the MR image the dark line of the skull is missing on "
        "the right of the picture. The fused CT shows a closed skull. Its error is a red band "
        "where the piece is missing. The map of the best local correlation of all atlases is "
        "paler there than elsewhere in the skull."
    ),
)

# %% [markdown]
# The fused CT has healed the patient: bone where there is none, and a PET that reads too high
# beside it. It looks perfect, which makes it dangerous. But there is a warning: where *no* atlas
# resembles the patient, even the best local NCC is low. Show that map beside the CT.
#
# The same holds for a tumour, an implant, metal at the teeth (notebook 11), a shunt, a child among
# adults, a patient who lies with the arms up among patients who do not.
#
# **The registration fails, and all atlases fail alike.** A patient whose head is out of the field
# of view, or turned by 90 degrees, gets six bad atlases, and six bad atlases can agree.
#
# **The database is one kind of people.** Skull thickness changes with age and disease. If the
# database holds forty healthy students, the error in an old patient is not the error you published.
#
# **Overlap is not distance.** Large structures reach a high Dice whatever happens at their border.
# Thin ones are the opposite: a skull of two voxels that lies one voxel beside the truth has a Dice
# of 0.5, and would serve the PET well. Look at distances too.
#
# ### Before you fuse, ask
# 1. Did each registration succeed? Look at the NCC of each atlas, not only at the result.
# 2. Was each pair checked, its CT too?
# 3. Is there someone like this patient among the atlases?
# 4. What happens to ties, and who decided it?
# 5. Where is no atlas similar, and does whoever reads the result know?

# %% [markdown]
# ## Go further (not graded)
#
# The weights by rank forget *how much* better an atlas is. Artaechevarria et al. (2009) weigh by a
# power of the similarity itself. Is that better? And how well does the median do, which knows
# nothing of MR?

# %%
for name, power in (("similarity", 1), ("its fourth power", 4), ("its 16th power", 16)):
    by_similarity = np.clip(maps.astype(float), 1e-3, 1) ** power
    ct = atlases.weighted_mean(list(patient.atlas_ct), list(by_similarity))
    print(f"weights from {name:17s} {mean_absolute_error(patient.ct, ct, patient.body):.0f} HU")
for decay in (0.5, 1.5):
    ct = atlases.fuse_by_rank(list(maps), list(patient.atlas_ct), decay)
    error = mean_absolute_error(patient.ct, ct, patient.body)
    print(f"weights from ranks, decay {decay}    {error:.0f} HU")
median = np.median(patient.atlas_ct, axis=0)
print(
    f"median of the atlases          {mean_absolute_error(patient.ct, median, patient.body):.0f} HU"
)

# %% [markdown]
# <details><summary>What we see</summary>
#
# High powers do what a large decay does: they take nearly the best atlas only. The similarity
# itself is too soft a weight, since most values lie between 0.7 and 1. With the right power it
# does as well as ranks with the right decay; ranks need no such tuning of scale, and the same
# decay works for any measure of similarity. The median lies between average and fusion, without
# looking at one MR image.
# </details>
#
# ## Take along
#
# - An atlas is a pair of images of somebody else, warped to your patient. Its CT is a guess.
# - One correlation for a whole head hardly tells atlases apart. A map of local correlations does,
#   and it costs five box filters.
# - Ranks turn similarity into weights that do not depend on its scale. Fusion beats the average,
#   and the average beats a single atlas.
# - Labels are names: they vote. A tie needs a rule, and the rule must be written down.
# - Similarity of MR says nothing about a wrong CT, and no atlas knows what none has seen.
#
# In notebook 07 one patient is compared with himself: labels are followed from visit to visit, and
# Dice is needed again.
#
# ## Further reading
#
# - Burgos N et al. Attenuation correction synthesis for hybrid PET-MR scanners: application to
#   brain studies. IEEE Transactions on Medical Imaging 33(12), 2014. doi:10.1109/TMI.2014.2340135.
#   Local similarity, ranks and weights as you wrote them.
# - Ladefoged CN et al. A multi-centre evaluation of eleven clinically feasible brain PET/MRI
#   attenuation correction techniques using a large cohort of patients. NeuroImage 147, 2017.
#   doi:10.1016/j.neuroimage.2016.12.010.
# - Heckemann RA et al. Automatic anatomical brain MRI segmentation combining label propagation and
#   decision fusion. NeuroImage 33(1), 2006. doi:10.1016/j.neuroimage.2006.05.061. How the vote
#   improves with the number of atlases.
# - Artaechevarria X, Munoz-Barrutia A, Ortiz-de-Solorzano C. Combination strategies in multi-atlas
#   image segmentation: application to brain MR data. IEEE Transactions on Medical Imaging 28(8),
#   2009. doi:10.1109/TMI.2009.2014372.
# - Warfield SK, Zou KH, Wells WM. Simultaneous truth and performance level estimation (STAPLE): an
#   algorithm for the validation of image segmentation. IEEE Transactions on Medical Imaging 23(7),
#   2004. doi:10.1109/TMI.2004.828354.
# - Iglesias JE, Sabuncu MR. Multi-atlas segmentation of biomedical images: a survey. Medical Image
#   Analysis 24(1), 2015. doi:10.1016/j.media.2015.06.012.
# - Dice LR. Measures of the amount of ecologic association between species. Ecology 26(3), 1945.
#   doi:10.2307/1932409.
