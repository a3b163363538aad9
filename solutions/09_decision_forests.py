# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Decision trees and random forests", minutes: 90, slides: "54-68"}
# ---

# %% [markdown]
# # 09 Decision trees and random forests
#
# **In this notebook** you learn
# - to tell things apart by questions, and to measure how good a question is,
# - to find the best threshold of a feature by hand and by program, and to grow a tree from it,
# - why one tree is not enough, and why the trees of a forest must not see the same,
# - to predict CT from MR features with a forest of your own and with scikit-learn's,
# - why a test on other voxels of the same patients is no test, with the difference in HU,
# - which features a forest uses, and where it fails.
#
# Time: about 90 minutes. Slides: 54 to 68. From notebook 02 you need min-max scaling, from notebook
# 03 R2*, from notebook 06 the majority vote, from notebook 08 the table of features.
#
# There are 11 exercises and 4 quizzes. Write your code where the `...` stands, then run the cell
# with `check`. Run the cell below first (Shift+Enter). While exercises are graded, functions of
# libraries that are the answer do not work: scikit-learn's trees, its scalers, `resample`,
# `GroupKFold` and `GroupShuffleSplit`, and `scipy.stats.mode`.

# %%
import time

import numpy as np

from course_lib.display import forest_figures, forest_scene, tree_games
from course_lib.display.tree_figures import draw_trees
from course_lib.display.widgets import decision_forests as widgets
from course_lib.imaging import forests
from course_lib.imaging.impurity import impurity_decrease
from course_lib.notebook import ask, check, use

# %% [markdown]
# ## 1 Which question helps?
#
# *About 10 minutes, slides 54 to 58.*
#
# Our patient's PET needs a CT-like map from MR images. Notebook 08 ended with a table: one row for
# each voxel, one column for each feature, and the finding that no column alone tells bone from
# everything else. Now we combine columns, in the oldest way there is: by asking.
#
# *Go and pick up the golf ball* [slide 54]. You have never seen one. Which question about the
# things on the floor would you ask first: is it round, is it yellow, is it larger than 10 cm, is it
# convex? The lecture's rules: **yes goes left**, and **leaves cannot be empty** [slide 56]. The
# things on the slide are lost; these are ours:

# %%
print(tree_games.BALLS.as_text())

# %% [markdown]
# Each question divides a group in two. A group that is not divided any more is a **leaf**. Choose
# questions until the golf ball is alone. How few questions are enough? Which question helps least,
# and why? The curve shows how mixed the leaves still are; what it measures comes next.

# %%
widgets.golf_ball()

# %% [markdown]
# <details><summary>Answers</summary>
#
# Two: is_yellow and diameter>10cm, in either order, for nothing else is small and not yellow. Who
# begins with is_round, as slide 56 does, needs three. is_convex helps least: it takes away only the
# banana, and 0.28 becomes 0.27. A feature may be right, and easy to measure, and useless for this
# task.
# </details>
#
# ### How mixed is a group?
#
# Take two samples of a group at random, with replacement. How likely are they of different classes?
# With the share $p_k$ of class $k$, that is the **Gini impurity** (Breiman et al. 1984):
#
# $$G = 1 - \sum_k p_k^2$$
#
# 0 for a pure group; with many classes of equal size it comes near to 1.
#
# ### Exercise: Gini impurity


# %% exercise="gini"
def gini(labels):
    """Return the Gini impurity of a group.

    labels: row of whole numbers, the class of each sample. Returns a number from 0 to 1.
    Raises a ValueError if there is no sample.
    """
    # BEGIN SOLUTION
    if len(labels) == 0:
        raise ValueError("A group without samples has no impurity.")
    counts = np.unique(labels, return_counts=True)[1]
    return float(1 - np.sum((counts / len(labels)) ** 2))
    # END SOLUTION


# %%
check("gini", gini)

# %% [markdown]
# A question is good when both sides are purer than the group was. Both sides together count with
# their shares of the samples, $N_{yes}/N$ and $N_{no}/N$:
#
# $$\Delta G = G - \frac{N_{yes}}{N} G_{yes} - \frac{N_{no}}{N} G_{no}$$
#
# All four first questions, when the classes are "golf ball" and "something else":

# %%
my_gini = use("gini", gini)
balls = tree_games.BALLS
is_golf_ball = np.array([thing == "golf ball" for thing in balls.things]).astype(int)
print(f"before: {my_gini(is_golf_ball):.3f}")
for question in balls.questions:
    yes = np.array([question in answers for answers in balls.things.values()])
    print(f"{question:15s} lowers it by {impurity_decrease(is_golf_ball, yes):.3f}")

# %% [markdown]
# Three questions are equally good, though with two of them one question more is enough, and after
# the third one two. The gain does not look ahead. Trees that are grown by it are good, not best.
#
# ### Quiz: the gain of a question

# %%
ask("question_gain")

# %% quiz="question_gain"
quiz_question_gain = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_question_gain", quiz_question_gain)

# %% [markdown]
# ### Two groups, the same animals
#
# In the lecture, two groups built trees for the same animals, each from its own list of questions
# [slides 57 and 58]. The animals are lost too. We chose four for which the solution of slide 58
# works: HAS_FUR first, then HAS_MANE or BUILDS_DAM, then LIVES_IN_WATER. (We say that a beaver
# lives in water. Its table decides, not the beaver.)

# %%
print(tree_games.GROUP_A.as_text())

# %% [markdown]
# You are group A. Tell all four apart with at most two questions in a row. Then try to get an empty
# leaf: what does the panel say?

# %%
widgets.animals_a()

# %% [markdown]
# And you are group B, with a shorter list. How far do you get?

# %%
widgets.animals_b()

# %% [markdown]
# <details><summary>Answers</summary>
#
# Group A: HAS_FUR; after yes HAS_MANE (or BUILDS_DAM), after no LIVES_IN_WATER. HAS_TEETH first
# leaves three animals on one side, so it takes three questions in a row. HAS_MANE after "no fur" is
# not asked, because nobody would say yes.
#
# Group B cannot finish: beaver and shark say yes to both questions. No method finds a difference
# that is not in the features.
#
# With one animal of each kind, every allowed question takes off the same impurity, 0.25. Questions
# differ in how many more are needed after them.
# </details>
#
# ## 2 Numbers in place of yes and no
#
# *About 13 minutes, slides 62 to 64.*
#
# Voxels have numbers, so questions become $x < t$ with a **threshold** $t$, and what we want to
# know is a number too: HU. A group of HU values is "pure" when they are alike, so variance takes
# the place of Gini:
#
# $$\Delta V = V - \frac{N_{yes}}{N} V_{yes} - \frac{N_{no}}{N} V_{no}, \qquad
# V = \frac{1}{N} \sum_i (y_i - \bar y)^2$$
#
# ### Exercise: variance reduction


# %% exercise="variance_reduction"
def variance_reduction(values, yes):
    """Return by how much a question lowers the variance.

    values: row of numbers, one for each sample. yes: bool row, True for the samples that go left.
    Raises a ValueError if one side is empty.
    """
    # BEGIN SOLUTION
    if yes.all() or not yes.any():
        raise ValueError("One side is empty; leaves cannot be empty.")
    share = yes.mean()
    after = share * values[yes].var() + (1 - share) * values[~yes].var()
    return float(values.var() - after)
    # END SOLUTION


# %%
check("variance_reduction", variance_reduction)

# %% [markdown]
# Here are voxels of six made-up patients (the phantom), from slices through the sinuses and the
# base of the skull, where bone, air and soft tissue lie close together. Their true HU are known.
# Features are scaled to 0..1 [slide 63].
#
# **By hand:** move the threshold of R2* until as much variance as possible is taken away. Write it
# down, then show the curve. Then choose the first echo: why has its curve two tops?

# %%
widgets.one_question()

# %% [markdown]
# <details><summary>Answers</summary>
#
# R2*: 0.18, which takes away 38 % of the variance. It tells bone from soft tissue, and leaves air
# on either side, for in air R2* is a quotient of two noises.
#
# The first echo is dark in air **and** in bone. One threshold (0.07) takes the air away, the other
# one (0.37) air and bone together. Between them, at 0.20, air and bone on the left have nearly the
# same mean as the tissue on the right, and nothing is won. A tree can ask twice; a straight line
# through this cloud could not help.
# </details>
#
# ### Exercise: the best split of a feature
#
# Which thresholds have to be tried? Between two neighbouring values of the feature, every threshold
# gives the same two groups. So one for each pair of neighbours is enough: the middle.

# %%
my_variance_reduction = use("variance_reduction", variance_reduction)


# %% exercise="best_split"
def best_split(feature, values):
    """Find the threshold t for which the question feature < t lowers the variance most.

    feature, values: rows of one length, in no order. Thresholds lie halfway between neighbouring
    values of the feature. Use my_variance_reduction(values, yes).
    Returns (threshold, reduction). Raises a ValueError if the feature is constant.
    """
    # BEGIN SOLUTION
    levels = np.unique(feature)
    if levels.size < 2:
        raise ValueError("The feature is constant; there is nothing to ask.")
    best = (0.0, -np.inf)
    for threshold in (levels[1:] + levels[:-1]) / 2:
        reduction = my_variance_reduction(values, feature < threshold)
        if reduction > best[1]:
            best = (float(threshold), reduction)
    return best
    # END SOLUTION


# %%
check("best_split", best_split)

# %% [markdown]
# Which feature would you ask first? Predict, then run.

# %%
my_best_split = use("best_split", best_split)
known = forest_scene.voxels()
some = slice(None, None, 12)
for column, name in enumerate(forest_scene.NAMES):
    threshold, reduction = my_best_split(known.values[some, column], known.hu[some])
    share = 100 * reduction / known.hu[some].var()
    unit = forest_scene.UNITS[column]
    print(f"{name:20s} < {threshold:8.2f} {unit:7s} takes away {share:4.1f} % of the variance")

# %% [markdown]
# ## 3 A tree
#
# *About 13 minutes, slides 64 and 68.*
#
# Ask the best question; then each side is a group of its own, with a best question of its own. That
# goes on until a leaf is reached. It holds the **mean** of its training values (or its most
# frequent class), and that is the prediction.
#
# We write a tree as nested tuples: a leaf is a number, a question is
# `(column, threshold, yes, no)`, where yes and no are trees again. The tree of slide 64:

# %%
slide_64 = (0, 0.5, 0.89, (1, 0.5, 0.45, 0.00))
draw_trees([slide_64])

# %% [markdown]
# ### Exercise: walk through a tree


# %% exercise="walk_tree"
def walk_tree(tree, sample):
    """Return what stands in the leaf at which a sample ends.

    tree: a number (a leaf), or a tuple (column, threshold, yes, no). At each question,
    sample[column] < threshold goes to yes. sample: row of numbers.
    Raises a ValueError if the tree asks for a column that the sample does not have.
    """
    # BEGIN SOLUTION
    while isinstance(tree, tuple):
        column, threshold, yes, no = tree
        if column >= len(sample):
            raise ValueError(f"Column {column} is asked for; the sample has {len(sample)}.")
        tree = yes if sample[column] < threshold else no
    return tree
    # END SOLUTION


# %%
check("walk_tree", walk_tree)

# %% [markdown]
# Slide 64 prints this tree beside a table that begins with (0.61, 0.59), (0.41, 0.65) and
# (0.81, 0.38), with the reference values 0.00, 0.89 and 0.45. Does the tree fit the table?

# %%
my_walk_tree = use("walk_tree", walk_tree)
for row, value in (([0.61, 0.59], 0.00), ([0.41, 0.65], 0.89), ([0.81, 0.38], 0.45)):
    print(row, "-> the tree says", my_walk_tree(slide_64, row), "- the table says", value)

# %% [markdown]
# It does. Three rows, three leaves: every row has a leaf of its own, and the tree knows the
# training table by heart. Keep that in mind.
#
# ### Exercise: grow a tree
#
# Your first learning machine, in about ten lines. The function calls itself for both branches.


# %% exercise="grow_tree"
def grow_tree(table, values, depth):
    """Grow a tree of nested tuples for values. Use my_best_split(feature, values).

    table: array (N, F). values: row of N numbers. depth: most questions from the root to a leaf.
    A leaf, the mean of its values as a number, is made when depth is 0, when all values are alike,
    or when all columns are constant. Otherwise the tree is (column, threshold, yes, no) with the
    column whose best split lowers the variance most; of equal ones the first.
    Raises a ValueError if table and values differ in length.
    """
    # BEGIN SOLUTION
    if len(table) != len(values):
        raise ValueError(f"{len(table)} rows and {len(values)} values; each row needs one.")
    columns = [c for c in range(table.shape[1]) if np.ptp(table[:, c]) > 0]
    if depth == 0 or np.ptp(values) == 0 or not columns:
        return float(np.mean(values))
    splits = [my_best_split(table[:, c], values) for c in columns]
    best = int(np.argmax([reduction for _, reduction in splits]))
    column, threshold = columns[best], splits[best][0]
    yes = table[:, column] < threshold
    left = grow_tree(table[yes], values[yes], depth - 1)
    right = grow_tree(table[~yes], values[~yes], depth - 1)
    return (column, threshold, left, right)
    # END SOLUTION


# %%
check("grow_tree", grow_tree)

# %% [markdown]
# A tree of your own for CT. It learns from voxels of patients 1 to 5, and is asked about patient 6.
# How deep should it be?

# %%
my_grow_tree = use("grow_tree", grow_tree)
is_sixth = known.patients == 6
learned = np.flatnonzero(~is_sixth)[::15]
asked = np.flatnonzero(is_sixth)[::2]


def error_hu(trees, rows):
    """Return the mean absolute error of the mean of some trees, in HU."""
    said = np.mean([[my_walk_tree(tree, known.values[r]) for r in rows] for tree in trees], axis=0)
    return np.abs(said - known.hu[rows]).mean()


print(f"{learned.size} voxels learned, {asked.size} asked; mean absolute errors in HU")
for depth in (0, 1, 2, 3, 4, 6, 8, 12):
    tree = my_grow_tree(known.values[learned], known.hu[learned], depth)
    print(
        f"depth {depth:2d}: learned voxels {error_hu([tree], learned):4.0f}, "
        f"patient 6 {error_hu([tree], asked):4.0f}"
    )

# %% [markdown]
# On the learned voxels the error goes on falling, to 10 HU. On the new patient it is lowest with 3
# questions in a row, 152 HU, and rises again: from there on, the tree learns the noise of its
# voxels by heart. This is **overfitting**. The first two levels, which a physician can read
# [slide 68]; leaves in HU:

# %%
draw_trees([my_grow_tree(known.values[learned], known.hu[learned], 2)], names=forest_scene.NAMES)

# %% [markdown]
# ## 4 Why random?
#
# *About 12 minutes, slides 60, 61 and 64.*
#
# A deep tree has learned its voxels by heart, so another draw of voxels gives quite another tree.
# That is a weakness of one tree, and the strength of many: where trees err in different directions,
# errors cancel in the mean. But they have to be different. A hundred trees from one table are a
# hundred times the same tree. So every tree sees something else [slide 61]:
#
# - a random sample of the **rows**, drawn with replacement (**bootstrap**): as many as there are,
#   some twice or more, others never,
# - a random subset of the **columns**, drawn without replacement.
#
# Find a tree that misses more than half of the rows. What happens with 12 columns?

# %%
widgets.what_trees_see()

# %% [markdown]
# ### Exercise: bootstrap rows


# %% exercise="bootstrap_rows"
def bootstrap_rows(count, rng):
    """Draw as many row numbers as there are rows, each time from all rows.

    count: number of rows. rng: numpy random generator, the only source of chance.
    Returns count whole numbers from 0 to count - 1. Raises a ValueError if there is no row.
    """
    # BEGIN SOLUTION
    if count < 1:
        raise ValueError("Nothing can be drawn from a table without rows.")
    return rng.integers(count, size=count)
    # END SOLUTION


# %%
check("bootstrap_rows", bootstrap_rows)

# %% [markdown]
# ### Exercise: random columns


# %% exercise="random_columns"
def random_columns(count, chosen, rng):
    """Draw some of the columns, each at most once, in any order.

    count: number of columns. chosen: how many are drawn. rng: numpy random generator.
    Returns whole numbers from 0 to count - 1. Raises a ValueError if chosen is larger than count.
    """
    # BEGIN SOLUTION
    return rng.choice(count, chosen, replace=False)  # raises the ValueError by itself
    # END SOLUTION


# %%
check("random_columns", random_columns)

# %% [markdown]
# How many rows does a tree never see? These are its **out-of-bag** rows. A row is missed by one
# draw with the probability $1 - 1/N$, and by all $N$ draws with $(1 - 1/N)^N \approx 1/e = 0.368$.

# %%
my_bootstrap_rows = use("bootstrap_rows", bootstrap_rows)
my_random_columns = use("random_columns", random_columns)
rng = np.random.default_rng(9)
for count in (10, 100, 1000):
    never = [1 - np.unique(my_bootstrap_rows(count, rng)).size / count for _ in range(200)]
    expected = (1 - 1 / count) ** count
    print(f"{count:5d} rows: {np.mean(never):.3f} never drawn, expected {expected:.3f}")

# %% [markdown]
# ### Quiz: rows that are never drawn

# %%
ask("never_drawn")

# %% quiz="never_drawn"
quiz_never_drawn = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_never_drawn", quiz_never_drawn)

# %% [markdown]
# ## 5 Decide together
#
# *About 9 minutes, slides 61 and 64 to 66.*
#
# Drawing rows and putting the answers together is **bagging**, short for *bootstrap aggregating*
# (Breiman 1996). Classes are decided by **majority**, values by the **mean**. A forest must always
# answer, so of labels with equally many votes the lowest wins.
#
# ### Exercise: the majority of the trees


# %% exercise="majority_of_trees"
def majority_of_trees(votes):
    """Return the label with the most votes for each sample; of equal ones the lowest.

    votes: array of whole numbers (T, N), one row for each tree, one column for each sample.
    Returns N labels. Raises a ValueError if there is no tree.
    """
    # BEGIN SOLUTION
    if len(votes) == 0:
        raise ValueError("Without trees there is no vote.")
    labels = np.unique(votes)
    counts = np.array([np.sum(votes == label, axis=0) for label in labels])
    return labels[counts.argmax(axis=0)]
    # END SOLUTION


# %%
check("majority_of_trees", majority_of_trees)

# %% [markdown]
# ### Exercise: the mean of the trees


# %% exercise="mean_of_trees"
def mean_of_trees(values):
    """Return the mean over the trees.

    values: array, one row for each tree: (T,) for one sample, or (T, N).
    Returns a number, or N of them. Raises a ValueError if there is no tree or a value is NaN.
    """
    # BEGIN SOLUTION
    if len(values) == 0 or not np.isfinite(values).all():
        raise ValueError("Each tree has to say a number, and there must be one.")
    return np.mean(values, axis=0)
    # END SOLUTION


# %%
check("mean_of_trees", mean_of_trees)

# %% [markdown]
# The three trees of slide 64 say 0.65, 0.61 and 0.78:

# %%
my_mean_of_trees = use("mean_of_trees", mean_of_trees)
print(f"{my_mean_of_trees(np.array([0.65, 0.61, 0.78])):.2f}")

# %% [markdown]
# ### Quiz 6 of the lecture
#
# Only questions and leaves could be read from slide 65, not the lines between them. We joined them
# so that the three trees give the slide's three numbers.

# %%
ask("forest_mean")

# %% quiz="forest_mean"
quiz_forest_mean = "B"  # "A", "B", "C" or "D"

# %%
check("quiz_forest_mean", quiz_forest_mean)

# %% [markdown]
# ## 6 A forest of your own
#
# *About 11 minutes, slides 61, 63, 64.*
#
# ### Exercise: scale the columns
#
# Slide 63 normalises every column to 0..1. A tree does not need that, for it only asks which values
# are below a threshold. Nearest neighbours do (notebook 11), and networks (notebook 10); and we
# need the habit. Smallest and largest value come from the **training** table alone. Who looks into
# the test patient's table, and be it for the largest value, has let the test into the training.


# %% exercise="normalize_columns"
def normalize_columns(table, training):
    """Scale every column so that the training values fill 0 to 1.

    table: array (N, F), to be scaled. training: array (M, F), where smallest and largest values
    are taken. Values of the table may end up outside 0..1; they are not clamped.
    Raises a ValueError if a column of training is constant.
    """
    # BEGIN SOLUTION
    low, high = training.min(axis=0), training.max(axis=0)
    if (low == high).any():
        raise ValueError("A column of the training table is constant.")
    return (table - low) / (high - low)
    # END SOLUTION


# %%
check("normalize_columns", normalize_columns)

# %% [markdown]
# ### Quiz: a new patient

# %%
ask("scaled_feature")

# %% quiz="scaled_feature"
quiz_scaled_feature = "A"  # "A", "B", "C" or "D"

# %%
check("quiz_scaled_feature", quiz_scaled_feature)

# %% [markdown]
# Everything is there. A forest of yours: for each tree draw rows, draw columns, grow. It learns
# from the same voxels as the single tree of section 3, each tree with 6 of the 8 columns.

# %%
my_normalize_columns = use("normalize_columns", normalize_columns)
training_table = known.values[learned]
scaled = my_normalize_columns(training_table, training_table)
scaled_asked = my_normalize_columns(known.values[asked], training_table)
rng = np.random.default_rng(9)
said, start = [], time.perf_counter()
for _ in range(15):
    rows = my_bootstrap_rows(len(scaled), rng)
    columns = my_random_columns(scaled.shape[1], 6, rng)
    tree = my_grow_tree(scaled[rows][:, columns], known.hu[learned][rows], 6)
    said.append([my_walk_tree(tree, sample) for sample in scaled_asked[:, columns]])
for trees in (1, 2, 5, 10, 15):
    error = np.abs(my_mean_of_trees(np.array(said[:trees])) - known.hu[asked]).mean()
    print(f"{trees:2d} trees: patient 6 off by {error:4.0f} HU")
single = my_grow_tree(training_table, known.hu[learned], 6)
print(f"one tree that sees all rows and columns: {error_hu([single], asked):.0f} HU")
print(f"grown in {time.perf_counter() - start:.1f} s")

# %% [markdown]
# Each of these trees has seen two thirds of the voxels and three quarters of the columns. Together
# they are better than the one that has seen all.
#
# The same with a faster program (the course's, in numpy) on more voxels. Move from 1 tree to 40.
# Where are the errors that no number of trees mends? Then let each tree see fewer columns.

# %%
widgets.many_trees()

# %% [markdown]
# <details><summary>What we see</summary>
#
# One tree is off by 184 HU, 40 trees by 132 HU; after about 10 there is little to gain. More trees
# never hurt, they only cost time. Errors remain at borders between air and bone, where a voxel
# holds something of both, and in cavities: what the features do not show, no forest can know.
#
# With 2 columns of 8 for each tree the error is 251 HU. Many trees never see R2* or an echo, and
# their votes count too. **A difference, told openly:** slide 61 draws columns once for each tree,
# and so do we (Ho 1998). Breiman's forest (2001), and scikit-learn's, draws them anew **at every
# question**. Then a tree that was unlucky at one question gets another chance at the next.
#
# Learning from other voxels of the same patient gives 115 HU. Is the forest better, then? See the
# next section.
# </details>
#
# ## 7 CT from MR, honestly tested
#
# *About 12 minutes, slide 67.*
#
# The lecture's recipe: **100 trees, 25 patients**, features from original and filtered images,
# edges, R2* and LBP, trained with `RandomForestRegressor` from scikit-learn. We have six patients,
# and the features of notebook 08.
#
# How well does it do? Hold something out, and ask about it. But what? **Voxels** at random, or
# **patients**? Neighbouring voxels are nearly copies of each other, and all voxels of a patient
# share the scanner's gain, the coil, and the patient. In the hospital, the next patient has never
# been seen.
#
# ### Exercise: split by patient


# %% exercise="split_by_patient"
def split_by_patient(patients, held_out, rng):
    """Draw patients for testing, and mark all their rows.

    patients: row of whole numbers, to whom each row of the table belongs; any numbers, in any
    order. held_out: how many patients are for testing. rng: numpy random generator.
    Returns a bool row: True for testing. Raises a ValueError if nobody is left for training.
    """
    # BEGIN SOLUTION
    everybody = np.unique(patients)
    if held_out >= everybody.size:
        raise ValueError(f"{held_out} of {everybody.size} held out: nobody is left for training.")
    return np.isin(patients, rng.choice(everybody, held_out, replace=False))
    # END SOLUTION


# %%
check("split_by_patient", split_by_patient)

# %%
from sklearn.ensemble import RandomForestRegressor

my_split_by_patient = use("split_by_patient", split_by_patient)


def test_error(table, testing):
    """Learn with 100 trees from what is not for testing; return the error there, in HU."""
    forest = RandomForestRegressor(100, max_features=1 / 3, random_state=0)
    forest.fit(table[~testing], known.hu[~testing])
    return np.abs(forest.predict(table[testing]) - known.hu[testing]).mean()


testing = my_split_by_patient(known.patients, 1, np.random.default_rng(9))
print("held out by your function: patient", *np.unique(known.patients[testing]))

# %% [markdown]
# **Predict:** which of the two errors is larger, and by how much? Below, a sixth of all voxels is
# held out, three times; then each of the six patients.

# %%
part = np.random.default_rng(1).permutation(known.hu.size) % 6
by_voxel = [test_error(known.values, part == number) for number in range(3)]
by_patient = [test_error(known.values, known.patients == p) for p in forest_scene.PATIENTS]
forest_figures.draw_splits(by_voxel, by_patient)

# %% [markdown]
# <details><summary>What we see</summary>
#
# The split by voxel promises 124 HU. Patients who were never seen get 145 HU, 17 % more, and
# patient 4 gets 213 HU: no forest that was tested by voxel would have warned of that.
#
# For comparison: who says the same number for every voxel is off by 412 HU.
# </details>
#
# What is wrong with patient 4? Look at the first echo of each patient, and at what is won when each
# scan is divided by its own median in the head first (notebook 02):

# %%
for patient in forest_scene.PATIENTS:
    first_echo = known.values[known.patients == patient, 0]
    print(f"patient {patient}: median of the first echo {np.median(first_echo):5.0f} a.u.")
relative = forest_scene.voxels(own_scale=True)
better = [test_error(relative.values, known.patients == p) for p in (4, 5)]
print("each scan on its own scale, patients 4 and 5:", *(f"{error:.0f}" for error in better), "HU")

# %% [markdown]
# The scanner's gain of patient 4 is the lowest of all, and a threshold that was learned on brighter
# scans cuts in the wrong place. By voxel, the forest had seen that gain. Scaling **columns** to
# 0..1 does not help here: it treats all patients alike. Scaling each **scan** does. A split by
# patient showed what a split by voxel had hidden, and so it could be mended.
#
# ### Which features are used?
#
# Every question takes away some variance. Summed over all questions and all trees, that is the
# **importance** of a column. Beside it another measure: **shuffle** one column of the held-out
# patient, so that it says nothing, and see how much worse the prediction gets.

# %%
held_out = relative.patients == 6
forest = RandomForestRegressor(100, max_features=1 / 3, random_state=0)
forest.fit(relative.values[~held_out], relative.hu[~held_out])
table, truth = relative.values[held_out], relative.hu[held_out]
intact = np.abs(forest.predict(table) - truth).mean()
harms, rng = [], np.random.default_rng(9)
for column in range(table.shape[1]):
    shuffled = table.copy()
    shuffled[:, column] = rng.permutation(shuffled[:, column])
    harms.append(np.abs(forest.predict(shuffled) - truth).mean() - intact)
forest_figures.draw_importance(forest_scene.NAMES, forest.feature_importances_, harms)

# %% [markdown]
# Echoes and R2* carry it. LBP as a number is worth next to nothing, as notebook 08 feared. Take
# care with both measures: columns that say the same share their importance, and a column of pure
# noise gets a little too, because a deep tree asks about everything in the end (Strobl et al.
# 2007). Importance tells what the forest uses. It does not tell what bone is made of.
#
# And this is the CT that the forest makes for patient 6:

# %%
shown = forest_scene.shown_slice(6, own_scale=True)
forest_figures.draw_predicted(
    shown,
    forest.predict(shown.values),
    "Forest, 100 trees",
    alt=(
        "An axial slice of patient 6: the true CT; the CT that a forest predicts from MR, with "
        "skull and cavities in place; and their difference, largest around the cavities."
    ),
)

# %% [markdown]
# ## 8 In practice
#
# *About 4 minutes, slide 67.*
#
# Ours beside scikit-learn's, on the same table, with the same number of columns. One tree grown
# from all rows leaves nothing to chance, and should be the same tree. Forests draw differently, so
# only their errors can be compared. Measured on your computer just now:

# %%
from sklearn.tree import DecisionTreeRegressor

from course_lib.imaging.tree_growth import fit_tree

training, new = relative.values[~held_out], relative.values[held_out]
hu = relative.hu[~held_out]


def timed(call):
    """Return what a function returns, and its time in s."""
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


ours, ours_s = timed(lambda: fit_tree(training, hu, max_depth=4).predict(new))
peer = DecisionTreeRegressor(max_depth=4, random_state=0)
theirs, theirs_s = timed(lambda: peer.fit(training, hu).predict(new))
print(
    f"one tree, 4 levels: largest difference {np.abs(ours - theirs).max():.1e} HU; "
    f"ours {ours_s:.2f} s, theirs {theirs_s:.2f} s"
)


def grown(columns):
    """Grow 15 trees of ours, and ask them about the held-out patient."""
    rng = np.random.default_rng(0)
    return forests.fit_forest(training, hu, rng=rng, trees=15, columns=columns).predict(new)


peer = RandomForestRegressor(15, max_features=1.0, random_state=0)
theirs, theirs_s = timed(lambda: peer.fit(training, hu).predict(new))
ours, ours_s = timed(lambda: grown(None))
print(
    f"15 trees, all columns: errors {np.abs(ours - truth).mean():.0f} and "
    f"{np.abs(theirs - truth).mean():.0f} HU; ours {ours_s:.1f} s, theirs {theirs_s:.1f} s"
)
few = RandomForestRegressor(15, max_features=3, random_state=0).fit(training, hu).predict(new)
print(
    f"15 trees, 3 of 8 columns: once for each tree (ours) {np.abs(grown(3) - truth).mean():.0f} "
    f"HU, at every question (scikit-learn) {np.abs(few - truth).mean():.0f} HU"
)

# %% [markdown]
# What to know before you use it:
# - scikit-learn asks $x \le t$, the lecture $x < t$. With thresholds halfway between two values it
#   is the same.
# - `max_features` is drawn at **every question**. For values its default is all columns (1.0), for
#   classes the square root of their number.
# - For classes, scikit-learn averages the **shares** in the leaves; the lecture counts votes.
# - Where two questions are equally good, as in small groups deep in a tree, scikit-learn draws one
#   of them and ours takes the first. So deeper trees differ in a few voxels.
# - Trees grow until their leaves are pure. `min_samples_leaf` stops them, and makes the forest
#   smaller and faster.
# - `oob_score=True` tests each row with the trees that have not seen it. Those trees have seen
#   other rows of the same patient, so it is a split **by voxel**. `GroupKFold` splits by patient.
# - Set `random_state`, or nobody can repeat your result.
#
# ## 9 In the hospital: when it fails
#
# *About 5 minutes.*
#
# **A leaf is a mean of what was seen, so a forest never says anything beyond it.** A patient with
# metal in the jaw (3000 HU) will get at most the densest bone of the training patients. The forest
# above, asked about anything at all:

# %%
rng = np.random.default_rng(9)
wild = rng.uniform(-10, 10, (2000, training.shape[1])) * training.max(axis=0)
answers = forest.predict(wild)
print(f"training CT from {hu.min():.0f} to {hu.max():.0f} HU")
print(f"2000 senseless voxels: answers from {answers.min():.0f} to {answers.max():.0f} HU")

# %% [markdown]
# Also note that it answers. There is no "I have never seen such a thing".
#
# **Another gain.** A service engineer changes the gain of the scanner by a third. Patient 1, whom
# the forest has learned from, comes again, one forest with the scanner's own units and the other
# with each scan on its own scale:

# %%
raw_forest = forests.fit_forest(
    known.values[::3], known.hu[::3], rng=np.random.default_rng(0), trees=20
)
own_forest = forests.fit_forest(
    relative.values[::3], relative.hu[::3], rng=np.random.default_rng(0), trees=20
)
for gain in (1.0, 0.67):
    errors = []
    for grown_forest, own_scale in ((raw_forest, False), (own_forest, True)):
        again = forest_scene.shown_slice(1, own_scale, gain)
        errors.append(np.abs(grown_forest.predict(again.values) - again.ct[again.body]).mean())
    print(f"gain {gain:.2f}: scanner's units {errors[0]:4.0f} HU, own scale {errors[1]:4.0f} HU")

# %%
again = forest_scene.shown_slice(1, False, 0.67)
forest_figures.draw_predicted(
    again,
    raw_forest.predict(again.values),
    "After the change of gain",
    alt=(
        "The same slice of patient 1 as CT; the CT that the forest predicts when the scanner's "
        "gain has fallen by a third, with skull and skull base speckled with air and soft tissue "
        "and the brain with bone; and the difference, large in both directions."
    ),
)

# %% [markdown]
# Nothing in the program warns. PET would be corrected with this map.
#
# **Other people.** Our six patients are one phantom, deformed. Children, patients after surgery or
# with large tumours were not among them, and not among the lecture's 25.
#
# ### Before you use a forest, ask
# 1. On whom was it tested? Were they in training with a single voxel, or with their largest value?
# 2. Is the error given for each patient, the worst one too?
# 3. Were the features made on the same scanner, with the same protocol and scale?
# 4. What would it say to metal, to a hole, to an empty voxel?
# 5. Which features does it use, and would a physician believe that?
#
# ## Take along
#
# - A question is good when both sides are purer; Gini for classes, variance for values.
# - A tree asks the best question, then the best one on either side. Deep trees know their table by
#   heart.
# - Forest: other rows and other columns for each tree; majority or mean.
# - Split by patient. By voxel you test the memory, not the method.
# - A forest cannot go beyond what it has seen, and does not say when it should.
#
# Trees can be read; forests hardly; the next model, a network, even less [slide 68]. It is the
# subject of notebook 10, and it starts from the same table.
#
# ## Further reading
#
# - Breiman L, Friedman J, Olshen R, Stone C. Classification and regression trees. 1984.
#   doi:10.1201/9781315139470.
# - Breiman L. Bagging predictors. Machine Learning 24(2), 1996. doi:10.1007/BF00058655.
# - Ho TK. The random subspace method for constructing decision forests. IEEE Transactions on
#   Pattern Analysis and Machine Intelligence 20(8), 1998. doi:10.1109/34.709601. Columns once for
#   each tree.
# - Breiman L. Random forests. Machine Learning 45(1), 2001. doi:10.1023/A:1010933404324. Columns at
#   every question, out-of-bag rows, importance.
# - Strobl C, Boulesteix AL, Zeileis A, Hothorn T. Bias in random forest variable importance
#   measures. BMC Bioinformatics 8:25, 2007. doi:10.1186/1471-2105-8-25.
# - Criminisi A, Shotton J, Konukoglu E. Decision forests: a unified framework for classification,
#   regression, density estimation, manifold learning and semi-supervised learning. Foundations and
#   Trends in Computer Graphics and Vision 7(2-3), 2012. doi:10.1561/0600000035.
# - Huynh T, Gao Y, Kang J, et al. Estimating CT image from MRI data using structured random forest
#   and auto-context model. IEEE Transactions on Medical Imaging 35(1), 2016.
#   doi:10.1109/TMI.2015.2461533. Forests that make CT from MR.
