"""Settings → Busy times → Other calendars: connecting them, and what was read of each."""

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.responses import form_status, redirect_to
from blueprints.source_views import SourceView
from enums import SourceKind
from forms.source import ChangeForm, ConnectForm
from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Source
from remote_calendars.reading import ProblemCode, ReadingFailed
from sources import connections
from sources.access import ask_soon, current_access
from sources.connections import MOST, BeingRead, TooManySources
from sources.entries import choose_calendar
from sources.secret_box import Secret
from sources.words import kind_text, problem_text

bp = Blueprint("sources", __name__, url_prefix="/settings/sources")


@bp.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List the owner's other calendars with what was read of each, and connect one."""
    form = ConnectForm()
    if form.check() and (source := _connect(form)):
        flash(_("“%(name)s” is connected.", name=isolate(source.name)))
        return redirect_to("owner.sources.index")
    page = render_template(
        "sources.html",
        form=form,
        services=[(service, kind_text(SourceKind(service))) for service in current_access().apps],
        sources=[SourceView.of_source(source, current_access()) for source in connections.list_sources(g.owner.id)],
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, form_status(form)


@bp.route("/<id:source_id>", methods=["GET", "POST"])
def edit(source_id: int) -> ResponseReturnValue:
    """Change the name of a source, or its address and password, and which of its calendars count."""
    source = connections.get_source(g.owner.id, source_id)
    form = ChangeForm(data={"name": source.name})
    if form.validate_on_submit() and _change(form, source):
        flash(_("“%(name)s” is saved.", name=isolate(form.name.data or source.name)))
        return redirect_to("owner.sources.index")
    view = SourceView.of_source(source, current_access())
    return render_template("source.html", form=form, source=view, zone=ZoneInfo(g.owner.timezone)), form_status(form)


@bp.post("/<id:source_id>/read")
def read(source_id: int) -> ResponseReturnValue:
    """Read a source now."""
    try:
        done = connections.read_now(current_access(), g.owner.id, source_id, ask_soon)
        flash(_("It has been read.") if done else _("It could not be read. See below."))
    except BeingRead:
        flash(_("It is being read at this moment."))
    return redirect_to("owner.sources.index")


@bp.post("/<id:source_id>/pause")
def pause(source_id: int) -> ResponseReturnValue:
    """Let a source not count for the time being."""
    source = connections.pause_source(g.owner.id, source_id)
    flash(_("“%(name)s” is paused: its busy times can be booked.", name=isolate(source.name)))
    return redirect_to("owner.sources.index")


@bp.post("/<id:source_id>/resume")
def resume(source_id: int) -> ResponseReturnValue:
    """Let a source count again; it is read at once."""
    source = connections.resume_source(g.owner.id, source_id)
    try:
        done = connections.read_now(current_access(), g.owner.id, source_id, ask_soon)
    except BeingRead:
        done = True
    flash(_("“%(name)s” counts again.", name=isolate(source.name)) if done else _("It could not be read. See below."))
    return redirect_to("owner.sources.index")


@bp.post("/<id:source_id>/delete")
def delete(source_id: int) -> ResponseReturnValue:
    """Remove a source with its busy times."""
    source = connections.remove_source(current_access(), g.owner.id, source_id, ask_soon)
    flash(_("“%(name)s” is removed, and its busy times with it.", name=isolate(source.name)))
    return redirect_to("owner.sources.index")


def _connect(form: ConnectForm) -> Source | None:
    secret = Secret(form.address.data, form.username.data, form.password.data or "")
    try:
        kind = SourceKind(form.kind.data)
        return connections.add_source(current_access(), g.owner.id, kind, secret, form.name.data, ask_soon)
    except ReadingFailed as failure:
        _show(form, failure)
    except TooManySources:
        form.address.errors = [_("You have %(count)s other calendars: no more can be connected.", count=MOST)]
    return None


def _change(form: ChangeForm, source: Source) -> bool:
    """Make the changes and return whether they could be made; else the form says why."""
    chosen = request.form.getlist("calendar") if "calendars" in request.form else None
    try:
        if not source.kind.has_sign_in and (form.address.data or form.password.data):
            connections.connect_again(current_access(), g.owner.id, source.id, _secret(form, source), ask_soon)
    except ReadingFailed as failure:
        _show(form, failure)
        return False
    if chosen is not None:
        wanted = request.form.get("write_to", "")
        known = connections.writable_calendars(source, connections.secret_of(current_access(), source))
        choose_calendar(g.owner.id, source.id, wanted if wanted in known else "")
    connections.change_source(g.owner.id, source.id, form.name.data or source.name, chosen)
    return True


def _secret(form: ChangeForm, source: Source) -> Secret:
    """Return the secret with what was typed; what was left empty stays."""
    before = connections.secret_of(current_access(), source) or Secret("")
    return Secret(
        form.address.data or before.address,
        form.username.data or before.username,
        form.password.data or before.password,
    )


def _show(form: ConnectForm | ChangeForm, failure: ReadingFailed) -> None:
    asks_login = failure.code == ProblemCode.LOGIN and form.username.data
    field = form.password if asks_login else form.address
    field.errors = [problem_text(failure.code, failure.detail)]
