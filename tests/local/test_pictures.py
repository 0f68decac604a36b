"""The documents' picture is the one that the report shows of the deployed samples."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tests.support import documents, pictures


def test_the_picture_of_the_documents_shows_the_samples_as_they_are_deployed():
    assert pictures.FILE.read_text() == pictures.drawn(), f"{pictures.FILE.name} is stale: run `{documents.COMMAND}`"


def test_the_picture_is_in_the_documents_with_words_for_who_cannot_see_it():
    used = {
        document.name: re.findall(r"!\[([^\]]+)\]\(([^)]*samples\.svg)\)", document.read_text())
        for document in documents.DOCUMENTS
    }
    assert {name for name, found in used.items() if found} == {"README.md", "architecture.md"}
    assert all(len(words) > 60 for found in used.values() for words, _ in found)


def test_the_picture_is_whole_by_itself():
    drawn = ElementTree.parse(pictures.FILE).getroot()
    names = {element.tag.rpartition("}")[2] for element in drawn.iter()}
    assert "style" in names
    assert not names & {"a", "script", "image", "use", "foreignObject"}
    assert not re.search(r"url\(|@import|href", pictures.FILE.read_text())
