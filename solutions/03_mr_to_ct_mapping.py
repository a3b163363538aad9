# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "From MR to CT: intensity mapping", minutes: 90, slides: "19-24"}
# ---

# %% [markdown]
# # 03 From MR to CT: intensity mapping
#
# **In this notebook** you learn
# - why bone and air look alike in MR, and how two ultra-short echoes tell them apart,
# - to make a joint histogram, to cut air out of it, and why a Dice of 0.98 can hide lost bone,
# - to compute R2* where there is hardly any signal, and what noise makes of it,
# - to turn R2* into HU, by a threshold and by a fitted curve, and HU into the attenuation that PET
#   needs,
# - to compare two maps honestly: in percent, between limits of agreement, and tissue by tissue.
#
# Time: about 90 minutes. Slides: 19 to 24. From notebook 01 you need HU, from notebook 02 arbitrary
# units and masks.
#
# There are 9 exercises and 4 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np
from scipy import ndimage

from course_lib.data import phantom
from course_lib.display.figures import Panel, image_row
from course_lib.display.map_figures import draw_agreement, draw_curve
from course_lib.display.ute_figures import draw_echo_histograms
from course_lib.display.widgets import mr_to_ct_mapping as widgets
from course_lib.imaging import air_segmentation, attenuation, metrics
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 Bone is black, and air is black
#
# *About 4 minutes, slide 19.*
#
# Our patient lies in a PET/MR scanner. PET needs an attenuation map: how much of its radiation each
# voxel stops. Bone stops 50 % more than soft tissue, air stops nothing. A CT would tell them apart
# at a glance, but there is no CT. There is MR, and MR sees protons. Bone holds few, air holds none.
# So both are black, next to each other, in the sinuses and behind the ears. How do we tell which
# black is bone?
#
# We work with two people. The first has **both** scans, MR and CT: from this one we learn. The
# second is the patient, whose CT we keep in a drawer, to see at the end how wrong we are. Both are
# phantoms: only there the truth is known for every voxel.

# %%
known, patient = phantom.head(), phantom.subject(1)
slice_ = known.plane("axial", -48)
image_row(
    [
        Panel(slice_.t1, "T1-weighted MR", "a.u.", (0, 1000)),
        Panel(slice_.ute1, "first echo, 0.07 ms", "a.u.", (0, 4500)),
        Panel(slice_.ute2, "second echo, 2.46 ms", "a.u.", (0, 4500)),
        Panel(slice_.ct, "CT", "HU", (-1000, 1500)),
    ],
    alt=(
        "One slice through the sinuses in four images. In the T1-weighted image, bone and air are "
        "both black. In the first echo, bone is dark grey and air black. In the second echo, both "
        "are black again. In the CT, bone is white and air black."
    ),
)

# %%
phantom.CARD

# %% [markdown]
# An MR signal fades after it was excited. In soft tissue that takes 50 ms, in bone one or two. A
# usual scan listens after several ms; then bone is silent. The lecture's scan listens twice: as
# early as the scanner can, at **TE1**, an *ultra-short echo time* (UTE), and again later, at
# **TE2** [slide 19]. Look at the pictures above: bone is grey in the first echo and black in the
# second. Air is black in both, and tissue bright in both.
#
# ## 2 Two histograms become one
#
# *About 10 minutes, slides 20 and 21.*
#
# Slide 20 shows the histogram of each echo. Its figure is lost; this one is ours. **Before you
# look:** in which of the two histograms can a threshold separate air from bone? Is there one that
# makes no error?

# %%
draw_echo_histograms()

# %% [markdown]
# <details><summary>What we see</summary>
#
# Only in the first. But also there bone and air overlap: the noise of air reaches up to 1300, and
# bone begins at 100. Every threshold loses something. In the second echo bone lies upon air.
# </details>
#
# Each histogram alone forgets which voxel had which value in the other. The **joint histogram**
# does not: its axes are the two echoes, and each voxel counts at its pair of values [slide 21].
# Divided by the number of voxels it is *normalised*: the share of voxels in each bin.
#
# $$p(i, j) = \frac{n(i, j)}{\sum_{k, l} n(k, l)}$$
#
# ### Exercise: the normalised joint histogram
#
# Row: bin of the first image. Column: bin of the second. Values beyond a range count in the
# outermost bin, so that no voxel is lost. `np.histogram2d` is allowed; look up what it does with
# such values.


# %% exercise="normalized_joint_histogram"
def normalized_joint_histogram(first, second, bins, first_range, second_range):
    """Return the share of voxels in each bin of two images; all shares add up to 1.

    first, second: arrays of one shape. bins: number of bins for each image.
    first_range, second_range: tuples (low, high) that the bins cover; values beyond count in the
    outermost bin. Returns an array (bins, bins). Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if first.shape != second.shape:
        raise ValueError(f"The shapes {first.shape} and {second.shape} differ.")
    first, second = np.clip(first, *first_range), np.clip(second, *second_range)
    counts, _, _ = np.histogram2d(first.ravel(), second.ravel(), bins, [first_range, second_range])
    return counts / counts.sum()
    # END SOLUTION


# %%
check("normalized_joint_histogram", normalized_joint_histogram)

# %%
my_histogram = use("normalized_joint_histogram", normalized_joint_histogram)
share = my_histogram(known.ute1, known.ute2, 60, (0, 6000), (0, 6000))
print(f"All bins together: {share.sum():.6f}")
print(f"Below 700 in both echoes: {100 * share[:7, :7].sum():.1f} % of the voxels")

# %% [markdown]
# ## 3 Air
#
# *About 13 minutes, slides 19 to 21.*
#
# Air is the heap in the corner of the joint histogram. Draw the corner: two thresholds, one for
# each echo. The mask beside it follows.
#
# **Tasks, in this order:**
# 1. Start as it stands, at 1500 and 1500. Dice is above 0.96. Would you use this mask? Look at the
#    skull.
# 2. Find the highest Dice you can. How much of the compact bone does it cost?
# 3. Find thresholds that lose less than 2 % of the bone. What happens in the air?
# 4. Now let the neighbours vote: each voxel becomes what most of the 27 voxels around it are. What
#    does the vote mend, and what does it break? Look at the walls between the sinuses.

# %%
widgets.air_corner()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Dice is 0.967, and 91 % of the compact bone are gone. The image holds 16 times as much air as
#    compact bone, so Dice does not notice.
# 2. Near 850 and 1250, Dice reaches 0.990, and a quarter of the compact bone is lost. **A high Dice
#    of the large class says nothing about the small one beside it.** Ask for the number that
#    matters.
# 3. Near 450 and 500 hardly any bone is lost, but a third of the air is noise above the thresholds,
#    and would become tissue.
# 4. Noise is single voxels, and the vote outvotes them: at 750 and 750, Dice rises from 0.982 to
#    0.996, and only 1 % of the compact bone is lost, in place of 14 %. But thin walls of bone and
#    small cells of air lose the vote, too: of the air inside the head 90 % are found, in place of
#    94 %. A vote trusts that everything that matters is thicker than a voxel.
# </details>
#
# ### Exercise: the air mask


# %% exercise="air_mask"
def air_mask(first, second, first_threshold, second_threshold):
    """Mark the voxels whose signal is below the threshold at both echoes.

    first, second: arrays of one shape. Returns a bool array, True in air.
    Raises a ValueError if the shapes differ or a value is NaN.
    """
    # BEGIN SOLUTION
    if first.shape != second.shape:
        raise ValueError(f"The shapes {first.shape} and {second.shape} differ.")
    if np.isnan(first).any() or np.isnan(second).any():
        raise ValueError("An echo holds NaN; nobody knows whether that is air.")
    return (first < first_threshold) & (second < second_threshold)
    # END SOLUTION


# %%
check("air_mask", air_mask)

# %% [markdown]
# The units are arbitrary, so thresholds of one scan mean nothing in the next. But every scan shows
# its own noise: above the head there is air only. Noise without signal follows a known law, the
# Rayleigh distribution: a share $e^{-t^2 / (2 \sigma^2)}$ of it lies above $t$ (Gudbjartsson and
# Patz 1995). From the mean square of the background, $2 \sigma^2$, follow the noise $\sigma$ and
# the $t$ that only 1 % of air exceeds. `noise_threshold` does that.


# %%
my_air_mask = use("air_mask", air_mask)


def thresholds_of(person):
    """Return the threshold of air for each echo, and the noise, from the slices above the head."""
    empty = [echo[-round(8 / person.spacing[0]) :] for echo in (person.ute1, person.ute2)]  # 8 mm
    limits = [air_segmentation.noise_threshold(each, 0.01) for each in empty]
    return *limits, air_segmentation.noise_threshold(empty[0], np.exp(-0.5))


def air_of(person, vote=True):
    """Return the air of a person."""
    air = my_air_mask(person.ute1, person.ute2, *thresholds_of(person)[:2])
    return air_segmentation.neighbor_vote(air) if vote else air


def said_of_air(person, air):
    """Print how good a mask of air is."""
    lost, inner = air[person.labels == 4].mean(), air[person.labels == 1].mean()
    print(
        f"Dice {metrics.dice(person.labels <= 1, air):.3f}, compact bone lost {100 * lost:4.1f} %, "
        f"air inside the head found {100 * inner:.1f} %"
    )


for name, person in (("known", known), ("patient", patient)):
    for vote in (False, True):
        print(f"{name:8s}{'with' if vote else 'without'} vote: ", end="")
        said_of_air(person, air_of(person, vote))

# %% [markdown]
# The patient's coil is a little weaker than the other's, so more bone drowns in the noise: 23 % in
# place of 15 %. With the vote, 4 % and 1 %. From here on we use the vote.
#
# ### Quiz: what Dice hides
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("dice_of_air")

# %% quiz="dice_of_air"
quiz_dice_of_air = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_dice_of_air", quiz_dice_of_air)

# %% [markdown]
# ## 4 How fast the signal fades: R2*
#
# *About 13 minutes, slide 22.*
#
# The signal fades exponentially, $S(TE) = S_0 \, e^{-TE \cdot R_2^*}$. Two echoes are enough to
# solve for the rate $R_2^*$ [slide 22]:
#
# $$R_2^* = \frac{\ln S_{TE1} - \ln S_{TE2}}{TE2 - TE1}$$
#
# Neither coil nor gain is left in it: what multiplies both echoes cancels. $R_2^*$ has a unit, 1/s,
# and can be compared between patients. That is why the lecture maps $R_2^*$ to HU, and not the
# echoes.
#
# One thing the formula does not say: what to do with a signal of 0, or below? It has no logarithm.
# And a signal of 3, where the noise is 250, has one, but it means nothing. So we set a **floor**:
# every signal below it is raised to it. In air both echoes are at the floor, and R2* becomes 0. In
# dense bone only the second is, and R2* becomes the *least* decay that explains the pair.
#
# ### Exercise: R2* with a floor
#
# The echo times come in ms, R2* is wanted in 1/s.


# %% exercise="r2star"
def r2star(first, second, echo_ms, floor):
    """Return the decay rate between two echoes in 1/s.

    first, second: arrays of one shape. echo_ms: tuple (TE1, TE2) in ms.
    floor: every signal below it is raised to it. Negative rates, from noise, are kept.
    Raises a ValueError if TE2 is not after TE1, or the floor is not above 0.
    """
    # BEGIN SOLUTION
    if echo_ms[1] <= echo_ms[0]:
        raise ValueError(f"The echo times {echo_ms} ms do not rise.")
    if floor <= 0:
        raise ValueError(f"The floor is {floor}; it must be above 0.")
    seconds = (echo_ms[1] - echo_ms[0]) / 1000
    logs = [np.log(np.maximum(echo, float(floor))) for echo in (first, second)]
    return (logs[0] - logs[1]) / seconds
    # END SOLUTION


# %%
check("r2star", r2star)

# %%
my_r2star = use("r2star", r2star)


def rate_of(person):
    """Return R2* of a person in 1/s; the floor is the noise."""
    return my_r2star(person.ute1, person.ute2, person.settings.echo_ms, thresholds_of(person)[2])


known_air, patient_air = air_of(known), air_of(patient)
known_rate, patient_rate = rate_of(known), rate_of(patient)
print("tissue of the patient    true R2*   measured, median   half of the voxels")
for tissue in phantom.TISSUES[2:]:
    low, middle, high = np.percentile(patient_rate[patient.labels == tissue.label], [25, 50, 75])
    print(f"{tissue.name:24s} {tissue.r2star:5.0f} 1/s {middle:12.0f} 1/s {low:8.0f} to {high:.0f}")

# %% [markdown]
# Soft tissue comes out right, with noise of some 60 1/s around it. Spongy bone nearly. But compact
# bone, the densest of all, measures 300 1/s in place of 900, *less* than spongy bone. The image
# shows no sign of it: the numbers look as good as any.
#
# ### Why? Bone at the noise floor
#
# The widget below simulates voxels filled with one tissue. **Predict, then look:**
# 1. At which R2* does the curve of compact bone turn flat, and what has that to do with the grey
#    area on the left?
# 2. Halve the noise (full signal over noise 32). Halve it again. How far does the measurable R2*
#    move?
# 3. Go back to 16 and move the second echo to 0.96 ms. Compact bone is measured better. What is the
#    price? Read the range of grey matter.
# 4. Set the floor to 0.25 noise levels, then to 4. Which of the two is honest?

# %%
widgets.decay_and_noise()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. It bends where the second echo sinks into the noise, and stays at about 400 1/s. From there on
#    the scanner measures its own noise, and whatever the bone does, R2* stays the same. Compact
#    bone has so few protons that it starts only three times above the noise.
# 2. The highest R2* that bone can show rises from 527 to 817 and 1107 1/s: each halving adds ln 2 /
#    2.39 ms = 290 1/s. A logarithm is bought dearly: half the noise takes four times the scan time.
# 3. Grey matter, 17 1/s, now spreads from about -170 to 210 1/s, in place of -50 to 90. The shorter
#    the time between the echoes, the more the noise of both is magnified. Two tissues, two best
#    echo times; one has to choose.
# 4. A floor of 0.25 lets R2* reach 950 1/s by chance, a floor of 4 cuts all bone down to 0. At the
#    noise itself, the floor says what is known: at least this much.
# </details>
#
# Noise is one reason. The other is thickness: the layers of compact bone are one or two voxels
# thick, so most voxels share their signal with tissue. Look at the few voxels that have bone on all
# sides:

# %%
deep = ndimage.binary_erosion(known.labels == 4)
for name, where in (("all compact bone", known.labels == 4), ("deep compact bone", deep)):
    print(f"{name}: {where.sum():5d} voxels, median {np.median(known_rate[where]):.0f} 1/s")

# %% [markdown]
# That is what the widget says of a whole voxel. Would a better scanner help? With 12 times less
# noise, deep compact bone of our phantom measures 841 1/s, but all compact bone only 431 1/s. Only
# large bones *and* little noise give the true 900.
#
# ### Quiz: a decay rate

# %%
ask("decay_rate")

# %% quiz="decay_rate"
quiz_decay_rate = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_decay_rate", quiz_decay_rate)

# %% [markdown]
# ## 5 From R2* to HU
#
# *About 6 minutes, slides 22 and 23.*
#
# Now we need the first person, who has both scans. Each voxel of bone is a pair: R2* and HU.
# Through all pairs we fit a curve by least squares, here a polynomial [slides 22 and 23]:
#
# $$HU(R_2^*) = c_0 + c_1 R_2^* + c_2 {R_2^*}^2 + c_3 {R_2^*}^3$$
#
# ### Exercise: fit the curve
#
# `np.polyfit` is allowed. Mind the order of its coefficients, and what it does when all R2* are
# equal.


# %% exercise="fit_curve"
def fit_curve(r2star, hu, degree):
    """Fit a polynomial from R2* to HU by least squares.

    r2star, hu: rows of numbers, one pair for each voxel. degree: 1 for a line.
    Returns degree + 1 coefficients, that of R2*^0 first.
    Raises a ValueError if there are not more different values of R2* than the degree.
    """
    # BEGIN SOLUTION
    if np.unique(r2star).size <= degree:
        raise ValueError(f"Too few different values of R2* for degree {degree}.")
    return np.polyfit(r2star, hu, degree)[::-1]
    # END SOLUTION


# %%
check("fit_curve", fit_curve)

# %%
my_fit_curve = use("fit_curve", fit_curve)
THRESHOLD, HIGHEST = 100, 700  # 1/s: bone begins here; hardly a voxel decays faster
known_r2star, known_hu = known_rate[~known_air], known.ct[~known_air].astype(float)
bone = known_r2star >= THRESHOLD
curve = my_fit_curve(known_r2star[bone], known_hu[bone], 3)
draw_curve(known_r2star, known_hu, curve, (THRESHOLD, HIGHEST))

# %% [markdown]
# Look at the cloud and not only at the curve. Between 100 and 250 1/s the curve rises, because
# there voxels of noisy soft tissue give way to bone. Above, it is flat: R2* hardly knows how dense
# the bone is. You know why: that is the noise floor. Slide 23's curve is lost; ours has the
# phantom's noise.
#
# ## 6 Two maps
#
# *About 12 minutes, slides 23 and 24.*
#
# The simplest map has three values [slide 24]: air, soft tissue, and *one* value for all bone.
#
# ### Exercise: the threshold map


# %% exercise="threshold_map"
def threshold_map(r2star, air, threshold, bone_hu, soft_hu):
    """Make a CT of three values: -1000 HU in air, bone_hu from the threshold on, else soft_hu.

    r2star: array in 1/s. air: bool array of the same shape, True in air.
    Returns an array in HU. Raises a ValueError if R2* holds NaN.
    """
    # BEGIN SOLUTION
    if np.isnan(r2star).any():
        raise ValueError("R2* holds NaN; nobody knows which tissue that is.")
    tissue = np.where(r2star >= threshold, bone_hu, soft_hu)
    return np.where(air, -1000.0, tissue)
    # END SOLUTION


# %%
check("threshold_map", threshold_map)

# %% [markdown]
# The continuous map ("scaled signal" on slide 24) lets the HU of bone follow the curve. A
# polynomial must only be read where it was fitted: beyond, it runs away.
#
# ### Exercise: the continuous map


# %% exercise="continuous_map"
def continuous_map(r2star, air, coefficients, r2star_range, soft_hu):
    """Make a CT in which the HU of bone follow a curve.

    r2star: array in 1/s. air: bool array, True in air; it becomes -1000 HU.
    coefficients: of the curve, that of R2*^0 first.
    r2star_range: tuple (low, high). Below low is soft tissue, soft_hu. From low on it is bone;
    above high, the curve's value at high holds.
    Returns an array in HU. Raises a ValueError if low is not below high.
    """
    # BEGIN SOLUTION
    low, high = r2star_range
    if low >= high:
        raise ValueError(f"The range {r2star_range} is empty or inverted.")
    bone_hu = np.polynomial.polynomial.polyval(np.clip(r2star, low, high), coefficients)
    tissue = np.where(r2star >= low, bone_hu, soft_hu)
    return np.where(air, -1000.0, tissue)
    # END SOLUTION


# %%
check("continuous_map", continuous_map)

# %% [markdown]
# All that the maps need was learnt from the first person: the mean HU of bone, the median HU of the
# rest, the curve. Now the drawer with the patient's CT may be opened. **Predict:** which map has
# the smaller error in bone? Does it matter where the threshold lies?

# %%
my_threshold_map = use("threshold_map", threshold_map)
my_continuous_map = use("continuous_map", continuous_map)


def both_maps(rate, air, threshold, learnt=(known_r2star, known_hu)):
    """Return the threshold map and the continuous map, with what was learnt from one person."""
    is_bone = learnt[0] >= threshold
    coefficients = my_fit_curve(learnt[0][is_bone], learnt[1][is_bone], 3)
    soft_hu, bone_hu = np.median(learnt[1][~is_bone]), learnt[1][is_bone].mean()
    return (
        my_threshold_map(rate, air, threshold, bone_hu, soft_hu),
        my_continuous_map(rate, air, coefficients, (threshold, HIGHEST), soft_hu),
    )


head, skull = patient.labels >= 2, np.isin(patient.labels, (4, 5))
print("mean absolute error in HU   whole head            bone")
print("from R2* in 1/s       threshold  continuous threshold  continuous")
for threshold in (60, 100, 150, 200):
    made = both_maps(patient_rate, patient_air, threshold)
    errors = [metrics.mean_absolute_error(patient.ct, m, w) for w in (head, skull) for m in made]
    print(f"{threshold:8d} {errors[0]:21.0f} {errors[1]:11.0f} {errors[2]:9.0f} {errors[3]:11.0f}")

# %% [markdown]
# Read the columns downwards. The threshold map depends on its threshold: a low one invents bone, a
# high one misses it. The continuous map hardly cares up to 150 1/s, because a voxel just above the
# threshold gets only a *little* bone. **That is its gain: not a better value in bone, but no harm
# from a wrong threshold.** At the best threshold the two are nearly equal, and above 200 1/s, where
# the curve is flat, they are the same map.
#
# And both are wrong by 400 HU in bone. Density is not in the data, and no curve brings it in.
#
# ## 7 In percent of what PET needs
#
# *About 11 minutes, slide 24.*
#
# HU are not what PET asks for. It needs the attenuation $\mu$ at 511 keV, in 1/cm (Carney et al.
# 2006; 120 kV):
#
# $$\mu = \min(0.000096 \, (HU + 1000),\ 0.000051 \, (HU + 1000) + 0.0471)$$
#
# Slide 24 compares such maps in **percent of the CT's**. For that the quantity needs a true zero.
# 1/cm has one, and kBq/mL of PET; HU has not: its zero is water, and 10 HU in place of 5 are not
# "100 % too much" of anything. And where the reference is nothing, percent are nothing either.
#
# ### Exercise: the percent difference


# %% exercise="percent_difference"
def percent_difference(reference, predicted, floor):
    """Return by how many percent each value differs from the reference.

    reference, predicted: arrays of one shape, in a unit with a true zero.
    Where the reference is not above the floor, the result is NaN.
    Too low a prediction is negative. Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if np.shape(reference) != np.shape(predicted):
        raise ValueError(f"The shapes {np.shape(reference)} and {np.shape(predicted)} differ.")
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = 100 * (predicted - reference) / reference
    return np.where(reference > floor, percent, np.nan)
    # END SOLUTION


# %%
check("percent_difference", percent_difference)

# %% [markdown]
# ### Quiz: percent of what?

# %%
ask("percent_of_mu")

# %% quiz="percent_of_mu"
quiz_percent_of_mu = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_percent_of_mu", quiz_percent_of_mu)

# %% [markdown]
# Here is slide 24 with our patient: attenuation maps above, PET below, on the slide's scales. The
# reference is the patient's CT, and the PET corrected with it. (The phantom's PET is divided by an
# attenuation factor for each voxel, and not reconstructed; streaks and scatter are missing.)
# **Before you move the threshold:** an error in the skull is an error of how many percent in the
# middle of the brain? Does it stay in the skull?
#
# Then find a threshold at which the PET of the threshold map is right on average. Is the map right
# there?

# %%
widgets.two_maps()

# %% [markdown]
# <details><summary>What we see</summary>
#
# Each line between two detectors crosses the skull twice, so a wrong skull darkens or brightens
# everything inside it, smoothly: errors of 15 % and more in bone become 1 to 5 % in the brain. At
# 100 1/s the threshold map invents bone in the brain (red specks) and makes the true bone too soft
# (blue rings); the middle of the brain reads too high, its edge too low. Near 130 1/s the two
# cancel in the mean of this slice. The map is as wrong as before.
#
# The slice through the sinuses is the worst: at the base of the skull, dense bone and air share one
# voxel after the other, much bone is lost, and the brain reads 8 % too low with either map.
# </details>
#
# Now in numbers, in the whole brain of the patient, with your own functions:

# %%
my_percent_difference = use("percent_difference", percent_difference)
brain, spacing_mm = patient.labels >= 6, patient.spacing[0]


def corrected(hu):
    """Return the patient's PET, corrected with a CT or with a map made from MR."""
    return phantom.correct_attenuation(patient.nac_pet, attenuation.attenuation_map(hu), spacing_mm)


pet_by_ct = corrected(patient.ct)
print("PET of the brain in % of the CT's      mean   mean without sign")
for threshold in (60, 100, 150):
    made = both_maps(patient_rate, patient_air, threshold)
    for name, hu in zip(("threshold map", "continuous map"), made, strict=True):
        percent = my_percent_difference(pet_by_ct, corrected(hu), 0.5)[brain]
        print(
            f"from {threshold} 1/s, {name:19s} {np.nanmean(percent):+8.2f} "
            f"{np.nanmean(np.abs(percent)):12.2f}"
        )

# %% [markdown]
# Read both columns. On *average* the threshold map from 100 1/s beats everything: +0.17 %, against
# -0.85 % of the continuous map. But it is right for the wrong reason: invented bone makes PET too
# high, missed bone makes it too low, and the two cancel. Without the signs the continuous map wins
# from 60 and from 100 1/s, 1.17 against 1.85 % and more; from 150 1/s the two are alike. A lesion
# at the edge of the brain does not care about the average.
#
# Without the vote of section 3 neither map was any good: from 100 1/s, PET was too low by 3.2 %
# with the threshold map and by 4.0 % with the continuous one, which then was the *worse* of the
# two. **The simple step (air) mattered more than the clever one (the curve).**
#
# ## 8 How far off may the next patient be?
#
# *About 9 minutes.*
#
# A mean difference near 0 can hide large differences of both signs. Bland and Altman (1986) plot
# the difference of two methods against their mean, and give the **limits of agreement**, between
# which about 95 % of differences lie:
#
# $$\bar{d} \pm 1.96 \, s_d$$
#
# $\bar d$ is the mean difference, the *bias*; $s_d$ the standard deviation of the differences, the
# sample's (divided by $n - 1$).
#
# ### Exercise: mean and limits of agreement


# %% exercise="limits_of_agreement"
def limits_of_agreement(reference, predicted, mask):
    """Return the mean difference, and its lower and upper limit of agreement, inside a mask.

    reference, predicted: arrays of one shape and in one unit. mask: bool array, which to compare.
    Returns three numbers: mean of predicted - reference, mean - 1.96 s, mean + 1.96 s.
    Raises a ValueError if there are fewer than two differences.
    """
    # BEGIN SOLUTION
    difference = (predicted - reference)[mask]
    if difference.size < 2:
        raise ValueError(f"There are {difference.size} differences; at least two are needed.")
    mean, reach = difference.mean(), 1.96 * difference.std(ddof=1)
    return mean, mean - reach, mean + reach
    # END SOLUTION


# %%
check("limits_of_agreement", limits_of_agreement)

# %% [markdown]
# First voxel by voxel, in the brain of our patient. The voxels of one patient are not independent,
# so these limits describe this one image and promise nothing about the next.

# %%
my_limits = use("limits_of_agreement", limits_of_agreement)
stepped, continuous = both_maps(patient_rate, patient_air, THRESHOLD)
pet_by_map = corrected(continuous)
draw_agreement(
    pet_by_ct[brain],
    pet_by_map[brain],
    my_limits(pet_by_ct, pet_by_map, brain),
    "kBq/mL",
    "PET of one brain, continuous map against CT",
)

# %% [markdown]
# Two things to see. The cloud opens to the right: the error is a part of the value, not a fixed
# number. Where that is so, percent are the better unit for limits. And it hangs down: differences
# reach -2, while the upper limit is never reached. Limits of mean -+ 1.96 deviations assume a bell
# curve. 95 % of the voxels lie between these, by luck; the worst ones, at the edge of the brain,
# lie far outside.
#
# For a promise we need patients. Eight of them, at 4 mm to save time, one number each: the mean PET
# of the brain. **Predict** which map has the smaller bias, and which the narrower limits.

# %%
coarse = phantom.head(spacing_mm=4.0)
air = air_of(coarse)
learnt = rate_of(coarse)[~air], coarse.ct[~air].astype(float)
means = []
for number in range(1, 9):
    person = phantom.subject(number, spacing_mm=4.0)
    inside = person.labels >= 6
    images = (person.ct, *both_maps(rate_of(person), air_of(person), THRESHOLD, learnt))
    means.append(
        [
            phantom.correct_attenuation(person.nac_pet, attenuation.attenuation_map(hu), 4.0)[
                inside
            ].mean()
            for hu in images
        ]
    )
by_ct, by_threshold, by_curve = np.array(means).T
everybody = np.ones(len(means), dtype=bool)
for name, values in (("threshold map", by_threshold), ("continuous map", by_curve)):
    mean, low, high = my_limits(by_ct, values, everybody)
    print(f"{name:15s} mean difference {mean:+.2f}, limits {low:+.2f} to {high:+.2f} kBq/mL")
draw_agreement(
    by_ct,
    by_curve,
    my_limits(by_ct, by_curve, everybody),
    "kBq/mL",
    "Eight patients, continuous map against CT",
)

# %% [markdown]
# The threshold map has no bias, the continuous map reads 0.15 kBq/mL too low (1.4 %). But its
# limits are the narrower ones. A known bias can be taken off; a spread cannot. Which map would you
# take? Before you answer: with eight patients, each limit is itself known to about 0.05 kBq/mL only
# (Bland and Altman give the formula).
#
# ### Quiz: the next patient

# %%
ask("next_patient")

# %% quiz="next_patient"
quiz_next_patient = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_next_patient", quiz_next_patient)

# %% [markdown]
# ## 9 Who pays for the average?
#
# *About 6 minutes.*
#
# More than two thirds of the voxels of this image are air, and most of the head is soft tissue. One
# number for all of them is a number about air. So the last step is a table: errors in each tissue
# by itself.
#
# ### Exercise: errors per tissue


# %% exercise="errors_per_tissue"
def errors_per_tissue(reference, predicted, labels):
    """Measure the errors of a map within each tissue.

    reference, predicted: arrays of one shape in HU, perhaps int16. labels: tissue of each voxel.
    Returns a dict from each label that occurs to a tuple of four numbers: count of voxels, mean of
    predicted - reference, mean absolute error, root mean square error.
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if reference.shape != predicted.shape:
        raise ValueError(f"The shapes {reference.shape} and {predicted.shape} differ.")
    difference = predicted.astype(float) - reference
    result = {}
    for label in np.unique(labels):
        inside = difference[labels == label]
        result[int(label)] = (
            inside.size,
            inside.mean(),
            np.abs(inside).mean(),
            np.sqrt((inside**2).mean()),
        )
    return result
    # END SOLUTION


# %%
check("errors_per_tissue", errors_per_tissue)

# %%
my_errors = use("errors_per_tissue", errors_per_tissue)
print("continuous map, in HU     voxels     mean   mean absolute   root mean square")
for label, (count, mean, absolute, square) in my_errors(
    patient.ct, continuous, patient.labels
).items():
    name = phantom.TISSUES[label].name
    print(f"{name:24s} {count:8d} {mean:+8.0f} {absolute:12.0f} {square:16.0f}")

# %% [markdown]
# Compact bone is 465 HU too soft, and fat 126 HU too dense, since we gave all soft tissue one
# value. Spongy bone has a small *mean* error, because voxels that are too dense and too soft
# cancel; without signs it is 266 HU. The brain is nearly right; it is also the easiest. Root mean
# squares far above mean absolute errors tell of few large errors: voxels that are air in one image
# and bone in the other.
#
# ## 10 In practice
#
# *About 2 minutes.*
#
# Lines that do the same with the libraries of a hospital, their agreement with the course's own
# functions, and their time, measured on your computer just now.

# %%
import SimpleITK as sitk
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from course_lib.imaging import agreement, mr_mapping


def milliseconds(call):
    """Return the median time of three calls in ms."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def compare(name, ours, theirs):
    """Print how far two results are apart, and how long each takes."""
    apart = np.abs(np.asarray(ours(), dtype=float) - np.asarray(theirs(), dtype=float)).max()
    times = f"ours {milliseconds(ours):5.0f} ms, theirs {milliseconds(theirs):5.0f} ms"
    print(f"{name:42s} largest difference {apart:7.1e}, {times}")


first, second, noise = thresholds_of(patient)
echoes = [sitk.GetImageFromArray(echo.astype(np.float32)) for echo in (patient.ute1, patient.ute2)]
truth, mask = (
    sitk.GetImageFromArray(each.astype(np.uint8)) for each in (patient.labels <= 1, patient_air)
)
ends, seconds = (0.0, 6000.0), np.diff(patient.settings.echo_ms)[0] / 1000


def itk_air():
    """Make the mask of air and let the neighbours vote."""
    low = sitk.And(*(sitk.Less(e, limit) for e, limit in zip(echoes, (first, second), strict=True)))
    return sitk.GetArrayFromImage(sitk.BinaryMedian(low, [1, 1, 1], 1, 0))[1:-1, 1:-1, 1:-1]


def itk_r2star():
    """Compute R2* with a floor."""
    logs = [sitk.Log(sitk.Clamp(echo, lowerBound=noise)) for echo in echoes]
    return sitk.GetArrayFromImage(sitk.Subtract(*logs) / seconds)


def itk_dice():
    """Measure the overlap of two masks."""
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(truth, mask)
    return overlap.GetDiceCoefficient(1)


def sklearn_fit():
    """Fit a polynomial, and give its coefficients in rising powers."""
    model = make_pipeline(PolynomialFeatures(3, include_bias=False), LinearRegression())
    model.fit(known_r2star[fitted, None] / 1000, known_hu[fitted])  # 1/ms: numbers near 1
    line = model[-1]
    return np.array([line.intercept_, *line.coef_])


def our_fit():
    """Fit the same polynomial over 1/ms."""
    return mr_mapping.fit_curve(known_r2star[fitted] / 1000, known_hu[fitted], 3)


def our_air():
    """Make the mask of air and let the neighbours vote."""
    low = air_segmentation.air_mask(patient.ute1, patient.ute2, first, second)
    return air_segmentation.neighbor_vote(low)[1:-1, 1:-1, 1:-1]


def our_means():
    """Return the mean error of each tissue."""
    errors = agreement.errors_per_class(patient.ct, continuous, patient.labels)
    return [each.mean for each in errors.values()]


fitted = known_r2star >= THRESHOLD
flat = [echo.ravel().astype(float) for echo in (patient.ute1, patient.ute2)]
compare(
    "numpy histogram2d, divided by the sum",
    lambda: air_segmentation.normalized_joint_histogram(patient.ute1, patient.ute2, 60, ends, ends),
    lambda: np.histogram2d(*flat, 60, [ends, ends])[0] / flat[0].size,
)
compare("SimpleITK Less, And, BinaryMedian", our_air, itk_air)
compare(
    "SimpleITK Clamp, Log, Subtract",
    lambda: mr_mapping.r2star(patient.ute1, patient.ute2, patient.settings.echo_ms, noise),
    itk_r2star,
)
compare("scikit-learn polynomial regression", our_fit, sklearn_fit)
compare(
    "SimpleITK LabelOverlapMeasures (Dice)",
    lambda: metrics.dice(patient.labels <= 1, patient_air),
    itk_dice,
)
compare(
    "scipy ndimage.mean with labels",
    our_means,
    lambda: ndimage.mean(continuous - patient.ct, patient.labels, range(9)),
)

# %% [markdown]
# What to know before you use them:
# - `sitk.Log` of 0 is minus infinity, without a word. `sitk.Clamp` first.
# - `sitk.BinaryMedian` takes a radius, not a width, and treats the border in another way; we
#   compared without it.
# - `np.histogram2d` drops what lies beyond the range; here nothing did.
# - scikit-learn's powers of R2* in 1/s reach $10^8$; in 1/ms they stay near 1, and the result is
#   exact.
#
# ## 11 In the hospital: when it fails
#
# *About 4 minutes.*
#
# **Metal.** A dental implant disturbs the magnetic field. Around it there is no signal, at either
# echo. No signal at either echo is what we call air. Here is the patient's mouth with two implants,
# and what follows:

# %%
voids = phantom.signal_voids(patient)
hole = np.isin(voids.kinds, (phantom.OUTER_HOLE, phantom.INNER_HOLE))
rng = np.random.default_rng(1)
with_metal = [echo.copy() for echo in (patient.ute1, patient.ute2)]
for echo in with_metal:
    echo[hole] = rng.rayleigh(noise, hole.sum())  # noise alone
metal_air = air_segmentation.neighbor_vote(my_air_mask(*with_metal, first, second))
metal_rate = my_r2star(*with_metal, patient.settings.echo_ms, noise)
metal_map = both_maps(metal_rate, metal_air, THRESHOLD)[1]
metal_pet = corrected(metal_map)
metal_percent = my_percent_difference(pet_by_map, metal_pet, 0.5)
metal_percent[patient.labels <= 1] = np.nan
near = ndimage.binary_dilation(hole, iterations=10) & (patient.labels >= 2)  # 20 mm around
height = int(np.median(np.nonzero(hole)[0]))
image_row(
    [
        Panel(with_metal[0][height], "first echo with metal", "a.u.", (0, 4500)),
        Panel(
            attenuation.attenuation_map(patient.ct[height]), "CT without metal", "1/cm", (0, 0.2)
        ),
        Panel(attenuation.attenuation_map(metal_map[height]), "map made from MR", "1/cm", (0, 0.2)),
        Panel(metal_percent[height], "PET, metal's part", "%", (-15, 15), "RdBu_r"),
    ],
    alt=(
        "A slice through the mouth. In the first echo two black holes where metal took the signal. "
        "In the map made from MR the holes are air, while the CT shows tissue and teeth. The PET "
        "falls by more than 15 percent in and around the holes, and less across the mouth. Purple: "
        "air, where there is nothing to compare."
    ),
)

# %%
print(f"Taken for air: {100 * metal_air[hole].mean():.0f} % of the holes")
print(f"PET in the holes: {np.nanmean(metal_percent[hole & (patient.labels >= 2)]):+.1f} %")
print(f"PET within 20 mm of the holes: {np.nanmean(metal_percent[near]):+.1f} %")
print(f"PET of the brain: {np.nanmean(metal_percent[brain]):+.1f} %")

# %% [markdown]
# A tumour of the lip inside such a hole would read 15 % too low, one within 20 mm of it about 5 %.
# The brain does not notice, and nothing in the numbers of sections 3 to 9 warns of it. Topics 11
# and 12 find such holes, and fill them.
#
# **Thresholds of yesterday.** Somebody writes down 757, since it worked so well. The next scan
# comes with another gain of the receiver:

# %%
for gain in (1.0, 0.6, 1.6):
    scaled = [gain * echo.astype(float) for echo in (patient.ute1, patient.ute2)]
    for name, factor in (("as written down", 1.0), ("from its background", gain)):
        limits = factor * first, factor * second
        print(f"gain {gain:.1f}, thresholds {name:20s} ", end="")
        said_of_air(patient, air_segmentation.neighbor_vote(my_air_mask(*scaled, *limits)))

# %% [markdown]
# At a gain of 0.6 more than half of the compact bone is lost, and Dice falls by 0.02. At 1.6 noise
# becomes tissue. With thresholds from each scan's own background, nothing happens at all.
#
# **Air that is not air, bone that is not bone.** Beside air the magnetic field is uneven, and soft
# tissue fades faster: R2* rises, and a thin shell of "bone" grows around the sinuses. Tendons,
# clotted blood and calcifications fade fast as well. In the lung, the walls of the air cells do it
# everywhere.
#
# **A curve from other patients.** Ours was learnt from one healthy adult. In children the skull is
# thin and soft, after surgery there is a plate or no bone at all, and in osteoporosis HU are lower
# at the same R2*. The curve does not know. Ladefoged et al. (2015) took ten patients for training
# and 154 others for the test.
#
# **Another scanner, another echo time.** R2* has a unit, but what is *measured* depends on noise
# and TE2. The curve belongs to the protocol it was made with.
#
# ### Before you trust a map made from MR, ask
# 1. What is the error in bone, and not in the whole image?
# 2. Mean with sign, mean without: do errors cancel?
# 3. What are the limits for the next patient, and from how many patients do they come?
# 4. Where does the signal drown in noise, and what do the numbers look like there?
# 5. Is there metal?

# %% [markdown]
# ## Go further (not graded)
#
# Topic 02 asked where the numbers of a scale come from. Here it is the same: is the cubic curve
# needed at all? Fit other degrees and compare the errors in the patient's bone, and in the whole
# head.

# %%
for degree in (0, 1, 2, 3, 5):
    is_bone = known_r2star >= THRESHOLD
    coefficients = my_fit_curve(known_r2star[is_bone], known_hu[is_bone], degree)
    soft_hu = np.median(known_hu[~is_bone])
    hu = my_continuous_map(patient_rate, patient_air, coefficients, (THRESHOLD, HIGHEST), soft_hu)
    errors = [metrics.mean_absolute_error(patient.ct, hu, where) for where in (head, skull)]
    print(f"degree {degree}: head {errors[0]:.0f} HU, bone {errors[1]:.0f} HU")

# %% [markdown]
# <details><summary>What we see</summary>
#
# Degree 0 is the threshold map. A line helps the head, but not bone. From degree 2 on the curve can
# rise and stay flat, and little more is gained: what the curve learns is how likely bone is at this
# R2*, not how dense it is. Topics 06, 09 and 10 bring in what is missing: other patients' CT, the
# neighbourhood, and many features at once.
# </details>
#
# ## Take along
#
# - Two ultra-short echoes tell bone from air: bone fades between them, air was never there.
# - Thresholds come from each scan's own noise. Single voxels of noise are outvoted by their
#   neighbours.
# - Dice of a large class hides what happens to a small one beside it.
# - R2* has a unit, but not below the noise floor: there it is a lower limit that looks like a
#   number.
# - Percent need a true zero: 1/cm and kBq/mL, never HU.
# - Errors of opposite sign cancel in a mean. Look at the mean, the mean without sign, the limits,
#   and each tissue.
#
# Our map lies on the grid of the MR. The voxels of PET lie elsewhere and have another size. How to
# bring one image onto the grid of another is topic 04.
#
# ## Further reading
#
# - Keereman V et al. MRI-based attenuation correction for PET/MRI using ultrashort echo time
#   sequences. Journal of Nuclear Medicine 51(5), 2010. doi:10.2967/jnumed.109.065425. Three classes
#   from R2*.
# - Ladefoged CN et al. Region specific optimization of continuous linear attenuation coefficients
#   based on UTE (RESOLUTE): application to PET/MR brain imaging. Physics in Medicine and Biology
#   60(20), 2015. doi:10.1088/0031-9155/60/20/8047. R2* to HU by a curve, and what else it takes to
#   get the brain right.
# - Juttukonda MR et al. MR-based attenuation correction for PET/MRI neurological studies with
#   continuous-valued attenuation coefficients for bone through a conversion from R2* to
#   CT-Hounsfield units. NeuroImage 112, 2015. doi:10.1016/j.neuroimage.2015.03.009.
# - Wagenknecht G et al. MRI for attenuation correction in PET: methods and challenges. MAGMA 26(1),
#   2013. doi:10.1007/s10334-012-0353-4.
# - Teuho J et al. Magnetic resonance-based attenuation correction and scatter correction in
#   neurological PET/MR imaging. Frontiers in Physics 7, 2020. doi:10.3389/fphy.2019.00243. A
#   review.
# - Carney JP et al. Method for transforming CT images for attenuation correction in PET/CT imaging.
#   Medical Physics 33(4), 2006. doi:10.1118/1.2174132. From HU to 1/cm.
# - Gudbjartsson H, Patz S. The Rician distribution of noisy MRI data. Magnetic Resonance in
#   Medicine 34(6), 1995. doi:10.1002/mrm.1910340618.
# - Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of clinical
#   measurement. Lancet 327(8476), 1986. doi:10.1016/S0140-6736(86)90837-8.
