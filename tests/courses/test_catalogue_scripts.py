"""What the built-in lessons say, checked without speaking a word: only the slow tier listens to all of it."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from courses.catalogue.building import _narrate, _write_quiz, captions_of
from courses.catalogue.readings import READINGS, as_heard
from courses.catalogue.script import Script, read_script
from courses.catalogue.shelf import COURSES, read_course, source_of
from courses.quiz.reading import read_sheet
from lms.plans import reading

CLASS_HOUR_SECONDS = 2700
HERE = Path(__file__).parent
LESSONS = [lesson for name in COURSES for lesson in read_course(name).lessons]
ELDERLY = read_course("p03/elderly_care")
# Simplified characters that the old character set GB 2312 lacks.
LATER = set("啰粿·")


@cache
def script_of(lesson: str) -> Script:
    return read_script(source_of(lesson))


def sentences(script: Script) -> list[str]:
    return [sentence.shown for slide in script.slides for sentence in slide.sentences]


def characters(script: Script) -> int:
    return sum(len(sentence.spoken) for slide in script.slides for sentence in slide.sentences)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_whole(lesson: str) -> None:
    """Sabotage: leave a slide empty, a brace open, or a quiz with four questions."""
    script = script_of(lesson)
    assert script.form in ("video", "audio")
    assert 0 < len(script.title) <= 60
    for slide in script.slides:
        assert slide.title and slide.sentences and bool(slide.points) != bool(slide.table), slide.title
        assert all(0 < len(point) <= 30 for point in slide.points), slide.title
    assert not [text for text in sentences(script) if re.search(r"[{}|\[\]！!]", text)]
    assert len(script.questions) == 5


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_quiz_passes_the_reader_of_uploads(lesson: str, tmp_path: Path) -> None:
    """Every answer is one of the options and every question says why. Sabotage: answer E, or two for a 单选."""
    script = script_of(lesson)
    _write_quiz(script.questions, tmp_path / "quiz.xlsx")
    quiz, findings = read_sheet(tmp_path / "quiz.xlsx")
    assert len(quiz.questions) == 5
    assert [finding.level for finding in findings] == ["found"]
    assert all(question.explanation for question in quiz.questions)


@pytest.mark.parametrize("lesson", LESSONS)
def test_its_characters_are_simplified(lesson: str) -> None:
    """Sabotage: write 護理 in a script."""
    text = set(source_of(lesson).read_text("utf-8")) - LATER
    assert not {letter for letter in text if not _simplified(letter)}


def _simplified(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_is_left_that_the_voice_would_spell(lesson: str) -> None:
    """Letters and digits are read in English or as one large number. Sabotage: say 打 120 without braces."""
    for slide in script_of(lesson).slides:
        for sentence in slide.sentences:
            assert not re.search(r"[A-Za-z0-9]", re.sub(r"\[\[[^]]*\]\]", "", sentence.spoken)), sentence.shown


@pytest.mark.parametrize("lesson", LESSONS)
def test_captions_fit_a_phone(lesson: str) -> None:
    """Sabotage: write a list of fifty characters without a comma."""
    for text in sentences(script_of(lesson)):
        assert max(len(cue.text) for cue in captions_of(text, 0, 10_000)) <= 45, text


def test_every_plan_that_learns_at_a_distance_has_a_lesson() -> None:
    """Sabotage: take a course off the shelf."""
    wanted = {sheet.code for sheet in reading.sheets().values() if sheet.remotes}
    known = set(reading.programmes())
    taught = {read_course(name).programme_code for name in COURSES}
    assert taught <= known
    assert {code.partition("-")[0] for code in taught} == wanted


def test_titles_differ_within_a_programme() -> None:
    """A package is known again by its title. Sabotage: copy a folder."""
    titles = Counter((read_course(name).programme_code, read_course(name).title) for name in COURSES)
    assert set(titles.values()) == {1}


def test_every_script_is_on_the_shelf() -> None:
    """Sabotage: forget a new course in COURSES."""
    catalogue = source_of("p06/rural_ecommerce").parents[2]
    found = {str(path.parent.relative_to(catalogue)) for path in catalogue.rglob("lesson.toml")}
    assert found == set(LESSONS)


def test_the_course_of_care_never_repeats_itself() -> None:
    """The time is sold as learning. Sabotage: paste a paragraph a second time."""
    said = Counter(text for lesson in ELDERLY.lessons for text in sentences(script_of(lesson)) if len(text) >= 20)
    assert not [text for text, times in said.items() if times > 1]


def measured() -> dict[str, tuple[int, int]]:
    """Characters and probed seconds of each lesson as it was built; measure again where a script has changed."""
    rows = [line.split("\t") for line in (HERE / "elderly_care.tsv").read_text("utf-8").splitlines()[1:]]
    return {lesson: (int(letters), int(seconds)) for lesson, letters, seconds in rows}


def test_the_course_of_care_yields_ten_class_hours() -> None:
    """Sabotage: drop a lesson, or shorten one without measuring again."""
    table = measured()
    assert list(table) == list(ELDERLY.lessons)
    for lesson, (letters, seconds) in table.items():
        assert characters(script_of(lesson)) == letters, f"measure {lesson} again"
        assert 900 <= seconds <= 2400, lesson
    assert sum(seconds for _, seconds in table.values()) >= 10 * CLASS_HOUR_SECONDS + 300


@pytest.mark.slow
@pytest.mark.parametrize("lesson", ELDERLY.lessons)
def test_it_lasts_as_long_as_the_table_says(lesson: str, tmp_path: Path) -> None:
    """Sabotage: read faster."""
    lengths, _ = _narrate(script_of(lesson), tmp_path / "narration.wav", lambda _percent, _words: None)
    assert abs(sum(lengths) / 1000 - measured()[lesson][1]) <= 2


def test_words_are_read_as_people_say_them() -> None:
    """The longer word wins. Sabotage: sort READINGS by the alphabet."""
    assert as_heard("他咳嗽，量血压") == "他咳嗽，良血压"
    assert as_heard("能咳就咳") == "能壳就壳"
    assert "[[" in as_heard("胸口") and "[[" not in as_heard("口")
    words = list(READINGS)
    for place, word in enumerate(words):
        assert not any(longer.startswith(word) for longer in words[place + 1 :]), word
