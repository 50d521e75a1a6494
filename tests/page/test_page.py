"""The web page in headless Chromium, against running servers with a gallery of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import cv2
import pytest
from page import page_servers

pytest.importorskip("fastapi", reason="the extra server is not installed")
pytest.importorskip("pymilvus", reason="the extra gallery is not installed")

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
LIMIT_SECONDS = 580


@pytest.mark.skipif(page_servers.missing() is not None, reason=str(page_servers.missing()))
def test_page_in_chromium(tmp_path: Path) -> None:
    from lineament.server.keys import add_key

    keys = tmp_path / "keys.toml"
    tiff = tmp_path / "astronaut.tiff"
    image = cv2.imread(str(EXAMPLES / "astronaut.jpg"))
    assert image is not None
    assert cv2.imwrite(str(tiff), image)
    key = add_key(keys, "page", ["analyze", "search", "enrol", "forget"])
    with (
        page_servers.running("--gallery", str(tmp_path / "gallery.db")) as (server, _),
        page_servers.running("--keys", str(keys)) as (keyed, keyed_id),
    ):
        done = node(
            "page.test.mjs",
            LINEAMENT_SERVER=server,
            LINEAMENT_KEYED_SERVER=keyed,
            LINEAMENT_KEYED_PID=str(keyed_id),
            LINEAMENT_KEY=key,
            LINEAMENT_TIFF=str(tiff),
            LINEAMENT_EXAMPLES=str(EXAMPLES),
            LINEAMENT_CHROMIUM=str(page_servers.chromium()),
        )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "\n# pass 0" not in done.stdout


@pytest.mark.skipif(page_servers.node() is None, reason="node is not installed")
def test_modules_that_need_no_page() -> None:
    done = node("words.test.mjs")
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def node(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(page_servers.node()), "--test", "--test-reporter=tap", script],
        cwd=HERE,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
