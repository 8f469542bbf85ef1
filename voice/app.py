"""The web application: pages, sockets and the switchboard behind them; started, drained and stopped as one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from voice import __version__
from voice.archive.archive import Archive, ArchiveFault
from voice.archive.retention import Clocks, Retention
from voice.captions.labels import labels
from voice.captions.pins import WrongTries
from voice.clock import in_worker
from voice.desk.backoffice import EmbeddedOffice
from voice.errors import SetupError, VoiceError
from voice.review.aftercare import Aftercare
from voice.review.checklist import read_checklist
from voice.review.first_person import FirstPerson
from voice.review.people import Staff
from voice.review.prompt_edits import patch
from voice.review.proposals import propose, worth_reading
from voice.review.rehearing import Rehearing
from voice.review.reports import Reports
from voice.review.webhook import Webhook
from voice.settings import Settings
from voice.switchboard import Switchboard, second_recogniser
from voice.transports.audiosocket_server import AudioSocketServer
from voice.transports.pbx import Neighbours
from voice.tryouts import Tryouts
from voice.web import (
    access_pages,
    agreement_page,
    answers,
    archive_pages,
    asterisk_socket,
    call_desk,
    call_desk_work,
    call_page,
    call_socket,
    caption_entry,
    caption_stream,
    chat_page,
    health,
    keeping_pages,
    pbx_calls,
    people_pages,
    proposal_pages,
    report_pages,
    sign_in,
    take_away,
    tryout_pages,
    twilio_calls,
    unmask_pages,
)
from voice.web.api import api
from voice.web.call_desk import Desk
from voice.web.guard import Guard, answer_refusals
from voice.web.headers import PageHeaders
from voice.web.problems import answer_problems
from voice.web.tokens import Token

log = logging.getLogger(__name__)

DRAIN_S = 60.0
CARE_S = 2.0
SELDOM_S = 600.0
RETENTION_S = 3_600.0
PASSWORDS_OF_ONE, PASSWORDS_OF_ALL = 20, 300  # wrong ones: of an address in ten minutes, of everybody in one
PROPOSING_CALLS = 300  # the newest, which a page of proposals is made from
IDLE_S = 30.0  # between two looks for something to do while no call runs
WEB = Path(__file__).parent / "web"


async def open_telephone(settings: Settings, board: Switchboard) -> AudioSocketServer | None:
    """Take calls from exchanges, when the settings say where. Raises SetupError."""
    if not settings.audiosocket_port:
        return None
    telephone = AudioSocketServer(board.answer, board.announced, Neighbours(settings.pbx_from))
    await telephone.listen(settings.audiosocket_host, settings.audiosocket_port)
    return telephone


def create_app(
    settings: Settings,
    board: Switchboard | None = None,
    telephone: AudioSocketServer | None = None,
    first: FirstPerson | None = None,
) -> FastAPI:
    """The application; it opens the switchboard and the telephone when it starts, unless it is handed open ones.

    first: the way in for the first administrator, when somebody was told of it.
    It closes them when it ends. Starting raises SetupError, whose text says what to do.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = board or await Switchboard.open(settings)
        calls = telephone or await open_telephone(settings, opened)
        lines = _titles(opened)
        webhook = settings.webhook and Webhook(opened.archive, settings.webhook, settings.webhook_secret)
        reports = Reports(opened.archive, settings.learning.vectors.get(settings.language))
        _furnish(app, opened, settings, lines, reports, first or FirstPerson(Staff(opened.archive.engine)))
        beside = [
            asyncio.create_task(_prepare(opened)),
            asyncio.create_task(_look_after(opened.archive, _retention(opened.archive, settings))),
            asyncio.create_task(opened.follow_flows(lambda: lines.update(_titles(opened)))),
            asyncio.create_task(_hear_again(opened, settings)),
            asyncio.create_task(_read_ahead(opened, reports)),
        ]
        if webhook:
            beside.append(asyncio.create_task(_tell(webhook)))
        yield
        await opened.drain(DRAIN_S)
        if calls:
            calls.close()
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)
        await opened.close()

    app = FastAPI(title="Liniya", version=__version__, lifespan=lifespan, openapi_url=None)
    answer_refusals(app)
    answer_problems(app)
    app.add_middleware(PageHeaders)
    app.add_middleware(GZipMiddleware)  # pages are read over poor networks; streams and sound are left as they are
    return app


async def _prepare(board: Switchboard) -> None:
    await board.learn_languages()
    await board.prerender()


def _retention(archive: Archive, settings: Settings) -> Retention:
    return Retention(archive, Clocks.of(settings), lambda: EmbeddedOffice.of(settings))


async def _look_after(archive: Archive, retention: Retention) -> None:
    """For ever: take care of calls that ended, and destroy what has been kept long enough."""
    aftercare = Aftercare(archive)
    next_tick_s = 0.0
    while True:
        try:
            tended = await asyncio.to_thread(aftercare.tend)
            if time.monotonic() >= next_tick_s:
                next_tick_s = time.monotonic() + RETENTION_S
                await asyncio.to_thread(retention.tick)
        except (VoiceError, ArchiveFault) as error:  # a full disk, a database that is away: it may be back
            log.error("kept calls cannot be looked after now: %s", error)
            tended = 0
        await asyncio.sleep(0 if tended else CARE_S)


async def _tell(webhook: Webhook) -> None:
    """For ever: tell of finished calls; an address that is away is asked ever more seldom."""
    wait_s = CARE_S
    while True:
        try:
            told = await asyncio.to_thread(webhook.deliver)
            wait_s = 0.0 if told else CARE_S
        except (VoiceError, ArchiveFault) as error:
            wait_s = min(max(wait_s, CARE_S) * 2, SELDOM_S)
            log.warning("%s; next try in %d s", error, wait_s)
        await asyncio.sleep(wait_s)


async def _hear_again(board: Switchboard, settings: Settings) -> None:
    """For ever: recognise ended calls a second time while none runs."""
    if not settings.second_texts:
        return
    rehearing = Rehearing(
        board.archive,
        lambda: second_recogniser(settings),
        lambda: board.idle,
        model=settings.second_model or Path(settings.model_dir).name or settings.model,
        language=settings.language,
        most=settings.second_texts,
    )
    while True:
        await asyncio.sleep(IDLE_S)
        try:
            heard = "something"
            while heard:
                heard = await in_worker(board.workers, rehearing.hear_one)
        except SetupError as error:
            log.error("calls are not recognised a second time: %s", error)
            return
        except (VoiceError, ArchiveFault) as error:
            log.error("calls cannot be recognised a second time now: %s", error)


async def _read_ahead(board: Switchboard, reports: Reports) -> None:
    """For ever: keep reports ready while no call runs; the first after a start, or of a new day, would take seconds."""
    while True:
        await asyncio.sleep(CARE_S)
        if not board.idle:
            continue
        try:
            await asyncio.to_thread(reports.read_ahead)
        except ArchiveFault as error:
            log.warning("reports cannot be read ahead now: %s", type(error).__name__)
        await asyncio.sleep(SELDOM_S)


def _titles(board: Switchboard) -> dict[str, str]:
    return {line.number: line.title for line in board.script.lines.values()}


def _furnish(
    app: FastAPI,
    board: Switchboard,
    settings: Settings,
    lines: dict[str, str],
    reports: Reports,
    first: FirstPerson,
) -> None:
    """`lines` may change while the application runs."""
    templates = Jinja2Templates(WEB / "templates")
    guard = Guard(board.archive, templates)
    tryouts = Tryouts(board)
    words = labels(settings.language)
    desk = Desk(board.archive, templates, read_checklist(settings.prompts / settings.language), guard)
    for router in (
        health.router(board),
        call_socket.router(board.answer, lines=lines, default_line=next(iter(lines))),
        call_page.router(templates, lines=lines, fixtures=settings.fixtures),
        caption_stream.router(board.captions, templates, address=settings.captions_address()),
        caption_entry.router(board.captions, templates),
        answers.router(board.call),
        chat_page.router(board.begin_chat, board.captions, templates, lines=lines),
        sign_in.router(guard, templates, first, WrongTries(of_one=PASSWORDS_OF_ONE, of_all=PASSWORDS_OF_ALL)),
        api.router(board.archive, desk, words, _retention(board.archive, settings), reports),
        people_pages.router(guard, templates),
        tryout_pages.router(tryouts.replay, tryouts.fixture, templates, guard),
        access_pages.router(guard, templates),
        unmask_pages.router(board.archive, guard, templates),
        archive_pages.router(
            board.archive, templates, guard, lines=lambda: lines, topics=lambda: board.script.topic_names
        ),
        call_desk.router(desk, words),
        call_desk_work.router(desk),
        agreement_page.router(desk.reviews, templates, guard),
        keeping_pages.router(board.archive, _retention(board.archive, settings), guard, templates),
        proposal_pages.router(
            lambda: propose(board.archive, worth_reading(board.archive, limit=PROPOSING_CALLS), board.script),
            lambda chosen: patch(settings.prompts / settings.language, chosen, settings.learning),
            templates,
            guard,
        ),
        report_pages.router(reports, templates, lambda: report_pages.names(board.script), guard),
        take_away.router(board.archive, templates, words, titles=lines),
        pbx_calls.router(board, lines=lines, neighbours=Neighbours(settings.pbx_from)),
        asterisk_socket.router(board, lines=lines, token=Token(settings.asterisk_token)),
        twilio_calls.router(board, lines=lines, token=Token(settings.twilio_token), people=settings.twilio_people),
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
