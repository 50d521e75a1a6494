"""The flow of `lineament evaluate recognition`: embed or load, compare pairs, score, draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineament.datasets.verification_pairs import VerificationPairs
from lineament.errors import DataError, RecordError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.det_plot import write_discard_curves, write_roc_and_det
from lineament.evaluation.embedding_predictions import (
    EmbeddingPredictions,
    Embeds,
    pictures_digest,
    predict_embeddings,
)
from lineament.evaluation.landmark_document import identity, make_folder, write_document
from lineament.evaluation.match_calibration import MatchCalibration
from lineament.evaluation.match_rates import DRAWS
from lineament.evaluation.pair_scores import FAILED
from lineament.evaluation.pair_sheet import PairTile, worst_pairs, write_pair_sheet
from lineament.evaluation.prediction_cache import arrays_or_load, deciding_facts
from lineament.evaluation.predictions import Progress
from lineament.evaluation.recognition_document import DOCUMENT, PROTOCOL
from lineament.evaluation.recognition_scores import Groups, SetScores, score_set
from lineament.evaluation.template_verification import score_templates
from lineament.training.record_toml import to_toml
from lineament.weights import Calibration, EmbeddingOutput, WeightRecord

if TYPE_CHECKING:
    from lineament.datasets.ijb import IjbSearch, IjbSet
    from lineament.detection import Detector


def evaluate_recognition(
    sets: Sequence[VerificationPairs],
    estimator: Embeds,
    detector: Detector | None,
    *,
    out: Path,
    options: Mapping[str, Any],
    device: str = "auto",
    groups: Mapping[str, Groups] | None = None,
    fmrs: Sequence[float] | None = None,
    stability: bool = False,
    draws: int = DRAWS,
    worst: int = 8,
    progress: Progress | None = None,
    benchmarks: Sequence[tuple[IjbSet, IjbSearch | None]] = (),
) -> dict[str, Any]:
    """Score verification on sets of pairs and write everything about it under `out`.

    Written: the scores as JSON, a plot of ROC and DET, one of error-versus-discard curves, for
    each set a picture of its worst pairs, what its scores mean as a table `calibration` for the
    weight's record, and the embeddings, which a later call with the same networks, options and
    pictures reads instead of running the networks.

    Args:
        sets: pairs of pictures; two sets of one name are told apart by a number.
        estimator: the embeddings under test.
        detector: finds the faces of pictures that are not aligned.
        out: folder for the results, made if it is missing.
        options: the detector's options as plain data; they are part of the predictions' key.
        device: device asked for, part of the key.
        groups: by the name of a set what its pictures are.
        fmrs: false match rates to calibrate; those that the pairs can tell where None.
        stability: measure this quality too, which makes each picture cost five.
        draws: of the bootstrap over people; 0 for none.
        worst: pairs of each kind on the picture of the worst; 0 writes none.
        progress: called after every batch of pictures, with those of all sets.
        benchmarks: sets of templates, with their 1:N searches where these are wanted.

    Returns:
        The document that docs/evaluation.md describes; rates in percent.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: no set, a set without pairs of both kinds, groups of an unknown set or of
            another number of pictures, too few impostor pairs for a rate of `fmrs`, or `out` is
            not writable.
        RecordError: the weight gives no embedding.
        ImageError: a picture cannot be read.
        ValueError: pictures that are not aligned, and no detector.
    """
    require_matplotlib()
    if not sets and not benchmarks:
        raise DataError("no set of pairs, expected at least one")
    named = _by_name(sets)
    given = dict(groups or {})
    _check_groups(named, given)
    output = _embedding_output(estimator.record)
    if detector is None and not all(pairs.aligned for pairs in sets):
        raise ValueError("pictures that are not aligned need a detector, got none")
    make_folder(out)
    pictures = sum(len(pairs.pictures) for pairs in sets) + sum(len(one) for one, _ in benchmarks)
    before = 0
    scored: dict[str, SetScores] = {}
    documents: dict[str, Any] = {}
    for name, pairs in named.items():
        show = _after(progress, before, pictures)
        predictions, kept = _predictions(
            name, pairs, estimator, detector, out, options, device, stability, show
        )
        before += len(pairs.pictures)
        found = score_set(
            pairs,
            predictions,
            groups=given.get(name),
            fmrs=fmrs,
            calibration=estimator.record.calibration,
            draws=draws,
        )
        stem = f"{name}-{estimator.record.name}"
        files = {"predictions": kept}
        if found.calibration is not None:
            files["calibration"] = out / f"{stem}-calibration.toml"
            _write_calibration(files["calibration"], name, pairs, found, found.calibration)
        if worst:
            files["worst"] = out / f"{stem}-worst-pairs.png"
            _write_worst(files["worst"], pairs, found, worst)
        scored[name] = found
        written = {kind: str(path) for kind, path in files.items()}
        documents[name] = {**found.document, "files": written}
    curves_of = {name: one.scores for name, one in scored.items()}
    templates: dict[str, Any] = {}
    for ijb, searches in benchmarks:
        show = _after(progress, before, pictures)
        before += len(ijb)
        curves_of[ijb.name], templates[ijb.name] = score_templates(
            ijb, estimator, out=out, device=device, searches=searches, progress=show
        )
    stem = "-".join([*named, *templates, estimator.record.name, "verification"])
    stem = (
        stem if len(stem) < 120 else f"{len(curves_of)}-sets-{estimator.record.name}-verification"
    )
    files = {"scores": out / f"{stem}.json", "plot": out / f"{stem}.png"}
    write_roc_and_det(files["plot"], curves_of, estimator.record.name)
    curves = {
        f"{name}, {kind}": curve
        for name, one in scored.items()
        for kind, curve in one.curves.items()
    }
    if curves:
        files["discard"] = out / f"{stem}-discard.png"
        write_discard_curves(files["discard"], curves, estimator.record.name)
    document = {
        "document": DOCUMENT,
        "weights": {
            **identity(estimator.record),
            "dimension": output.dimension,
            "mirrored": output.mirrored,
        },
        "detector": {**identity(detector.record), "options": dict(options)} if detector else None,
        "device": device,
        "unit": "percent",
        "protocol": PROTOCOL,
        "sets": documents,
        "templates": templates,
        "files": {kind: str(path) for kind, path in files.items()},
    }
    write_document(files["scores"], document)
    return document


def _predictions(
    name: str,
    pairs: VerificationPairs,
    estimator: Embeds,
    detector: Detector | None,
    out: Path,
    options: Mapping[str, Any],
    device: str,
    stability: bool,
    progress: Progress | None,
) -> tuple[EmbeddingPredictions, Path]:
    finder = None if pairs.aligned else detector
    facts = deciding_facts([], estimator, finder, options, device, "aligned")
    return arrays_or_load(
        out / "predictions",
        f"{name}-{estimator.record.name}-embeddings",
        facts
        | {
            "task": "recognition",
            "listing": pictures_digest(pairs.pictures),
            "stability": stability,
        },
        lambda: predict_embeddings(
            pairs.pictures, estimator, finder, stability=stability, progress=progress
        ),
        EmbeddingPredictions,
    )


def _by_name(sets: Sequence[VerificationPairs]) -> dict[str, VerificationPairs]:
    named: dict[str, VerificationPairs] = {}
    for pairs in sets:
        name, number = pairs.name, 2
        while name in named:
            name, number = f"{pairs.name}-{number}", number + 1
        named[name] = pairs
    return named


def _check_groups(sets: Mapping[str, VerificationPairs], groups: Mapping[str, Groups]) -> None:
    for name, of_set in groups.items():
        if name not in sets:
            raise DataError(f"groups of {name!r}, expected those of one of {', '.join(sets)}")
        for kind, values in of_set.items():
            if len(values) != len(sets[name].pictures):
                raise DataError(
                    f"{name}: got {len(values)} values of {kind} for "
                    f"{len(sets[name].pictures)} pictures, expected one for each"
                )


def _embedding_output(record: WeightRecord) -> EmbeddingOutput:
    output = record.networks[-1].output
    if not isinstance(output, EmbeddingOutput):
        raise RecordError(
            f"weight {record.name} is of task {record.task} and gives {output.kind}, expected a "
            "weight of task recognition"
        )
    return output


def _after(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress over the pictures of all sets, of which so many are done."""
    if progress is None:
        return None
    show = progress
    return lambda done, _: show(before + done, total)


def _write_calibration(
    path: Path, name: str, pairs: VerificationPairs, scored: SetScores, found: MatchCalibration
) -> None:
    """The table `calibration` of a weight record."""
    counts = scored.document["calibration"]
    record = Calibration(
        protocol=f"{name}: {counts['genuine']} genuine and {counts['impostor']} impostor pairs of "
        f"{len(pairs.pictures)} pictures, {'aligned' if pairs.aligned else 'found by a detector'}",
        thresholds=found.thresholds,
        slope=found.slope,
        offset=found.offset,
    )
    try:
        path.write_text(to_toml({"calibration": record.model_dump(mode="json")}), encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _write_worst(path: Path, pairs: VerificationPairs, found: SetScores, count: int) -> None:
    def tile(place: int) -> PairTile:
        one, other = (int(number) for number in pairs.pairs[place])
        score = found.values[place]
        words = "no face" if score == FAILED else f"{score:.3f}"
        names = pairs.names or {one: str(one), other: str(other)}
        return PairTile(
            f"{words}  {names[one][-14:]} | {names[other][-14:]}",
            (pairs.pictures[one], pairs.pictures[other]),
        )

    genuine, impostor = worst_pairs(found.values, pairs.same, count)
    write_pair_sheet(
        path,
        [
            ("one person, lowest scores", [tile(place) for place in genuine]),
            ("two people, highest scores", [tile(place) for place in impostor]),
        ],
    )
