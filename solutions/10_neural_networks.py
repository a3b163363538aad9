# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Neural networks", minutes: 90, slides: "69-73"}
# ---

# %% [markdown]
# # 10 Neural networks
#
# **In this notebook** you learn
# - what a neuron computes, why the lecture subtracts the bias, and what a layer can that a neuron
#   cannot,
# - to count the parameters of a network, and to say in one number how wrong it is,
# - to find out which weight is to blame, by measuring and by the chain rule, for every weight of
#   every layer,
# - to train a network of your own that reads handwriting, and to look at what it has learned,
# - to predict CT from MR with a network, and to see it learn a patient by heart.
#
# Time: about 90 minutes. Slides: 69 to 73. From notebook 03 you need the two echoes and R2*, from
# notebook 08 the table of features, from notebook 09 the split by patient.
#
# There are 10 exercises and 5 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter).

# %%
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np

from course_lib.data import phantom
from course_lib.data.digits import CARD, digits
from course_lib.display import forest_scene
from course_lib.display.digit_figures import draw_digits
from course_lib.display.figures import Panel, image_row
from course_lib.display.voxel_samples import feature_images
from course_lib.display.widgets import neural_networks as widgets
from course_lib.imaging import backpropagation, networks, training
from course_lib.imaging.features import stack_features
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 One formula for all voxels
#
# *About 3 minutes, slide 69.*
#
# Our patient lies in the PET/MR scanner, and needs a CT that was never taken. In notebook 09, a
# forest predicted it from MR features: hundreds of trees of questions, "is R2* above 0.2?". Its
# answers are means of training voxels.
#
# A **neural network** is another kind of model. It has no questions. It is one long formula, made
# of sums and one bent curve, with many numbers in it, the **parameters**. Training finds them. Can
# such a formula turn the left images into the right one, in a patient whose CT it has never seen?

# %%
people = phantom.subjects(6, spacing_mm=4)
patient = people[-1]
slice_ = patient.plane("axial", -48)
image_row(
    [
        Panel(slice_.t1, "T1-weighted MR", "a.u.", (0, 1000)),
        Panel(slice_.ute1, "first echo", "a.u.", (0, 4500)),
        Panel(slice_.ute2, "second echo", "a.u.", (0, 4500)),
        Panel(slice_.ct, "CT: what is wanted", "HU", (-1000, 1500)),
    ],
    alt=(
        "One slice through the sinuses of a patient: T1-weighted MR and two echoes, in which bone "
        "is dark, and the CT, in which it is white."
    ),
)

# %% [markdown]
# It will, in section 8. Before that we build the network from its smallest part, and train it on
# something that everybody can judge at once: handwritten digits, as in the lecture. The lecture's
# pictures have 784 pixels; those that come with scikit-learn have 64.

# %%
CARD

# %%
images, labels = digits()
draw_digits(
    images[:20],
    [str(label) for label in labels[:20]],
    alt="Two rows of ten handwritten digits, 0 to 9, white on black, of 8 by 8 coarse pixels.",
)

# %% [markdown]
# ## 2 A neuron
#
# *About 12 minutes, slide 70.*
#
# A neuron holds one number, its **activation** $a$. In the first layer these are the pixels. Every
# other neuron computes its own from those before it [slide 70]:
#
# $$a = f(w_0 a_0 + w_1 a_1 + \dots + w_n a_n - bias)$$
#
# The **weights** say how much each input counts, and whether it speaks for or against. The **bias**
# says how large the sum has to be before the neuron answers. $f$ is the **activation function**;
# the lecture's is the sigmoid, which squeezes any number between 0 and 1:
#
# $$f(x) = \frac{1}{1 + e^{-x}}$$
#
# ### Exercise: sigmoid
#
# It should work on arrays of any shape. When a network breaks, NaN goes through it from end to end
# without a word; so refuse it here.


# %% exercise="sigmoid"
def sigmoid(x):
    """Return 1 / (1 + exp(-x)) for every number of an array.

    Raises a ValueError if a number is not finite.
    """
    # BEGIN SOLUTION
    if not np.isfinite(x).all():
        raise ValueError("The sigmoid needs finite numbers.")
    return 1 / (1 + np.exp(-x))
    # END SOLUTION


# %%
check("sigmoid", sigmoid)

# %% [markdown]
# ### Exercise: a neuron

# %%
my_sigmoid = use("sigmoid", sigmoid)


# %% exercise="neuron"
def neuron(activations, weights, bias):
    """Return the activation of one neuron, by the lecture's formula.

    activations, weights: arrays (n,). bias: a number. Use my_sigmoid(x).
    Raises a ValueError if the lengths differ.
    """
    # BEGIN SOLUTION
    return my_sigmoid(np.dot(weights, activations) - bias)
    # END SOLUTION


# %%
check("neuron", neuron)

# %% [markdown]
# **A trap, told openly.** Slide 70 **subtracts** the bias. Most books and nearly all libraries
# **add** it. Both are right: a bias of 3 here is one of -3 there. Mixing them is not, and nothing
# will warn you; the network only gives other answers. In this course, the lecture's sign holds
# everywhere. In section 10 we carry weights over from a library and turn the sign.
#
# ### One neuron looks at two echoes
#
# Each point below is a voxel of a head. Its first echo and its second (notebook 03), over those of
# soft tissue, go into one neuron. The grey shows its activation for **all** pairs of echoes.
#
# **Tasks, in this order:**
# 1. Find weights and a bias so that the neuron answers to soft tissue only. What does the bias do
#    to the purple line? What do the weights do?
# 2. Switch to adding the bias. What has to change to get the picture back?
# 3. Now the same for **air**. Which sign do the weights need?
# 4. Now for **bone**. How far do you get? Why?

# %%
widgets.one_neuron()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. With weights 6 and 6 and a bias of 7.5, all but one or two voxels are on the right side. The
#    bias shifts the line, the weights turn it, and all of them times 2 make the border sharper.
# 2. The sign of the bias.
# 3. Negative ones, and a negative bias: -10, 0 and -2 are right for 98 %. The neuron answers as
#    long as the echo is **not** there.
# 4. One neuron has one straight line, and bone lies between air and tissue. With 9, -10 and 0.5,
#    which asks for a difference between the echoes, 92 % is reached, and no more.
# </details>
#
# ### Quiz: what does it answer?
#
# `Another one like it` draws new numbers as often as you like. The cell below the question counts:
# type the letter of the question as it was first shown.

# %%
ask("neuron_output")

# %% quiz="neuron_output"
quiz_neuron_output = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_neuron_output", quiz_neuron_output)

# %% [markdown]
# ## 3 Layers
#
# *About 11 minutes, slides 70 and 71.*
#
# What one neuron cannot, three can. Below, two neurons look at the first echo of a voxel. Both rise
# with it, each at its own threshold. A third neuron looks at these two. Its weights are +20 and
# -20, its bias is 10: it wants the first, and not the second.
#
# **Tasks:**
# 1. Which thresholds make it answer to bone and to nothing else?
# 2. Make the weight of the echo smaller. What happens to the bump? And at 0?

# %%
widgets.bump()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. With a weight of 40, thresholds of 20 % and 75 % find 98 % of the bone, at the price of 4 % of
#    the air and 1 % of the soft tissue.
# 2. The two curves become so flat that they hardly differ, and the bump sinks. At 0 the neurons do
#    not look at the echo at all.
# </details>
#
# From bumps one can build nearly any curve: with enough hidden neurons, a network with one hidden
# layer comes as close as one likes to any continuous function (Cybenko 1989). That says that good
# weights exist. It does not say that training finds them, nor that they hold in another patient.
#
# ### A layer is a matrix
#
# All neurons of a layer look at the same inputs. Write their weights below each other, one **row
# for each neuron**, and many samples below each other, one **row for each sample**. Then one
# product of matrices is the whole layer, for all samples:
#
# $$A^{(1)} = f(A^{(0)} W^T - b)$$
#
# ### Exercise: a layer


# %% exercise="layer"
def layer(inputs, weights, biases):
    """Return the activations of a layer of m neurons, for N samples.

    inputs: array (N, n). weights: array (m, n). biases: array (m,); they are subtracted.
    Returns an array (N, m). Use my_sigmoid(x).
    Raises a ValueError if the shapes do not fit (numpy's own is fine).
    """
    # BEGIN SOLUTION
    return my_sigmoid(inputs @ weights.T - biases)
    # END SOLUTION


# %%
check("layer", layer)

# %% [markdown]
# ### How many numbers are that?
#
# The lecture's network has 784 pixels, two hidden layers of 4 neurons and 10 outputs, in short
# 784-4-4-10. Slide 70 counts **3,210** parameters: weights between neighbouring layers, and a bias
# for each neuron that computes something.
#
# ### Exercise: parameters
#
# For any list of layer sizes. Use slide 70 as your check.


# %% exercise="parameter_count"
def parameter_count(sizes):
    """Return the number of weights and biases of a network.

    sizes: list of the neurons in each layer, the input first, for example [784, 4, 4, 10].
    Raises a ValueError if there are fewer than two layers.
    """
    # BEGIN SOLUTION
    if len(sizes) < 2:
        raise ValueError(f"The sizes {sizes} are no network; it needs two layers.")
    return sum((before + 1) * here for before, here in pairwise(sizes))
    # END SOLUTION


# %%
check("parameter_count", parameter_count)

# %%
my_layer = use("layer", layer)
my_parameter_count = use("parameter_count", parameter_count)
for sizes in ([784, 4, 4, 10], [64, 10], [64, 16, 10], [256**3, 4, 256**3]):
    print(f"{'-'.join(map(str, sizes)):24s} {my_parameter_count(sizes):13,} parameters")

# %% [markdown]
# The last line is a network from all voxels of an MR volume to all voxels of a CT, with no more
# than 4 neurons between. Nobody has patients enough to find 150 million numbers that way. So either
# the features of one voxel go in at a time, as here, or neurons look at a small window and share
# their weights, as the kernels of notebook 08 do. That is a **convolutional** network.
#
# ### Quiz: count

# %%
ask("network_parameters")

# %% quiz="network_parameters"
quiz_network_parameters = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_network_parameters", quiz_network_parameters)

# %% [markdown]
# ## 4 How wrong is it?
#
# *About 8 minutes, slide 71.*
#
# The last layer has ten neurons, one for each digit. For a picture of a 5, output 5 should be 1 and
# all others 0. Such targets are called **one-hot** [slide 71].
#
# ### Exercise: one-hot targets


# %% exercise="one_hot"
def one_hot(labels, classes):
    """Turn class numbers into targets: 1 for the class, 0 elsewhere.

    labels: array (N,) of whole numbers from 0 to classes - 1. Returns an array (N, classes).
    Raises a ValueError if a label is out of this range.
    """
    # BEGIN SOLUTION
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"A label is not in 0 to {classes - 1}.")
    targets = np.zeros((len(labels), classes))
    targets[np.arange(len(labels)), labels] = 1
    return targets
    # END SOLUTION


# %%
check("one_hot", one_hot)

# %% [markdown]
# Slide 71 shows a network that was not trained yet. For a picture of a 5 it gives 0.2, 0.1, 0.8,
# 0.3, 0.1, 0.6, 0.2, 0.1, 0 and 1. Its **cost** is the sum of the squared differences:
#
# $$C = \sum (\bar{y} - y)^2$$
#
# with the outputs $\bar y$ and the targets $y$. **Before you compute:** which two outputs cost
# most? As which digit would this network read the picture?
#
# ### Exercise: cost


# %% exercise="cost"
def cost(predictions, targets):
    """Return the sum of (prediction - target)^2 over all outputs and all samples, as one number.

    predictions, targets: arrays of one shape, (m,) or (N, m).
    Raises a ValueError if the shapes differ.
    """
    # BEGIN SOLUTION
    if predictions.shape != targets.shape:
        raise ValueError(f"The shapes {predictions.shape} and {targets.shape} differ.")
    return float(np.sum((predictions - targets) ** 2))
    # END SOLUTION


# %%
check("cost", cost)

# %%
my_one_hot, my_cost = use("one_hot", one_hot), use("cost", cost)
outputs = np.array([0.2, 0.1, 0.8, 0.3, 0.1, 0.6, 0.2, 0.1, 0, 1])
target = my_one_hot(np.array([5]), 10)[0]
print("squares:", ((outputs - target) ** 2).round(2))
print(f"cost: {my_cost(outputs, target):.2f}; read as a {outputs.argmax()}")

# %% [markdown]
# The slide does not say the sum; it is 2.0. The output for 9 costs 1.00, that for 2 costs 0.64, and
# the picture is read as a 9. Output 5 costs only 0.16.
#
# Note that the outputs of a sigmoid layer are no probabilities. They need not add up to 1: here it
# is 3.4. Slide 70 calls them likelihoods; take that as "how sure", each output for itself.
#
# ### Quiz: the cost of a voxel

# %%
ask("output_cost")

# %% quiz="output_cost"
quiz_output_cost = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_output_cost", quiz_output_cost)

# %% [markdown]
# ## 5 Which weight is to blame?
#
# *About 18 minutes, slides 71 to 73.*
#
# Training means: change every weight a little so that the cost falls. For that one has to know the
# **slope** of the cost for every weight: by how much does the cost change when this weight grows?
# All slopes together are the **gradient**.
#
# The honest way is to try. Move one weight by a small step to either side, and look:
#
# $$\frac{\partial C}{\partial w} \approx \frac{C(w + h) - C(w - h)}{2 h}$$
#
# ### Exercise: the measured gradient
#
# Of one layer, for every weight in turn; the biases stay where they are.


# %% exercise="numerical_gradient"
def numerical_gradient(weights, biases, inputs, targets, step):
    """Return how the cost of a layer changes with each of its weights, by trying.

    weights: array (m, n), not to be changed. biases: (m,). inputs: (N, n). targets: (N, m).
    step: how far a weight is moved to either side.
    Returns an array (m, n). Use my_layer and my_cost. Raises a ValueError if step is not positive.
    """
    # BEGIN SOLUTION
    if step <= 0:
        raise ValueError(f"The step is {step}; it must be positive.")
    slopes = np.zeros(weights.shape)
    for place in np.ndindex(weights.shape):
        there, back = weights.copy(), weights.copy()
        there[place] += step
        back[place] -= step
        rise = my_cost(my_layer(inputs, there, biases), targets) - my_cost(
            my_layer(inputs, back, biases), targets
        )
        slopes[place] = rise / (2 * step)
    return slopes
    # END SOLUTION


# %%
check("numerical_gradient", numerical_gradient)

# %% [markdown]
# That needs two runs of the network for **each** parameter: 6,420 runs for one step of the
# lecture's network. There is a way that needs one run forward and one backward, for all of them.
#
# ### By hand
#
# The smallest network with a hidden layer is 1-1-1. Its input is 1, and the target is 1, too. We
# chose numbers that are easy: $f(\ln 3) = 0.75$.
#
# | | hidden neuron | output neuron |
# |---|---|---|
# | input | $1$ | $a_1 = 0.75$ |
# | weight | $w_1 = \ln 3$ | $w_2 = 2$ |
# | bias | $b_1 = 0$ | $b_2 = 1.5 - \ln 3$ |
# | weighted sum $z$ | $\ln 3 \cdot 1 - 0 = \ln 3$ | $2 \cdot 0.75 - b_2 = \ln 3$ |
# | activation | $a_1 = 0.75$ | $a_2 = 0.75$ |
#
# The cost is $(0.75 - 1)^2 = 0.0625$. Now go **backward** and ask at each station: by how much does
# the cost change when *this* grows?
#
# | station | why | slope |
# |---|---|---|
# | output $a_2$ | the square: $2 (a_2 - y)$ | $2 \cdot (-0.25) = -0.5$ |
# | sum $z_2$ | the sigmoid: times $f' = a_2 (1 - a_2)$ | $-0.5 \cdot 0.1875 = -0.09375$ |
# | weight $w_2$ | it is multiplied by its input, $a_1$ | $-0.09375 \cdot 0.75 = -0.0703$ |
# | bias $b_2$ | it is **subtracted** | $+0.09375$ |
# | hidden $a_1$ | it is multiplied by $w_2$ | $-0.09375 \cdot 2 = -0.1875$ |
# | sum $z_1$ | the sigmoid again: times $a_1 (1 - a_1)$ | $-0.1875 \cdot 0.1875 = -0.03516$ |
# | weight $w_1$ | its input is 1 | $-0.03516$ |
# | bias $b_1$ | it is subtracted | $+0.03516$ |
#
# Each slope is the one before it times one factor. That is the chain rule; done for a whole
# network, from the last layer to the first, it is **backpropagation** (Rumelhart, Hinton and
# Williams 1986). Do you believe it? Move each of the four numbers by a millionth, and look:

# %%
my_neuron = use("neuron", neuron)


def tiny_cost(numbers):
    """Return the cost of the 1-1-1 network with given w1, b1, w2 and b2."""
    w1, b1, w2, b2 = numbers
    hidden = my_neuron(np.array([1.0]), np.array([w1]), b1)
    return (my_neuron(np.array([hidden]), np.array([w2]), b2) - 1) ** 2


ln3 = np.log(3)
by_hand = [-0.09375 * 2 * 0.1875, 0.09375 * 2 * 0.1875, -0.09375 * 0.75, 0.09375]
measured = backpropagation.numerical_gradient(tiny_cost, [ln3, 0, 2, 1.5 - ln3], 1e-6)
for name, hand, found in zip(("w1", "b1", "w2", "b2"), by_hand, measured, strict=True):
    print(f"{name}: by hand {hand:+.6f}, measured {found:+.6f}")

# %% [markdown]
# ### Exercise: the gradient of one layer
#
# Now with matrices, for a whole layer and many samples. Given are the inputs of the layer, its
# outputs, and the slope of the cost for each output. Wanted are the slopes for the weights, for the
# biases, and for the weighted sums, from which the layer before goes on. The slopes of weights and
# biases are **sums** over the samples, as the cost is one.


# %% exercise="layer_gradient"
def layer_gradient(inputs, outputs, output_gradient):
    """Lead the slope of the cost back through one sigmoid layer.

    inputs: array (N, n). outputs: (N, m). output_gradient: (N, m), slope for each output.
    Returns three arrays: slopes of the weights (m, n), of the biases (m,), of the sums (N, m).
    Raises a ValueError if output_gradient has another shape than outputs.
    """
    # BEGIN SOLUTION
    if output_gradient.shape != outputs.shape:
        raise ValueError(f"{output_gradient.shape} slopes for {outputs.shape} outputs.")
    sums = output_gradient * outputs * (1 - outputs)
    return sums.T @ inputs, -sums.sum(axis=0), sums
    # END SOLUTION


# %%
check("layer_gradient", layer_gradient)

# %% [markdown]
# ### Exercise: backpropagation
#
# All layers. First forward, and keep what every layer gives. Then backward: the slope for the last
# outputs is $2 (\bar y - y)$; that for the outputs of the layer before is `sums @ weights`, with
# the sums and weights of the layer you come from. This is the longest exercise of the notebook, and
# the heart of it.

# %%
my_layer_gradient = use("layer_gradient", layer_gradient)


# %% exercise="backpropagate"
def backpropagate(layers, inputs, targets):
    """Return the slope of the cost for all weights and biases of a network of sigmoid layers.

    layers: list of (weights, biases), the layer behind the input first.
    inputs: array (N, n). targets: array (N, m). The cost is my_cost(outputs, targets).
    Returns a list of (slopes of weights, slopes of biases) in the order of layers.
    Use my_layer and my_layer_gradient. Raises a ValueError if the targets do not fit.
    """
    # BEGIN SOLUTION
    steps = [inputs]
    for weights, biases in layers:
        steps.append(my_layer(steps[-1], weights, biases))
    if steps[-1].shape != targets.shape:
        raise ValueError(f"{targets.shape} targets for {steps[-1].shape} outputs.")
    slopes, gradient = 2 * (steps[-1] - targets), []
    for k in reversed(range(len(layers))):
        of_weights, of_biases, sums = my_layer_gradient(steps[k], steps[k + 1], slopes)
        gradient.insert(0, (of_weights, of_biases))
        slopes = sums @ layers[k][0]
    return gradient
    # END SOLUTION


# %%
check("backpropagate", backpropagate)

# %% [markdown]
# Measured against derived, for one layer of 10 neurons behind 64 pixels, and what each costs in
# time:

# %%
my_numerical_gradient = use("numerical_gradient", numerical_gradient)
my_backpropagate = use("backpropagate", backpropagate)
rng = np.random.default_rng(10)
few, wanted = images[:20].reshape(20, 64) / 16, my_one_hot(labels[:20], 10)
weights, biases = rng.normal(0, 0.3, (10, 64)), rng.normal(0, 0.3, 10)
start = time.perf_counter()
tried = my_numerical_gradient(weights, biases, few, wanted, 1e-4)
between = time.perf_counter()
derived = my_backpropagate([(weights, biases)], few, wanted)[0][0]
end = time.perf_counter()
print(f"largest difference {np.abs(tried - derived).max():.1e}, largest slope {tried.max():.2f}")
print(f"measured in {1000 * (between - start):.0f} ms, derived in {1000 * (end - between):.1f} ms")

# %% [markdown]
# Nobody trains with measured slopes. But everybody who derives slopes measures some, once: a wrong
# gradient still goes downhill more or less, and a network that learns badly looks like one that has
# too little data.
#
# ### Quiz: one step downhill

# %%
ask("gradient_step")

# %% quiz="gradient_step"
quiz_gradient_step = "D"  # "A", "B", "C" or "D"

# %%
check("quiz_gradient_step", quiz_gradient_step)

# %% [markdown]
# ## 6 Training
#
# *About 10 minutes, slides 72 and 73.*
#
# Slides 72 and 73 name three steps: load and prepare data, define the model, train it. Prepare:
# pixels from 0..16 to 0..1 (a sigmoid that gets sums of hundreds is 0 or 1, and its slope is 0).
# Split: the digits in the file come in forms, which one person after the other has filled. We learn
# from the first ten forms and test on the last four, and so on other hands. That is the split by
# patient of notebook 09.
#
# Train: take a few pictures (a **batch**), compute the gradient, walk a short step against it, and
# take the next. Once through all pictures is an **epoch**. The length of the step is the **rate**.

# %%
rows = images.reshape(-1, 64) / 16
learned, unseen = slice(None, 1287), slice(1287, None)


def my_train(layers, inputs, targets, *, epochs, rate, rng, batch=20):
    """Walk downhill, batch by batch; return the layers and the cost per sample of each epoch."""
    costs = []
    for _ in range(epochs):
        order = rng.permutation(len(inputs))
        for first in range(0, len(order), batch):
            chosen = order[first : first + batch]
            gradient = my_backpropagate(layers, inputs[chosen], targets[chosen])
            step = rate / len(chosen)
            layers = [
                (w - step * dw, b - step * db)
                for (w, b), (dw, db) in zip(layers, gradient, strict=True)
            ]
        costs.append(my_cost(my_predict(layers, inputs), targets) / len(inputs))
    return layers, costs


def my_predict(layers, inputs):
    """Run samples forward through all layers."""
    for w, b in layers:
        inputs = my_layer(inputs, w, b)
    return inputs


rng = np.random.default_rng(1)
untrained = [
    (rng.normal(0, 0.25, (16, 64)), np.zeros(16)),
    (rng.normal(0, 0.5, (10, 16)), np.zeros(10)),
]
start = time.perf_counter()
trained, costs = my_train(
    untrained, rows[learned], my_one_hot(labels[learned], 10), epochs=30, rate=0.5, rng=rng
)
read = my_predict(trained, rows[unseen]).argmax(axis=1)
print(
    "cost per picture after 1, 10, 20, 30 epochs:", np.round([costs[k] for k in (0, 9, 19, 29)], 3)
)
print(
    f"{100 * np.mean(read == labels[unseen]):.1f} % of the unseen pictures are read right; "
    f"{time.perf_counter() - start:.1f} s"
)

# %% [markdown]
# A network that reads handwriting, in some 40 lines, all of them yours. Where yours are not written
# yet, the course's stand in.
#
# ### Watch it learn
#
# Below, another network is trained while you watch. (Its steps also keep 0.9 of the step before, so
# they gather speed where the slope stays the same; that is called momentum.) Press **Train 5 more
# epochs** some times, and keep an eye on both curves.
#
# **Tasks:**
# 1. Rate 0.05, network 64-16-10. When does it stop getting better on unseen pictures? And on its
#    training pictures?
# 2. Rate 0.5. Some digits are never read. Which? Does patience help?
# 3. Rate 0.01. What is wrong now?
# 4. The slide's hidden layers, 64-4-4-10, at rate 0.05. What do 4 neurons cost?
# 5. And no hidden layer at all?

# %%
widgets.training()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. From epoch 40 on, unseen pictures stay at 90 to 91 %, while the training cost falls on, from
#    0.07 to 0.05.
# 2. After 60 epochs, a third of the unseen pictures is still not read: 1, 4 and 9 never are. The
#    first steps were so long that the sums of these outputs fell far below 0, for every picture.
#    There the sigmoid is nearly 0, and so is its slope: the neuron hardly comes back. It is
#    **saturated**. (The 5 came back before epoch 30.)
# 3. Nothing, it only takes long: 85.5 % after 60 epochs.
# 4. After 60 epochs, 63 %. Ten digits have to pass through four numbers, twice.
# 5. 90 %. These pictures are small and well centred; ten neurons that each look for their digit are
#    nearly as good as 26. Always try the simple model first.
# </details>
#
# ## 7 What has it learned?
#
# *About 9 minutes, slide 71.*
#
# One number, "90 %", hides which digits are mistaken for which. The **confusion matrix** counts,
# for each true class (row), how often each class was predicted (column).
#
# ### Exercise: confusion matrix


# %% exercise="confusion_matrix"
def confusion_matrix(reference, predicted, classes):
    """Count for each true class how often each class was predicted.

    reference, predicted: arrays of class numbers from 0 to classes - 1, of one shape.
    Returns an array (classes, classes) of whole numbers. Row: true class; column: predicted.
    Raises a ValueError if a class is out of this range.
    """
    # BEGIN SOLUTION
    if (
        min(reference.min(), predicted.min()) < 0
        or max(reference.max(), predicted.max()) >= classes
    ):
        raise ValueError(f"A class is not in 0 to {classes - 1}.")
    matrix = np.zeros((classes, classes), int)
    for truth, said in zip(reference, predicted, strict=True):
        matrix[truth, said] += 1
    return matrix
    # END SOLUTION


# %%
check("confusion_matrix", confusion_matrix)

# %%
my_confusion_matrix = use("confusion_matrix", confusion_matrix)
matrix = my_confusion_matrix(labels[unseen], read, 10)
print("read as     " + "".join(f"{digit:5d}" for digit in range(10)))
for digit, counts in enumerate(matrix):
    print(f"true {digit}:     " + "".join(f"{count:5d}" if count else "    ." for count in counts))
confused = np.where(np.eye(10, dtype=bool), 0, matrix)
truth, said = np.unravel_index(confused.argmax(), confused.shape)
print(f"Most often, a {truth} is read as a {said}: {confused.max()} times.")

# %%
wrong = np.flatnonzero(read != labels[unseen])[:20]
titles = [f"{labels[unseen][k]} read as {read[k]}" for k in wrong]
draw_digits(
    images[unseen][wrong],
    titles,
    alt=f"Unseen pictures that were read wrongly: {', '.join(titles)}.",
)

# %% [markdown]
# Look at the ones: most have a long flag. They are in the hand of people from whom the network has
# not learned, and it takes them for a 9.
#
# ### Quiz: read a confusion matrix

# %%
ask("confusion_reading")

# %% quiz="confusion_reading"
quiz_confusion_reading = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_confusion_reading", quiz_confusion_reading)

# %% [markdown]
# ### Look at the weights
#
# A neuron behind the pixels has one weight for each pixel. So its weights are a picture of 8 x 8.
# Red: ink here speaks for the neuron. Blue: it speaks against. Start untrained, and press the
# button.
#
# **Tasks:**
# 1. Without a hidden layer: which digit has the strongest blue in the middle, and why?
# 2. Find a picture that is read wrongly. Which pixels misled the network?
# 3. With 16 hidden neurons: is there one that looks for a digit?

# %%
widgets.weights()

# %% [markdown]
# <details><summary>What we see</summary>
#
# 1. The 0: ink in its middle is the surest sign that it is not one. The pixel at the top left never
#    holds ink, so nothing was learned about it: its weights are still those that chance made.
# 2. Picture 1, for example, is a 1 that is read as a 9 (after 60 epochs, without a hidden layer).
# 3. Hardly. A hidden neuron stands for a stroke here and a gap there, and several digits share it.
#    Slide 68 says of random forests that they are hard to interpret; a network is harder. Pictures
#    of weights end with the first layer.
# </details>
#
# ### The same network, another split
#
# What if we had dealt out pictures at random, so that every writer is on both sides?

# %%
order = np.random.default_rng(0).permutation(len(rows))
for name, seen, new in (
    ("by form", np.arange(1287), np.arange(1287, 1797)),
    ("by picture", order[:1287], order[1287:]),
):
    rng = np.random.default_rng(1)
    found = training.train(
        networks.new_network([64, 16, 10], rng), rows[seen], my_one_hot(labels[seen], 10),
        rng=rng, epochs=40,
    ).network  # fmt: skip
    said = found.predict(rows[new]).argmax(axis=1)
    print(f"split {name:11s} {100 * np.mean(said == labels[new]):.1f} % right on the others")

# %% [markdown]
# Errors fall from 9 to 2 %, and nothing has become better. With the second split the network is
# examined on people whose hand it has learned. Voxels of one patient are like digits of one hand.
#
# ## 8 From MR to CT
#
# *About 8 minutes, slides 72, 73 and 91.*
#
# Back to the patient. The output is one number, the CT in units of 1000 HU. It may be negative or
# above 1, so the last layer has no sigmoid: it is **linear**. Inputs are scaled with mean and
# deviation of the **training** voxels.
#
# First the very table of notebook 09: six patients, eight MR features, each scan on its own scale.
# Each patient is held out once. **Predict:** network or forest?

# %%
from sklearn.ensemble import RandomForestRegressor

voxels = forest_scene.voxels(own_scale=True)
errors = {"network 8-16-1": [], "forest, 50 trees": [], "constant": []}
for held_out in forest_scene.PATIENTS:
    seen = voxels.patients != held_out
    centre, width = voxels.values[seen].mean(axis=0), voxels.values[seen].std(axis=0)
    table, ct = (voxels.values - centre) / width, voxels.hu / 1000
    rng = np.random.default_rng(0)
    network = training.train(
        networks.new_network([table.shape[1], 16, 1], rng, "linear"), table[seen], ct[seen, None],
        rng=rng, epochs=80, rate=0.02,
    ).network  # fmt: skip
    forest = RandomForestRegressor(50, min_samples_leaf=2, max_features=1 / 3, random_state=0)
    guesses = (
        network.predict(table[~seen])[:, 0],
        forest.fit(table[seen], ct[seen]).predict(table[~seen]),
        np.median(ct[seen]),
    )
    for name, guess in zip(errors, guesses, strict=True):
        errors[name].append(1000 * np.abs(guess - ct[~seen]).mean())
for name, each in errors.items():
    print(
        f"{name:18s} mean absolute error {np.mean(each):3.0f} HU; patient by patient",
        *(f"{error:.0f}" for error in each),
    )

# %% [markdown]
# The forest. That table holds the base of the skull only, where bone and air share many voxels. Now
# whole heads, with nine features of a voxel: T1 and both echoes, each over its median in the body;
# R2*; the first echo and R2* blurred; and the position. Five people to learn from; the sixth is our
# patient.


# %%
def table_of(person):
    """Return the features and the CT of all voxels in the body of a person."""
    body = person.labels > 0
    return stack_features(list(feature_images(person).values()), body), person.ct[body] / 1000


rng = np.random.default_rng(3)
parts = []
for person in people[:-1]:
    features, ct = table_of(person)
    some = rng.permutation(len(ct))[:1500]
    parts.append((features[some], ct[some]))
known, known_ct = (np.concatenate(each) for each in zip(*parts, strict=True))
centre, width = known.mean(axis=0), known.std(axis=0)
new, new_ct = table_of(patient)

start = time.perf_counter()
rng = np.random.default_rng(0)
network = training.train(
    networks.new_network([9, 16, 1], rng, "linear"), (known - centre) / width, known_ct[:, None],
    rng=rng, epochs=40,
).network  # fmt: skip
network_s = time.perf_counter() - start
start = time.perf_counter()
forest = RandomForestRegressor(50, min_samples_leaf=5, max_features=0.4, random_state=0)
forest.fit(known, known_ct)
forest_s = time.perf_counter() - start
predicted = {
    "network 9-16-1": network.predict((new - centre) / width)[:, 0],
    "forest, 50 trees": forest.predict(new),
    "constant": np.full(len(new_ct), np.median(known_ct)),
}
groups = {"all": range(1, 9), "bone": (4, 5), "air inside": (1,), "soft": (2, 3, 6, 7, 8)}
tissue = patient.labels[patient.labels > 0]
print("mean absolute error in HU" + "".join(f"{name:>12s}" for name in groups))
for name, ct in predicted.items():
    errors = 1000 * np.abs(ct - new_ct)
    means = [errors[np.isin(tissue, list(each))].mean() for each in groups.values()]
    print(f"{name:25s}" + "".join(f"{mean:12.0f}" for mean in means))
print(
    f"{my_parameter_count([9, 16, 1])} parameters; trained in {network_s:.1f} s, "
    f"the forest in {forest_s:.1f} s"
)

# %%
made = np.full(patient.ct.shape, -1000.0)
made[patient.labels > 0] = 1000 * predicted["network 9-16-1"]
shown = 21  # the slice at -48 mm
image_row(
    [
        Panel(patient.ct[shown], "CT", "HU", (-1000, 1500)),
        Panel(made[shown], "network", "HU", (-1000, 1500)),
        Panel(made[shown] - patient.ct[shown], "difference", "HU", (-800, 800), "RdBu_r"),
    ],
    alt=(
        "A slice of the patient's CT, the CT that the network predicts, and the difference: bone "
        "and soft tissue are found; red where air in the cavities is predicted too dense."
    ),
)

# %% [markdown]
# <details><summary>What we see</summary>
#
# Both are far better than the constant (246 HU). The forest wins again, 56 against 72 HU, as it did
# with 113 against 150 HU on the table of notebook 09: with few columns that is common. Both are
# worst in the cavities: 2 % of the voxels are air, so errors there hardly count in the cost, and
# the model gives them up. A mean error over everything does not tell (notebook 03).
#
# The network has 177 parameters, the forest some 38,000 leaves. The network is smooth, small
# and fast; and it can do what a forest cannot: look at whole images, once the features are learned
# too. That is where networks win, and where today's synthetic CT comes from (Han 2017).
# </details>
#
# ## 9 Learning a patient by heart
#
# *About 5 minutes, slide 91.*
#
# How many patients are enough? The widget trains on 150 voxels from each of 1 to 16 people, with
# the same number of steps, and tests on eight others. **Predict** both curves for one patient.
#
# 1. One patient, 8 hidden neurons. Where does the unseen error turn?
# 2. What does **stopping early** gain? (There is a catch: which patients told when to stop?)
# 3. Try 2 hidden neurons instead. And 16.
# 4. Now 2, 4, 8, 16 patients. What happens to the gap between the curves?
# 5. Is it the patients, or only the number of voxels? Take 2,400 voxels in all, from one patient.

# %%
widgets.few_patients()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. After 69 epochs. From there on, the training error falls on to 126 HU and the unseen error
#    climbs from 207 to 309 HU. What the network learns now holds for these voxels only. That is
#    **overfitting**.
# 2. 207 in place of 309 HU, for nothing. The catch: these eight patients chose the epoch, so they
#    are no longer unseen, and the error on them is a little too good. An honest test needs a third
#    group (Prechelt 1998).
# 3. 281 HU with 2, 324 HU with 16: the more neurons, the more is learned by heart. But 2 are enough
#    for it.
# 4. It closes: 132 and 179 HU with two patients; from four on, unseen patients are no worse than
#    those of the training.
# 5. Here it is the voxels: with 2,400 voxels of **one** patient, the others come out at 149 HU, as
#    good as with 150 from each of 16. That is true of our phantom, whose people are one anatomy,
#    deformed. It would be wrong to conclude it for a hospital.
# </details>
#
# Real people differ in more than shape: age, density of bone, teeth, and how they lay. Their
# scanners differ, too; section 11 shows what one such difference does. In a study of 1,037
# patients, networks for PET/MR were trained on 10 to 403 of them to find out how many are needed
# (Ladefoged et al. 2020).
#
# ## 10 In practice
#
# *About 3 minutes.*
#
# A hospital would not train with its own loops. scikit-learn has `MLPClassifier` and
# `MLPRegressor` ("multi-layer perceptron"); for images there are PyTorch and MONAI, which are not
# part of this course's environment. First: do we compute the same? We let scikit-learn train,
# carry its weights over, **turn the sign of its biases**, and compare. Then both train.

# %%
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are given, not awaited
start = time.perf_counter()
peer = MLPRegressor(
    hidden_layer_sizes=(16,), activation="logistic", solver="sgd", alpha=0, batch_size=20,
    learning_rate_init=0.1, nesterovs_momentum=False, max_iter=10, tol=0, random_state=0,
).fit((known - centre) / width, known_ct)  # fmt: skip
peer_s = time.perf_counter() - start
inputs = (new - centre) / width
for name, sign in (("turned", -1), ("as they are", 1)):
    layers = [
        networks.Layer(weights.T, sign * biases)
        for weights, biases in zip(peer.coefs_, peer.intercepts_, strict=True)
    ]
    ours = networks.Network(tuple(layers), "linear").predict(inputs)[:, 0]
    apart = 1000 * np.abs(ours - peer.predict(inputs)).max()
    print(f"weights of scikit-learn, biases {name:12s} largest difference {apart:6.1f} HU")
rng = np.random.default_rng(0)
start = time.perf_counter()
training.train(
    networks.new_network([9, 16, 1], rng, "linear"), (known - centre) / width, known_ct[:, None],
    rng=rng, epochs=10,
)  # fmt: skip
print(f"10 epochs: ours {time.perf_counter() - start:.1f} s, MLPRegressor {peer_s:.1f} s")

# %%
rng = np.random.default_rng(1)
start = time.perf_counter()
mine = training.train(
    networks.new_network([64, 16, 10], rng), rows[learned], my_one_hot(labels[learned], 10),
    rng=rng, epochs=40,
).network  # fmt: skip
seconds = {"ours": time.perf_counter() - start}
answers = {"ours": mine.predict(rows[unseen]).argmax(axis=1)}
for name, options in (
    ("MLPClassifier like ours", {"hidden_layer_sizes": (16,), "activation": "logistic",
                                 "solver": "sgd", "learning_rate_init": 0.1, "batch_size": 20,
                                 "nesterovs_momentum": False, "alpha": 0, "max_iter": 40}),
    ("MLPClassifier as it comes", {"max_iter": 100}),
):  # fmt: skip
    start = time.perf_counter()
    classifier = MLPClassifier(random_state=0, **options).fit(rows[learned], labels[learned])
    seconds[name] = time.perf_counter() - start
    answers[name] = classifier.predict(rows[unseen])
for name, said in answers.items():
    right, same = np.mean(said == labels[unseen]), np.mean(said == answers["ours"])
    print(
        f"{name:26s} {100 * right:.1f} % right, {100 * same:.1f} % read as by ours, "
        f"{seconds[name]:.1f} s"
    )

# %% [markdown]
# What to know before you use them:
# - `MLPClassifier` does not use squares as its cost but the logarithmic loss, with **softmax** in
#   the last layer: its outputs are positive and add up to 1. So it is a little better here, and its
#   outputs are no more trustworthy than ours (see below).
# - `MLPRegressor` halves the squared error, so its rate is twice ours.
# - As it comes it has 100 hidden neurons, `relu` in place of the sigmoid (it does not saturate) and
#   the solver Adam, which finds a rate for each weight.
# - `early_stopping=True` takes a tenth of the **rows** aside at random: by voxel, not by patient.
#   Split by patient yourself.
# - None of them scales the inputs for you.
#
# ## 11 In the hospital: when it fails
#
# *About 3 minutes.*
#
# **It always answers.** Our digit network gets things that are no digits:

# %%
odd = np.random.default_rng(0)
strange = {
    "unseen digits": rows[unseen],
    "turned upside down": rows[unseen][:, ::-1],
    "moved by one pixel": np.pad(images[unseen], ((0, 0), (0, 0), (1, 0)))[:, :, :8].reshape(-1, 64)
    / 16,
    "white on black turned": 1 - rows[unseen],
    "noise": odd.random((510, 64)),
}
for name, table in strange.items():
    outputs = mine.predict(table)
    said = outputs.argmax(axis=1)
    sure = 100 * np.mean(outputs.max(axis=1) > 0.5)
    right = "" if name == "noise" else f", {100 * np.mean(said == labels[unseen]):.0f} % right"
    print(f"{name:22s} an output above 0.5 in {sure:.0f} %{right}")

# %% [markdown]
# Moved by **one pixel**, fewer than half of the digits are read. To us it is the same digit; to a
# weight per pixel, it is another input. The network has never been told that digits may move. And
# its outputs do not warn: a large output means that the input lies on the far side of some borders,
# not that it looks like anything in training.
#
# **Another protocol.** The radiographer shortens the scan or moves the second echo. Same patient,
# same network:

# %%
for name, settings in (
    ("as trained", {}),
    ("second echo at 4.6 ms", {"echo_ms": (0.07, 4.6)}),
    ("twice the noise", {"mr_snr": 8}),
):
    other = phantom.subject(6, spacing_mm=4, settings=phantom.Settings(**settings))
    features, ct = table_of(other)
    error = 1000 * (network.predict((features - centre) / width)[:, 0] - ct)
    bone = np.isin(other.labels[other.labels > 0], (4, 5))
    print(
        f"{name:22s} mean absolute error {np.abs(error).mean():3.0f} HU, "
        f"bone on average {error[bone].mean():+4.0f} HU"
    )

# %% [markdown]
# **Metal at the teeth** takes the signal away (slides 75 and 76). No training patient had any:

# %%
voids = phantom.signal_voids(patient)
hole = np.isin(voids.kinds, (1, 2))
silent = {name: np.where(hole, 0, getattr(patient, name)) for name in ("ute1", "ute2")}
spoiled = replace(patient, t1=voids.t1, **silent)
features, _ = table_of(spoiled)
made_wrong = np.full(patient.ct.shape, -1000.0)
made_wrong[patient.labels > 0] = 1000 * network.predict((features - centre) / width)[:, 0]
level = int(np.argmax(hole.sum(axis=(1, 2))))
print(
    f"in the holes the CT is {patient.ct[hole].mean():+.0f} HU, the network says "
    f"{made_wrong[hole].mean():+.0f} HU"
)
image_row(
    [
        Panel(spoiled.t1[level], "T1 with metal", "a.u.", (0, 1000)),
        Panel(patient.ct[level], "CT", "HU", (-1000, 1500)),
        Panel(made_wrong[level], "network", "HU", (-1000, 1500)),
    ],
    alt=(
        "A slice through the mouth. In the MR, two black holes at the teeth; in the CT there is "
        "tissue and bone; the network predicts something near air there."
    ),
)

# %% [markdown]
# The network does what it has learned: no signal, no tissue. One has to know that this is no
# anatomy. That is the subject of the next notebook, where shapes help.
#
# ### Before you trust a network, ask
# 1. Were the test patients unseen, also when the number of epochs and neurons was chosen?
# 2. Is a forest, or a line, as good?
# 3. How large is the error in the tissue that matters, and not on average?
# 4. What does it say on another scanner, with another protocol, on a patient with metal?
# 5. Does anything warn you when the input is like nothing in training?
#
# ## Take along
#
# - A neuron: $f(\sum w a - bias)$. The lecture subtracts the bias; libraries add it.
# - A layer is a matrix; 784-4-4-10 has 3,210 parameters.
# - The cost is a sum of squares; its slope for every weight comes from one walk backward.
# - A derived gradient is checked against a measured one.
# - Training error says nothing. Count patients, not voxels.
# - It always answers.
#
# ## Further reading
#
# - Rumelhart DE, Hinton GE, Williams RJ. Learning representations by back-propagating errors.
#   Nature 323, 1986. doi:10.1038/323533a0. Four pages.
# - LeCun Y, Bengio Y, Hinton G. Deep learning. Nature 521, 2015. doi:10.1038/nature14539.
# - Cybenko G. Approximation by superpositions of a sigmoidal function. Mathematics of Control,
#   Signals and Systems 2(4), 1989. doi:10.1007/BF02551274.
# - Prechelt L. Early stopping, but when? Neural Networks: Tricks of the Trade, 1998.
#   doi:10.1007/3-540-49430-8_3.
# - Han X. MR-based synthetic CT generation using a deep convolutional neural network method.
#   Medical Physics 44(4), 2017. doi:10.1002/mp.12155.
# - Ladefoged CN et al. AI-driven attenuation correction for brain PET/MRI: clinical evaluation of a
#   dementia cohort and importance of the training group size. NeuroImage 222, 2020.
#   doi:10.1016/j.neuroimage.2020.117221.
# - Kapoor S, Narayanan A. Leakage and the reproducibility crisis in machine-learning-based science.
#   Patterns 4(9), 2023. doi:10.1016/j.patter.2023.100804. What goes wrong when the split is wrong.
