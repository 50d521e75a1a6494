"""Importing is quick and loads nothing heavy; the floors of docs/architecture.md hold."""

from __future__ import annotations

import ast
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lineament

PACKAGE = Path(lineament.__file__).parent
HEAVY = ("torch", "lightning", "onnxruntime", "cv2", "matplotlib", "numba", "scipy", "onnx", "ray")
TRAINING_ENGINES = {"torch", "lightning", "numba", "scipy", "onnx", "onnxscript", "matplotlib"}

FLOORS = [
    {"errors", "strict", "toml_file"},
    {"choice", "face", "face_parts", "image", "picture_file", "geometry", "parsing.part_schemes"}
    | {"face_embedding", "face_pose", "photo_array"},
    {
        "draw",
        "draw_parts",
        "effects",
        "contact_sheet",
        "weight_source",
        "weight_input",
        "weight_output",
        "weights",
        "free_shapes",
    },
    {"devices", "runtime", "contract"},
    {"detection", "face_crops", "landmarks", "attributes", "parsing", "recognition"},
    {"analyzer", "gallery", "tracking", "bulk", "grouping"},
    {"cli", "server", "client"},
]
"""From the bottom up; modules of one floor may import each other. A single file of a room may
lie lower than its room."""

TRAINING_ROOMS = {"synthesis", "datasets", "training", "evaluation"}
TRAINING_FILES = {
    *("network", "networks", "criterion", "adaptive_wing", "heatmaps", "boundary", "integral"),
    *("recipe", "stage", "first_stage", "batches", "device_batches", "validation"),
    *("balance", "balance_plot", "following"),
    *("training_faces", "found_boxes", "photo_source", "rendered_source", "label_adaptation"),
    "loss_curves",
    *("dynamic_coefficients", "task_relations", "early_stopping", "transfer"),
    *("attribute_faces", "rendered_attributes", "photo_attributes", "photo_answers"),
    *("parsing_faces", "rendered_parts", "photo_parts", "five_fold", "patch_jitter", "sides"),
    "held_out_photos",
    *("margin_base", "combined_margin", "curricular_face", "ada_face", "mv_softmax", "margins"),
    *("gathering", "sharded_softmax", "partial_fc"),
    *("metric_losses", "hard_samples", "face_augment", "rand_augment"),
    *("dpap", "ehsm", "prepared", "identity_faces", "identity_source"),
    *("verification_table", "verification_report"),
    *("cell_grid", "cell_assignment", "box_overlap", "validation_sets"),
    *("group_source", "picture_source", "framing", "kept_pictures"),
}
"""Files of a task's room that belong to the training side, whatever the task."""


def loaded_after(statement: str) -> dict[str, object]:
    script = f"""
import json, sys, time
started = time.perf_counter()
{statement}
seconds = time.perf_counter() - started
print(json.dumps({{"seconds": seconds, "modules": sorted(sys.modules)}}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def heavy_of(result: dict[str, object]) -> list[str]:
    modules = result["modules"]
    assert isinstance(modules, list)
    return [name for name in HEAVY if name in modules]


def test_import_is_quick_and_light() -> None:
    results = [loaded_after("import lineament") for _ in range(3)]
    assert heavy_of(results[0]) == []
    assert statistics.median(float(str(result["seconds"])) for result in results) < 0.4


def test_the_command_line_loads_nothing_heavy_before_a_command_runs() -> None:
    assert heavy_of(loaded_after("import lineament.cli.main")) == []


def test_analysing_never_loads_the_training_side() -> None:
    statement = (
        "import numpy as np\n"
        "from lineament import Analyzer\n"
        "Analyzer(heads=(), threads=1).analyze(np.zeros((64, 64, 3), np.uint8))\n"
    )
    modules = loaded_after(statement)["modules"]
    assert isinstance(modules, list)
    assert TRAINING_ENGINES.isdisjoint(modules)
    assert not [name for name in modules if name.startswith("lineament.landmarks.")]


def test_public_names() -> None:
    assert set(lineament.__all__) <= set(dir(lineament))
    assert lineament.Face.__module__ == "lineament.face"
    assert lineament.read_image.__module__ == "lineament.image"
    assert lineament.__version__
    with pytest.raises(AttributeError, match="no attribute 'Analyser'"):
        getattr(lineament, "Analyser")  # noqa: B009 (a type checker refuses the plain spelling)


def modules_of_the_package() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


MODULES = dict(modules_of_the_package())


def imports(tree: ast.Module, *, at_import: bool) -> set[str]:
    """Absolute names that a module imports.

    Args:
        tree: the parsed module.
        at_import: leave out what only runs inside a function or for a type checker.
    """
    found: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "the package imports by absolute names"
            base = node.module or ""
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in MODULES else base)
        pending += ast.iter_child_nodes(node)
    return found


def trains(module: str) -> bool:
    """Whether a module belongs to the training side."""
    parts = module.split(".")
    if len(parts) < 2:
        return False
    task_file = len(parts) > 2 and parts[1] != "cli" and parts[2] in TRAINING_FILES
    return parts[1] in TRAINING_ROOMS or task_file


def floor(module: str) -> int | None:
    path = module.partition(".")[2]
    for place in (path, path.partition(".")[0]):
        for level, rooms in enumerate(FLOORS):
            if place in rooms:
                return level
    return None


def test_every_room_has_its_place() -> None:
    homeless = {
        name
        for name in MODULES
        if floor(name) is None
        and name.split(".")[1:2] not in ([], ["__main__"])
        and name.split(".")[1] not in TRAINING_ROOMS
    }
    assert homeless == set(), "add the new room to FLOORS or TRAINING_ROOMS"


def test_lower_floors_never_import_higher_ones() -> None:
    wrong = []
    for module, tree in MODULES.items():
        own = floor(module)
        if own is None or trains(module):
            continue
        for name in imports(tree, at_import=False):
            other = floor(name) if name in MODULES else None
            if other is not None and other > own:
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_the_inference_side_never_imports_the_training_side() -> None:
    """The command line may, inside a command; nothing else may, not even inside a function."""
    wrong = []
    for module, tree in MODULES.items():
        if trains(module):
            continue
        commands = module.startswith("lineament.cli.")
        for name in imports(tree, at_import=commands):
            if name.split(".")[0] in TRAINING_ENGINES or (name in MODULES and trains(name)):
                wrong.append(f"{module} imports {name}")
    assert wrong == [], "a file of a task that only trains belongs into TRAINING_FILES"
