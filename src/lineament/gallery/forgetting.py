"""Deleting people and templates, and proving that they are gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from lineament.errors import GalleryError
from lineament.gallery.people import People
from lineament.gallery.results import Forgotten
from lineament.gallery.templates import StoredTemplate, Templates

_PEOPLE_A_CALL = 16
_TEMPLATES_A_SEARCH = 500
_NEAREST = 3
_LOG = logging.getLogger(__name__)


def forget_people(people: People, templates: Templates, ids: Sequence[str]) -> Forgotten:
    """Delete people with all templates.

    Raises:
        GalleryError: something of them was found afterwards.
    """
    gone: list[str] = []
    for first in range(0, len(ids), _PEOPLE_A_CALL):
        some = ids[first : first + _PEOPLE_A_CALL]
        theirs = templates.of_people(some)
        templates.delete_people(some, [each.id for each in theirs])
        people.delete(some)
        _prove(templates, theirs)
        left = people.there(some, consistency="Strong")
        if left or templates.of_people(some):
            raise GalleryError(
                f"people {', '.join(sorted(left) or some)} were deleted and are still found: "
                "somebody enrols them at the same time, or the store is damaged; forget them again"
            )
        gone += [each.id for each in theirs]
    return Forgotten(tuple(ids), tuple(gone), _erased(people, templates) if ids else True)


def forget_template(people: People, templates: Templates, template: str) -> Forgotten:
    """Delete one template, and its person where it was the last one.

    Raises:
        GalleryError: there is none, or it was found afterwards.
    """
    found = templates.get([template])
    if not found:
        raise GalleryError(
            f"no template has the id {template!r}; `lineament gallery people --templates` lists "
            "all ids"
        )
    owner = people.get([found[0].person]).get(found[0].person)
    if owner is not None:
        left = owner.without([template])
        if not templates.there(left.templates, consistency="Strong"):
            return forget_people(people, templates, [owner.id])
        people.put([left])
    templates.delete([template])
    _prove(templates, found)
    return Forgotten((), (template,), _erased(people, templates))


def _prove(templates: Templates, deleted: Sequence[StoredTemplate]) -> None:
    """Read and search for what was deleted."""
    for first in range(0, len(deleted), _TEMPLATES_A_SEARCH):
        some = deleted[first : first + _TEMPLATES_A_SEARCH]
        ids = {each.id for each in some}
        found = templates.there(list(ids), consistency="Strong")
        vectors = np.stack([each.vector for each in some])
        for hits in templates.search(vectors, _NEAREST, consistency="Strong"):
            found |= ids & {hit.id for hit in hits}
        if found:
            raise GalleryError(
                f"templates {', '.join(sorted(found))} were deleted and are still found; the "
                "store is damaged: export the gallery without them and import it into a new one"
            )


def _erased(people: People, templates: Templates) -> bool:
    """Rewrite the store's files. That the deleted is not found any more does not depend on it."""
    try:
        return templates.purge() and people.purge()
    except GalleryError as error:
        _LOG.warning("the store did not rewrite its files yet: %s", error)
        return False
