"""The README's example runs."""

import re
from pathlib import Path

import pytest

import keelmark.risk

README = Path(keelmark.risk.__file__).parent / "README.md"


def test_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Every block of Python, with its own assertions."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    for block in blocks:
        exec(compile(block, str(README), "exec"), {})
    assert capsys.readouterr().out == "[('CRYPTO', 'UNCONFIRMED')]\n"
