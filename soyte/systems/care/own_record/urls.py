from django.urls import path

from soyte.systems.care.own_record.views import answering, desk, home, looking, saying, visits

prefix = ""
app_name = "own_record"
_MINE, _OF = "so-suc-khoe/", "so-suc-khoe/<uuid:person_id>/"
_DESK, _PERSON = "quay-nguoi-dan/", "quay-nguoi-dan/<uuid:person_id>/"
_SAID = "phan-anh/"
urlpatterns = [
    path(_MINE, home.home, name="home"),
    path(_OF, home.home, name="record"),
    path(f"{_MINE}lan-kham/", visits.visit_list, name="my_visits"),
    path(f"{_OF}lan-kham/", visits.visit_list, name="visits"),
    path(f"{_OF}lan-kham/<uuid:encounter_id>/", visits.visit, name="visit"),
    path(f"{_OF}lan-kham/<uuid:encounter_id>/phan-anh/", saying.say, name="say"),
    path(f"{_OF}ket-qua/", visits.all_results, name="results"),
    path(f"{_OF}tom-tat.pdf", home.summary, name="summary"),
    path(f"{_OF}di-ung/", saying.allergies, name="allergies"),
    path(f"{_MINE}ai-da-xem/", looking.look_list, name="my_looks"),
    path(f"{_OF}ai-da-xem/", looking.look_list, name="looks"),
    path(f"{_MINE}phan-anh/", saying.said, name="my_disputes"),
    path(f"{_OF}phan-anh/", saying.said, name="said"),
    path(f"{_OF}phan-anh/<int:dispute_id>/rut/", saying.withdraw, name="withdraw"),
    path(_DESK, desk.desk, name="desk"),
    path(_PERSON, desk.person_page, name="desk_person"),
    path(f"{_PERSON}tai-khoan/", desk.admit, name="admit"),
    path(f"{_PERSON}ma-moi/", desk.renew_code, name="renew_code"),
    path(f"{_PERSON}luot-can-giu-kin/", desk.show_labelled, name="show_labelled"),
    path(f"{_PERSON}thu-tai-khoan/", desk.end_account, name="end_account"),
    path(f"{_PERSON}con/", desk.make_guardian, name="make_guardian"),
    path(f"{_PERSON}con/<int:guardianship_id>/thoi/", desk.end_guardian, name="end_guardian"),
    path(_SAID, answering.dispute_list, name="disputes"),
    path(f"{_SAID}<int:dispute_id>/", answering.dispute_page, name="dispute"),
    path(f"{_SAID}<int:dispute_id>/hoan-tac/", answering.undo, name="undo"),
]
