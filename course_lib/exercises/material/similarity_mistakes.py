"""Known mistakes of topic 06, first part: correlations of whole images and of patches."""

from functools import partial

import numpy as np
from scipy import ndimage

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import atlases, local_similarity, similarity

_ncc = partial(refusing_like, similarity.ncc)
_best = partial(refusing_like, atlases.best_atlas)
_mean = partial(refusing_like, local_similarity.local_mean)
_local = partial(refusing_like, local_similarity.local_ncc)


def _floats(first, second):
    """Return both images in floats."""
    return np.asarray(first, float), np.asarray(second, float)


def _without_means(first, second):
    """Leave the means where they are."""
    first, second = _floats(first, second)
    return float((first * second).mean() / (first.std() * second.std()))


def _of_centred(summed, *, power=1, ddof=0):
    """Make a correlation from the centred product; `summed` is np.sum or np.mean."""

    def answer(first, second):
        first, second = _floats(first, second)
        product = summed((first - first.mean()) * (second - second.mean()))
        return float(product / (first.std(ddof=ddof) * second.std(ddof=ddof)) ** power)

    return answer


def _unchecked(first, second):
    """Divide by whatever the deviations are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(_of_centred(np.sum, power=0)(first, second)) / _norm(first, second))


def _norm(first, second):
    """Return N times both deviations."""
    return np.float64(np.size(first) * np.std(first) * np.std(second))


NCC = [
    mistake(
        _ncc(_without_means),
        "You did not subtract the means. Then two images are alike as soon as both are bright. "
        "Take the mean off each image before you multiply.",
    ),
    mistake(
        _ncc(_of_centred(np.sum)),
        "You forgot 1/N: the product grows with the number of voxels. Divide by N, or take the "
        "mean of the products in place of their sum.",
    ),
    mistake(
        _ncc(_of_centred(np.mean, power=2)),
        "You divide by the variances. It is the standard deviations, their square roots: "
        "`np.std`, not `np.var`.",
    ),
    mistake(
        _ncc(_of_centred(np.mean, ddof=1)),
        "You divide by N in the product and by N - 1 in the deviations (`ddof=1`). Then an image "
        "does not correlate with itself by 1. Take N in both.",
    ),
    mistake(
        _ncc(_of_centred(np.mean, power=0)),
        "This is the covariance, which grows with the gain of each scanner. Divide it by both "
        "standard deviations.",
    ),
    mistake(
        _ncc(lambda first, second: abs(similarity.ncc(first, second))),
        "You took the size of the correlation. An image and its negative are at -1, and the sign "
        "tells so: for two scans of one kind, -1 is not alike.",
    ),
    mistake(
        _ncc(lambda first, second: np.corrcoef(np.ravel(first), np.ravel(second))),
        "`np.corrcoef` returns a table of all pairs, the diagonal is each image with itself. Asked "
        "is one number. Write it from the formula.",
    ),
    mistake(
        _unchecked,
        "A constant image has the deviation 0, and 0 / 0 gives NaN, which then wins or loses "
        "every comparison in silence. Raise a ValueError.",
    ),
]


def _scores(target, images):
    """Return the correlation of every atlas."""
    return np.array([similarity.ncc(target, image) for image in images])


def _by_difference(target, images):
    """Take the smallest squared difference."""
    target = np.asarray(target, float)
    return int(np.argmin([similarity.ssd(target, np.asarray(i, float)) for i in images]))


BEST_ATLAS = [
    mistake(
        _best(lambda target, images: int(np.argmin(_scores(target, images)))),
        "You picked the atlas that is least alike. A correlation is large for similar images: "
        "`np.argmax`.",
    ),
    mistake(
        _best(_by_difference),
        "You compare the values themselves. Another scanner has another gain, and then the right "
        "atlas differs by a lot. The correlation does not see gain and offset.",
    ),
    mistake(
        _best(lambda target, images: int(np.argmax(np.abs(_scores(target, images))))),
        "You took the largest size of the correlation. The negative of the target, at -1, is not "
        "a good atlas. Keep the sign.",
    ),
    mistake(
        _best(lambda target, images: float(_scores(target, images).max())),
        "You return how alike the best atlas is. Asked is which one it is: its index.",
    ),
    mistake(
        _best(lambda target, images: images[int(np.argmax(_scores(target, images)))]),
        "You return the image of the best atlas. Asked is which one it is: its index.",
    ),
    mistake(
        _best(lambda target, images: int(np.argmax(_scores(target, images))) + 1),
        "You count from 1. An index counts from 0, so that `images[index]` is the atlas.",
    ),
    mistake(
        _best(
            lambda target, images: len(images) - 1 - int(np.argmax(_scores(target, images)[::-1]))
        ),
        "Of two atlases that are equally alike you take the last. Asked is the first: `np.argmax` "
        "does that, a loop with `>=` does not.",
    ),
]


def _box(image, size, mode="reflect", dtype=float):
    """Average over patches with any border."""
    return ndimage.uniform_filter(np.asarray(image, dtype), size, mode=mode)


def _valid_only(image, size):
    """Return the patches that lie inside."""
    half = size // 2
    return _box(image, size)[half:-half, half:-half]


def _of_what_is_inside(image, size):
    """Divide at the border by the number of voxels that exist."""
    inside = _box(np.ones(np.shape(image)), size, "constant")
    return _box(image, size, "constant") / inside


def _sum_in_own_type(image, size):
    """Add up in the type of the image, which wraps around."""
    image = np.asarray(image)
    padded = np.pad(image, size // 2, mode="symmetric")
    total = np.zeros_like(image)
    for y in range(size):
        for x in range(size):
            total += padded[y : y + image.shape[0], x : x + image.shape[1]]
    return total / size**2


def _any_size(image, size):
    """Take a patch with more voxels before than behind."""
    return _box(image, size)


LOCAL_MEAN = [
    mistake(
        _mean(lambda image, size: _box(image, size, "constant")),
        "Beyond the border you count zeros, so the image darkens at its edge. Mirror it there: "
        '`np.pad(image, size // 2, mode="symmetric")`.',
    ),
    mistake(
        _mean(lambda image, size: _box(image, size, "nearest")),
        "Beyond the border you repeat the outermost voxel (`edge`). Mirror the image there "
        "instead: `symmetric`. In a patch of 3 the two are the same, in larger ones not.",
    ),
    mistake(
        _mean(lambda image, size: _box(image, size, "mirror")),
        "You mirror at the middle of the outermost voxel, so that it is not repeated. In numpy "
        'that is `mode="reflect"`; the border voxel counts too with `mode="symmetric"`.',
    ),
    mistake(
        _mean(_valid_only),
        "Your result is smaller than the image: patches that reach over the border are missing. "
        "Pad the image first, by size // 2 on each side.",
    ),
    mistake(
        _mean(lambda image, size: _box(image, size) * size**2),
        "You return the sum over the patch. Divide by its number of voxels, size * size.",
    ),
    mistake(
        _mean(lambda image, size: _box(image, size) * size),
        "You divide by size. A patch has size * size voxels.",
    ),
    mistake(
        _mean(_of_what_is_inside),
        "At the border you average only the voxels that exist. That is a fair choice, but here "
        "the image is mirrored, so every patch has size * size values.",
    ),
    mistake(
        _mean(_sum_in_own_type),
        "You add up in the number type of the image. In uint8, 200 + 100 is 44, without a "
        "warning. Start from zeros in floats.",
    ),
    mistake(
        _any_size,
        "A patch with an even number of voxels has no middle voxel, so your result is shifted by "
        "half a voxel. Raise a ValueError.",
    ),
]


def _moments(first, second, size):
    """Return covariance and both variances of every patch."""
    first, second = _floats(first, second)
    return _moments_as_they_are(first, second, size)


def _moments_as_they_are(first, second, size):
    """Multiply in the type of the images, which may wrap around."""
    m, n = _box(first, size), _box(second, size)
    variances = (
        np.maximum(_box(image * image, size) - mean * mean, 0)
        for image, mean in ((first, m), (second, n))
    )
    return _box(first * second, size) - m * n, *variances


def _divided(moments, power=0.5, flat=0.0):
    """Divide by both variances to a power, with a value for flat patches."""
    top, first, second = moments
    varied = (first > 1e-6) & (second > 1e-6)
    bottom = np.where(varied, first * second, 1) ** power
    return np.where(varied, top / bottom, flat)


def _local_without_means(first, second, size):
    """Leave the means of the patches in the product."""
    _, *variances = _moments(first, second, size)
    first, second = _floats(first, second)
    return _divided((_box(first * second, size), *variances))


def _mean_of_whole_image(first, second, size):
    """Centre with the mean of the image, and average the product over the patch."""
    first, second = _floats(first, second)
    product = (first - first.mean()) * (second - second.mean())
    return _box(product / (first.std() * second.std()), size)


LOCAL_NCC = [
    mistake(
        _local(_local_without_means),
        "You did not subtract the product of the local means. The covariance of a patch is "
        "m(I J) - m(I) m(J).",
    ),
    mistake(
        _local(_mean_of_whole_image),
        "You took mean and deviation of the whole image. For a local correlation they are those "
        "of the patch, so they are maps: `local_mean` of the image and of its square.",
    ),
    mistake(
        _local(lambda i, j, size: _divided(_moments(i, j, size), power=1)),
        "You divide by the variances. m(I I) - m(I)^2 is the square of the deviation: take the "
        "root.",
    ),
    mistake(
        _local(lambda i, j, size: _moments(i, j, size)[0]),
        "This is the covariance of the patches. Divide it by both local deviations, or bright "
        "regions look more alike than dark ones.",
    ),
    mistake(
        _local(lambda i, j, size: _divided(_moments(i, j, size), flat=np.nan)),
        "In a flat patch you divide by 0, and the NaN spreads from there. Nothing in it can be "
        "alike: make it 0, for example with `np.divide(a, b, out=zeros, where=b > 0)`.",
    ),
    mistake(
        _local(lambda i, j, size: _divided(_moments(i, j, size), flat=1.0)),
        "You give flat patches the correlation 1. Then an atlas that shows nothing wins there. A "
        "flat patch tells nothing: 0.",
    ),
    mistake(
        _local(lambda i, j, size: _divided(_moments_as_they_are(i, j, size))),
        "You multiply in the number type of the images. In 16 bits, 300 * 300 is 24464, without "
        "a warning. Convert to float first.",
    ),
]
