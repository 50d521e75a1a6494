"""`/v1/gallery/...`: enrol people, find them again, forget them for good."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from lineament.gallery.results import Candidate
from lineament.server.access import key_name, needs
from lineament.server.answers import (
    EnrolmentData,
    ForgottenData,
    GalleryState,
    People,
    PersonWithTemplates,
    SearchAnswer,
)
from lineament.server.form import form_body
from lineament.server.gallery_forms import PRINTED, EnrolForm, SearchForm
from lineament.server.gallery_work import (
    Asker,
    largest_candidate,
    searched_face,
    unknown_id,
)
from lineament.server.json_response import encoded, json_response
from lineament.server.photo_workers import Photo, Work
from lineament.server.problem import declared
from lineament.server.service import service_of
from lineament.server.taken import taken, taken_form

router = APIRouter(prefix="/v1/gallery", tags=["gallery"])

EMBEDDING = Work(("embedding",))
OF_PICTURES = declared(404, 408, 413, 415, 422, 429, 507)
OF_IDS = declared(404, 422, 429, 507)

PersonId = Annotated[str, Path(description="id of a person", pattern="^[0-9a-f]{32}$")]
TemplateId = Annotated[str, Path(description="id of a template", pattern="^[0-9a-f]{32}$")]


def _asker(request: Request) -> Asker:
    return Asker(key_name(request), getattr(request.state, "request_id", None))


@router.get(
    "",
    operation_id="gallery",
    summary="Say what the gallery is",
    response_model=GalleryState,
    responses=declared(404),
    dependencies=[needs("search")],
)
async def gallery(request: Request) -> Response:
    own = service_of(request).required_gallery.gallery
    return json_response(encoded(await asyncio.to_thread(lambda: own.info().to_dict())))


@router.post(
    "/enrol",
    operation_id="enrol",
    summary="Enrol a person, or further pictures of one",
    response_model=EnrolmentData,
    responses=OF_PICTURES,
    openapi_extra=form_body(EnrolForm),
    dependencies=[needs("enrol")],
)
async def enrol(request: Request) -> Response:
    own = service_of(request).required_gallery
    async with taken_form(request, EnrolForm) as (form, service):

        def candidate(photo: Photo) -> Candidate | None:
            return largest_candidate(photo, keep_thumbnail=form.keep_thumbnails)

        candidates = await service.workers.look(form.pictures, EMBEDDING, candidate)
        done = await asyncio.to_thread(own.enrol, form, candidates, _asker(request))
    return json_response(encoded(done.to_dict()))


@router.post(
    "/search",
    operation_id="search",
    summary="Say whom the faces of a picture resemble",
    response_model=SearchAnswer,
    responses=OF_PICTURES,
    openapi_extra=form_body(SearchForm),
    dependencies=[needs("search")],
)
async def search(request: Request) -> Response:
    own = service_of(request).required_gallery
    async with taken_form(request, SearchForm) as (form, service):

        def seen(photo: Photo) -> tuple[int, int, Photo]:
            height, width = photo.image.shape[:2]
            return width, height, photo

        ((width, height, photo),) = await service.workers.look([form.picture], EMBEDDING, seen)
        embeddings = [face.embedding for face in photo.faces if face.embedding]
        found = await asyncio.to_thread(own.search, form, embeddings, _asker(request))
        faces = [searched_face(*each) for each in zip(photo.faces, found, strict=True)]
    return json_response(encoded({"width": width, "height": height, "faces": faces}))


@router.get(
    "/people",
    operation_id="people",
    summary="List the people",
    response_model=People,
    responses=declared(404, 422, 429),
    dependencies=[needs("search")],
)
async def people(
    request: Request,
    tag: Annotated[
        list[Annotated[str, Query(min_length=1, max_length=64, pattern=PRINTED)]],
        Query(description="people with one of these tags", max_length=16),
    ] = [],  # noqa: B006 (FastAPI copies it)
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    own = service_of(request).required_gallery
    with taken(request):
        page, total = await asyncio.to_thread(own.people, tag, offset, limit)
    listed = [person.to_dict() for person in page]
    return json_response(encoded({"people": listed, "total": total}))


@router.get(
    "/people/{person}",
    operation_id="person",
    summary="Show a person and what is enrolled of them",
    response_model=PersonWithTemplates,
    responses=declared(404, 422, 429),
    dependencies=[needs("search")],
)
async def person(request: Request, person: PersonId) -> Response:
    own = service_of(request).required_gallery
    with taken(request):
        known, templates = await asyncio.to_thread(own.person, person)
    told = {"person": known.to_dict(), "templates": [each.to_dict() for each in templates]}
    return json_response(encoded(told))


@router.delete(
    "/people/{person}",
    operation_id="forget_person",
    summary="Forget a person for good",
    response_model=ForgottenData,
    responses=OF_IDS,
    dependencies=[needs("forget")],
)
async def forget_person(request: Request, person: PersonId) -> Response:
    own = service_of(request).required_gallery
    with taken(request):
        gone = await asyncio.to_thread(own.forget_person, person, _asker(request))
    return json_response(encoded(gone.to_dict()))


@router.delete(
    "/templates/{template}",
    operation_id="forget_template",
    summary="Forget one picture of a person for good",
    response_model=ForgottenData,
    responses=OF_IDS,
    dependencies=[needs("forget")],
)
async def forget_template(request: Request, template: TemplateId) -> Response:
    own = service_of(request).required_gallery
    with taken(request):
        gone = await asyncio.to_thread(own.forget_template, template, _asker(request))
    return json_response(encoded(gone.to_dict()))


@router.get(
    "/templates/{template}/thumbnail",
    operation_id="thumbnail",
    summary="Show the small picture that was kept of a template",
    response_class=Response,
    responses={
        **declared(404, 422, 429),
        200: {
            "description": "a JPEG",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
    dependencies=[needs("search")],
)
async def kept_thumbnail(request: Request, template: TemplateId) -> Response:
    own = service_of(request).required_gallery
    with taken(request):
        picture = await asyncio.to_thread(own.gallery.thumbnail, template)
    if picture is None:
        raise unknown_id("picture: the template is unknown, or none was kept of it; a template")
    return Response(picture, media_type="image/jpeg")
