from voice.nlu.vocabulary import FORM_COST, MISHEARD_COST, Vocabulary, stem


def test_forms_of_a_word() -> None:
    assert stem("паспорта") == stem("паспортом")


def test_a_word_stands_for_itself_its_forms_and_its_neighbours() -> None:
    near = Vocabulary(["да", "паспорт", "оператор", "заявление"]).near
    assert near("паспорт") == (("паспорт", 0.0),)
    assert near("паспорту") == (("паспорт", FORM_COST),)
    assert near("опиратор") == (("оператор", MISHEARD_COST),)
    assert near("завявленее")[0][0] == "заявление"


def test_short_words_are_never_guessed() -> None:
    near = Vocabulary(["да", "два", "дата", "вода", "входа"]).near
    assert near("до") == () and near("дама") == () and near("дудка") == () and near("ухода") == ()
