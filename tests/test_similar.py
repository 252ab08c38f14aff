"""Approved answers: found by meaning and words, kept on disk, the same in training and in chat."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace
from zlib import crc32

import numpy
import pytest

from chatbot.client import BackendError
from chatbot.flows import approved, asking, evaluate, finetune, schedule, similar
from chatbot.flows.evaluate import rows_of
from chatbot.flows.finetune import UNKNOWN_EVERY, training_files
from chatbot.prompting import DSA, chat_messages, completion_prompt, training_line
from chatbot.prompting.phrases import PHRASES
from chatbot.prompting.similar import Index, Neighbour, Vectors
from chatbot.prompting.spelling import mended, words_of
from chatbot.prompting.words import terms
from chatbot.records import DataError, Example, Turn
from chatbot.settings import ROOT
from chatbot.store import answer_files, dataset_files, datasets, models
from tests.evals.company import facts, follow_lines, outside, training_lines

MODEL = "ft:base:local:shop:ab12"


def examples(company: str) -> list[Example]:
    return [Example(question, fact.answer, source=company) for fact in facts(company) for question in fact.training]


class Embedder:
    """In place of the client: texts are near each other when they share words. `broken` refuses."""

    def __init__(self):
        self.broken = False
        self.asked = []

    def embed(self, model, texts):
        if self.broken:
            raise BackendError("no embeddings", 404)
        self.asked += texts
        sums = numpy.array([sum(map(direction, terms(text)), direction("")) for text in texts])
        return (sums / numpy.linalg.norm(sums, axis=1, keepdims=True)).tolist()


def direction(term: str):
    return numpy.random.default_rng(crc32(term.encode())).standard_normal(256)


@pytest.fixture
def backend(house):
    house.__dict__["client"] = Embedder()
    return house.client


@pytest.fixture
def trained(house, backend):
    """A model with the approved answers of Kestrel Bikes."""
    models.add_run(house.store, persona=DSA, job_id="ftjob-1", dataset_sha256="", base_model="base", style="chat", suffix="")
    models.finish_run(house.store, "ftjob-1", MODEL)
    similar.keep(house, "ftjob-1", similar.learn(house, examples("kestrel")))
    return MODEL


@pytest.mark.parametrize("company, least", [("kestrel", 0.75), ("qinghe", 0.95)])
def test_words_alone_find_most_answers(company, least):
    index = Index.of(examples(company))
    asked = [(question, fact.answer) for fact in facts(company) for question in fact.held_out]
    first = [index.search(question).neighbours[0].answer == answer for question, answer in asked]
    assert sum(first) >= least * len(asked)


def test_an_answer_comes_once_with_the_phrasing_that_fits_best():
    found = Index.of(examples("kestrel")).search("Do you rent out cargo bikes?")
    assert found.neighbours[0].question == "Do you rent out cargo bikes?" and found.neighbours[0].source == "kestrel"
    assert len({each.answer for each in found.neighbours}) == len(found.neighbours) <= 3
    assert found.confidence > 0.9 > 0.2 > Index.of(examples("kestrel")).search("Who is the president of France?").confidence


def test_equals_stand_in_the_order_of_the_file():
    index = Index.of([Example("the price", f"answer {n}") for n in range(5)])
    assert [each.answer for each in index.search("price").neighbours] == ["answer 0", "answer 1", "answer 2"]


def test_a_greeting_is_nothing_to_look_up():
    index = Index.of(examples("kestrel"))
    assert index.search("Hello, how are you?").chatter and index.search("你好！").chatter
    assert not index.search("Hello, do you have panniers?").chatter


def test_nothing_is_found_where_nothing_is():
    assert Index.of([]).search("anything").neighbours == ()
    assert Index.of(examples("kestrel")).search("qwertz").neighbours == ()


def test_an_index_survives_on_disk(house, trained):
    made = similar.learn(house, examples("kestrel"))
    kept = approved.index_of(house, trained)
    for question in ("how much is a trailer", "can i pay cash"):
        vector = numpy.array(house.client.embed("", [question])[0], "f4")
        assert kept.search(question, vector) == made.search(question, vector)
    assert isinstance(kept.vectors.short, numpy.memmap)


def test_an_index_of_an_earlier_release_is_looked_through_anew():
    made = Index.of(examples("kestrel"))
    old = {name.replace("words-", "lexicon-"): array for name, array in made.arrays().items() if name != "spellings"}
    kept = Index.from_arrays(made.examples, old)
    assert kept.search("how much is a trailer") == made.search("how much is a trailer") != Index.of([]).search("how much is a trailer")


def test_without_embeddings_words_decide(house, backend, trained, caplog):
    backend.broken = True
    found = similar.find(house, approved.index_of(house, trained), "Do you have a dog trailer?")
    assert "13 euros" in found.neighbours[0].answer and "by its words alone" in caplog.text


def test_a_follow_up_is_read_with_the_question_before_it(house, trained):
    index = approved.index_of(house, trained)
    said = (Turn("user", "Do you rent trailers for children?"), Turn("assistant", "Yes."))
    found = similar.find(house, index, "and what about the price?", said)
    assert "16 euros" in found.neighbours[0].answer


def test_a_follow_up_finds_its_own_answer_not_the_one_before(house):
    """With the real embeddings. Embedded as one text with the question before it, four of these find that one's answer again."""
    index = similar.learn(house, examples("solara"))
    rows = [row for row in rows_of(follow_lines("solara").encode()) if row.answer]
    best = [similar.find(house, index, row.question, row.history).neighbours[0].answer for row in rows]
    assert sum(answer == row.answer for answer, row in zip(best, rows)) >= 17
    assert sum(answer == row.history[1].text != row.answer for answer, row in zip(best, rows)) <= 2


def test_another_matter_is_not_read_with_the_question_before_it(house, trained):
    index, said = approved.index_of(house, trained), (Turn("user", "Do you rent trailers for children?"), Turn("assistant", "Yes."))
    for question in ("who won the world cup?", "谁赢了世界杯？"):
        assert similar.find(house, index, question, said) == similar.find(house, index, question)


def test_nothing_is_embedded_in_vain(house, backend, trained):
    index, said = approved.index_of(house, trained), (Turn("user", "Do you rent trailers for children?"), Turn("assistant", "Yes."))
    backend.asked.clear()
    similar.find(house, index, "租一辆车多少钱？")
    assert backend.asked == [], "the embedding model does not read Chinese"
    similar.find(house, index, "How much is the bike fitting?", said)
    assert backend.asked == ["How much is the bike fitting?"], "it makes sense alone"
    similar.find(house, index, "and what about the price?", said)
    assert len(backend.asked) == 3


@pytest.mark.parametrize("style", ["chat", "completions"])
def test_what_a_server_has_read_stays_the_beginning(house, trained, style):
    """Persona and earlier turns come before the approved answers, which are others with every question."""
    index = approved.index_of(house, trained)
    said = [Turn("user", "Do you rent trailers?"), Turn("assistant", "Yes."), Turn("user", "How much?"), Turn("assistant", "13 euros a day.")]
    texts = []
    for n, question in ((2, "Can I pay cash?"), (4, "Where is the shop?")):
        content = asking.prompt_with(house, index, style, question, MODEL, said[:n]).content
        texts.append(content if isinstance(content, str) else "\n".join(message["content"] for message in content))
    shared = os.path.commonprefix(texts)
    assert DSA.preamble in shared and "Do you rent trailers?" in shared and "Yes." in shared
    assert all(text.index("Can I pay" if n == 0 else "Where is") > len(shared) for n, text in enumerate(texts))
    assert "Approved answers" not in shared and "Known:" not in shared


def test_vectors_of_a_large_set_come_later(house, backend, trained, monkeypatch):
    assert similar.begin(house, examples("kestrel")).vectors is not None
    monkeypatch.setattr(similar, "AT_ONCE", 10)
    index = similar.begin(house, examples("kestrel"))
    assert index.vectors is None and index.search("Do you have a dog trailer?").neighbours, "until then words alone decide"
    similar.keep(house, "ftjob-1", index)
    similar.settle(house, "ftjob-1")
    assert approved.index_of(house, trained).vectors is not None


def test_only_new_texts_get_new_vectors(house, backend):
    known = similar.learn(house, examples("kestrel"))
    backend.asked.clear()
    again = similar.learn(house, [*examples("kestrel"), Example("Do you rent tandems?", "Yes, two of them.")], known)
    assert backend.asked == ["Do you rent tandems?", "Yes, two of them.", "Do you rent tandems? Yes, two of them."]
    assert (again.vectors.questions[:-1] == known.vectors.questions).all() and (again.vectors.both[:-1] == known.vectors.both).all()


def test_a_writer_that_was_killed_leaves_the_old_index(house, trained):
    place = answer_files.folder(house.settings.home, "ftjob-1")
    (place / "2").mkdir()
    (place / "2" / "examples.jsonl").write_text("half a li")
    assert len(approved.index_of(house, trained).examples) == len(examples("kestrel"))
    similar.keep(house, "ftjob-1", similar.learn(house, examples("qinghe")))
    assert approved.index_of(house, trained).examples[0].source == "qinghe"
    assert sorted(path.name for path in place.iterdir() if path.is_dir()) == ["2"]


def test_training_sees_what_chat_will_see(house, backend):
    index = similar.learn(house, examples("kestrel"))
    near = similar.finder(index)
    example = next(each for each in index.examples if each.question == "How much is a child seat?")
    found = near(example)
    assert found[0].answer == example.answer and found[0].question != example.question, "itself is left out"
    assert example.answer not in [each.answer for each in near(example, True)]
    alone = [Example("what is bfs", "level by level"), Example("what is dfs", "deep first"), *index.examples]
    assert similar.finder(similar.learn(house, alone))(alone[0])[0].answer == "level by level", "it has no other source"


@pytest.mark.parametrize("style", ["chat", "completions"])
def test_one_builder_for_training_and_chat(style):
    near = (Neighbour("how much is it", "It is 5 euros.", "", 1.0),)
    example = Example("what does it cost", "5 euros.", (Turn("user", "hi"), Turn("assistant", "Hello.")))
    line = training_line(DSA, example, style, near)
    if style == "chat":
        asked = chat_messages(DSA, example.history, example.question, near)
        assert [{"role": turn["role"], "content": turn["content"]} for turn in line["messages"][:-1]] == asked
        assert asked[: len(asked) - 1] == chat_messages(DSA, example.history, "something else")[:-1], "what is kept read stays"
    else:
        assert line["prompt"] == completion_prompt(DSA, example.history, example.question, near)
        assert "It is 5 euros." in line["prompt"]


def test_some_lines_teach_to_offer_a_person(house, backend):
    known = examples("kestrel")
    files = training_files(known, DSA, "chat", similar.learn(house, known))
    lines = [json.loads(line)["messages"] for line in files.training.splitlines()]
    offers = [line for line in lines if line[-1]["content"] == PHRASES["en"].hand_over]
    n_learnt = len(lines) - len(offers)
    assert len(offers) == -(-n_learnt // UNKNOWN_EVERY)
    assert all("Approved answers:" in line[-2]["content"] for line in lines)


def test_of_many_examples_some_are_practised_and_all_looked_up(house, backend, monkeypatch):
    known, files = examples("kestrel"), {}
    monkeypatch.setattr(schedule, "ENOUGH", len(known) // 3)
    backend.upload = lambda name, content: files.update({name: content.splitlines()})
    backend.models = list
    backend.create_job = lambda base, training, validation, suffix, epochs, rate: SimpleNamespace(id=f"ftjob-{epochs}", model=base)
    finetune.start(house, known, "chat", epochs=2)
    whole = {name: len(lines) for name, lines in files.items()}
    job = finetune.start(house, known, "chat", lineage={"files": []})
    assert models.run_of_job(house.store, job.id).lineage["practised"] == schedule.ENOUGH
    assert job.id == "ftjob-1" and all(len(lines) == pytest.approx(whole[name] / 3, abs=2) for name, lines in files.items())
    assert len(similar.load(house, answer_files.folder(house.settings.home, job.id)).examples) == len(known)


def test_a_prompt_carries_sources_only_when_it_stands_on_them(house, trained):
    sure = asking.prompt_for(house, "Do you rent out cargo bikes?", trained).grounds
    assert sure.fixed is None and "45 euros" in sure.sources[0]["answer"]
    index = replace(approved.index_of(house, trained), vectors=None)
    handed = [asking.prompt_with(house, index, "chat", question, trained).grounds for question in outside("kestrel")]
    unsourced = [each for each in handed if each.fixed == PHRASES["en"].hand_over]
    assert len(unsourced) >= len(handed) / 3 and all(each.sources == [] for each in unsourced)


def test_a_base_model_has_no_approved_answers(house, trained):
    assert approved.index_of(house, "base") is None and asking.prompt_for(house, "hello", "base").grounds is None
    assert evaluate.ways_of(house, "base") == ["tuned"] and len(evaluate.ways_of(house, trained)) == 4


def test_a_model_that_finds_everything_alike_is_as_sure(house, backend):
    index = similar.learn(house, examples("kestrel"))

    def raised(part):
        """Vectors whose scalar products are a third of these, plus two thirds."""
        return numpy.hstack([part.astype("f4") * 3**-0.5, numpy.full((len(part), 1), (2 / 3) ** 0.5, "f4")])

    flat = Vectors.of(*(raised(part) for part in (index.vectors.questions, index.vectors.answers, index.vectors.both)))
    one, other = (replace(index, vectors=each.scaled(index.groups), reads_all=True) for each in (index.vectors, flat))
    blind = replace(other, vectors=flat)
    sure = []
    for question in outside("kestrel"):
        vector = numpy.array(backend.embed("", [question])[0], "f4")
        sure.append([each.search(question, seen).confidence for each, seen in ((one, vector), (other, raised(vector[None])[0]), (blind, raised(vector[None])[0]))])
    known, same, as_they_are = zip(*sure)
    assert same == pytest.approx(known, abs=0.15), "middles of phrasings are scaled to length 1"
    assert numpy.std(as_they_are) < 0.5 * numpy.std(same), "so small differences would tell it nothing"


def test_nobody_can_be_sure_of_two_answers_that_are_as_near(house, backend):
    def asked(*answers: str) -> float:
        index = similar.learn(house, [*(Example("When does the ferry leave?", answer) for answer in answers), Example("Where are you?", "In Tolve.")])
        return similar.find(house, index, "When does the ferry leave?").confidence

    assert asked("In summer at 9:25.") > similar.SURE and asked("In summer at 9:25.", "In summer, it is 9:25.") > similar.SURE
    assert similar.LEAST_SURE < asked("In summer at 9:25.", "In winter at 10:40.") < similar.SURE


def test_answers_that_say_the_same_are_one(house, backend):
    said = ["You can return it within 30 days.", "You can return it, within 30 days!", "You can return it within 14 days."]
    index = similar.learn(house, [*(Example("How do I return it?", answer) for answer in said), Example("Where are you?", "In Tolve.")])
    found = similar.find(house, index, "How do I return it?", everything=True)
    assert [each.answer for each in found.neighbours] == [said[0], said[2], "In Tolve."]
    assert len(replace(index, vectors=None).search("How do I return it?", everything=True).neighbours) == 3, "by words alone nobody can tell"


@pytest.mark.parametrize("yes, no", [("Dogs are allowed.", "Dogs are not allowed."), ("We are open on Sundays.", "We are closed on Sundays."), ("周日营业。", "周日不营业。")])
def test_answers_that_contradict_each_other_are_two(house, backend, yes, no):
    same = numpy.ones((2, 1), "f4")
    index = replace(Index.of([Example("?", yes), Example("??", no)]), vectors=Vectors.of(same, same, same), reads_all=True)
    assert len(index.search("dogs on sundays 周日", same[0], everything=True).neighbours) == 2


def test_one_answer_has_no_scale_of_its_own():
    points = numpy.eye(3, dtype="f4")
    assert Vectors.of(points, points, points).scaled(numpy.zeros(3, int)).scale.tolist() == [0, 1]


def test_vectors_of_another_model_are_made_anew(house, trained, monkeypatch):
    monkeypatch.setattr(approved, "LOOK_EVERY", 0)
    place = answer_files.folder(house.settings.home, "ftjob-1")
    facts = answer_files.current(place)
    another = SimpleNamespace(settings=replace(house.settings, embedding_model="bge-small"), client=house.client)
    similar.save(place, similar.learn(another, examples("kestrel")), facts["data"])
    assert similar.load(another, place).reads_all, "what cannot be known is believed to read all"
    assert similar.load(house, place).vectors is None, "until they are there, words alone decide"
    deadline = time.monotonic() + 30
    while approved.index_of(house, trained).vectors is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert answer_files.current(place)["embedding_model"] == similar.ENGLISH


GERMAN = [Example("Wie lange dauert die Lieferung?", "Eine Bestellung wird innerhalb von drei Werktagen zugestellt."), Example("Kann ich etwas zurückgeben?", "Innerhalb von vierzehn Tagen, wenn die Verpackung unbeschädigt ist.")]


@pytest.mark.parametrize("data, model", [(examples("kestrel"), similar.ENGLISH), (examples("qinghe"), similar.MULTILINGUAL), (GERMAN, similar.MULTILINGUAL)])
def test_the_language_of_the_data_chooses_the_embedding_model(house, backend, data, model):
    index = similar.learn(house, data)
    assert index.embedding_model == model and index.reads_all == (model == similar.MULTILINGUAL)
    house.__dict__["settings"] = replace(house.settings, embedding_model="all-minilm-l6-v2")
    assert similar.learn(house, data).embedding_model == "all-minilm-l6-v2", "unless it is set"


def test_a_large_index_answers_in_time():
    """Small enough to run everywhere; `make eval` measures 100,000."""
    n, random = 5000, numpy.random.default_rng(0)
    index = Index.of([Example(f"question {n} about topic {n % 700}", f"answer {n}") for n in range(n)])
    points = random.standard_normal((n, 64)).astype("f4")
    points /= numpy.linalg.norm(points, axis=1, keepdims=True)
    index = replace(index, vectors=Vectors.of(points, points, points), reads_all=True)
    found = index.search("something near", points[4321])
    assert found.neighbours[0].answer == "answer 4321"


def test_answers_follow_their_dataset(house, backend, monkeypatch):
    monkeypatch.setattr(approved, "LOOK_EVERY", 0)
    report = {"prepared": {"training": ["shop.jsonl"]}}
    fields = {"name": "shop", "filename": "shop.jsonl", "sha256": "", "kind": "chat", "status": "prepared", "format": "chat"}
    dataset = datasets.add(house.store, report=report, **fields)
    place = dataset_files.folder(house.settings.home, dataset.id)
    place.mkdir(parents=True)
    (place / "shop.jsonl").write_text(training_lines("qinghe"), encoding="utf-8")
    run = {"job_id": "ftjob-2", "dataset_id": dataset.id, "dataset_sha256": "", "base_model": "base", "style": "chat", "suffix": ""}
    models.add_run(house.store, persona=DSA, **run)
    models.finish_run(house.store, "ftjob-2", "ft:base:local:dsa:cd34")
    similar.keep(house, "ftjob-2", similar.learn(house, examples("kestrel")), "what it taught before")
    deadline = time.monotonic() + 30
    while approved.index_of(house, "ft:base:local:dsa:cd34").examples[0].source == "kestrel":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    found = approved.index_of(house, "ft:base:local:dsa:cd34").search("你们的店在哪里？")
    assert "柳溪路26号" in found.neighbours[0].answer


def test_a_deleted_model_leaves_no_answers_behind(house, trained):
    assert approved.index_of(house, trained)
    approved.forget(house, trained)
    assert approved.index_of(house, trained) is None and not list((house.settings.home / "answers").iterdir())


def test_answers_deleted_while_their_vectors_are_made_stay_deleted(house, backend, trained):
    place = answer_files.folder(house.settings.home, "ftjob-1")
    similar.save(place, Index.of(examples("kestrel")), "")
    embed = backend.embed

    def deleting(model, texts):
        approved.forget(house, trained)
        return embed(model, texts)

    backend.embed = deleting
    similar.settle(house, "ftjob-1")
    assert approved.index_of(house, trained) is None and not answer_files.current(place)


def test_a_reader_takes_the_index_that_a_writer_puts_in_its_place(house, trained, monkeypatch):
    place, load = answer_files.folder(house.settings.home, "ftjob-1"), answer_files.load

    def overtaken(place, facts):
        monkeypatch.setattr(answer_files, "load", load)
        similar.save(place, similar.learn(house, examples("qinghe")), "")
        return load(place, facts)

    monkeypatch.setattr(answer_files, "load", overtaken)
    assert similar.load(house, place).examples[0].source == "qinghe"


def test_vectors_are_kept_when_the_backend_fails(house, backend, trained, monkeypatch):
    place = answer_files.folder(house.settings.home, "ftjob-1")
    monkeypatch.setattr(approved.dataset_story, "training_examples", lambda *_: [*examples("kestrel"), Example("Do you rent tandems?", "Yes.")])
    monkeypatch.setattr(approved.datasets, "get", lambda *_: None)
    run = models.run_of_model(house.store, trained)
    backend.broken = True
    approved._renew(house, run, place, "newer")
    assert similar.load(house, place).vectors is not None and answer_files.current(place)["data"] == ""
    backend.broken = False
    approved._renew(house, run, place, "newer")
    assert len(similar.load(house, place).examples) == len(examples("kestrel")) + 1


UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import time
import numpy
from chatbot import create_app
from chatbot.flows import approved, finetune, similar
from chatbot.records import Example
from chatbot.store import answer_files
from chatbot.web.offload import offload

house = create_app().extensions["homegrown"]
house.start_jobs = lambda: None
examples = [Example(f"question {n}, is it?", f"answer {n}") for n in range(60)]
right = similar.learn(house, examples).vectors.questions
few = offload(similar.begin, house, examples)
similar.AT_ONCE = 10
job = offload(finetune.start, house, examples, "chat")
place = answer_files.folder(house.settings.home, job.id)
answered, deadline = [], time.monotonic() + 60
while not answer_files.current(place)["vectors"] and time.monotonic() < deadline:
    answered.append(similar.find(house, few, "question 7, is it?").neighbours[0].answer)  # somebody chats meanwhile
late = similar.load(house, place)
print(*(bool(numpy.allclose(each.vectors.questions, right, atol=0.01)) for each in (few, late)), {*answered})
house.close()
"""


def test_vectors_are_made_beside_the_event_loop(tmp_path):
    environment = os.environ | {"HOMEGROWN_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "True True {'answer 7'}\n", done.stderr


def test_a_slip_of_the_keyboard_is_read_as_what_was_meant(house, trained):
    index = approved.index_of(house, trained)
    assert index.words == Index.of(examples("kestrel")).words and "trailer" in index.words
    right = similar.find(house, index, "how much is a trailer")
    assert right.neighbours and similar.find(house, index, "how much is a trialer") == right


def test_without_a_list_of_real_words_nothing_is_mended(house, trained, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(similar.importlib.metadata, "distribution", missing)
    similar._real_words.cache_clear()
    index = approved.index_of(house, trained)
    asked = similar.find(house, index, "how much is a trialer")
    similar._real_words.cache_clear()
    assert asked != similar.find(house, index, "how much is a trailer")


@pytest.mark.parametrize("typed, meant", [("waranty", "warranty"), ("Warrenty", "warranty"), ("adress", "address"), ("feryr", "ferry"), ("loyality", "loyalty")])
def test_words_one_slip_away(typed, meant):
    own = {word: rank for rank, word in enumerate(words_of(["Ferry, address: the warranty", "loyalty ferry feery"]))}
    assert list(own)[0] == "ferry", "the most frequent first"
    assert mended(f"my {typed}?", own, ()) == f"my {meant}?"


def test_words_that_are_no_slips():
    own = {"night": 0, "warranty": 1, "charger": 2, "stay": 3}
    for question in ("right", "warranty", "charge", "chargers", "warrntees", "spay", "Wärranty"):
        assert mended(question, own, {"right"}) == question


def test_a_disk_that_fills_up_is_said_and_the_old_answers_stay(house, trained, monkeypatch):
    place, before = answer_files.folder(house.settings.home, "ftjob-1"), len(examples("kestrel"))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr(answer_files, "NO_SPACE", (errno.EFBIG,))  # what a limited file says instead of ENOSPC
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limit[1]))
    try:
        with pytest.raises(DataError, match="disk is full"):
            answer_files.save(place, [], {"large": numpy.zeros(100_000)}, {"data": ""})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert len(approved.index_of(house, trained).examples) == before
