"""API keys and who may do what."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import pytest
from command_line import CommandLine
from stand_in_server import EMPTY, asker, problem_of, small_service

from lineament.errors import ConfigError
from lineament.server.keys import SCOPES, add_key, load_keys


def test_a_key_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    door = add_key(path, "door", ["analyze"])
    desk = add_key(path, "desk", ["enrol", "forget", "forget"])
    text = path.read_text()
    assert door not in text and desk not in text and door[4:20] not in text
    assert path.stat().st_mode & 0o777 == 0o600
    file = load_keys(path)
    assert file.holder(door) == file.keys[0] and file.holder(desk) == file.keys[1]
    assert file.keys[1].scopes == {"enrol", "forget"}
    assert file.holder(door[:-1]) is None and file.holder("") is None
    assert file.holder("ключ") is None
    assert file.keys[0].salt != file.keys[1].salt


def test_every_entry_is_compared_in_constant_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.toml"
    keys = [add_key(path, f"k{number}", ["analyze"]) for number in range(3)]
    file = load_keys(path)
    compared = []
    plain = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(1) or plain(a, b))
    assert file.holder(keys[0]) and len(compared) == 3
    assert file.holder("wrong") is None and len(compared) == 6


def test_wrong_key_files(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    with pytest.raises(ConfigError, match="cannot read"):
        load_keys(path)
    path.write_text("")
    with pytest.raises(ConfigError, match="serve-key"):
        load_keys(path)
    path.write_text('[[keys]]\nname = "a"\nkey = "plain"\n')
    with pytest.raises(ConfigError, match="unknown key 'key'"):
        load_keys(path)
    path.unlink()
    add_key(path, "a", ["analyze"])
    with pytest.raises(ConfigError, match="already has"):
        add_key(path, "a", ["analyze"])
    with pytest.raises(ConfigError, match="the scopes are analyze, verify"):
        add_key(path, "b", ["analyse"])
    with pytest.raises(ConfigError, match="name"):
        add_key(path, 'x"\n[[keys]]', ["analyze"])
    path.write_text(path.read_text() * 2)
    with pytest.raises(ConfigError, match="several keys named a"):
        load_keys(path)


def test_the_command_makes_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lineament, path = CommandLine(capsys), tmp_path / "k.toml"
    done = lineament("serve-key", "--keys", path, "--name", "one", "--scope", "search", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    entry = load_keys(path).holder(told["key"])
    assert entry and entry.scopes == {"search"}
    done = lineament("serve-key", "--keys", path, "--name", "one", "--scope", "search")
    assert done.code == 2 and "already has a key" in done.err


def test_scopes(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    keys = {scope: add_key(path, scope, [scope]) for scope in SCOPES}
    service = small_service(tmp_path, keys=load_keys(path))
    person, files = "0" * 32, {"picture": EMPTY}
    two = {"first": EMPTY, "second": EMPTY}
    asked = {
        "analyze": [("POST", "/v1/analyze", files)],
        "verify": [("POST", "/v1/verify", two)],
        "search": [
            ("POST", "/v1/gallery/search", files),
            ("GET", "/v1/gallery", None),
            ("GET", "/v1/gallery/people", None),
            ("GET", f"/v1/gallery/people/{person}", None),
            ("GET", f"/v1/gallery/templates/{person}/thumbnail", None),
        ],
        "enrol": [("POST", "/v1/gallery/enrol", {"pictures": EMPTY})],
        "forget": [
            ("DELETE", f"/v1/gallery/people/{person}", None),
            ("DELETE", f"/v1/gallery/templates/{person}", None),
        ],
        "metrics": [("GET", "/metrics", None)],
    }
    assert set(asked) == set(SCOPES)
    with asker(service) as http:
        for scope, operations in asked.items():
            for method, path_, sent in operations:
                answer = http.request(method, path_, files=sent)
                assert "Authorization: Bearer" in problem_of(answer, 401)
                assert answer.headers["www-authenticate"] == "Bearer"
                for other, key in keys.items():
                    headers = {"Authorization": f"Bearer {key}"}
                    answer = http.request(method, path_, files=sent, headers=headers)
                    if other == scope:
                        assert answer.status_code in (200, 404, 422), answer.text
                    else:
                        assert f"expected {scope}" in problem_of(answer, 403)
        for value in ("Bearer", "Bearer wrong", f"Basic {keys['analyze']}", "Bearer \xff"):
            answer = http.post(
                "/v1/analyze", files=files, headers={"Authorization": value.encode("latin-1")}
            )
            problem_of(answer, 401)
        assert http.get("/health").status_code == 200
        assert http.get("/openapi.json").status_code == 200
        assert http.get("/v1/models").status_code == 401
        named = {"Authorization": f"Bearer {keys['forget']}"}
        assert http.get("/v1/models", headers=named).status_code == 200
