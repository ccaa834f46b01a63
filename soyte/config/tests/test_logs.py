"""One form of log lines, and no person in them."""

import io
import json
import logging

import pytest
import structlog


@pytest.fixture
def told():
    """The lines that the root handler's formatter makes while the test runs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.getLogger().handlers[0].formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


@pytest.mark.parametrize("logger", [structlog.get_logger("soyte.test"), logging.getLogger("another.library")])
def test_a_fault_is_told_by_its_class_and_place_and_not_by_its_message(told, logger):
    try:
        raise ValueError("Key (number)=(001190000001) of Nguyễn Văn Bí exists")
    except ValueError:
        logger.exception("it failed")
    (line,) = told()
    assert line["event"] == "it failed"
    assert line["level"] == "error"
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["frames"][0]
    assert "001190000001" not in json.dumps(line) and "Bí" not in json.dumps(line, ensure_ascii=False)
