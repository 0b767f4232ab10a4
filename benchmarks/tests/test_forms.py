from benchmarks.forms import forms_of

PAGE = """
<form method="post" action="/retake/enroll/?a=1&amp;b=2">
  <input type="hidden" name="token" value="x&quot;y">
  <label><input class="c" type="checkbox" name="course" value="7" checked></label>
  <label><input type="checkbox" name="course" value="8"></label>
  <label><input type="checkbox" name="course" value="9" disabled></label>
  <input type="radio" name="mode" value="a"><input type="radio" name="mode" value="b" checked>
  <input name="note"><button>go</button></form>
<form action="/search/"><input name="q" value="old"></form>
"""


def test_a_form_is_sent_as_the_page_has_it() -> None:
    form = forms_of(PAGE)[0]
    assert (form.action, form.method) == ("/retake/enroll/?a=1&b=2", "POST")
    assert form.fields == (("token", 'x"y'), ("course", "7"), ("mode", "b"), ("note", ""))


def test_boxes_are_what_may_be_ticked() -> None:
    assert dict(forms_of(PAGE)[0].boxes) == {"course": ("7", "8"), "mode": ("a", "b")}


def test_filling_replaces_and_adds() -> None:
    search = forms_of(PAGE)[1]
    assert search.filled(q="new", page=["1", "2"]) == (("q", "new"), ("page", "1"), ("page", "2"))
    assert search.method == "GET"
