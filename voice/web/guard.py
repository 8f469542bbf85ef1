"""The door of every page and answer that is not for callers: who is it, may he, and a row in the log of accesses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from voice.archive.archive import Archive
from voice.review.accesses import Accesses
from voice.review.people import Person, Staff
from voice.review.programs import Programs
from voice.review.rights import Deed, may
from voice.review.sessions import Sessions, form_token, is_form_token
from voice.web.forms import Form, sent_form
from voice.web.problems import problem

COOKIE = "liniya_session"
SAFE = {"GET", "HEAD", "OPTIONS"}
ONE_LISTENING_S = 300.0  # a player fetches a sound in many pieces: that is one row of the log


class Refusal(Exception):
    """The request goes no further; this is what it is answered."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def answer_refusals(app: FastAPI) -> None:
    async def answer(_: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        return refusal.response

    app.add_exception_handler(Refusal, answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who sent a request, and what for."""

    person: Person
    csrf: str  # pages send it back with every change: form field `csrf` or header X-CSRF-Token
    form: Form
    unmasked_until: datetime | None = None  # of the call in the address

    @property
    def unmasked(self) -> bool:
        return self.unmasked_until is not None

    def may(self, deed: str) -> bool:
        return may(self.person.role, Deed(deed))


def _who(request: Request) -> Signed:
    signed: Signed = request.state.signed
    return signed


Who = Annotated[Signed, Depends(_who)]  # of a route whose door has let him in
Door = Callable[..., Signed]


class Guard:
    """Any thread may use it."""

    def __init__(self, archive: Archive, templates: Jinja2Templates) -> None:
        self.staff = Staff(archive.engine)
        self.sessions = Sessions(archive.engine)
        self.accesses = Accesses(archive)
        self.programs = Programs(archive)
        self._templates = templates
        self._listened: dict[tuple[str, str], float] = {}

    def page(self, deed: Deed | None, *, logged: bool = True) -> Door:
        """A dependency of pages: who is not signed in is sent to sign in, who may not is told so.

        deed: None is open to everybody who is signed in. logged: write the access down; otherwise the page does.
        """
        return self._door(deed, logged, self._sign_in, self._forbidden, programs=False)

    def api(self, deed: Deed | None, *, logged: bool = True) -> Door:
        """The same for programs and scripts: they are refused by application/problem+json."""
        return self._door(
            deed,
            logged,
            lambda _: problem("not_signed_in", headers={"WWW-Authenticate": "Bearer"}),
            lambda _, code: problem(code),
            programs=True,
        )

    def _door(
        self,
        deed: Deed | None,
        logged: bool,
        unknown: Callable[[Request], Response],
        refused: Callable[[Request, str], Response],
        *,
        programs: bool,
    ) -> Door:
        # A plain function: the server runs it on a worker thread, where the database may block.
        def check(request: Request, form: Annotated[Form, Depends(sent_form)]) -> Signed:
            shown = _bearer(request) if programs else ""
            secret = shown or request.cookies.get(COOKIE, "")
            person = self.programs.whose(shown) if shown else self.sessions.whose(secret) if secret else None
            if person is None:
                raise Refusal(unknown(request))
            call_id = str(request.path_params.get("call_id", ""))
            until = self._unmasked_until(person, call_id)
            signed = Signed(person=person, csrf=form_token(secret), form=form, unmasked_until=until)
            request.state.signed = signed
            detail = _detail(request, unmasked=signed.unmasked)
            if deed and not may(person.role, deed):
                self.accesses.add(person, "refused", call=call_id, detail={"deed": deed, **detail})
                raise Refusal(refused(request, "forbidden"))
            token = request.headers.get("x-csrf-token") or form.get("csrf")
            # A browser sends cookies by itself, whoever made the page; a program's secret is sent by the program alone.
            if request.method not in SAFE and not shown and not is_form_token(secret, token):
                raise Refusal(refused(request, "stale_form"))
            if deed and logged and not (deed is Deed.LISTEN and self._goes_on_listening(secret, call_id)):
                self.accesses.add(person, deed, call=call_id, detail=detail)
            return signed

        check.deed = deed or "signed_in"  # type: ignore[attr-defined]  # tests read here what a route asks for
        return check

    def _unmasked_until(self, person: Person, call_id: str) -> datetime | None:
        allowed = call_id and may(person.role, Deed.UNMASK)
        return self.accesses.unmasked_until(person, call_id) if allowed else None

    def _goes_on_listening(self, secret: str, call_id: str) -> bool:
        now_s = time.monotonic()
        self._listened = {key: at for key, at in self._listened.items() if at > now_s - ONE_LISTENING_S}
        goes_on = (secret, call_id) in self._listened
        self._listened.setdefault((secret, call_id), now_s)
        return goes_on

    def _sign_in(self, request: Request) -> Response:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = f"?next={quote(here, safe='/')}" if request.method in SAFE else ""
        return RedirectResponse(f"/sign-in{back}", status_code=303)

    def _forbidden(self, request: Request, code: str) -> Response:
        return self._templates.TemplateResponse(request, "forbidden.html", {"code": code}, status_code=403)


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _detail(request: Request, *, unmasked: bool) -> dict[str, Any]:
    """Which page, and which fields of its address were filled; never what with: it may be somebody's number."""
    detail: dict[str, Any] = {"page": request.scope["route"].path}
    if request.query_params:
        detail["asked"] = sorted(set(request.query_params))
    return detail | ({"unmasked": True} if unmasked else {})
