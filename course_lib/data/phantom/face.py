"""Where the parts of the synthetic head lie: ellipsoids in mm (Z, Y, X), front is -Y.

One side is listed; what has x > 0 exists on both sides. Sizes and places were set by eye on the
template's brain, after anatomy atlases; they are plausible, not measured.
"""

from course_lib.data.phantom.shapes import Ellipsoid

# Soft tissue that the layers around the skull do not reach.
FLESH = (
    Ellipsoid((-58, -34, 0), (60, 52, 62)),  # face
    Ellipsoid((-104, -58, 0), (18, 24, 28)),  # chin
    Ellipsoid((-52, -84, 0), (16, 18, 11)),  # nose
    Ellipsoid((-34, -80, 0), (18, 10, 7)),  # bridge of the nose
    Ellipsoid((-82, -74, 0), (12, 14, 22)),  # lips
    Ellipsoid((-12, -68, 0), (14, 15, 24)),  # brows
    Ellipsoid((-24, 22, 76), (20, 12, 5)),  # ear
    Ellipsoid((-50, 34, 0), (34, 62, 60)),  # nape
)
NECK = Ellipsoid((-140, 18, 0), (400, 58, 56))  # only below `NECK_TOP_MM`
NECK_TOP_MM = -52.0

# Facial bones: spongy with a compact surface.
BONES = (
    Ellipsoid((-60, -50, 0), (22, 24, 36)),  # upper jaw
    Ellipsoid((-46, -52, 42), (9, 14, 13)),  # cheekbone
    Ellipsoid((-44, -24, 60), (4, 30, 4)),  # arch of the cheekbone
    Ellipsoid((-46, 24, 50), (20, 18, 14)),  # mastoid
    Ellipsoid((-40, 10, 34), (9, 12, 20)),  # petrous bone
    Ellipsoid((-36, -6, 0), (14, 20, 22)),  # body of the sphenoid bone
    Ellipsoid((-9, -69, 9), (14, 8, 17)),  # frontal bone above the nose
    Ellipsoid((-74, -2, 47), (28, 14, 5)),  # ramus of the lower jaw
)

ORBITS = Ellipsoid((-30, -52, 29), (17, 25, 17))  # filled with fat
EYES = Ellipsoid((-30, -64, 30), (12, 12, 12))  # filled with fluid

# Air, each with a thin wall of compact bone.
SINUSES = (
    Ellipsoid((-9, -72, 10), (10, 4, 8)),  # frontal
    Ellipsoid((-36, -12, 6), (9, 13, 9)),  # sphenoid
    Ellipsoid((-58, -44, 27), (16, 16, 12)),  # maxillary
    Ellipsoid((-32, -46, 7), (10, 17, 5)),  # ethmoid
)
NASAL_CAVITY = Ellipsoid((-54, -50, 0), (17, 30, 11))
SEPTUM_X_MM = 4.0  # bent to one side, as in many people; the middle slice shows the cavity
MASTOID_CELLS = Ellipsoid((-46, 25, 52), (15, 13, 10))
# Air within soft tissue, without a wall.
AIRWAYS = (
    Ellipsoid((-74, -10, 0), (22, 9, 12)),  # nose and throat
    Ellipsoid((-118, -12, 0), (36, 8, 9)),  # windpipe
    Ellipsoid((-78, -42, 0), (3, 20, 15)),  # between tongue and palate
)

# Jaws seen from above: (lowest z, highest z, half width, front end, thickness) of a half ellipse.
JAW = (-118.0, -98.0, 44.0, -66.0, 5.0)
TEETH = (-96.0, -80.0, 27.0, -62.0, 4.0)
ARCH_BACK_MM = -14.0

# Spine: the canal holds the cord and continues the template's brain stem, which ends too high.
SPINE_TOP_MM = -64.0
CORD_Y_MM = 40.0
CORD_RADIUS_MM, CANAL_RADIUS_MM, ARCH_MM = 6.0, 10.0, 5.0
VERTEBRA_Y_MM, VERTEBRA_RADII_MM = 19.0, (11.0, 14.0)
VERTEBRA_HEIGHT_MM, DISC_HEIGHT_MM = 18.0, 4.0
