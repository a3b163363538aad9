# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Template matching, features, local binary patterns", minutes: 90,
#     slides: "45-53, 62"}
# ---

# %% [markdown]
# # 08 Template matching, features, local binary patterns
#
# **In this notebook** you learn
# - to slide a kernel over an image, and why correlation is not convolution,
# - to find edges in units per mm, and a small example in a large image whatever its brightness,
# - to write the local binary pattern of a pixel by hand, and of all pixels without a loop,
# - which changes of light leave these codes as they are, and which destroy them,
# - to tell brick, grass and gravel apart by a histogram,
# - to write all that is known of a voxel into one row of a table, from which a model can learn.
#
# Time: about 90 minutes. Slides: 45 to 53, and 62. From notebook 02 you need min-max scaling, from
# notebook 03 R2*, from notebooks 05 and 06 the normalised correlation (NCC).
#
# There are 11 exercises and 5 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time

import numpy as np
from scipy import ndimage

from course_lib.data import datasets, phantom, templates, textures
from course_lib.display.figures import Panel, image_row
from course_lib.display.texture_figures import slice_features
from course_lib.display.widgets import local_binary_patterns as widgets
from course_lib.imaging import edges, texture, texture_histograms
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 What would you look at?
#
# *About 4 minutes, slides 45, 46 and 48.*
#
# Our patient still lies in the PET/MR scanner and needs a map of attenuation. So far we used one
# number per voxel (R2*, notebook 03) or other people's heads (atlases, notebook 06). From the next
# notebook on, a **model** decides for every voxel what it is. What should it be told?
#
# Look at the two marked places. In the T1-weighted image both are dark. One is bone, the other
# air. The number *in* the voxel hardly says which.

# %%
head = phantom.head()
slice_ = head.plane("axial", -48)
marked = [slice_.t1.astype(float), slice_.ct.astype(float)]
for image in marked:
    for row, column in ((38, 34), (57, 48)):
        image[row - 5 : row + 6, [column - 5, column + 5]] = np.nan
        image[[row - 5, row + 5], column - 5 : column + 6] = np.nan
image_row(
    [
        Panel(marked[0], "T1-weighted MR", "a.u.", (0, 1000)),
        Panel(marked[1], "CT, the truth", "HU", (-1000, 1500)),
    ],
    alt=(
        "An axial slice of a head as MR and as CT. Two purple squares mark places that are both "
        "dark in MR: in the CT the one in front holds air, the one in the middle bone."
    ),
)

# %% [markdown]
# What do *you* look at? You see that one lies in the middle of the head and the other in a cavity
# of the face; how large the dark spot is; what surrounds it, and how sharp its edge is. None of
# this is in the voxel. It is **around** it, and where it lies. Numbers that say such things are
# called **features** [slide 48]. Each is an image of its own, computed from the scan. We make some
# now.
#
# ## 2 A kernel slides over the image
#
# *About 11 minutes, slide 47.*
#
# The oldest way to look around a pixel: lay a small table of weights on the image, multiply what
# lies on top of each other, and sum. The table is the **kernel** $h$ with $2R + 1$ weights along
# each side [slide 47]:
#
# $$g(x, y) = \sum_{j=-R}^{R} \sum_{i=-R}^{R} h(i, j) \cdot f(x + i, y + j)$$
#
# $h(0, 0)$ is the middle of the kernel. At the border the kernel hangs over the edge of the image.
# We continue the image there with its border pixels, so that a constant image stays constant.
#
# ### Exercise: correlation
#
# Two loops over the pixels are fine.


# %% exercise="correlate"
def correlate(image, kernel):
    """Slide a kernel over an image: multiply what lies on top of each other, and sum.

    image: array (Y, X). kernel: array with an odd number of rows and of columns; its middle lies
    on the pixel. Beyond the border, the nearest border pixel counts.
    Returns an array of decimal numbers with the shape of the image.
    Raises a ValueError if the kernel has an even length.
    """
    # BEGIN SOLUTION
    rows, columns = kernel.shape
    if rows % 2 == 0 or columns % 2 == 0:
        raise ValueError(f"The kernel has the shape {kernel.shape}; it needs a middle.")
    margins = ((rows // 2, rows // 2), (columns // 2, columns // 2))
    padded = np.pad(image, margins, mode="edge")
    result = np.zeros(image.shape)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            result[y, x] = np.sum(kernel * padded[y : y + rows, x : x + columns])
    return result
    # END SOLUTION


# %%
check("correlate", correlate)

# %% [markdown]
# One function, many filters: the kernel decides what it does. **Predict** for each kernel in the
# menu what the right image will show, then look. What do the weights of a blur add up to, and those
# of a kernel that finds edges?

# %%
widgets.kernels()

# %% [markdown]
# <details><summary>What we see</summary>
#
# The weights of a blur add up to 1, so a region of one value keeps it. Those of a slope add up to
# 0: a region of one value becomes 0, whatever the value, and only changes are left. The spots of
# the Laplacian are where a pixel differs from its four neighbours; noise does too.
#
# With "one neighbour", every pixel becomes the pixel 3 columns to its left, so the image moves to
# the **right**. Turn the kernel, and it moves to the left.
# </details>
#
# ### Correlation or convolution?
#
# The switch below the menu turns the kernel by 180 degrees. That is **convolution**:
#
# $$g(x, y) = \sum_{j=-R}^{R} \sum_{i=-R}^{R} h(i, j) \cdot f(x - i, y - j)$$
#
# Only two signs differ. The lecture's formula is correlation, and so is what neural networks call a
# "convolution". Image libraries have both. For a symmetric kernel they agree. For a slope the sign
# differs, and an edge from dark to bright becomes one from bright to dark.
#
# ### Exercise: convolution
#
# Two lines, with the correlation from above.

# %%
my_correlate = use("correlate", correlate)


# %% exercise="convolve"
def convolve(image, kernel):
    """Convolve an image with a kernel; see the formula. Use my_correlate(image, kernel).

    image, kernel: arrays as for correlate. Returns an array with the shape of the image.
    Raises a ValueError if the kernel has an even length (my_correlate does that for you).
    """
    # BEGIN SOLUTION
    return my_correlate(image, np.flip(kernel))
    # END SOLUTION


# %%
check("convolve", convolve)

# %% [markdown]
# What does each of them make of a single bright pixel?

# %%
my_convolve = use("convolve", convolve)
point = np.zeros((5, 5), int)
point[2, 2] = 1
kernel = np.arange(1, 10).reshape(3, 3)
print("kernel:", *kernel, sep="\n")
print("correlated:", *my_correlate(point, kernel)[1:4, 1:4].astype(int), sep="\n")
print("convolved:", *my_convolve(point, kernel)[1:4, 1:4].astype(int), sep="\n")

# %% [markdown]
# Convolution copies the kernel, correlation copies it turned round. That is a test which you can
# make with any library whose manual leaves you in doubt.
#
# ### Quiz: a sum of products

# %%
ask("kernel_sum")

# %% quiz="kernel_sum"
quiz_kernel_sum = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_kernel_sum", quiz_kernel_sum)

# %% [markdown]
# ## 3 Edges and blobs
#
# *About 8 minutes, slide 48.*
#
# The slope along rows and the slope along columns are two images. Together they are an arrow per
# pixel, the **gradient**. Its length says how steep the image is, whatever the direction:
#
# $$|\nabla f| = \sqrt{\left(\frac{\partial f}{\partial y}\right)^2 +
# \left(\frac{\partial f}{\partial x}\right)^2}$$
#
# Per pixel, or per mm? In a coronal slice of a CT with slices of 4.4 mm and pixels of 0.5 mm
# (slide 26), a step down is nine times as long as a step to the right. Slopes per pixel would see
# edges nine times too strong in one direction.
#
# ### Exercise: gradient magnitude


# %% exercise="gradient_magnitude"
def gradient_magnitude(image, spacing):
    """Return the length of the gradient in units per mm.

    image: array (Y, X), also of whole numbers. spacing: (row_mm, column_mm), the distance of
    neighbouring pixels. Slopes as np.gradient takes them: half the difference of both neighbours.
    Returns an array with the shape of the image. Raises a ValueError if a spacing is not positive.
    """
    # BEGIN SOLUTION
    if min(spacing) <= 0:
        raise ValueError(f"The spacing is {spacing} mm; both numbers must be positive.")
    down, right = np.gradient(np.asarray(image, float), *spacing)
    return np.hypot(down, right)
    # END SOLUTION


# %%
check("gradient_magnitude", gradient_magnitude)

# %% [markdown]
# A **blob** is something round and bright of a certain size. Blur with a Gaussian of that size, add
# up the second derivatives (the Laplacian) and turn the sign: round bright things answer most. This
# one comes from the course's library; a disc of radius $r$ answers most to $\sigma = r / \sqrt 2$
# (Lindeberg 1998). Edges and blobs of our patient:

# %%
my_gradient_magnitude = use("gradient_magnitude", gradient_magnitude)
mr = templates.axial_slice("t1", 18).astype(float)
image_row(
    [
        Panel(mr, "MR", "a.u.", (0, 255)),
        Panel(my_gradient_magnitude(mr, (1, 1)), "gradient magnitude", "a.u./mm", (0, 60)),
        Panel(edges.blob_response(mr, 2.0), "blobs, sigma 2 mm", "a.u.", (-60, 60), "RdBu_r"),
        Panel(edges.blob_response(mr, 6.0), "blobs, sigma 6 mm", "a.u.", (-60, 60), "RdBu_r"),
    ],
    alt=(
        "An MR slice of a brain; its gradient magnitude, bright along all borders of tissue; and "
        "its response to blobs of two sizes: at 2 mm the rim of the brain and its folds answer, at "
        "6 mm the ventricles as dark blobs and the tops of the folds as bright ones."
    ),
)

# %% [markdown]
# ## 4 Template matching
#
# *About 14 minutes, slide 47.*
#
# A kernel answers most where the image looks like the kernel. So take a piece of an image as
# kernel, the **template**, and search! Below, the template is the inner ear in a real CT, whose
# slices are planned by it. The values are stored ones, HU + 1024 (notebook 01).
#
# The panel starts with the plain correlation of section 2. **Look first:** it does not find the
# ear, in the very image from which the template was cut. What did it find, and why?

# %%
widgets.search()

# %% [markdown]
# <details><summary>Answer</summary>
#
# The brightest window: the thick bone behind the ear, 37 mm away. Where all values are positive, a
# sum of products is largest where the image is brightest, and not where it is alike.
# </details>
#
# The remedy is known from notebook 05: subtract the mean of the window and of the template, and
# divide by both standard deviations. This **normalised correlation** lies between -1 and 1:
#
# $$r = \frac{\frac{1}{N} \sum (f - \bar f)(h - \bar h)}{\sigma_f \, \sigma_h}$$
#
# Mean and deviation are those of **each window**. A flat window has $\sigma_f = 0$; it looks like
# nothing and gets 0.
#
# ### Exercise: matching a template


# %% exercise="match_template"
def match_template(image, template):
    """Return the normalised correlation of a template with every window of an image.

    image: array (Y, X). template: array, smaller than the image.
    Returns an array (Y - template rows + 1, X - template columns + 1): element [y, x] belongs to
    the window whose first pixel is [y, x]. Flat windows get 0.
    Raises a ValueError if the template is constant.
    """
    # BEGIN SOLUTION
    if template.std() == 0:
        raise ValueError("The template is constant; nothing looks like it.")
    rows, columns = template.shape
    h = (template - template.mean()) / template.std()
    scores = np.zeros((image.shape[0] - rows + 1, image.shape[1] - columns + 1))
    for y in range(scores.shape[0]):
        for x in range(scores.shape[1]):
            window = image[y : y + rows, x : x + columns]
            if np.ptp(window) > 0:
                scores[y, x] = np.mean((window - window.mean()) * h) / window.std()
    return scores
    # END SOLUTION


# %%
check("match_template", match_template)

# %% [markdown]
# ### Exercise: the best place

# %%
my_match_template = use("match_template", match_template)


# %% exercise="best_match"
def best_match(image, template):
    """Return where a template fits best, and how well. Use my_match_template(image, template).

    Returns ((row, column), score): the first pixel of the best window, and its correlation.
    Raises a ValueError if the image is constant: nothing in it can be found.
    """
    # BEGIN SOLUTION
    if np.ptp(image) == 0:
        raise ValueError("The image is constant; nothing in it can be found.")
    scores = my_match_template(image, template)
    row, column = np.unravel_index(scores.argmax(), scores.shape)
    return (int(row), int(column)), float(scores[row, column])
    # END SOLUTION


# %%
check("best_match", best_match)

# %% [markdown]
# Your own search, in the CT at every fourth pixel, after another scanner has changed gain and
# offset and added noise:

# %%
my_best_match = use("best_match", best_match)
ct = datasets.ct_head().values[200:400:4, ::4].astype(float)
ear = ct[13:26, 36:51]
scan = 0.3 * ct + 500 + np.random.default_rng(8).normal(0, 30, ct.shape)
start = time.perf_counter()
place, score = my_best_match(scan, ear)
print(
    f"found at {place}, cut out at (13, 36); score {score:.2f}; {time.perf_counter() - start:.1f} s"
)

# %% [markdown]
# Go back to the panel and choose the normalised correlation.
# 1. At which gain do squared differences (notebook 05's SSD) fail? Does the normalised correlation?
# 2. How far may the head be turned?
# 3. Look at the score when it fails. Would you have noticed?
#
# <details><summary>Answers</summary>
#
# 1. At 1.4 the squared differences find something else: a difference of brightness counts as
#    different. Gain and offset change nothing in the normalised correlation.
# 2. By 30 degrees it is still found, within 3 mm. At 40 degrees it is lost: the template is not
#    turned with the head. A much larger or smaller copy would be lost too.
# 3. Hardly. The score falls to 0.90 at 10 degrees, 0.78 at 20 and 0.66 at 30, where the place is
#    right; at 40 it is 0.69, and the place is wrong by 59 mm. With noise of 1000 HU a score of 0.41
#    is right. There is always a best place; a threshold that can say "not there" has to be tested
#    on patients.
# </details>
#
# ### Quiz: how many windows?

# %%
ask("window_count")

# %% quiz="window_count"
quiz_window_count = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_window_count", quiz_window_count)

# %% [markdown]
# ## 5 Local binary patterns: one pixel
#
# *About 12 minutes, slides 49 to 52.*
#
# A template knows what it looks for. What if the question is only: *what kind of surface is this?*
# The **local binary pattern** (LBP; Ojala et al. 1996) describes the surroundings of a pixel in one
# number [slide 49]:
#
# 1. Compare each of the 8 neighbours with the pixel in the middle. Neighbour >= middle gives **1**,
#    else **0**.
# 2. Read the bits **clockwise from the top left**.
# 3. Take them as a binary number; the first bit counts most.
#
# Choose pixels and follow the three steps. Find a pixel with the code 255, and one on an edge.

# %%
widgets.one_code()

# %% [markdown]
# ### Exercise: the bits


# %% exercise="lbp_bits"
def lbp_bits(patch):
    """Compare the 8 neighbours with the pixel in the middle of a patch.

    patch: array (3, 3). Returns 8 numbers: 1 where neighbour >= middle, else 0; clockwise from the
    top left. Raises a ValueError if the patch has another shape.
    """
    # BEGIN SOLUTION
    if np.shape(patch) != (3, 3):
        raise ValueError(f"The patch has the shape {np.shape(patch)}; (3, 3) is needed.")
    (a, b, c), (h, middle, d), (g, f, e) = patch
    return (np.array([a, b, c, d, e, f, g, h]) >= middle).astype(np.uint8)
    # END SOLUTION


# %%
check("lbp_bits", lbp_bits)

# %% [markdown]
# ### Exercise: the number
#
# 00111011 is
# $0 \cdot 2^7 + 0 \cdot 2^6 + 1 \cdot 2^5 + 1 \cdot 2^4 + 1 \cdot 2^3 + 0 \cdot 2^2 + 1 \cdot 2^1 +
# 1 \cdot 2^0 = 59$ [slide 49]. Section 8 uses more than 8 bits, so write it for any number of them.


# %% exercise="code_of_bits"
def code_of_bits(bits):
    """Read bits as a number; the first one counts most.

    bits: row of zeros and ones, of any length up to 32; often uint8. Returns a whole number.
    Raises a ValueError if something else than 0 and 1 is among them.
    """
    # BEGIN SOLUTION
    code = 0
    for bit in bits:
        if bit not in (0, 1):
            raise ValueError(f"{bit} is no bit; 0 and 1 are allowed.")
        code = 2 * code + int(bit)
    return code
    # END SOLUTION


# %%
check("code_of_bits", code_of_bits)

# %% [markdown]
# The two worked examples of the lecture [slides 49 and 52]. In the first, one neighbour equals the
# middle. Which, and what would the code be with > in place of >=?

# %%
my_bits, my_code = use("lbp_bits", lbp_bits), use("code_of_bits", code_of_bits)
for patch in ([[6, 8, 15], [15, 10, 17], [10, 9, 20]], [[30, 20, 35], [28, 10, 41], [15, 37, 45]]):
    bits = my_bits(np.array(patch))
    print(*patch, "->", "".join(str(int(bit)) for bit in bits), "->", my_code(bits))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The 10 at the lower left. With > its bit would be 0, and the code 00111001 = 57. Programs differ
# in this, so do their codes; a model trained on one cannot read the other.
# </details>
#
# ### Quiz 5 of the lecture
#
# By hand, please.

# %%
ask("lbp_value")

# %% quiz="lbp_value"
quiz_lbp_value = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_lbp_value", quiz_lbp_value)

# %% [markdown]
# ## 6 All pixels at once
#
# *About 8 minutes, slide 53.*
#
# A head at 2 mm has 1.5 million voxels. A loop over pixels takes most of a minute. Turn the loops
# round: not "for each pixel, all neighbours" but "for each of the 8 neighbours, **all pixels**".
# The image, moved by one pixel, is compared with the image itself, in one line of numpy.
#
# ### Exercise: the LBP image


# %% exercise="lbp_image"
def lbp_image(image):
    """Return the LBP code of every pixel, without a loop over pixels.

    image: array (Y, X), of any number type. Beyond the border, the nearest border pixel counts.
    Returns an array of whole numbers 0 to 255 with the shape of the image.
    Raises a ValueError if the image holds NaN.
    """
    # BEGIN SOLUTION
    if np.isnan(image).any():
        raise ValueError("The image holds NaN, which is neither darker nor brighter.")
    rows, columns = image.shape
    padded = np.pad(image, 1, mode="edge")
    codes = np.zeros(image.shape, np.uint8)
    for y, x in ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)):
        codes = 2 * codes + (padded[y : y + rows, x : x + columns] >= image)
    return codes
    # END SOLUTION


# %%
check("lbp_image", lbp_image)

# %%
my_lbp_image = use("lbp_image", lbp_image)
part = templates.axial_slice("t1", 18)[60:130, 60:130]
start = time.perf_counter()
padded = np.pad(part, 1, mode="edge")
for row in range(part.shape[0]):
    for column in range(part.shape[1]):
        my_code(my_bits(padded[row : row + 3, column : column + 3]))
loop_s = time.perf_counter() - start
start = time.perf_counter()
my_lbp_image(part)
whole_s = time.perf_counter() - start
print(f"{part.size} pixels: one by one {1000 * loop_s:.0f} ms, all at once {1000 * whole_s:.2f} ms")

# %%
photograph = textures.photograph("gravel")[:160, :160]
image_row(
    [
        Panel(photograph, "gravel", "grey value", (0, 255)),
        Panel(my_lbp_image(photograph), "its codes", "LBP code", (0, 255)),
        Panel(my_lbp_image(mr[40:188, 24:172]), "codes of an MR slice", "LBP code", (0, 255)),
    ],
    alt=(
        "A photograph of gravel; its LBP codes, a fine pattern of black and white in which the "
        "edges of stones are streaks; and the codes of an MR slice of a brain: a white background, "
        "as flat regions have the code 255, and folds as dark and bright bands."
    ),
)

# %%
textures.CARD

# %% [markdown]
# ## 7 Other light
#
# *About 8 minutes, slides 49 and 52.*
#
# A code asks only *which is brighter*. Multiply the image by 2, add 40: every comparison ends as
# before. So nothing changes between two scanners that differ in gain and offset, and no
# normalization is needed. Any rising curve will do, for that matter.
#
# **Predict, then try:** which of these change codes? (a) half the contrast, (b) 100 brighter,
# (c) both, but stored in 8 bits, (d) noise of 5 grey values, (e) 10 % of the contrast in 8 bits.

# %%
widgets.other_light()

# %% [markdown]
# <details><summary>Answers</summary>
#
# (a) and (b) change no code at all, 0.0 %. (c) changes 25 % in the bricks: rounding makes
# neighbours equal that were not, and equal counts as 1. Cutting off at 255, where it happens, makes
# bright regions flat, with the code 255. (d) changes 85 % in the bricks, which are smooth, and 51 %
# in the grass, which is not. (e) leaves only a few grey values, and most neighbours become equal.
#
# So the invariance is exact, but it holds for **gain and offset of unrounded values**, and ends at
# 8 bits, at saturation, and in noise. In a flat region the noise decides on the code alone: the
# pixel's neighbours are brighter or darker by chance.
# </details>
#
# ### Quiz: a detector saturates

# %%
ask("clipped_code")

# %% quiz="clipped_code"
quiz_clipped_code = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_clipped_code", quiz_clipped_code)

# %% [markdown]
# ## 8 What surface is this?
#
# *About 14 minutes, slides 49 and 52.*
#
# One code says little. How often each code occurs in a region says what its surface is like: the
# **histogram of codes** is a fingerprint of the texture.
#
# ### Exercise: the histogram of codes


# %% exercise="code_histogram"
def code_histogram(codes, count, mask):
    """Return how often each code occurs in a region, as shares that add up to 1.

    codes: array of whole numbers from 0. count: how many codes there may be, for example 256.
    mask: bool array of the same shape, True in the region. Returns an array of length count.
    Raises a ValueError if the mask is empty or a code is not below count.
    """
    # BEGIN SOLUTION
    inside = codes[mask]
    if inside.size == 0 or inside.max() >= count:
        raise ValueError(f"{inside.size} codes, which must lie below {count}.")
    return np.bincount(inside, minlength=count) / inside.size
    # END SOLUTION


# %%
check("code_histogram", code_histogram)

# %% [markdown]
# How different are two histograms $a$ and $b$? The **chi-square distance** weighs rare codes fairly
# (Ahonen et al. 2006; with the half in front, it lies between 0 and 1):
#
# $$\chi^2(a, b) = \frac{1}{2} \sum_k \frac{(a_k - b_k)^2}{a_k + b_k}$$
#
# ### Exercise: the distance of two histograms


# %% exercise="chi_square"
def chi_square(first, second):
    """Return the chi-square distance of two histograms, 0 to 1.

    first, second: arrays of one length, counts or shares; each is first divided by its sum. A bin
    that is empty in both adds nothing. Returns a number.
    Raises a ValueError if a histogram holds nothing.
    """
    # BEGIN SOLUTION
    if np.sum(first) == 0 or np.sum(second) == 0:
        raise ValueError("A histogram without counts cannot be compared.")
    a, b = first / np.sum(first), second / np.sum(second)
    filled = a + b > 0
    return float(np.sum((a - b)[filled] ** 2 / (a + b)[filled]) / 2)
    # END SOLUTION


# %%
check("chi_square", chi_square)

# %% [markdown]
# Now learn three textures from the **left** halves of three photographs, and ask for tiles of the
# **right** halves which texture is nearest. (Tiles of the same half would be cheating; more of that
# in notebook 09.)

# %%
my_code_histogram, my_chi_square = (
    use("code_histogram", code_histogram),
    use("chi_square", chi_square),
)


def fingerprint(image):
    """Return the histogram of LBP codes of a whole image."""
    return my_code_histogram(my_lbp_image(image), 256, np.ones(image.shape, bool))


photographs = {name: textures.photograph(name).astype(float) for name in textures.NAMES}
known = {name: fingerprint(image[:, :256]) for name, image in photographs.items()}
tile = photographs["grass"][64:128, 320:384]
for light, new in (("as it is", tile), ("half the contrast, 40 brighter", 0.5 * tile + 40)):
    distances = {name: my_chi_square(fingerprint(new), known[name]) for name in known}
    print(f"a tile of grass, {light}:", {name: round(d, 3) for name, d in distances.items()})

# %% [markdown]
# All 96 tiles, and what becomes of them when the new images are taken differently. Compare with a
# histogram of the grey values themselves.

# %%
widgets.told_apart()

# %% [markdown]
# <details><summary>What we see</summary>
#
# With LBP, all 96 tiles are recognised, in full light or half of it, and 95 % in a shadow. Grey
# values recognise 71 % of them, and half the contrast throws them to 38 %, nearly chance. Small
# tiles are harder: a histogram of few pixels is noisy.
#
# **Turned** by a quarter, most of the brick is lost: its codes are turned too. "Turned alike"
# counts only how many ones a code has, if its bits change at most twice on the way round (Ojala et
# al. 2002); then turning changes nothing.
#
# **Noise or blur** ends it. With noise of 10 grey values every tile is taken for grass, with a
# blur of 1 pixel every tile for gravel: 33 %. The fine patterns at 1 pixel's distance are the first
# thing that noise or a smoothing filter changes.
# </details>
#
# ### Radius and number of points
#
# Both are parameters [slide 49]. Points on a circle of radius $R$ lie between pixels, so their
# values are interpolated (notebook 04). A larger radius sees coarser structure, which survives
# more. Here with 8 points, codes as they are:

# %%
changes = {
    "as it is": lambda image: image,
    "noise of 10": lambda image: image + np.random.default_rng(5).normal(0, 10, image.shape),
    "blurred, 1 pixel": lambda image: ndimage.gaussian_filter(image, 1),
}


def share_recognised(code, change, size=64):
    """Return the share of tiles of the right halves that are recognised."""
    learned = [
        texture_histograms.code_histogram(code(image[:, :256])) for image in photographs.values()
    ]
    right = []
    for truth, image in enumerate(photographs.values()):
        codes = code(change(image[:, 256:]))
        for y in range(0, 512, size):
            for x in range(0, 256, size):
                new = texture_histograms.code_histogram(codes[y : y + size, x : x + size])
                right.append(texture_histograms.nearest_histogram(new, learned) == truth)
    return np.mean(right)


print("tiles recognised in %       " + "".join(f"{name:>18s}" for name in changes))
for radius in (1, 2, 4, 6):
    shares = [
        100 * share_recognised(lambda image, r=radius: texture.circular_lbp(image, r, 8), change)
        for change in changes.values()
    ]
    print(f"radius {radius}, 8 points          " + "".join(f"{share:18.0f}" for share in shares))

# %% [markdown]
# Lungs are classified in this way: emphysema leaves holes of a certain size, which LBP histograms
# of CT tell from healthy lung better than a threshold in HU (Sørensen et al. 2010).
#
# ## 9 One row per voxel
#
# *About 9 minutes, slides 48, 53 and 62.*
#
# Now put it all together. For each voxel, slide 62 writes down: normalised value, blurred value,
# gradient magnitude, position x, position y, R2*, LBP, and so on. Its example is
# **[0.65, 0.61, 0.5, 5, -10, 0.25, 231, ...]**. Positions are counted from the middle. The slide's
# 0.25 for R2* bears no unit; read as 1/ms it is 250 1/s, which would be bone. We keep 1/s.
#
# Choose a voxel in bone, one in a cavity, one in brain. Which numbers tell them apart?

# %%
widgets.one_row()

# %% [markdown]
# ### Exercise: the table
#
# A model wants a table: **one row per voxel, one column per feature** [slide 62]. Only voxels in a
# mask get a row, or most of the table is air.


# %% exercise="stack_features"
def stack_features(images, mask):
    """Write features side by side as a table.

    images: list of F arrays of one shape (2 or 3 axes). mask: bool array of that shape.
    Returns an array (N, F): one row for each voxel in the mask, in the order of image[mask].
    Raises a ValueError if the shapes differ or the mask is empty.
    """
    # BEGIN SOLUTION
    if any(image.shape != mask.shape for image in images) or not mask.any():
        raise ValueError("Images and mask must have one shape, and the mask must not be empty.")
    return np.stack([image[mask] for image in images], axis=1)
    # END SOLUTION


# %%
check("stack_features", stack_features)

# %% [markdown]
# The tables of bone, of the air inside the head, and of the rest (the truth is known in the
# phantom). How well does each column alone tell bone from the others? We try 200 thresholds and
# take the best; 50 % is guessing. **Predict** the best column for either question.

# %%
my_stack_features = use("stack_features", stack_features)
images = slice_features("sinuses")
bone, air, soft = (
    my_stack_features(list(images.values()), np.isin(slice_.labels, labels))
    for labels in ((4, 5), (1,), (2, 6, 7, 8))
)


def told_apart(first, second):
    """Return the share of voxels on the right side of the best threshold, both groups alike."""
    thresholds = np.quantile(np.concatenate([first, second]), np.linspace(0, 1, 201))
    shares = [(np.mean(first > t) + np.mean(second <= t)) / 2 for t in thresholds]
    return 100 * max(*shares, 1 - min(shares))


print(f"{len(bone)} voxels of bone, {len(air)} of air, {len(soft)} of soft tissue and brain")
print("told apart in %         bone from air   bone from the rest")
for number, name in enumerate(images):
    column = [table[:, number] for table in (bone, air, soft)]
    print(
        f"{name:20s} {told_apart(column[0], column[1]):16.0f} "
        f"{told_apart(column[0], column[2]):20.0f}"
    )

# %% [markdown]
# <details><summary>What we see</summary>
#
# Each question has another best column, and none is enough. Against the rest, R2* wins (94 %), as
# in notebook 03. Against air it is worse (84 %): in air it is a quotient of two noises. There the
# value itself helps most (90 %): bone is dark, but air is darker. Position y tells 80 %, as
# cavities lie in front. The LBP code, taken as a number, tells next to nothing (53 and 54 %; see
# below). A model that **combines** columns is the subject of the next notebook, which starts from
# such a table.
# </details>
#
# **A trap, told openly.** Slide 62 writes the LBP code as a number beside the others, and slide 63
# scales it to 0..1. But a code is a **name**, not an amount. 127 and 128 are neighbours as numbers,
# yet 01111111 and 10000000 differ in every bit; 1 and 128 are the same corner, turned by one step.
# A distance or a mean of codes says nothing, and a threshold hardly more. Better features: the
# share of each code in a small window, or the 8 bits as 8 columns, or the number of ones.
#
# ### Quiz: a row of the table

# %%
ask("table_row")

# %% quiz="table_row"
quiz_table_row = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_table_row", quiz_table_row)

# %% [markdown]
# ## 10 In practice
#
# *About 3 minutes.*
#
# In a hospital you would call libraries. Their agreement with the course's own functions, and
# their time beside it, measured on your computer just now:

# %%
import SimpleITK as sitk
from skimage import feature

from course_lib.imaging import filters, template_matching


def milliseconds(call):
    """Return the median time of five calls in ms."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def compare(name, ours, theirs, inside=np.s_[:, :]):
    """Print how far two functions are apart, and how long each takes."""
    apart = np.abs(np.asarray(ours(), dtype=float)[inside] - theirs()[inside]).max()
    times = f"ours {milliseconds(ours):5.1f} ms, theirs {milliseconds(theirs):5.1f} ms"
    print(f"{name:38s} largest difference {apart:7.1e}, {times}")


def turned_bits(codes, steps):
    """Turn the bits of 8-bit codes."""
    codes = codes.astype(int)
    return (codes << steps | codes >> 8 - steps) & 255


full = datasets.ct_head().values.astype(float)
inner_ear = full[252:304, 144:204]
itk = sitk.GetImageFromArray(full)
itk.SetSpacing((0.431, 0.431))
photo = textures.photograph("grass")
compare(
    "scipy ndimage.correlate",
    lambda: filters.correlate(full, kernel),
    lambda: ndimage.correlate(full, kernel.astype(float), mode="nearest"),
)
compare(
    "SimpleITK GradientMagnitude (inside)",
    lambda: edges.gradient_magnitude(full, (0.431, 0.431)),
    lambda: sitk.GetArrayFromImage(sitk.GradientMagnitude(itk)),
    np.s_[1:-1, 1:-1],
)
compare(
    "skimage feature.match_template",
    lambda: template_matching.match_template(full, inner_ear),
    lambda: feature.match_template(full, inner_ear),
)
ours_ms = milliseconds(lambda: texture.circular_lbp(photo, 2, 8))
theirs_ms = milliseconds(lambda: feature.local_binary_pattern(photo, 8, 2))
theirs = turned_bits(feature.local_binary_pattern(photo, 8, 2), 4)
same = (texture.circular_lbp(photo, 2, 8) == theirs)[3:-3, 3:-3]  # borders are treated differently
print(
    f"skimage local_binary_pattern           {100 * same.mean():.3f} % of the codes are equal, "
    f"ours {ours_ms:5.1f} ms, theirs {theirs_ms:5.1f} ms"
)
same = texture.lbp_image(photo) == feature.local_binary_pattern(photo, 8, 1)
print(f"lbp_image equals skimage's default code in {100 * same.mean():.0f} % of the pixels")

# %% [markdown]
# What to know before you use them:
# - `skimage.feature.local_binary_pattern` begins at the **right** of the centre, goes
#   **anticlockwise**, and lets the first bit count **least**. Its points lie on a circle, so the
#   four corners are interpolated and its `P=8, R=1` is not our 3 x 3. Turn its bits by 4 places to
#   get the order of `circular_lbp`. Its numbers for the lecture's patches are different ones, and
#   neither is wrong.
# - It wants whole numbers: with decimals, rounding decides on ties, and it warns.
# - `scipy.ndimage.correlate` and `convolve` mirror the image at the border unless you say
#   `mode="nearest"`; `numpy.convolve` turns the kernel; PyTorch's `conv2d` does not. OpenCV's
#   `filter2D` is correlation too.
# - `skimage.feature.match_template(pad_input=True)` returns scores at the windows' centres.
# - SimpleITK's `GradientMagnitude` uses the spacing; `numpy.gradient` does only when told to.

# %% [markdown]
# ## 11 In the hospital: when it fails
#
# *About 4 minutes.*
#
# **There is always a best place.** The template of the right ear, mirrored, should find the left
# ear. In this patient, who lies slightly tilted, the left inner ear is not in the slice:

# %%
place, score = template_matching.best_match(
    full[::2, ::2], full[::2, ::2][126:152, 72:102][:, ::-1]
)
print(f"best place {place}, score {score:.2f}; expected near (126, 154)")

# %% [markdown]
# **Noise looks like texture.** In a flat region, the comparisons are decided by noise. Which
# histogram of codes is nearest to that of white matter: that of grey matter, of bone, or of the air
# outside the head?

# %%
brain_slice = head.plane("axial", 20)
codes = my_lbp_image(brain_slice.t1)
regions = {"white matter": (8,), "grey matter": (7,), "bone": (4, 5), "air": (0,)}
histograms = {
    name: my_code_histogram(codes, 256, ndimage.binary_erosion(np.isin(brain_slice.labels, labels)))
    for name, labels in regions.items()
}
for name in ("grey matter", "bone", "air"):
    distance = my_chi_square(histograms["white matter"], histograms[name])
    print(f"white matter to {name:12s} {distance:.3f}")

# %% [markdown]
# Air! Both are flat, and the codes show the scanner's noise, not the tissue. Intensity, which LBP
# threw away, would have told them apart at once. LBP belongs **beside** the intensity, not in its
# place.
#
# **Another reconstruction.** The same scan, reconstructed with a smoother filter, is the blurred
# photograph of section 8: the model's features have changed, the patient has not. Train on both, or
# use the same protocol.
#
# **Padding and masks.** Outside the field of view CT holds -2000. Its border is a perfect edge, and
# its inside a perfect texture of 255s. Mask it before you count.
#
# ### Before you use a feature, ask
# 1. Does it change when the scanner's gain, noise, resolution or reconstruction changes?
# 2. Does it change when the patient turns? Should it?
# 3. Is it an amount, or a name?
# 4. Is it in mm, or in pixels?
# 5. What does it say in air, at the border, in a flat region?
#
# ## Take along
#
# - Correlation lays the kernel on as it is; convolution turns it round. A bright pixel tells which.
# - Normalised correlation finds a template whatever gain and offset; not turned, not scaled, and it
#   always finds something.
# - LBP: neighbour >= middle, clockwise from the top left, first bit counts most. Gain and offset
#   change nothing; noise, blur, rounding and saturation change much.
# - A histogram of codes is the fingerprint of a texture.
# - Features side by side, one row per voxel: from here on, a model can learn.
#
# ## Further reading
#
# - Ojala T, Pietikäinen M, Harwood D. A comparative study of texture measures with classification
#   based on featured distributions. Pattern Recognition 29(1), 1996.
#   doi:10.1016/0031-3203(95)00067-4.
# - Ojala T, Pietikäinen M, Mäenpää T. Multiresolution gray-scale and rotation invariant texture
#   classification with local binary patterns. IEEE Transactions on Pattern Analysis and Machine
#   Intelligence 24(7), 2002. doi:10.1109/TPAMI.2002.1017623. Radius, points, and codes that do not
#   turn.
# - Ahonen T, Hadid A, Pietikäinen M. Face description with local binary patterns. IEEE Transactions
#   on Pattern Analysis and Machine Intelligence 28(12), 2006. doi:10.1109/TPAMI.2006.244.
#   Histograms and their distance.
# - Sørensen L, Shaker SB, de Bruijne M. Quantitative analysis of pulmonary emphysema using local
#   binary patterns. IEEE Transactions on Medical Imaging 29(2), 2010. doi:10.1109/TMI.2009.2038575.
# - Lewis JP. Fast normalized cross-correlation. Vision Interface, 1995, pages 120 to 123.
# - Lindeberg T. Feature detection with automatic scale selection. International Journal of Computer
#   Vision 30(2), 1998. doi:10.1023/A:1008045108935. Blobs and their sizes.
