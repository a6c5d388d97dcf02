"""Settings → Privacy: how long details of invitees are kept, the export, and the deletion of the account."""

from tempfile import SpooledTemporaryFile
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request, send_file, session
from flask.typing import ResponseReturnValue

from accounts.account_deletion import delete_account
from accounts.erasure_requests import erasure_requests
from accounts.errors import AppointmentsComing, InvalidCredentials, LastManager
from accounts.export import write_export
from accounts.owners import change_privacy
from accounts.people import coming_appointments
from blueprints.responses import form_status, redirect_to
from database import begin_snapshot, utcnow
from forms.account import DeletionForm, PrivacyForm
from i18n.texts import gettext as _
from sources import connections
from sources.access import ask_soon, current_access

IN_MEMORY = 1_000_000
"""Bytes of an export; what is more goes into a temporary file."""
MOST_ASKED = 100

bp = Blueprint("privacy", __name__, url_prefix="/settings/privacy")


@bp.route("", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Change the retention period and the contact; show who asks for erasing."""
    form = PrivacyForm(obj=g.owner)
    if not form.validate_on_submit():
        asked, zone = erasure_requests(g.owner.id, MOST_ASKED), ZoneInfo(g.owner.timezone)
        return render_template("privacy.html", form=form, asked=asked, zone=zone), form_status(form)
    change_privacy(g.owner.id, form.retention_days.data, form.privacy_contact.data)
    flash(_("Saved. What is older than that is erased within minutes.") if form.retention_days.data else _("Saved."))
    return redirect_to("owner.privacy.edit")


@bp.get("/export.zip")
def export() -> ResponseReturnValue:
    """Return all data of the owner as a ZIP file."""
    begin_snapshot()
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed when it is sent)
    write_export(g.owner.id, file)
    file.seek(0)
    return send_file(file, "application/zip", as_attachment=True, download_name="bookonce.zip")


@bp.route("/delete", methods=["GET", "POST"])
def delete() -> ResponseReturnValue:
    """Ask for the password, and delete the account with all that belongs to it."""
    form = DeletionForm()
    coming = len(coming_appointments(g.owner.id, utcnow()))
    if not form.validate_on_submit():
        return render_template("account_delete.html", form=form, coming=coming), form_status(form)
    last_manager, status = False, 422
    access = current_access()
    accounts = connections.signed_in_accounts(access, connections.list_sources(g.owner.id))
    try:
        delete_account(g.owner.id, form.password.data, request.remote_addr or "")
    except InvalidCredentials:
        form.password.errors = [_("This is not your password.")]
    except (AppointmentsComing, LastManager) as refusal:
        last_manager, status = isinstance(refusal, LastManager), 409
    else:
        connections.give_accounts_back(access, accounts, ask_soon)
        session.clear()
        flash(_("Your account was deleted, with all that belonged to it."))
        return redirect_to("auth.login")
    return render_template("account_delete.html", form=form, coming=coming, last_manager=last_manager), status
