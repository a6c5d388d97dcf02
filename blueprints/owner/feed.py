"""Settings → Feed: the private address from which calendar programs load all appointments."""

import re

from flask import Blueprint, flash, g, render_template
from flask.typing import ResponseReturnValue

from blueprints.responses import redirect_to
from i18n.texts import gettext as _
from public_urls import feed_address, key
from scheduling.feeds import renew_feed, turn_off_feed

bp = Blueprint("feed", __name__, url_prefix="/settings/feed")


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the address of the feed, or offer to create one."""
    address = feed_address(g.owner.feed_salt, g.owner.feed_hash)
    webcal = address and re.sub("^https?:", "webcal:", address)
    return render_template("feed.html", exists=g.owner.feed_hash is not None, address=address, webcal=webcal)


@bp.post("")
def renew() -> ResponseReturnValue:
    """Give the feed a new address; an old one stops working."""
    had_one = g.owner.feed_hash is not None
    renew_feed(key(), g.owner.id)
    flash(_("The feed has a new address. The old one no longer works.") if had_one else _("Your feed is ready."))
    return redirect_to("owner.feed.index")


@bp.post("/end")
def end() -> ResponseReturnValue:
    """Turn the feed off; its address stops working."""
    turn_off_feed(g.owner.id)
    flash(_("The feed is off. Its address no longer works."))
    return redirect_to("owner.feed.index")
