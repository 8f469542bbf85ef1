from voice.archive.archive import Archive
from voice.review.kept_searches import MOST, KeptSearches
from voice.review.search import Search


def test_everybody_keeps_searches_of_his_own(archive: Archive) -> None:
    kept = KeptSearches(archive)
    search = Search(text="пенсия -статус", outcome="abandoned", by="risk")
    assert kept.keep("anna", "  Ушли,\nне дождавшись ", search)
    assert kept.keep("boris", "Всё", Search())
    (one,) = kept.of("anna")
    assert (one.name, one.search) == ("Ушли, не дождавшись", search)
    kept.drop("boris", one.id)
    assert kept.of("anna") == (one,), "nobody drops another's"
    kept.drop("anna", one.id)
    assert kept.of("anna") == () and len(kept.of("boris")) == 1


def test_the_same_name_is_kept_once(archive: Archive) -> None:
    kept = KeptSearches(archive)
    assert kept.keep("anna", "Мои", Search(text="раз")) and kept.keep("anna", "Мои", Search(text="два"))
    assert [one.search.text for one in kept.of("anna")] == ["два"]


def test_what_has_no_name_or_is_too_much_is_not_kept(archive: Archive) -> None:
    kept = KeptSearches(archive)
    assert not kept.keep("anna", " \0\ud800 ", Search())
    assert all(kept.keep("anna", f"{number}", Search()) for number in range(MOST))
    assert not kept.keep("anna", "ещё", Search()) and kept.keep("anna", "0", Search(text="новое"))
    assert kept.keep("anna", "x" * 10_000, Search()) is False and kept.keep("boris", "x" * 10_000, Search())
