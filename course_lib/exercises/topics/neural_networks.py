"""Exercises of topic 10, neural networks, in the order of its notebook. Slides 69 to 73."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import gradient_mistakes, neuron_mistakes, target_mistakes
from course_lib.exercises.material import neural_networks_cases as cases
from course_lib.imaging import backpropagation, metrics, network_costs, neurons

_CLOSE = close(rtol=1e-5, atol=1e-7)
_SLOPES = close(rtol=1e-4, atol=1e-6)


sigmoid = Exercise(
    reference=neurons.sigmoid,
    points=1,
    cases=[
        given("0 and the logarithms of 3 and 1/3", np.array([0.0, np.log(3), -np.log(3)])),
        drawn("weighted sums of voxels", cases.echoes_as_image),
        given("very large numbers", np.array([-800.0, 800.0])),
        edge("NaN", np.array([0.5, np.nan]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=neuron_mistakes.SIGMOID,
    hints=[
        "By hand: ln 3 gives 1 / (1 + 1/3) = 0.75, and 0 gives 0.5. What does yours give?",
        "`np.exp` works on whole arrays: `1 / (1 + np.exp(-x))`.",
        "`np.isfinite(x).all()` is False as soon as one value is NaN or infinite.",
    ],
    alternatives=[
        lambda x: (1 + np.tanh(neurons.activate(np.asarray(x), "linear") / 2)) / 2
        if np.isfinite(x).all()
        else neurons.sigmoid(x),
    ],
    sealed=["scipy.special.expit"],
)  # fmt: skip

neuron = Exercise(
    reference=neurons.neuron,
    points=1,
    cases=[
        given("two inputs", np.array([1.0, 0.5]), np.array([2.0, 4.0]), 3.0),
        drawn("the pixels of a digit", cases.one_neuron),
        edge("a weight too few", np.ones(3), np.ones(2), 0.5, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=neuron_mistakes.NEURON,
    hints=[
        "The first case by hand: 2 * 1 + 4 * 0.5 - 3 = 1, and the sigmoid of 1 is 0.731.",
        "`np.dot(weights, activations)` or `weights @ activations` is the sum of the products; "
        "with different lengths it raises a ValueError by itself.",
    ],
    alternatives=[
        lambda activations, weights, bias: neurons.neuron(
            [*activations, 1.0], [*weights, -bias], 0.0
        ),
        lambda activations, weights, bias: neurons.layer(
            activations, np.asarray(weights)[None], np.array([bias])
        )[0],
    ],
)

layer = Exercise(
    reference=neurons.layer,
    points=2,
    cases=[
        given(
            "two samples, two neurons", np.array([[1.0, 0.5], [0.0, 2.0]]),
            np.array([[2.0, 4.0], [-1.0, 0.5]]), np.array([3.0, 0.25]),
        ),
        drawn("five digits, four neurons", cases.layer_of_digits),
        edge(
            "weights for another number of inputs", np.ones((2, 3)), np.ones((2, 4)), np.zeros(2),
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=neuron_mistakes.LAYER,
    hints=[
        "Which shape has your result? Five samples and four neurons make (5, 4).",
        "`inputs @ weights.T` holds the weighted sums: row = sample, column = neuron.",
        "`biases` has one number for each column; numpy subtracts it from every row.",
    ],
    alternatives=[
        lambda inputs, weights, biases: np.stack(
            [[neurons.neuron(row, w, b) for w, b in zip(weights, biases, strict=True)]
             for row in inputs]
        ),
    ],
)  # fmt: skip

parameter_count = Exercise(
    reference=neurons.parameter_count,
    points=1,
    cases=[
        given("784-4-4-10, slide 70", [784, 4, 4, 10]),
        given("64-10, without a hidden layer", [64, 10]),
        drawn("four layers", cases.sizes),
        edge("one layer", [784], raises=ValueError),
    ],
    judge=equal(),
    mistakes=neuron_mistakes.PARAMETER_COUNT,
    hints=[
        "How many weights lead into one neuron of the first hidden layer of 784-4-4-10? How many "
        "biases has it?",
        "`zip(sizes[:-1], sizes[1:])` gives the neighbouring pairs.",
    ],
    alternatives=[
        lambda sizes: (
            int(np.dot(np.add(sizes[:-1], 1), sizes[1:]))
            if len(sizes) > 1
            else neurons.parameter_count(sizes)
        ),
    ],
)

one_hot = Exercise(
    reference=network_costs.one_hot,
    points=1,
    cases=[
        given("the digits 5, 0 and 3", np.array([5, 0, 3]), 10),
        drawn("twelve labels, no 9 among them", cases.labels_of_digits),
        edge("a label of -1", np.array([2, -1]), 3, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=target_mistakes.ONE_HOT,
    hints=[
        "How many ones should each row hold? And each column?",
        "`targets = np.zeros((len(labels), classes))`, then one 1 in each row.",
        "`targets[np.arange(len(labels)), labels] = 1`. Before that, look at `labels.min()` and "
        "`labels.max()`.",
    ],
    alternatives=[
        lambda labels, classes: np.array(
            [[int(label == number) for number in range(classes)] for label in labels]
        )
        if min(labels) >= 0
        else network_costs.one_hot(labels, classes),
    ],
    sealed=["sklearn.preprocessing.OneHotEncoder", "sklearn.preprocessing.label_binarize",
            "sklearn.preprocessing.LabelBinarizer"],
)  # fmt: skip

cost = Exercise(
    reference=network_costs.cost,
    points=1,
    cases=[
        given("the outputs of slide 71 for a 5", cases.SLIDE_71, cases.FIVE),
        drawn("three digits", cases.outputs_and_targets),
        edge(
            "a row and a column", np.array([0.2, 0.7]), np.array([[0.0], [1.0]]),
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=target_mistakes.COST,
    hints=[
        "Add up slide 71 by hand: 0.04 + 0.01 + 0.64 + ... The result is 2.0.",
        "`np.sum` without an axis adds up everything, whatever the shape.",
        "`predictions.shape != targets.shape` has to be refused first.",
    ],
    alternatives=[
        lambda predictions, targets: float(np.linalg.norm(np.subtract(predictions, targets)) ** 2)
        if np.shape(predictions) == np.shape(targets)
        else network_costs.cost(predictions, targets),
    ],
    sealed=["sklearn.metrics.mean_squared_error"],
)  # fmt: skip

numerical_gradient = Exercise(
    reference=backpropagation.measured_weight_gradient,
    points=2,
    cases=[
        given(
            "one neuron, a long step", np.array([[0.5, -0.25]]), np.array([0.0]),
            np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([[1.0], [0.0]]), 0.5,
        ),
        drawn("two neurons behind the echoes of voxels", cases.layer_to_measure),
        edge(
            "a step of 0", np.array([[0.5, -0.25]]), np.array([0.0]), np.array([[1.0, 2.0]]),
            np.array([[1.0]]), 0.0, raises=ValueError,
        ),
    ],
    judge=_SLOPES,
    mistakes=gradient_mistakes.NUMERICAL_GRADIENT,
    hints=[
        "For one weight first: copy the weights, add the step to one of them, compute the cost. "
        "Then the same with minus.",
        "`for place in np.ndindex(weights.shape):` visits every weight; `weights.copy()` is a "
        "fresh copy.",
        "`my_cost(my_layer(inputs, moved, biases), targets)` is the cost of moved weights.",
    ],
    alternatives=[
        lambda weights, biases, inputs, targets, step: np.array(
            [[backpropagation.measured_weight_gradient(
                weights[[i]], biases[[i]], inputs, targets[:, [i]], step)[0, j]
              for j in range(weights.shape[1])] for i in range(len(weights))]
        ),
    ],
    sealed=["scipy.optimize.approx_fprime"],
)  # fmt: skip

layer_gradient = Exercise(
    reference=neurons.layer_gradient,
    points=3,
    cases=[
        given(
            "two samples, two inputs, one neuron", np.array([[1.0, 2.0], [0.5, -1.0]]),
            np.array([[0.5], [0.8]]), np.array([[-1.0], [1.6]]),
        ),
        drawn("four samples, three inputs, two neurons", cases.layer_with_slopes),
        edge(
            "slopes of another shape", np.ones((2, 3)), np.full((2, 2), 0.5), np.ones((2, 1)),
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=gradient_mistakes.LAYER_GRADIENT,
    hints=[
        "Begin with the sums: output_gradient times the slope of the sigmoid, "
        "`outputs * (1 - outputs)`. They have one row for each sample.",
        "A weight changes its sum by its input, in every sample: `sums.T @ inputs` adds the "
        "samples up.",
        "A bias changes its sum by -1, in every sample: add up along axis 0, with a minus.",
    ],
    alternatives=[
        lambda inputs, outputs, output_gradient: [
            sum(np.outer(s, x) for s, x in zip(
                neurons.layer_gradient(inputs, outputs, output_gradient).sums, inputs,
                strict=True)),
            *neurons.layer_gradient(inputs, outputs, output_gradient)[1:],
        ],
    ],
)  # fmt: skip

backpropagate = Exercise(
    reference=backpropagation.gradient_of_layers,
    points=3,
    cases=[
        drawn("2-3-1, six voxels", cases.small_network),
        drawn("3-3-2-2, four samples", cases.three_layers),
        given(
            "a perfect network", [(np.zeros((2, 2)), np.zeros(2)), (np.zeros((1, 2)), np.zeros(1))],
            np.array([[1.0, 2.0]]), np.array([[0.5]]),
        ),
        edge(
            "targets of another shape", [(np.ones((2, 2)), np.zeros(2))], np.ones((3, 2)),
            np.ones((3, 3)), raises=ValueError,
        ),
    ],
    judge=_SLOPES,
    mistakes=gradient_mistakes.BACKPROPAGATE,
    hints=[
        "Two walks: forward, where you keep the outputs of every layer in a list; then backward, "
        "with `my_layer_gradient` for each layer.",
        "The slope of the last outputs is `2 * (steps[-1] - targets)`. That of the outputs one "
        "layer before is `sums @ weights`, with the weights of the layer you come from.",
        "Backward: `for k in reversed(range(len(layers))):`, and "
        "`gradient.insert(0, (of_weights, of_biases))`.",
    ],
    alternatives=[
        lambda layers, inputs, targets: [
            list(pair) for pair in backpropagation.gradient_of_layers(layers, inputs, targets)
        ],
    ],
)  # fmt: skip

confusion_matrix = Exercise(
    reference=metrics.confusion_matrix,
    points=1,
    cases=[
        given("six digits", np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0]), 4),
        drawn("forty digits, one confusion three times", cases.read_digits),
        edge("a class of -1", np.array([0, 1]), np.array([0, -1]), 2, raises=ValueError),
    ],
    judge=equal(),
    mistakes=target_mistakes.CONFUSION_MATRIX,
    hints=[
        "What should all numbers of the matrix add up to?",
        "Start from `np.zeros((classes, classes), int)` and go through the pairs: "
        "`for t, p in zip(reference, predicted): matrix[t, p] += 1`.",
        "A class below 0 or above classes - 1 has to be refused before you count.",
    ],
    alternatives=[
        lambda reference, predicted, classes: (
            network_costs.one_hot(reference, classes).T @ network_costs.one_hot(predicted, classes)
        ).astype(int),
    ],
    sealed=["sklearn.metrics.confusion_matrix"],
)  # fmt: skip
