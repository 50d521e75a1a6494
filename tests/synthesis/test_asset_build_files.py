"""Reading the originals' formats: OBJ, .mhclo, .target, packed files, checkouts and licences."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from original_folders import CC0, face_lines, obj_text

from lineament.errors import DataError
from lineament.synthesis.asset_build.git_revision import UNKNOWN, git_revision
from lineament.synthesis.asset_build.mhclo import read_mhclo
from lineament.synthesis.asset_build.obj_file import read_obj, read_obj_vertices
from lineament.synthesis.asset_build.originals import Original, Originals
from lineament.synthesis.asset_build.targets import read_target

COMMIT = "da5f95a" + "0" * 33
SQUARE = """# a square and a triangle
mtllib square.mtl
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
g flat
usemtl M_Red
f 1/1/1 2/2/1 3/3/1 4/4/1
usemtl M_Blue
g other
f 1 2//1 4
"""


def original(text: str, name: str = "mesh.obj") -> Original:
    return Original(Path("folder") / name, text.encode())


def test_polygons_become_fans_with_their_materials_and_groups() -> None:
    mesh = read_obj(original(SQUARE))
    assert mesh.vertices.tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
    assert mesh.triangles.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 3]]
    assert mesh.triangle_texcoords.tolist() == [[0, 1, 2], [0, 2, 3], [-1, -1, -1]]
    assert [mesh.materials[row] for row in mesh.triangle_material] == ["M_Red", "M_Red", "M_Blue"]
    assert [mesh.groups[row] for row in mesh.triangle_group] == ["flat", "flat", "other"]


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("v 1 0 0\n", "v 1 0 0 0.5 0.5 0.5\n")])
def test_other_line_ends_and_colours_of_vertices_change_nothing(change: tuple[str, str]) -> None:
    mesh, plain = read_obj(original(SQUARE.replace(*change))), read_obj(original(SQUARE))
    assert np.array_equal(mesh.vertices, plain.vertices)
    assert np.array_equal(mesh.triangles, plain.triangles)
    assert mesh.materials == plain.materials


@given(st.integers(0, 2**32 - 1), st.integers(3, 40), st.integers(1, 30))
def test_a_mesh_that_was_written_is_read_again(seed: int, points: int, count: int) -> None:
    random = np.random.default_rng(seed)
    vertices = random.standard_normal((points, 3)) * 10.0 ** random.integers(-4, 4)
    texcoords = random.random((points, 2))
    triangles = random.integers(0, points, (count, 3))
    corners = random.integers(0, points, (count, 3))
    mesh = read_obj(original(obj_text(vertices, texcoords, face_lines(triangles, corners))))
    assert np.allclose(mesh.vertices, vertices, rtol=1e-8)
    assert np.array_equal(mesh.triangles, triangles)
    assert np.array_equal(mesh.triangle_texcoords, corners)


BAD_LINES = [
    ("v 1 1 0", "v 1 one 0", 5, "3 finite numbers"),
    ("v 1 1 0", "v 1 1", 5, "3 finite numbers"),
    ("v 1 1 0", "v 1 nan 0", 5, "3 finite numbers"),
    ("vt 1 1", "vt 1", 9, "2 finite numbers"),
    ("f 1 2//1 4", "f 1 2//1 5", 16, "from 1 to 4"),
    ("f 1 2//1 4", "f 1 2//1 -1", 16, "from 1 to 4"),
    ("f 1 2//1 4", "f 1/9 2//1 4", 16, "from 1 to 4"),
    ("f 1 2//1 4", "f 1 2", 16, "three corners"),
    ("f 1 2//1 4", "f 1 2 x", 16, "a face"),
]


@pytest.mark.parametrize(("line", "wrong", "number", "expected"), BAD_LINES)
def test_a_malformed_line_is_named(line: str, wrong: str, number: int, expected: str) -> None:
    text = original(SQUARE.replace(line + "\n", wrong + "\n"))
    with pytest.raises(DataError) as caught:
        read_obj(text)
    for words in (f"mesh.obj, line {number}", wrong, expected, "get the file again"):
        assert words in str(caught.value)


def test_a_shape_of_another_length_is_refused() -> None:
    assert len(read_obj_vertices(original(SQUARE), 4)) == 4
    with pytest.raises(DataError, match="has 4 vertices, expected 5"):
        read_obj_vertices(original(SQUARE), 5)
    with pytest.raises(DataError, match="no faces"):
        read_obj(original(SQUARE.partition("g flat")[0]))


def test_targets_name_the_vertices_that_move() -> None:
    offsets = read_target(original("# head\n2 1 -.5 .25\n\n0 0 0 3\n", "old.target"), 4)
    assert offsets.tolist() == [[0, 0, 3], [0, 0, 0], [1, -0.5, 0.25], [0, 0, 0]]
    for wrong in ("4 0 0 0", "-1 0 0 0", "1 0 0", "1 0 0 x", "1 0 0 inf", "1.5 0 0 0"):
        with pytest.raises(DataError, match=r"old\.target, line 2: .* a vertex from 0 to 3"):
            read_target(original(f"0 1 1 1\n{wrong}\n", "old.target"), 4)


MHCLO = """# clothes
name hat
obj_file hat one.obj
x_scale 0 1 2.0
y_scale 0 2 0.5
z_depth 50
verts 0
material materials/hat.mhmat
 0 1 2 0.5 0.25 0.25 0.1 0.2 0.3
1
delete_verts
3 4 - 9
"""


def test_a_piece_follows_the_base_mesh_by_hand() -> None:
    base = np.array([[0.0, 0, 0], [4, 0, 0], [0, 1, 8]])
    binding = read_mhclo(original(MHCLO, "hat.mhclo"), 3)
    assert (binding.obj_file, binding.material) == ("hat one.obj", "materials/hat.mhmat")
    assert binding.places(base)[0] == pytest.approx([1 + 0.1 * 4 / 2, 0.25 + 0.2 * 1 / 0.5, 2])
    assert binding.places(base)[1].tolist() == [4, 0, 0]
    assert len(binding.vertices) == 2


@pytest.mark.parametrize(
    ("line", "wrong", "number"),
    [
        (" 0 1 2 0.5", " 0 1 3 0.5", 9),
        (" 0 1 2 0.5", " 0 1 2 x", 9),
        (" 0 1 2 0.5", " 0 1 2", 9),
        ("x_scale 0 1 2.0", "x_scale 0 1 0", 4),
        ("x_scale 0 1 2.0", "x_scale 0 7 2", 4),
    ],
)
def test_a_malformed_binding_is_named(line: str, wrong: str, number: int) -> None:
    with pytest.raises(DataError, match=rf"hat\.mhclo, line {number}: got"):
        read_mhclo(original(MHCLO.replace(line, wrong), "hat.mhclo"), 3)


def test_a_binding_of_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="binds no vertex"):
        read_mhclo(original(MHCLO.partition("verts")[0], "hat.mhclo"), 3)


def originals(folder: Path, **options: bool) -> Originals:
    return Originals(folder, "https://example.org/faces", "CC0 1.0", "get it again", **options)


def test_packed_and_plain_files_are_read_alike_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "plain.obj").write_bytes(b"plain")
    (tmp_path / "packed.obj.gz").write_bytes(gzip.compress(b"packed"))
    folder = originals(tmp_path)
    assert folder.names(".", ".obj") == ["packed.obj", "plain.obj"]
    assert [folder.read(name).content for name in ("plain.obj", "packed.obj")] == [
        b"plain",
        b"packed",
    ]
    assert folder.origin.inputs["packed.obj"] == hashlib.sha256(b"packed").hexdigest()
    assert folder.start_record().origin.inputs == {}


def test_missing_empty_and_cut_off_files(tmp_path: Path) -> None:
    (tmp_path / "empty.obj").touch()
    (tmp_path / "cut.obj.gz").write_bytes(gzip.compress(b"packed" * 99)[:-12])
    for name, words in (("gone", "no such file"), ("empty", "0 bytes"), ("cut", "cut off")):
        with pytest.raises(DataError, match=rf"{name}\.obj.*{words}.*get it again"):
            originals(tmp_path).read(f"{name}.obj")


def test_files_under_the_agpl_alone_are_refused(tmp_path: Path) -> None:
    head = "# This file is licensed AGPLv3\n"
    (tmp_path / "old.obj").write_text(head + SQUARE)
    (tmp_path / "new.obj").write_text(CC0 + head + SQUARE)
    assert originals(tmp_path, released_as_cc0=True).read("new.obj").content
    assert originals(tmp_path).read("old.obj").content
    with pytest.raises(DataError, match=r"old\.obj .*AGPL, expected CC0.*September 2020"):
        originals(tmp_path, released_as_cc0=True).read("old.obj")


def test_the_revision_of_a_checkout(tmp_path: Path) -> None:
    assert git_revision(tmp_path) == UNKNOWN
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text(COMMIT + "\n")
    assert git_revision(tmp_path) == COMMIT
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert git_revision(tmp_path) == UNKNOWN
    (git / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert git_revision(tmp_path) == COMMIT
    (git / "refs" / "heads" / "main").write_text("f" * 40 + "\n")
    assert git_revision(tmp_path) == "f" * 40


def test_the_revision_of_a_work_tree(tmp_path: Path) -> None:
    common, tree = tmp_path / "clone" / ".git", tmp_path / "tree"
    private = common / "worktrees" / "tree"
    private.mkdir(parents=True)
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {private}\n")
    (private / "HEAD").write_text("ref: refs/heads/main\n")
    (private / "commondir").write_text("../..\n")
    (common / "packed-refs").write_text(f"{COMMIT} refs/heads/main\n")
    assert git_revision(tree) == COMMIT
