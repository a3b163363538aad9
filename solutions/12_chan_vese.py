# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Chan-Vese active contours", minutes: 90, slides: "88-90"}
# ---

# %% [markdown]
# # 12 Chan-Vese active contours
#
# **In this notebook** you learn
# - why a hole that opens to the outside cannot be mended from MR, and where its border is still to
#   be seen,
# - to write a contour as a level set, and to weigh it: its length, and how even the image is on its
#   two sides,
# - to let a contour move downhill, and when to stop it,
# - which starts work and which fail, and what the weight of the length does to noise,
# - to fill the hole of an attenuation map, and to measure what PET gains, near the hole and
#   elsewhere.
#
# Time: about 90 minutes. Slides: 88 to 90. From notebook 03 you need attenuation maps and percent
# of PET, from notebook 06 the Dice overlap.
#
# There are 10 exercises and 4 quizzes; the lecture has no quiz here. Write your code where the
# `...` stands, then run the cell with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np
from scipy import ndimage

from course_lib.data import phantom
from course_lib.display.contour_figures import draw_step
from course_lib.display.figures import Panel, image_row
from course_lib.display.hole_figures import draw_corrected
from course_lib.display.widgets import chan_vese as widgets
from course_lib.imaging import attenuation, contours, metrics, outer_holes
from course_lib.imaging.initial_level_sets import checkerboard, circle
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 A hole that opens to the outside
#
# *About 5 minutes, slides 77 and 88.*
#
# Our patient has two metal implants in the mouth. Where metal is, MR has no signal, and what has no
# signal is taken for air. One hole lies inside the jaw; topic 11 dealt with such. The other one
# breaches the lips. It is an **outer hole** [slide 77]: black joined to the black around the head.
# Nothing in the MR image says where the lips were.
#
# But there is another image, and every PET scan has it: PET *without* attenuation correction,
# **NAC-PET** [slide 88]. Metal does not disturb it, and it needs no map. It shows the body's
# outline, in noise. We work with the phantom, where the truth is known: the map made from its CT is
# the real one, and the metal's holes are put into it.

# %%
head = phantom.head()
voids = phantom.signal_voids(head)
spacing_mm = head.spacing[0]
real_map = attenuation.attenuation_map(head.ct)
metal = np.isin(voids.kinds, (phantom.OUTER_HOLE, phantom.INNER_HOLE))
map_with_holes = np.where(metal, np.float32(0), real_map)


def corrected(mu_map):
    """Return the patient's PET, corrected with a map, in kBq/mL."""
    return phantom.correct_attenuation(head.nac_pet, mu_map, spacing_mm)


def sagittal(volume):
    """Return the slice through the outer hole, with the top of the head on top."""
    return volume[::-1, :, head.grid.nearest(2, -10.0)]


real_pet, pet_with_holes = corrected(real_map), corrected(map_with_holes)
change = 100 * (pet_with_holes - real_pet) / np.maximum(real_pet, 0.5)
image_row(
    [
        Panel(sagittal(voids.t1), "MR with metal", "a.u.", (0, 1000)),
        Panel(sagittal(map_with_holes), "map made from it", "1/cm", (0, 0.15)),
        Panel(sagittal(change), "error of PET", "%", (-30, 30), "RdBu_r"),
        Panel(sagittal(head.nac_pet), "NAC-PET", "kBq/mL", (0, 1)),
    ],
    alt=(
        "A sagittal slice of a head in four images. In the MR image and in the attenuation map the "
        "lips are missing: a black bay opens to the air in front. PET corrected with that map is "
        "up to 30 percent too low around the bay. In PET without correction the lips are there."
    ),
)

# %%
phantom.CARD

# %% [markdown]
# The right picture is shown from 0 to 1 kBq/mL, and that is no accident. The brain holds ten times
# as much as the skin. Shown up to the brightest value, the skin would be black. A method that looks
# for "bright" and "dark" would find the brain. So we **clip**: every value above 1 kBq/mL becomes
# 1. From here on this is our image.

# %%
pet = np.minimum(sagittal(head.nac_pet), 1.0).astype(float)
truth = sagittal(head.labels) > 0
print(f"{pet.shape[0]} x {pet.shape[1]} pixels of {spacing_mm:g} mm, 0 to {pet.max():g} kBq/mL")
print(f"The true head covers {truth.sum()} pixels.")

# %% [markdown]
# ## 2 A contour without points
#
# *About 8 minutes, slide 89.*
#
# In notebook 11 a contour was a list of landmarks. It could not split in two, and nobody could tell
# how many landmarks an unknown shape needs. Here it is hidden in an image of its own, the **level
# set** $\phi$: positive inside, negative outside, and the contour is where it is 0. When $\phi$
# changes, the contour moves, splits, and joins without any further work.
#
# To add up something over the inside, we need a weight that is 1 inside and 0 outside: the step
# function of Heaviside. A sharp step has no slope, so nothing could be moved by it. Chan and Vese
# (2001) take a **regularised** one, of width $\epsilon$, and its slope $\delta$:
#
# $$H(\phi) = \frac{1}{2} + \frac{1}{\pi} \arctan\frac{\phi}{\epsilon} \qquad
# \delta(\phi) = H'(\phi) = \frac{1}{\pi} \, \frac{\epsilon}{\epsilon^2 + \phi^2}$$

# %%
draw_step()

# %% [markdown]
# ### Exercise: the regularised Heaviside


# %% exercise="heaviside"
def heaviside(phi, epsilon):
    """Step smoothly from 0, where phi is negative, to 1, where it is positive.

    phi: array. epsilon: width of the step. Returns an array of the same shape.
    Raises a ValueError if epsilon is not above 0.
    """
    # BEGIN SOLUTION
    if not epsilon > 0:
        raise ValueError(f"The width is {epsilon}; it must be above 0.")
    return 0.5 + np.arctan(phi / epsilon) / np.pi
    # END SOLUTION


# %%
check("heaviside", heaviside)

# %% [markdown]
# ## 3 Two sides, two means
#
# *About 6 minutes, slide 89.*
#
# The idea of Chan and Vese needs no edges: a good contour divides the image into two parts that are
# each as *even* as possible. Each part is described by a single number, its mean: $c_i$ inside,
# $c_o$ outside. The paper averages with the weight $H(\phi)$. We count every pixel fully on its
# side: where $\phi$ is flat, $H$ is near 1/2 everywhere, the two means would be nearly the same,
# and the contour would hardly move.
#
# ### Exercise: the means inside and outside


# %% exercise="region_means"
def region_means(image, phi):
    """Average an image inside (phi > 0) and outside (all else).

    image, phi: arrays of one shape. Returns two numbers: mean inside, mean outside.
    Raises a ValueError if one of the sides is empty.
    """
    # BEGIN SOLUTION
    inside = phi > 0
    if inside.all() or not inside.any():
        raise ValueError("All of the image lies on one side of the contour.")
    return image[inside].mean(), image[~inside].mean()
    # END SOLUTION


# %%
check("region_means", region_means)

# %%
my_heaviside, my_means = use("heaviside", heaviside), use("region_means", region_means)
start = circle(pet.shape).astype(float)  # 1 in the middle of the image, 0 on a circle around it
for name, phi in (("circle in the middle", start), ("true head", np.where(truth, 1.0, -1.0))):
    inside, outside = my_means(pet, phi)
    print(f"{name:21s} inside {inside:.2f}, outside {outside:.2f} kBq/mL")

# %% [markdown]
# ## 4 What a contour costs
#
# *About 20 minutes, slide 89.*
#
# The energy of slide 89 has three terms:
#
# $$E = \mu \, Length(\phi) + \lambda_i \sum H(\phi) (u_0 - c_i)^2
# + \lambda_o \sum H(-\phi) (u_0 - c_o)^2$$
#
# $u_0$ is the image. The second term is large when pixels inside differ from the mean inside, the
# third when pixels outside differ from the mean outside. $H(-\phi) = 1 - H(\phi)$. The first term
# keeps the contour short. (In the pictures of slide 89, F stands for the last two terms: above 0
# where a side is uneven, about 0 where it is even. The pictures are lost.)
#
# **The length.** Along the contour, $H(\phi)$ climbs from 0 to 1, and nowhere else. So the sum of
# its slopes, $\sum |\nabla H(\phi)|$, is the length in pixels. Slopes are differences to the next
# pixel: downward $H_{y+1, x} - H_{y, x}$, to the right $H_{y, x+1} - H_{y, x}$. In the last row
# there is nothing below, and the slope downward is 0; in the last column the one to the right.
#
# ### Exercise: the length of the contour


# %% exercise="contour_length"
def contour_length(phi, epsilon):
    """Measure the contour in pixels: the sum of |grad H(phi)|.

    phi: 2-D array. epsilon: width of the step H. Returns one number.
    Raises a ValueError if epsilon is not above 0.
    """
    # BEGIN SOLUTION
    if not epsilon > 0:
        raise ValueError(f"The width is {epsilon}; it must be above 0.")
    step = 0.5 + np.arctan(phi / epsilon) / np.pi
    down, right = np.zeros_like(step), np.zeros_like(step)
    down[:-1] = step[1:] - step[:-1]
    right[:, :-1] = step[:, 1:] - step[:, :-1]
    return np.hypot(down, right).sum()
    # END SOLUTION


# %%
check("contour_length", contour_length)

# %% [markdown]
# A circle of radius 40 pixels is $2 \pi \cdot 40 = 251.3$ pixels long. Is yours?

# %%
my_length = use("contour_length", contour_length)
distance = 40.0 * circle((201, 201), radius=40)  # signed distance from the circle, in pixels
for epsilon in (0.01, 0.5, 2.0):
    print(f"epsilon {epsilon:4.2f}: {my_length(distance, epsilon):.1f} pixels")

# %% [markdown]
# A step much narrower than a pixel counts the stairs of the pixels. A wide one loses what lies
# beyond the border of the image. Half a pixel is about right, within 2 %.
#
# ### Exercise: the energy
#
# $H(\phi)$ and the length are given here, so that this exercise stands alone.


# %% exercise="contour_energy"
def contour_energy(image, step, means, length, weights):
    """Add up the three terms of the energy of Chan and Vese.

    image: array. step: H(phi), an array of the same shape. means: tuple (c_i, c_o).
    length: of the contour, one number. weights: tuple (mu, lambda_i, lambda_o).
    Returns one number. Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if image.shape != step.shape:
        raise ValueError(f"The shapes {image.shape} and {step.shape} differ.")
    mu, lambda_i, lambda_o = weights
    inside = (step * (image - means[0]) ** 2).sum()
    outside = ((1 - step) * (image - means[1]) ** 2).sum()
    return mu * length + lambda_i * inside + lambda_o * outside
    # END SOLUTION


# %%
check("contour_energy", contour_energy)

# %% [markdown]
# ### Quiz: six pixels
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("energy_of_a_contour")

# %% quiz="energy_of_a_contour"
quiz_energy_of_a_contour = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_energy_of_a_contour", quiz_energy_of_a_contour)

# %% [markdown]
# ### Be the contour
#
# Here is the energy of a circle on our image, term by term. The picture in the middle shows what
# each single pixel costs. **Tasks, in this order:**
# 1. Let the radius grow from 20. Which term falls, which rises, and why?
# 2. Find the circle with the lowest energy. What do you see in the middle picture, where it is
#    still bright?
# 3. Put the circle into the air, at row 15 and column 115, with a radius of 10. Which mean is now
#    the larger one?
# 4. With your best circle, set mu to 3. Compare with the contour of section 5 (in the caption): why
#    has the circle become the cheaper one?

# %%
widgets.energy_terms()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. The outside falls: bright pixels leave it. Later the inside rises, when the circle takes in
#    air. The length hardly counts at mu = 0.1.
# 2. Near row 67, column 64, radius 54 the energy is 1,341, half of that at the start. Bright are
#    air in front of the face and behind the neck, and the top of the head that was left out. A
#    circle cannot do better. The contour of section 5 has 481.
# 3. The outside: 0.48 kBq/mL against 0.00. To the energy it is the same whether the head is inside
#    or outside. Remember this for section 6.
# 4. The circle is 322 pixels long, the other contour 648: it winds around every dark spot. At mu =
#    3 its length costs more than its evenness brings, 2,361 against 2,274.
# </details>
#
# ## 5 Downhill
#
# *About 22 minutes, slide 89.*
#
# How must $\phi$ change so that $E$ falls? Against the derivative. Chan and Vese derive it; we only
# read it:
#
# $$\phi \leftarrow \phi + step \cdot \delta(\phi) \left[ \mu \, \kappa
# - \lambda_i (u_0 - c_i)^2 + \lambda_o (u_0 - c_o)^2 \right]$$
#
# Read the bracket as a vote on one pixel. If it differs from the inside, it sinks. If it differs
# from the outside, it rises. $\kappa$ is the **curvature** of the lines of equal $\phi$: around a
# round inside of radius $r$ it is $-1/r$, so it pulls dents and spikes flat, small spots the
# hardest. $\delta$ lets pixels near the contour move most, and those far away a little.
#
# $$\kappa = \mathrm{div} \frac{\nabla \phi}{|\nabla \phi|}$$
#
# On pixels, in three steps:
# 1. the two slopes of $\phi$, differences to the next pixel, as in `contour_length`,
# 2. both divided by their common length, $\sqrt{down^2 + right^2 + 10^{-8}}$; the small number
#    keeps 0/0 away where $\phi$ is flat,
# 3. the divergence, with differences *back* to the pixel before: $down_{y, x} - down_{y-1, x}$
#    plus $right_{y, x} - right_{y, x-1}$. Before the first row and column there are zeros.
#
# Once forward, once back: so the result stays centred on the pixel, and it is the derivative of the
# very length that you wrote (Rudin, Osher and Fatemi 1992).
#
# ### Exercise: the curvature


# %% exercise="curvature"
def curvature(phi):
    """Measure how much the lines of equal phi bend, in 1/pixel.

    phi: 2-D array. Returns an array of the same shape, 0 where phi is flat.
    Raises a ValueError if phi holds NaN.
    """
    # BEGIN SOLUTION
    if np.isnan(phi).any():
        raise ValueError("The level set holds NaN, so it has no contour.")
    down, right = np.zeros(phi.shape), np.zeros(phi.shape)
    down[:-1] = phi[1:] - phi[:-1]
    right[:, :-1] = phi[:, 1:] - phi[:, :-1]
    steepness = np.sqrt(down**2 + right**2 + 1e-8)
    return np.diff(down / steepness, axis=0, prepend=0) + np.diff(
        right / steepness, axis=1, prepend=0
    )
    # END SOLUTION


# %%
check("curvature", curvature)

# %%
my_curvature = use("curvature", curvature)
for radius in (10, 20, 40):
    ring = radius * circle((101, 101), radius=radius).astype(float)
    bending = my_curvature(ring)[np.abs(ring) < 1].mean()
    print(
        f"circle of radius {radius}: curvature {bending:+.3f}, expected {-1 / radius:+.3f} 1/pixel"
    )

# %% [markdown]
# ### Exercise: the pull on each pixel
#
# Now the bracket. It is called the **speed** of the level set.


# %% exercise="contour_speed"
def contour_speed(image, means, bending, weights):
    """Say how strongly each pixel is pulled inside.

    image: array. means: tuple (c_i, c_o). bending: the curvature, an array of the same shape.
    weights: tuple (mu, lambda_i, lambda_o). Returns an array: positive where a pixel should rise.
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if image.shape != bending.shape:
        raise ValueError(f"The shapes {image.shape} and {bending.shape} differ.")
    mu, lambda_i, lambda_o = weights
    inside, outside = (image - means[0]) ** 2, (image - means[1]) ** 2
    return mu * bending - lambda_i * inside + lambda_o * outside
    # END SOLUTION


# %%
check("contour_speed", contour_speed)

# %% [markdown]
# ### Exercise: one update


# %% exercise="update_level_set"
def update_level_set(phi, speed, epsilon, step):
    """Move a level set by one step.

    phi, speed: arrays of one shape. epsilon: width of delta. step: how far to move.
    Returns the new level set; phi itself is not changed.
    Raises a ValueError if epsilon is not above 0.
    """
    # BEGIN SOLUTION
    if not epsilon > 0:
        raise ValueError(f"The width is {epsilon}; it must be above 0.")
    delta = epsilon / np.pi / (epsilon**2 + phi**2)
    return phi + step * delta * speed
    # END SOLUTION


# %%
check("update_level_set", update_level_set)

# %% [markdown]
# ### Quiz: one pixel, one step

# %%
ask("one_step")

# %% quiz="one_step"
quiz_one_step = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_one_step", quiz_one_step)

# %% [markdown]
# ### Exercise: when is it done?
#
# A contour can stand still for a moment and move on. Our **stopping rule**: it is at rest when in
# *each* of the last steps hardly any pixel changed sides.


# %% exercise="at_rest"
def at_rest(moved, pixels, tolerance, calm):
    """Tell whether a contour is at rest.

    moved: list, how many pixels changed sides at each step so far. pixels: of the whole image.
    Returns True when there were at least `calm` steps, and in each of the last `calm` ones at most
    tolerance * pixels changed sides; else False.
    """
    # BEGIN SOLUTION
    return len(moved) >= calm and max(moved[-calm:]) <= tolerance * pixels
    # END SOLUTION


# %%
check("at_rest", at_rest)

# %% [markdown]
# You now own every part of the method. Put together, it is this loop. The energy is measured with a
# narrow step, so that it is that of the contour and not of the softness of $\phi$.

# %%
my_energy, my_speed = use("contour_energy", contour_energy), use("contour_speed", contour_speed)
my_update, my_at_rest = use("update_level_set", update_level_set), use("at_rest", at_rest)


def find_contour(image, phi, mu=0.1, most=300):
    """Return the level set at rest, the energy at each step, and how many pixels moved."""
    weights, energies, moved = (mu, 1.0, 1.0), [], []
    while True:
        means = my_means(image, phi)
        length = my_length(phi, 0.1)
        energies.append(my_energy(image, my_heaviside(phi, 0.1), means, length, weights))
        if len(moved) == most or my_at_rest(moved, phi.size, 1e-4, 10):
            return phi, energies, moved
        speed = my_speed(image, means, my_curvature(phi), weights)
        before, phi = phi, my_update(phi, speed, 1.0, 2.0)
        moved.append(np.count_nonzero((before > 0) != (phi > 0)))


found, energies, moved = find_contour(pet, start)
print(f"{len(moved)} steps, energy {energies[0]:.0f} to {energies[-1]:.0f}")
print(f"Did it fall at every step? {bool((np.diff(energies) < 0).all())}")
ours = contours.chan_vese(pet, start)
print(
    f"Pixels on the other side in the course's own: {((found > 0) != (ours.level_set > 0)).sum()}"
)
print(f"Dice with the true head: {metrics.dice(truth, found > 0):.3f}")

# %% [markdown]
# Watch it move. **Before you start the film:** where does the contour go first, and which part of
# the head will it miss?

# %%
widgets.moving_contour()

# %% [markdown]
# <details><summary>What we see</summary>
#
# In ten steps most is done: the energy falls from 2,113 to 650. The whole image is heard at once,
# so the contour does not creep outward: new pieces appear in the face and in the neck, and join.
# After 101 steps it rests at 541. It misses what is dark in PET: the air of the nose, the bone at
# the base of the skull, parts of the spine.
#
# Is that wrong? With the sharp measure of section 4 this contour has 481, and the *true* outline
# 616. The contour is a better minimum than the truth. **An energy says what we asked for, not what
# we wanted.** What we want is the outline, and that is easy to get: the largest part, with its
# holes filled.
# </details>

# %%
body_in_slice = outer_holes.contour_mask(found)
print(f"Dice of the inside: {metrics.dice(truth, found > 0):.3f}")
print(f"Dice of its largest part, holes filled: {metrics.dice(truth, body_in_slice):.3f}")

# %% [markdown]
# ## 6 Where to start
#
# *About 8 minutes.*
#
# Downhill leads to *a* valley, not to the deepest one. Go back to the film and set the step to 150.
# Try every start, and read energy, Dice, and the two means. Then choose `PET: as it is`. **Which of
# the starts fail, and is the energy a warning?**
#
# <details><summary>Answers</summary>
#
# - **Circle in the middle**, **checkerboard of 5 pixels**: both work, Dice 0.932 and 0.933. The
#   checkerboard is everywhere near a contour, and rests after 52 steps. Its energy rises in the
#   first two steps: each step lowers it for *small* changes, and here half of the image changes
#   sides at once.
# - **Checkerboard of 20 pixels**: the same border, inside out. $c_i$ is 0.07 and $c_o$ 0.86, the
#   Dice 0.13, and the energy 544, as good as any. Nothing in the formula says that the head is
#   inside. Look at the means, and swap when $c_i < c_o$.
# - **Small circle in the brain**: after 150 steps it holds the brain and a bit of scalp, energy
#   1,281. It still moves. Who stops by the clock takes the brain for the head.
# - **The same, ten times as steep**: at rest after 86 steps, at 2,648, hardly larger than at the
#   start. Far from the contour, $\phi$ is large, $\delta$ tiny, and nothing is heard. The stopping
#   rule calls that rest. **At rest is not the same as arrived.**
# - **Small circle in the air**: it fills the air, slowly, and calls it inside.
# - **PET as it is**: the contour finds the brain from the good starts too, Dice 0.58. Energy and
#   stopping rule are content. No start mends a wrong question.
#
# The energy warns in some of these cases, and not in all. Compare several starts, keep the lowest,
# check which side is brighter, and look at the picture.
# </details>
#
# In numbers, with your own loop:

# %%
starts = {
    "circle in the middle": start,
    "checkerboard of 5 pixels": checkerboard(pet.shape).astype(float),
    "checkerboard of 20 pixels": checkerboard(pet.shape, 20).astype(float),
    "steep circle in the brain": 10.0 * circle(pet.shape, (40, 70), 10),
}
print("start                      steps   energy    c_i    c_o   Dice")
for name, first in starts.items():
    phi, energies, moved = find_contour(pet, first, most=150)
    inside, outside = my_means(pet, phi)
    dice = metrics.dice(truth, phi > 0)
    print(
        f"{name:26s} {len(moved):5d} {energies[-1]:8.0f} {inside:6.2f} {outside:6.2f} {dice:6.3f}"
    )

# %% [markdown]
# ## 7 Noise, and what mu does to it
#
# *About 9 minutes, slides 88 and 89.*
#
# "But contains noise", says slide 88. How much, depends on the time of the scan. The widget shows
# the slice as a quarter, a sixteenth, or a sixty-fourth of the time would have shown it.
#
# **Tasks:**
# 1. With 1/16 of the time, raise mu from 0. When is the inside one part? When is Dice highest?
# 2. What does a too large mu take away first, and why just that?
# 3. Is the best mu for 1/4 of the time the best for 1/16, too?
# 4. Go to 1/64. Is there any mu that helps?

# %%
widgets.mu_and_noise()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. At mu = 0 there are 205 parts, at 0.4 it is one. Dice rises from 0.843 to 0.931 at mu = 0.8.
# 2. At 3.2 the nose, the lips and the chin are gone, and half of the neck: what sticks out has much
#    length and little area. The contour is 364 pixels long, close to the true 338, and yet wrong:
#    **the right length is not the right contour**. Exactly where we need it, at the lips, mu costs
#    most.
# 3. No. With 1/4 of the time Dice is highest at mu = 1.6, with 1/16 at 0.8. There the skin is so
#    speckled that the pull of the image is weak, and a large mu wins over it too soon.
# 4. From 0.770 to 0.815 at most. In the face there is a speck here and there, and no longer two
#    even parts. mu smooths what is there; it adds no counts.
# </details>
#
# ### Quiz: how large a spot survives?

# %%
ask("spot_of_noise")

# %% quiz="spot_of_noise"
quiz_spot_of_noise = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_spot_of_noise", quiz_spot_of_noise)

# %% [markdown]
# ## 8 Filling the hole
#
# *About 8 minutes, slides 88 and 90.*
#
# The whole head now, in 3-D: the same energy, with slopes along a third axis, and an area in the
# place of the length. `contours.chan_vese` is your loop for any number of axes.

# %%
began = time.perf_counter()
clipped = np.minimum(head.nac_pet, np.float32(1.0))
outline = contours.chan_vese(clipped)
body = outer_holes.contour_mask(outline.level_set)
print(f"{len(outline.moved)} steps in {time.perf_counter() - began:.1f} s")
print(f"Dice with the true head: {metrics.dice(head.labels > 0, body):.3f}")

# %% [markdown]
# Air inside of the body is of three kinds: the outer hole, the inner hole, and true cavities, the
# sinuses and the throat. Which of them is the one sought? Air that is **connected with the air
# outside** of the body. `scipy.ndimage.label` gives every connected part a number; pixels are
# connected through their faces. Fill what is found with soft tissue: behind the skin there is
# mostly that, and a few percent more or less hardly matter here.
#
# ### Exercise: fill the outer hole


# %% exercise="fill_outer_hole"
def fill_outer_hole(mu_map, body, soft_tissue, air_below):
    """Fill the outer holes of an attenuation map up to the outline of the body.

    mu_map: array in 1/cm. body: bool array of the same shape, True inside of the outline.
    soft_tissue: what is filled in, in 1/cm. air_below: a voxel below this is air, in 1/cm.
    Only air in the body that is connected with air outside of it is filled.
    Returns a new array; mu_map is not changed. Raises a ValueError if the body is empty.
    """
    # BEGIN SOLUTION
    if not body.any():
        raise ValueError("The body is empty: there is no contour to fill up to.")
    parts, _ = ndimage.label(mu_map < air_below)
    outside = np.unique(parts[~body])
    hole = np.isin(parts, outside[outside > 0]) & body
    return np.where(hole, soft_tissue, mu_map)
    # END SOLUTION


# %%
check("fill_outer_hole", fill_outer_hole)

# %%
my_fill = use("fill_outer_hole", fill_outer_hole)
mended_map = my_fill(map_with_holes, body, 0.0975, 0.05)
filled = mended_map != map_with_holes
hole = voids.kinds == phantom.OUTER_HOLE
print(f"Outer hole: {100 * filled[hole].mean():.0f} % of its {hole.sum()} voxels are filled")
for name, kind in (("Inner hole", phantom.INNER_HOLE), ("Sinuses", phantom.SINUS_VOID)):
    print(f"{name}: {100 * filled[voids.kinds == kind].mean():.1f} % filled")

# %% [markdown]
# The inner hole stays, as it should: it does not touch the outside. Notebook 11 found it by its
# place. Of the sinuses and the throat a little is filled: PET is dark there, the contour leaves
# much of them out, and so their air counts as "outside". What lies within the contour is filled.
#
# ## 9 What PET gains
#
# *About 9 minutes, slide 90.*
#
# Slide 90 compares three maps and the PET that follows from each: **real**, with a **simulated**
# artefact, and **corrected**. The reference is PET corrected with the real map, from the CT.
#
# ### Exercise: the percent error of PET
#
# One number for a region: by how many percent is a voxel wrong, on average, whichever way? Voxels
# with next to no activity are left out.


# %% exercise="pet_percent_error"
def pet_percent_error(reference, measured, region, floor):
    """Average the size of the difference from a reference, in percent, over a region.

    reference, measured: arrays of one shape in kBq/mL. region: bool array of that shape.
    Only voxels of the region whose reference is above the floor count. Returns one number.
    Raises a ValueError if there is no such voxel.
    """
    # BEGIN SOLUTION
    where = region & (reference > floor)
    if not where.any():
        raise ValueError(f"No voxel of the region holds more than {floor}.")
    return (100 * np.abs(measured[where] - reference[where]) / reference[where]).mean()
    # END SOLUTION


# %%
check("pet_percent_error", pet_percent_error)

# %%
my_error = use("pet_percent_error", pet_percent_error)
mended_pet = corrected(mended_map)
tissue = head.labels >= 2
near = ndimage.binary_dilation(hole, iterations=5) & tissue  # the hole and 10 mm around it
regions = {"in the outer hole": hole, "within 10 mm of it": near, "in the brain": head.labels >= 6}
print("mean error of PET       with the artefact   corrected")
for name, region in regions.items():
    errors = [my_error(real_pet, pet_, region, 0.5) for pet_ in (pet_with_holes, mended_pet)]
    print(f"{name:23s} {errors[0]:15.2f} % {errors[1]:9.2f} %")

# %%
draw_corrected(
    [sagittal(each) for each in (real_map, map_with_holes, mended_map)],
    [sagittal(each) for each in (real_pet, pet_with_holes, mended_pet)],
    sagittal(tissue),
    sagittal(near),
)

# %% [markdown]
# In the hole, the error falls from 17.6 to 1.8 %, within 10 mm of it from 10.6 to 1.6 %. Most of
# what is left comes from the inner hole, which nobody filled. A tumour of the lip, measured before
# and after treatment, can now be believed. In the brain the error has *risen*, by little; keep that
# in mind for section 11. The slide's own pictures are lost; these are ours, and the phantom's PET
# is not reconstructed, so streaks and scatter are missing.
#
# ### Quiz: how much is a hole worth?

# %%
ask("hole_and_pet")

# %% quiz="hole_and_pet"
quiz_hole_and_pet = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_hole_and_pet", quiz_hole_and_pet)

# %% [markdown]
# ## 10 In practice
#
# *About 2 minutes.*
#
# scikit-image has two relatives: `chan_vese`, the same energy in 2-D, and
# `morphological_chan_vese`, which moves a mask of 0 and 1 by dilating and eroding, and smooths in
# place of a length (Marquez-Neila et al. 2014). Agreement and time on our slice, measured just now:

# %%
from skimage.segmentation import chan_vese, morphological_chan_vese


def timed(call):
    """Return a result and the time of one call in ms."""
    began = time.perf_counter()
    result = call()
    return result, 1000 * (time.perf_counter() - began)


methods = {
    "ours": lambda: contours.chan_vese(pet, start).level_set > 0,
    "skimage chan_vese, our start": lambda: chan_vese(
        pet, mu=0.1, tol=0, max_num_iter=101, init_level_set=start
    ),
    "skimage chan_vese, as it comes": lambda: chan_vese(pet, mu=0.1),
    "skimage morphological_chan_vese": lambda: (
        morphological_chan_vese(pet, 100, init_level_set=(start > 0).astype(np.int8)) > 0
    ),
}
mine, _ = timed(methods["ours"])
print("method                            Dice with ours   with the truth     time")
for name, call in methods.items():
    inside, milliseconds = timed(call)
    print(
        f"{name:33s} {metrics.dice(mine, inside):14.3f} {metrics.dice(truth, inside):16.3f} "
        f"{milliseconds:6.0f} ms"
    )

# %% [markdown]
# What to know before you use them:
# - `chan_vese` of scikit-image scales the image itself. By default it starts from a checkerboard
#   and stops when $\phi$ changes little; which side becomes True is left to chance.
# - It weighs the means with the smooth $H$, as the paper does. The results differ in at most 0.5 %
#   of the pixels.
# - It takes 2-D images only; the morphological one takes 3-D.
# - In the morphological one there is no mu. `smoothing` counts passes of a small filter. It closes
#   dark gaps in the face, and that brings it nearer to the true head here.
#
# ## 11 In the hospital: when it fails
#
# *About 6 minutes.*
#
# **The rest of the head.** We looked where we had mended. Now the mean over all of the head, for
# several levels of clipping:

# %%
print("                   Dice of    filled outside    error of PET in %")
print("                   the body   of the hole, ml   near the hole   whole head")
errors = [my_error(real_pet, pet_with_holes, region, 0.5) for region in (near, tissue)]
print(f"with the artefact {'-':>8s} {'-':>14s} {errors[0]:16.2f} {errors[1]:12.2f}")
added = {}
for clip in (0.5, 0.7, 1.0):
    body_here = body
    if clip != 1.0:
        level_set = contours.chan_vese(np.minimum(head.nac_pet, np.float32(clip))).level_set
        body_here = outer_holes.contour_mask(level_set)
    mu_map = my_fill(map_with_holes, body_here, 0.0975, 0.05)
    pet_here = corrected(mu_map)
    added[clip] = (mu_map != map_with_holes) & ~hole, pet_here - real_pet
    errors = [my_error(real_pet, pet_here, region, 0.5) for region in (near, tissue)]
    print(
        f"clip {clip:.1f} kBq/mL {metrics.dice(head.labels > 0, body_here):13.3f} "
        f"{added[clip][0].sum() * spacing_mm**3 / 1000:14.0f} {errors[0]:16.2f} {errors[1]:12.2f}"
    )

# %%
panels = []
for clip in (0.5, 1.0):
    rim, difference = added[clip]
    percent = np.where(tissue, 100 * difference / np.maximum(real_pet, 0.5), 0)
    painted = np.where(rim, 1.0, 0.4 * (head.labels > 0))
    panels += [
        Panel(sagittal(painted), f"filled air, clip {clip:.1f}"),
        Panel(sagittal(percent), f"error of PET, clip {clip:.1f}", "%", (-15, 15), "RdBu_r"),
    ]
image_row(
    panels,
    alt=(
        "The same sagittal slice twice, with the air that was filled and the error of PET. Clipped "
        "at 0.5 kBq/mL, a white rim runs around the whole head, the throat is filled, and PET is 3 "
        "to 15 percent too high nearly everywhere. Clipped at 1 kBq/mL, short pieces of the rim "
        "remain; PET is too high in a thin cap of scalp, and too low where the inner hole was left."
    ),
    caption="White: air that was filled although it is no hole. Grey: the head.",
)

# %% [markdown]
# Two things to think about. First: **the correction made the whole head worse**, from 0.34 to
# 0.42 %. PET is blurred, so its contour runs a little outside of the skin here and there. Such a
# thin rim of air is connected with the outside and lies inside of the contour, and so it is filled:
# 26 ml, three times the hole. Lines through the head now pass a little too much tissue.
#
# Second: clipping at 0.5 kBq/mL gives the *better* outline, Dice 0.973 in place of 0.929, and the
# *worse* PET, 4.2 %. The errors of the contour at 1 kBq/mL lie mostly inside of the head, where
# there is no air to be filled; those of the other lie outside, all around, and in the throat.
# **Dice does not know what the contour is for.**
#
# A rim is thin, and a hole is thick. That is the remedy: open what was filled, that is, drop all
# that is thinner than two or three voxels (the section *Go further*).
#
# **The patient moved** between PET and MR. The head is now 6 mm farther back or farther in front in
# the contour:

# %%
for offset_mm in (-6, 6):
    shifted = np.roll(body, round(offset_mm / spacing_mm), axis=1)  # air is all around
    pet_ = corrected(my_fill(map_with_holes, shifted, 0.0975, 0.05))
    errors = [my_error(real_pet, pet_, region, 0.5) for region in (near, tissue)]
    name = "to the front" if offset_mm < 0 else "to the back"
    print(f"6 mm {name:13s} near the hole {errors[0]:5.2f} %, whole head {errors[1]:5.2f} %")

# %% [markdown]
# To the front, a slab of 6 mm grows on the face; to the back, on the neck, and a part of the hole
# stays open. The whole head reads 2 to 3 % too high. Register first (notebook 05).
#
# **Another tracer.** FDG is in the skin, a little. Tracers that go to one organ leave the skin
# dark, and there is no outline to be found. Scattered photons, which our phantom does not have,
# make the air grey; arms, blankets and tubes are outlines, too.
#
# **A threshold would do.** Our phantom's air holds no counts at all. There a plain threshold at
# 0.5 kBq/mL gives a body that is even better for PET than the contour's:

# %%
by_threshold = outer_holes.contour_mask(head.nac_pet - 0.5)
mu_map = my_fill(map_with_holes, by_threshold, 0.0975, 0.05)
errors = [my_error(real_pet, corrected(mu_map), region, 0.5) for region in (near, tissue)]
print(f"threshold: near the hole {errors[0]:.2f} %, whole head {errors[1]:.2f} %")

# %% [markdown]
# So what is the contour for? It chooses its threshold itself, halfway between two means, for each
# patient and dose anew; and it can smooth, where a threshold takes every speck of noise. If neither
# is needed, take the simple tool, and say so.
#
# ### Before you trust a contour, ask
# 1. From which start? Does another start lead to the same place?
# 2. Is it at rest, or only out of steps? And is what lies inside the thing you wanted?
# 3. What does it take away where the shape is thin or sharp?
# 4. Did you measure the error also where you changed nothing?
# 5. Would a threshold do?

# %% [markdown]
# ## Go further (not graded)
#
# Open the filled region before it is written into the map: erode it, dilate it back. A rim of one
# voxel does not survive that; the hole does.

# %%
gap = my_fill(map_with_holes, body, 1.0, 0.05) == 1.0
print("erosions   filled, ml   error of PET in %: near the hole   whole head")
for erosions in (0, 1, 2):
    kept = gap
    if erosions:
        kept = ndimage.binary_opening(gap, iterations=erosions)
        kept = ndimage.binary_dilation(kept, iterations=erosions, mask=gap)
    pet_ = corrected(np.where(kept, np.float32(0.0975), map_with_holes))
    errors = [my_error(real_pet, pet_, region, 0.5) for region in (near, tissue)]
    print(
        f"{erosions:8d} {kept.sum() * spacing_mm**3 / 1000:12.1f} {errors[0]:31.2f} "
        f"{errors[1]:12.2f}"
    )

# %% [markdown]
# <details><summary>What we see</summary>
#
# One erosion is enough: 9 ml remain, the hole itself, and the error of the whole head falls to
# 0.12 %, below the 0.34 % of the artefact. Near the hole nothing is lost. One more line of code,
# because somebody looked at the number that nobody had asked for.
# </details>
#
# ## Take along
#
# - An outer hole looks like the air outside; its border has to come from another image.
# - A level set is positive inside. Its contour can split and join; its energy is length plus
#   unevenness on both sides.
# - Each step lowers the energy for small changes. It leads to a valley near the start, and the
#   energy does not say whether it is the right one, or which side is inside.
# - mu trades noise against detail: what is thin or sharp goes first.
# - Means and Dice hide where an error lies. Measure near the change, and far from it.
#
# All parts of the chain are there now: scans, map, registration, atlas, features, forest, network,
# shape, contour. Notebook 13 puts them together.
#
# ## Further reading
#
# - Chan TF, Vese LA. Active contours without edges. IEEE Transactions on Image Processing 10(2),
#   2001. doi:10.1109/83.902291. The method.
# - Osher S, Sethian JA. Fronts propagating with curvature-dependent speed. Journal of Computational
#   Physics 79(1), 1988. doi:10.1016/0021-9991(88)90002-2. Level sets.
# - Rudin LI, Osher S, Fatemi E. Nonlinear total variation based noise removal algorithms. Physica D
#   60(1), 1992. doi:10.1016/0167-2789(92)90242-F. The differences that we use.
# - Mumford D, Shah J. Optimal approximations by piecewise smooth functions and associated
#   variational problems. Communications on Pure and Applied Mathematics 42(5), 1989.
#   doi:10.1002/cpa.3160420503. Where the energy comes from.
# - Getreuer P. Chan-Vese segmentation. Image Processing On Line 2, 2012.
#   doi:10.5201/ipol.2012.g-cv. Step by step, with code.
# - Marquez-Neila P, Baumela L, Alvarez L. A morphological approach to curvature-based evolution of
#   curves and surfaces. IEEE Transactions on Pattern Analysis and Machine Intelligence 36(1), 2014.
#   doi:10.1109/TPAMI.2013.106.
# - Ladefoged CN et al. Automatic correction of dental artifacts in PET/MRI. Journal of Medical
#   Imaging 2(2), 2015. doi:10.1117/1.JMI.2.2.024009. Outer holes by an active contour on NAC-PET,
#   inner ones by shape: the method of topics 11 and 12.
# - Ladefoged CN et al. Dental artifacts in the head and neck region: implications for Dixon-based
#   attenuation correction in PET/MR. EJNMMI Physics 2, article 8, 2015.
#   doi:10.1186/s40658-015-0112-5. 148 patients, holes of 1.6 to 521 ml.
