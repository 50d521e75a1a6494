"""The head and its texture maps, built of ICT-FaceKit's files, against the real assets."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from original_folders import write_ict

from lineament.errors import DataError
from lineament.synthesis.asset_build.ict import ict_originals, read_head_originals
from lineament.synthesis.asset_build.part_labels import TexturePart
from lineament.synthesis.asset_build.texture_maps import make_texture_maps
from lineament.synthesis.asset_build.triangle_raster import texture_coverage
from lineament.synthesis.asset_types import Head
from lineament.synthesis.assets import read_head, read_texture_maps

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
SAMPLE = ASSETS / "ict-sample"
OFFSET_TOLERANCE = 2e-3
pytestmark = pytest.mark.skipif(
    not (SAMPLE / "vertex_indices.json").is_file(),
    reason=f"the sample of ICT-FaceKit's files is not in {SAMPLE}",
)
TOPOLOGY = (
    *("vertices", "triangles", "texcoords", "triangle_texcoords", "triangle_material"),
    "landmark68",
)


@pytest.fixture(scope="module")
def head() -> Head:
    return read_head(ASSETS)


@pytest.fixture(scope="module")
def sample() -> Head:
    return read_head_originals(ict_originals(SAMPLE), partial=True)


def test_the_sample_gives_the_real_head(head: Head, sample: Head) -> None:
    for name in TOPOLOGY:
        assert np.array_equal(getattr(sample, name), getattr(head, name)), name
        assert getattr(sample, name).dtype == getattr(head, name).dtype, name
    assert sample.materials == head.materials
    assert np.array_equal(sample.identity, head.identity[:2])
    assert sample.expression_names == ("jawOpen",)
    jaw = head.expression_names.index("jawOpen")
    assert np.array_equal(sample.expression[0], head.expression[jaw])


def test_files_written_from_the_head_give_the_head(head: Head, tmp_path: Path) -> None:
    names = ("PupilDilate_L", "mouthSmile_L")
    folder = write_ict(tmp_path, head, 4, names)
    told: list[tuple[int, int]] = []
    built = read_head_originals(
        ict_originals(folder), partial=True, progress=lambda _, *steps: told.append(steps)
    )
    assert told == [(step, 6) for step in range(1, 7)]
    rows = [head.expression_names.index(name) for name in names]
    assert built.expression_names == names and built.materials == head.materials
    assert np.array_equal(built.vertices, head.vertices)
    assert np.array_equal(built.texcoords, head.texcoords)
    for made, real in ((built.identity, head.identity[:4]), (built.expression, head.expression)):
        real = real[rows] if real is head.expression else real
        assert np.abs(made.astype(float) - real.astype(float)).max() < OFFSET_TOLERANCE
    order = np.argsort(head.triangle_material, kind="stable")
    assert np.array_equal(built.triangles, head.triangles[order])
    assert np.array_equal(built.triangle_material, head.triangle_material[order])


def test_a_missing_shape_is_named_unless_the_build_is_partial() -> None:
    with pytest.raises(DataError, match=r"identity002\.obj.*no such file"):
        read_head_originals(ict_originals(SAMPLE))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sample's neutral head, one identity, one expression and the index, unpacked."""
    names = ("generic_neutral_mesh.obj", "identity000.obj", "jawOpen.obj")
    for name in names:
        (tmp_path / name).write_bytes(gzip.decompress((SAMPLE / f"{name}.gz").read_bytes()))
    shutil.copyfile(SAMPLE / "vertex_indices.json", tmp_path / "vertex_indices.json")
    return tmp_path


def complain(folder: Path, pattern: str) -> None:
    with pytest.raises(DataError, match=pattern):
        read_head_originals(ict_originals(folder), partial=True)


def test_damaged_shapes_name_file_and_line(copy: Path) -> None:
    path = copy / "identity000.obj"
    lines = path.read_text().splitlines(keepends=True)
    first = next(row for row, line in enumerate(lines) if line.startswith("v "))
    path.write_text("".join(lines[: first + 5000]))
    complain(copy, r"identity000\.obj has 5000 vertices, expected 26719")
    lines[first + 7] = "v 1.5 2.x 0\n"
    path.write_text("".join(lines))
    complain(copy, rf"identity000\.obj, line {first + 8}: got 'v 1\.5 2\.x 0'")


def test_damaged_index_files(copy: Path) -> None:
    path = copy / "vertex_indices.json"
    for wrong in ("{", "[]", "{}", '{"expressions": [], "idx_to_landmark_verts": [1, 2]}'):
        path.write_text(wrong)
        complain(copy, r"vertex_indices\.json is not the index file")
    path.unlink()
    complain(copy, r"vertex_indices\.json: there is no such file")


def test_another_mesh_and_another_folder(
    copy: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (copy / "generic_neutral_mesh.obj").write_text("v 0 0 0\nvt 0 0\nf 1/1 1/1 1/1\n")
    complain(copy, r"generic_neutral_mesh\.obj has 1 vertices .* expected the light model")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with pytest.raises(DataError, match=r"FaceXModel nor .* --ict-facekit"):
        ict_originals(elsewhere)


def test_the_texture_maps_are_the_real_ones(head: Head) -> None:
    made, real = make_texture_maps(head), read_texture_maps(ASSETS)
    assert np.array_equal(made.labels, real.labels)
    assert np.array_equal(made.face_mask, real.face_mask)
    assert made.landmark_uv == pytest.approx(real.landmark_uv, abs=1e-3)
    assert made.outer_outline == pytest.approx(real.outer_outline, abs=1e-3)
    assert made.ambient_occlusion == pytest.approx(real.ambient_occlusion, abs=1e-3)
    covered = texture_coverage(head, "M_Face", 1024).mask.reshape(512, 2, 512, 2).all(axis=(1, 3))
    assert covered.mean() > 0.8
    gap = made.canonical_position[covered].astype(float) - real.canonical_position[covered]
    assert np.abs(gap).max() < 0.01


def test_at_the_rim_of_the_face_positions_lie_on_the_head(head: Head, sample: Head) -> None:
    """Not between the head and the origin, as means with empty texels would."""
    made = make_texture_maps(sample, directions=4)
    shown = made.canonical_position[made.face_mask > 0].astype(float)
    some = shown[:: len(shown) // 4000]
    face = head.vertices[:9409]
    gap = [np.linalg.norm(face - place, axis=1).min() for place in some]
    assert max(gap) < 0.9


def test_each_part_lies_round_its_landmarks(head: Head) -> None:
    made = make_texture_maps(head, directions=2)
    column, row = np.round(made.landmark_uv).astype(int).T
    at = made.labels[row, column]
    assert set(at[28:31]) == {TexturePart.NOSE}
    assert made.labels[row[51] + 8, column[51]] == TexturePart.UPPER_LIP
    assert made.labels[row[57] - 8, column[57]] == TexturePart.LOWER_LIP
    ears = [
        made.canonical_position[made.labels[::2, ::2] == part, 0].astype(float)
        for part in (TexturePart.RIGHT_EAR, TexturePart.LEFT_EAR)
    ]
    assert ears[0].max() <= 0 <= ears[1].min()
    assert ears[0].min() < -8 and ears[1].max() > 8
