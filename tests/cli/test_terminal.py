"""What commands say beside their answer goes to standard error, whichever that is at the moment."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from finwatch.cli.terminal import log_aside


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_log_outlives_the_stream_it_began_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    log_aside()
    log = structlog.get_logger()
    log.warning("one")
    monkeypatch.setattr("sys.stderr", second)
    first.close()
    log.warning("two")
    assert "two" in second.getvalue()
    assert capsys.readouterr().out == ""


def test_an_error_is_said_in_the_language_of_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from finwatch.cli.main import main

    empty = tmp_path / "empty.txt"
    empty.touch()
    for language, said in (("zh", "是空文件。"), ("en", "is empty.")):
        monkeypatch.setattr("sys.argv", ["finwatch", "policy", str(empty), "--lang", language])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
