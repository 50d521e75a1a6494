"""`/v1/analyze` and `/v1/verify`: pictures in, what they show out, and nothing kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lineament.cli.output import SCHEMA
from lineament.cli.verify_report import Picture, missing, report
from lineament.recognition.match import match, threshold_for
from lineament.server.access import needs
from lineament.server.analysis_forms import AnalyzeForm, VerifyForm
from lineament.server.answers import FoundFaces, Verification
from lineament.server.form import form_body
from lineament.server.json_response import encoded, json_response
from lineament.server.photo_workers import Photo, Work
from lineament.server.problem import declared
from lineament.server.taken import taken_form

router = APIRouter(tags=["pictures"])

OF_PICTURES = declared(408, 413, 415, 422, 429)


@router.post(
    "/v1/analyze",
    operation_id="analyze",
    summary="Find the faces of a picture",
    response_model=FoundFaces,
    responses=OF_PICTURES,
    openapi_extra=form_body(AnalyzeForm),
    dependencies=[needs("analyze")],
)
async def analyze(request: Request) -> Response:
    async with taken_form(request, AnalyzeForm) as (form, service):
        analyzer = service.workers.analyzer.only(form.heads)
        weights = {task: record.name for task, record in analyzer.records.items()}

        def written(photo: Photo) -> bytes:
            height, width = photo.image.shape[:2]
            faces = [face.to_dict() for face in photo.faces]
            return encoded(
                {
                    "schema": SCHEMA,
                    "width": width,
                    "height": height,
                    "weights": weights,
                    "faces": faces,
                }
            )

        work = Work(analyzer.heads, form.min_score)
        (body,) = await service.workers.look([form.picture], work, written)
    return json_response(body)


@router.post(
    "/v1/verify",
    operation_id="verify",
    summary="Say whether two pictures show one person",
    response_model=Verification,
    responses=OF_PICTURES,
    openapi_extra=form_body(VerifyForm),
    dependencies=[needs("verify")],
)
async def verify(request: Request) -> Response:
    async with taken_form(request, VerifyForm) as (form, service):
        weight = service.workers.analyzer.records["recognition"]
        if weight.calibration:
            threshold_for(weight.calibration, form.fmr)
        faces = await service.workers.look(
            [form.first, form.second], Work(("embedding",)), lambda photo: photo.faces
        )
        pictures = [Picture(*each) for each in zip(("first", "second"), faces, strict=True)]
        one, other = (picture.taken for picture in pictures)
        result = None
        if one and other and one.embedding and other.embedding:
            result = match(one.embedding, other.embedding, weight.calibration, form.fmr)
        reason = missing(pictures, weight, "start the server with a lower --min-score")
    return json_response(encoded(report(weight.identifier, pictures, result, reason)))
