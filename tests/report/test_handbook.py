"""The handbook says what was agreed, to somebody who was not there."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree

import pytest

from syncd import plugins
from syncd.config import Config, load
from syncd.report.handbook import html, markdown

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The configuration that `syncd init` writes."""
    folder = tmp_path_factory.mktemp("home") / "config"
    copytree(CONFIG, folder)
    return load(folder, plugins.found().specs)


def test_it_has_every_word_point_and_promise(config: Config) -> None:
    text = markdown(config)

    assert "* mql: A lead whose fit and interest pass the agreed score" in text
    assert "| company_size is at least 10 and at most 500 | +30 |" in text
    assert "first_contact (sales): from assigned to contact attempt in 1 open hour for high intent" in text
    assert "disposition Rejected-Nurture, with a reason in disposition_reason: the lead goes to nurture." in text


def test_a_draft_says_who_has_not_signed(config: Config) -> None:
    assert "A draft: marketing and sales have not signed it yet." in markdown(config)


def test_as_a_page_it_needs_nothing_from_elsewhere_and_runs_nothing(config: Config) -> None:
    page = html(config)

    assert page.count("<table>") == 3
    assert not re.search(r"<script|https?://|<link|<img", page)


def test_what_somebody_wrote_into_the_agreement_is_text_and_no_markup(tmp_path: Path) -> None:
    copytree(CONFIG, tmp_path / "config")
    file = tmp_path / "config" / "agreement.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("A contact we can identify", "<b>A</b> contact"), encoding="utf-8")

    page = html(load(tmp_path / "config", plugins.found().specs))

    assert "&lt;b&gt;A&lt;/b&gt; contact" in page
