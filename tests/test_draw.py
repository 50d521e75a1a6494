"""What is drawn lies where the face is, whatever the photo, and nowhere else."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.draw import (
    AXES,
    AXIS_LENGTH,
    BOX,
    FIVE,
    IBUG_68,
    LINE,
    SHADE,
    WORDS,
    draw_faces,
    face_titles,
)
from lineament.errors import ImageError
from lineament.face import (
    Box,
    ByteArray,
    Choice,
    Face,
    FaceAttributes,
    FloatArray,
    HeadPose,
    Landmarks,
)

WHITE = np.full((400, 600, 3), 255, np.uint8)
BLACK = np.zeros((400, 600, 3), np.uint8)


def ring(centre: tuple[float, float], radius: float, count: int) -> FloatArray:
    turn = np.arange(count) * (2 * math.pi / count)
    return np.column_stack(
        [centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn)]
    ).astype(np.float32)


def face(box: Box, landmarks: Landmarks | None = None, score: float = 0.97) -> Face:
    return Face(box, score, ring(box.centre, min(box.width, box.height) / 5, 5), landmarks)


def painted(image: ByteArray, photo: ByteArray) -> ByteArray:
    return (image != photo).any(axis=2).astype(np.uint8)


def shows(image: ByteArray, point: tuple[float, float], colour: tuple[int, int, int]) -> bool:
    """Whether a colour is found within a pixel and a half of a point."""
    x, y = round(point[0]), round(point[1])
    near = image[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].astype(int)
    return bool((np.abs(near - colour).max(axis=2) < 60).any())


def distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_the_photo_itself_is_left_alone() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    photo.setflags(write=False)
    before = photo.copy()
    drawn = draw_faces(photo, [face(Box(20, 20, 80, 80))])
    assert (photo == before).all()
    assert drawn.shape == photo.shape
    assert drawn.dtype == np.uint8
    assert drawn.flags.c_contiguous


def test_without_faces_it_is_a_copy() -> None:
    drawn = draw_faces(WHITE, [])
    assert drawn is not WHITE
    assert (drawn == WHITE).all()


@pytest.mark.parametrize("photo", [WHITE, BLACK])
def test_every_part_is_seen_on_light_and_on_dark(photo: ByteArray) -> None:
    """On each part's line lies its colour, and beside it something that differs from it."""
    centres = [(220 + 20 * index, 90 + 25 * index) for index in range(len(IBUG_68))]
    points = np.concatenate(
        [
            ring(centre, 16, stop - start)
            for centre, (_, start, stop, _) in zip(centres, IBUG_68, strict=True)
        ]
    )
    box = Box(180, 60, 460, 340)
    drawn = draw_faces(photo, [face(box, Landmarks(points, "ibug-68"))])
    for corner in ((180, 60), (460, 60), (460, 340), (180, 340)):
        assert shows(drawn, corner, BOX)
    for _, start, stop, _ in IBUG_68:
        middle = points[start : start + 2].mean(axis=0)
        assert stop - start >= 4
        assert shows(drawn, (float(middle[0]), float(middle[1])), LINE)
    for x, y in ring(box.centre, 56, 5):
        assert shows(drawn, (float(x), float(y)), FIVE)
    assert distance(BOX, SHADE) > 150
    assert distance(LINE, SHADE) > 150
    row = drawn[200, 170:190].astype(int).max(axis=1)
    assert row.max() - row.min() > 100


def test_groups_are_the_68_points_in_order() -> None:
    covered = [index for _, start, stop, _ in IBUG_68 for index in range(start, stop)]
    assert covered == list(range(68))
    closed = {name for name, _, _, is_closed in IBUG_68 if is_closed}
    assert closed == {"right eye", "left eye", "outer lips", "inner lips"}


def test_eyes_close_and_brows_do_not() -> None:
    points = np.full((68, 2), 200, np.float32)
    points[36:42] = ring((120, 120), 30, 6)
    points[17:22] = ring((300, 120), 30, 5)
    box = Box(40, 40, 440, 340)
    drawn = draw_faces(
        BLACK, [Face(box, 0.9, ring((240, 300), 8, 5), Landmarks(points, "ibug-68"))]
    )
    eye, brow = points[[41, 36]].mean(axis=0), points[[21, 17]].mean(axis=0)
    assert shows(drawn, (float(eye[0]), float(eye[1])), LINE)
    assert not shows(drawn, (float(brow[0]), float(brow[1])), LINE)


@pytest.mark.parametrize("scheme", ["wflw-98", "ibug-68"])
def test_points_of_another_scheme_or_number_are_dots(scheme: str) -> None:
    points = ring((240, 190), 90, 12)
    drawn = draw_faces(BLACK, [face(Box(40, 40, 440, 340), Landmarks(points, scheme))])
    for x, y in points:
        assert drawn[round(float(y)), round(float(x))].min() > 150
    middle = points[:2].mean(axis=0)
    assert drawn[round(float(middle[1])), round(float(middle[0]))].max() == 0


def test_strokes_grow_with_the_face() -> None:
    def covered(side: float) -> float:
        photo = np.zeros((1300, 1300, 3), np.uint8)
        drawn = draw_faces(photo, [face(Box(50, 50, 50 + side, 50 + side))])
        return float(painted(drawn, photo)[round(50 + side * 0.9)].sum())

    assert covered(100) < covered(400) < covered(1200)
    assert covered(1200) > 2 * covered(100)


def test_small_faces_stay_visible() -> None:
    """A face of 16 pixels is not buried under its own marks: most of it still shows."""
    photo = np.full((60, 60, 3), 120, np.uint8)
    drawn = draw_faces(photo, [face(Box(20, 20, 36, 36))])
    changed = np.abs(drawn.astype(int) - photo)[22:35, 22:35].max(axis=2) > 50
    assert 0 < changed.mean() < 0.5
    assert painted(drawn, photo)[:16].sum() == 0


def test_the_score_stays_within_the_photo() -> None:
    for box in (Box(0, 0, 80, 80), Box(540, -30, 640, 60), Box(560, 300, 599, 399)):
        drawn = draw_faces(WHITE, [face(box)])
        shade = (np.abs(drawn.astype(int) - SHADE).max(axis=2) < 8).sum()
        assert shade > 100


@given(
    st.tuples(*[st.floats(-5000, 5000)] * 2, *[st.floats(0.01, 9000)] * 2),
    st.sampled_from([(1, 1), (1, 50), (7, 3), (40, 60)]),
    st.integers(0, 80),
)
@settings(max_examples=60, deadline=None)
def test_any_face_on_any_photo(
    place: tuple[float, float, float, float], size: tuple[int, int], count: int
) -> None:
    x, y, width, height = place
    photo = np.full((*size, 3), 90, np.uint8)
    points = ring((x, y), width, count) if count else np.zeros((0, 2), np.float32)
    box = Box(x, y, x + width, y + height)
    drawn = draw_faces(photo, [face(box, Landmarks(points, "ibug-68"))])
    assert drawn.shape == photo.shape


def test_points_far_outside_do_no_harm() -> None:
    points = np.full((68, 2), 3e9, np.float32)
    drawn = draw_faces(WHITE, [face(Box(100, 100, 200, 200), Landmarks(points, "ibug-68"))])
    assert shows(drawn, (100, 150), BOX)


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4), (10, 10, 1)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match=r"expected uint8 \(H, W, 3\)"):
        draw_faces(np.zeros(shape, np.uint8), [])


def test_axes_point_where_the_head_does_and_only_on_request() -> None:
    box = Box(150, 50, 450, 350)
    plain = Face(box, 0.9, np.full((5, 2), 60, np.float32), pose=HeadPose(30, 20, 10))
    drawn = draw_faces(BLACK, [plain], axes=True)
    length = AXIS_LENGTH * 300
    for colour, (x, y, _) in zip(AXES, HeadPose(30, 20, 10).rotation.T, strict=True):
        assert shows(drawn, (300 + 0.95 * length * x, 200 - 0.95 * length * y), colour)
    assert (draw_faces(BLACK, [plain])[180:220, 280:320] == 0).all()
    unknown = Face(box, 0.9, plain.five_points)
    assert (draw_faces(BLACK, [unknown], axes=True) == draw_faces(BLACK, [unknown])).all()


def test_a_track_is_named_before_the_score() -> None:
    still = Face(Box(150, 50, 450, 350), 0.9, np.full((5, 2), 60, np.float32))
    tracked = Face(still.box, 0.9, still.five_points, track=12)
    plate = [
        (np.abs(draw_faces(WHITE, [each]).astype(int) - SHADE).max(axis=2) < 8).sum()
        for each in (still, tracked)
    ]
    assert plate[1] > 1.3 * plate[0]


SMILE = Choice.most_probable({"no": 0.02, "yes": 0.98})
KNOWN = FaceAttributes(smile=SMILE, others={"hat": SMILE}, pose=HeadPose(30, 20, 10))


def plate(box: Box, attributes: FaceAttributes | None) -> tuple[float, float, float, float]:
    """Edges of what the attributes add to the picture: x1, y1, x2, y2."""
    five = np.full((5, 2), 60, np.float32)
    with_, without = (
        draw_faces(WHITE, [Face(box, 0.9, five, attributes=each)]) for each in (attributes, None)
    )
    rows, columns = np.nonzero(painted(with_, without))
    return columns.min(), rows.min(), columns.max(), rows.max()


@pytest.mark.parametrize(
    ("box", "place"),
    [
        (Box(150, 20, 350, 220), "below"),
        (Box(20, 180, 220, 398), "right"),
        (Box(380, 180, 590, 398), "left"),
        (Box(0, 0, 599, 399), "over"),
        (Box(-300, -300, 900, 700), "over"),
    ],
)
def test_attributes_stand_beside_the_face_where_there_is_room(box: Box, place: str) -> None:
    x1, y1, x2, y2 = plate(box, KNOWN)
    assert x1 >= 0 and y1 >= 0 and x2 < 600 and y2 < 400
    found = {
        "below": y1 > box.y2,
        "right": x1 > box.x2,
        "left": x2 < box.x1,
        "over": y1 > 250 and y2 == 399,
    }
    assert found[place]


def test_attributes_are_words_on_a_dark_plate() -> None:
    box = Box(150, 20, 350, 220)
    x1, y1, x2, y2 = (int(edge) for edge in plate(box, KNOWN))
    face_ = Face(box, 0.9, np.full((5, 2), 60, np.float32), attributes=KNOWN)
    area = draw_faces(WHITE, [face_])[y1 : y2 + 1, x1 : x2 + 1].astype(int)
    assert (np.abs(area - SHADE).max(axis=2) < 8).mean() > 0.5
    assert (np.abs(area - WORDS).max(axis=2) < 40).mean() > 0.02
    height = y2 - y1
    _, top, _, bottom = plate(box, FaceAttributes(smile=SMILE))
    assert 0.4 * height < bottom - top < 0.7 * height, "one line less"


def test_a_face_among_others_has_a_title() -> None:
    five = np.full((5, 2), 60, np.float32)
    one = Face(Box(20, 20, 120, 120), 0.9, five, attributes=KNOWN)
    other = Face(Box(320, 20, 420, 120), 0.8, five)
    assert face_titles([one]) == [""]
    assert face_titles([one, other]) == ["face 0", "face 1"]
    assert face_titles([replace(one, track=7)]) == ["#7"]
    alone, among = draw_faces(WHITE, [one]), draw_faces(WHITE, [one, other])
    assert not shows_in(alone[125:, :300], BOX)
    assert shows_in(among[125:, :300], BOX)


def shows_in(area: ByteArray, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(area.astype(int) - colour).max(axis=2) < 30).any())


def test_small_faces_and_faces_without_answers_get_no_words() -> None:
    five = np.full((5, 2), 60, np.float32)
    for box, attributes in (
        (Box(150, 20, 190, 60), KNOWN),
        (Box(150, 20, 350, 220), FaceAttributes()),
    ):
        drawn = draw_faces(WHITE, [Face(box, 0.9, five, attributes=attributes)])
        assert (drawn == draw_faces(WHITE, [Face(box, 0.9, five)])).all()


def test_axes_of_a_face_without_landmarks_are_those_of_its_attributes() -> None:
    box = Box(150, 50, 450, 350)
    five = np.full((5, 2), 60, np.float32)
    turned = Face(box, 0.9, five, attributes=FaceAttributes(pose=HeadPose(30, 20, 10)))
    both = Face(box, 0.9, five, pose=HeadPose(30, 20, 10), attributes=FaceAttributes())
    drawn = draw_faces(BLACK, [turned], axes=True)
    assert (drawn == draw_faces(BLACK, [both], axes=True)).all()
    assert (drawn != draw_faces(BLACK, [turned])).any()
